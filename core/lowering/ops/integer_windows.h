// Convolution and pooling of integers, which ONNX Runtime's kernels do not take: the elements of
// all windows are gathered through a table of places, and then multiplied or reduced as integers.
#pragma once

#include "lowering/ops/building_blocks.h"

namespace strata::ops {

/// Windows over the spatial dimensions; every list has one entry for each of them. For a transposed
/// convolution the roles of input and output are swapped, as in PyTorch.
struct IntegerWindows {
    std::vector<std::int64_t> in, out, kernel, stride, padding, dilation;
    bool transposed = false;

    std::int64_t kernel_count() const; ///< K: elements of a window
    std::int64_t output_count() const; ///< P: windows
};

/// The elements of all windows of [N, C, *in] as int64 or int32 [N, C, K, P], row-major in K and in
/// P. Where a window leaves the input stands `filler`. Refuses tables beyond a million places.
ValueId gather_windows(OpCall& call, ValueId batched, const IntegerWindows& windows,
                       std::int64_t filler);

/// The sizes of the spatial dimensions of [N, C, *spatial]; refuses for shapes when unknown.
std::vector<std::int64_t> spatial_sizes(OpCall& call, ValueId batched, std::size_t spatial);

/// Convolution: `weight` is [O, C / groups, *kernel], transposed [C, O / groups, *kernel]. Sums
/// wrap around as PyTorch's do.
ValueId convolve_integers(OpCall& call, ValueId batched, ValueId weight, ValueId bias,
                          const IntegerWindows& windows, std::int64_t groups);

/// The largest element of each window, and its flat place in the plane.
struct IntegerMaxima {
    ValueId values = no_id;
    ValueId places = no_id;
};
IntegerMaxima pool_maxima(OpCall& call, ValueId batched, const IntegerWindows& windows,
                          bool with_places);

/// Sums over the windows, divided by `divisors` (one for each window) towards zero.
ValueId pool_averages(OpCall& call, ValueId batched, const IntegerWindows& windows,
                      const std::vector<std::int64_t>& divisors);

} // namespace strata::ops
