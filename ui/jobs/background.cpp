#include "ui/jobs/background.h"

namespace strata::ui {

Background::Background(QObject* parent) : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
}

Background::~Background()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void Background::run(Work work)
{
    cancel();
    m_stop = std::stop_source();
    m_running = true;
    m_pool.start(
        [this, work = std::move(work), generation = m_generation, stop = m_stop.get_token()] {
            if (stop.stop_requested())
                return;
            TaskContext task(stop);
            Answer answer = work(task);
            QMetaObject::invokeMethod(
                this,
                [this, generation, answer = std::move(answer)] {
                    if (generation != m_generation)
                        return; // overtaken
                    m_running = false;
                    if (answer)
                        answer();
                },
                Qt::QueuedConnection);
        });
}

void Background::cancel()
{
    m_stop.request_stop();
    ++m_generation;
    m_running = false;
}

} // namespace strata::ui
