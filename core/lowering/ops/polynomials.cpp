// Chebyshev polynomials whose degree is a tensor: closed forms instead of recurrences.
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <limits>

namespace strata::ops {
namespace {

enum class Kind { T, U, V, W };

Expr acosh(Expr x)
{
    return x.apply("Acosh");
}

/// Inside (-1, 1), where the argument is a cosine.
Expr inside(Kind kind, Expr x, Expr n)
{
    const Expr angle = x.apply("Acos");
    switch (kind) {
    case Kind::T:
        return cos(n * angle);
    case Kind::U:
        return sin((n + 1.0) * angle) / sin(angle);
    case Kind::V:
        return cos((n + 0.5) * angle) / cos(angle * 0.5);
    case Kind::W:
        break;
    }
    return sin((n + 0.5) * angle) / sin(angle * 0.5);
}

/// Beyond 1, where the argument is a hyperbolic cosine.
Expr outside(Kind kind, Expr x, Expr n)
{
    const Expr t = acosh(x);
    const auto sinh = [](Expr y) { return y.apply("Sinh"); };
    const auto cosh = [](Expr y) { return y.apply("Cosh"); };
    switch (kind) {
    case Kind::T:
        return cosh(n * t);
    case Kind::U:
        return sinh((n + 1.0) * t) / sinh(t);
    case Kind::V:
        return cosh((n + 0.5) * t) / cosh(t * 0.5);
    case Kind::W:
        break;
    }
    return sinh((n + 0.5) * t) / sinh(t * 0.5);
}

/// At 1.
Expr at_one(Kind kind, Expr n)
{
    switch (kind) {
    case Kind::U:
        return n + 1.0;
    case Kind::W:
        return n * 2.0 + 1.0;
    case Kind::T:
    case Kind::V:
        break;
    }
    return n * 0.0 + 1.0;
}

/// What P(-x) is, but for the sign (-1)^n.
constexpr Kind mirrored(Kind kind)
{
    return kind == Kind::V ? Kind::W : kind == Kind::W ? Kind::V : kind;
}

template <Kind K, bool Shifted>
Outputs chebyshev(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted_to_float(call, "x", "n");
    const Expr given(e, o.a);
    const Expr x = Shifted ? given * 2.0 - 1.0 : given;
    const Expr degree(e, o.b);
    const Expr n = floor(abs(degree)); // PyTorch cuts the fraction off
    const Expr odd = n - floor(n * 0.5) * 2.0 == 1.0;
    const Expr sign = where(odd, -1.0, n * 0.0 + 1.0);
    // Arguments that the branch is not for are kept away from its singularities.
    const Expr middle = where(abs(x) < 1.0, x, 0.0);
    const Expr far = where(abs(x) > 1.0, abs(x), 2.0);
    const Expr right = where(x == 1.0, at_one(K, n), outside(K, far, n));
    const Expr left = where(x == -1.0, at_one(mirrored(K), n), outside(mirrored(K), far, n)) * sign;
    const Expr value = where(abs(x) < 1.0, inside(K, middle, n), where(x < 0.0, left, right));
    const Expr kept = where(is_nan(x), x, value);
    // Degree 0 is 1 wherever it is asked for.
    const Expr constant = where(n == 0.0, 1.0, kept);
    // A degree above -1 is cut to 0; below, and for what is no integer, there is no polynomial.
    const Expr exists = (degree > -1.0) & (degree < std::numeric_limits<double>::infinity());
    return ValueId(where(exists, constant, 0.0));
}

#define STRATA_CHEBYSHEV(name, kind, shifted)                                                      \
    {"aten::special_" name "(Tensor x, Tensor n) -> Tensor", chebyshev<kind, shifted>},            \
        {"aten::special_" name ".x_scalar(Scalar x, Tensor n) -> Tensor",                          \
         chebyshev<kind, shifted>},                                                                \
    {                                                                                              \
        "aten::special_" name ".n_scalar(Tensor x, Scalar n) -> Tensor", chebyshev<kind, shifted>  \
    }

constexpr OpEntry entries[] = {
    STRATA_CHEBYSHEV("chebyshev_polynomial_t", Kind::T, false),
    STRATA_CHEBYSHEV("chebyshev_polynomial_u", Kind::U, false),
    STRATA_CHEBYSHEV("chebyshev_polynomial_v", Kind::V, false),
    STRATA_CHEBYSHEV("chebyshev_polynomial_w", Kind::W, false),
    STRATA_CHEBYSHEV("shifted_chebyshev_polynomial_t", Kind::T, true),
    STRATA_CHEBYSHEV("shifted_chebyshev_polynomial_u", Kind::U, true),
    STRATA_CHEBYSHEV("shifted_chebyshev_polynomial_v", Kind::V, true),
    STRATA_CHEBYSHEV("shifted_chebyshev_polynomial_w", Kind::W, true),
};
#undef STRATA_CHEBYSHEV

} // namespace

std::span<const OpEntry> polynomial_ops()
{
    return entries;
}

} // namespace strata::ops
