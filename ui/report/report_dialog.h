// Which report to write, where to, and of how much of the graph.
#pragma once

#include "ui/report/report_file.h"

#include <QDialog>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace strata {
class GraphCanvas;
}

namespace strata::ui {

class ReportDialog : public QDialog {
    Q_OBJECT
public:
    /// `suggested`: a path without extension. The canvas must outlive the dialog; its selected
    /// module can be drawn alone.
    ReportDialog(const QString& suggested, const GraphCanvas* canvas, QWidget* parent = nullptr);

    /// With the drawing, where the format shows one.
    ReportJob job() const;

    void accept() override;

private:
    enum class Part { Whole, View, Selection };

    QString format() const;
    void chooseFormat();
    void browse();
    void refresh();
    Drawing drawing() const;

    const GraphCanvas* m_canvas;
    QComboBox* m_format;
    QLabel* m_about;
    QLineEdit* m_path;
    QComboBox* m_part;
    QDoubleSpinBox* m_scale;
    QLabel* m_note;
    QPushButton* m_write;
};

} // namespace strata::ui
