#include "passes/dead_code.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace strata {
namespace {

/// Operators whose outputs after the first may be left out.
constexpr std::array<std::string_view, 7> optional_outputs{
    "BatchNormalization", "Dropout", "GRU", "LSTM", "LayerNormalization", "MaxPool", "RNN"};

class DeadCode {
public:
    explicit DeadCode(OnnxModel& model)
        : m_model(model),
          m_live_nodes(model.nodes.size(), false),
          m_live_values(model.values.size(), false)
    {
        if (model.graphs.size() > 1)
            m_carried_of.resize(model.values.size());
        for (NodeId id = 0; id < model.nodes.size(); ++id)
            if (model.graphs.size() > 1 && kind_of(id) == Kind::Loop) {
                const auto& params = model.graphs[model.bodies(id).front()].inputs;
                for (std::size_t i = 2; i < params.size(); ++i)
                    m_carried_of[params[i]] = {id, i - 2};
            }
    }

    std::vector<NodeId> remove()
    {
        mark();
        trim_bodies();
        drop_optional_outputs();
        for (OnnxGraph& graph : m_model.graphs)
            std::erase_if(graph.nodes, [&](NodeId node) { return !m_live_nodes[node]; });
        compact_nodes();
        compact_values();
        return m_new_nodes;
    }

private:
    /// Nodes whose outputs go one by one; all others are needed as a whole.
    enum class Kind { Other, If, Loop };
    Kind kind_of(NodeId id) const
    {
        const OnnxNode& node = m_model.nodes[id];
        if (node.domain != StringId::Empty)
            return Kind::Other;
        const std::string_view op = m_model.text(node.op_type);
        const std::size_t bodies = op == "If" || op == "Loop" ? m_model.bodies(id).size() : 0;
        return op == "If" && bodies == 2 ? Kind::If : bodies == 1 ? Kind::Loop : Kind::Other;
    }

    void need(ValueId value)
    {
        if (value == no_id || m_live_values[value])
            return;
        m_live_values[value] = true;
        if (!m_carried_of.empty())
            if (const Carried& carried = m_carried_of[value]; carried.loop != no_id)
                need_carried(carried.loop, carried.index);
        const NodeId producer = m_model.values[value].producer;
        if (producer == no_id)
            return;
        need_node(producer);
        const Kind kind = kind_of(producer);
        if (kind == Kind::Other)
            return;
        const auto& outputs = m_model.nodes[producer].outputs;
        const auto index = static_cast<std::size_t>(
            std::find(outputs.begin(), outputs.end(), value) - outputs.begin());
        if (kind == Kind::Loop && index + 2 < m_model.nodes[producer].inputs.size())
            return need_carried(producer, index);
        for (const GraphId body : m_model.bodies(producer))
            need_result(body, index + (kind == Kind::Loop ? 1 : 0));
    }

    void need_result(GraphId body, std::size_t index)
    {
        const auto& results = m_model.graphs[body].outputs;
        if (index < results.size())
            need(results[index]);
    }

    /// What goes round in a loop is needed as one: what comes in, what goes out of the body and of
    /// the node.
    void need_carried(NodeId loop, std::size_t index)
    {
        need_node(loop);
        const OnnxNode& node = m_model.nodes[loop];
        const GraphId body = m_model.bodies(loop).front();
        if (index + 2 < node.inputs.size())
            need(node.inputs[index + 2]);
        if (index + 2 < m_model.graphs[body].inputs.size())
            need(m_model.graphs[body].inputs[index + 2]);
        need_result(body, index + 1);
        if (index < node.outputs.size())
            need(node.outputs[index]);
    }

    void need_node(NodeId node)
    {
        if (m_live_nodes[node])
            return;
        m_live_nodes[node] = true;
        if (node >= m_swept)
            m_pending.push_back(node);
    }

    /// What a node reads, bodies included; what encloses it.
    void follow(NodeId node)
    {
        const Kind kind = kind_of(node);
        const auto& inputs = m_model.nodes[node].inputs;
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (kind != Kind::Loop || i < 2)
                need(inputs[i]);
        for (const GraphId body : m_model.bodies(node)) {
            const OnnxGraph& graph = m_model.graphs[body];
            for (std::size_t i = 0; i < graph.inputs.size(); ++i)
                if (kind != Kind::Loop || i < 2)
                    need(graph.inputs[i]);
            for (std::size_t i = 0; i < graph.outputs.size(); ++i)
                if (kind == Kind::Other || (kind == Kind::Loop && i == 0))
                    need(graph.outputs[i]);
        }
        // A node with a body that something in it needs has one output at least.
        const auto& outputs = m_model.nodes[node].outputs;
        if (kind != Kind::Other && !outputs.empty() &&
            std::none_of(outputs.begin(), outputs.end(),
                         [&](ValueId output) { return output != no_id && m_live_values[output]; }))
            need(outputs.front());
        const GraphId graph = m_model.nodes[node].graph;
        if (graph != no_id && m_model.graphs[graph].owner != no_id)
            need_node(m_model.graphs[graph].owner);
    }

    void mark()
    {
        m_swept = static_cast<NodeId>(m_model.nodes.size());
        const OnnxGraph& main = m_model.graphs[OnnxModel::main_graph];
        for (const ValueId value : main.inputs)
            need(value);
        for (const ValueId value : main.outputs)
            need(value);
        for (NodeId node = 0; node < m_model.nodes.size(); ++node)
            if (const auto domain = m_model.text(m_model.nodes[node].domain);
                !domain.empty() && domain != "ai.onnx")
                need_node(node);
        // Nodes mostly follow what they read, so one sweep from the end, in the order of the
        // memory, finds nearly all; the others wait in the list.
        while (m_swept > 0)
            if (m_live_nodes[--m_swept])
                follow(m_swept);
        while (!m_pending.empty()) {
            const NodeId node = m_pending.back();
            m_pending.pop_back();
            follow(node);
        }
    }

    /// Results of branches and loops that nobody reads.
    void trim_bodies()
    {
        for (NodeId id = 0; id < m_model.nodes.size(); ++id) {
            const Kind kind = m_live_nodes[id] ? kind_of(id) : Kind::Other;
            if (kind == Kind::Other)
                continue;
            OnnxNode& node = m_model.nodes[id];
            for (std::size_t i = node.outputs.size(); i-- > 0;) {
                if (node.outputs[i] != no_id && m_live_values[node.outputs[i]])
                    continue;
                const std::size_t skip = kind == Kind::Loop ? 1 : 0;
                const bool carried = kind == Kind::Loop && i + 2 < node.inputs.size();
                for (const GraphId body : m_model.bodies(id)) {
                    OnnxGraph& graph = m_model.graphs[body];
                    erase_at(graph.outputs, i + skip);
                    if (carried)
                        erase_at(graph.inputs, i + 2);
                }
                if (carried)
                    erase_at(node.inputs, i + 2);
                erase_at(node.outputs, i);
                if (i == 0 && id < m_model.provenance.size())
                    m_model.provenance[id].result = no_index; // the first output is another one
            }
        }
    }
    static void erase_at(std::vector<ValueId>& values, std::size_t i)
    {
        if (i < values.size())
            values.erase(values.begin() + static_cast<std::ptrdiff_t>(i));
    }

    void drop_optional_outputs()
    {
        for (NodeId id = 0; id < m_model.nodes.size(); ++id) {
            if (!m_live_nodes[id])
                continue;
            OnnxNode& node = m_model.nodes[id];
            const auto is_dead = [&](ValueId output) {
                return output == no_id || !m_live_values[output];
            };
            if (std::none_of(node.outputs.begin(), node.outputs.end(), is_dead))
                continue;
            const bool optional = node.domain == StringId::Empty &&
                                  std::find(optional_outputs.begin(), optional_outputs.end(),
                                            m_model.text(node.op_type)) != optional_outputs.end();
            for (std::size_t i = 0; i < node.outputs.size(); ++i) {
                const ValueId output = node.outputs[i];
                if (output == no_id || m_live_values[output])
                    continue;
                if (optional && i > 0)
                    node.outputs[i] = no_id;
                else
                    m_live_values[output] = true;
            }
            while (optional && node.outputs.size() > 1 && node.outputs.back() == no_id)
                node.outputs.pop_back();
        }
    }

    void compact_nodes()
    {
        m_new_nodes.assign(m_model.nodes.size(), no_id);
        NodeId next = 0;
        for (NodeId id = 0; id < m_model.nodes.size(); ++id) {
            if (!m_live_nodes[id])
                continue;
            m_new_nodes[id] = next;
            if (next != id) {
                m_model.nodes[next] = std::move(m_model.nodes[id]);
                if (id < m_model.provenance.size())
                    m_model.provenance[next] = std::move(m_model.provenance[id]);
            }
            ++next;
        }
        m_model.nodes.resize(next);
        if (!m_model.provenance.empty())
            m_model.provenance.resize(next);
        for (OnnxGraph& graph : m_model.graphs) {
            for (NodeId& node : graph.nodes)
                node = m_new_nodes[node];
            if (graph.owner != no_id)
                graph.owner = m_new_nodes[graph.owner];
        }
    }

    void compact_values()
    {
        std::vector<ValueId> renamed(m_model.values.size(), no_id);
        ValueId next = 0;
        for (ValueId id = 0; id < m_model.values.size(); ++id) {
            if (!m_live_values[id])
                continue;
            renamed[id] = next;
            if (next != id)
                m_model.values[next] = std::move(m_model.values[id]);
            ++next;
        }
        m_model.values.resize(next);
        const auto rename = [&](std::vector<ValueId>& values) {
            for (ValueId& value : values)
                if (value != no_id)
                    value = renamed[value];
        };
        for (OnnxNode& node : m_model.nodes) {
            rename(node.inputs);
            rename(node.outputs);
        }
        for (OnnxGraph& graph : m_model.graphs) {
            rename(graph.inputs);
            rename(graph.outputs);
            // Bodies of removed nodes have nothing left in them.
            std::erase(graph.inputs, no_id);
            std::erase(graph.outputs, no_id);
        }
        for (OnnxValue& value : m_model.values)
            if (value.producer != no_id)
                value.producer = m_new_nodes[value.producer];
        std::erase_if(m_model.initializers, [&](const Initializer& initializer) {
            return renamed[initializer.value] == no_id;
        });
        for (std::uint32_t i = 0; i < m_model.initializers.size(); ++i) {
            Initializer& initializer = m_model.initializers[i];
            initializer.value = renamed[initializer.value];
            m_model.values[initializer.value].initializer = i;
        }
    }

    /// A parameter of a loop's body that goes round.
    struct Carried {
        NodeId loop = no_id;
        std::size_t index = 0;
    };

    OnnxModel& m_model;
    std::vector<bool> m_live_nodes;
    std::vector<bool> m_live_values;
    std::vector<Carried> m_carried_of; // per value; empty without bodies
    std::vector<NodeId> m_pending;
    NodeId m_swept = 0; ///< nodes from here on were looked at already
    std::vector<NodeId> m_new_nodes;
};

} // namespace

std::vector<NodeId> remove_dead_code(OnnxModel& model)
{
    if (!model.functions.empty()) {
        std::vector<NodeId> same(model.nodes.size());
        std::iota(same.begin(), same.end(), NodeId{0});
        return same;
    }
    return DeadCode(model).remove();
}

} // namespace strata
