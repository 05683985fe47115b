#include "lowering/python_value.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace strata {
namespace {

// c10/core/ScalarType.h, in its order.
constexpr std::array c10_types{
    DType::UInt8,     DType::Int8,      DType::Int16,      DType::Int32,
    DType::Int64,     DType::Float16,   DType::Float32,    DType::Float64,
    DType::Complex32, DType::Complex64, DType::Complex128, DType::Bool,
    DType::QInt8,     DType::QUInt8,    DType::QInt32,     DType::BFloat16};

template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

} // namespace

Lowered from_immediate(const FxArg& arg)
{
    return std::visit(Overloaded{
                          [](FxNone) { return Lowered(LoweredNone{}); },
                          [](const FxRef&) { return Lowered(LoweredNone{}); },
                          [](const FxArg::List& items) {
                              std::vector<Lowered> values;
                              for (const FxArg& item : items)
                                  values.push_back(from_immediate(item));
                              return Lowered::list(std::move(values));
                          },
                          [](const auto& value) { return Lowered(value); },
                      },
                      arg.value);
}

const std::vector<Lowered>* sequence_items(const Lowered& value)
{
    if (const auto* list = value.as<LoweredList>())
        return (*list)->runtime ? nullptr : &(*list)->items;
    if (const auto* tuple = value.as<LoweredTuple>())
        return tuple->items.get();
    return nullptr;
}

const RuntimeItems* runtime_items(const Lowered& value)
{
    const auto* list = value.as<LoweredList>();
    return list && (*list)->runtime ? &*(*list)->runtime : nullptr;
}

bool identical(const Lowered& a, const Lowered& b)
{
    if (a.value.index() != b.value.index())
        return false;
    return std::visit(
        Overloaded{
            [](LoweredNone) { return true; },
            [](LoweredUndefined) { return true; },
            [&](const LoweredTensor& v) { return v.value == b.as<LoweredTensor>()->value; },
            [&](const LoweredScalar& v) {
                const auto* other = b.as<LoweredScalar>();
                return v.value == other->value && v.kind == other->kind;
            },
            [&](const LoweredTuple& v) {
                const auto& left = *v.items;
                const auto& right = *b.as<LoweredTuple>()->items;
                return std::equal(left.begin(), left.end(), right.begin(), right.end(), identical);
            },
            [&](const LoweredOptional& v) {
                const auto* other = b.as<LoweredOptional>();
                return v.present == other->present && identical(*v.value, *other->value);
            },
            [&](const LoweredChoice& v) {
                const auto* other = b.as<LoweredChoice>();
                return v.index == other->index &&
                       std::equal(v.options->begin(), v.options->end(), other->options->begin(),
                                  other->options->end(), identical);
            },
            [&]<class T>(const T& v) { return v == *b.as<T>(); },
        },
        a.value);
}

ValueId as_tensor(Emitter& emitter, const Lowered& value)
{
    if (const auto* tensor = value.as<LoweredTensor>())
        return tensor->value;
    if (const auto* scalar = value.as<LoweredScalar>())
        return scalar->value;
    if (const auto* flag = value.as<bool>())
        return emitter.scalar(DType::Bool, std::int64_t{*flag});
    if (const auto* number = value.as<std::int64_t>())
        return emitter.scalar(DType::Int64, *number);
    if (const auto* number = value.as<double>())
        return emitter.scalar(DType::Float32, *number);
    return no_id;
}

std::optional<std::int64_t> as_integer(Emitter& emitter, const Lowered& value)
{
    if (const auto* number = value.as<std::int64_t>())
        return *number;
    if (const auto* flag = value.as<bool>())
        return *flag;
    if (is_runtime_value(value)) {
        const auto known = emitter.known_ints(as_tensor(emitter, value));
        if (known && known->size() == 1)
            return known->front();
    }
    return std::nullopt;
}

std::optional<double> as_number(Emitter& emitter, const Lowered& value)
{
    if (const auto* number = value.as<double>())
        return *number;
    if (const auto integer = as_integer(emitter, value))
        return static_cast<double>(*integer);
    if (is_runtime_value(value)) {
        if (const auto constant = emitter.known_constant(as_tensor(emitter, value));
            constant && constant->element_count() == 1) {
            if (const auto values = constant->to_doubles())
                return values->front();
        }
    }
    return std::nullopt;
}

bool is_runtime_value(const Lowered& value)
{
    return value.as<LoweredTensor>() || value.as<LoweredScalar>();
}

ValueId as_int_vector(Emitter& emitter, const std::vector<Lowered>& items)
{
    // Runs of known numbers become one constant each.
    std::vector<ValueId> parts;
    std::vector<std::int64_t> known;
    auto flush = [&] {
        if (!known.empty())
            parts.push_back(emitter.constant(std::span<const std::int64_t>(known)));
        known.clear();
    };
    for (const Lowered& item : items) {
        if (const auto value = as_integer(emitter, item)) {
            known.push_back(*value);
            continue;
        }
        flush();
        ValueId id = emitter.cast(as_tensor(emitter, item), DType::Int64);
        if (emitter.rank(id).value_or(0) == 0)
            id = emitter.unsqueeze(id, {0});
        parts.push_back(id);
    }
    flush();
    if (parts.empty())
        return emitter.constant(std::span<const std::int64_t>{});
    return emitter.concat(std::move(parts), 0);
}

bool is_word(const Lowered& value)
{
    return value.as<std::string>() || value.as<FxEnum>();
}

std::string describe(const Lowered& value)
{
    return std::visit(
        Overloaded{
            [](LoweredNone) { return std::string("None"); },
            [](const LoweredTensor&) { return std::string("a tensor"); },
            [](const LoweredScalar&) {
                return std::string("a number known only when the model runs");
            },
            [](bool v) { return std::string(v ? "True" : "False"); },
            [](std::int64_t v) { return fmt::format("the integer {}", v); },
            [](double v) { return fmt::format("the number {}", v); },
            [](const std::string& v) { return fmt::format("the string '{}'", v); },
            [](DType v) { return fmt::format("the dtype {}", to_string(v)); },
            [](const FxEnum& v) { return v.name; },
            [](const LoweredTuple&) { return std::string("a tuple"); },
            [](const LoweredList& list) {
                return std::string(list->runtime
                                       ? "a list whose length is only known when the model runs"
                                       : "a list");
            },
            [](const LoweredDict&) { return std::string("a dict"); },
            [](LoweredUndefined) { return std::string("an undefined value"); },
            [](const LoweredOptional&) {
                return std::string("something that may be None, which is only known when the "
                                   "model runs");
            },
            [](const LoweredChoice& v) {
                return fmt::format("one of {} strings, which is only known when the model runs",
                                   v.options->size());
            },
        },
        value.value);
}

DType dtype_from_c10(std::int64_t number)
{
    if (number < 0 || number >= static_cast<std::int64_t>(c10_types.size()))
        return DType::Unknown;
    return c10_types[static_cast<std::size_t>(number)];
}

std::int64_t dtype_to_c10(DType type)
{
    const auto it = std::find(c10_types.begin(), c10_types.end(), type);
    return it == c10_types.end() ? -1 : it - c10_types.begin();
}

} // namespace strata
