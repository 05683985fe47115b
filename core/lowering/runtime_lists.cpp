#include "lowering/runtime_lists.h"

#include "lowering/python_arithmetic.h"
#include "lowering/python_call.h"
#include "lowering/python_ops.h"
#include "lowering/python_value.h"

#include <limits>
#include <numeric>

namespace strata {
namespace {

constexpr std::int64_t end_of_axis = std::numeric_limits<std::int64_t>::max();

std::optional<FxType::Kind> item_kind(const Lowered& item)
{
    if (item.as<LoweredTensor>())
        return FxType::Kind::Tensor;
    if (const auto* scalar = item.as<LoweredScalar>())
        return scalar->kind;
    return item.as<bool>()           ? std::optional(FxType::Kind::Bool)
           : item.as<std::int64_t>() ? std::optional(FxType::Kind::Int)
           : item.as<double>()       ? std::optional(FxType::Kind::Float)
                                     : std::nullopt;
}

/// Sequence operators say little of their results; the list knows more.
ValueId with_type(Emitter& e, ValueId id, DType dtype, const std::optional<Shape>& shape)
{
    OnnxValue& value = e.model().values[id];
    if (value.dtype == DType::Unknown)
        value.dtype = dtype;
    if (shape && !value.has_shape) {
        value.has_shape = true;
        value.shape = *shape;
    }
    return id;
}

Lowered item_value(Emitter& e, const RuntimeItems& list, ValueId id)
{
    return list.kind == FxType::Kind::Tensor ? Lowered::tensor(id) : number_from(e, id, list.kind);
}

ValueId index_of(const PythonCall& call, const Lowered& index)
{
    if (const auto known = as_integer(call.e, index))
        return call.e.scalar(DType::Int64, *known);
    const ValueId id = as_tensor(call.e, index);
    if (id == no_id)
        call.refuse(fmt::format("{} is used as the index of a list", describe(index)));
    return call.e.cast(id, DType::Int64);
}

Lowered item_at(const PythonCall& call, const RuntimeItems& list, const Lowered& index)
{
    Emitter& e = call.e;
    const ValueId at = index_of(call, index);
    const ValueId id = list.sequence != no_id ? e.emit("SequenceAt", {list.sequence, at})
                                              : e.emit("Gather", {list.stacked, at}, {{"axis", 0}});
    return item_value(e, list, with_type(e, id, list.dtype, list.shape));
}

/// The list object of an argument when its length is only known at run time.
PythonList* runtime_list(const PythonCall& call, std::size_t i)
{
    if (i >= call.args.size())
        return nullptr;
    const auto* list = call.args[i].as<LoweredList>();
    return list && (*list)->runtime ? list->get() : nullptr;
}

void widen(Emitter& e, RuntimeItems& list, ValueId item)
{
    const auto shape = e.shape(item);
    if (!list.shape)
        return;
    if (!shape || shape->size() != list.shape->size()) {
        list.shape.reset();
        return;
    }
    for (std::size_t i = 0; i < shape->size(); ++i)
        if ((*shape)[i] != (*list.shape)[i])
            (*list.shape)[i] = Dim{};
}

void insert_item(Emitter& e, RuntimeItems& list, const Lowered& item, ValueId position = no_id)
{
    const ValueId id = as_item(e, list, item);
    const ValueId sequence = as_sequence(e, list);
    widen(e, list, id);
    list.sequence = e.emit("SequenceInsert", {sequence, id, position});
    list.stacked = no_id;
}

std::optional<Outputs> append(const PythonCall& call)
{
    PythonList* list = runtime_list(call, 0);
    if (!list)
        return std::nullopt;
    insert_item(call.e, *list->runtime, call[1]);
    return Outputs(call[0]);
}

std::optional<Outputs> insert(const PythonCall& call)
{
    PythonList* list = runtime_list(call, 0);
    if (!list)
        return std::nullopt;
    insert_item(call.e, *list->runtime, call[2], index_of(call, call[1]));
    return call.nothing();
}

/// Both lists' items; nothing when neither has run-time length.
std::optional<RuntimeItems> joined(const PythonCall& call, const Lowered& first,
                                   const Lowered& second)
{
    const RuntimeItems* left = runtime_items(first);
    const RuntimeItems* right = runtime_items(second);
    if (!left && !right)
        return std::nullopt;
    Emitter& e = call.e;
    if (left && right) {
        if (left->stacked == no_id || right->stacked == no_id || !left->shape ||
            left->shape != right->shape)
            call.refuse("two lists are joined whose lengths are only known when the model runs");
        RuntimeItems result = *left;
        result.stacked = e.concat({left->stacked, right->stacked}, 0);
        return result;
    }
    const auto* known = sequence_items(left ? second : first);
    if (!known)
        call.refuse("a list is joined with something that is not a list");
    RuntimeItems result = left ? *left : *right;
    for (std::size_t i = 0; i < known->size(); ++i)
        insert_item(e, result, (*known)[i],
                    left ? no_id : e.scalar(DType::Int64, static_cast<std::int64_t>(i)));
    return result;
}

std::optional<Outputs> extend(const PythonCall& call)
{
    const auto* list = call[0].as<LoweredList>();
    if (!list)
        return std::nullopt;
    auto items = joined(call, call[0], call[1]);
    if (!items)
        return std::nullopt;
    (*list)->items.clear();
    (*list)->runtime = std::move(items);
    return call.nothing();
}

std::optional<Outputs> add(const PythonCall& call)
{
    if (call.args.size() != 2)
        return std::nullopt;
    auto items = joined(call, call[0], call[1]);
    if (!items)
        return std::nullopt;
    return Outputs(Lowered(std::make_shared<PythonList>(PythonList{{}, std::move(items)})));
}

std::optional<Outputs> length(const PythonCall& call)
{
    const PythonList* list = runtime_list(call, 0);
    if (!list)
        return std::nullopt;
    const RuntimeItems& items = *list->runtime;
    const ValueId count = items.sequence != no_id ? call.e.emit("SequenceLength", {items.sequence})
                                                  : call.e.size_of(items.stacked, 0);
    return Outputs(number_from(call.e, count, FxType::Kind::Int));
}

/// Lists that are known but are asked by a run-time index become run-time lists for the question.
std::optional<Outputs> get_item(const PythonCall& call)
{
    if (const PythonList* list = runtime_list(call, 0))
        return Outputs(item_at(call, *list->runtime, call[1]));
    const auto* items = sequence_items(call[0]);
    if (!items || items->empty() || !is_runtime_value(call[1]) || as_integer(call.e, call[1]))
        return std::nullopt;
    if (std::all_of(items->begin(), items->end(), is_word)) {
        Emitter& e = call.e;
        const ValueId at = e.cast(as_tensor(e, call[1]), DType::Int64);
        const ValueId from_end =
            e.add(at, e.scalar(DType::Int64, static_cast<std::int64_t>(items->size())));
        const ValueId below = e.emit("Less", {at, e.scalar(DType::Int64, std::int64_t{0})});
        return Outputs(
            Lowered(LoweredChoice{e.emit("Where", {below, from_end, at}),
                                  std::make_shared<const std::vector<Lowered>>(*items)}));
    }
    return Outputs(item_at(call, to_runtime(call.e, *items), call[1]));
}

std::optional<Outputs> set_item(const PythonCall& call)
{
    const auto* list = call[0].as<LoweredList>();
    if (!list)
        return std::nullopt;
    if (!(*list)->runtime) {
        if (!is_runtime_value(call[1]) || as_integer(call.e, call[1]) || (*list)->items.empty())
            return std::nullopt;
        (*list)->runtime = to_runtime(call.e, (*list)->items);
        (*list)->items.clear();
    }
    RuntimeItems& items = *(*list)->runtime;
    Emitter& e = call.e;
    ValueId at = index_of(call, call[1]);
    items.sequence = as_sequence(e, items);
    items.stacked = no_id;
    // A position counted from the back would mean another one once the item is gone.
    if (!as_integer(e, call[1]) || *as_integer(e, call[1]) < 0) {
        const ValueId count = e.emit("SequenceLength", {items.sequence});
        at = e.emit("Where", {e.emit("Less", {at, e.scalar(DType::Int64, std::int64_t{0})}),
                              e.add(at, count), at});
    }
    const ValueId id = as_item(e, items, call[2]);
    widen(e, items, id);
    items.sequence = e.emit("SequenceErase", {items.sequence, at});
    items.sequence = e.emit("SequenceInsert", {items.sequence, id, at});
    return Outputs(std::vector<Lowered>(call.output_count, call[0]));
}

std::optional<Outputs> pop(const PythonCall& call)
{
    PythonList* list = runtime_list(call, 0);
    if (!list)
        return std::nullopt;
    RuntimeItems& items = *list->runtime;
    const Lowered index = call.args.size() > 1 ? call[1] : Lowered(std::int64_t{-1});
    items.sequence = as_sequence(call.e, items);
    items.stacked = no_id;
    Lowered taken = item_at(call, items, index);
    items.sequence = call.e.emit("SequenceErase", {items.sequence, index_of(call, index)});
    return Outputs(std::move(taken));
}

std::optional<Outputs> clear(const PythonCall& call)
{
    PythonList* list = runtime_list(call, 0);
    if (!list)
        return std::nullopt;
    list->runtime.reset();
    list->items.clear();
    return call.nothing();
}

std::optional<Outputs> copy(const PythonCall& call)
{
    const PythonList* list = runtime_list(call, 0);
    if (!list)
        return std::nullopt;
    return Outputs(Lowered(std::make_shared<PythonList>(*list)));
}

std::optional<Outputs> slice(const PythonCall& call)
{
    const PythonList* list = runtime_list(call, 0);
    if (!list)
        return std::nullopt;
    Emitter& e = call.e;
    auto bound = [&](std::size_t i, std::int64_t fallback) {
        if (i >= call.args.size() || call[i].is_none())
            return e.constant({fallback});
        return as_int_vector(e, {call[i]});
    };
    RuntimeItems part = *list->runtime;
    const bool stackable = part.shape && std::all_of(part.shape->begin(), part.shape->end(),
                                                     [](const Dim& dim) { return dim.known(); });
    if (part.stacked == no_id && !stackable)
        call.refuse("a list is sliced whose length is only known when the model runs and whose "
                    "items may differ in shape");
    part.stacked = e.emit("Slice", {stack_items(e, part, 0), bound(1, 0), bound(2, end_of_axis),
                                    e.constant({0}), bound(3, 1)});
    part.sequence = no_id;
    return Outputs(Lowered(std::make_shared<PythonList>(PythonList{{}, part})));
}

std::optional<Outputs> stack(const PythonCall& call)
{
    const PythonList* list = runtime_list(call, 0);
    if (!list)
        return std::nullopt;
    const auto axis = call.args.size() > 1 ? as_integer(call.e, call[1]) : 0;
    if (!axis)
        call.refuse("the dimension to stack along is only known when the model runs");
    return Outputs(stack_items(call.e, *list->runtime, *axis));
}

std::optional<Outputs> concatenate(const PythonCall& call)
{
    const PythonList* list = runtime_list(call, 0);
    if (!list)
        return std::nullopt;
    Emitter& e = call.e;
    const RuntimeItems& items = *list->runtime;
    auto axis = call.args.size() > 1 ? as_integer(e, call[1]) : 0;
    if (!axis)
        call.refuse("the dimension to join along is only known when the model runs");
    if (items.stacked == no_id || !items.shape) {
        const ValueId joined =
            e.emit("ConcatFromSequence", {as_sequence(e, items)}, {{"axis", *axis}});
        std::optional<Shape> shape = items.shape;
        if (shape) {
            const auto rank = static_cast<std::int64_t>(shape->size());
            const std::int64_t wrapped = *axis < 0 ? *axis + rank : *axis;
            if (wrapped < 0 || wrapped >= rank)
                call.refuse(fmt::format("dimension {} is out of range", *axis));
            (*shape)[static_cast<std::size_t>(wrapped)] = Dim{};
        }
        return Outputs(with_type(e, joined, items.dtype, shape));
    }
    // The stacked tensor's first axis is brought before the joined one, and both become one.
    const auto rank = static_cast<std::int64_t>(items.shape->size());
    const std::int64_t joined = *axis < 0 ? *axis + rank : *axis;
    if (joined < 0 || joined >= rank)
        call.refuse(fmt::format("dimension {} is out of range", *axis));
    const ValueId moved = stack_items(e, items, joined);
    std::vector<Lowered> dims;
    for (std::int64_t i = 0; i < rank; ++i) {
        const Dim& dim = (*items.shape)[static_cast<std::size_t>(i)];
        if (i == joined)
            dims.emplace_back(std::int64_t{-1});
        else if (dim.known())
            dims.emplace_back(dim.value);
        else
            dims.push_back(
                Lowered::scalar(e.size_of(moved, i < joined ? i : i + 1), FxType::Kind::Int));
    }
    return Outputs(e.reshape(moved, as_int_vector(e, dims)));
}

/// torch.tensor(list): numbers become a tensor of PyTorch's default type or the given one.
std::optional<Outputs> make_tensor(const PythonCall& call)
{
    const PythonList* list = runtime_list(call, 0);
    if (!list || list->runtime->kind == FxType::Kind::Tensor)
        return std::nullopt;
    DType dtype =
        list->runtime->kind == FxType::Kind::Float ? DType::Float32 : list->runtime->dtype;
    if (call.args.size() > 1) {
        if (const auto* given = call[1].as<DType>())
            dtype = *given;
        else if (const auto* number = call[1].as<std::int64_t>())
            dtype = dtype_from_c10(*number);
    }
    return Outputs(call.e.cast(stack_items(call.e, *list->runtime, 0), dtype));
}

/// sum(), min(), max() of a list of numbers.
std::optional<Outputs> reduce(const PythonCall& call)
{
    const PythonList* list = call.args.size() == 1 ? runtime_list(call, 0) : nullptr;
    if (!list || list->runtime->kind == FxType::Kind::Tensor)
        return std::nullopt;
    const std::string_view op = call.target.starts_with("aten::sum")   ? "ReduceSum"
                                : call.target.starts_with("prim::min") ? "ReduceMin"
                                                                       : "ReduceMax";
    const ValueId all = stack_items(call.e, *list->runtime, 0);
    return Outputs(number_from(call.e, call.e.reduce(op, all, {}, false), list->runtime->kind));
}

constexpr std::pair<std::string_view, PythonHandler> handlers[] = {
    {"aten::append", append},
    {"aten::insert", insert},
    {"aten::extend", extend},
    {"aten::add", add},
    {"aten::add_", extend},
    {"aten::len", length},
    {"aten::__getitem__", get_item},
    {"aten::_set_item", set_item},
    {"aten::pop", pop},
    {"aten::clear", clear},
    {"aten::list", copy},
    {"aten::copy", copy},
    {"aten::slice", slice},
    {"aten::stack", stack},
    {"aten::cat", concatenate},
    {"aten::tensor", make_tensor},
    {"aten::sum", reduce},
    {"prim::min", reduce},
    {"prim::max", reduce},
};

} // namespace

PythonHandlers runtime_list_handlers()
{
    return handlers;
}

DType number_dtype(FxType::Kind kind)
{
    return kind == FxType::Kind::Int     ? DType::Int64
           : kind == FxType::Kind::Float ? DType::Float64
                                         : DType::Bool;
}

std::string sequence_type_text(DType element)
{
    const std::string_view name = element == DType::Float32   ? "float"
                                  : element == DType::Float64 ? "double"
                                                              : to_string(element);
    return fmt::format("seq(tensor({}))", name);
}

RuntimeItems empty_items(FxType::Kind kind, DType dtype)
{
    RuntimeItems items;
    items.kind = kind;
    items.dtype = dtype == DType::Unknown ? DType::Float32 : dtype;
    return items;
}

ValueId as_item(Emitter& e, const RuntimeItems& list, const Lowered& item)
{
    const auto kind = item_kind(item);
    if (!kind || *kind != list.kind)
        throw Refusal{fmt::format("{} goes into a list of {}", describe(item),
                                  list.kind == FxType::Kind::Tensor ? "tensors" : "numbers"),
                      {},
                      false};
    if (const auto* number = item.as<double>())
        return e.scalar(DType::Float64, *number);
    ValueId id = as_tensor(e, item);
    if (list.kind != FxType::Kind::Tensor)
        return e.cast(id, list.dtype);
    if (list.dtype != DType::Unknown && e.dtype(id) != DType::Unknown && e.dtype(id) != list.dtype)
        throw Refusal{fmt::format("a list whose length depends on data holds {} and {} tensors",
                                  to_string(list.dtype), to_string(e.dtype(id))),
                      {},
                      false};
    return id;
}

RuntimeItems to_runtime(Emitter& e, const std::vector<Lowered>& items)
{
    RuntimeItems list;
    const auto kind = items.empty() ? std::nullopt : item_kind(items.front());
    if (!kind)
        throw Refusal{fmt::format("a list whose items are only known when the model runs holds {}",
                                  items.empty() ? "nothing" : describe(items.front())),
                      "Lists of tensors or numbers can be exported.", false};
    list.kind = *kind;
    list.dtype =
        *kind == FxType::Kind::Tensor ? e.dtype(as_tensor(e, items.front())) : number_dtype(*kind);
    std::vector<ValueId> ids;
    for (const Lowered& item : items)
        ids.push_back(as_item(e, list, item));
    list.shape = e.shape(ids.front());
    for (const ValueId id : ids)
        widen(e, list, id);
    if (*kind != FxType::Kind::Tensor) {
        for (ValueId& id : ids)
            id = e.unsqueeze(id, {0});
        list.shape = Shape{};
        list.stacked = e.concat(std::move(ids), 0);
    } else {
        list.sequence = e.emit("SequenceConstruct", std::move(ids));
    }
    return list;
}

ValueId as_sequence(Emitter& e, const RuntimeItems& items)
{
    if (items.sequence != no_id)
        return items.sequence;
    if (items.stacked != no_id)
        return e.emit("SplitToSequence", {items.stacked}, {{"axis", 0}, {"keepdims", 0}});
    return e.emit("SequenceEmpty", {}, {{"dtype", to_onnx(items.dtype)}});
}

ValueId stack_items(Emitter& e, const RuntimeItems& items, std::int64_t axis)
{
    const std::optional<Shape>& item = items.shape;
    // Without a rank, nothing can be transposed; sequences take any axis.
    if (items.stacked == no_id || (axis != 0 && !e.rank(items.stacked))) {
        const ValueId stacked = e.emit("ConcatFromSequence", {as_sequence(e, items)},
                                       {{"axis", axis}, {"new_axis", 1}});
        std::optional<Shape> shape;
        if (item) {
            shape = item;
            const auto rank = static_cast<std::int64_t>(shape->size()) + 1;
            shape->insert(shape->begin() + (axis < 0 ? axis + rank : axis), Dim{});
        }
        return with_type(e, stacked, items.dtype, shape);
    }
    if (axis == 0)
        return items.stacked;
    const auto rank = e.rank(items.stacked);
    const std::int64_t to = axis < 0 ? axis + *rank : axis;
    if (to < 0 || to >= *rank)
        throw Refusal{fmt::format("dimension {} is out of range", axis), {}, false};
    std::vector<std::int64_t> permutation;
    for (std::int64_t i = 1; i < *rank; ++i)
        permutation.push_back(i);
    permutation.insert(permutation.begin() + to, 0);
    return e.transpose(items.stacked, std::move(permutation));
}

} // namespace strata
