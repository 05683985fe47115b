#include "lowering/value_form.h"

#include "lowering/op_call.h"
#include "lowering/python_arithmetic.h"
#include "lowering/python_value.h"
#include "lowering/runtime_lists.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata {
namespace {

using Kind = ValueForm::Kind;

[[noreturn]] void refuse_join(const ValueForm& a, const ValueForm& b);

std::optional<FxType::Kind> number_kind(const Lowered& value)
{
    if (value.as<bool>())
        return FxType::Kind::Bool;
    if (value.as<std::int64_t>())
        return FxType::Kind::Int;
    if (value.as<double>())
        return FxType::Kind::Float;
    if (const auto* scalar = value.as<LoweredScalar>())
        return scalar->kind;
    return std::nullopt;
}

ValueForm scalar_form(FxType::Kind kind)
{
    ValueForm form;
    form.kind = Kind::Scalar;
    form.number = kind;
    form.dtype = number_dtype(kind);
    form.shape = Shape{};
    return form;
}

ValueForm fixed_form(Lowered value)
{
    ValueForm form;
    form.kind = Kind::Fixed;
    form.fixed = std::move(value);
    return form;
}

ValueForm list_of_forms(Kind kind, const Emitter& emitter, const std::vector<Lowered>& items)
{
    ValueForm form;
    form.kind = kind;
    for (const Lowered& item : items)
        form.items.push_back(form_of(emitter, item));
    return form;
}

bool is_none(const ValueForm& form)
{
    return form.kind == Kind::Fixed && form.fixed.is_none();
}

std::string describe(const ValueForm& form)
{
    switch (form.kind) {
    case Kind::Fixed:
        return strata::describe(form.fixed);
    case Kind::Undefined:
        return "an undefined value";
    case Kind::Tensor:
        return fmt::format("a {} tensor", to_string(form.dtype));
    case Kind::Scalar:
        return form.number == FxType::Kind::Int     ? "an integer"
               : form.number == FxType::Kind::Float ? "a float"
                                                    : "a bool";
    case Kind::Optional:
        return fmt::format("{} or None", describe(form.items.front()));
    case Kind::Tuple:
        return fmt::format("a tuple of {}", form.items.size());
    case Kind::List:
        return fmt::format("a list of {}", form.items.size());
    case Kind::Dict:
        return "a dict";
    case Kind::RuntimeList:
        return "a list whose length is only known when the model runs";
    case Kind::Choice:
        return fmt::format("one of {} strings", form.keys.size());
    }
    return {};
}

bool is_choice(const ValueForm& form)
{
    return form.kind == Kind::Choice || (form.kind == Kind::Fixed && is_word(form.fixed));
}

std::size_t place_of(const std::vector<Lowered>& options, const Lowered& word)
{
    return static_cast<std::size_t>(
        std::find_if(options.begin(), options.end(),
                     [&](const Lowered& option) { return identical(option, word); }) -
        options.begin());
}

/// All that either may be.
ValueForm join_choices(const ValueForm& a, const ValueForm& b)
{
    ValueForm joined;
    joined.kind = Kind::Choice;
    joined.dtype = DType::Int64;
    joined.shape = Shape{};
    const auto add = [&](const Lowered& word) {
        if (place_of(joined.keys, word) == joined.keys.size())
            joined.keys.push_back(word);
    };
    for (const ValueForm* form : {&a, &b}) {
        if (form->kind == Kind::Fixed)
            add(form->fixed);
        for (const Lowered& word : form->keys)
            add(word);
    }
    return joined;
}

/// The number of a word among the options of a form.
ValueId choice_leaf(Emitter& e, const ValueForm& form, const Lowered& value)
{
    if (is_word(value))
        return e.scalar(DType::Int64, static_cast<std::int64_t>(place_of(form.keys, value)));
    const auto* choice = value.as<LoweredChoice>();
    if (!choice)
        return e.scalar(DType::Int64, std::int64_t{0}); // nobody reads it
    std::vector<std::int64_t> places;
    bool same = choice->options->size() <= form.keys.size();
    for (const Lowered& word : *choice->options) {
        places.push_back(static_cast<std::int64_t>(place_of(form.keys, word)));
        same = same && places.back() == static_cast<std::int64_t>(places.size()) - 1;
    }
    if (same)
        return choice->index;
    return e.emit("Gather", {e.constant(std::span<const std::int64_t>(places)), choice->index},
                  {{"axis", std::int64_t{0}}});
}

[[noreturn]] void refuse_join(const ValueForm& a, const ValueForm& b)
{
    throw Refusal{fmt::format("a value is {} or {}, depending on data; an ONNX value has one type",
                              describe(a), describe(b)),
                  "Give both the same type, or export with fixed inputs.", false};
}

std::optional<Shape> common_shape(const std::optional<Shape>& a, const std::optional<Shape>& b)
{
    if (!a || !b || a->size() != b->size())
        return std::nullopt;
    Shape common(a->size());
    for (std::size_t i = 0; i < a->size(); ++i)
        if ((*a)[i] == (*b)[i])
            common[i] = (*a)[i];
    return common;
}

DType common_dtype(const ValueForm& a, const ValueForm& b)
{
    if (a.dtype == DType::Unknown)
        return b.dtype;
    if (b.dtype != DType::Unknown && b.dtype != a.dtype)
        refuse_join(a, b);
    return a.dtype;
}

/// One form for all items of a list.
ValueForm runtime_list_form(const Emitter& emitter, const ValueForm& form)
{
    if (form.kind == Kind::RuntimeList)
        return form;
    ValueForm list;
    list.kind = Kind::RuntimeList;
    list.number = FxType::Kind::Tensor;
    bool first = true;
    for (const ValueForm& item : form.items) {
        const ValueForm open = open_form(emitter, item);
        if (open.kind != Kind::Tensor && open.kind != Kind::Scalar)
            throw Refusal{
                fmt::format("a list whose length depends on data holds {}", describe(item)),
                "Lists of tensors or numbers can be exported.", false};
        const FxType::Kind number = open.kind == Kind::Scalar ? open.number : FxType::Kind::Tensor;
        if (!first && number != list.number)
            refuse_join(form.items.front(), item);
        list.dtype = first ? open.dtype : common_dtype(list, open);
        list.shape = first ? open.shape : common_shape(list.shape, open.shape);
        list.number = number;
        first = false;
    }
    return list;
}

bool is_empty_list(const ValueForm& form)
{
    return form.kind == Kind::List && form.items.empty();
}

ValueForm join_runtime_lists(const Emitter& emitter, const ValueForm& a, const ValueForm& b)
{
    if (is_empty_list(a))
        return runtime_list_form(emitter, b);
    if (is_empty_list(b))
        return runtime_list_form(emitter, a);
    ValueForm left = runtime_list_form(emitter, a);
    const ValueForm right = runtime_list_form(emitter, b);
    if (left.number != right.number)
        refuse_join(a, b);
    left.dtype = common_dtype(left, right);
    left.shape = common_shape(left.shape, right.shape);
    return left;
}

/// What is inside of bodies cannot be named outside: fixed leaves become open.
ValueForm pass_out(const Emitter& emitter, const ValueForm& form, const IsOutside& is_outside)
{
    ValueForm out = form;
    if (form.kind == Kind::Fixed) {
        if (is_runtime_value(form.fixed)) {
            const auto* tensor = form.fixed.as<LoweredTensor>();
            const ValueId id = tensor ? tensor->value : form.fixed.as<LoweredScalar>()->value;
            if (!is_outside(id))
                return open_form(emitter, form);
        }
        return out;
    }
    for (ValueForm& item : out.items)
        item = pass_out(emitter, item, is_outside);
    return out;
}

bool same_object(const ValueForm& a, const ValueForm& b)
{
    return !a.fixed.is_none() && identical(a.fixed, b.fixed);
}

std::optional<ValueForm> join_items(const Emitter& emitter, const ValueForm& a, const ValueForm& b,
                                    const IsOutside& is_outside)
{
    if (a.items.size() != b.items.size())
        return std::nullopt;
    ValueForm joined;
    joined.kind = a.kind;
    for (std::size_t i = 0; i < a.items.size(); ++i)
        joined.items.push_back(join(emitter, a.items[i], b.items[i], is_outside));
    return joined;
}

bool same_keys(const ValueForm& a, const ValueForm& b)
{
    if (a.keys.size() != b.keys.size())
        return false;
    for (std::size_t i = 0; i < a.keys.size(); ++i)
        if (!python_equal(a.keys[i], b.keys[i]).value_or(false))
            return false;
    return true;
}

/// A value of the form that nobody reads.
Lowered stand_in(Emitter& e, const ValueForm& form)
{
    std::vector<std::int64_t> dims;
    if (form.shape)
        for (const Dim& dim : *form.shape)
            dims.push_back(dim.known() ? dim.value : 1);
    const DType dtype = form.dtype == DType::Unknown ? DType::Float32 : form.dtype;
    const ValueId shape = e.constant(std::span<const std::int64_t>(dims));
    Tensor zero = Tensor::scalar(dtype, std::int64_t{0});
    zero.shape = {1};
    zero.strides.clear();
    return Lowered::tensor(e.emit("ConstantOfShape", {shape}, {{"value", std::move(zero)}}));
}

ValueId number_leaf(Emitter& e, const ValueForm& form, const Lowered& value)
{
    if (const auto* number = value.as<double>())
        return e.scalar(form.dtype, *number);
    if (const auto* number = value.as<std::int64_t>())
        return form.number == FxType::Kind::Float
                   ? e.scalar(form.dtype, static_cast<double>(*number))
                   : e.scalar(form.dtype, *number);
    if (const auto* flag = value.as<bool>())
        return e.scalar(form.dtype, std::int64_t{*flag});
    ValueId id = as_tensor(e, value);
    if (id == no_id)
        throw Refusal{
            fmt::format("{} stands where {} is expected", strata::describe(value), describe(form)),
            {},
            false};
    id = e.cast(id, form.dtype);
    return e.rank(id) == 0 ? id : e.reshape(id, std::span<const std::int64_t>{});
}

} // namespace

std::size_t ValueForm::leaves() const
{
    switch (kind) {
    case Kind::Fixed:
    case Kind::Undefined:
        return 0;
    case Kind::Tensor:
    case Kind::Scalar:
    case Kind::RuntimeList:
    case Kind::Choice:
        return 1;
    default: {
        std::size_t count = kind == Kind::Optional ? 1 : 0;
        for (const ValueForm& item : items)
            count += item.leaves();
        return count;
    }
    }
}

ValueForm form_of(const Emitter& emitter, const Lowered& value)
{
    if (value.as<LoweredUndefined>())
        return {};
    if (const auto* optional = value.as<LoweredOptional>()) {
        ValueForm form;
        form.kind = Kind::Optional;
        form.items.push_back(open_form(emitter, form_of(emitter, *optional->value)));
        return form;
    }
    if (const auto* choice = value.as<LoweredChoice>()) {
        ValueForm form;
        form.kind = Kind::Choice;
        form.dtype = DType::Int64;
        form.shape = Shape{};
        form.keys = *choice->options;
        return form;
    }
    if (const auto* tuple = value.as<LoweredTuple>())
        return list_of_forms(Kind::Tuple, emitter, *tuple->items);
    if (const RuntimeItems* items = runtime_items(value)) {
        ValueForm form;
        form.kind = Kind::RuntimeList;
        form.fixed = value;
        form.dtype = items->dtype;
        form.shape = items->shape;
        form.number = items->kind;
        return form;
    }
    if (const auto* list = value.as<LoweredList>()) {
        ValueForm form = list_of_forms(Kind::List, emitter, (*list)->items);
        form.fixed = value;
        return form;
    }
    if (const auto* dict = value.as<LoweredDict>()) {
        ValueForm form;
        form.kind = Kind::Dict;
        form.fixed = value;
        for (const auto& [key, item] : **dict) {
            form.keys.push_back(key);
            form.items.push_back(form_of(emitter, item));
        }
        return form;
    }
    return fixed_form(value);
}

ValueForm open_form(const Emitter& emitter, ValueForm form)
{
    if (form.kind == Kind::Fixed) {
        if (const auto kind = number_kind(form.fixed))
            return scalar_form(*kind);
        if (const auto* tensor = form.fixed.as<LoweredTensor>()) {
            ValueForm open;
            open.kind = Kind::Tensor;
            open.dtype = emitter.dtype(tensor->value);
            open.shape = emitter.shape(tensor->value);
            return open;
        }
        return form;
    }
    form.fixed = {};
    for (ValueForm& item : form.items)
        item = open_form(emitter, std::move(item));
    return form;
}

ValueForm join(const Emitter& emitter, const ValueForm& a, const ValueForm& b,
               const IsOutside& is_outside)
{
    if (a.kind == Kind::Undefined)
        return pass_out(emitter, b, is_outside);
    if (b.kind == Kind::Undefined)
        return pass_out(emitter, a, is_outside);
    if (a.kind == Kind::Fixed && b.kind == Kind::Fixed && identical(a.fixed, b.fixed))
        return a;
    if (is_none(a) || is_none(b) || a.kind == Kind::Optional || b.kind == Kind::Optional) {
        ValueForm joined;
        joined.kind = Kind::Optional;
        const ValueForm& left = a.kind == Kind::Optional ? a.items.front() : a;
        const ValueForm& right = b.kind == Kind::Optional ? b.items.front() : b;
        joined.items.push_back(open_form(emitter, is_none(left) ? right
                                                  : is_none(right)
                                                      ? left
                                                      : join(emitter, left, right, is_outside)));
        return joined;
    }
    if (same_object(a, b))
        return fixed_form(a.fixed); // what it holds is looked after by itself
    const bool lists = (a.kind == Kind::List || a.kind == Kind::RuntimeList) &&
                       (b.kind == Kind::List || b.kind == Kind::RuntimeList);
    if (lists) {
        if (a.kind == Kind::List && b.kind == Kind::List)
            if (auto joined = join_items(emitter, a, b, is_outside))
                return *joined;
        return join_runtime_lists(emitter, a, b);
    }
    if (a.kind == b.kind && (a.kind == Kind::Tuple || (a.kind == Kind::Dict && same_keys(a, b)))) {
        auto joined = join_items(emitter, a, b, is_outside);
        if (!joined)
            refuse_join(a, b);
        joined->keys = a.keys;
        return *joined;
    }
    if (is_choice(a) && is_choice(b))
        return join_choices(a, b);
    const ValueForm left = open_form(emitter, a);
    const ValueForm right = open_form(emitter, b);
    if (left.kind == Kind::Scalar && right.kind == Kind::Scalar && left.number == right.number)
        return left;
    if (left.kind == Kind::Tensor && right.kind == Kind::Tensor) {
        ValueForm joined = left;
        joined.dtype = common_dtype(left, right);
        joined.shape = common_shape(left.shape, right.shape);
        return joined;
    }
    refuse_join(a.kind == Kind::Fixed && !is_runtime_value(a.fixed) ? a : left,
                b.kind == Kind::Fixed && !is_runtime_value(b.fixed) ? b : right);
}

bool same_form(const ValueForm& a, const ValueForm& b)
{
    if (a.kind != b.kind || a.dtype != b.dtype || a.shape != b.shape || a.number != b.number ||
        a.items.size() != b.items.size() || a.keys.size() != b.keys.size())
        return false;
    if (a.kind == Kind::Fixed && !identical(a.fixed, b.fixed))
        return false;
    for (std::size_t i = 0; i < a.items.size(); ++i)
        if (!same_form(a.items[i], b.items[i]))
            return false;
    return (a.kind != Kind::Dict && a.kind != Kind::Choice) || same_keys(a, b);
}

void set_type(OnnxModel& model, ValueId id, const LeafType& type)
{
    OnnxValue& value = model.values[id];
    value.kind = type.kind;
    if (type.kind == ValueKind::Sequence) {
        value.type_text = model.intern(sequence_type_text(type.dtype));
        return;
    }
    value.dtype = type.dtype;
    value.has_shape = type.shape.has_value();
    value.shape = type.shape.value_or(Shape{});
}

Lowered build(Emitter& emitter, const ValueForm& form,
              const std::function<ValueId(const LeafType&)>& next)
{
    auto build_items = [&] {
        std::vector<Lowered> items;
        for (const ValueForm& item : form.items)
            items.push_back(build(emitter, item, next));
        return items;
    };
    switch (form.kind) {
    case Kind::Fixed:
        return form.fixed;
    case Kind::Undefined:
        return Lowered(LoweredUndefined{});
    case Kind::Tensor:
        return Lowered::tensor(next({ValueKind::Tensor, form.dtype, form.shape}));
    case Kind::Scalar:
        return Lowered::scalar(next({ValueKind::Tensor, form.dtype, Shape{}}), form.number);
    case Kind::Choice: {
        LoweredChoice choice;
        choice.index = next({ValueKind::Tensor, DType::Int64, Shape{}});
        choice.options = std::make_shared<const std::vector<Lowered>>(form.keys);
        return Lowered(std::move(choice));
    }
    case Kind::Optional: {
        LoweredOptional optional;
        optional.present = next({ValueKind::Tensor, DType::Bool, Shape{}});
        optional.value = std::make_shared<Lowered>(build(emitter, form.items.front(), next));
        return Lowered(std::move(optional));
    }
    case Kind::Tuple:
        return Lowered::tuple(build_items());
    case Kind::List:
        return Lowered::list(build_items());
    case Kind::Dict: {
        auto dict = std::make_shared<std::vector<std::pair<Lowered, Lowered>>>();
        std::vector<Lowered> items = build_items();
        for (std::size_t i = 0; i < items.size(); ++i)
            dict->emplace_back(form.keys[i], std::move(items[i]));
        return Lowered(LoweredDict(std::move(dict)));
    }
    case Kind::RuntimeList: {
        RuntimeItems items;
        items.kind = form.number;
        items.dtype = form.dtype;
        items.shape = form.shape;
        items.sequence = next({ValueKind::Sequence, form.dtype, {}});
        return Lowered(std::make_shared<PythonList>(PythonList{{}, items}));
    }
    }
    return {};
}

void flatten(Emitter& emitter, const ValueForm& form, const Lowered& value,
             std::vector<ValueId>& leaves)
{
    const bool open = value.as<LoweredUndefined>() || value.is_none();
    switch (form.kind) {
    case Kind::Fixed:
    case Kind::Undefined:
        return;
    case Kind::Tensor: {
        const ValueId id = as_tensor(emitter, open ? stand_in(emitter, form) : value);
        if (id == no_id)
            throw Refusal{
                fmt::format("{} stands where a tensor is expected", strata::describe(value)),
                {},
                false};
        leaves.push_back(id);
        return;
    }
    case Kind::Scalar:
        leaves.push_back(number_leaf(emitter, form, open ? stand_in(emitter, form) : value));
        return;
    case Kind::Choice:
        leaves.push_back(choice_leaf(emitter, form, value));
        return;
    case Kind::Optional: {
        if (const auto* optional = value.as<LoweredOptional>()) {
            leaves.push_back(optional->present);
            return flatten(emitter, form.items.front(), *optional->value, leaves);
        }
        leaves.push_back(emitter.scalar(DType::Bool, std::int64_t{!open}));
        return flatten(emitter, form.items.front(), value, leaves);
    }
    case Kind::RuntimeList:
        if (open) {
            leaves.push_back(as_sequence(emitter, empty_items(form.number, form.dtype)));
        } else if (const RuntimeItems* items = runtime_items(value)) {
            leaves.push_back(as_sequence(emitter, *items));
        } else {
            const auto* known = sequence_items(value);
            leaves.push_back(as_sequence(emitter, known->empty()
                                                      ? empty_items(form.number, form.dtype)
                                                      : to_runtime(emitter, *known)));
        }
        return;
    case Kind::Tuple:
    case Kind::List:
    case Kind::Dict:
        break;
    }
    const auto* items = sequence_items(value);
    const auto* dict = value.as<LoweredDict>();
    for (std::size_t i = 0; i < form.items.size(); ++i)
        flatten(emitter, form.items[i],
                open   ? Lowered(LoweredUndefined{})
                : dict ? (**dict)[i].second
                       : (*items)[i],
                leaves);
}

} // namespace strata
