#include "ir/onnx_model.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata {

OnnxModel::OnnxModel() : m_strings(std::make_unique<StringPool>())
{
    graphs.emplace_back();
}

std::int64_t OnnxModel::opset(std::string_view wanted) const
{
    for (const OpsetImport& import : opsets)
        if (import.domain == wanted || (wanted.empty() && import.domain == "ai.onnx"))
            return import.version;
    return 0;
}

GraphId OnnxModel::add_graph(std::string_view name, NodeId owner)
{
    graphs.emplace_back();
    graphs.back().name = intern(name);
    graphs.back().owner = owner;
    return static_cast<GraphId>(graphs.size() - 1);
}

ValueId OnnxModel::add_value(GraphId graph, std::string_view name)
{
    OnnxValue value;
    value.name = intern(name);
    value.graph = graph;
    values.push_back(std::move(value));
    return static_cast<ValueId>(values.size() - 1);
}

NodeId OnnxModel::add_node(GraphId graph, OnnxNode node)
{
    const auto id = static_cast<NodeId>(nodes.size());
    node.graph = graph;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        if (node.outputs[i] == no_id)
            continue;
        values[node.outputs[i]].producer = id;
        values[node.outputs[i]].output_index = static_cast<std::uint32_t>(i);
    }
    nodes.push_back(std::move(node));
    graphs[graph].nodes.push_back(id);
    return id;
}

std::uint32_t OnnxModel::add_initializer(GraphId graph, std::string_view name, Tensor tensor)
{
    const ValueId value = add_value(graph, name);
    values[value].dtype = tensor.dtype;
    values[value].has_shape = true;
    for (std::int64_t dim : tensor.shape)
        values[value].shape.push_back(Dim::of(dim));
    const auto index = static_cast<std::uint32_t>(initializers.size());
    values[value].initializer = index;
    initializers.push_back({value, std::move(tensor), false, {}});
    return index;
}

const Attribute* OnnxModel::attribute(NodeId node, std::string_view name) const
{
    for (const Attribute& attribute : nodes[node].attributes)
        if (text(attribute.name) == name)
            return &attribute;
    return nullptr;
}

std::int64_t OnnxModel::int_attribute(NodeId node, std::string_view name,
                                      std::int64_t fallback) const
{
    const Attribute* found = attribute(node, name);
    const auto* value = found ? std::get_if<std::int64_t>(&found->value) : nullptr;
    return value ? *value : fallback;
}

std::string_view OnnxModel::metadata_value(NodeId node, std::string_view key) const
{
    for (const auto& [k, v] : nodes[node].metadata)
        if (text(k) == key)
            return text(v);
    return {};
}

bool OnnxModel::has_metadata(NodeId node, std::string_view key) const
{
    return std::any_of(nodes[node].metadata.begin(), nodes[node].metadata.end(),
                       [&](const auto& entry) { return text(entry.first) == key; });
}

void OnnxModel::set_metadata(NodeId node, std::string_view key, std::string_view value)
{
    const StringId key_id = intern(key);
    const StringId value_id = intern(value);
    for (auto& entry : nodes[node].metadata) {
        if (entry.first == key_id) {
            entry.second = value_id;
            return;
        }
    }
    nodes[node].metadata.emplace_back(key_id, value_id);
}

std::vector<std::vector<OnnxModel::Use>> OnnxModel::consumers() const
{
    std::vector<std::vector<Use>> uses(values.size());
    for (NodeId id = 0; id < nodes.size(); ++id)
        for (std::uint32_t i = 0; i < nodes[id].inputs.size(); ++i)
            if (nodes[id].inputs[i] != no_id)
                uses[nodes[id].inputs[i]].push_back({id, i});
    return uses;
}

std::vector<GraphId> OnnxModel::bodies(NodeId node) const
{
    std::vector<GraphId> found;
    if (graphs.size() == 1)
        return found; // spares walks over the model a look at every attribute
    for (const Attribute& attribute : nodes[node].attributes)
        if (const auto* list = std::get_if<std::vector<GraphId>>(&attribute.value))
            found.insert(found.end(), list->begin(), list->end());
    return found;
}

std::string OnnxModel::node_path(NodeId node) const
{
    // Positions come from the graph's own list, which is why this is for reports and not for inner
    // loops.
    const GraphId graph = nodes[node].graph;
    const auto& siblings = graphs[graph].nodes;
    const auto position = std::find(siblings.begin(), siblings.end(), node) - siblings.begin();
    if (graphs[graph].function != no_id) {
        const OnnxFunction& function = functions[graphs[graph].function];
        return fmt::format("function {}::{}/{}", text(function.domain), text(function.name),
                           position);
    }
    const NodeId owner = graphs[graph].owner;
    if (owner == no_id)
        return fmt::format("main/{}", position);
    std::string_view body = "body";
    for (const Attribute& attribute : nodes[owner].attributes)
        if (const auto* list = std::get_if<std::vector<GraphId>>(&attribute.value))
            if (std::find(list->begin(), list->end(), graph) != list->end())
                body = text(attribute.name);
    return fmt::format("{}:{}/{}/{}", node_path(owner), text(nodes[owner].op_type), body, position);
}

std::vector<std::string> OnnxModel::node_paths() const
{
    std::vector<std::string> paths(nodes.size());
    std::vector<std::string> prefixes(graphs.size());
    std::vector<GraphId> todo{main_graph};
    prefixes[main_graph] = "main";
    for (const OnnxFunction& function : functions) {
        if (function.body == no_id)
            continue;
        prefixes[function.body] =
            fmt::format("function {}::{}", text(function.domain), text(function.name));
        todo.push_back(function.body);
    }
    while (!todo.empty()) {
        const GraphId graph = todo.back();
        todo.pop_back();
        for (std::size_t i = 0; i < graphs[graph].nodes.size(); ++i) {
            const NodeId id = graphs[graph].nodes[i];
            paths[id] = fmt::format("{}/{}", prefixes[graph], i);
            for (const Attribute& attribute : nodes[id].attributes)
                if (const auto* list = std::get_if<std::vector<GraphId>>(&attribute.value))
                    for (GraphId body : *list) {
                        prefixes[body] = fmt::format("{}:{}/{}", paths[id], text(nodes[id].op_type),
                                                     text(attribute.name));
                        todo.push_back(body);
                    }
        }
    }
    return paths;
}

std::string OnnxModel::type_text(ValueId id) const
{
    const OnnxValue& value = values[id];
    if (value.kind != ValueKind::Tensor && value.type_text != StringId::Empty)
        return std::string(text(value.type_text));
    std::string result(to_string(value.dtype));
    if (!value.has_shape)
        return result;
    result += '[';
    for (std::size_t i = 0; i < value.shape.size(); ++i) {
        const Dim& dim = value.shape[i];
        if (i > 0)
            result += ',';
        if (dim.known())
            result += fmt::to_string(dim.value);
        else
            result += dim.symbol == StringId::Empty ? std::string_view("?") : text(dim.symbol);
    }
    return result + ']';
}

} // namespace strata
