// Sizes of axes that may be known at export time or only when the model runs, and positions on
// them.
#pragma once

#include "lowering/emitter.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace strata::ops {

/// The size of an axis, which counts from the front; nothing when it is not known, or no such axis.
std::optional<std::int64_t> size_if_known(Emitter& e, ValueId value, std::int64_t axis);

/// 0, 1, ..., count - 1 for a count (rank-0 int64) that is only known when the model runs.
ValueId numbers_below(Emitter& e, ValueId count);

/// Integers of the given shape.
ValueId int_constant(Emitter& e, const std::vector<std::int64_t>& numbers,
                     const std::vector<std::int64_t>& shape);

} // namespace strata::ops
