#include "hierarchy/residual_sums.h"

#include <algorithm>
#include <array>

namespace strata {

std::vector<bool> sums_outside(const align::FlowGraph& graph, const ModuleTree& modules,
                               const std::vector<KnownModule>& known, const ContainerKinds& kinds,
                               const std::vector<ModuleId>& attentions)
{
    static const std::array<align::Hash, 2> layer_normalisations{
        align::operator_class("LayerNormalization"), align::operator_class("ReduceMean")};
    static const std::array<align::Hash, 3> others{align::operator_class("InstanceNormalization"),
                                                   align::operator_class("GroupNormalization"),
                                                   align::operator_class("BatchNormalization")};
    const auto is_one_of = [](const auto& operators, align::Hash op) {
        return std::find(operators.begin(), operators.end(), op) != operators.end();
    };
    std::vector<bool> result(modules.size(), false);
    std::vector<bool> has_norm(modules.size(), false);
    std::vector<bool> seen(modules.size(), false);
    for (const NodeId id : graph.topological) {
        if (id >= known.size() || known[id].module == no_module || graph.nodes[id].constant ||
            graph.nodes[id].shape)
            continue;
        const align::Hash op = graph.nodes[id].op;
        const bool layer_norm = is_one_of(layer_normalisations, op);
        for (ModuleId m = known[id].module; m != no_module; m = modules[m].parent) {
            has_norm[m] = has_norm[m] || layer_norm || is_one_of(others, op);
            const ModuleId parent = modules[m].parent;
            const bool stacked = is_module_number(modules[m].name) && parent != no_module &&
                                 !kinds.separated[parent];
            if (!seen[m] && layer_norm && !stacked && !modules[m].children.empty())
                result[m] = true;
            seen[m] = true;
        }
    }
    for (const ModuleId attention : attentions)
        if (!has_norm[attention])
            result[attention] = true;
    return result;
}

} // namespace strata
