// Singular values of matrices, for the norms that need them.
#pragma once

#include "lowering/ops/expression.h"

namespace strata::ops {

/// The singular values of the last two dimensions, the largest first, in the dtype of `x`:
/// [..., min(rows, columns)]. Both sizes must be known.
Expr singular_values(OpCall& call, Expr x);

/// A reduction ("ReduceMax", "ReduceSum", ...) of the singular values over two dimensions.
Expr reduced_singular_values(OpCall& call, Expr x, std::vector<std::int64_t> dims,
                             std::string_view reduction, bool keep_dims);

} // namespace strata::ops
