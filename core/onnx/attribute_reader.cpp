// AttributeProto in; a part of GraphReader, as attributes hold graphs.
#include "onnx/graph_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace strata {
namespace {

using wire::Field;
using wire::Reader;

// Field numbers of AttributeProto (onnx.proto).
enum : std::uint32_t {
    name_field = 1,
    f_field = 2,
    i_field = 3,
    s_field = 4,
    t_field = 5,
    g_field = 6,
    floats_field = 7,
    ints_field = 8,
    strings_field = 9,
    tensors_field = 10,
    graphs_field = 11,
    tp_field = 14,
    type_protos_field = 15,
    type_field = 20,
    ref_attr_name_field = 21,
    sparse_tensor_field = 22,
    sparse_tensors_field = 23
};

AttributeKind kind_of_type(std::int64_t type)
{
    switch (type) {
    case 1:
        return AttributeKind::Float;
    case 2:
        return AttributeKind::Int;
    case 3:
        return AttributeKind::String;
    case 4:
        return AttributeKind::Tensor;
    case 5:
        return AttributeKind::Graph;
    case 6:
        return AttributeKind::Floats;
    case 7:
        return AttributeKind::Ints;
    case 8:
        return AttributeKind::Strings;
    case 9:
        return AttributeKind::Tensors;
    case 10:
        return AttributeKind::Graphs;
    case 0:
        return AttributeKind::Undefined;
    default:
        return AttributeKind::Other;
    }
}

/// Files of the first IR versions have no type: the field that is there tells it.
AttributeKind kind_of_field(std::uint32_t number)
{
    switch (number) {
    case f_field:
        return AttributeKind::Float;
    case i_field:
        return AttributeKind::Int;
    case s_field:
        return AttributeKind::String;
    case t_field:
        return AttributeKind::Tensor;
    case g_field:
        return AttributeKind::Graph;
    case floats_field:
        return AttributeKind::Floats;
    case ints_field:
        return AttributeKind::Ints;
    case strings_field:
        return AttributeKind::Strings;
    case tensors_field:
        return AttributeKind::Tensors;
    case graphs_field:
        return AttributeKind::Graphs;
    case tp_field:
    case type_protos_field:
    case sparse_tensor_field:
    case sparse_tensors_field:
        return AttributeKind::Other;
    default:
        return AttributeKind::Undefined;
    }
}

void read_floats(const Field& field, std::vector<float>& floats)
{
    if (field.type != wire::WireType::Bytes) {
        floats.push_back(field.float32());
        return;
    }
    if (field.bytes.size() % sizeof(float) != 0)
        wire::fail_at(field.offset, "a list of floats ends in the middle of one.");
    const std::size_t first = floats.size();
    floats.resize(first + field.bytes.size() / sizeof(float));
    std::copy(field.bytes.begin(), field.bytes.end(),
              std::as_writable_bytes(std::span(floats).subspan(first)).begin());
}

} // namespace

AttributeOutline outline_attribute(const Field& message)
{
    AttributeOutline outline;
    AttributeKind seen = AttributeKind::Undefined;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        if (field.number == name_field)
            outline.name = field.text();
        else if (field.number == ref_attr_name_field)
            outline.ref_name = field.text();
        else if (field.number == type_field)
            outline.kind = kind_of_type(field.integer());
        else if (seen == AttributeKind::Undefined)
            seen = kind_of_field(field.number);
    }
    if (outline.kind == AttributeKind::Undefined)
        outline.kind = seen;
    return outline;
}

Tensor GraphReader::read_attribute_tensor(const Field& message, NodeId node)
{
    ReadTensor read = read_tensor(message, m_source);
    if (!read.no_data.empty() && m_notes.accepts("tensor-data-missing"))
        m_notes.add(Severity::Warning, "tensor-data-missing", read.no_data,
                    m_model.node_path(node));
    return std::move(read.tensor);
}

GraphId GraphReader::read_body(const Field& message, NodeId node, const Scope& scope, int depth)
{
    const GraphId body = m_model.add_graph({}, node);
    read_graph(message, body, &scope, depth + 1);
    return body;
}

Attribute GraphReader::read_attribute(const Field& message, NodeId node, const Scope& scope,
                                      int depth)
{
    const AttributeOutline outline = outline_attribute(message);
    Attribute attribute;
    attribute.name = m_model.intern(outline.name);
    attribute.ref_name = m_model.intern(outline.ref_name);
    attribute.kind = outline.kind;
    if (attribute.kind == AttributeKind::Other) {
        const std::span<const std::byte> bytes = message.payload();
        attribute.value.emplace<std::string>(reinterpret_cast<const char*>(bytes.data()),
                                             bytes.size());
        return attribute;
    }
    if (attribute.ref_name != StringId::Empty)
        return attribute;
    // Numbers and lists that are not there have protobuf's defaults.
    switch (attribute.kind) {
    case AttributeKind::Float:
        attribute.value = 0.0F;
        break;
    case AttributeKind::Int:
        attribute.value = std::int64_t{0};
        break;
    case AttributeKind::String:
        attribute.value = std::string();
        break;
    case AttributeKind::Graphs:
        attribute.value = std::vector<GraphId>();
        break;
    case AttributeKind::Floats:
        attribute.value = std::vector<float>();
        break;
    case AttributeKind::Ints:
        attribute.value = std::vector<std::int64_t>();
        break;
    case AttributeKind::Strings:
        attribute.value = std::vector<std::string>();
        break;
    case AttributeKind::Tensors:
        attribute.value = std::vector<Tensor>();
        break;
    default:
        break;
    }
    Reader reader(message);
    for (Field field; reader.next(field);) {
        if (kind_of_field(field.number) != attribute.kind)
            continue;
        switch (attribute.kind) {
        case AttributeKind::Float:
            attribute.value = field.float32();
            break;
        case AttributeKind::Int:
            attribute.value = field.integer();
            break;
        case AttributeKind::String:
            attribute.value = std::string(field.text());
            break;
        case AttributeKind::Tensor:
            attribute.value = read_attribute_tensor(field, node);
            break;
        case AttributeKind::Graph:
            attribute.value = std::vector<GraphId>{read_body(field, node, scope, depth)};
            break;
        case AttributeKind::Graphs:
            std::get<std::vector<GraphId>>(attribute.value)
                .push_back(read_body(field, node, scope, depth));
            break;
        case AttributeKind::Floats:
            read_floats(field, std::get<std::vector<float>>(attribute.value));
            break;
        case AttributeKind::Ints: {
            auto& ints = std::get<std::vector<std::int64_t>>(attribute.value);
            for_each_varint(field, [&](std::uint64_t value) {
                ints.push_back(static_cast<std::int64_t>(value));
            });
            break;
        }
        case AttributeKind::Strings:
            std::get<std::vector<std::string>>(attribute.value).emplace_back(field.text());
            break;
        case AttributeKind::Tensors:
            std::get<std::vector<Tensor>>(attribute.value)
                .push_back(read_attribute_tensor(field, node));
            break;
        default:
            break;
        }
    }
    return attribute;
}

} // namespace strata
