// Runs one piece of the core's work off the ui thread.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"

#include <QObject>
#include <QString>

#include <functional>
#include <memory>

namespace strata::ui {

/// What every job of the window makes.
using InspectionPtr = std::shared_ptr<const Inspection>;
using JobResult = Result<InspectionPtr>;
/// Runs on a worker thread. Must not touch the ui.
using JobWork = std::function<JobResult(TaskContext&)>;

/// At most one job at a time; starting another one cancels the first. Cancelling takes effect for
/// the window at once: the runner lets go of the job, whose worker ends at its next poll and whose
/// result is dropped. Nothing here ever waits on the ui thread, the destructor included.
class JobRunner : public QObject {
    Q_OBJECT
public:
    explicit JobRunner(QObject* parent = nullptr);
    ~JobRunner() override;

    using Done = std::function<void(JobResult)>;
    /// `done` runs on the ui thread, unless the job was cancelled or replaced. `title` is for
    /// people: "Opening resnet50.pt".
    void start(const QString& title, JobWork work, Done done);
    void cancel();

    bool isRunning() const { return m_state != nullptr; }
    const QString& title() const { return m_title; }

    /// Workers of cancelled jobs included. For the end of the program and for tests.
    static int activeWorkers();
    /// Waits until all workers have ended, at most `milliseconds`. True when they have. Only for
    /// the end of the program, when there is no window any more.
    static bool waitForWorkers(int milliseconds);

Q_SIGNALS:
    void started(const QString& title);
    void progressed(const strata::Progress& progress);
    void cancelled(const QString& title);
    /// After `done` has run.
    void finished();

private:
    struct State;
    void deliver(const std::shared_ptr<State>& state, JobResult result);

    std::shared_ptr<State> m_state; ///< of the current job; workers of older ones keep their own
    QString m_title;
};

} // namespace strata::ui
