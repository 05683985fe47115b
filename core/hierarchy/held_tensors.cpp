#include "hierarchy/held_tensors.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace strata {
namespace {

/// Tensors of integers this small are sizes and indices that occur everywhere.
constexpr std::int64_t smallest_integer_tensor = 8;

bool can_be_recognised(const Tensor& tensor)
{
    const std::int64_t count = tensor.element_count();
    return count > 0 && (is_floating_point(tensor.dtype) || count >= smallest_integer_tensor);
}

} // namespace

std::vector<HeldTensor> held_tensors(const OnnxModel& model)
{
    std::vector<HeldTensor> held;
    const auto readers = model.consumers();
    std::vector<bool> given(model.values.size(), false);
    for (const OnnxGraph& graph : model.graphs)
        for (const ValueId output : graph.outputs)
            if (output != no_id)
                given[output] = true;
    const auto is_read = [&](const Initializer& initializer) {
        return !readers[initializer.value].empty() || given[initializer.value];
    };
    for (std::uint32_t i = 0; i < model.initializers.size(); ++i)
        if (!model.initializers[i].sparse && is_read(model.initializers[i]) &&
            can_be_recognised(model.initializers[i].tensor))
            held.push_back({&model.initializers[i].tensor, i, no_id});
    for (NodeId id = 0; id < model.nodes.size(); ++id)
        if (model.text(model.nodes[id].op_type) == "Constant")
            if (const Attribute* value = model.attribute(id, "value"))
                if (const auto* tensor = std::get_if<Tensor>(&value->value);
                    tensor && can_be_recognised(*tensor) && tensor->element_count() > 1)
                    held.push_back({tensor, no_id, id});
    return held;
}

void mark_tensors(align::FlowGraph& graph, const std::vector<HeldTensor>& held,
                  const std::vector<std::vector<TensorMatch>>& matches, std::size_t first)
{
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> of_initializer;
    std::vector<std::vector<std::uint32_t>> of_constant(graph.nodes.size());
    std::unordered_set<std::uint32_t> scaled;
    for (std::size_t i = 0; i < held.size(); ++i) {
        const auto& found = matches[first + i];
        const bool several = found.size() > 1 && found.front().change != TensorChange::Parts;
        if (found.empty() || several)
            continue;
        std::vector<std::uint32_t> sources;
        for (const TensorMatch& match : found)
            sources.push_back(match.source);
        if (held[i].initializer != no_id && found.front().change == TensorChange::Scaled)
            scaled.insert(held[i].initializer);
        if (held[i].initializer != no_id)
            of_initializer[held[i].initializer] = std::move(sources);
        else
            of_constant[held[i].constant] = std::move(sources);
    }
    constexpr std::size_t most = 64;
    for (const NodeId id : graph.topological) {
        align::FlowNode& node = graph.nodes[id];
        node.tensors = of_constant[id];
        for (const align::FlowInput& input : node.inputs) {
            const std::vector<std::uint32_t>* from = nullptr;
            // Also through a node that brings a quantised tensor back.
            node.scaled = node.scaled || (input.node != no_id && graph.nodes[input.node].constant &&
                                          graph.nodes[input.node].scaled);
            if (const auto it = of_initializer.find(input.initializer);
                input.initializer != no_id && it != of_initializer.end())
                from = &it->second;
            else if (input.node != no_id && graph.nodes[input.node].constant)
                from = &graph.nodes[input.node].tensors;
            node.scaled = node.scaled || scaled.contains(input.initializer);
            if (from && node.tensors.size() < most)
                node.tensors.insert(node.tensors.end(), from->begin(), from->end());
        }
        std::sort(node.tensors.begin(), node.tensors.end());
        node.tensors.erase(std::unique(node.tensors.begin(), node.tensors.end()),
                           node.tensors.end());
    }
}

} // namespace strata
