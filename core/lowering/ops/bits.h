// Integers as bits: what ONNX has no operators for up to opset 17.
#pragma once

#include "lowering/emitter.h"

namespace strata::ops {

enum class Bitwise { And, Or, Xor };

/// Bit by bit, of integers of known ranks, which broadcast; the result has this integer dtype.
ValueId combine_bits(Emitter& e, Bitwise how, ValueId a, ValueId b, DType dtype);

/// x * 2^count (`left`), or x / 2^count rounded down; 0 or the sign where every bit leaves.
ValueId shift_bits(Emitter& e, bool left, ValueId x, ValueId count, DType dtype);

} // namespace strata::ops
