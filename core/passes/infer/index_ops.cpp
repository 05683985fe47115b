// Slicing, gathering, scattering, and results whose size depends on data.
#include "passes/infer/context.h"
#include "passes/infer/slice_range.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata::infer {
namespace {

std::string slice(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const auto ranges = slice_ranges(c, data->size());
    if (!ranges.complaint.empty())
        return ranges.complaint;
    if (!ranges.axes_known) {
        c.set_rank(0, static_cast<std::int64_t>(data->size()));
        return {};
    }
    Shape result = *data;
    for (const SliceRange& range : ranges.ranges)
        result[range.axis] =
            c.math().to_dim(slice_size(c.math(), c.math().from_dim((*data)[range.axis]), range));
    c.set_shape(0, result);
    return {};
}

/// Indices are int64 or int32.
std::string whole_indices(const Context& c)
{
    const DType type = c.dtype(1);
    if (type == DType::Unknown || type == DType::Int64 || type == DType::Int32)
        return {};
    return fmt::format("its indices are {}, and must be int64 or int32", to_string(type));
}

std::string gather(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    if (auto complaint = whole_indices(c); !complaint.empty())
        return complaint;
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const std::int64_t wanted = c.int_attribute("axis", 0);
    const auto axis = normalize_axis(wanted, data->size());
    if (!axis)
        return fmt::format("axis {} is outside rank {}", wanted, data->size());
    const Shape* indices = c.shape(1);
    if (!indices)
        return {};
    if (const Dim& dim = (*data)[*axis]; dim.known())
        if (const auto numbers = c.ints(1))
            for (std::int64_t index : *numbers)
                if (index < -dim.value || index >= dim.value)
                    return fmt::format("index {} is outside axis {} of {} elements", index, *axis,
                                       dim.value);
    const auto at = data->begin() + static_cast<std::ptrdiff_t>(*axis);
    Shape result(data->begin(), at);
    result.insert(result.end(), indices->begin(), indices->end());
    result.insert(result.end(), at + 1, data->end());
    c.set_shape(0, result);
    return {};
}

std::string gather_elements(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    if (auto complaint = whole_indices(c); !complaint.empty())
        return complaint;
    const Shape* data = c.shape(0);
    const Shape* indices = c.shape(1);
    if (data && indices && data->size() != indices->size())
        return fmt::format("data has rank {}, indices have rank {}", data->size(), indices->size());
    if (indices)
        c.set_shape(0, *indices);
    return {};
}

std::string gather_nd(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    const Shape* indices = c.shape(1);
    if (!data || !indices)
        return {};
    const auto batch =
        static_cast<std::size_t>(std::max<std::int64_t>(c.int_attribute("batch_dims", 0), 0));
    if (indices->empty() || batch >= indices->size())
        return fmt::format("indices of rank {} do not fit {} batch dimension(s)", indices->size(),
                           batch);
    if (!indices->back().known())
        return {};
    const auto tuple = static_cast<std::size_t>(indices->back().value);
    if (tuple > data->size() || batch + tuple > data->size())
        return fmt::format("index tuples of {} are too long for rank {}", tuple, data->size());
    Shape result(indices->begin(), indices->end() - 1);
    result.insert(result.end(), data->begin() + static_cast<std::ptrdiff_t>(batch + tuple),
                  data->end());
    c.set_shape(0, result);
    return {};
}

std::string like_data(Context& c)
{
    c.set_like(0, 0);
    return {};
}

std::string non_zero(Context& c)
{
    c.set_dtype(0, DType::Int64);
    const auto rank = c.rank(0);
    c.set_shape(0, {rank ? Dim::of(*rank) : Dim{}, Dim{}});
    return {};
}

std::string unique(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    const auto wanted = c.find_int("axis");
    if (!wanted) {
        c.set_rank(0, 1);
    } else if (data) {
        const auto axis = normalize_axis(*wanted, data->size());
        if (!axis)
            return fmt::format("axis {} is outside rank {}", *wanted, data->size());
        Shape result = *data;
        result[*axis] = Dim{};
        c.set_shape(0, result);
    }
    for (std::size_t i = 1; i < c.output_count(); ++i) {
        c.set_dtype(i, DType::Int64);
        c.set_rank(i, 1);
    }
    return {};
}

std::string compress(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const auto wanted = c.find_int("axis");
    if (!wanted) {
        c.set_rank(0, 1);
        return {};
    }
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const auto axis = normalize_axis(*wanted, data->size());
    if (!axis)
        return fmt::format("axis {} is outside rank {}", *wanted, data->size());
    Shape result = *data;
    result[*axis] = Dim{};
    c.set_shape(0, result);
    return {};
}

constexpr Entry rules[] = {
    {"Slice", slice},         {"Gather", gather},           {"GatherElements", gather_elements},
    {"GatherND", gather_nd},  {"Scatter", like_data},       {"ScatterElements", like_data},
    {"ScatterND", like_data}, {"TensorScatter", like_data}, {"NonZero", non_zero},
    {"Unique", unique},       {"Compress", compress},
};

} // namespace

std::span<const Entry> index_rules()
{
    return rules;
}

} // namespace strata::infer
