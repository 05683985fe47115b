// Small ONNX graphs stated as text, for tests of the hierarchy.
#pragma once

#include "hierarchy/attribute.h"
#include "ir/onnx_model.h"

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// A graph stated as lines: "y = Op(a, b)"; names that nobody makes are inputs, "w:" names weights.
class Sketch {
public:
    explicit Sketch(std::string_view text)
    {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            if (end > 0)
                line(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

    OnnxModel& model() { return m_model; }
    NodeId node(const std::string& output) const
    {
        return m_model.values[m_values.at(output)].producer;
    }
    std::string output_of(NodeId id) const
    {
        return id == no_id
                   ? std::string("-")
                   : std::string(m_model.text(m_model.values[m_model.nodes[id].outputs[0]].name));
    }

    void make_output(const std::string& name)
    {
        m_model.graphs[OnnxModel::main_graph].outputs.push_back(m_values.at(name));
    }

private:
    void line(std::string_view text)
    {
        const std::size_t equals = text.find(" = ");
        const std::size_t open = text.find('(');
        OnnxNode node;
        node.op_type = m_model.intern(text.substr(equals + 3, open - equals - 3));
        std::string_view arguments = text.substr(open + 1, text.find(')') - open - 1);
        while (!arguments.empty()) {
            const std::size_t end = std::min(arguments.find(", "), arguments.size());
            node.inputs.push_back(value(std::string(arguments.substr(0, end))));
            arguments.remove_prefix(std::min(end + 2, arguments.size()));
        }
        node.outputs.push_back(value(std::string(text.substr(0, equals)), true));
        m_model.add_node(OnnxModel::main_graph, std::move(node));
    }

    ValueId value(const std::string& name, bool made = false)
    {
        if (const auto it = m_values.find(name); it != m_values.end())
            return it->second;
        ValueId id = no_id;
        if (name.starts_with("w:")) {
            // Weights of 4x8 numbers that depend on the name.
            const std::size_t seed = std::hash<std::string>{}(name);
            std::vector<std::byte> bytes(128);
            for (std::size_t i = 0; i < 32; ++i) {
                const float number = static_cast<float>((seed >> (i % 24)) % 97 + i * i);
                std::memcpy(&bytes[i * 4], &number, 4);
            }
            const auto index = m_model.add_initializer(
                OnnxModel::main_graph, name.substr(2),
                Tensor::from_bytes(DType::Float32, {4, 8}, std::move(bytes)));
            id = m_model.initializers[index].value;
        } else {
            id = m_model.add_value(OnnxModel::main_graph, name);
            if (!made)
                m_model.graphs[OnnxModel::main_graph].inputs.push_back(id);
        }
        m_values.emplace(name, id);
        return id;
    }

    OnnxModel m_model;
    std::map<std::string, ValueId> m_values;
};

/// The module that a node gets without a source, by the name of its result.
inline std::string grown(Sketch& file, const std::string& output)
{
    TaskContext task;
    const auto result = attribute_nodes(file.model(), nullptr, task);
    if (!result)
        return "error";
    const NodeAttribution& node = result->nodes[file.node(output)];
    return node.synthetic ? "synthetic" : result->modules[node.module].fqn;
}

} // namespace strata
