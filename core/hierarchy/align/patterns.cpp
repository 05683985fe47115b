#include "hierarchy/align/patterns.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace strata::align {
namespace {

/// What a variance is the mean of: a power, a square, a difference.
bool is_squared_or_centred(const FlowGraph& graph, NodeId id)
{
    static const Hash mul = operator_class("Mul");
    static const Hash pow = operator_class("Pow");
    static const Hash sub = operator_class("Sub");
    static const Hash cast = operator_class("Cast");
    const FlowNode& node = graph.nodes[id];
    return node.op == pow || node.op == sub || node.op == cast ||
           (node.op == mul && node.inputs.size() == 2 &&
            node.inputs[0].node == node.inputs[1].node);
}

/// x / c → Erf → + 1 → * x → * 0.5, or with the half taken first: GELU spelled out.
bool is_in_error_function(const FlowGraph& graph, NodeId id)
{
    static const Hash erf = operator_class("Erf");
    static const Hash add = operator_class("Add");
    static const Hash mul = operator_class("Mul");
    static const Hash div = operator_class("Div");
    const FlowNode& node = graph.nodes[id];
    const auto reads = [&](NodeId at, Hash op) {
        for (const FlowInput& input : graph.nodes[at].inputs)
            if (input.node != no_id && graph.nodes[input.node].op == op)
                return input.node;
        return no_id;
    };
    const auto shifts = [&](NodeId at) { // Erf(...) + 1
        return at != no_id && graph.nodes[at].op == add && graph.nodes[at].data_inputs == 1 &&
               reads(at, erf) != no_id;
    };
    const auto gates = [&](NodeId at) { // x * (Erf(...) + 1)
        return graph.nodes[at].op == mul && shifts(reads(at, add));
    };
    if (node.op == erf || shifts(id) || gates(id))
        return true;
    if ((node.op != mul && node.op != div) || node.data_inputs != 1)
        return false;
    const NodeId product = reads(id, mul);
    return (product != no_id && gates(product)) ||
           (node.uses.size() == 1 &&
            (graph.nodes[node.uses.front().node].op == erf || gates(node.uses.front().node)));
}

} // namespace

std::vector<NodeId> normalisation_before(const FlowGraph& graph, NodeId scale, NodeId start,
                                         const std::function<bool(NodeId)>& is_free)
{
    static const std::array<Hash, 11> steps{
        operator_class("Div"),        operator_class("Sqrt"),
        operator_class("Add"),        operator_class("Pow"),
        operator_class("ReduceMean"), operator_class("Sub"),
        operator_class("Mul"),        operator_class("Reciprocal"),
        operator_class("Cast"),       operator_class("InstanceNormalization"),
        operator_class("Reshape")};
    static const Hash add = operator_class("Add");
    static const Hash mean = operator_class("ReduceMean");
    static const Hash reshape = operator_class("Reshape");
    static const Hash instance = operator_class("InstanceNormalization");
    constexpr std::size_t most = 12;
    std::vector<NodeId> nodes{start};
    bool starts = false;
    for (std::size_t i = 0; i < nodes.size() && nodes.size() <= most; ++i) {
        const FlowNode& node = graph.nodes[nodes[i]];
        starts = starts || node.op == mean || node.op == instance;
        for (const FlowInput& input : node.inputs) {
            const NodeId from = input.node;
            if (from == no_id || !is_free(from) ||
                std::find(nodes.begin(), nodes.end(), from) != nodes.end() ||
                std::find(steps.begin(), steps.end(), graph.nodes[from].op) == steps.end())
                continue;
            if (graph.nodes[from].op == add && graph.nodes[from].data_inputs > 1)
                continue; // a sum of the flow, not of an epsilon
            if (node.op == mean && !is_squared_or_centred(graph, from))
                continue; // the input
            if (node.op == instance && graph.nodes[from].op != reshape)
                continue;
            if (graph.nodes[from].op == reshape && node.op == reshape)
                continue;
            nodes.push_back(from);
        }
    }
    if (!starts || nodes.size() > most)
        return {};
    // The input itself may be the sum of a residual connection: whoever is read by more than
    // the normalisation stays outside.
    std::unordered_set<NodeId> inside(nodes.begin(), nodes.end());
    bool changed = true;
    while (changed) {
        changed = false;
        for (const NodeId id : nodes) {
            if (!inside.contains(id))
                continue;
            const auto& uses = graph.nodes[id].uses;
            const bool leaves = std::any_of(uses.begin(), uses.end(), [&](const FlowUse& use) {
                return use.node != scale && !inside.contains(use.node);
            });
            const bool reduces = std::any_of(uses.begin(), uses.end(), [&](const FlowUse& use) {
                return graph.nodes[use.node].op == mean || graph.nodes[use.node].op == instance;
            });
            const bool squares = graph.nodes[id].op == operator_class("Pow") ||
                                 graph.nodes[id].op == operator_class("Sub") ||
                                 graph.nodes[id].op == operator_class("Mul") ||
                                 graph.nodes[id].op == operator_class("Cast") ||
                                 graph.nodes[id].op == operator_class("Reshape");
            if (leaves || (reduces && !squares && graph.nodes[id].op != mean)) {
                inside.erase(id);
                changed = true;
            }
        }
    }
    std::erase_if(nodes, [&](NodeId id) { return !inside.contains(id); });
    return nodes;
}

bool is_activation(const FlowGraph& graph, NodeId id)
{
    static const std::array<Hash, 11> functions{
        operator_class("Relu"),      operator_class("HardSwish"), operator_class("Clip"),
        operator_class("LeakyRelu"), operator_class("Elu"),       operator_class("Gelu"),
        operator_class("QuickGelu"), operator_class("Selu"),      operator_class("Celu"),
        operator_class("Mish"),      operator_class("Softplus")};
    static const Hash mul = operator_class("Mul");
    static const Hash sigmoid = operator_class("Sigmoid");
    const FlowNode& node = graph.nodes[id];
    if (node.inputs.empty())
        return false;
    if (node.data_inputs == 1 &&
        std::find(functions.begin(), functions.end(), node.op) != functions.end())
        return true;
    const auto gates = [&](NodeId gate, NodeId product) {
        const FlowNode& g = graph.nodes[gate];
        const FlowNode& p = graph.nodes[product];
        return g.op == sigmoid && p.op == mul && g.inputs.size() == 1 &&
               std::any_of(p.inputs.begin(), p.inputs.end(), [&](const FlowInput& input) {
                   return input.node != no_id && input.node == g.inputs[0].node;
               });
    };
    if (is_in_error_function(graph, id))
        return true;
    if (node.op == sigmoid)
        return std::any_of(node.uses.begin(), node.uses.end(),
                           [&](const FlowUse& use) { return gates(id, use.node); });
    return node.op == mul &&
           std::any_of(node.inputs.begin(), node.inputs.end(), [&](const FlowInput& input) {
               return input.node != no_id && gates(input.node, id);
           });
}

bool is_product(const FlowNode& node)
{
    static const std::array<Hash, 3> products{operator_class("MatMul"), operator_class("Conv"),
                                              operator_class("ConvTranspose")};
    return node.data_inputs == 1 && node.inputs.size() > 1 &&
           std::find(products.begin(), products.end(), node.op) != products.end();
}

bool could_be_module(const FlowNode& node)
{
    static const std::array<Hash, 18> code{
        operator_class("Unsqueeze"), operator_class("Squeeze"), operator_class("Slice"),
        operator_class("Split"),     operator_class("Gather"),  operator_class("GatherND"),
        operator_class("Concat"),    operator_class("Expand"),  operator_class("Tile"),
        operator_class("Where"),     operator_class("Exp"),     operator_class("ReduceMax"),
        operator_class("ReduceSum"), operator_class("ArgMax"),  operator_class("TopK"),
        operator_class("IsNaN"),     operator_class("Min"),     operator_class("ScatterElements")};
    return std::find(code.begin(), code.end(), node.op) == code.end();
}

} // namespace strata::align
