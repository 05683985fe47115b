#include "passes/passes.h"
#include "passes/rewire.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
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
void node_key(std::string& key, const OnnxModel& model, NodeId id, const Rewire& rewire)
{
    key.clear();
    const OnnxNode& node = model.nodes[id];
    const std::string_view op = model.text(node.op_type);
    if (node.domain != StringId::Empty ||
        std::find(random_ops.begin(), random_ops.end(), op) != random_ops.end())
        return;
    const auto to_key = std::back_inserter(key);
    fmt::format_to(to_key, "{}/{}", op, node.outputs.size());
    for (ValueId output : node.outputs)
        key += output == no_id ? '-' : '+';
    for (ValueId input : node.inputs)
        fmt::format_to(to_key, ",{}", rewire.resolve(input));
    std::vector<const Attribute*> sorted;
    for (const Attribute& attribute : node.attributes)
        sorted.push_back(&attribute);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->name < b->name; });
    for (const Attribute* attribute : sorted)
        if (!append_attribute(key, model, *attribute)) {
            key.clear();
            return;
        }
    for (const auto& [name, value] : node.metadata)
        fmt::format_to(to_key, "#{}={}", static_cast<std::uint32_t>(name),
                       static_cast<std::uint32_t>(value));
}

/// The first node of each key that is visible from a graph: its own, and those listed before its
/// owner in the graphs around it.
using FirstNodes = std::unordered_map<std::string, NodeId>;
constexpr int max_depth = 32;

class Merger {
public:
    Merger(OnnxModel& model, Rewire& rewire)
        : m_model(model),
          m_rewire(rewire),
          m_given_out(graph_output_values(model)),
          m_entered(model.graphs.size(), false)
    {}

    void merge(GraphId graph)
    {
        FirstNodes first;
        first.reserve(m_model.graphs[graph].nodes.size());
        merge(graph, first, 0);
    }

private:
    void merge(GraphId graph, FirstNodes& first, int depth)
    {
        if (graph >= m_model.graphs.size() || m_entered[graph] || depth > max_depth)
            return;
        m_entered[graph] = true;
        // To be taken out again: others do not see into this graph.
        std::vector<const FirstNodes::value_type*> added;
        for (NodeId id : m_model.graphs[graph].nodes) {
            for (GraphId body : m_model.bodies(id))
                merge(body, first, depth + 1);
            node_key(m_key, m_model, id, m_rewire);
            if (m_key.empty())
                continue;
            const auto [it, inserted] = first.emplace(m_key, id);
            if (inserted) {
                if (depth > 0)
                    added.push_back(&*it);
                continue;
            }
            const auto& outputs = m_model.nodes[id].outputs;
            if (std::any_of(outputs.begin(), outputs.end(),
                            [&](ValueId output) { return output != no_id && m_given_out[output]; }))
                continue;
            for (std::size_t i = 0; i < outputs.size(); ++i)
                if (outputs[i] != no_id)
                    m_rewire.redirect(outputs[i], m_model.nodes[it->second].outputs[i]);
            unite_origins(m_model, it->second, id);
        }
        for (const FirstNodes::value_type* entry : added)
            first.erase(first.find(entry->first));
    }

    OnnxModel& m_model;
    Rewire& m_rewire;
    std::vector<bool> m_given_out;
    std::vector<bool> m_entered;
    std::string m_key;
};

} // namespace

bool eliminate_common_subexpressions(OnnxModel& model)
{
    Rewire rewire(model);
    Merger merger(model, rewire);
    merger.merge(OnnxModel::main_graph);
    for (const OnnxFunction& function : model.functions)
        merger.merge(function.body);
    bool changed = false;
    for (const OnnxNode& node : model.nodes)
        for (ValueId input : node.inputs)
            changed = changed || rewire.resolve(input) != input;
    if (changed)
        rewire.apply(model);
    return changed;
}

} // namespace strata
