#include "ir/strided_copy.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace strata {
namespace {

// A tile of 4-byte elements is a cache line wide on both sides.
constexpr std::int64_t tile = 16;

/// One axis of the view and of the copy, strides in elements.
struct Axis {
    std::int64_t size = 1;
    std::int64_t from = 0;
    std::int64_t to = 0;
};

/// The axes that have more than one element. Neighbours that are one run on both sides are joined.
std::vector<Axis> axes_of(std::span<const std::int64_t> shape,
                          std::span<const std::int64_t> strides)
{
    std::vector<Axis> axes; // innermost first
    std::int64_t to = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        if (shape[i] == 1)
            continue;
        if (!axes.empty() && axes.back().from * axes.back().size == strides[i])
            axes.back().size *= shape[i];
        else
            axes.push_back({shape[i], strides[i], to});
        to *= shape[i];
    }
    return axes;
}

/// A plane of the copy: `row` by `column`, tile by tile. Width is known to the compiler.
template <std::size_t Width>
void copy_plane(const std::byte* from, std::byte* to, const Axis& row, const Axis& column)
{
    constexpr auto width = static_cast<std::int64_t>(Width);
    for (std::int64_t r0 = 0; r0 < row.size; r0 += tile)
        for (std::int64_t c0 = 0; c0 < column.size; c0 += tile) {
            const std::int64_t r1 = std::min(r0 + tile, row.size);
            const std::int64_t c1 = std::min(c0 + tile, column.size);
            for (std::int64_t r = r0; r < r1; ++r)
                for (std::int64_t c = c0; c < c1; ++c)
                    std::memcpy(to + (r * row.to + c * column.to) * width,
                                from + (r * row.from + c * column.from) * width, Width);
        }
}

using PlaneCopy = void (*)(const std::byte*, std::byte*, const Axis&, const Axis&);

PlaneCopy plane_copy(std::size_t width)
{
    switch (width) {
    case 1:
        return copy_plane<1>;
    case 2:
        return copy_plane<2>;
    case 4:
        return copy_plane<4>;
    case 8:
        return copy_plane<8>;
    default:
        return width == 16 ? copy_plane<16> : nullptr;
    }
}

} // namespace

void gather_elements(const std::byte* first, std::span<const std::int64_t> shape,
                     std::span<const std::int64_t> strides, std::size_t width, std::byte* out)
{
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        return;
    std::vector<Axis> axes = axes_of(shape, strides);
    // The plane: the copy's innermost axis, and of the others the one that is innermost in the
    // view.
    const Axis column = axes.empty() ? Axis{} : axes.front();
    if (!axes.empty())
        axes.erase(axes.begin());
    Axis row;
    if (!axes.empty()) {
        const auto nearest =
            std::min_element(axes.begin(), axes.end(), [](const Axis& a, const Axis& b) {
                return std::abs(a.from) < std::abs(b.from);
            });
        row = *nearest;
        axes.erase(nearest);
    }
    const auto bytes = static_cast<std::int64_t>(width);
    const PlaneCopy copy = plane_copy(width);
    std::vector<std::int64_t> index(axes.size(), 0);
    std::int64_t from = 0;
    std::int64_t to = 0;
    for (;;) {
        const std::byte* source = first + from * bytes;
        std::byte* target = out + to * bytes;
        if (copy)
            copy(source, target, row, column);
        else
            for (std::int64_t r = 0; r < row.size; ++r)
                for (std::int64_t c = 0; c < column.size; ++c)
                    std::memcpy(target + (r * row.to + c * column.to) * bytes,
                                source + (r * row.from + c * column.from) * bytes, width);
        std::size_t i = 0;
        for (; i < axes.size(); ++i) {
            from += axes[i].from;
            to += axes[i].to;
            if (++index[i] < axes[i].size)
                break;
            from -= axes[i].from * axes[i].size;
            to -= axes[i].to * axes[i].size;
            index[i] = 0;
        }
        if (i == axes.size())
            return;
    }
}

} // namespace strata
