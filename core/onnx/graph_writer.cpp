#include "onnx/graph_writer.h"

#include "onnx/type_text.h"

#include <fmt/format.h>
#include <tuple>
#include <unordered_set>

namespace strata {
namespace {

using wire::Buffer;

// Readers map large weights page by page; small ones need no more than the usual alignment.
constexpr std::uint64_t page = 4096;
constexpr std::uint64_t large_tensor = 64 * 1024;
constexpr std::uint64_t small_alignment = 64;
constexpr std::uint64_t always_inside_integers = 1024;

std::uint64_t aligned(std::uint64_t offset, std::uint64_t alignment)
{
    return (offset + alignment - 1) / alignment * alignment;
}

Buffer text_entry(std::string_view key, std::string_view value)
{
    Buffer entry;
    entry.text(1, key);
    entry.text(2, value);
    return entry;
}

Buffer opset_entry(std::string_view domain, std::int64_t version)
{
    Buffer entry;
    entry.text(1, domain);
    entry.integer(2, version);
    return entry;
}

/// TensorProto up to the data.
Buffer tensor_head(const Tensor& tensor)
{
    Buffer out;
    for (const std::int64_t dim : tensor.shape)
        out.integer(1, dim);
    out.integer(2, to_onnx(tensor.dtype));
    return out;
}

int type_number(AttributeKind kind)
{
    switch (kind) {
    case AttributeKind::Float:
        return 1;
    case AttributeKind::Int:
        return 2;
    case AttributeKind::String:
        return 3;
    case AttributeKind::Tensor:
        return 4;
    case AttributeKind::Graph:
        return 5;
    case AttributeKind::Floats:
        return 6;
    case AttributeKind::Ints:
        return 7;
    case AttributeKind::Strings:
        return 8;
    case AttributeKind::Tensors:
        return 9;
    case AttributeKind::Graphs:
        return 10;
    default:
        return 0;
    }
}

} // namespace

ExternalPlan::ExternalPlan(const OnnxModel& model, std::string location, std::uint64_t threshold)
    : m_location(std::move(location))
{
    using View = std::tuple<const TensorStorage*, std::int64_t, DType, std::vector<std::int64_t>,
                            std::vector<std::int64_t>>;
    std::map<View, Place> known;
    for (std::uint32_t i = 0; i < model.initializers.size(); ++i) {
        const Initializer& initializer = model.initializers[i];
        const Tensor& tensor = initializer.tensor;
        if (initializer.sparse || tensor.dtype == DType::String ||
            model.values[initializer.value].initializer != i)
            continue;
        const std::uint64_t size = tensor.byte_count();
        // Shape inference reads shapes, axes and the like, and cannot look into other files.
        const bool may_be_shape = is_integer(tensor.dtype) && size < always_inside_integers;
        if (size == 0 || size < threshold || may_be_shape)
            continue;
        const auto [entry, is_new] =
            known.try_emplace(View{tensor.storage.get(), tensor.storage_offset, tensor.dtype,
                                   tensor.shape, tensor.strides});
        if (is_new) {
            m_size = aligned(m_size, size >= large_tensor ? page : small_alignment);
            entry->second = {m_size, size};
            m_size += size;
            m_order.push_back(i);
        }
        m_places.emplace(i, entry->second);
    }
}

const ExternalPlan::Place* ExternalPlan::place(std::uint32_t initializer) const
{
    const auto found = m_places.find(initializer);
    return found == m_places.end() ? nullptr : &found->second;
}

Buffer write_tensor(const Tensor& tensor, std::string_view name)
{
    Buffer out = tensor_head(tensor);
    for (const std::string& text : tensor.strings)
        out.text(6, text);
    out.optional_text(8, name);
    if (tensor.dtype != DType::String)
        out.payload(9, tensor, tensor.byte_count());
    return out;
}

GraphWriter::GraphWriter(const OnnxModel& model, const ExternalPlan& external)
    : m_model(model),
      m_external(external),
      m_initializers(model.graphs.size())
{
    for (std::uint32_t i = 0; i < model.initializers.size(); ++i) {
        const Initializer& initializer = model.initializers[i];
        const OnnxValue& value = model.values[initializer.value];
        // Sparse ones are in the graph's extra; others may have been taken out by a pass.
        if (!initializer.sparse && value.initializer == i)
            m_initializers[value.graph].push_back(i);
    }
}

Buffer GraphWriter::model_head() const
{
    Buffer out;
    out.integer(1, m_model.ir_version);
    out.optional_text(2, m_model.producer_name);
    out.optional_text(3, m_model.producer_version);
    out.optional_text(4, m_model.domain);
    if (m_model.model_version != 0)
        out.integer(5, m_model.model_version);
    out.optional_text(6, m_model.doc_string);
    return out;
}

Buffer GraphWriter::model_tail() const
{
    Buffer out;
    for (const OpsetImport& opset : m_model.opsets)
        out.message(8, opset_entry(opset.domain, opset.version));
    for (const auto& [key, value] : m_model.metadata)
        out.message(14, text_entry(key, value));
    for (const OnnxFunction& entry : m_model.functions)
        out.message(25, function(entry));
    out.raw(m_model.extra);
    return out;
}

Buffer GraphWriter::graph(GraphId id) const
{
    const OnnxGraph& graph = m_model.graphs[id];
    Buffer out;
    for (const NodeId entry : graph.nodes)
        out.message(1, node(entry));
    // The checker wants every graph to have a name.
    const std::string_view name = m_model.text(graph.name);
    out.text(2, name.empty() ? std::string_view("graph") : name);
    for (const std::uint32_t index : m_initializers[id])
        out.message(5, initializer(index));
    out.optional_text(10, m_model.text(graph.doc_string));
    for (const ValueId value : graph.inputs)
        out.message(11, value_info(value));
    for (const ValueId value : graph.outputs)
        out.message(12, value_info(value));
    value_types(id, 13, out);
    out.raw(graph.extra);
    return out;
}

void GraphWriter::value_types(GraphId id, std::uint32_t field, Buffer& out) const
{
    const OnnxGraph& graph = m_model.graphs[id];
    const bool is_function = graph.function != no_id;
    std::unordered_set<ValueId> written;
    if (!is_function) {
        written.insert(graph.inputs.begin(), graph.inputs.end());
        written.insert(graph.outputs.begin(), graph.outputs.end());
    }
    auto write = [&](ValueId value_id) {
        if (value_id == no_id || !written.insert(value_id).second)
            return;
        const OnnxValue& value = m_model.values[value_id];
        const bool is_typed = value.dtype != DType::Unknown || value.type_text != StringId::Empty;
        // An initializer says its type itself; only what a read file added to it is repeated.
        const bool is_extended = value.extra != StringId::Empty;
        if (is_extended || (is_typed && value.initializer == no_id))
            out.message(field, value_info(value_id));
    };
    if (is_function)
        for (const ValueId input : graph.inputs)
            write(input);
    for (const std::uint32_t index : m_initializers[id])
        write(m_model.initializers[index].value);
    for (const NodeId node_id : graph.nodes)
        for (const ValueId output : m_model.nodes[node_id].outputs)
            write(output);
}

Buffer GraphWriter::value_info(ValueId id) const
{
    const OnnxValue& value = m_model.values[id];
    Buffer out;
    out.text(1, m_model.text(value.name));
    if (const Buffer type = write_type(m_model, value); !type.empty())
        out.message(2, type);
    out.raw(m_model.text(value.extra));
    return out;
}

Buffer GraphWriter::node(NodeId id) const
{
    const OnnxNode& node = m_model.nodes[id];
    auto name_of = [&](ValueId value) {
        return value == no_id ? std::string_view() : m_model.text(m_model.values[value].name);
    };
    Buffer out;
    for (const ValueId input : node.inputs)
        out.text(1, name_of(input));
    for (const ValueId output : node.outputs)
        out.text(2, name_of(output));
    out.optional_text(3, m_model.text(node.name));
    out.text(4, m_model.text(node.op_type));
    for (const Attribute& entry : node.attributes)
        out.message(5, attribute(entry));
    out.optional_text(6, m_model.text(node.doc_string));
    out.optional_text(7, m_model.text(node.domain));
    out.optional_text(8, m_model.text(node.overload));
    for (const auto& [key, value] : node.metadata)
        out.message(9, text_entry(m_model.text(key), m_model.text(value)));
    out.raw(m_model.text(node.extra));
    return out;
}

Buffer GraphWriter::attribute(const Attribute& attribute) const
{
    Buffer out;
    if (attribute.kind == AttributeKind::Other) {
        if (const auto* whole = std::get_if<std::string>(&attribute.value))
            out.raw(*whole);
        return out;
    }
    out.text(1, m_model.text(attribute.name));
    auto write = [&]<class T>(const T& value) {
        if constexpr (std::is_same_v<T, float>) {
            out.float32(2, value);
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
            out.integer(3, value);
        } else if constexpr (std::is_same_v<T, std::string>) {
            out.text(4, value);
        } else if constexpr (std::is_same_v<T, Tensor>) {
            out.message(5, write_tensor(value, {}));
        } else if constexpr (std::is_same_v<T, std::vector<GraphId>>) {
            for (const GraphId body : value)
                out.message(attribute.kind == AttributeKind::Graph ? 6 : 11, graph(body));
        } else if constexpr (std::is_same_v<T, std::vector<float>>) {
            for (const float number : value)
                out.float32(7, number);
        } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
            for (const std::int64_t number : value)
                out.integer(8, number);
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
            for (const std::string& text : value)
                out.text(9, text);
        } else if constexpr (std::is_same_v<T, std::vector<Tensor>>) {
            for (const Tensor& tensor : value)
                out.message(10, write_tensor(tensor, {}));
        }
    };
    std::visit(write, attribute.value);
    out.integer(20, type_number(attribute.kind));
    out.optional_text(21, m_model.text(attribute.ref_name));
    return out;
}

Buffer GraphWriter::initializer(std::uint32_t index) const
{
    const Initializer& initializer = m_model.initializers[index];
    const std::string_view name = m_model.text(m_model.values[initializer.value].name);
    Buffer out;
    if (const ExternalPlan::Place* place = m_external.place(index)) {
        out = tensor_head(initializer.tensor);
        out.text(8, name);
        out.message(13, text_entry("location", m_external.location()));
        out.message(13, text_entry("offset", fmt::to_string(place->offset)));
        out.message(13, text_entry("length", fmt::to_string(place->length)));
        out.integer(14, 1);
    } else {
        out = write_tensor(initializer.tensor, name);
    }
    out.raw(initializer.extra);
    return out;
}

Buffer GraphWriter::function(const OnnxFunction& function) const
{
    const OnnxGraph& body = m_model.graphs[function.body];
    Buffer out;
    out.text(1, m_model.text(function.name));
    for (const ValueId input : body.inputs)
        out.text(4, m_model.text(m_model.values[input].name));
    for (const ValueId output : body.outputs)
        out.text(5, m_model.text(m_model.values[output].name));
    for (const StringId name : function.attributes)
        out.text(6, m_model.text(name));
    for (const NodeId entry : body.nodes)
        out.message(7, node(entry));
    out.optional_text(8, m_model.text(body.doc_string));
    for (const auto& [domain, version] : function.opsets)
        out.message(9, opset_entry(m_model.text(domain), version));
    out.text(10, m_model.text(function.domain));
    value_types(function.body, 12, out);
    out.optional_text(13, m_model.text(function.overload));
    for (const auto& [key, value] : function.metadata)
        out.message(14, text_entry(m_model.text(key), m_model.text(value)));
    out.raw(function.extra);
    return out;
}

} // namespace strata
