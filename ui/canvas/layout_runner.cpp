#include "ui/canvas/layout_runner.h"

#include <QMetaObject>

#include <optional>

namespace strata {

namespace {

/// The nodes of the wanted classes that are among the wanted nodes.
Result<std::shared_ptr<const NodeSubset>> subset(const LayoutRequest& request,
                                                 const NodeClasses& classes,
                                                 const DisplayTree& tree, TaskContext& task)
{
    if (request.classes == 0 && !request.nodes)
        return nullptr;
    std::vector<bool> nodes =
        request.nodes ? *request.nodes : std::vector<bool>(classes.of_node.size(), true);
    nodes.resize(classes.of_node.size());
    if (request.classes != 0)
        for (std::size_t i = 0; i < nodes.size(); ++i)
            nodes[i] = nodes[i] && (request.classes >> classes.of_node[i] & 1U) != 0;
    STRATA_TRY(auto made, make_subset(tree, std::move(nodes), task));
    return std::make_shared<const NodeSubset>(std::move(made));
}

Result<std::shared_ptr<const NodeClasses>> classes_for(HierarchyLayout& layout,
                                                       const LayoutRequest& request,
                                                       const DisplayTree& tree, TaskContext& task)
{
    if (!request.differences)
        return layout.classes(request.color_by, task);
    if (request.marked)
        return request.marked;
    STRATA_TRY(auto marked, mark_differences(tree, *request.differences, task));
    return std::make_shared<const NodeClasses>(std::move(marked));
}

LayoutAnswer run(HierarchyLayout& layout, LayoutRequest request, std::stop_token stop)
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
    if (request.all) {
        for (GroupId id = 0; id < (*tree)->groups.size(); ++id)
            request.open.insert(request.open.end(), id);
    }
    const auto classes = classes_for(layout, request, **tree, task);
    if (!classes)
        return fail(classes.error());
    const auto kept = subset(request, **classes, **tree, task);
    if (!kept)
        return fail(kept.error());
    std::optional<NodeSubset> shown;
    if (request.shown) {
        auto made = make_subset(**tree, *request.shown, task);
        if (!made)
            return fail(made.error());
        shown = std::move(*made);
    }
    std::set<GroupId> folded;
    for (const GroupId repeat : (*tree)->repeats)
        if (request.fold_repeats != request.fold_exceptions.contains(repeat))
            folded.insert(folded.end(), repeat);
    const auto scene = layout.layout(request.open, task, shown ? &*shown : nullptr, folded);
    if (!scene)
        return fail(scene.error());
    answer.classes = *classes;
    answer.subset = *kept;
    answer.scene = *scene;
    answer.index = std::make_shared<const SceneIndex>(*scene);
    answer.tree = *tree;
    answer.open = std::move(request.open);
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

void LayoutRunner::request(std::shared_ptr<HierarchyLayout> layout, LayoutRequest request)
{
    cancel();
    m_stop = std::stop_source();
    m_running = true;
    m_pool.start([this, layout = std::move(layout), request = std::move(request),
                  generation = m_generation, stop = m_stop.get_token()]() mutable {
        LayoutAnswer answer = run(*layout, std::move(request), stop);
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
