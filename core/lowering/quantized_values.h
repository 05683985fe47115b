// Quantized tensors of PyTorch's eager mode (torch.quantize_per_tensor and quantized modules). In
// the exported model they are real numbers that lie on a grid: QuantizeLinear and DequantizeLinear.
#pragma once

#include "lowering/emitter.h"
#include "lowering/lowered.h"

#include <optional>
#include <string_view>

namespace strata {

/// Where the numbers of a quantized tensor lie.
struct QuantizedGrid {
    ValueId scale = no_id;      ///< rank 0, float32
    ValueId zero_point = no_id; ///< rank 0, of the type that is stored
};

/// Real numbers as a quantized tensor.
ValueId put_on_grid(Emitter& e, ValueId real, const QuantizedGrid& grid);
/// The grid of a quantized tensor or a view of one; nothing for all other values, also for what
/// take_off_grid() gives.
std::optional<QuantizedGrid> grid_of(const OnnxModel& model, ValueId value);
/// The same numbers as an ordinary tensor.
ValueId take_off_grid(Emitter& e, ValueId value);

/// What an ordinary operator makes of a quantized tensor is a quantized tensor again: on the same
/// grid, or on the operator's own. Refuses (throws Refusal) where PyTorch has no such kernel.
void keep_on_grid(Emitter& e, std::string_view target, const QuantizedGrid& grid, Outputs& outputs);

} // namespace strata
