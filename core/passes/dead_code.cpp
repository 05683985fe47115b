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
    {}

    std::vector<NodeId> remove()
    {
        mark();
        drop_optional_outputs();
        for (OnnxGraph& graph : m_model.graphs)
            std::erase_if(graph.nodes, [&](NodeId node) { return !m_live_nodes[node]; });
        compact_nodes();
        compact_values();
        return m_new_nodes;
    }

private:
    void need(ValueId value)
    {
        if (value == no_id || m_live_values[value])
            return;
        m_live_values[value] = true;
        if (const NodeId producer = m_model.values[value].producer; producer != no_id)
            need_node(producer);
    }

    void need_node(NodeId node)
    {
        if (m_live_nodes[node])
            return;
        m_live_nodes[node] = true;
        m_pending.push_back(node);
    }

    /// What a node reads, bodies included; what encloses it.
    void follow(NodeId node)
    {
        for (const ValueId input : m_model.nodes[node].inputs)
            need(input);
        for (const GraphId body : m_model.bodies(node)) {
            for (const ValueId value : m_model.graphs[body].inputs)
                need(value);
            for (const ValueId value : m_model.graphs[body].outputs)
                need(value);
        }
        const GraphId graph = m_model.nodes[node].graph;
        if (graph != no_id && m_model.graphs[graph].owner != no_id)
            need_node(m_model.graphs[graph].owner);
    }

    void mark()
    {
        const OnnxGraph& main = m_model.graphs[OnnxModel::main_graph];
        for (const ValueId value : main.inputs)
            need(value);
        for (const ValueId value : main.outputs)
            need(value);
        for (NodeId node = 0; node < m_model.nodes.size(); ++node)
            if (const auto domain = m_model.text(m_model.nodes[node].domain);
                !domain.empty() && domain != "ai.onnx")
                need_node(node);
        while (!m_pending.empty()) {
            const NodeId node = m_pending.back();
            m_pending.pop_back();
            follow(node);
        }
    }

    void drop_optional_outputs()
    {
        for (NodeId id = 0; id < m_model.nodes.size(); ++id) {
            if (!m_live_nodes[id])
                continue;
            OnnxNode& node = m_model.nodes[id];
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

    OnnxModel& m_model;
    std::vector<bool> m_live_nodes;
    std::vector<bool> m_live_values;
    std::vector<NodeId> m_pending;
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
