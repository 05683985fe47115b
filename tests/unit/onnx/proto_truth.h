// Compares an OnnxModel with what protobuf's own classes read from the same file.
#pragma once

#include "ir/onnx_model.h"

#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <onnx/onnx_pb.h>
#include <string>

namespace strata::test {

inline std::string file_bytes(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline onnx::ModelProto parse_model(const std::string& path)
{
    onnx::ModelProto model;
    if (!model.ParseFromString(file_bytes(path)))
        model.Clear();
    return model;
}

/// The elements of a TensorProto as dense little-endian bytes, taken through protobuf's accessors.
inline std::string proto_bytes(const onnx::TensorProto& tensor, const std::string& folder)
{
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
        std::string location;
        std::size_t offset = 0;
        std::size_t length = std::string::npos;
        for (const auto& entry : tensor.external_data()) {
            if (entry.key() == "location")
                location = entry.value();
            else if (entry.key() == "offset")
                offset = std::stoull(entry.value());
            else if (entry.key() == "length")
                length = std::stoull(entry.value());
        }
        return file_bytes(folder + "/" + location).substr(offset, length);
    }
    if (tensor.has_raw_data())
        return tensor.raw_data();
    std::string bytes;
    auto append = [&](const auto& numbers, auto as) {
        for (const auto number : numbers) {
            const auto value = static_cast<decltype(as)>(number);
            bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
        }
    };
    switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
    case onnx::TensorProto::COMPLEX64:
        append(tensor.float_data(), float{});
        break;
    case onnx::TensorProto::DOUBLE:
    case onnx::TensorProto::COMPLEX128:
        append(tensor.double_data(), double{});
        break;
    case onnx::TensorProto::INT64:
        append(tensor.int64_data(), std::int64_t{});
        break;
    case onnx::TensorProto::UINT64:
        append(tensor.uint64_data(), std::uint64_t{});
        break;
    case onnx::TensorProto::UINT32:
        append(tensor.uint64_data(), std::uint32_t{});
        break;
    case onnx::TensorProto::INT32:
        append(tensor.int32_data(), std::int32_t{});
        break;
    case onnx::TensorProto::INT16:
    case onnx::TensorProto::UINT16:
    case onnx::TensorProto::FLOAT16:
    case onnx::TensorProto::BFLOAT16:
        append(tensor.int32_data(), std::uint16_t{});
        break;
    default:
        append(tensor.int32_data(), std::uint8_t{});
        break;
    }
    return bytes;
}

/// Collects the first difference.
class ProtoComparison {
public:
    ProtoComparison(const OnnxModel& model, std::string folder)
        : m_model(model),
          m_folder(std::move(folder))
    {}

    std::string compare(const onnx::ModelProto& proto)
    {
        same("ir_version", m_model.ir_version, proto.ir_version());
        same("producer", m_model.producer_name, proto.producer_name());
        same("producer version", m_model.producer_version, proto.producer_version());
        same("opsets", m_model.opsets.size(), static_cast<std::size_t>(proto.opset_import_size()));
        for (const auto& opset : proto.opset_import())
            same("opset " + opset.domain(), m_model.opset(opset.domain()), opset.version());
        same("metadata", m_model.metadata.size(),
             static_cast<std::size_t>(proto.metadata_props_size()));
        graph(OnnxModel::main_graph, proto.graph());
        same("functions", m_model.functions.size(),
             static_cast<std::size_t>(proto.functions_size()));
        for (int i = 0; i < proto.functions_size() && m_difference.empty(); ++i) {
            const OnnxFunction& function = m_model.functions[static_cast<std::size_t>(i)];
            const auto& expected = proto.functions(i);
            same("function", text(function.name), expected.name());
            same("function domain", text(function.domain), expected.domain());
            same("function attributes", function.attributes.size(),
                 static_cast<std::size_t>(expected.attribute_size()));
            same("function opsets", function.opsets.size(),
                 static_cast<std::size_t>(expected.opset_import_size()));
            names(m_model.graphs[function.body].inputs, expected.input());
            names(m_model.graphs[function.body].outputs, expected.output());
            nodes(function.body, expected.node());
        }
        return m_difference;
    }

private:
    template <class A, class B>
    void same(const std::string& what, const A& actual, const B& expected)
    {
        if (m_difference.empty() && !(actual == expected))
            m_difference = what;
    }
    std::string text(StringId id) const { return std::string(m_model.text(id)); }
    std::string name_of(ValueId value) const
    {
        return value == no_id ? std::string() : text(m_model.values[value].name);
    }
    template <class Names>
    void names(const std::vector<ValueId>& actual, const Names& expected)
    {
        same("number of names", actual.size(), static_cast<std::size_t>(expected.size()));
        for (int i = 0; i < expected.size() && m_difference.empty(); ++i)
            same("name " + expected.Get(i), name_of(actual[static_cast<std::size_t>(i)]),
                 expected.Get(i));
    }

    void tensor(const std::string& what, const Tensor& actual, const onnx::TensorProto& expected)
    {
        same(what + " type", to_onnx(actual.dtype), expected.data_type());
        same(what + " shape", actual.shape,
             std::vector<std::int64_t>(expected.dims().begin(), expected.dims().end()));
        if (expected.data_type() == onnx::TensorProto::STRING) {
            same(what + " strings", actual.strings,
                 std::vector<std::string>(expected.string_data().begin(),
                                          expected.string_data().end()));
            return;
        }
        std::vector<std::byte> scratch;
        const auto bytes = actual.contiguous_bytes(scratch);
        if (!bytes) {
            m_difference = what + ": " + bytes.error().text();
            return;
        }
        same(what + " data",
             std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()),
             proto_bytes(expected, m_folder));
    }

    void type(ValueId id, const onnx::ValueInfoProto& expected)
    {
        const OnnxValue& value = m_model.values[id];
        if (!expected.type().has_tensor_type())
            return;
        const auto& wanted = expected.type().tensor_type();
        same(expected.name() + " elem_type", to_onnx(value.dtype), wanted.elem_type());
        same(expected.name() + " has shape", value.has_shape, wanted.has_shape());
        same(expected.name() + " rank", value.shape.size(),
             static_cast<std::size_t>(wanted.shape().dim_size()));
        for (int i = 0; i < wanted.shape().dim_size() && m_difference.empty(); ++i) {
            const auto& dim = wanted.shape().dim(i);
            const Dim& actual = value.shape[static_cast<std::size_t>(i)];
            if (dim.has_dim_value())
                same(expected.name() + " dim", actual.value, dim.dim_value());
            else
                same(expected.name() + " dim", text(actual.symbol), dim.dim_param());
        }
    }

    void graph(GraphId id, const onnx::GraphProto& expected)
    {
        const OnnxGraph& graph = m_model.graphs[id];
        same("graph name", text(graph.name), expected.name());
        same("inputs", graph.inputs.size(), static_cast<std::size_t>(expected.input_size()));
        same("outputs", graph.outputs.size(), static_cast<std::size_t>(expected.output_size()));
        for (int i = 0; i < expected.input_size() && m_difference.empty(); ++i) {
            const ValueId value = graph.inputs[static_cast<std::size_t>(i)];
            same("input", name_of(value), expected.input(i).name());
            type(value, expected.input(i));
        }
        for (int i = 0; i < expected.output_size() && m_difference.empty(); ++i) {
            const ValueId value = graph.outputs[static_cast<std::size_t>(i)];
            same("output", name_of(value), expected.output(i).name());
            if (m_model.values[value].graph == id)
                type(value, expected.output(i));
        }
        std::vector<const Initializer*> initializers;
        for (const Initializer& entry : m_model.initializers)
            if (m_model.values[entry.value].graph == id)
                initializers.push_back(&entry);
        same("initializers", initializers.size(),
             static_cast<std::size_t>(expected.initializer_size()));
        for (int i = 0; i < expected.initializer_size() && m_difference.empty(); ++i) {
            const Initializer& entry = *initializers[static_cast<std::size_t>(i)];
            same("initializer", name_of(entry.value), expected.initializer(i).name());
            tensor(expected.initializer(i).name(), entry.tensor, expected.initializer(i));
        }
        nodes(id, expected.node());
        for (const auto& info : expected.value_info())
            for (const NodeId node : graph.nodes)
                for (const ValueId output : m_model.nodes[node].outputs)
                    if (m_difference.empty() && name_of(output) == info.name())
                        type(output, info);
    }

    template <class Nodes>
    void nodes(GraphId id, const Nodes& expected)
    {
        const OnnxGraph& graph = m_model.graphs[id];
        same("nodes", graph.nodes.size(), static_cast<std::size_t>(expected.size()));
        for (int i = 0; i < expected.size() && m_difference.empty(); ++i) {
            const NodeId node_id = graph.nodes[static_cast<std::size_t>(i)];
            const OnnxNode& node = m_model.nodes[node_id];
            const auto& proto = expected.Get(i);
            same("op_type of " + proto.name(), text(node.op_type), proto.op_type());
            same("domain of " + proto.name(), text(node.domain), proto.domain());
            same("name", text(node.name), proto.name());
            same("graph of node", node.graph, id);
            names(node.inputs, proto.input());
            names(node.outputs, proto.output());
            same("attributes of " + proto.name(), node.attributes.size(),
                 static_cast<std::size_t>(proto.attribute_size()));
            for (const ValueId output : node.outputs)
                if (output != no_id)
                    same("producer", m_model.values[output].producer, node_id);
            for (int k = 0; k < proto.attribute_size() && m_difference.empty(); ++k)
                attribute(node_id, node.attributes[static_cast<std::size_t>(k)],
                          proto.attribute(k));
        }
    }

    void attribute(NodeId node, const Attribute& actual, const onnx::AttributeProto& expected)
    {
        const std::string what = "attribute " + expected.name();
        same(what, text(actual.name), expected.name());
        same(what + " ref", text(actual.ref_name), expected.ref_attr_name());
        if (!expected.ref_attr_name().empty())
            return;
        switch (expected.type()) {
        case onnx::AttributeProto::FLOAT:
            same(what, std::get<float>(actual.value), expected.f());
            break;
        case onnx::AttributeProto::INT:
            same(what, std::get<std::int64_t>(actual.value), expected.i());
            break;
        case onnx::AttributeProto::STRING:
            same(what, std::get<std::string>(actual.value), expected.s());
            break;
        case onnx::AttributeProto::TENSOR:
            tensor(what, std::get<Tensor>(actual.value), expected.t());
            break;
        case onnx::AttributeProto::GRAPH: {
            const GraphId body = std::get<std::vector<GraphId>>(actual.value).at(0);
            same(what + " owner", m_model.graphs[body].owner, node);
            graph(body, expected.g());
            break;
        }
        case onnx::AttributeProto::FLOATS:
            same(what, std::get<std::vector<float>>(actual.value),
                 std::vector<float>(expected.floats().begin(), expected.floats().end()));
            break;
        case onnx::AttributeProto::INTS:
            same(what, std::get<std::vector<std::int64_t>>(actual.value),
                 std::vector<std::int64_t>(expected.ints().begin(), expected.ints().end()));
            break;
        case onnx::AttributeProto::STRINGS:
            same(what, std::get<std::vector<std::string>>(actual.value),
                 std::vector<std::string>(expected.strings().begin(), expected.strings().end()));
            break;
        default:
            m_difference = what + " is of a kind that this comparison does not know";
        }
    }

    const OnnxModel& m_model;
    std::string m_folder;
    std::string m_difference;
};

/// Empty when the model says what the file says; else where they differ first.
inline std::string difference_from_proto(const OnnxModel& model, const std::string& path)
{
    const onnx::ModelProto proto = parse_model(path);
    if (!proto.has_graph())
        return "protobuf cannot parse the file";
    return ProtoComparison(model, path.substr(0, path.rfind('/'))).compare(proto);
}

} // namespace strata::test
