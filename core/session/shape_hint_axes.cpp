#include "session/shape_hint_axes.h"

namespace strata {

ShapeHint shifted(const ShapeHint& from, std::int64_t axis, int by)
{
    ShapeHint made;
    made.dtype = from.dtype;
    made.is_index = from.is_index;
    made.because = from.because;
    if (from.rank && (by > 0 || *from.rank > 0))
        made.rank = *from.rank + static_cast<std::size_t>(by > 0 ? 1 : 0) -
                    static_cast<std::size_t>(by < 0 ? 1 : 0);
    const auto move = [&](const auto& sizes, auto& to, std::size_t at) {
        for (const auto& [place, size] : sizes) {
            if (by < 0 && place == at)
                continue;
            const bool behind = by > 0 ? place >= at : place > at;
            to.emplace(behind ? (by > 0 ? place + 1 : place - 1) : place, size);
        }
    };
    if (axis >= 0) {
        move(from.front, made.front, static_cast<std::size_t>(axis));
        if (made.rank && from.rank) { // sizes from the back that lie behind the axis
            for (const auto& [place, size] : from.back)
                if (*from.rank - 1 - place >= static_cast<std::size_t>(axis) + (by < 0))
                    made.back.emplace(place, size);
        } else {
            made.back = from.back;
        }
    } else {
        move(from.back, made.back, static_cast<std::size_t>(-axis - 1));
    }
    return made;
}

std::size_t spatial_axes(std::string_view op)
{
    const bool known = op.find("pool") != std::string_view::npos ||
                       op.starts_with("aten::upsample_") ||
                       op.find("_pad") != std::string_view::npos;
    if (!known)
        return 0;
    return op.find("1d") != std::string_view::npos   ? 1
           : op.find("2d") != std::string_view::npos ? 2
           : op.find("3d") != std::string_view::npos ? 3
                                                     : 0;
}

} // namespace strata
