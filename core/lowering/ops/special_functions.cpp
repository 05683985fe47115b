// Special functions as formulas. The approximations are good to about seven digits, which is
// float32's own precision (Abramowitz and Stegun, chapters 6, 7 and 9; Lanczos; Giles).
#include "lowering/ops/special_functions.h"
#include "lowering/ops/bessel.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace strata::ops {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double half_sqrt = 0.70710678118654752440; // 1/sqrt(2)

Expr self(OpCall& call)
{
    return {call.e(), as_float(call, "self")};
}

/// The distance to the nearest integer: sin(pi x) of it is exactly zero at integers.
Expr off_integer(Expr x)
{
    return x - x.apply("Round");
}

} // namespace

// Lanczos' series for the upper half, the reflection formula for the lower.
Expr log_gamma(Expr x)
{
    const Expr lower = x < 0.5;
    const Expr y = where(lower, 1.0 - x, x);
    const Expr t = y + 5.5;
    static constexpr std::array<double, 6> terms = {76.18009172947146,     -86.50532032941677,
                                                    24.01409824083091,     -1.231739572450155,
                                                    0.1208650973866179e-2, -0.5395239384953e-5};
    Expr sum = y.number(1.000000000190015);
    for (std::size_t i = 0; i < terms.size(); ++i)
        sum = sum + terms[i] / (y + static_cast<double>(i + 1));
    const Expr upper = (y + 0.5) * log(t) - t + log(sum * 2.5066282746310005 / y);
    const Expr reflected = std::log(pi) - log(abs(sin(off_integer(x) * pi))) - upper;
    return where(abs(x) == infinity, infinity, where(lower, reflected, upper));
}

namespace {

/// log(1+x), exact where 1+x rounds (Kahan).
Expr log1p(Expr x)
{
    const Expr sum = x + 1.0;
    const Expr rounded = sum - 1.0;
    const Expr corrected = log(sum) * (x / rounded);
    return where(rounded == 0.0, x, where(abs(rounded) == infinity, log(sum), corrected));
}

Expr erf(Expr x)
{
    return x.apply("Erf");
}

/// exp(x^2) erfc(x); Press et al.'s Chebyshev fit, whose relative error is below 1.2e-7.
Expr scaled_erfc(Expr x)
{
    const Expr t = 1.0 / (abs(x) * 0.5 + 1.0);
    const Expr positive =
        t * exp(polynomial(t, {-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806,
                               0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277}));
    return where(x < 0.0, exp(x * x) * 2.0 - positive, positive);
}

/// The asymptotic series after seven steps of the recurrence; x above 0.5.
Expr digamma_above(Expr x)
{
    Expr y = x;
    Expr steps = 1.0 / y;
    for (int i = 1; i < 7; ++i)
        steps = steps + 1.0 / (y + static_cast<double>(i));
    y = y + 7.0;
    const Expr r = 1.0 / (y * y);
    return log(y) - 0.5 / y - r * polynomial(r, {1.0 / 12, -1.0 / 120, 1.0 / 252}) - steps;
}

Expr digamma(Expr x)
{
    const Expr lower = x < 0.5;
    const Expr upper = digamma_above(where(lower, 1.0 - x, x));
    const Expr angle = off_integer(x) * pi;
    const Expr reflected = upper - cos(angle) / sin(angle) * pi;
    const Expr at_pole = (off_integer(x) == 0.0) & lower;
    // The sign of zero decides the sign of the pole there: 1/-0 is negative infinity.
    const Expr pole = where(x == 0.0, -(1.0 / x), nan);
    return where(at_pole, pole, where(lower, reflected, upper));
}

/// Hurwitz' zeta function for s > 1, q above 0.5: ten terms, the rest by Euler and Maclaurin.
Expr hurwitz_zeta(double s, Expr q)
{
    const auto power = [](Expr x, double exponent) { return x.apply("Pow", x.number(exponent)); };
    Expr sum = power(q, -s);
    for (int i = 1; i < 10; ++i)
        sum = sum + power(q + static_cast<double>(i), -s);
    const Expr y = q + 10.0;
    const Expr tail = power(y, -s);
    const Expr r = 1.0 / (y * y);
    const double third = s * (s + 1) * (s + 2);
    return sum + tail * y / (s - 1) + tail * 0.5 +
           tail / y * polynomial(r, {s / 12, -third / 720, third * (s + 3) * (s + 4) / 30240});
}

/// The n-th derivative of pi cot(pi x) as a polynomial in cot(pi x): cot' = -pi (1 + cot^2).
std::vector<double> cotangent_derivative(std::int64_t n)
{
    std::vector<double> coefficients{0, pi};
    for (std::int64_t step = 0; step < n; ++step) {
        std::vector<double> next(coefficients.size() + 1, 0.0);
        for (std::size_t k = 1; k < coefficients.size(); ++k) {
            const double slope = -pi * static_cast<double>(k) * coefficients[k];
            next[k - 1] += slope;
            next[k + 1] += slope;
        }
        coefficients = std::move(next);
    }
    return coefficients;
}

Outputs polygamma(OpCall& call)
{
    const std::int64_t n = call.integer("n");
    const Expr x = self(call);
    if (n < 0)
        call.refuse("'n' is negative");
    if (n == 0)
        return ValueId(digamma(x));
    if (n > 30)
        call.refuse("'n' is larger than 30");
    const Expr lower = x < 0.5;
    const Expr upper = hurwitz_zeta(static_cast<double>(n + 1), where(lower, 1.0 - x, x)) *
                       (std::tgamma(static_cast<double>(n + 1)) * (n % 2 == 0 ? -1 : 1));
    // psi_n(1-x) + (-1)^(n+1) psi_n(x) = (-1)^n d^n/dx^n pi cot(pi x).
    if (n == 1) {
        // PyTorch's poles of the trigamma function are where float32's sine of the rounded product
        // puts them; near its zeros only the sine of doubles is good to all digits.
        const Expr angle = (x.dtype() == DType::Float64 ? x : x.cast(DType::Float32)) * pi;
        const Expr sine = sin(angle.cast(DType::Float64)).cast(angle.dtype()).cast(x.dtype());
        const Expr value = where(lower, pi * pi / (sine * sine) - upper, upper);
        return ValueId(where(x == infinity, 0.0, value));
    }
    const Expr angle = off_integer(x) * pi;
    const Expr cotangent = cos(angle) / sin(angle);
    const std::vector<double> coefficients = cotangent_derivative(n);
    Expr derivative = x.number(coefficients.back());
    for (std::size_t k = coefficients.size() - 1; k-- > 0;)
        derivative = derivative * cotangent + coefficients[k];
    const Expr reflected = (n % 2 == 0 ? upper : -upper) - derivative;
    const Expr at_pole = (off_integer(x) == 0.0) | (x == -infinity);
    return ValueId(
        where(lower, where(at_pole, n % 2 == 0 ? -infinity : infinity, reflected), upper));
}

Outputs multivariate_log_gamma(OpCall& call)
{
    const Expr x = self(call);
    const std::int64_t p = call.integer("p");
    if (p < 1 || p > 64)
        call.refuse("'p' is not between 1 and 64");
    const auto order = static_cast<double>(p);
    Expr sum = log_gamma(x);
    for (std::int64_t j = 1; j < p; ++j)
        sum = sum + log_gamma(x - static_cast<double>(j) / 2);
    return ValueId(sum + order * (order - 1) / 4 * std::log(pi));
}

/// Giles' approximation; `w` is -log((1-x)(1+x)).
Expr inverse_erf(Expr x, Expr w)
{
    const Expr near = w - 2.5;
    const Expr far = sqrt(w) - 3.0;
    const Expr central =
        polynomial(near, {1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087,
                          -4.39150654e-06, -3.5233877e-06, 3.43273939e-07, 2.81022636e-08});
    const Expr tail =
        polynomial(far, {2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773,
                         -0.00367342844, 0.00134934322, 0.000100950558, -0.000200214257});
    const Expr inside = x * where(w < 5.0, central, tail);
    return where(abs(x) == 1.0, x * infinity, inside);
}

Outputs erfinv(OpCall& call)
{
    const Expr x = self(call);
    return ValueId(inverse_erf(x, -log((1.0 - x) * (1.0 + x))));
}

Outputs normal_quantile(OpCall& call)
{
    const Expr p = self(call);
    return ValueId(inverse_erf(p * 2.0 - 1.0, -log(p * (1.0 - p) * 4.0)) / half_sqrt);
}

Outputs normal_cdf(OpCall& call)
{
    return ValueId((erf(self(call) * half_sqrt) + 1.0) * 0.5);
}

Outputs log_normal_cdf(OpCall& call)
{
    const Expr x = self(call);
    const Expr t = x * half_sqrt;
    const Expr low = log(scaled_erfc(-t) * 0.5) - t * t;
    const Expr high = log1p((erf(t) - 1.0) * 0.5);
    return ValueId(where(x < -1.0, low, high));
}

Outputs xlog1py(OpCall& call)
{
    const Operands o = promoted_to_float(call, "self", "other");
    const Expr x(call.e(), o.a);
    const Expr y(call.e(), o.b);
    // NaN of y stays NaN even where x is zero.
    const Expr product = x * log1p(y);
    return ValueId(where(is_nan(y), y, where(x == 0.0, 0.0, product)));
}

using Function = Expr (*)(Expr);
template <Function F>
Outputs unary(OpCall& call)
{
    return ValueId(F(self(call)));
}

Outputs deg2rad(OpCall& call)
{
    return ValueId(self(call) * (pi / 180));
}
Outputs rad2deg(OpCall& call)
{
    return ValueId(self(call) * (180 / pi));
}

constexpr std::string_view digits = "about seven digits";

constexpr OpEntry entries[] = {
    {"aten::lgamma(Tensor self) -> Tensor", unary<log_gamma>, digits},
    {"aten::digamma(Tensor self) -> Tensor", unary<digamma>, digits},
    {"aten::polygamma(int n, Tensor self) -> Tensor", polygamma, digits},
    {"aten::mvlgamma(Tensor self, int p) -> Tensor", multivariate_log_gamma, digits},
    {"aten::erfinv(Tensor self) -> Tensor", erfinv, digits},
    {"aten::special_ndtri(Tensor self) -> Tensor", normal_quantile, digits},
    {"aten::special_ndtr(Tensor self) -> Tensor", normal_cdf},
    {"aten::special_log_ndtr(Tensor self) -> Tensor", log_normal_cdf, digits},
    {"aten::special_erfcx(Tensor self) -> Tensor", unary<scaled_erfc>, digits},
    {"aten::special_xlog1py(Tensor self, Tensor other) -> Tensor", xlog1py},
    {"aten::special_xlog1py.self_scalar(Scalar self, Tensor other) -> Tensor", xlog1py},
    {"aten::special_xlog1py.other_scalar(Tensor self, Scalar other) -> Tensor", xlog1py},
    {"aten::deg2rad(Tensor self) -> Tensor", deg2rad},
    {"aten::rad2deg(Tensor self) -> Tensor", rad2deg},
    {"aten::i0(Tensor self) -> Tensor", unary<bessel_i0>, digits},
    {"aten::special_i0e(Tensor self) -> Tensor", unary<scaled_bessel_i0>, digits},
    {"aten::special_i1(Tensor self) -> Tensor", unary<bessel_i1>, digits},
    {"aten::special_i1e(Tensor self) -> Tensor", unary<scaled_bessel_i1>, digits},
    {"aten::special_modified_bessel_i0(Tensor self) -> Tensor", unary<bessel_i0>, digits},
    {"aten::special_modified_bessel_i1(Tensor self) -> Tensor", unary<bessel_i1>, digits},
    {"aten::special_modified_bessel_k0(Tensor self) -> Tensor", unary<bessel_k0>, digits},
    {"aten::special_modified_bessel_k1(Tensor self) -> Tensor", unary<bessel_k1>, digits},
    {"aten::special_scaled_modified_bessel_k0(Tensor x) -> Tensor",
     [](OpCall& call) -> Outputs {
         return ValueId(scaled_bessel_k0({call.e(), as_float(call, "x")}));
     },
     digits},
    {"aten::special_scaled_modified_bessel_k1(Tensor x) -> Tensor",
     [](OpCall& call) -> Outputs {
         return ValueId(scaled_bessel_k1({call.e(), as_float(call, "x")}));
     },
     digits},
    {"aten::special_bessel_j0(Tensor self) -> Tensor", unary<bessel_j0>, digits},
    {"aten::special_bessel_j1(Tensor self) -> Tensor", unary<bessel_j1>, digits},
    {"aten::special_bessel_y0(Tensor self) -> Tensor", unary<bessel_y0>, digits},
    {"aten::special_bessel_y1(Tensor self) -> Tensor", unary<bessel_y1>, digits},
    {"aten::special_airy_ai(Tensor x) -> Tensor",
     [](OpCall& call) -> Outputs {
         return ValueId(airy_ai({call.e(), as_float(call, "x")}));
     },
     digits},
    {"aten::special_spherical_bessel_j0(Tensor x) -> Tensor",
     [](OpCall& call) -> Outputs {
         return ValueId(spherical_bessel_j0({call.e(), as_float(call, "x")}));
     },
     digits},
};

} // namespace

std::span<const OpEntry> special_function_ops()
{
    return entries;
}

} // namespace strata::ops
