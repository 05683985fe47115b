// Lists, tuples and dicts whose structure is known at export.
#include "lowering/python_arithmetic.h"
#include "lowering/python_call.h"
#include "lowering/python_ops.h"
#include "lowering/python_value.h"

#include <algorithm>

namespace strata {
namespace {

std::vector<Lowered>& list_of(const PythonCall& call, std::size_t i)
{
    const auto* list = call[i].as<LoweredList>();
    if (!list || (*list)->runtime)
        call.refuse(fmt::format("{} works on {}", call.target, describe(call[i])));
    return (*list)->items;
}

/// Python's == when the model runs: a truth value, known or not; nothing for what has no ==.
std::optional<Lowered> equal_values(const PythonCall& call, const Lowered& a, const Lowered& b)
{
    if (const auto equal = python_equal(a, b))
        return Lowered(*equal);
    return evaluate_python_arithmetic(call.e, "aten::eq", {a, b});
}

bool chosen_at_run_time(const Lowered& key)
{
    return is_runtime_value(key) || key.as<LoweredChoice>();
}

const Lowered* find_key(const PythonCall& call, const LoweredDict& dict)
{
    if (chosen_at_run_time(call[1]))
        call.refuse("the key of a dict is only known when the model runs");
    for (const auto& [key, value] : *dict)
        if (python_equal(key, call[1]).value_or(false))
            return &value;
    return nullptr;
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

/// Which entry a key that is only known when the model runs means, as an index from data into the
/// list of values. A key that is not there raises an exception in PyTorch.
Outputs entry_of_key(const PythonCall& call, const LoweredDict& dict)
{
    Emitter& e = call.e;
    std::vector<Lowered> values;
    std::vector<ValueId> fits;
    for (const auto& [key, value] : *dict) {
        const auto equal = equal_values(call, key, call[1]);
        if (!equal)
            call.refuse("the key of a dict is only known when the model runs");
        fits.push_back(e.unsqueeze(e.cast(as_tensor(e, *equal), DType::Int64), {0}));
        values.push_back(value);
    }
    if (values.empty())
        call.refuse("an empty dict is asked for a key");
    const ValueId at = e.emit("ArgMax", {e.concat(std::move(fits), 0)},
                              {{"axis", std::int64_t{0}}, {"keepdims", std::int64_t{0}}});
    auto outputs = evaluate_python_op(
        e, "aten::__getitem__",
        {Lowered::list(std::move(values)), Lowered::scalar(at, FxType::Kind::Int)}, 1);
    if (!outputs)
        call.refuse("the key of a dict is only known when the model runs");
    return std::move(*outputs);
}

std::optional<Outputs> get_item(const PythonCall& call)
{
    if (const auto* dict = call[0].as<LoweredDict>()) {
        if (chosen_at_run_time(call[1]))
            return entry_of_key(call, *dict);
        if (const Lowered* found = find_key(call, *dict))
            return Outputs(*found);
        call.refuse(fmt::format("a dict has no key {}", describe(call[1])));
    }
    const auto* items = sequence_items(call[0]);
    if (!items)
        return std::nullopt;
    return Outputs((*items)[list_index(call, call[1], items->size())]);
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
    return call.nothing();
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
    return call.nothing();
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
        if (chosen_at_run_time(call[1]))
            call.refuse("the key of a dict is only known when the model runs");
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
    const std::int64_t step =
        call.args.size() > 3 && !call[3].is_none() ? as_integer(call.e, call[3]).value_or(0) : 1;
    if (step == 0)
        call.refuse(
            "a list is sliced with a step of 0, or one that is only known when the model runs");
    // Backwards, the bounds lie between -1, which is before the first item, and the last item.
    const std::int64_t lowest = step < 0 ? -1 : 0;
    const std::int64_t highest = step < 0 ? size - 1 : size;
    auto bound = [&](std::size_t i, std::int64_t fallback) {
        if (i >= call.args.size() || call[i].is_none())
            return fallback;
        const auto value = as_integer(call.e, call[i]);
        if (!value)
            throw Refusal{
                "a list is sliced by a number that is only known when the model runs", {}, false};
        return std::clamp<std::int64_t>(*value < 0 ? *value + size : *value, lowest, highest);
    };
    std::vector<Lowered> taken;
    const std::int64_t end = bound(2, step < 0 ? lowest : highest);
    for (std::int64_t i = bound(1, step < 0 ? highest : lowest); step < 0 ? i > end : i < end;
         i += step)
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
    std::vector<Lowered> keys;
    const auto* items = sequence_items(call[0]);
    if (const auto* dict = call[0].as<LoweredDict>()) {
        for (const auto& entry : **dict)
            keys.push_back(entry.first);
        items = &keys;
    }
    if (!items)
        return std::nullopt;
    std::optional<Lowered> found = Lowered(false);
    for (const Lowered& item : *items) {
        const auto equal = equal_values(call, item, call[1]);
        if (!equal)
            call.refuse(
                fmt::format("{} is looked for among {}", describe(call[1]), describe(item)));
        if (const auto* known = equal->as<bool>()) {
            if (*known)
                return Outputs(Lowered(true));
            continue;
        }
        found = found->as<bool>()
                    ? equal
                    : evaluate_python_arithmetic(call.e, "aten::__or__", {*found, *equal});
    }
    return Outputs(std::move(*found));
}

/// any() and all() of a list of truth values.
template <bool Any>
std::optional<Outputs> truth_of_list(const PythonCall& call)
{
    const auto* items = sequence_items(call[0]);
    if (!items)
        return std::nullopt;
    std::vector<ValueId> open; // the truth values that are only known when the model runs
    for (const Lowered& item : *items) {
        if (const auto value = known_condition(call.e, item)) {
            if (*value == Any)
                return Outputs(Lowered(Any));
        } else {
            open.push_back(call.e.cast(as_tensor(call.e, item), DType::Bool));
        }
    }
    if (!open.empty()) {
        ValueId all = open.front();
        for (std::size_t i = 1; i < open.size(); ++i)
            all = call.e.emit(Any ? "Or" : "And", {all, open[i]});
        return Outputs(number_from(call.e, all, FxType::Kind::Bool));
    }
    return Outputs(Lowered(!Any));
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
    if (const Lowered* found = find_key(call, *dict))
        return Outputs(*found);
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

std::optional<Outputs> clear(const PythonCall& call)
{
    if (const auto* dict = call[0].as<LoweredDict>())
        (*dict)->clear();
    else
        list_of(call, 0).clear();
    return call.nothing();
}

std::optional<Outputs> reverse(const PythonCall& call)
{
    auto& list = list_of(call, 0);
    std::reverse(list.begin(), list.end());
    return call.nothing();
}

constexpr std::pair<std::string_view, PythonHandler> handlers[] = {
    {"prim::ListConstruct",
     [](const PythonCall& c) { return std::optional(Outputs(Lowered::list(c.args))); }},
    {"prim::TupleConstruct",
     [](const PythonCall& c) { return std::optional(Outputs(Lowered::tuple(c.args))); }},
    {"prim::DictConstruct", make_dict},
    {"prim::ListUnpack", sequence_items_of},
    {"prim::TupleUnpack", sequence_items_of},
    {"prim::TupleIndex", get_item},
    {"prim::rangelist", make_range},
    {"aten::__getitem__", get_item},
    {"aten::_set_item", set_item},
    {"aten::__contains__", contains},
    {"aten::append", append},
    {"aten::extend", extend},
    {"aten::insert", insert},
    {"aten::pop", pop},
    {"aten::clear", clear},
    {"aten::reverse", reverse},
    {"aten::slice", slice_list},
    {"aten::list", copy_list},
    {"aten::copy", copy_list},
    {"aten::keys", dict_part<DictPart::Keys>},
    {"aten::values", dict_part<DictPart::Values>},
    {"aten::items", dict_part<DictPart::Items>},
    {"aten::get", dict_get},
    {"aten::dict", copy_dict},
    {"aten::any", truth_of_list<true>},
    {"aten::all", truth_of_list<false>},
};

} // namespace

PythonHandlers container_handlers()
{
    return handlers;
}

} // namespace strata
