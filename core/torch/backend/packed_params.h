// Packed weights of quantized operators: C++ objects of LibTorch.
#pragma once

#include <ATen/core/ivalue.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace strata::torch_module {

/// What a packed object holds, in the order that lowering expects:
/// a linear layer: "weight" (int8 numbers, or reals), "scale" (float32: one or one for each row;
/// None for reals), "zero_point" (int8, like the scale), "bias";
/// a convolution: the same, then "stride", "padding", "dilation" (numbers each), "groups",
/// "output_padding" (numbers);
/// a recurrent cell: "input" and "hidden" (packed linear layers), "reduce_range" (bool).
using PackedParts = std::vector<std::pair<std::string, c10::IValue>>;

/// Nothing for other objects, and where this LibTorch cannot open it.
std::optional<PackedParts> open_packed(const c10::IValue& object);

} // namespace strata::torch_module
