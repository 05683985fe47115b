// Gathering the elements of a strided view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace strata {

/// Copies the elements of a view to `out` in row-major order. `first` is the view's first element
/// (any alignment); `shape` and `strides` (in elements, any sign) have the same rank; an element
/// has `width` bytes. The caller has checked that the view stays inside its storage. Transposed
/// views are copied in tiles, so that both sides use the cache.
void gather_elements(const std::byte* first, std::span<const std::int64_t> shape,
                     std::span<const std::int64_t> strides, std::size_t width, std::byte* out);

} // namespace strata
