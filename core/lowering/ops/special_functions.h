// Special functions that more than one family needs.
#pragma once

#include "lowering/ops/expression.h"

namespace strata::ops {

/// log |gamma(x)|, good to about ten digits in float64.
Expr log_gamma(Expr x);

} // namespace strata::ops
