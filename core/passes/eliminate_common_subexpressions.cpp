#include "passes/passes.h"
#include "passes/rewire.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unordered_map>

namespace strata {
namespace {

// Two runs of these give two results. Dropout draws in training mode.
constexpr std::array<std::string_view, 7> random_ops{
    "Bernoulli",        "Dropout",       "Multinomial",      "RandomNormal",
    "RandomNormalLike", "RandomUniform", "RandomUniformLike"};

constexpr std::int64_t max_tensor_elements = 4096;

/// Appends what an attribute says; false when it cannot be compared.
bool append_attribute(std::string& key, const OnnxModel& model, const Attribute& attribute)
{
    if (attribute.ref_name != StringId::Empty)
        return false;
    key += fmt::format("|{}={}:", model.text(attribute.name), static_cast<int>(attribute.kind));
    return std::visit(
        [&](const auto& value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, float>) {
                key += fmt::format("{}", std::bit_cast<std::uint32_t>(value));
            } else if constexpr (std::is_same_v<T, std::int64_t>) {
                key += fmt::format("{}", value);
            } else if constexpr (std::is_same_v<T, std::string>) {
                key += fmt::format("{}:{}", value.size(), value);
            } else if constexpr (std::is_same_v<T, Tensor>) {
                const std::string tensor = tensor_key(value, max_tensor_elements);
                key += fmt::format("{}:{}", tensor.size(), tensor);
                return !tensor.empty();
            } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
                key += fmt::format("{}", fmt::join(value, ","));
            } else if constexpr (std::is_same_v<T, std::vector<float>>) {
                for (float item : value)
                    key += fmt::format("{},", std::bit_cast<std::uint32_t>(item));
            } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                for (const std::string& item : value)
                    key += fmt::format("{}:{}", item.size(), item);
            } else {
                return false; // bodies, lists of tensors, nothing
            }
            return true;
        },
        attribute.value);
}

/// Equal keys mean that the nodes compute the same; empty: the node must stay.
std::string node_key(const OnnxModel& model, NodeId id, const Rewire& rewire)
{
    const OnnxNode& node = model.nodes[id];
    const std::string_view op = model.text(node.op_type);
    if (node.domain != StringId::Empty ||
        std::find(random_ops.begin(), random_ops.end(), op) != random_ops.end())
        return {};
    std::string key = fmt::format("{}/{}", op, node.outputs.size());
    for (ValueId output : node.outputs)
        key += output == no_id ? '-' : '+';
    for (ValueId input : node.inputs)
        key += fmt::format(",{}", rewire.resolve(input));
    std::vector<const Attribute*> sorted;
    for (const Attribute& attribute : node.attributes)
        sorted.push_back(&attribute);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->name < b->name; });
    for (const Attribute* attribute : sorted)
        if (!append_attribute(key, model, *attribute))
            return {};
    for (const auto& [name, value] : node.metadata)
        key += fmt::format("#{}={}", static_cast<std::uint32_t>(name),
                           static_cast<std::uint32_t>(value));
    return key;
}

} // namespace

bool eliminate_common_subexpressions(OnnxModel& model)
{
    const std::vector<bool> given_out = graph_output_values(model);
    Rewire rewire(model);
    for (const OnnxGraph& graph : model.graphs) {
        std::unordered_map<std::string, NodeId> first;
        for (NodeId id : graph.nodes) {
            std::string key = node_key(model, id, rewire);
            if (key.empty())
                continue;
            const auto [it, inserted] = first.emplace(std::move(key), id);
            const auto& outputs = model.nodes[id].outputs;
            if (inserted || std::any_of(outputs.begin(), outputs.end(), [&](ValueId output) {
                    return output != no_id && given_out[output];
                }))
                continue;
            for (std::size_t i = 0; i < outputs.size(); ++i)
                if (outputs[i] != no_id)
                    rewire.redirect(outputs[i], model.nodes[it->second].outputs[i]);
            unite_origins(model, it->second, id);
        }
    }
    bool changed = false;
    for (const OnnxNode& node : model.nodes)
        for (ValueId input : node.inputs)
            changed = changed || rewire.resolve(input) != input;
    if (changed)
        rewire.apply(model);
    return changed;
}

} // namespace strata
