#include "hierarchy/folded_tensors.h"

#include <algorithm>
#include <array>

namespace strata {

using align::FlowInput;
using align::FlowNode;

std::vector<bool> tensors_without_data(const align::FlowGraph& graph, std::size_t count)
{
    std::vector<bool> data_free(graph.nodes.size(), false);
    std::vector<bool> read(count, false);
    std::vector<bool> meets_data(count, false);
    for (const NodeId id : graph.topological) {
        const FlowNode& node = graph.nodes[id];
        data_free[id] =
            node.constant || node.shape ||
            std::all_of(node.inputs.begin(), node.inputs.end(), [&](const FlowInput& input) {
                return input.node != no_id ? data_free[input.node] : input.graph_input == no_id;
            });
        for (const std::uint32_t tensor : node.tensors) {
            read[tensor] = true;
            meets_data[tensor] = meets_data[tensor] || !data_free[id];
        }
    }
    std::vector<bool> result(count, false);
    for (std::size_t i = 0; i < count; ++i)
        result[i] = read[i] && !meets_data[i];
    return result;
}

bool is_moved_by_next(const align::FlowGraph& graph, const std::vector<bool>& arrived, NodeId id)
{
    static const std::array<align::Hash, 4> steps{
        align::operator_class("Add"), align::operator_class("Sub"), align::operator_class("Mul"),
        align::operator_class("Div")};
    const auto& uses = graph.nodes[id].uses;
    if (uses.size() != 1 || arrived[uses.front().node])
        return false;
    const FlowNode& user = graph.nodes[uses.front().node];
    return user.data_inputs == 1 && user.inputs.size() == 2 &&
           std::find(steps.begin(), steps.end(), user.op) != steps.end();
}

} // namespace strata
