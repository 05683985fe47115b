// Where to write the ONNX file, and how.
#pragma once

#include "session/session.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace strata::ui {

class ExportDialog : public QDialog {
    Q_OBJECT
public:
    /// `suggested` is the path to start with. Options are remembered from the last time, but for
    /// the strategy: that is the one the model was `opened` with. `used` is what it chose ("fx",
    /// "hybrid", "htp"; may be empty).
    ExportDialog(const QString& suggested, const ExportOptions& opened, const QString& used,
                 QWidget* parent = nullptr);

    QString path() const;
    ExportOptions options() const;

    void accept() override;

private:
    void browse();
    void refresh();

    QLineEdit* m_path;
    QLabel* m_note;
    ExportOptions m_opened;
    QComboBox* m_strategy;
    QLabel* m_strategy_note;
    QString m_used;
    QComboBox* m_opset;
    QCheckBox* m_external;
    QCheckBox* m_sidecar;
    QPushButton* m_export;
};

} // namespace strata::ui
