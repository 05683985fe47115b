#include "ui/jobs/job.h"

#include <QCoreApplication>
#include <QMetaObject>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

namespace strata::ui {

namespace {

/// Counts the worker threads, so that the end of the program can wait for them.
struct Workers {
    std::mutex mutex;
    std::condition_variable changed;
    int active = 0;
};

Workers& workers()
{
    // Never destroyed: a worker that outlives main() must still find it.
    static auto* instance = new Workers;
    return *instance;
}

} // namespace

/// Shared by the ui and the worker. The runner is reached only under the mutex and only while it
/// still wants this job.
struct JobRunner::State {
    std::stop_source stop;
    Done done; // touched by the ui thread only

    std::mutex mutex;
    JobRunner* runner = nullptr; ///< null once the job has been let go
    Progress latest;
    bool progress_posted = false;

    void detach()
    {
        stop.request_stop();
        const std::lock_guard lock(mutex);
        runner = nullptr;
    }
};

JobRunner::JobRunner(QObject* parent) : QObject(parent) {}

JobRunner::~JobRunner()
{
    if (m_state)
        m_state->detach();
}

int JobRunner::activeWorkers()
{
    const std::lock_guard lock(workers().mutex);
    return workers().active;
}

bool JobRunner::waitForWorkers(int milliseconds)
{
    std::unique_lock lock(workers().mutex);
    return workers().changed.wait_for(lock, std::chrono::milliseconds(milliseconds),
                                      [] { return workers().active == 0; });
}

void JobRunner::start(const QString& title, JobWork work, Done done)
{
    cancel();
    auto state = std::make_shared<State>();
    state->runner = this;
    state->done = std::move(done);
    m_state = state;
    m_title = title;
    Q_EMIT started(title);

    // Reports are coalesced: one queued event at a time carries whatever is newest.
    auto report = [state](const Progress& progress) {
        const std::lock_guard lock(state->mutex);
        state->latest = progress;
        if (!state->runner || std::exchange(state->progress_posted, true))
            return;
        QMetaObject::invokeMethod(
            state->runner,
            [state] {
                Progress latest;
                JobRunner* runner = nullptr;
                {
                    const std::lock_guard inner(state->mutex);
                    state->progress_posted = false;
                    latest = state->latest;
                    runner = state->runner;
                }
                if (runner)
                    Q_EMIT runner->progressed(latest);
            },
            Qt::QueuedConnection);
    };

    {
        const std::lock_guard lock(workers().mutex);
        ++workers().active;
    }
    std::thread([state, work = std::move(work), report = std::move(report)]() mutable {
        auto run = [&]() -> JobResult {
            try {
                TaskContext task(state->stop.get_token(), std::move(report));
                return work(task);
            } catch (const std::bad_alloc&) {
                return failure(ErrorCode::Internal, "There is not enough memory for this model.");
            } catch (const std::exception& error) {
                return failure(ErrorCode::Internal, error.what());
            } catch (...) {
                return failure(ErrorCode::Internal, "The job ended with an unknown exception.");
            }
        };
        {
            JobResult result = run();
            work = nullptr;
            const std::lock_guard lock(state->mutex);
            if (state->runner)
                QMetaObject::invokeMethod(
                    state->runner,
                    [state, result = std::move(result)]() mutable {
                        JobRunner* runner = nullptr;
                        {
                            const std::lock_guard inner(state->mutex);
                            runner = state->runner;
                        }
                        if (runner)
                            runner->deliver(state, std::move(result));
                    },
                    Qt::QueuedConnection);
        }
        const std::lock_guard lock(workers().mutex);
        --workers().active;
        workers().changed.notify_all();
    }).detach();
}

void JobRunner::deliver(const std::shared_ptr<State>& state, JobResult result)
{
    if (state != m_state)
        return;
    m_state->detach();
    m_state.reset();
    m_title.clear();
    if (state->done)
        state->done(std::move(result));
    state->done = nullptr;
    Q_EMIT finished();
}

void JobRunner::cancel()
{
    if (!m_state)
        return;
    m_state->detach();
    m_state.reset();
    const QString title = std::exchange(m_title, {});
    Q_EMIT cancelled(title);
}

} // namespace strata::ui
