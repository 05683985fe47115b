// Shape arithmetic: the elements of small integer tensors that are only partly known, as in
// Shape -> Gather -> Mul -> Concat -> Reshape.
#include "passes/infer/context.h"
#include "passes/infer/slice_range.h"

#include <algorithm>
#include <unordered_map>

namespace strata::infer {
namespace {

using Elements = std::vector<ShapeInt>;
using ElementRule = std::optional<Elements> (*)(Context&);

// Longer vectors are data, not shapes.
constexpr std::size_t max_elements = 256;

std::optional<Elements> same(Context& c)
{
    return c.elements(0);
}

std::optional<Elements> concat(Context& c)
{
    Elements result;
    for (std::size_t i = 0; i < c.input_count(); ++i) {
        const auto part = c.elements(i);
        if (!part || result.size() + part->size() > max_elements)
            return std::nullopt;
        result.insert(result.end(), part->begin(), part->end());
    }
    return result;
}

std::optional<Elements> gather(Context& c)
{
    const auto data = c.elements(0);
    const auto indices = c.ints(1);
    if (!data || !indices || indices->size() > max_elements)
        return std::nullopt;
    Elements result;
    for (std::int64_t index : *indices) {
        const auto at = normalize_axis(index, data->size());
        if (!at)
            return std::nullopt;
        result.push_back((*data)[*at]);
    }
    return result;
}

std::optional<Elements> slice(Context& c)
{
    const auto data = c.elements(0);
    const auto ranges = slice_ranges(c, 1);
    if (!data || !ranges.axes_known || ranges.ranges.size() != 1)
        return std::nullopt;
    const SliceRange& range = ranges.ranges.front();
    const auto size = ShapeInt::of(static_cast<std::int64_t>(data->size()));
    const ShapeInt count = slice_size(c.math(), size, range);
    if (!count.is_number() || !range.start.is_number())
        return std::nullopt;
    const std::int64_t step = range.step.number;
    const std::int64_t first = range.start.number < 0 && range.start.number >= -size.number
                                   ? range.start.number + size.number
                                   : range.start.number;
    std::int64_t at = std::clamp<std::int64_t>(first, 0, step > 0 ? size.number : size.number - 1);
    Elements result;
    for (std::int64_t i = 0; i < count.number; ++i, at += step)
        result.push_back((*data)[static_cast<std::size_t>(at)]);
    return result;
}

// Broadcasting among rank 0 and 1: one element meets all.
template <class Combine>
std::optional<Elements> combine(Context& c, const Combine& operation)
{
    const auto a = c.elements(0);
    const auto b = c.elements(1);
    if (!a || !b || a->empty() || b->empty() ||
        (a->size() != b->size() && a->size() != 1 && b->size() != 1))
        return std::nullopt;
    const std::size_t count = std::max(a->size(), b->size());
    Elements result;
    for (std::size_t i = 0; i < count; ++i)
        result.push_back(operation((*a)[a->size() == 1 ? 0 : i], (*b)[b->size() == 1 ? 0 : i]));
    return result;
}

template <ShapeInt (DimMath::*Operation)(const ShapeInt&, const ShapeInt&) const>
std::optional<Elements> binary(Context& c)
{
    return combine(
        c, [&](const ShapeInt& a, const ShapeInt& b) { return (c.math().*Operation)(a, b); });
}

std::optional<Elements> mod(Context& c)
{
    return c.int_attribute("fmod", 0) != 0 ? std::nullopt : binary<&DimMath::mod>(c);
}

std::optional<Elements> negate(Context& c)
{
    auto values = c.elements(0);
    if (values)
        for (ShapeInt& value : *values)
            value = c.math().mul(value, ShapeInt::of(-1));
    return values;
}

std::optional<Elements> variadic_extreme(Context& c, bool maximum)
{
    if (c.input_count() == 1)
        return c.elements(0);
    return c.input_count() != 2 ? std::nullopt
           : maximum            ? binary<&DimMath::max>(c)
                                : binary<&DimMath::min>(c);
}

std::optional<Elements> maximum(Context& c)
{
    return variadic_extreme(c, true);
}

std::optional<Elements> minimum(Context& c)
{
    return variadic_extreme(c, false);
}

std::optional<Elements> expand(Context& c)
{
    const auto data = c.elements(0);
    const auto target = c.ints(1);
    if (!data || !target || target->size() > 1)
        return std::nullopt;
    if (target->empty() || target->front() == 1 ||
        target->front() == static_cast<std::int64_t>(data->size()))
        return data;
    if (data->size() != 1 || target->front() < 0 ||
        target->front() > static_cast<std::int64_t>(max_elements))
        return std::nullopt;
    return Elements(static_cast<std::size_t>(target->front()), data->front());
}

std::optional<Elements> reduce_product(Context& c)
{
    const auto data = c.elements(0);
    return data ? std::optional(Elements{c.math().product(*data)}) : std::nullopt;
}

std::optional<Elements> reduce_sum(Context& c)
{
    const auto data = c.elements(0);
    if (!data)
        return std::nullopt;
    ShapeInt sum = ShapeInt::of(0);
    for (const ShapeInt& element : *data)
        sum = c.math().add(sum, element);
    return Elements{sum};
}

// A condition that is known picks; otherwise elements that agree either way.
std::optional<Elements> where(Context& c)
{
    const auto condition = c.ints(0);
    const auto yes = c.elements(1);
    const auto no = c.elements(2);
    if (!yes || !no || yes->empty() || no->empty())
        return std::nullopt;
    std::size_t count = std::max(yes->size(), no->size());
    if (condition)
        count = std::max(count, condition->size());
    else if (const Shape* shape = c.shape(0);
             !shape || shape->size() > 1 || (shape->size() == 1 && !shape->front().known()))
        return std::nullopt;
    else if (shape->size() == 1)
        count = std::max(count, static_cast<std::size_t>(shape->front().value));
    auto fits = [count](std::size_t size) { return size == 1 || size == count; };
    if (count > max_elements || !fits(yes->size()) || !fits(no->size()) ||
        (condition && !fits(condition->size())))
        return std::nullopt;
    Elements result;
    for (std::size_t i = 0; i < count; ++i) {
        const ShapeInt& a = (*yes)[yes->size() == 1 ? 0 : i];
        const ShapeInt& b = (*no)[no->size() == 1 ? 0 : i];
        if (condition)
            result.push_back((*condition)[condition->size() == 1 ? 0 : i] != 0 ? a : b);
        else
            result.push_back(c.math().equal(a, b) ? a : ShapeInt::unknown());
    }
    return result;
}

const std::unordered_map<std::string_view, ElementRule>& element_rules()
{
    static const std::unordered_map<std::string_view, ElementRule> table{
        {"Abs",
         [](Context& c) -> std::optional<Elements> {
             auto values = c.elements(0);
             if (values)
                 for (ShapeInt& value : *values)
                     if (!c.math().is_non_negative(value))
                         value = ShapeInt::unknown();
             return values;
         }},
        {"Add", binary<&DimMath::add>},
        {"Cast", same},
        {"CastLike", same},
        {"Concat", concat},
        {"Div", binary<&DimMath::truncating_div>},
        {"Expand", expand},
        {"Flatten", same},
        {"Gather", gather},
        {"Identity", same},
        {"Max", maximum},
        {"Min", minimum},
        {"Mod", mod},
        {"Mul", binary<&DimMath::mul>},
        {"Neg", negate},
        {"ReduceProd", reduce_product},
        {"ReduceSum", reduce_sum},
        {"Reshape", same},
        {"Slice", slice},
        {"Squeeze", same},
        {"Sub", binary<&DimMath::sub>},
        {"Unsqueeze", same},
        {"Where", where},
    };
    return table;
}

} // namespace

void infer_elements(Context& c)
{
    if (!c.has_output(0))
        return;
    const OnnxValue& value = c.model().values[c.output(0)];
    if ((value.dtype != DType::Int64 && value.dtype != DType::Int32) || !value.has_shape ||
        value.shape.size() > 1)
        return;
    const auto it = element_rules().find(c.model().text(c.node().op_type));
    if (it == element_rules().end())
        return;
    const std::size_t rank = value.shape.size();
    const auto elements = it->second(c);
    if (!elements || elements->size() > max_elements)
        return;
    // What rank and dimension say must fit: a reduction that keeps dimensions has one element too.
    if (rank == 1 && value.shape.front().known() &&
        value.shape.front().value != static_cast<std::int64_t>(elements->size()))
        return;
    if (rank == 0 && elements->size() != 1)
        return;
    c.set_elements(0, *elements, rank);
}

} // namespace strata::infer
