// The PyTorch model that an opened ONNX file was made from, attached to it.
#pragma once

#include "ui/jobs/job.h"

#include <QObject>
#include <QString>

class QAction;

namespace strata::ui {

class MainWindow;

/// Adds "Attach source model…" and "Detach" to the window, runs the audit with the source in the
/// background, and says what it changed. Lives as long as its window.
class SourceAttachment : public QObject {
    Q_OBJECT
public:
    explicit SourceAttachment(MainWindow* window);

    /// Whether what is open can have a source: an ONNX file.
    bool canAttach() const;
    /// Path and, in archives of several, name of the attached model; empty when there is none.
    QString source() const;
    QString model() const { return m_model; }
    /// Audits the opened file with this model. A running job is cancelled.
    void attach(const QString& source, const QString& model = {});
    void detach();
    /// Asks for the file.
    void choose();

    /// By its name's ending: what can be a source model.
    static bool isSourceFile(const QString& path);

private:
    void report(const QString& source, const CoverageFigures& before);
    void refresh();

    MainWindow* m_window;
    QAction* m_attach;
    QAction* m_detach;
    QString m_model;
};

} // namespace strata::ui
