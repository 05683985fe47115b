#include "ui/models/fx_kinds.h"

namespace strata::ui {

Result<std::vector<FxKindCounts>> countFxKinds(const Program& program, TaskContext& task)
{
    std::vector<FxKindCounts> counts(program.modules.size(), FxKindCounts{});
    const FxGraph& graph = program.graph;
    const auto add = [&](FrameId frame, FxKind kind) {
        if (frame < graph.frames.size() && graph.frames[frame].module < counts.size())
            ++counts[graph.frames[frame].module][static_cast<std::size_t>(kind)];
    };
    std::size_t seen = 0;
    for (const FxNode& node : graph.nodes) {
        if (++seen % 4096 == 0)
            STRATA_CHECK(task.poll());
        add(node.frame, node.kind);
    }
    for (const CallFrame& frame : graph.frames)
        if (frame.parent != no_index)
            add(frame.parent, FxKind::CallModule);
    // Parents come before their children.
    for (std::size_t id = counts.size(); id-- > 0;)
        if (const ModuleId parent = program.modules[static_cast<ModuleId>(id)].parent;
            parent != no_module)
            for (std::size_t kind = 0; kind < fx_kind_count; ++kind)
                counts[parent][kind] += counts[id][kind];
    return counts;
}

} // namespace strata::ui
