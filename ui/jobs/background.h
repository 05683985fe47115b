// Small pieces of work off the ui thread, of which only the newest matters: a search while one
// types, an index that is being built.
#pragma once

#include "base/task.h"

#include <QObject>
#include <QThreadPool>

#include <functional>
#include <stop_token>

namespace strata::ui {

/// For the ui thread. A new piece of work overtakes the one before, which is stopped and whose
/// answer is dropped. Destroying it stops the work and waits for it, so work must poll its task.
class Background : public QObject {
    Q_OBJECT
public:
    /// Runs on a worker; what it returns runs on the ui thread. An empty function does nothing.
    using Answer = std::function<void()>;
    using Work = std::function<Answer(TaskContext&)>;

    explicit Background(QObject* parent = nullptr);
    ~Background() override;

    void run(Work work);
    void cancel();
    bool isRunning() const { return m_running; }

private:
    QThreadPool m_pool;
    std::stop_source m_stop;
    quint64 m_generation = 0;
    bool m_running = false;
};

} // namespace strata::ui
