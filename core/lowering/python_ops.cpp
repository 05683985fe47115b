#include "lowering/python_ops.h"

#include "lowering/op_call.h"
#include "lowering/python_arithmetic.h"
#include "lowering/python_value.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

namespace strata {
namespace {

using Args = std::vector<Lowered>;

struct PythonCall {
    Emitter& e;
    std::string_view target;
    const Args& args;
    std::size_t output_count;

    const Lowered& operator[](std::size_t i) const
    {
        if (i >= args.size())
            throw Refusal{fmt::format("{} has too few arguments", target), {}, false};
        return args[i];
    }
    [[noreturn]] void refuse(std::string reason) const
    {
        throw Refusal{std::move(reason), {}, false};
    }
};
using Handler = std::optional<Outputs> (*)(const PythonCall&);

/// An int or float that a rank-0 tensor holds: known now, or a run-time scalar.
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

std::vector<Lowered>& list_of(const PythonCall& call, std::size_t i)
{
    const auto* list = call[i].as<LoweredList>();
    if (!list)
        call.refuse(fmt::format("{} works on {}", call.target, describe(call[i])));
    return **list;
}

/// Python's index rules.
std::size_t list_index(const PythonCall& call, const Lowered& index, std::size_t size)
{
    const auto value = as_integer(call.e, index);
    if (!value)
        throw Refusal{"a list index is only known when the model runs", {}, false};
    const std::int64_t wrapped = *value < 0 ? *value + static_cast<std::int64_t>(size) : *value;
    if (wrapped < 0 || wrapped >= static_cast<std::int64_t>(size))
        call.refuse(fmt::format("index {} is out of range for a list of {}", *value, size));
    return static_cast<std::size_t>(wrapped);
}

std::optional<Outputs> sequence_items_of(const PythonCall& call)
{
    const auto* items = sequence_items(call[0]);
    if (!items)
        call.refuse(fmt::format("{} works on {}", call.target, describe(call[0])));
    if (items->size() != call.output_count)
        call.refuse(fmt::format("{} values are taken from a sequence of {}", call.output_count,
                                items->size()));
    return Outputs(*items);
}

std::optional<Outputs> get_item(const PythonCall& call)
{
    if (const auto* dict = call[0].as<LoweredDict>()) {
        for (const auto& [key, value] : **dict)
            if (python_equal(key, call[1]).value_or(false))
                return Outputs(value);
        call.refuse(fmt::format("a dict has no key {}", describe(call[1])));
    }
    const auto* items = sequence_items(call[0]);
    if (!items)
        return std::nullopt;
    return Outputs((*items)[list_index(call, call[1], items->size())]);
}

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

std::optional<Outputs> number_to_tensor(const PythonCall& call)
{
    const ValueId id = as_tensor(call.e, call[0]);
    if (id == no_id)
        call.refuse(fmt::format("{} of {}", call.target, describe(call[0])));
    return Outputs(id);
}

std::optional<Outputs> is_same(const PythonCall& call)
{
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
    if (same)
        same->values.front() = Lowered(!*same->values.front().as<bool>());
    return same;
}

std::optional<Outputs> append(const PythonCall& call)
{
    list_of(call, 0).push_back(call[1]);
    return Outputs(call[0]);
}

std::optional<Outputs> extend(const PythonCall& call)
{
    const auto* items = sequence_items(call[1]);
    if (!items)
        call.refuse("a list is extended by something that is not a list");
    const std::vector<Lowered> copy = *items;
    auto& list = list_of(call, 0);
    list.insert(list.end(), copy.begin(), copy.end());
    return Outputs(std::vector<Lowered>(call.output_count, Lowered(LoweredNone{})));
}

std::optional<Outputs> insert(const PythonCall& call)
{
    auto& list = list_of(call, 0);
    const auto at = as_integer(call.e, call[1]);
    if (!at)
        call.refuse("a list index is only known when the model runs");
    const auto size = static_cast<std::int64_t>(list.size());
    const std::int64_t index = std::clamp<std::int64_t>(*at < 0 ? *at + size : *at, 0, size);
    list.insert(list.begin() + index, call[2]);
    return Outputs(std::vector<Lowered>(call.output_count, Lowered(LoweredNone{})));
}

std::optional<Outputs> pop(const PythonCall& call)
{
    auto& list = list_of(call, 0);
    const Lowered last(std::int64_t{-1});
    const std::size_t index = list_index(call, call.args.size() > 1 ? call[1] : last, list.size());
    Lowered taken = list[index];
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(index));
    return Outputs(std::move(taken));
}

std::optional<Outputs> set_item(const PythonCall& call)
{
    if (const auto* dict = call[0].as<LoweredDict>()) {
        for (auto& [key, value] : **dict) {
            if (python_equal(key, call[1]).value_or(false)) {
                value = call[2];
                return Outputs(std::vector<Lowered>(call.output_count, call[0]));
            }
        }
        (*dict)->emplace_back(call[1], call[2]);
        return Outputs(std::vector<Lowered>(call.output_count, call[0]));
    }
    auto& list = list_of(call, 0);
    list[list_index(call, call[1], list.size())] = call[2];
    return Outputs(std::vector<Lowered>(call.output_count, call[0]));
}

std::optional<Outputs> slice_list(const PythonCall& call)
{
    const auto* items = sequence_items(call[0]);
    if (!items)
        return std::nullopt;
    const auto size = static_cast<std::int64_t>(items->size());
    auto bound = [&](std::size_t i, std::int64_t fallback) {
        if (i >= call.args.size() || call[i].is_none())
            return fallback;
        const auto value = as_integer(call.e, call[i]);
        if (!value)
            throw Refusal{
                "a list is sliced by a number that is only known when the model runs", {}, false};
        return std::clamp<std::int64_t>(*value < 0 ? *value + size : *value, 0, size);
    };
    const std::int64_t step =
        call.args.size() > 3 && !call[3].is_none() ? as_integer(call.e, call[3]).value_or(1) : 1;
    if (step < 1)
        call.refuse("a list is sliced with a step below 1");
    std::vector<Lowered> taken;
    for (std::int64_t i = bound(1, 0), end = bound(2, size); i < end; i += step)
        taken.push_back((*items)[static_cast<std::size_t>(i)]);
    return Outputs(Lowered::list(std::move(taken)));
}

std::optional<Outputs> copy_list(const PythonCall& call)
{
    const auto* items = sequence_items(call[0]);
    if (!items)
        return std::nullopt;
    return Outputs(Lowered::list(*items));
}

std::optional<Outputs> contains(const PythonCall& call)
{
    auto search = [&](const auto& range, auto key_of) {
        for (const auto& entry : range)
            if (python_equal(key_of(entry), call[1]).value_or(false))
                return Outputs(Lowered(true));
        return Outputs(Lowered(false));
    };
    if (const auto* dict = call[0].as<LoweredDict>())
        return search(**dict, [](const auto& entry) { return entry.first; });
    if (const auto* items = sequence_items(call[0]))
        return search(*items, [](const Lowered& entry) { return entry; });
    return std::nullopt;
}

/// any() and all() of a list of truth values.
template <bool Any>
std::optional<Outputs> truth_of_list(const PythonCall& call)
{
    const auto* items = sequence_items(call[0]);
    if (!items)
        return std::nullopt;
    for (const Lowered& item : *items) {
        const auto value = known_condition(call.e, item);
        if (!value)
            call.refuse("a truth value in a list is only known when the model runs");
        if (*value == Any)
            return Outputs(Lowered(Any));
    }
    return Outputs(Lowered(!Any));
}

std::optional<Outputs> to_text(const PythonCall& call)
{
    if (const auto* text = call[0].as<std::string>())
        return Outputs(Lowered(*text));
    if (const auto number = as_integer(call.e, call[0]))
        return Outputs(Lowered(fmt::to_string(*number)));
    return Outputs(Lowered(describe(call[0])));
}

std::optional<Outputs> find_text(const PythonCall& call)
{
    const auto* text = call[0].as<std::string>();
    const auto* wanted = call[1].as<std::string>();
    if (!text || !wanted)
        return std::nullopt;
    const std::size_t at = text->find(*wanted);
    return Outputs(
        Lowered(at == std::string::npos ? std::int64_t{-1} : static_cast<std::int64_t>(at)));
}

/// dict(): of nothing, of a list of pairs, or of another dict.
std::optional<Outputs> copy_dict(const PythonCall& call)
{
    auto dict = std::make_shared<std::vector<std::pair<Lowered, Lowered>>>();
    if (!call.args.empty()) {
        if (const auto* other = call[0].as<LoweredDict>()) {
            *dict = **other;
        } else if (const auto* pairs = sequence_items(call[0])) {
            for (const Lowered& pair : *pairs) {
                const auto* items = sequence_items(pair);
                if (!items || items->size() != 2)
                    call.refuse("a dict is made of something that is not pairs");
                dict->emplace_back((*items)[0], (*items)[1]);
            }
        }
    }
    return Outputs(Lowered(LoweredDict(std::move(dict))));
}

std::optional<Outputs> make_dict(const PythonCall& call)
{
    auto dict = std::make_shared<std::vector<std::pair<Lowered, Lowered>>>();
    for (std::size_t i = 0; i + 1 < call.args.size(); i += 2)
        dict->emplace_back(call[i], call[i + 1]);
    return Outputs(Lowered(LoweredDict(std::move(dict))));
}

enum class DictPart { Keys, Values, Items };
template <DictPart Part>
std::optional<Outputs> dict_part(const PythonCall& call)
{
    const auto* dict = call[0].as<LoweredDict>();
    if (!dict)
        return std::nullopt;
    std::vector<Lowered> items;
    for (const auto& [key, value] : **dict) {
        if constexpr (Part == DictPart::Keys)
            items.push_back(key);
        else if constexpr (Part == DictPart::Values)
            items.push_back(value);
        else
            items.push_back(Lowered::tuple({key, value}));
    }
    return Outputs(Lowered::list(std::move(items)));
}

std::optional<Outputs> dict_get(const PythonCall& call)
{
    const auto* dict = call[0].as<LoweredDict>();
    if (!dict)
        return std::nullopt;
    for (const auto& [key, value] : **dict)
        if (python_equal(key, call[1]).value_or(false))
            return Outputs(value);
    return Outputs(call.args.size() > 2 ? call[2] : Lowered(LoweredNone{}));
}

std::optional<Outputs> make_range(const PythonCall& call)
{
    std::int64_t bounds[3] = {0, 0, 1};
    for (std::size_t i = 0; i < call.args.size() && i < 3; ++i) {
        const auto value = as_integer(call.e, call[i]);
        if (!value)
            return std::nullopt;
        bounds[call.args.size() == 1 ? 1 : i] = *value;
    }
    if (bounds[2] == 0)
        call.refuse("range() with a step of 0");
    std::vector<Lowered> items;
    for (std::int64_t i = bounds[0]; bounds[2] > 0 ? i < bounds[1] : i > bounds[1]; i += bounds[2])
        items.emplace_back(i);
    return Outputs(Lowered::list(std::move(items)));
}

/// range(lo, hi, step) by index, as TorchScript's loops state it.
std::optional<Outputs> range_length(const PythonCall& call)
{
    const auto low = as_integer(call.e, call[0]);
    const auto high = as_integer(call.e, call[1]);
    const auto step = as_integer(call.e, call[2]);
    if (!low || !high || !step || *step == 0)
        call.refuse("a range's bounds are only known when the model runs");
    const std::int64_t span = *step > 0 ? *high - *low : *low - *high;
    const std::int64_t width = *step > 0 ? *step : -*step;
    return Outputs(Lowered(span <= 0 ? std::int64_t{0} : (span + width - 1) / width));
}

std::optional<Outputs> derive_index(const PythonCall& call)
{
    const auto index = as_integer(call.e, call[0]);
    const auto start = as_integer(call.e, call[1]);
    const auto step = as_integer(call.e, call[2]);
    if (!index || !start || !step)
        call.refuse("a loop's index is only known when the model runs");
    return Outputs(Lowered(*start + *index * *step));
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
    return Outputs(std::vector<Lowered>(call.output_count, Lowered(LoweredNone{})));
}

std::optional<Outputs> raise(const PythonCall& call)
{
    const auto* message = call.args.empty() ? nullptr : call[0].as<std::string>();
    throw Refusal{message
                      ? fmt::format("the model raises an exception for these inputs: {}", *message)
                      : "the model raises an exception for these inputs",
                  "Give inputs that the model accepts.", true};
}

std::optional<Outputs> format_string(const PythonCall& call)
{
    // Only messages of assertions are formatted in practice; their exact text does not matter to
    // the graph.
    std::string text;
    for (const Lowered& arg : call.args) {
        const auto* part = arg.as<std::string>();
        text += (text.empty() ? "" : " ") + (part ? *part : describe(arg));
    }
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

const std::unordered_map<std::string_view, Handler>& handlers()
{
    static const std::unordered_map<std::string_view, Handler> table{
        {"prim::ListConstruct",
         [](const PythonCall& c) { return std::optional(Outputs(Lowered::list(c.args))); }},
        {"prim::TupleConstruct",
         [](const PythonCall& c) { return std::optional(Outputs(Lowered::tuple(c.args))); }},
        {"prim::DictConstruct", make_dict},
        {"prim::ListUnpack", sequence_items_of},
        {"prim::TupleUnpack", sequence_items_of},
        {"prim::TupleIndex", get_item},
        {"prim::unchecked_cast", first_argument},
        {"prim::unchecked_unwrap_optional", first_argument},
        {"aten::_unwrap_optional", first_argument},
        {"prim::data", first_argument},
        {"prim::Uninitialized", nothing},
        {"prim::Print", nothing},
        {"aten::warn", nothing},
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
        {"prim::rangelist", make_range},
        {"aten::__range_length", range_length},
        {"aten::__derive_index", derive_index},
        {"aten::__getitem__", get_item},
        {"aten::_set_item", set_item},
        {"aten::__contains__", contains},
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
        {"aten::append", append},
        {"aten::extend", extend},
        {"aten::insert", insert},
        {"aten::pop", pop},
        {"aten::slice", slice_list},
        {"aten::list", copy_list},
        {"aten::copy", copy_list},
        {"aten::keys", dict_part<DictPart::Keys>},
        {"aten::values", dict_part<DictPart::Values>},
        {"aten::items", dict_part<DictPart::Items>},
        {"aten::get", dict_get},
        {"aten::format", format_string},
        {"aten::str", to_text},
        {"aten::find", find_text},
        {"aten::dict", copy_dict},
        {"aten::any", truth_of_list<true>},
        {"aten::all", truth_of_list<false>},
    };
    return table;
}

} // namespace

std::optional<Outputs> evaluate_python_op(Emitter& emitter, std::string_view target,
                                          const std::vector<Lowered>& args,
                                          std::size_t output_count)
{
    const std::string_view base = target.substr(0, target.find('.'));
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
