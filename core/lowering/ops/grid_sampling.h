// Sampling images and volumes at given places.
#pragma once

#include "lowering/op_call.h"

#include <cstdint>

namespace strata::ops {

/// How places are read: at::native::GridSamplerInterpolation and GridSamplerPadding.
struct GridSampling {
    enum class Mode : std::uint8_t { Linear, Nearest, Cubic };
    enum class Padding : std::uint8_t { Zeros, Border, Reflection };
    Mode mode = Mode::Linear;
    Padding padding = Padding::Zeros;
    bool align_corners = false;
};

/// `input` [N, C, sizes...] at the places of `grid` [N, places..., dimensions], each in [-1, 1],
/// the last axis first. One GridSample where the opset has it; before, the neighbours of each place
/// are gathered and added up. `call` is the operator that does so.
ValueId sample_grid(OpCall& call, ValueId input, ValueId grid, const GridSampling& sampling);

} // namespace strata::ops
