// Bessel functions of order 0 and 1 (Abramowitz and Stegun 9.4 and 9.8), to about seven digits.
#pragma once

#include "lowering/ops/expression.h"

namespace strata::ops {

Expr bessel_j0(Expr x);
Expr bessel_j1(Expr x);
Expr bessel_y0(Expr x); ///< -infinity at 0, NaN below
Expr bessel_y1(Expr x);
Expr bessel_i0(Expr x);
Expr bessel_i1(Expr x);
Expr scaled_bessel_i0(Expr x); ///< exp(-|x|) I0(x)
Expr scaled_bessel_i1(Expr x);
Expr bessel_k0(Expr x); ///< infinity at 0, NaN below
Expr bessel_k1(Expr x);
Expr scaled_bessel_k0(Expr x); ///< exp(x) K0(x)
Expr scaled_bessel_k1(Expr x);
Expr airy_ai(Expr x);             ///< NaN at both infinities, as PyTorch has it
Expr spherical_bessel_j0(Expr x); ///< sin(x)/x

} // namespace strata::ops
