// From an inspection and the set of open groups to a scene: one level at a time, bottom up.
#pragma once

#include "layout/display_tree.h"
#include "layout/level_layout.h"
#include "layout/node_classes.h"
#include "layout/scene.h"
#include "layout/text_metrics.h"

#include <memory>
#include <set>

namespace strata {

/// Lays out one inspection again and again as groups open and close. Levels whose content did not
/// change are taken from a cache, so that opening a group costs its own level and its ancestors'.
/// One call at a time (others wait); meant for a worker thread.
class HierarchyLayout {
public:
    HierarchyLayout(std::shared_ptr<const Inspection> inspection,
                    std::shared_ptr<const TextMetrics> metrics);
    ~HierarchyLayout();
    HierarchyLayout(const HierarchyLayout&) = delete;
    HierarchyLayout& operator=(const HierarchyLayout&) = delete;

    /// What can be opened; built by the first call. Fails when cancelled, and when the inspection
    /// has no model.
    Result<std::shared_ptr<const DisplayTree>> tree(TaskContext& task);

    /// The same scene for the same open groups. Ids that do not exist, and groups inside closed
    /// ones, change nothing. Fails as tree() does.
    /// `shown`, `folded`: see visible_levels().
    Result<std::shared_ptr<const Scene>> layout(const std::set<GroupId>& open, TaskContext& task,
                                                const NodeSubset* shown = nullptr,
                                                const std::set<GroupId>& folded = {});

    /// The classes that the nodes are coloured by; kept once computed. Fails as tree() does.
    Result<std::shared_ptr<const NodeClasses>> classes(ColorBy by, TaskContext& task);

    /// Levels that were computed so far, not found in the cache.
    std::size_t computed_levels() const;

private:
    class Impl;
    std::unique_ptr<Impl> m;
};

} // namespace strata
