#include "passes/infer/context.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata::infer {

Context::Context(OnnxModel& model, NodeId node, ValueFacts& facts, std::int64_t opset,
                 const OnnxNode* caller)
    : m_model(model),
      m_node(node),
      m_facts(facts),
      m_opset(opset),
      m_caller(caller),
      m_math(model.strings())
{}

DType Context::dtype(std::size_t i) const
{
    return has_input(i) ? m_model.values[input(i)].dtype : DType::Unknown;
}

const Shape* Context::shape(std::size_t i) const
{
    if (!has_input(i))
        return nullptr;
    const OnnxValue& value = m_model.values[input(i)];
    return value.has_shape ? &value.shape : nullptr;
}

std::optional<std::int64_t> Context::rank(std::size_t i) const
{
    const Shape* found = shape(i);
    return found ? std::optional(static_cast<std::int64_t>(found->size())) : std::nullopt;
}

std::optional<std::vector<std::int64_t>> Context::ints(std::size_t i) const
{
    return has_input(i) ? known_ints(m_model, m_facts, input(i)) : std::nullopt;
}

std::optional<std::int64_t> Context::scalar_int(std::size_t i) const
{
    const auto values = ints(i);
    return values && values->size() == 1 ? std::optional(values->front()) : std::nullopt;
}

std::optional<std::vector<ShapeInt>> Context::elements(std::size_t i) const
{
    if (!has_input(i))
        return std::nullopt;
    std::vector<ShapeInt> result;
    if (const auto numbers = ints(i)) {
        const Shape* dims = shape(i);
        if (dims && dims->size() > 1)
            return std::nullopt;
        for (std::int64_t number : *numbers)
            result.push_back(ShapeInt::of(number));
        return result;
    }
    const auto dims = known_elements(m_model, m_facts, input(i));
    if (!dims)
        return std::nullopt;
    for (const Dim& dim : *dims)
        result.push_back(m_math.from_dim(dim));
    return result;
}

std::optional<Tensor> Context::constant(std::size_t i) const
{
    return has_input(i) ? known_constant(m_model, m_facts, input(i)) : std::nullopt;
}

const Attribute* Context::attribute(std::string_view name) const
{
    const Attribute* found = m_model.attribute(m_node, name);
    if (!found || found->ref_name == StringId::Empty)
        return found;
    if (m_caller)
        for (const Attribute& actual : m_caller->attributes)
            if (actual.name == found->ref_name)
                return &actual;
    return nullptr;
}

bool Context::has_open_reference() const
{
    const auto& attributes = node().attributes;
    return std::any_of(attributes.begin(), attributes.end(), [&](const Attribute& a) {
        return a.ref_name != StringId::Empty && !attribute(m_model.text(a.name));
    });
}

std::optional<std::int64_t> Context::find_int(std::string_view name) const
{
    const Attribute* found = attribute(name);
    const auto* value = found ? std::get_if<std::int64_t>(&found->value) : nullptr;
    return value ? std::optional(*value) : std::nullopt;
}

std::int64_t Context::int_attribute(std::string_view name, std::int64_t fallback) const
{
    return find_int(name).value_or(fallback);
}

std::string_view Context::string_attribute(std::string_view name, std::string_view fallback) const
{
    const Attribute* found = attribute(name);
    const auto* value = found ? std::get_if<std::string>(&found->value) : nullptr;
    return value ? std::string_view(*value) : fallback;
}

const std::vector<std::int64_t>* Context::ints_attribute(std::string_view name) const
{
    const Attribute* found = attribute(name);
    return found ? std::get_if<std::vector<std::int64_t>>(&found->value) : nullptr;
}

IntsArgument Context::ints_argument(std::string_view name, std::size_t i) const
{
    if (const auto* values = ints_attribute(name))
        return {true, true, *values};
    if (!has_input(i))
        return {};
    if (auto values = ints(i))
        return {true, true, std::move(*values)};
    return {true, false, {}};
}

void Context::complain(std::string text)
{
    if (m_complaint.empty())
        m_complaint = std::move(text);
}

void Context::set_dtype(std::size_t i, DType type)
{
    if (!has_output(i) || type == DType::Unknown)
        return;
    OnnxValue& value = m_model.values[output(i)];
    if (value.kind != ValueKind::Tensor && value.kind != ValueKind::Unknown)
        return;
    if (value.dtype != DType::Unknown && value.dtype != type)
        complain(fmt::format("output {} is declared as {} but is {}", i, to_string(value.dtype),
                             to_string(type)));
    value.kind = ValueKind::Tensor;
    value.dtype = type;
}

void Context::set_shape(std::size_t i, const Shape& shape)
{
    if (!has_output(i))
        return;
    OnnxValue& value = m_model.values[output(i)];
    if (value.kind != ValueKind::Tensor && value.kind != ValueKind::Unknown)
        return;
    bool differs = value.has_shape && value.shape.size() != shape.size();
    Shape merged = shape;
    if (value.has_shape && !differs) {
        for (std::size_t d = 0; d < shape.size(); ++d) {
            differs = differs || contradict(value.shape[d], shape[d]);
            // A name that the file gives to a dimension stays unless a number is known.
            if (!shape[d].known() && value.shape[d] != Dim::unknown())
                merged[d] = value.shape[d];
        }
    }
    if (differs)
        complain(fmt::format("output {} is declared with shape {} but has shape {}", i,
                             text(m_model, value.shape), text(m_model, shape)));
    value.has_shape = true;
    value.shape = std::move(merged);
}

void Context::set_rank(std::size_t i, std::int64_t rank)
{
    if (rank >= 0 && rank <= 64)
        set_shape(i, Shape(static_cast<std::size_t>(rank)));
}

void Context::set(std::size_t i, DType type, const Shape& shape)
{
    set_dtype(i, type);
    set_shape(i, shape);
}

void Context::set_like(std::size_t to, std::size_t from)
{
    if (!has_input(from) || !has_output(to))
        return;
    const OnnxValue& source = m_model.values[input(from)];
    OnnxValue& target = m_model.values[output(to)];
    if (source.kind != ValueKind::Tensor) {
        if (source.kind != ValueKind::Unknown) {
            target.kind = source.kind;
            target.type_text = source.type_text;
        }
        return;
    }
    set_dtype(to, source.dtype);
    if (source.has_shape)
        set_shape(to, source.shape);
}

void Context::set_constant(std::size_t i, Tensor tensor)
{
    if (!has_output(i))
        return;
    Shape shape;
    for (std::int64_t dim : tensor.shape)
        shape.push_back(Dim::of(dim));
    set(i, tensor.dtype, shape);
    m_facts.at(output(i)).constant = std::move(tensor);
}

void Context::set_elements(std::size_t i, const std::vector<ShapeInt>& elements, std::size_t rank)
{
    if (!has_output(i) || (rank == 0 && elements.size() != 1))
        return;
    const DType type = m_model.values[output(i)].dtype;
    if (type != DType::Int64 && type != DType::Int32)
        return;
    const bool exact = std::all_of(elements.begin(), elements.end(),
                                   [](const ShapeInt& e) { return e.is_number(); });
    if (exact) {
        std::vector<std::byte> bytes;
        for (const ShapeInt& element : elements) {
            auto append = [&](auto number) {
                const auto* data = reinterpret_cast<const std::byte*>(&number);
                bytes.insert(bytes.end(), data, data + sizeof(number));
            };
            if (type == DType::Int64)
                append(element.number);
            else
                append(static_cast<std::int32_t>(element.number));
        }
        std::vector<std::int64_t> shape;
        if (rank == 1)
            shape.push_back(static_cast<std::int64_t>(elements.size()));
        set_constant(i, Tensor::from_bytes(type, std::move(shape), std::move(bytes)));
        return;
    }
    if (std::none_of(elements.begin(), elements.end(),
                     [](const ShapeInt& e) { return e.is_known(); }))
        return;
    Shape dims;
    for (const ShapeInt& element : elements)
        dims.push_back(m_math.to_element(element));
    m_facts.at(output(i)).elements = std::move(dims);
}

Dim merge(const Dim& a, const Dim& b)
{
    if (a.known())
        return a;
    if (b.known())
        return b;
    return a.symbol != StringId::Empty ? a : b;
}

bool contradict(const Dim& a, const Dim& b)
{
    return a.known() && b.known() && a.value != b.value;
}

std::string same_types(const Context& c, std::size_t first, std::size_t second)
{
    const DType one = c.dtype(first);
    const DType other = c.dtype(second);
    if (one == other || one == DType::Unknown || other == DType::Unknown)
        return {};
    return fmt::format("inputs have different types: {} and {}", to_string(one), to_string(other));
}

std::optional<Shape> broadcast(const DimMath& math, const Shape& a, const Shape& b)
{
    const std::size_t rank = std::max(a.size(), b.size());
    Shape result(rank);
    for (std::size_t i = 0; i < rank; ++i) {
        const Dim left = i < rank - a.size() ? Dim::of(1) : a[i - (rank - a.size())];
        const Dim right = i < rank - b.size() ? Dim::of(1) : b[i - (rank - b.size())];
        if (left == Dim::of(1))
            result[i] = right;
        else if (right == Dim::of(1) || left == right)
            result[i] = left;
        else if (contradict(left, right))
            return std::nullopt;
        else if (left.known() || right.known()) // not 1: the other one is equal or 1
            result[i] = left.known() ? left : right;
        else if (math.equal(left, right))
            result[i] = left;
        // Two different symbols: either might be 1.
    }
    return result;
}

std::string text(const OnnxModel& model, const Dim& dim)
{
    if (dim.known())
        return fmt::format("{}", dim.value);
    return dim.symbol == StringId::Empty ? "?" : std::string(model.text(dim.symbol));
}

std::string text(const OnnxModel& model, const Shape& shape)
{
    std::string result = "[";
    for (const Dim& dim : shape)
        result += (result.size() > 1 ? "," : "") + text(model, dim);
    return result + "]";
}

std::optional<std::size_t> normalize_axis(std::int64_t axis, std::size_t rank)
{
    const auto signed_rank = static_cast<std::int64_t>(rank);
    if (axis < -signed_rank || axis >= signed_rank)
        return std::nullopt;
    return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

std::optional<std::vector<std::size_t>> normalize_axes(const std::vector<std::int64_t>& axes,
                                                       std::size_t rank)
{
    std::vector<std::size_t> result;
    for (std::int64_t axis : axes) {
        const auto normal = normalize_axis(axis, rank);
        if (!normal)
            return std::nullopt;
        result.push_back(*normal);
    }
    return result;
}

} // namespace strata::infer
