#include "passes/infer/slice_range.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata::infer {
namespace {

std::optional<std::vector<ShapeInt>> argument(const Context& c, std::string_view name,
                                              std::size_t input)
{
    if (const auto* values = c.ints_attribute(name)) {
        std::vector<ShapeInt> result;
        for (std::int64_t value : *values)
            result.push_back(ShapeInt::of(value));
        return result;
    }
    return c.elements(input);
}

} // namespace

SliceRanges slice_ranges(const Context& c, std::size_t rank)
{
    SliceRanges result;
    const auto starts = argument(c, "starts", 1);
    const auto ends = argument(c, "ends", 2);
    IntsArgument axes = c.ints_argument("axes", 3);
    if (axes.given && !axes.known)
        return result;
    const std::size_t count = starts ? starts->size() : ends ? ends->size() : axes.values.size();
    if (!axes.given) {
        if (!starts && !ends)
            return result;
        for (std::size_t i = 0; i < count; ++i)
            axes.values.push_back(static_cast<std::int64_t>(i));
    }
    if (axes.values.size() != count || (ends && ends->size() != count)) {
        result.complaint = "starts, ends and axes have different lengths";
        return result;
    }
    const auto normal = normalize_axes(axes.values, rank);
    if (!normal) {
        result.complaint =
            fmt::format("an axis of [{}] is outside rank {}", fmt::join(axes.values, ","), rank);
        return result;
    }
    const auto steps =
        c.has_input(4) ? c.elements(4) : std::optional(std::vector(count, ShapeInt::of(1)));
    if (steps && steps->size() != count) {
        result.complaint = "starts and steps have different lengths";
        return result;
    }
    result.axes_known = true;
    for (std::size_t i = 0; i < count; ++i) {
        SliceRange range;
        range.axis = (*normal)[i];
        if (starts)
            range.start = (*starts)[i];
        if (ends)
            range.end = (*ends)[i];
        if (steps)
            range.step = (*steps)[i];
        if (range.step == ShapeInt::of(0)) {
            result.complaint = "a step is 0";
            return result;
        }
        result.ranges.push_back(range);
    }
    return result;
}

ShapeInt slice_size(const DimMath& math, const ShapeInt& size, const SliceRange& range)
{
    if (!range.start.is_known() || !range.end.is_known() || !range.step.is_number())
        return size == ShapeInt::of(0) ? size : ShapeInt::unknown();
    const std::int64_t step = range.step.number;
    if (size.is_number() && range.start.is_number() && range.end.is_number()) {
        const std::int64_t n = size.number;
        auto wrap = [n](std::int64_t at) { return at < 0 && at >= -n ? at + n : at; };
        std::int64_t start = wrap(range.start.number);
        std::int64_t end = wrap(range.end.number);
        if (step > 0) {
            start = std::clamp<std::int64_t>(start, 0, n);
            end = std::clamp<std::int64_t>(end, 0, n);
            return ShapeInt::of(end > start ? (end - start - 1) / step + 1 : 0);
        }
        if (n == 0)
            return size;
        start = std::clamp<std::int64_t>(start, 0, n - 1);
        end = std::clamp<std::int64_t>(end, -1, n - 1);
        const std::uint64_t stride = 0 - static_cast<std::uint64_t>(step);
        return ShapeInt::of(start > end
                                ? static_cast<std::int64_t>(
                                      (static_cast<std::uint64_t>(start - end) - 1) / stride) +
                                      1
                                : 0);
    }
    // Exporters write "to the end" as a huge number.
    constexpr std::int64_t huge = 1LL << 31;
    if (step == 1) {
        const bool to_end =
            (range.end.is_number() && range.end.number >= huge - 1) || math.equal(range.end, size);
        if (range.start == ShapeInt::of(0) && to_end)
            return size;
        // [a:] of a symbol s has s-a elements only where s is at least a.
        const ShapeInt end = to_end ? size : range.end;
        const bool end_fits =
            to_end || (size.is_known() && math.is_non_negative(math.sub(size, end)));
        if (end_fits && math.is_non_negative(range.start) && math.is_non_negative(end)) {
            const ShapeInt count = math.sub(end, range.start);
            if (math.is_non_negative(count))
                return count;
        }
        return ShapeInt::unknown();
    }
    // A whole axis in steps or backwards.
    if (range.start == ShapeInt::of(0) && step > 1 && range.end.is_number() &&
        range.end.number >= huge - 1)
        return math.ceil_div(size, step);
    if (step == -1 && range.start == ShapeInt::of(-1) && range.end.is_number() &&
        range.end.number <= -huge + 1)
        return size;
    return ShapeInt::unknown();
}

} // namespace strata::infer
