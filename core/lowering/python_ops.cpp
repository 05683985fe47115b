#include "lowering/python_ops.h"

#include "lowering/python_arithmetic.h"
#include "lowering/python_call.h"
#include "lowering/python_value.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unordered_map>

namespace strata {
namespace {

std::optional<Outputs> length(const PythonCall& call)
{
    if (const auto* items = sequence_items(call[0]))
        return Outputs(Lowered(static_cast<std::int64_t>(items->size())));
    if (const auto* dict = call[0].as<LoweredDict>())
        return Outputs(Lowered(static_cast<std::int64_t>((*dict)->size())));
    if (const auto* text = call[0].as<std::string>())
        return Outputs(Lowered(static_cast<std::int64_t>(text->size())));
    if (const auto* tensor = call[0].as<LoweredTensor>())
        return Outputs(number_from(call.e, call.e.size_of(tensor->value, 0), FxType::Kind::Int));
    return std::nullopt;
}

/// aten::size, with and without a dimension.
std::optional<Outputs> size(const PythonCall& call)
{
    const ValueId id = as_tensor(call.e, call[0]);
    if (id == no_id)
        return std::nullopt;
    if (call.args.size() > 1 && !call[1].is_none()) {
        const auto axis = as_integer(call.e, call[1]);
        if (!axis)
            call.refuse("the dimension that size() is asked for is only known when the model runs");
        return Outputs(number_from(call.e, call.e.size_of(id, *axis), FxType::Kind::Int));
    }
    const auto rank = call.e.rank(id);
    if (!rank)
        throw Refusal{"size() of a tensor whose rank is not known",
                      "Give the shapes of the inputs.", true};
    std::vector<Lowered> dims;
    for (std::int64_t axis = 0; axis < *rank; ++axis)
        dims.push_back(number_from(call.e, call.e.size_of(id, axis), FxType::Kind::Int));
    return Outputs(Lowered::list(std::move(dims)));
}

std::optional<Outputs> dimension_count(const PythonCall& call)
{
    const ValueId id = as_tensor(call.e, call[0]);
    if (id == no_id)
        return std::nullopt;
    const auto rank = call.e.rank(id);
    if (!rank)
        throw Refusal{"the rank of a tensor is not known", "Give the shapes of the inputs.", true};
    return Outputs(Lowered(*rank));
}

std::optional<Outputs> element_count(const PythonCall& call)
{
    const ValueId id = as_tensor(call.e, call[0]);
    if (id == no_id)
        return std::nullopt;
    if (const auto dims = call.e.static_shape(id)) {
        std::int64_t count = 1;
        for (std::int64_t dim : *dims)
            count *= dim;
        return Outputs(Lowered(count));
    }
    return Outputs(number_from(call.e, call.e.emit("Size", {id}), FxType::Kind::Int));
}

/// int(x), float(x), bool(x) of tensors and numbers.
template <FxType::Kind Kind>
std::optional<Outputs> convert_number(const PythonCall& call)
{
    const Lowered& value = call[0];
    if (const auto number = as_number(call.e, value)) {
        if constexpr (Kind == FxType::Kind::Int) {
            const auto integer = as_integer(call.e, value);
            return Outputs(Lowered(integer ? *integer : static_cast<std::int64_t>(*number)));
        } else if constexpr (Kind == FxType::Kind::Float) {
            return Outputs(Lowered(*number));
        } else {
            return Outputs(Lowered(*number != 0));
        }
    }
    const ValueId id = as_tensor(call.e, value);
    if (id == no_id)
        call.refuse(fmt::format("{} of {}", call.target, describe(value)));
    constexpr DType dtype = Kind == FxType::Kind::Int     ? DType::Int64
                            : Kind == FxType::Kind::Float ? DType::Float64
                                                          : DType::Bool;
    ValueId scalar = call.e.cast(id, dtype);
    if (call.e.rank(scalar).value_or(1) != 0)
        scalar = call.e.reshape(scalar, std::span<const std::int64_t>{});
    return Outputs(number_from(call.e, scalar, Kind));
}

/// Tensor.item() and the implicit conversions: the kind follows the tensor's dtype.
std::optional<Outputs> item(const PythonCall& call)
{
    const ValueId id = as_tensor(call.e, call[0]);
    if (id == no_id)
        return std::nullopt;
    if (call.e.dtype(id) == DType::Bool)
        return convert_number<FxType::Kind::Bool>(call);
    return is_floating_point(call.e.dtype(id)) ? convert_number<FxType::Kind::Float>(call)
                                               : convert_number<FxType::Kind::Int>(call);
}

/// Casts to a narrower type: a branch has made sure that there is something.
std::optional<Outputs> unwrap(const PythonCall& call)
{
    const auto* optional = call[0].as<LoweredOptional>();
    return Outputs(optional ? *optional->value : call[0]);
}

std::optional<Outputs> undefined(const PythonCall& call)
{
    return Outputs(std::vector<Lowered>(call.output_count, Lowered(LoweredUndefined{})));
}

std::optional<Outputs> number_to_tensor(const PythonCall& call)
{
    const ValueId id = as_tensor(call.e, call[0]);
    if (id == no_id)
        call.refuse(fmt::format("{} of {}", call.target, describe(call[0])));
    return Outputs(id);
}

std::optional<Outputs> is_same(const PythonCall& call)
{
    for (std::size_t i = 0; i < 2; ++i)
        if (const auto* optional = call[i].as<LoweredOptional>(); optional && call[1 - i].is_none())
            return Outputs(
                Lowered::scalar(call.e.emit("Not", {optional->present}), FxType::Kind::Bool));
    if (call[0].is_none() || call[1].is_none())
        return Outputs(Lowered(call[0].is_none() && call[1].is_none()));
    const auto* left = call[0].as<LoweredTensor>();
    const auto* right = call[1].as<LoweredTensor>();
    if (left && right)
        return Outputs(Lowered(left->value == right->value));
    if (const auto equal = python_equal(call[0], call[1]))
        return Outputs(Lowered(*equal));
    return std::nullopt;
}

std::optional<Outputs> is_not_same(const PythonCall& call)
{
    auto same = is_same(call);
    if (!same)
        return std::nullopt;
    const Lowered& answer = same->values.front();
    if (const auto* known = answer.as<bool>())
        return Outputs(Lowered(!*known));
    return Outputs(
        Lowered::scalar(call.e.emit("Not", {as_tensor(call.e, answer)}), FxType::Kind::Bool));
}

std::optional<Outputs> to_text(const PythonCall& call)
{
    if (const auto* text = call[0].as<std::string>())
        return Outputs(Lowered(*text));
    if (const auto number = as_integer(call.e, call[0]))
        return Outputs(Lowered(fmt::to_string(*number)));
    return Outputs(Lowered(describe(call[0])));
}

/// Arithmetic on numbers, known or not.
Lowered calculate(const PythonCall& call, std::string_view op, const Lowered& a, const Lowered& b)
{
    auto result = evaluate_python_arithmetic(call.e, op, {a, b});
    if (!result)
        call.refuse(fmt::format("{} of {} and {}", op, describe(a), describe(b)));
    return std::move(*result);
}

/// range(lo, hi, step) by index, as TorchScript's loops state it.
std::optional<Outputs> range_length(const PythonCall& call)
{
    const auto low = as_integer(call.e, call[0]);
    const auto high = as_integer(call.e, call[1]);
    const auto step = as_integer(call.e, call[2]);
    if (step == 0)
        call.refuse("range() with a step of 0");
    if (!step)
        call.refuse("the step of a range is only known when the model runs");
    const std::int64_t width = *step > 0 ? *step : -*step;
    if (low && high) {
        const std::int64_t span = *step > 0 ? *high - *low : *low - *high;
        return Outputs(Lowered(span <= 0 ? std::int64_t{0} : (span + width - 1) / width));
    }
    const Lowered span = *step > 0 ? calculate(call, "aten::sub", call[1], call[0])
                                   : calculate(call, "aten::sub", call[0], call[1]);
    const Lowered length =
        calculate(call, "prim::max",
                  calculate(call, "aten::floordiv",
                            calculate(call, "aten::add", span, Lowered(width - 1)), Lowered(width)),
                  Lowered(std::int64_t{0}));
    return Outputs(length);
}

std::optional<Outputs> derive_index(const PythonCall& call)
{
    return Outputs(
        calculate(call, "aten::add", call[1], calculate(call, "aten::mul", call[0], call[2])));
}

std::optional<Outputs> tensor_dtype(const PythonCall& call)
{
    const ValueId id = as_tensor(call.e, call[0]);
    if (id == no_id)
        return std::nullopt;
    if (call.e.dtype(id) == DType::Unknown)
        throw Refusal{"the dtype of a tensor is not known",
                      "Give the inputs with --input or --inputs.", true};
    return Outputs(Lowered(call.e.dtype(id)));
}

std::optional<Outputs> tensor_is_floating(const PythonCall& call)
{
    const ValueId id = as_tensor(call.e, call[0]);
    return id == no_id ? std::nullopt
                       : std::optional(Outputs(Lowered(is_floating_point(call.e.dtype(id)))));
}

std::optional<Outputs> always_false(const PythonCall&)
{
    return Outputs(Lowered(false));
}
std::optional<Outputs> always_cpu(const PythonCall&)
{
    return Outputs(Lowered(FxEnum{"cpu"}));
}
/// device.type
std::optional<Outputs> device_type(const PythonCall&)
{
    return Outputs(Lowered(std::string("cpu")));
}
std::optional<Outputs> strided_layout(const PythonCall&)
{
    return Outputs(Lowered(FxEnum{"torch.strided"}));
}
std::optional<Outputs> first_argument(const PythonCall& call)
{
    return Outputs(call[0]);
}
std::optional<Outputs> nothing(const PythonCall& call)
{
    return call.nothing();
}

std::optional<Outputs> raise(const PythonCall& call)
{
    const auto* message = call.args.empty() ? nullptr : call[0].as<std::string>();
    throw Refusal{message
                      ? fmt::format("the model raises an exception for these inputs: {}", *message)
                      : "the model raises an exception for these inputs",
                  "Give inputs that the model accepts.", true};
}

/// As Python's str() has it, where the value is known; a size that is not is "?".
std::string python_text(const Lowered& value)
{
    if (const auto* text = value.as<std::string>())
        return *text;
    if (const auto* truth = value.as<bool>())
        return *truth ? "True" : "False";
    if (const auto* integer = value.as<std::int64_t>())
        return fmt::to_string(*integer);
    if (const auto* real = value.as<double>())
        return fmt::to_string(*real);
    if (value.as<LoweredScalar>())
        return "?";
    if (const auto* items = sequence_items(value)) {
        std::vector<std::string> texts;
        for (const Lowered& item : *items)
            texts.push_back(python_text(item));
        const bool tuple = value.as<LoweredTuple>() != nullptr;
        return fmt::format("{}{}{}", tuple ? "(" : "[", fmt::join(texts, ", "), tuple ? ")" : "]");
    }
    return describe(value);
}

std::optional<Outputs> format_string(const PythonCall& call)
{
    // Only messages of assertions are formatted in practice; what is not known yet is described.
    std::string text;
    std::size_t next = 1;
    const auto* pattern = call.args.empty() ? nullptr : call[0].as<std::string>();
    for (std::size_t at = 0; pattern && at < pattern->size();) {
        const std::size_t place = std::min(pattern->find("{}", at), pattern->size());
        text.append(*pattern, at, place - at);
        if (place < pattern->size())
            text += next < call.args.size() ? python_text(call[next++]) : "{}";
        at = place + 2;
    }
    for (; pattern && next < call.args.size(); ++next)
        text.append(1, ' ').append(python_text(call[next]));
    return Outputs(Lowered(std::move(text)));
}

std::optional<Outputs> is_instance(const PythonCall& call)
{
    auto type_of = [](const Lowered& value) -> std::string_view {
        if (value.is_none())
            return "NoneType";
        if (value.as<LoweredTensor>())
            return "Tensor";
        if (const auto* scalar = value.as<LoweredScalar>())
            return scalar->kind == FxType::Kind::Float  ? "float"
                   : scalar->kind == FxType::Kind::Bool ? "bool"
                                                        : "int";
        if (value.as<bool>())
            return "bool";
        if (value.as<std::int64_t>() || value.as<DType>())
            return "int";
        if (value.as<double>())
            return "float";
        if (value.as<std::string>())
            return "str";
        if (value.as<LoweredTuple>())
            return "Tuple";
        if (value.as<LoweredDict>())
            return "Dict";
        return "List";
    };
    const std::string_view actual = type_of(call[0]);
    for (std::size_t i = 1; i < call.args.size(); ++i) {
        std::vector<const Lowered*> names;
        if (const auto* items = sequence_items(call[i]))
            for (const Lowered& name : *items)
                names.push_back(&name);
        else
            names.push_back(&call[i]);
        for (const Lowered* name : names) {
            const auto* text = name->as<std::string>();
            // "List[int]" is matched by its constructor: an empty list has no element type of its
            // own.
            if (text &&
                (*text == actual || text->starts_with(std::string(actual) + "[") ||
                 (*text == "list" && actual == "List") || (*text == "tuple" && actual == "Tuple")))
                return Outputs(Lowered(true));
        }
    }
    return Outputs(Lowered(false));
}

using HandlerTable = std::unordered_map<std::string_view, PythonHandler>;

const HandlerTable& handlers()
{
    static const HandlerTable table = [] {
        HandlerTable all{
            {"prim::unchecked_cast", unwrap},
            {"prim::unchecked_unwrap_optional", unwrap},
            {"aten::_unwrap_optional", unwrap},
            {"prim::data", first_argument},
            {"prim::Uninitialized", undefined},
            {"prim::Print", nothing},
            {"aten::warn", nothing},
            {"aten::manual_seed", nothing}, // ONNX's random operators have no common seed
            {"prim::RaiseException", raise},
            {"prim::isinstance", is_instance},
            {"prim::NumToTensor", number_to_tensor},
            {"prim::ImplicitTensorToNum", item},
            {"prim::dtype", tensor_dtype},
            {"prim::device", always_cpu},
            {"prim::type", device_type},
            {"prim::layout", strided_layout},
            {"prim::is_cuda", always_false},
            {"prim::is_quantized", always_false},
            {"prim::is_sparse", always_false},
            {"prim::is_nested", always_false},
            {"prim::is_meta", always_false},
            {"prim::is_mkldnn", always_false},
            {"prim::is_mps", always_false},
            {"prim::requires_grad", always_false},
            {"aten::requires_grad", always_false},
            {"aten::is_grad_enabled", always_false},
            {"aten::is_autocast_enabled", always_false},
            {"aten::is_autocast_cpu_enabled", always_false},
            {"aten::is_floating_point", tensor_is_floating},
            {"aten::__range_length", range_length},
            {"aten::__derive_index", derive_index},
            {"aten::__is__", is_same},
            {"aten::__isnot__", is_not_same},
            {"aten::len", length},
            {"aten::size", size},
            {"prim::shape", size},
            {"aten::sym_size", size},
            {"aten::sym_numel", element_count},
            {"aten::_local_scalar_dense", item},
            {"aten::dim", dimension_count},
            {"aten::numel", element_count},
            {"aten::Int", convert_number<FxType::Kind::Int>},
            {"aten::IntImplicit", convert_number<FxType::Kind::Int>},
            {"aten::Float", convert_number<FxType::Kind::Float>},
            {"aten::FloatImplicit", convert_number<FxType::Kind::Float>},
            {"aten::Bool", convert_number<FxType::Kind::Bool>},
            {"aten::ScalarImplicit", item},
            {"aten::item", item},
            {"aten::format", format_string},
            {"aten::str", to_text},
        };
        for (const auto& [name, handler] : container_handlers())
            all.emplace(name, handler);
        return all;
    }();
    return table;
}

const HandlerTable& runtime_handlers()
{
    static const HandlerTable table(runtime_list_handlers().begin(), runtime_list_handlers().end());
    return table;
}

} // namespace

Lowered number_from(Emitter& e, ValueId id, FxType::Kind kind)
{
    const Lowered scalar = Lowered::scalar(id, kind);
    if (kind == FxType::Kind::Float) {
        if (const auto number = as_number(e, scalar))
            return Lowered(*number);
    } else if (const auto number = as_integer(e, scalar)) {
        return kind == FxType::Kind::Bool ? Lowered(*number != 0) : Lowered(*number);
    }
    return scalar;
}

std::optional<Outputs> evaluate_python_op(Emitter& emitter, std::string_view target,
                                          const std::vector<Lowered>& args,
                                          std::size_t output_count)
{
    const std::string_view base = target.substr(0, target.find('.'));
    if (auto it = runtime_handlers().find(base); it != runtime_handlers().end())
        if (auto outputs = it->second({emitter, target, args, output_count}))
            return outputs;
    if (auto text = evaluate_text_method({emitter, target, args, output_count}))
        return Outputs(std::move(*text));
    const auto& table = handlers();
    if (auto it = table.find(base); it != table.end())
        if (auto outputs = it->second({emitter, target, args, output_count}))
            return outputs;
    const bool has_tensor = std::any_of(args.begin(), args.end(), [](const Lowered& arg) {
        return arg.as<LoweredTensor>() != nullptr;
    });
    if (has_tensor)
        return std::nullopt;
    // Unlike TorchScript's other powers this one gives an integer.
    const std::string_view operation = target == "aten::pow.int_to_int" ? target : base;
    if (auto value = evaluate_python_arithmetic(emitter, operation, args))
        return Outputs(std::move(*value));
    return std::nullopt;
}

std::optional<bool> known_condition(Emitter& emitter, const Lowered& value)
{
    if (const auto number = as_number(emitter, value))
        return *number != 0;
    return std::nullopt;
}

} // namespace strata
