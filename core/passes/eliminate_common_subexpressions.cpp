#include "passes/passes.h"
#include "passes/rewire.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>
#include <xxhash.h>

namespace strata {
namespace {

// Two runs of these give two results. Dropout draws in training mode.
constexpr std::array<std::string_view, 7> random_ops{
    "Bernoulli",        "Dropout",       "Multinomial",      "RandomNormal",
    "RandomNormalLike", "RandomUniform", "RandomUniformLike"};

constexpr std::int64_t max_tensor_elements = 4096;

/// The bytes of a number.
template <class T>
void append_number(std::string& key, T number)
{
    std::array<char, sizeof(T)> bytes{};
    std::memcpy(bytes.data(), &number, sizeof number);
    key.append(bytes.data(), bytes.size());
}

void append_text(std::string& key, std::string_view text)
{
    append_number(key, text.size());
    key += text;
}

/// Appends what an attribute says; false when it cannot be compared.
bool append_attribute(std::string& key, const Attribute& attribute)
{
    if (attribute.ref_name != StringId::Empty)
        return false;
    append_number(key, attribute.name);
    append_number(key, attribute.kind);
    return std::visit(
        [&](const auto& value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, float>) {
                append_number(key, value);
            } else if constexpr (std::is_same_v<T, std::int64_t>) {
                append_number(key, value);
            } else if constexpr (std::is_same_v<T, std::string>) {
                append_text(key, value);
            } else if constexpr (std::is_same_v<T, Tensor>) {
                const std::string tensor = tensor_key(value, max_tensor_elements);
                append_text(key, tensor);
                return !tensor.empty();
            } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>> ||
                                 std::is_same_v<T, std::vector<float>>) {
                append_number(key, value.size());
                for (const auto item : value)
                    append_number(key, item);
            } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                append_number(key, value.size());
                for (const std::string& item : value)
                    append_text(key, item);
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
    // Each list behind its length, so that different nodes have different bytes.
    append_number(key, node.op_type);
    append_number(key, node.outputs.size());
    for (const ValueId output : node.outputs)
        key += output == no_id ? '-' : '+';
    append_number(key, node.inputs.size());
    for (const ValueId input : node.inputs)
        append_number(key, rewire.resolve(input));
    append_number(key, node.attributes.size());
    const auto by_name = [](const Attribute& a, const Attribute& b) { return a.name < b.name; };
    bool told = true;
    if (std::is_sorted(node.attributes.begin(), node.attributes.end(), by_name)) {
        for (const Attribute& attribute : node.attributes)
            told = told && append_attribute(key, attribute);
    } else {
        std::vector<const Attribute*> sorted;
        for (const Attribute& attribute : node.attributes)
            sorted.push_back(&attribute);
        std::sort(sorted.begin(), sorted.end(),
                  [&](const auto* a, const auto* b) { return by_name(*a, *b); });
        for (const Attribute* attribute : sorted)
            told = told && append_attribute(key, *attribute);
    }
    for (const auto& [name, value] : node.metadata) {
        append_number(key, name);
        append_number(key, value);
    }
    if (!told)
        key.clear();
}

/// The first node of each key that is visible from a graph: its own, and those listed before its
/// owner in the graphs around it. By the key's hash: keys are long, and asked for again only when
/// two hashes are equal. Open addressing; what was added last may be taken out again.
class FirstNodes {
public:
    /// For at most this many nodes.
    explicit FirstNodes(std::size_t nodes) : m_slots(std::bit_ceil(2 * nodes + 2)) {}

    /// The place of the first node with the hash, or the free one where it belongs.
    std::size_t find(std::uint64_t hash) const
    {
        const std::size_t mask = m_slots.size() - 1;
        std::size_t slot = hash & mask;
        while (m_slots[slot].node != no_id && m_slots[slot].hash != hash)
            slot = (slot + 1) & mask;
        return slot;
    }
    NodeId node(std::size_t slot) const { return m_slots[slot].node; } ///< no_id: free
    void put(std::size_t slot, std::uint64_t hash, NodeId node) { m_slots[slot] = {hash, node}; }
    /// In the opposite order of putting, so that no chain is broken.
    void take_out(std::size_t slot) { m_slots[slot] = {}; }

private:
    struct Slot {
        std::uint64_t hash = 0;
        NodeId node = no_id;
    };
    std::vector<Slot> m_slots;
};

constexpr int max_depth = 32;

class Merger {
public:
    Merger(OnnxModel& model, Rewire& rewire)
        : m_model(model),
          m_rewire(rewire),
          m_given_out(graph_output_values(model)),
          m_entered(model.graphs.size(), false),
          m_first(model.nodes.size())
    {}

    void merge_all()
    {
        // Functions see nothing of the main graph, so they come before it.
        for (const OnnxFunction& function : m_model.functions)
            merge(function.body, 1);
        merge(OnnxModel::main_graph, 0);
    }

private:
    void merge(GraphId graph, int depth)
    {
        if (graph >= m_model.graphs.size() || m_entered[graph] || depth > max_depth)
            return;
        m_entered[graph] = true;
        // To be taken out again: others do not see into this graph.
        std::vector<std::size_t> added;
        for (NodeId id : m_model.graphs[graph].nodes) {
            for (GraphId body : m_model.bodies(id))
                merge(body, depth + 1);
            node_key(m_key, m_model, id, m_rewire);
            if (m_key.empty())
                continue;
            const std::uint64_t hash = XXH3_64bits(m_key.data(), m_key.size());
            const std::size_t slot = m_first.find(hash);
            const NodeId same = m_first.node(slot);
            if (same == no_id) {
                m_first.put(slot, hash, id);
                if (depth > 0)
                    added.push_back(slot);
                continue;
            }
            node_key(m_other_key, m_model, same, m_rewire);
            if (m_other_key != m_key)
                continue;
            const auto& outputs = m_model.nodes[id].outputs;
            if (std::any_of(outputs.begin(), outputs.end(),
                            [&](ValueId output) { return output != no_id && m_given_out[output]; }))
                continue;
            for (std::size_t i = 0; i < outputs.size(); ++i)
                if (outputs[i] != no_id)
                    m_rewire.redirect(outputs[i], m_model.nodes[same].outputs[i]);
            unite_origins(m_model, same, id);
        }
        for (std::size_t i = added.size(); i-- > 0;)
            m_first.take_out(added[i]);
    }

    OnnxModel& m_model;
    Rewire& m_rewire;
    std::vector<bool> m_given_out;
    std::vector<bool> m_entered;
    FirstNodes m_first;
    std::string m_key;
    std::string m_other_key;
};

} // namespace

bool eliminate_common_subexpressions(OnnxModel& model)
{
    Rewire rewire(model);
    Merger merger(model, rewire);
    merger.merge_all();
    return rewire.apply(model);
}

} // namespace strata
