// Which axis of a value is which axis of another. Internal to shape_hints.cpp.
#pragma once

#include "session/shape_hints.h"

#include <cstdint>
#include <string_view>

namespace strata {

/// Hints where axis `axis` is put in (`by` 1) or taken out (-1).
ShapeHint shifted(const ShapeHint& from, std::int64_t axis, int by);

/// Of poolings, resizing and padding over a fixed number of axes; 0 for other operators.
std::size_t spatial_axes(std::string_view op);

} // namespace strata
