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
    /// `suggested` is the path to start with. Options are remembered from the last time.
    explicit ExportDialog(const QString& suggested, QWidget* parent = nullptr);

    QString path() const;
    ExportOptions options() const;

    void accept() override;

private:
    void browse();
    void refresh();

    QLineEdit* m_path;
    QLabel* m_note;
    QComboBox* m_opset;
    QCheckBox* m_external;
    QCheckBox* m_sidecar;
    QPushButton* m_export;
};

} // namespace strata::ui
