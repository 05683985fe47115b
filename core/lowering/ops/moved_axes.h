// The order of axes after torch.movedim.
#pragma once

#include "lowering/op_call.h"

#include <cstdint>
#include <vector>

namespace strata::ops {

/// For each axis of the result, the axis of the argument: those of `source` go to the places in
/// `destination`, the others keep their order. Exchanging the two gives the way back.
std::vector<std::int64_t> moved_axes(OpCall& call, std::int64_t rank,
                                     const std::vector<std::int64_t>& source,
                                     const std::vector<std::int64_t>& destination);

} // namespace strata::ops
