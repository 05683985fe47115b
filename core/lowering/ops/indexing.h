// Indexing with tensors, which reading and writing share.
#pragma once

#include "lowering/op_call.h"

#include <vector>

namespace strata::ops {

/// x[i0, :, i2, ...]: index tensors and masks as torch.Tensor.index takes them; no_id stands for
/// ":". Refuses when ranks that it needs are unknown.
ValueId index_tensor(OpCall& call, ValueId x, std::vector<ValueId> given);

} // namespace strata::ops
