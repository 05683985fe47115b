// Branches, loops, sequences and optionals.
#include "passes/infer/context.h"

#include <fmt/format.h>

namespace strata::infer {
namespace {

std::optional<GraphId> body(const Context& c, std::string_view name)
{
    const Attribute* attribute = c.attribute(name);
    const auto* graphs = attribute ? std::get_if<std::vector<GraphId>>(&attribute->value) : nullptr;
    return graphs && graphs->size() == 1 ? std::optional(graphs->front()) : std::nullopt;
}

/// The dimensions in which both agree; nothing when the ranks differ.
std::optional<Shape> common_shape(const DimMath& math, const Shape& a, const Shape& b)
{
    if (a.size() != b.size())
        return std::nullopt;
    Shape result(a.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        if (math.equal(a[i], b[i]))
            result[i] = a[i];
    return result;
}

/// Gives output `i` what two values, one of which it will be, have in common.
std::string set_common(Context& c, std::size_t i, ValueId first, ValueId second)
{
    if (!c.has_output(i))
        return {};
    const OnnxValue& a = c.model().values[first];
    const OnnxValue& b = c.model().values[second];
    if (a.kind != ValueKind::Tensor || b.kind != ValueKind::Tensor) {
        if (a.kind == b.kind && a.kind != ValueKind::Unknown && a.type_text == b.type_text) {
            OnnxValue& target = c.model().values[c.output(i)];
            target.kind = a.kind;
            target.type_text = a.type_text;
        }
        return {};
    }
    if (a.dtype != DType::Unknown && b.dtype != DType::Unknown && a.dtype != b.dtype)
        return fmt::format("output {} is {} or {}", i, to_string(a.dtype), to_string(b.dtype));
    c.set_dtype(i, a.dtype != DType::Unknown ? a.dtype : b.dtype);
    if (a.has_shape && b.has_shape)
        if (const auto shape = common_shape(c.math(), a.shape, b.shape))
            c.set_shape(i, *shape);
    return {};
}

std::string if_node(Context& c)
{
    const auto then_body = body(c, "then_branch");
    const auto else_body = body(c, "else_branch");
    if (!then_body || !else_body)
        return "then_branch or else_branch is missing";
    const auto& yes = c.model().graphs[*then_body].outputs;
    const auto& no = c.model().graphs[*else_body].outputs;
    if (yes.size() != c.output_count() || no.size() != c.output_count())
        return fmt::format("the branches give {} and {} values for {} outputs", yes.size(),
                           no.size(), c.output_count());
    for (std::size_t i = 0; i < c.output_count(); ++i)
        if (auto complaint = set_common(c, i, yes[i], no[i]); !complaint.empty())
            return complaint;
    return {};
}

std::string loop(Context& c)
{
    const auto graph = body(c, "body");
    if (!graph)
        return "body is missing";
    const std::size_t carried = c.input_count() < 2 ? 0 : c.input_count() - 2;
    const auto& results = c.model().graphs[*graph].outputs;
    if (results.size() != c.output_count() + 1 || c.output_count() < carried)
        return fmt::format("the body gives {} values for {} outputs", results.size(),
                           c.output_count());
    for (std::size_t i = 0; i < c.output_count(); ++i) {
        const ValueId result = results[i + 1];
        if (i < carried) {
            // With no iteration at all, the initial value comes out.
            if (c.has_input(i + 2))
                if (auto complaint = set_common(c, i, c.input(i + 2), result); !complaint.empty())
                    return complaint;
            continue;
        }
        const OnnxValue& value = c.model().values[result];
        c.set_dtype(i, value.dtype);
        if (value.has_shape) {
            Shape shape{Dim{}};
            shape.insert(shape.end(), value.shape.begin(), value.shape.end());
            c.set_shape(i, shape);
        }
    }
    return {};
}

std::string scan(Context& c)
{
    const auto graph = body(c, "body");
    if (!graph)
        return "body is missing";
    const std::int64_t scanned = c.int_attribute("num_scan_inputs", 0);
    if (c.opset() < 9) // an extra input and a batch axis; no exporter writes it any more
        return {};
    if (scanned < 0 || static_cast<std::size_t>(scanned) > c.input_count())
        return fmt::format("num_scan_inputs is {} for {} inputs", scanned, c.input_count());
    const std::size_t states = c.input_count() - static_cast<std::size_t>(scanned);
    const auto& results = c.model().graphs[*graph].outputs;
    if (results.size() != c.output_count() || states > c.output_count())
        return fmt::format("the body gives {} values for {} outputs", results.size(),
                           c.output_count());
    Dim length;
    const auto* input_axes = c.ints_attribute("scan_input_axes");
    for (std::size_t i = states; i < c.input_count(); ++i) {
        const Shape* shape = c.shape(i);
        if (!shape)
            continue;
        const std::size_t k = i - states;
        const auto axis = normalize_axis(
            input_axes && k < input_axes->size() ? (*input_axes)[k] : 0, shape->size());
        if (!axis)
            return fmt::format("input {} has no axis to scan", i);
        length = merge(length, (*shape)[*axis]);
    }
    const auto* output_axes = c.ints_attribute("scan_output_axes");
    for (std::size_t i = 0; i < c.output_count(); ++i) {
        const OnnxValue& value = c.model().values[results[i]];
        if (i < states) {
            if (c.has_input(i))
                if (auto complaint = set_common(c, i, c.input(i), results[i]); !complaint.empty())
                    return complaint;
            continue;
        }
        c.set_dtype(i, value.dtype);
        if (!value.has_shape)
            continue;
        const std::size_t k = i - states;
        const auto axis = normalize_axis(
            output_axes && k < output_axes->size() ? (*output_axes)[k] : 0, value.shape.size() + 1);
        if (!axis)
            return fmt::format("scan output {} has no such axis", k);
        Shape shape = value.shape;
        shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(*axis), length);
        c.set_shape(i, shape);
    }
    return {};
}

// ONNX's names of element types in type strings.
std::string type_name(DType type)
{
    return type == DType::Float32   ? "float"
           : type == DType::Float64 ? "double"
                                    : std::string(to_string(type));
}

void set_kind(Context& c, ValueKind kind, std::string_view text)
{
    if (!c.has_output(0))
        return;
    OnnxValue& value = c.model().values[c.output(0)];
    value.kind = kind;
    value.type_text = c.model().intern(text);
}

void set_sequence_of(Context& c, DType type)
{
    if (type != DType::Unknown)
        set_kind(c, ValueKind::Sequence, fmt::format("seq(tensor({}))", type_name(type)));
}

/// The element type of "seq(tensor(float))"; Unknown for sequences of something else.
DType sequence_element(Context& c, std::size_t input)
{
    if (!c.has_input(input))
        return DType::Unknown;
    std::string_view text = c.model().text(c.model().values[c.input(input)].type_text);
    constexpr std::string_view prefix = "seq(tensor(";
    if (!text.starts_with(prefix))
        return DType::Unknown;
    text.remove_prefix(prefix.size());
    return parse_dtype(text.substr(0, text.find_first_of("),["))).value_or(DType::Unknown);
}

std::string sequence_construct(Context& c)
{
    set_sequence_of(c, c.dtype(0));
    return {};
}

std::string sequence_empty(Context& c)
{
    set_sequence_of(c, dtype_from_onnx(static_cast<int>(c.int_attribute("dtype", 1))));
    return {};
}

std::string sequence_like(Context& c)
{
    c.set_like(0, 0);
    return {};
}

std::string split_to_sequence(Context& c)
{
    set_sequence_of(c, c.dtype(0));
    return {};
}

std::string sequence_element_result(Context& c)
{
    // The value may be declared as a tensor of unknown type by default; only its type is known.
    c.set_dtype(0, sequence_element(c, 0));
    return {};
}

std::string scalar_int64(Context& c)
{
    c.set(0, DType::Int64, {});
    return {};
}

std::string scalar_bool(Context& c)
{
    c.set(0, DType::Bool, {});
    return {};
}

constexpr Entry rules[] = {
    {"If", if_node},
    {"Loop", loop},
    {"Scan", scan},
    {"SequenceConstruct", sequence_construct},
    {"SequenceEmpty", sequence_empty},
    {"SequenceInsert", sequence_like},
    {"SequenceErase", sequence_like},
    {"SplitToSequence", split_to_sequence},
    {"SequenceAt", sequence_element_result},
    {"ConcatFromSequence", sequence_element_result},
    {"SequenceLength", scalar_int64},
    {"OptionalHasElement", scalar_bool},
};

} // namespace

std::span<const Entry> control_rules()
{
    return rules;
}

} // namespace strata::infer
