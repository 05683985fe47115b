#include "passes/rewriter.h"

#include "passes/rewire.h"
#include "passes/shape_inference.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace strata {

Rewriter::Rewriter(OnnxModel& model, ValueFacts* facts)
    : m_model(model),
      m_facts(facts),
      m_live(model.nodes.size(), false),
      m_uses(model.values.size(), 0),
      m_given_out(graph_output_values(model)),
      m_taken_in(graph_input_values(model)),
      m_first(model.values.size(), no_id)
{
    mark_live();
    for (NodeId node = 0; node < model.nodes.size(); ++node)
        for (std::size_t i = 0; i < model.nodes[node].inputs.size(); ++i)
            add_reader(node, i);
    for (const OnnxGraph& graph : model.graphs)
        for (const ValueId value : graph.outputs)
            if (value < m_uses.size())
                ++m_uses[value];
}

void Rewriter::need(ValueId value, NodeId swept, std::vector<NodeId>& pending)
{
    if (value >= m_model.values.size())
        return;
    const NodeId producer = m_model.values[value].producer;
    if (producer == no_id || m_live[producer])
        return;
    m_live[producer] = true;
    if (producer >= swept)
        pending.push_back(producer);
}

void Rewriter::mark_live()
{
    // Nodes mostly follow what they read, so one sweep from the end, in the order of the memory,
    // finds nearly all; the others wait in a list.
    std::vector<NodeId> pending;
    const auto count = static_cast<NodeId>(m_model.nodes.size());
    // Bodies are taken to be needed as a whole: few are not, and remove_dead_code() looks closer.
    for (const OnnxGraph& graph : m_model.graphs)
        for (const ValueId value : graph.outputs)
            need(value, count, pending);
    for (NodeId node = count; node-- > 0;) {
        if (!m_live[node] &&
            (m_model.nodes[node].domain != StringId::Empty || !m_model.bodies(node).empty()))
            m_live[node] = true;
        if (m_live[node])
            for (const ValueId value : m_model.nodes[node].inputs)
                need(value, node, pending);
    }
    while (!pending.empty()) {
        const NodeId node = pending.back();
        pending.pop_back();
        for (const ValueId value : m_model.nodes[node].inputs)
            need(value, 0, pending);
    }
}

void Rewriter::add_reader(NodeId node, std::size_t index)
{
    const ValueId value = m_model.nodes[node].inputs[index];
    if (value >= m_uses.size())
        return;
    if (m_live[node])
        ++m_uses[value];
    m_readers.push_back({node, static_cast<std::uint32_t>(index), m_first[value]});
    m_first[value] = static_cast<std::uint32_t>(m_readers.size() - 1);
}

void Rewriter::grow()
{
    m_live.resize(m_model.nodes.size(), true);
    m_uses.resize(m_model.values.size(), 0);
    m_given_out.resize(m_model.values.size(), false);
    m_taken_in.resize(m_model.values.size(), false);
    m_first.resize(m_model.values.size(), no_id);
}

bool Rewriter::is(NodeId node, std::string_view op) const
{
    return m_model.nodes[node].domain == StringId::Empty &&
           m_model.text(m_model.nodes[node].op_type) == op;
}

NodeId Rewriter::producer(ValueId value, std::string_view op) const
{
    if (value >= m_model.values.size())
        return no_id;
    const NodeId node = m_model.values[value].producer;
    return node != no_id && m_live[node] && is(node, op) ? node : no_id;
}

ValueId Rewriter::input(NodeId node, std::size_t index) const
{
    const std::vector<ValueId>& inputs = m_model.nodes[node].inputs;
    return index < inputs.size() ? inputs[index] : no_id;
}

std::vector<OnnxModel::Use> Rewriter::readers(ValueId value) const
{
    std::vector<OnnxModel::Use> found = all_readers(value);
    std::erase_if(found, [&](const OnnxModel::Use& use) { return !m_live[use.node]; });
    return found;
}

std::vector<OnnxModel::Use> Rewriter::all_readers(ValueId value) const
{
    std::vector<OnnxModel::Use> found;
    for (std::uint32_t entry = m_first[value]; entry != no_id; entry = m_readers[entry].next) {
        const Reader& reader = m_readers[entry];
        // An input that went away and came back has two entries.
        if (input(reader.node, reader.input) == value &&
            std::none_of(found.begin(), found.end(), [&](const OnnxModel::Use& use) {
                return use.node == reader.node && use.input == reader.input;
            }))
            found.push_back({reader.node, reader.input});
    }
    std::reverse(found.begin(), found.end());
    return found;
}

const Tensor* Rewriter::weight(ValueId value) const
{
    if (value >= m_model.values.size() || m_taken_in[value])
        return nullptr;
    const std::uint32_t index = m_model.values[value].initializer;
    if (index >= m_model.initializers.size() || m_model.initializers[index].sparse)
        return nullptr;
    return &m_model.initializers[index].tensor;
}

std::optional<Tensor> Rewriter::constant(ValueId value) const
{
    // What depends on an initializer that callers may override is no constant; only values that
    // fold_constants() made, or that nobody computes, are certain.
    if (value >= m_model.values.size() || m_taken_in[value] ||
        m_model.values[value].producer != no_id)
        return std::nullopt;
    static const ValueFacts none;
    return known_constant(m_model, m_facts ? *m_facts : none, value);
}

std::optional<std::vector<std::int64_t>> Rewriter::ints(ValueId value) const
{
    const auto tensor = constant(value);
    if (!tensor)
        return std::nullopt;
    auto numbers = tensor->to_int64s();
    return numbers ? std::optional(std::move(*numbers)) : std::nullopt;
}

std::optional<std::vector<std::int64_t>> Rewriter::static_shape(ValueId value) const
{
    if (value >= m_model.values.size() || !m_model.values[value].has_shape)
        return std::nullopt;
    std::vector<std::int64_t> dims;
    for (const Dim& dim : m_model.values[value].shape) {
        if (!dim.known())
            return std::nullopt;
        dims.push_back(dim.value);
    }
    return dims;
}

std::optional<std::size_t> Rewriter::rank(ValueId value) const
{
    if (value >= m_model.values.size() || !m_model.values[value].has_shape)
        return std::nullopt;
    return m_model.values[value].shape.size();
}

void Rewriter::release(ValueId value)
{
    std::vector<ValueId> pending{value};
    while (!pending.empty()) {
        const ValueId released = pending.back();
        pending.pop_back();
        if (released >= m_uses.size() || --m_uses[released] > 0)
            continue;
        const NodeId producer = m_model.values[released].producer;
        if (producer == no_id || !m_live[producer])
            continue;
        const OnnxNode& node = m_model.nodes[producer];
        if (node.domain != StringId::Empty || !m_model.bodies(producer).empty() ||
            std::any_of(node.outputs.begin(), node.outputs.end(),
                        [&](ValueId output) { return output != no_id && m_uses[output] > 0; }))
            continue;
        m_live[producer] = false;
        pending.insert(pending.end(), node.inputs.begin(), node.inputs.end());
    }
}

void Rewriter::set_input(NodeId node, std::size_t index, ValueId value)
{
    m_changed = true;
    std::vector<ValueId>& inputs = m_model.nodes[node].inputs;
    if (index >= inputs.size())
        inputs.resize(index + 1, no_id);
    const ValueId before = inputs[index];
    if (before == value)
        return;
    inputs[index] = value;
    add_reader(node, index);
    if (m_live[node] && before != no_id)
        release(before);
}

void Rewriter::set_inputs(NodeId node, std::vector<ValueId> inputs)
{
    m_changed = true;
    const std::vector<ValueId> before =
        std::exchange(m_model.nodes[node].inputs, std::move(inputs));
    for (std::size_t i = 0; i < m_model.nodes[node].inputs.size(); ++i)
        add_reader(node, i);
    for (const ValueId value : before)
        if (value != no_id && m_live[node])
            release(value);
}

void Rewriter::set_op(NodeId node, std::string_view op)
{
    m_changed = true;
    m_model.nodes[node].op_type = m_model.intern(op);
    m_model.nodes[node].attributes.clear();
}

void Rewriter::remove_attribute(NodeId node, std::string_view name)
{
    m_changed = true;
    std::erase_if(m_model.nodes[node].attributes,
                  [&](const Attribute& attribute) { return m_model.text(attribute.name) == name; });
}

template <class T>
void Rewriter::put_attribute(NodeId node, std::string_view name, AttributeKind kind, T value)
{
    remove_attribute(node, name);
    Attribute& attribute = m_model.nodes[node].attributes.emplace_back();
    attribute.name = m_model.intern(name);
    attribute.kind = kind;
    attribute.value = std::move(value);
}

void Rewriter::set_attribute(NodeId node, std::string_view name, std::int64_t value)
{
    put_attribute(node, name, AttributeKind::Int, value);
}

void Rewriter::set_attribute(NodeId node, std::string_view name, float value)
{
    put_attribute(node, name, AttributeKind::Float, value);
}

void Rewriter::set_attribute(NodeId node, std::string_view name, std::vector<std::int64_t> value)
{
    put_attribute(node, name, AttributeKind::Ints, std::move(value));
}

bool Rewriter::replace(ValueId from, ValueId to)
{
    if (from == to || from == no_id || to == no_id)
        return false;
    OnnxValue& old_value = m_model.values[from];
    OnnxValue& new_value = m_model.values[to];
    if (!m_given_out[from]) {
        for (const OnnxModel::Use& use : readers(from))
            set_input(use.node, use.input, to);
        m_changed = true;
        return true;
    }
    const NodeId maker = new_value.producer;
    const NodeId old_maker = old_value.producer;
    if (m_given_out[to] || maker == no_id || old_maker == no_id ||
        old_value.graph != new_value.graph)
        return false;
    // The two values change places: the name that the graph gives out stays. Nodes that nobody
    // needs are still listed, and would read `to` before it is made.
    m_changed = true;
    // Its maker is needed still, though for a moment nobody reads `to`.
    ++m_uses[to];
    for (const OnnxModel::Use& use : all_readers(to))
        set_input(use.node, use.input, from);
    --m_uses[to];
    std::swap(m_model.nodes[maker].outputs[new_value.output_index],
              m_model.nodes[old_maker].outputs[old_value.output_index]);
    std::swap(old_value.producer, new_value.producer);
    std::swap(old_value.output_index, new_value.output_index);
    const std::vector<ValueId>& left = m_model.nodes[old_maker].outputs;
    if (m_live[old_maker] && m_model.nodes[old_maker].domain == StringId::Empty &&
        m_model.bodies(old_maker).empty() &&
        std::none_of(left.begin(), left.end(),
                     [&](ValueId value) { return value != no_id && m_uses[value] > 0; })) {
        m_live[old_maker] = false;
        const std::vector<ValueId> inputs = m_model.nodes[old_maker].inputs;
        for (const ValueId value : inputs)
            if (value != no_id)
                release(value);
    }
    return true;
}

void Rewriter::unite_origins(NodeId into, NodeId from)
{
    strata::unite_origins(m_model, into, from);
}

void Rewriter::set_result_of(NodeId into, NodeId from)
{
    if (into < m_model.provenance.size())
        m_model.provenance[into].result =
            from < m_model.provenance.size() ? m_model.provenance[from].result : no_index;
}

void Rewriter::infer(NodeId node)
{
    if (m_facts)
        infer_node(m_model, node, *m_facts);
}

std::string Rewriter::unique_name(std::string base)
{
    // Every name of the model is interned, so a text that is not is certainly free.
    if (m_model.strings().find(base) == StringId::Empty)
        return base;
    for (std::uint32_t& number = m_numbers[base];;)
        if (std::string name = fmt::format("{}_{}", base, ++number);
            m_model.strings().find(name) == StringId::Empty)
            return name;
}

ValueId Rewriter::add_initializer(std::string name, Tensor tensor)
{
    m_changed = true;
    const std::uint32_t index = m_model.add_initializer(
        OnnxModel::main_graph, unique_name(std::move(name)), std::move(tensor));
    grow();
    return m_model.initializers[index].value;
}

ValueId Rewriter::add_ints(const std::vector<std::int64_t>& values)
{
    if (const auto found = m_ints.find(values); found != m_ints.end())
        return found->second;
    const ValueId made = add_initializer("ints", Tensor::int64s(values));
    m_ints.emplace(values, made);
    return made;
}

} // namespace strata
