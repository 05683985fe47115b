// How the opened model came to be exported: by its code, by a run of it, or by both.
#pragma once

#include "ir/inspection.h"

#include <QDialog>

class QTreeWidget;

namespace strata::ui {

class StrategyDialog : public QDialog {
    Q_OBJECT
public:
    /// `inspection` is only read while the dialog is built.
    explicit StrategyDialog(const Inspection& inspection, QWidget* parent = nullptr);

    /// "Strategy: FX", "Strategy: hybrid, 3 places follow a run"; empty for ONNX files.
    static QString line(const Inspection& inspection);

Q_SIGNALS:
    /// A place of the list was clicked.
    void moduleRequested(ModuleId module);

private:
    QTreeWidget* makeRegions(const Inspection& inspection);
    QTreeWidget* makeKinds(const Inspection& inspection);
    QTreeWidget* makeList(const QString& name, const QStringList& columns);
};

} // namespace strata::ui
