// Indexing with tensors, which reading and writing share.
#pragma once

#include "lowering/op_call.h"

#include <vector>

namespace strata::ops {

/// x[i0, :, i2, ...]: index tensors and masks as torch.Tensor.index takes them; no_id stands for
/// ":". Refuses when ranks that it needs are unknown.
ValueId index_tensor(OpCall& call, ValueId x, std::vector<ValueId> given);

/// The operator's "indices" as PyTorch's unsafe forms take them: what lies outside of x is moved to
/// its ends, where a mask hides it; negative ones go on counting from the end.
std::vector<ValueId> clamped_indices(OpCall& call, ValueId x);

/// The number of each element of x, in x's shape.
ValueId flat_positions(Emitter& e, ValueId x);

/// `values` written or added to `base` at flat positions.
ValueId write_at(OpCall& call, ValueId base, ValueId positions, ValueId values, bool accumulate);

} // namespace strata::ops
