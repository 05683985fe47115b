// Two models side by side, with what differs between them.
#pragma once

#include "ui/jobs/services.h"
#include "ui/models/differences_model.h"
#include "ui/window/file_watch.h"

#include <QMainWindow>
#include <QMap>

#include <memory>

class QLabel;
class QStackedWidget;

namespace strata {
class GraphCanvas;
}

namespace strata::ui {

class DifferencesPanel;
class JobStrip;
class MessageBar;
class ViewSync;

/// A window of its own. Opening and comparing happen in the background and can be cancelled.
class CompareWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit CompareWindow(Services services, QWidget* parent = nullptr);
    ~CompareWindow() override;

    /// Compares what is opened already with a file, or two files. A running comparison is
    /// cancelled.
    void compare(const InspectionPtr& a, const QString& b);
    void compareFiles(const QString& a, const QString& b);

    /// What is compared, or was to be: absolute paths; empty before that.
    const QString& firstFile() const { return m_path_a; }
    const QString& secondFile() const { return m_path_b; }
    bool isBusy() const { return m_jobs->isRunning(); }
    void cancelJob() { m_jobs->cancel(); }
    const std::shared_ptr<const Comparison>& comparison() const { return m_comparison; }
    GraphCanvas* first() const { return m_first; }
    GraphCanvas* second() const { return m_second; }
    DifferencesPanel* differences() const { return m_differences; }
    MessageBar* messageBar() const { return m_message; }
    /// Tells when a compared file changes on disk, and offers to compare again.
    MessageBar* fileChangeBar() const { return m_file_changes; }
    ViewSync* sync() const { return m_sync; }
    /// Opens a module in both graphs; "*" opens all. False when neither has it.
    bool expandModule(const QString& fqn);
    /// Reveals a node or module by name, in the graph that has it, and its partner in the other.
    bool selectByName(const QString& name);
    /// Moves between the differences.
    void step(int direction);

Q_SIGNALS:
    void compared();
    void failed(const QString& message);

protected:
    void closeEvent(QCloseEvent* event) override;
    bool event(QEvent* event) override;

private:
    QWidget* buildSide(GraphCanvas* canvas, QLabel* title, QLabel* figures);
    void buildActions();
    void start(const InspectionPtr& a, const QString& path_a, const QString& path_b);
    void present(std::shared_ptr<const Comparison> comparison);
    void showFailure(const Error& error);
    void compareAgain();

    Services m_services;
    JobRunner* m_jobs;
    std::shared_ptr<const Comparison> m_comparison;
    QString m_path_a; ///< absolute
    QString m_path_b;
    InspectionPtr m_given;             ///< the first model, when it was open already
    QMap<QString, FileStamp> m_before; ///< the files as they were when reading them began
    FileWatch* m_watch;
    MessageBar* m_message;
    MessageBar* m_file_changes;
    QStackedWidget* m_stack;
    QLabel* m_waiting;
    QLabel* m_first_title;
    QLabel* m_first_figures;
    QLabel* m_second_title;
    QLabel* m_second_figures;
    GraphCanvas* m_first;
    GraphCanvas* m_second;
    DifferencesPanel* m_differences;
    JobStrip* m_job_strip;
    ViewSync* m_sync;
    std::vector<QAction*> m_model_actions;
    QAction* m_cancel = nullptr;
};

} // namespace strata::ui
