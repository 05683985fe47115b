// Reductions, arg-reductions, TopK.
#include "passes/infer/context.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata::infer {
namespace {

std::string reduce(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const bool keep = c.int_attribute("keepdims", 1) != 0;
    const IntsArgument axes = c.ints_argument("axes", 1);
    if (axes.given && !axes.known) {
        if (keep)
            c.set_rank(0, static_cast<std::int64_t>(data->size()));
        return {};
    }
    if (axes.values.empty()) {
        if (c.int_attribute("noop_with_empty_axes", 0) != 0)
            c.set_shape(0, *data);
        else
            c.set_shape(0, keep ? Shape(data->size(), Dim::of(1)) : Shape{});
        return {};
    }
    const auto normal = normalize_axes(axes.values, data->size());
    if (!normal)
        return fmt::format("an axis of [{}] is outside rank {}", fmt::join(axes.values, ","),
                           data->size());
    Shape result;
    for (std::size_t i = 0; i < data->size(); ++i) {
        if (std::find(normal->begin(), normal->end(), i) == normal->end())
            result.push_back((*data)[i]);
        else if (keep)
            result.push_back(Dim::of(1));
    }
    c.set_shape(0, result);
    return {};
}

std::string arg_reduce(Context& c)
{
    c.set_dtype(0, DType::Int64);
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const std::int64_t wanted = c.int_attribute("axis", 0);
    const auto axis = normalize_axis(wanted, data->size());
    if (!axis)
        return fmt::format("axis {} is outside rank {}", wanted, data->size());
    Shape result = *data;
    if (c.int_attribute("keepdims", 1) != 0)
        result[*axis] = Dim::of(1);
    else
        result.erase(result.begin() + static_cast<std::ptrdiff_t>(*axis));
    c.set_shape(0, result);
    return {};
}

std::string top_k(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    c.set_dtype(1, DType::Int64);
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const std::int64_t wanted = c.int_attribute("axis", -1);
    const auto axis = normalize_axis(wanted, data->size());
    if (!axis)
        return fmt::format("axis {} is outside rank {}", wanted, data->size());
    Shape result = *data;
    Dim count;
    if (const auto k = c.find_int("k")) {
        count = c.math().to_dim(ShapeInt::of(*k));
    } else if (const auto elements = c.elements(1); elements && elements->size() == 1) {
        count = c.math().to_dim(elements->front());
    }
    const Dim& available = (*data)[*axis];
    if (count.known() && available.known() && count.value > available.value)
        return fmt::format("k is {} but axis {} has only {} elements", count.value, *axis,
                           available.value);
    result[*axis] = count;
    c.set_shape(0, result);
    c.set_shape(1, result);
    return {};
}

constexpr Entry rules[] = {
    {"ReduceL1", reduce},     {"ReduceL2", reduce},
    {"ReduceLogSum", reduce}, {"ReduceLogSumExp", reduce},
    {"ReduceMax", reduce},    {"ReduceMean", reduce},
    {"ReduceMin", reduce},    {"ReduceProd", reduce},
    {"ReduceSum", reduce},    {"ReduceSumSquare", reduce},
    {"ArgMax", arg_reduce},   {"ArgMin", arg_reduce},
    {"TopK", top_k},
};

} // namespace

std::span<const Entry> reduction_rules()
{
    return rules;
}

} // namespace strata::infer
