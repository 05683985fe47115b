// Writing elements by their indices along an axis, with or without a reduction.
#pragma once

#include "lowering/op_call.h"

#include <cstdint>
#include <string_view>

namespace strata::ops {

/// ScatterElements of `updates` (in the dtype of `data`) with the reductions none, add, mul, max
/// and min; numbers (rank 0) are taken as vectors. Where the opset has no such reduction, every
/// element is compared with every index instead, which needs known ranks and is refused where that
/// would be too much.
ValueId scatter_elements(OpCall& call, ValueId data, ValueId index, ValueId updates,
                         std::int64_t axis, std::string_view reduction = "none");

/// The smallest (or largest) value of a dtype, which no maximum (minimum) is beyond.
double extreme_number(DType dtype, bool smallest);

/// As much of the source as there are indices, from the start of each axis.
ValueId cut_to(OpCall& call, ValueId source, ValueId index);

} // namespace strata::ops
