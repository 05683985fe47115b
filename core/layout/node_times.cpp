#include "layout/node_times.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace strata {

namespace {

/// As Attribution names its origins.
const std::string& name_of(const FxGraph& graph, std::size_t id)
{
    const FxNode& node = graph.nodes[id];
    return node.outputs.empty() ? node.target : graph.values[node.outputs.front()].name;
}

} // namespace

bool has_times(const Inspection& inspection)
{
    return inspection.program != nullptr &&
           std::any_of(inspection.profile.begin(), inspection.profile.end(),
                       [](const NodeProfile& p) { return p.runs > 0 && p.seconds > 0; });
}

Result<std::vector<double>> node_seconds(const Inspection& inspection, TaskContext& task)
{
    std::vector<double> seconds(inspection.attribution.size());
    if (!has_times(inspection))
        return seconds;
    struct Origin {
        double seconds = 0.0;
        double nodes = 0.0; ///< that it became
    };
    std::unordered_map<std::string_view, Origin> origins;
    const FxGraph& graph = inspection.program->graph;
    const std::size_t measured = std::min(graph.nodes.size(), inspection.profile.size());
    for (std::size_t id = 0; id < measured; ++id)
        if (inspection.profile[id].runs > 0)
            origins[name_of(graph, id)].seconds = inspection.profile[id].seconds;
    for (const bool count : {true, false})
        for (std::size_t node = 0; node < seconds.size(); ++node) {
            if (node % 4096 == 0)
                STRATA_CHECK(task.poll());
            for (const std::string& name : inspection.attribution[node].origins) {
                const auto origin = origins.find(name);
                if (origin == origins.end())
                    continue;
                if (count)
                    origin->second.nodes += 1;
                else
                    seconds[node] += origin->second.seconds / origin->second.nodes;
            }
        }
    return seconds;
}

} // namespace strata
