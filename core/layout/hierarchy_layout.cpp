#include "layout/hierarchy_layout.h"

#include "base/hash.h"
#include "layout/level_cache.h"
#include "layout/scene_builder.h"
#include "layout/visible_levels.h"

#include <mutex>

namespace strata {

class HierarchyLayout::Impl {
public:
    Result<std::shared_ptr<const DisplayTree>> tree(TaskContext& task)
    {
        if (m_tree)
            return m_tree;
        if (!inspection || !inspection->model)
            return failure(ErrorCode::Usage,
                           "This model has no ONNX graph yet: export it to see one.");
        STRATA_TRY(m_tree, make_display_tree(*inspection, task));
        return m_tree;
    }

    std::shared_ptr<const Inspection> inspection;
    std::shared_ptr<const TextMetrics> metrics;
    LevelCache cache;
    std::array<std::shared_ptr<const NodeClasses>, color_by_count> classes;
    mutable std::mutex mutex;

private:
    std::shared_ptr<const DisplayTree> m_tree;
};

HierarchyLayout::HierarchyLayout(std::shared_ptr<const Inspection> inspection,
                                 std::shared_ptr<const TextMetrics> metrics)
    : m(std::make_unique<Impl>())
{
    m->inspection = std::move(inspection);
    m->metrics = std::move(metrics);
}

HierarchyLayout::~HierarchyLayout() = default;

Result<std::shared_ptr<const DisplayTree>> HierarchyLayout::tree(TaskContext& task)
{
    const std::scoped_lock lock(m->mutex);
    return m->tree(task);
}

Result<std::shared_ptr<const Scene>> HierarchyLayout::layout(const std::set<GroupId>& open,
                                                             TaskContext& task,
                                                             const NodeSubset* shown,
                                                             const std::set<GroupId>& folded)
{
    const std::scoped_lock lock(m->mutex);
    STRATA_TRY(const auto tree, m->tree(task));
    task.begin("layout");
    STRATA_TRY(const auto levels, visible_levels(*tree, open, task, shown, folded));
    SceneBuilder builder(*m->inspection, *tree, *m->metrics, m->cache);
    return builder.build(levels, task);
}

Result<std::shared_ptr<const NodeClasses>> HierarchyLayout::classes(ColorBy by, TaskContext& task)
{
    const std::scoped_lock lock(m->mutex);
    auto& kept = m->classes[static_cast<std::size_t>(by)];
    if (!kept) {
        STRATA_TRY(const auto tree, m->tree(task));
        STRATA_TRY(auto made, classify_nodes(*m->inspection, *tree, by, task));
        kept = std::make_shared<const NodeClasses>(std::move(made));
    }
    return kept;
}

std::size_t HierarchyLayout::computed_levels() const
{
    const std::scoped_lock lock(m->mutex);
    return m->cache.computed();
}

} // namespace strata
