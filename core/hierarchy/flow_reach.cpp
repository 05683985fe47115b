#include "hierarchy/flow_reach.h"

#include "hierarchy/align/patterns.h"

#include <algorithm>
#include <array>

namespace strata {

using align::FlowGraph;
using align::FlowNode;
using align::FlowUse;

std::vector<std::vector<ModuleId>> modules_ahead(const FlowGraph& graph,
                                                 const std::vector<KnownModule>& place,
                                                 const std::vector<bool>& anchor, std::size_t most)
{
    std::vector<std::vector<ModuleId>> ahead(place.size());
    for (auto it = graph.topological.rbegin(); it != graph.topological.rend(); ++it) {
        std::vector<ModuleId>& down = ahead[*it];
        for (const FlowUse& use : graph.nodes[*it].uses) {
            const auto add = [&](ModuleId module) {
                if (down.size() < most && std::find(down.begin(), down.end(), module) == down.end())
                    down.push_back(module);
            };
            if (anchor[use.node])
                add(place[use.node].module);
            else if (!graph.nodes[use.node].constant && !graph.nodes[use.node].shape)
                for (const ModuleId module : ahead[use.node])
                    add(module);
        }
    }
    return ahead;
}

std::vector<bool> leads_to_unnamed(const FlowGraph& graph, const std::vector<bool>& anchor)
{
    static const std::array<align::Hash, 4> products{
        align::operator_class("MatMul"), align::operator_class("Conv"),
        align::operator_class("ConvTranspose"), align::operator_class("Gather")};
    std::vector<bool> leads(graph.nodes.size(), false);
    for (auto it = graph.topological.rbegin(); it != graph.topological.rend(); ++it) {
        const FlowNode& node = graph.nodes[*it];
        leads[*it] = (!anchor[*it] && !node.constant && !node.shape && node.data_inputs == 1 &&
                      node.inputs.size() > 1 &&
                      std::find(products.begin(), products.end(), node.op) != products.end() &&
                      std::any_of(node.inputs.begin(), node.inputs.end(),
                                  [](const align::FlowInput& input) {
                                      return input.initializer != no_id;
                                  })) ||
                     std::any_of(node.uses.begin(), node.uses.end(), [&](const FlowUse& use) {
                         return !anchor[use.node] && leads[use.node];
                     });
    }
    return leads;
}

bool lost_most_names(const FlowGraph& graph, const std::vector<KnownModule>& place)
{
    std::size_t products = 0;
    std::size_t lost = 0;
    for (NodeId id = 0; id < place.size(); ++id)
        if (align::is_product(graph.nodes[id])) {
            ++products;
            lost += place[id].module == no_module ? 1 : 0;
        }
    return 2 * lost > products;
}

} // namespace strata
