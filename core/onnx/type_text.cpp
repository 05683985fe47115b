#include "onnx/type_text.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace strata {
namespace {

using wire::Buffer;
using wire::Field;
using wire::Reader;

constexpr int depth_limit = 32;

// Field numbers of TypeProto's alternatives.
enum : std::uint32_t { tensor = 1, sequence = 4, map = 5, opaque = 7, sparse = 8, optional = 9 };

DType element_type(const Field& field)
{
    const std::int64_t number = field.integer();
    return number > 0 && number < 1000 ? dtype_from_onnx(static_cast<int>(number)) : DType::Unknown;
}

// --- shapes ---

Shape read_shape(const Field& message, OnnxModel& model)
{
    Shape shape;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        if (field.number != 1)
            continue;
        Dim dim;
        Reader inner(field);
        for (Field part; inner.next(part);) {
            if (part.number == 1)
                dim.value = std::max<std::int64_t>(-1, part.integer());
            else if (part.number == 2)
                dim.symbol = model.intern(part.text());
        }
        if (dim.known())
            dim.symbol = StringId::Empty;
        shape.push_back(dim);
    }
    return shape;
}

struct TensorType {
    DType dtype = DType::Unknown;
    std::optional<Shape> shape;
};

TensorType read_tensor_type(const Field& message, OnnxModel& model)
{
    TensorType type;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        if (field.number == 1)
            type.dtype = element_type(field);
        else if (field.number == 2)
            type.shape = read_shape(field, model);
    }
    return type;
}

Buffer write_dim(std::int64_t value, std::string_view symbol)
{
    Buffer dim;
    if (value >= 0)
        dim.integer(1, value);
    else
        dim.optional_text(2, symbol);
    return dim;
}

// --- text ---

bool is_plain_symbol(std::string_view text)
{
    return !text.empty() && text != "?" && std::none_of(text.begin(), text.end(), [](char c) {
        return c == ',' || c == ']' || c == '[' || c == '"' || c == '\\' ||
               (c >= '0' && c <= '9') || c == '-' || c == ' ';
    });
}

/// Symbols are quoted unless they are simple names, so that the text can be read back.
std::string symbol_text(std::string_view symbol)
{
    if (is_plain_symbol(symbol))
        return std::string(symbol);
    std::string quoted = "\"";
    for (char c : symbol) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

std::string tensor_text(std::string_view kind, const TensorType& type, const OnnxModel& model)
{
    std::string text = fmt::format("{}({})", kind, onnx_type_name(type.dtype));
    if (!type.shape)
        return text;
    text += '[';
    for (std::size_t i = 0; i < type.shape->size(); ++i) {
        const Dim& dim = (*type.shape)[i];
        if (i > 0)
            text += ',';
        if (dim.known())
            text += fmt::to_string(dim.value);
        else
            text += dim.symbol == StringId::Empty ? "?" : symbol_text(model.text(dim.symbol));
    }
    return text + ']';
}

std::string type_text(const Field& message, OnnxModel& model, int depth);

/// The TypeProto in a field of a Sequence, Map or Optional.
std::string element_text(const Field& message, std::uint32_t number, OnnxModel& model, int depth)
{
    std::string text;
    Reader reader(message);
    for (Field field; reader.next(field);)
        if (field.number == number)
            text = type_text(field, model, depth + 1);
    return text;
}

std::string map_text(const Field& message, OnnxModel& model, int depth)
{
    DType key = DType::Unknown;
    Reader reader(message);
    for (Field field; reader.next(field);)
        if (field.number == 1)
            key = element_type(field);
    return fmt::format("map({},{})", onnx_type_name(key), element_text(message, 2, model, depth));
}

std::string opaque_text(const Field& message)
{
    std::string domain;
    std::string name;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        if (field.number == 1)
            domain = field.text();
        else if (field.number == 2)
            name = field.text();
    }
    return fmt::format("opaque({},{})", symbol_text(domain), symbol_text(name));
}

std::string type_text(const Field& message, OnnxModel& model, int depth)
{
    if (depth > depth_limit)
        wire::fail_at(message.offset, "types are nested too deeply.");
    std::string text;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        switch (field.number) {
        case tensor:
            text = tensor_text("tensor", read_tensor_type(field, model), model);
            break;
        case sparse:
            text = tensor_text("sparse_tensor", read_tensor_type(field, model), model);
            break;
        case sequence:
            text = fmt::format("seq({})", element_text(field, 1, model, depth));
            break;
        case optional:
            text = fmt::format("optional({})", element_text(field, 1, model, depth));
            break;
        case map:
            text = map_text(field, model, depth);
            break;
        case opaque:
            text = opaque_text(field);
            break;
        default:
            break;
        }
    }
    return text;
}

/// Turns a type's text back into a TypeProto.
class TypeParser {
public:
    explicit TypeParser(std::string_view text) : m_rest(text) {}

    Buffer type()
    {
        Buffer result;
        if (take("tensor("))
            result.message(tensor, tensor_body());
        else if (take("sparse_tensor("))
            result.message(sparse, tensor_body());
        else if (take("seq("))
            result.message(sequence, element(1));
        else if (take("optional("))
            result.message(optional, element(1));
        else if (take("map("))
            result.message(map, map_body());
        else if (take("opaque("))
            result.message(opaque, opaque_body());
        return result;
    }

private:
    bool take(std::string_view prefix)
    {
        if (!m_rest.starts_with(prefix))
            return false;
        m_rest.remove_prefix(prefix.size());
        return true;
    }
    std::string_view until(std::string_view stops)
    {
        const std::string_view word = m_rest.substr(0, m_rest.find_first_of(stops));
        m_rest.remove_prefix(word.size());
        return word;
    }
    std::string symbol(std::string_view stops)
    {
        if (!take("\""))
            return std::string(until(stops));
        std::string text;
        while (!m_rest.empty() && !take("\"")) {
            take("\\");
            text += m_rest.substr(0, 1);
            m_rest.remove_prefix(std::min<std::size_t>(1, m_rest.size()));
        }
        return text;
    }
    Buffer tensor_body()
    {
        Buffer body;
        body.integer(1, to_onnx(parse_onnx_type_name(until(")"))));
        take(")");
        if (!take("["))
            return body;
        Buffer shape;
        while (!m_rest.empty() && !take("]")) {
            std::int64_t value = -1;
            if (!m_rest.starts_with('"'))
                std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
            const std::string name = symbol(",]");
            shape.message(1, write_dim(value, name == "?" ? std::string_view{} : name));
            take(",");
        }
        body.message(2, shape);
        return body;
    }
    Buffer element(std::uint32_t number)
    {
        Buffer body;
        if (const Buffer inner = type(); !inner.empty())
            body.message(number, inner);
        take(")");
        return body;
    }
    Buffer map_body()
    {
        Buffer body;
        body.integer(1, to_onnx(parse_onnx_type_name(until(","))));
        take(",");
        take(" ");
        body.append(element(2));
        return body;
    }
    Buffer opaque_body()
    {
        Buffer body;
        body.optional_text(1, symbol(","));
        take(",");
        body.optional_text(2, symbol(")"));
        take(")");
        return body;
    }

    std::string_view m_rest;
};

} // namespace

std::string onnx_type_name(DType type)
{
    if (type == DType::Float32)
        return "float";
    if (type == DType::Float64)
        return "double";
    std::string name(to_string(type));
    std::erase(name, '_');
    return name;
}

DType parse_onnx_type_name(std::string_view name)
{
    for (int number = 1; number < 64; ++number) {
        const DType type = dtype_from_onnx(number);
        if (type != DType::Unknown && onnx_type_name(type) == name)
            return type;
    }
    return DType::Unknown;
}

void read_type(const Field& message, OnnxModel& model, OnnxValue& value)
{
    Reader reader(message);
    for (Field field; reader.next(field);) {
        switch (field.number) {
        case tensor:
        case sparse: {
            TensorType type = read_tensor_type(field, model);
            value.kind = field.number == tensor ? ValueKind::Tensor : ValueKind::SparseTensor;
            value.dtype = type.dtype;
            value.has_shape = type.shape.has_value();
            value.type_text = value.kind == ValueKind::Tensor
                                  ? StringId::Empty
                                  : model.intern(tensor_text("sparse_tensor", type, model));
            value.shape = type.shape ? std::move(*type.shape) : Shape{};
            break;
        }
        case sequence:
            value.kind = ValueKind::Sequence;
            break;
        case map:
            value.kind = ValueKind::Map;
            break;
        case optional:
            value.kind = ValueKind::Optional;
            break;
        case opaque:
            value.kind = ValueKind::Unknown;
            break;
        default:
            continue;
        }
        if (field.number != tensor && field.number != sparse) {
            value.dtype = DType::Unknown;
            value.has_shape = false;
            value.shape.clear();
            value.type_text = model.intern(type_text(message, model, 0));
        }
    }
}

Buffer write_type(const OnnxModel& model, const OnnxValue& value)
{
    Buffer type;
    if (value.kind != ValueKind::Tensor && value.kind != ValueKind::SparseTensor)
        return TypeParser(model.text(value.type_text)).type();
    if (value.dtype == DType::Unknown && !value.has_shape)
        return type;
    Buffer body;
    body.integer(1, to_onnx(value.dtype));
    if (value.has_shape) {
        Buffer shape;
        for (const Dim& dim : value.shape)
            shape.message(1, write_dim(dim.value, model.text(dim.symbol)));
        body.message(2, shape);
    }
    type.message(value.kind == ValueKind::Tensor ? tensor : sparse, body);
    return type;
}

} // namespace strata
