// Diagonals of matrices, and writing them.
#pragma once

#include "lowering/op_call.h"

namespace strata::ops {

/// `base` with `part` on the diagonal that the arguments of `call` (offset, dim1, dim2) name.
/// `part` is [..., length], as aten::diagonal gives it; its dtype becomes that of `base`.
ValueId write_diagonal(OpCall& call, ValueId base, ValueId part);

} // namespace strata::ops
