// What a projection says of itself: calls counted anew, and what the export holds for.
#include "strategy/projector.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata {

void Projector::count_calls()
{
    FxGraph& graph = m_result.program->graph;
    // Calls that compute nothing have no node that brought their frame along. They are kept where
    // all of their callers were.
    std::vector<bool> computes(m_from.frames.size(), false);
    for (const FxNode& node : m_from.nodes)
        for (FrameId frame = node.frame; frame != no_index && !computes[frame];
             frame = m_from.frames[frame].parent)
            computes[frame] = true;
    const auto& known = m_scopes.front().frames;
    for (FrameId frame = 0; frame < m_from.frames.size(); ++frame)
        if (!computes[frame] && known.contains(m_from.frames[frame].parent))
            map_frame(frame);

    ModuleTree& modules = m_result.program->modules;
    for (ModuleId id = 0; id < modules.size(); ++id)
        modules.at(id).calls = 0;
    for (CallFrame& frame : graph.frames)
        frame.call = modules.at(frame.module).calls++;
}

void Projector::note(std::string kind, FxNodeId id, std::string detail, Dependence dependence,
                     std::size_t count)
{
    // What depends on nothing but the model holds for all inputs.
    if (dependence == Dependence::OnModel)
        return;
    const FxNode& node = m_from.nodes[id];
    ProjectedRegion region;
    region.kind = std::move(kind);
    region.module = m_program.modules[m_from.frames[node.frame].module].fqn;
    if (node.source != no_index)
        region.source = fmt::format("{}:{}", m_from.sources[node.source].file,
                                    m_from.sources[node.source].line);
    region.detail = std::move(detail);
    region.count = count;
    region.depends_on_data = dependence == Dependence::OnData;
    const std::string key =
        fmt::format("{}\n{}\n{}\n{}", region.kind, region.module, region.source, region.detail);
    const auto [it, inserted] = m_region_of.emplace(key, m_result.regions.size());
    if (inserted)
        m_result.regions.push_back(std::move(region));
    else
        m_result.regions[it->second].count += count;
}

void Projector::describe()
{
    for (const ProjectedRegion& region : m_result.regions) {
        const std::string place = region.source.empty() ? std::string() : " at " + region.source;
        const std::string times =
            region.count > 1 ? fmt::format(" ({} times)", region.count) : std::string();
        std::string what;
        std::string code;
        if (region.kind == "branch") {
            code = "branch-taken";
            what = fmt::format("branch{}: {}{}", place, region.detail, times);
        } else if (region.kind == "loop") {
            code = "loop-unrolled";
            what = fmt::format("loop{}: {}{}", place, region.detail, times);
        } else {
            code = "value-fixed";
            what = fmt::format("value{}: {}{}", place, region.detail, times);
        }
        m_result.diagnostics.push_back(
            {Severity::Info, std::move(code),
             fmt::format("This export holds for inputs with the same {} as in the run: {}.",
                         region.depends_on_data ? "decisions" : "shapes", what),
             region.module.empty() && region.source.empty() ? std::string()
             : region.source.empty()                        ? region.module
                                     : fmt::format("{} ({})", region.module, region.source)});
    }
    if (m_plan.shapes)
        m_result.diagnostics.push_back(
            {Severity::Info,
             "shapes-fixed",
             "Shapes that the code does not tell are those of the run: this export holds for "
             "inputs that give the same shapes.",
             {}});
    else if (m_plan.ranks)
        m_result.diagnostics.push_back({Severity::Info,
                                        "ranks-fixed",
                                        "Ranks that the code does not tell are those of the run.",
                                        {}});
}

} // namespace strata
