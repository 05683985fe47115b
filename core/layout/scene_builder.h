// Puts laid out levels into one another and makes the scene.
#pragma once

#include "ir/inspection.h"
#include "layout/level_cache.h"
#include "layout/scene.h"
#include "layout/text_metrics.h"
#include "layout/visible_levels.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace strata {

class SceneBuilder {
public:
    SceneBuilder(const Inspection& inspection, const DisplayTree& tree, const TextMetrics& metrics,
                 LevelCache& cache)
        : m_inspection(inspection),
          m_tree(tree),
          m_metrics(metrics),
          m_cache(cache)
    {}

    /// `levels` as visible_levels() gives them. Fails only when cancelled.
    Result<std::shared_ptr<const Scene>> build(const std::vector<VisibleLevel>& levels,
                                               TaskContext& task);

private:
    /// One level on its way: what was asked of the layout and what came back.
    struct Work {
        std::vector<SceneBox> boxes; ///< parallel to the level's items; sizes set
        LevelInput input;            ///< the items, then entries and exits
        std::vector<std::vector<ValueId>> edge_values;
        std::map<LevelEnd, std::uint32_t> index; ///< of input.boxes
        std::vector<ScenePort> ports; ///< rect relative to the item's layout box; box: the item
        std::shared_ptr<const LevelLayout> layout;
    };

    Status lay_out(const VisibleLevel& level, Work& work, TaskContext& task);
    SceneBox make_box(const LevelEnd& item) const;
    void add_marks(const VisibleLevel& level, Work& work) const;
    void add_edges(const VisibleLevel& level, Work& work) const;
    double attachment(const Work& work, const LevelEnd& item, LevelEnd::Kind kind,
                      ValueId value) const;
    void emit(const VisibleLevel& level, const Work& work, Scene& scene) const;
    void emit_edges(const VisibleLevel& level, const Work& work, std::uint32_t container,
                    std::uint32_t first_box, Point origin, Scene& scene) const;

    const Inspection& m_inspection;
    const DisplayTree& m_tree;
    const TextMetrics& m_metrics;
    LevelCache& m_cache;
    std::unordered_map<GroupId, const Work*> m_open;          ///< finished levels
    std::unordered_map<ValueId, std::uint32_t> m_mark_counts; ///< readers' marks
};

} // namespace strata
