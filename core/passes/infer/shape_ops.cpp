// Operators that change the shape and keep the elements.
#include "base/saturating.h"
#include "passes/infer/context.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata::infer {
namespace {

std::string reshape(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const DimMath& math = c.math();
    const Shape* data = c.shape(0);
    std::optional<std::vector<ShapeInt>> target;
    if (const auto* attribute = c.ints_attribute("shape")) { // opset 1
        target.emplace();
        for (std::int64_t value : *attribute)
            target->push_back(ShapeInt::of(value));
    } else {
        target = c.elements(1);
    }
    if (!target)
        return {};
    const bool zero_is_zero = c.int_attribute("allowzero", 0) != 0;
    std::vector<ShapeInt> result(target->size());
    std::optional<std::size_t> open; // the one place to compute from the others
    bool several_open = false;
    for (std::size_t i = 0; i < target->size(); ++i) {
        const ShapeInt& wanted = (*target)[i];
        if (wanted == ShapeInt::of(0) && !zero_is_zero) {
            if (data && i >= data->size())
                return fmt::format("dimension {} is 0, but the input has only rank {}", i,
                                   data->size());
            if (data)
                result[i] = math.from_dim((*data)[i]);
            continue; // not open: a copied unknown dimension is not computed from the others
        }
        if (wanted.is_known() && wanted != ShapeInt::of(-1)) {
            if (wanted.is_number() && wanted.number < 0)
                return fmt::format("dimension {} is {}", i, wanted.number);
            result[i] = wanted;
            continue;
        }
        several_open = several_open || open;
        open = i;
    }
    if (data && open && !several_open) {
        // Dimensions that are copied cancel even when they are unknown.
        std::vector<ShapeInt> have;
        std::vector<ShapeInt> used;
        std::vector<bool> copied(data->size(), false);
        for (std::size_t i = 0; i < target->size(); ++i) {
            if (i == *open)
                continue;
            if ((*target)[i] == ShapeInt::of(0) && !zero_is_zero && i < data->size())
                copied[i] = true;
            else
                used.push_back(result[i]);
        }
        for (std::size_t i = 0; i < data->size(); ++i)
            if (!copied[i])
                have.push_back(math.from_dim((*data)[i]));
        const ShapeInt total = math.product(have);
        const ShapeInt rest = math.product(used);
        if (total.is_number() && rest.is_number() && rest.number > 0) {
            if (total.number % rest.number != 0)
                return fmt::format("{} elements cannot be divided by {}", total.number,
                                   rest.number);
            result[*open] = ShapeInt::of(total.number / rest.number);
        } else if (rest != ShapeInt::of(0)) {
            result[*open] = math.exact_div(total, rest);
        }
    }
    Shape shape;
    for (const ShapeInt& dim : result)
        shape.push_back(math.to_dim(dim));
    if (data && !open) {
        const ShapeInt before = math.product(*data);
        const ShapeInt after = math.product(shape);
        if (before.is_number() && after.is_number() && before.number != after.number)
            return fmt::format("{} elements do not fit the shape {}", before.number,
                               text(c.model(), shape));
    }
    c.set_shape(0, shape);
    return {};
}

std::string flatten(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const auto rank = static_cast<std::int64_t>(data->size());
    const std::int64_t wanted = c.int_attribute("axis", 1);
    const std::int64_t axis = wanted < 0 ? wanted + rank : wanted;
    if (axis < 0 || axis > rank)
        return fmt::format("axis {} is outside rank {}", wanted, rank);
    const auto middle = data->begin() + axis;
    c.set_shape(0, {c.math().to_dim(c.math().product(Shape(data->begin(), middle))),
                    c.math().to_dim(c.math().product(Shape(middle, data->end())))});
    return {};
}

std::string squeeze(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const IntsArgument axes = c.ints_argument("axes", 1);
    Shape result;
    if (!axes.given) { // all dimensions of 1: each must be known to be 1 or not
        for (const Dim& dim : *data) {
            if (!dim.known())
                return {};
            if (dim.value != 1)
                result.push_back(dim);
        }
        c.set_shape(0, result);
        return {};
    }
    if (!axes.known) {
        if (const auto elements = c.elements(1))
            c.set_rank(0, static_cast<std::int64_t>(data->size()) -
                              static_cast<std::int64_t>(elements->size()));
        return {};
    }
    const auto normal = normalize_axes(axes.values, data->size());
    if (!normal)
        return fmt::format("an axis of [{}] is outside rank {}", fmt::join(axes.values, ","),
                           data->size());
    for (std::size_t i = 0; i < data->size(); ++i) {
        const Dim& dim = (*data)[i];
        if (std::find(normal->begin(), normal->end(), i) == normal->end())
            result.push_back(dim);
        else if (dim.known() && dim.value != 1)
            return fmt::format("axis {} has {} elements, not 1", i, dim.value);
    }
    c.set_shape(0, result);
    return {};
}

std::string unsqueeze(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const IntsArgument axes = c.ints_argument("axes", 1);
    if (!axes.known) {
        const auto elements = c.elements(1);
        if (elements)
            c.set_rank(0, static_cast<std::int64_t>(data->size() + elements->size()));
        return {};
    }
    const std::size_t rank = data->size() + axes.values.size();
    const auto normal = normalize_axes(axes.values, rank);
    if (!normal)
        return fmt::format("an axis of [{}] is outside rank {}", fmt::join(axes.values, ","), rank);
    std::vector<bool> is_new(rank, false);
    for (std::size_t axis : *normal) {
        if (is_new[axis])
            return fmt::format("axis {} occurs twice", axis);
        is_new[axis] = true;
    }
    Shape result;
    auto next = data->begin();
    for (std::size_t i = 0; i < rank; ++i)
        result.push_back(is_new[i] ? Dim::of(1) : *next++);
    c.set_shape(0, result);
    return {};
}

std::string transpose(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const auto* permutation = c.ints_attribute("perm");
    Shape result(data->rbegin(), data->rend());
    if (permutation) {
        if (permutation->size() != data->size())
            return fmt::format("perm has {} values for rank {}", permutation->size(), data->size());
        std::vector<bool> seen(data->size(), false);
        for (std::size_t i = 0; i < data->size(); ++i) {
            const auto axis = normalize_axis((*permutation)[i], data->size());
            if (!axis || seen[*axis])
                return fmt::format("perm [{}] is not a permutation", fmt::join(*permutation, ","));
            seen[*axis] = true;
            result[i] = (*data)[*axis];
        }
    }
    c.set_shape(0, result);
    return {};
}

std::string concat(Context& c)
{
    std::optional<Shape> result;
    ShapeInt total = ShapeInt::of(0);
    std::optional<std::size_t> axis;
    const std::int64_t wanted = c.int_attribute("axis", 1);
    for (std::size_t i = 0; i < c.input_count(); ++i) {
        c.set_dtype(0, c.dtype(i));
        const Shape* shape = c.shape(i);
        if (!shape) {
            total = ShapeInt::unknown();
            continue;
        }
        if (result && shape->size() != result->size())
            return fmt::format("inputs have ranks {} and {}", result->size(), shape->size());
        axis = normalize_axis(wanted, shape->size());
        if (!axis)
            return fmt::format("axis {} is outside rank {}", wanted, shape->size());
        total = c.math().add(total, c.math().from_dim((*shape)[*axis]));
        if (!result) {
            result = *shape;
            continue;
        }
        for (std::size_t d = 0; d < shape->size(); ++d) {
            if (d == *axis)
                continue;
            if (contradict((*result)[d], (*shape)[d]))
                return fmt::format("inputs {} and {} do not agree in dimension {}",
                                   text(c.model(), *result), text(c.model(), *shape), d);
            (*result)[d] = merge((*result)[d], (*shape)[d]);
        }
    }
    if (!result)
        return {};
    (*result)[*axis] = c.math().to_dim(total);
    c.set_shape(0, *result);
    return {};
}

std::string split(Context& c)
{
    const Shape* data = c.shape(0);
    for (std::size_t i = 0; i < c.output_count(); ++i)
        c.set_dtype(i, c.dtype(0));
    if (!data)
        return {};
    const std::int64_t wanted = c.int_attribute("axis", 0);
    const auto axis = normalize_axis(wanted, data->size());
    if (!axis)
        return fmt::format("axis {} is outside rank {}", wanted, data->size());
    const IntsArgument sizes = c.ints_argument("split", 1);
    const DimMath& math = c.math();
    const ShapeInt total = math.from_dim((*data)[*axis]);
    std::vector<ShapeInt> parts(c.output_count());
    if (sizes.known) {
        if (sizes.values.size() != c.output_count())
            return fmt::format("split has {} values for {} outputs", sizes.values.size(),
                               c.output_count());
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            parts[i] = ShapeInt::of(sizes.values[i]);
            sum = saturating_add(sum, sizes.values[i]);
        }
        if (total.is_number() && total.number != sum)
            return fmt::format("parts add up to {}, but axis {} has {} elements", sum, *axis,
                               total.number);
    } else if (sizes.given) {
        if (const auto elements = c.elements(1); elements && elements->size() == parts.size())
            parts = *elements;
    } else if (!parts.empty()) {
        // Equal parts; from opset 18 on the last one may be smaller.
        const auto count = static_cast<std::int64_t>(parts.size());
        const ShapeInt part = c.opset() >= 18 ? math.ceil_div(total, count)
                                              : math.floor_div(total, ShapeInt::of(count));
        std::fill(parts.begin(), parts.end(), part);
        if (c.opset() < 18 && total.is_number() && total.number % count != 0)
            return fmt::format("axis {} of {} elements cannot be split into {} equal parts", *axis,
                               total.number, count);
        if (c.opset() >= 18)
            parts.back() = math.sub(total, math.mul(part, ShapeInt::of(count - 1)));
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Shape result = *data;
        result[*axis] = math.to_dim(parts[i]);
        c.set_shape(i, result);
    }
    return {};
}

// The target shape of Expand: broadcast, so a 1 in it keeps the input's dimension.
std::string expand(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    const auto target = c.elements(1);
    if (!data || !target)
        return {};
    Shape wanted;
    for (const ShapeInt& element : *target)
        wanted.push_back(c.math().to_dim(element));
    const auto result = broadcast(c.math(), *data, wanted);
    if (!result)
        return fmt::format("{} cannot be expanded to {}", text(c.model(), *data),
                           text(c.model(), wanted));
    c.set_shape(0, *result);
    return {};
}

std::string tile(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const auto repeats = c.elements(1);
    if (!repeats) {
        c.set_rank(0, static_cast<std::int64_t>(data->size()));
        return {};
    }
    if (repeats->size() != data->size())
        return fmt::format("{} repeats for rank {}", repeats->size(), data->size());
    Shape result;
    for (std::size_t i = 0; i < data->size(); ++i)
        result.push_back(
            c.math().to_dim(c.math().mul(c.math().from_dim((*data)[i]), (*repeats)[i])));
    c.set_shape(0, result);
    return {};
}

std::string pad(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    std::optional<std::vector<ShapeInt>> pads;
    if (const auto* attribute = c.ints_attribute("pads")) {
        pads.emplace();
        for (std::int64_t value : *attribute)
            pads->push_back(ShapeInt::of(value));
    } else {
        pads = c.elements(1);
    }
    std::vector<std::size_t> axes(data->size());
    for (std::size_t i = 0; i < axes.size(); ++i)
        axes[i] = i;
    if (c.has_input(3)) {
        const auto given = c.ints(3);
        if (!given) {
            c.set_rank(0, static_cast<std::int64_t>(data->size()));
            return {};
        }
        const auto normal = normalize_axes(*given, data->size());
        if (!normal)
            return fmt::format("an axis of [{}] is outside rank {}", fmt::join(*given, ","),
                               data->size());
        axes = *normal;
    }
    if (!pads) {
        c.set_rank(0, static_cast<std::int64_t>(data->size()));
        return {};
    }
    if (pads->size() != 2 * axes.size())
        return fmt::format("{} pads for {} axes", pads->size(), axes.size());
    Shape result = *data;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        ShapeInt size = c.math().add(c.math().from_dim((*data)[axes[i]]), (*pads)[i]);
        size = c.math().add(size, (*pads)[i + axes.size()]);
        result[axes[i]] = c.math().to_dim(size);
    }
    c.set_shape(0, result);
    return {};
}

constexpr Entry rules[] = {
    {"Reshape", reshape},     {"Flatten", flatten}, {"Squeeze", squeeze}, {"Unsqueeze", unsqueeze},
    {"Transpose", transpose}, {"Concat", concat},   {"Split", split},     {"Expand", expand},
    {"Tile", tile},           {"Pad", pad},
};

} // namespace

std::span<const Entry> shape_rules()
{
    return rules;
}

} // namespace strata::infer
