#include "ui/canvas/layout_runner.h"

#include <QMetaObject>

namespace strata {

namespace {

LayoutAnswer run(HierarchyLayout& layout, std::set<GroupId> open, bool all, std::stop_token stop)
{
    LayoutAnswer answer;
    TaskContext task(std::move(stop));
    const auto fail = [&](const Error& error) {
        answer.error = QString::fromStdString(error.text());
        return answer;
    };
    const auto tree = layout.tree(task);
    if (!tree)
        return fail(tree.error());
    if (all) {
        for (GroupId id = 0; id < (*tree)->groups.size(); ++id)
            open.insert(id);
    }
    const auto scene = layout.layout(open, task);
    if (!scene)
        return fail(scene.error());
    answer.scene = *scene;
    answer.tree = *tree;
    answer.open = std::move(open);
    return answer;
}

} // namespace

LayoutRunner::LayoutRunner(QObject* parent) : QObject(parent)
{
    m_pool.setMaxThreadCount(1); // one layout at a time; the next one waits for the stop
}

LayoutRunner::~LayoutRunner()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void LayoutRunner::request(std::shared_ptr<HierarchyLayout> layout, std::set<GroupId> open,
                           bool all)
{
    cancel();
    m_stop = std::stop_source();
    m_running = true;
    m_pool.start([this, layout = std::move(layout), open = std::move(open), all,
                  generation = m_generation, stop = m_stop.get_token()]() mutable {
        LayoutAnswer answer = run(*layout, std::move(open), all, stop);
        QMetaObject::invokeMethod(
            this,
            [this, generation, answer = std::move(answer)] {
                if (generation != m_generation)
                    return; // overtaken
                m_running = false;
                Q_EMIT finished(answer);
            },
            Qt::QueuedConnection);
    });
}

void LayoutRunner::cancel()
{
    m_stop.request_stop();
    ++m_generation;
    m_running = false;
}

} // namespace strata
