// Functions whose number of steps depends on data: orthogonal polynomials, zeta and incomplete
// gamma functions, divisors.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"
#include "lowering/ops/iterate.h"
#include "lowering/ops/special_functions.h"
#include "lowering/ops/type_promotion.h"

#include <cmath>
#include <iterator>
#include <limits>

namespace strata::ops {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Expr one_more(Expr number)
{
    return number + Expr(number.e(), number.e().scalar(number.dtype(), std::int64_t{1}));
}

Expr is_finite(Expr x)
{
    return abs(x) < infinity;
}

/// A in the shape that both have together.
Expr spread(Expr a, Expr b)
{
    Emitter& e = a.e();
    const auto x = e.static_shape(a);
    const auto y = e.static_shape(b);
    if (x && y && *x == *y)
        return a;
    // Zeros of b's shape, whatever is in it.
    const Expr zeros(e, e.expand(e.scalar(a.dtype(), 0.0), e.shape_of(b)));
    return a + zeros;
}

Expr largest(Expr x)
{
    return x.e().rank(x) == 0 ? x : x.reduce("ReduceMax");
}

enum class Polynomial { Hermite, ProbabilistsHermite, Laguerre, Legendre };

/// P(k+1) from P(k) and P(k-1).
Expr following(Polynomial kind, Expr x, Expr k, Expr current, Expr previous)
{
    switch (kind) {
    case Polynomial::Hermite:
        return x * 2.0 * current - k * 2.0 * previous;
    case Polynomial::ProbabilistsHermite:
        return x * current - k * previous;
    case Polynomial::Laguerre:
        return ((k * 2.0 + (1.0 - x)) * current - k * previous) / (k + 1.0);
    case Polynomial::Legendre:
        break;
    }
    return ((k * 2.0 + 1.0) * x * current - k * previous) / (k + 1.0);
}

Expr first_degree(Polynomial kind, Expr x)
{
    if (kind == Polynomial::Hermite)
        return x * 2.0;
    return kind == Polynomial::Laguerre ? 1.0 - x : x;
}

template <Polynomial K>
Outputs polynomial_of_degree(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted_to_float(call, "x", "n");
    // PyTorch cuts the fraction off; what no integer holds counts as negative.
    const Expr given(e, o.b);
    const Expr cut = where(given < 0.0, -floor(abs(given)), floor(given));
    const Expr degree = where(is_finite(given), cut, -1.0);
    const Expr x = spread({e, o.a}, degree);
    const Expr n = spread(degree, x);
    const Expr one(e, e.expand(e.scalar(x.dtype(), 1.0), e.shape_of(x)));
    const Expr linear = first_degree(K, x);
    const Expr trips = max(largest(n) - 1.0, 0.0).cast(DType::Int64);
    const std::vector<ValueId> after =
        loop(e, trips, {one, linear, linear}, [&](ValueId number, const auto& carried) -> Step {
            const Expr k = one_more(Expr(e, number)).cast(x.dtype());
            const Expr next = following(K, x, k, {e, carried[1]}, {e, carried[0]});
            return {{carried[1], next, where(n > k, next, Expr(e, carried[2]))}, no_id};
        });
    Expr result = where(n == 0.0, one, {e, after[2]});
    if (K == Polynomial::Laguerre)
        result = where(x == 0.0, one, result);
    if (K == Polynomial::Legendre) { // exact at the ends
        const Expr even = n - floor(n * 0.5) * 2.0 == 0.0;
        const Expr end = where((x > 0.0) | even, one, -one);
        result = where(abs(x) == 1.0, end, result);
    }
    return ValueId(where(n < 0.0, 0.0, result));
}

/// (2k)! / B(2k) for k = 1, 2, ...
constexpr double bernoulli_factors[] = {12.0,
                                        -720.0,
                                        30240.0,
                                        -1209600.0,
                                        47900160.0,
                                        -1892437580.3183792,
                                        74724249600.0,
                                        -2950130727918.164,
                                        116467828143500.67,
                                        -4597978722407473.0,
                                        1.8152105401943546e+17,
                                        -7.166165256175667e+18};

/// Hurwitz' zeta function in float64: terms up to q + i > 9, the rest by Euler and Maclaurin, as
/// far as the terms matter.
Expr hurwitz_zeta(Expr x, Expr q)
{
    Emitter& e = x.e();
    constexpr double precision = 1.11022302462515654042e-16;
    const auto power = [](Expr base, Expr exponent) { return base.apply("Pow", exponent); };
    const Expr start = power(q, -x);
    const Expr never(e, e.expand(e.scalar(DType::Bool, std::int64_t{0}), e.shape_of(x)));
    const Expr needed = where(q < 0.0, 10.0 - floor(q), 10.0);
    const Expr bounded = where(is_finite(needed), min(needed, 1e6), 10.0);
    const std::vector<ValueId> after = loop(
        e, largest(bounded).cast(DType::Int64), {q, start, start, never},
        [&](ValueId number, const auto& carried) -> Step {
            const Expr a(e, carried[0]);
            const Expr sum(e, carried[1]);
            const Expr done(e, carried[3]);
            const Expr early = Expr(e, number) < Expr(e, e.scalar(DType::Int64, std::int64_t{9}));
            const Expr goes_on = (early | !(a > 9.0)) & !done;
            const Expr next = where(goes_on, a + 1.0, a);
            const Expr term = where(goes_on, power(next, -x), Expr(e, carried[2]));
            const Expr total = where(goes_on, sum + term, sum);
            return {{next, total, term, done | (goes_on & (abs(term) < total * precision))}, no_id};
        });
    const Expr w(e, after[0]);
    const Expr sum(e, after[1]);
    const Expr last(e, after[2]);
    const Expr done(e, after[3]);
    const Expr whole = sum + last * w / (x - 1.0) - last * 0.5;
    // B(2k) / (2k)! x (x+1) ... (x+2k-2) / w^(x+2k-1)
    Expr total = whole;
    Expr stopped = done;
    Expr rising = x;
    Expr falling = last / w;
    for (std::size_t k = 0; k < std::size(bernoulli_factors); ++k) {
        const Expr term = rising * falling / bernoulli_factors[k];
        total = where(stopped, total, total + term);
        stopped = stopped | (abs(term / total) < precision);
        const auto step = static_cast<double>(2 * k);
        rising = rising * (x + (step + 1.0)) * (x + (step + 2.0));
        falling = falling / (w * w);
    }
    return where(done, sum, total);
}

Outputs zeta(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted_to_float(call, "self", "other");
    const Expr a = Expr(e, o.a).cast(DType::Float64);
    const Expr b = Expr(e, o.b).cast(DType::Float64);
    const Expr x = spread(a, b);
    const Expr q = spread(b, x);
    const Expr at_pole = (q == floor(q)) & !(q > 0.0);
    const Expr whole = x == floor(x);
    const Expr fraction = Expr(!whole) & Expr(!(q > 0.0));
    // Places outside of the domain are kept away from the sums.
    const Expr outside = at_pole | fraction | !(x > 1.0);
    const Expr value = hurwitz_zeta(where(outside, 2.0, x), where(outside, 1.0, q));
    Expr result = where(fraction | is_nan(x) | is_nan(q), nan, value);
    result = where(at_pole, infinity, result);
    result = where(x < 1.0, nan, result);
    return ValueId(where(x == 1.0, infinity, result).cast(o.dtype));
}

constexpr std::int64_t most_terms = 10000;

/// Whether any element has not converged.
ValueId any_left(Expr left)
{
    Emitter& e = left.e();
    return e.cast(largest(left.cast(DType::Int32)), DType::Bool);
}

/// The lower function's series, without its factor x^a e^-x / gamma(a).
Expr lower_series(Expr a, Expr x)
{
    Emitter& e = a.e();
    const Expr first = 1.0 / a;
    return {e, loop(e, e.scalar(DType::Int64, most_terms), {first, first},
                    [&](ValueId number, const auto& carried) -> Step {
                        const Expr n = one_more(Expr(e, number)).cast(a.dtype());
                        const Expr term = Expr(e, carried[0]) * x / (a + n);
                        const Expr sum = Expr(e, carried[1]) + term;
                        return {{term, sum}, any_left(term > sum * 1e-16)};
                    })[1]};
}

/// The upper function's continued fraction (Lentz), without that factor; x above a.
Expr upper_fraction(Expr a, Expr x)
{
    Emitter& e = a.e();
    constexpr double tiny = 1e-300;
    const Expr start = x + 1.0 - a;
    const Expr c = start * 0.0 + 1.0 / tiny;
    const Expr d = 1.0 / start;
    return {e, loop(e, e.scalar(DType::Int64, most_terms), {start, c, d, d},
                    [&](ValueId number, const auto& carried) -> Step {
                        const Expr n = one_more(Expr(e, number)).cast(a.dtype());
                        const Expr numerator = n * (a - n);
                        const Expr b = Expr(e, carried[0]) + 2.0;
                        const Expr below = numerator * Expr(e, carried[2]) + b;
                        const Expr inverse = 1.0 / where(below == 0.0, tiny, below);
                        const Expr above = b + numerator / Expr(e, carried[1]);
                        const Expr ratio = where(above == 0.0, tiny, above);
                        const Expr factor = inverse * ratio;
                        return {{b, ratio, inverse, Expr(e, carried[3]) * factor},
                                any_left(abs(factor - 1.0) > 1e-15)};
                    })[3]};
}

template <bool Upper>
Outputs incomplete_gamma(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted_to_float(call, "self", "other");
    const Expr one_side = Expr(e, o.a).cast(DType::Float64);
    const Expr other_side = Expr(e, o.b).cast(DType::Float64);
    const Expr a = spread(one_side, other_side);
    const Expr x = spread(other_side, a);
    const Expr inside = (a > 0.0) & (x > 0.0) & is_finite(a) & is_finite(x);
    const Expr far = (x > 1.0) & (x > a);
    const auto with_factor = [&](Expr shape, Expr place, Expr sum) {
        return exp(shape * log(place) - place - log_gamma(shape)) * sum;
    };
    // Each branch gets numbers that suit it where the other one counts.
    const Expr low_a = where(inside & !far, a, 1.0);
    const Expr low_x = where(inside & !far, x, 0.5);
    const Expr high_a = where(inside & far, a, 1.0);
    const Expr high_x = where(inside & far, x, 2.0);
    const Expr lower = with_factor(low_a, low_x, lower_series(low_a, low_x));
    const Expr upper = with_factor(high_a, high_x, upper_fraction(high_a, high_x));
    const Expr at_zero(e, e.expand(e.scalar(DType::Float64, Upper ? 1.0 : 0.0), e.shape_of(a)));
    Expr result = Upper ? where(far, upper, 1.0 - lower) : where(far, 1.0 - upper, lower);
    // In PyTorch's order, which decides where both are special.
    result = where(is_nan(a) | is_nan(x), nan, result);
    result = where(abs(x) == infinity, 1.0 - at_zero, result);
    result = where(abs(a) == infinity, where(abs(x) == infinity, nan, at_zero), result);
    result = where(x == 0.0, at_zero, result);
    result = where(a == 0.0, where(x > 0.0, 1.0 - at_zero, nan), result);
    return ValueId(where((a < 0.0) | (x < 0.0), nan, result).cast(o.dtype));
}

/// Two integers of 63 bits need 91 divisions at most.
constexpr std::int64_t most_divisions = 92;

/// Euclid's algorithm, of the magnitudes.
Expr greatest_divisor(Expr a, Expr b)
{
    Emitter& e = a.e();
    const Expr zero(e, e.scalar(DType::Int64, std::int64_t{0}));
    const Expr one(e, e.scalar(DType::Int64, std::int64_t{1}));
    const std::vector<ValueId> after =
        loop(e, e.scalar(DType::Int64, most_divisions), {abs(a), abs(b)},
             [&](ValueId, const auto& carried) -> Step {
                 const Expr x(e, carried[0]);
                 const Expr y(e, carried[1]);
                 const Expr ends = y == zero;
                 const Expr rest = where(ends, zero, x.apply("Mod", where(ends, one, y)));
                 return {{where(ends, x, y), rest}, any_left(!(rest == zero))};
             });
    return {e, after[0]};
}

struct Integers {
    Expr a;
    Expr b;
    DType dtype;
};
Integers integers(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted(call, "self", "other");
    const Expr a = Expr(e, o.a).cast(DType::Int64);
    const Expr b = Expr(e, o.b).cast(DType::Int64);
    const Expr wide = spread(a, b);
    return {wide, spread(b, wide), o.dtype};
}

Outputs gcd(OpCall& call)
{
    const Integers given = integers(call);
    return ValueId(greatest_divisor(given.a, given.b).cast(given.dtype));
}

Outputs lcm(OpCall& call)
{
    Emitter& e = call.e();
    const Integers given = integers(call);
    const Expr zero(e, e.scalar(DType::Int64, std::int64_t{0}));
    const Expr divisor = greatest_divisor(given.a, given.b);
    const Expr none = divisor == zero;
    const Expr safe = where(none, Expr(e, e.scalar(DType::Int64, std::int64_t{1})), divisor);
    return ValueId(where(none, zero, abs(given.a / safe * given.b)).cast(given.dtype));
}

/// The neighbour of `self` towards `other`: half of the last digit more rounds to it.
Outputs next_after(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted_to_float(call, "self", "other");
    const Expr x(e, o.a);
    const Expr target(e, o.b);
    const bool wide = o.dtype == DType::Float64;
    if (!wide && o.dtype != DType::Float32)
        call.refuse("the neighbours of numbers other than float32 and float64");
    const double half_digit = wide ? 0x1p-53 * (1 + 0x1p-40) : 0x1p-24 * (1 + 0x1p-18);
    const double smallest = wide ? 0x1p-1074 : 0x1p-149;
    const double first_normal = wide ? 0x1p-1022 : 0x1p-126;
    const Expr size = abs(x);
    const Expr step = where(size < first_normal, smallest, size * half_digit);
    Expr result = where(target > x, x + step, x - step);
    const double top = largest_number(o.dtype);
    result = where(x == infinity, top, where(x == -infinity, -top, result));
    result = where(x == target, target, result);
    return ValueId(where(is_nan(x) | is_nan(target), nan, result));
}

/// Mantissa in [0.5, 1) and exponent of two.
Outputs mantissa_and_exponent(OpCall& call)
{
    Emitter& e = call.e();
    const Expr given(e, call.tensor("self"));
    const Expr x = given.cast(DType::Float64);
    // Two to the power of more than a thousand: in two steps.
    const auto scaled = [](Expr number, Expr exponent) {
        const Expr half = floor(exponent * 0.5);
        const auto two_to = [](Expr power) { return power.number(2.0).apply("Pow", power); };
        return number * two_to(half) * two_to(exponent - half);
    };
    const Expr size = abs(x);
    const Expr plain = (size == 0.0) | !is_finite(x);
    const Expr tiny = size < 0x1p-1000;
    const Expr number = where(plain, 1.0, where(tiny, size * 0x1p200, size));
    const Expr guess = floor(log(number) / std::log(2.0)) + 1.0;
    const Expr part = scaled(number, -guess);
    // The logarithm may be off by its last digit next to powers of two.
    const Expr up = !(part < 1.0);
    const Expr down = part < 0.5;
    const Expr exponent = where(up, guess + 1.0, where(down, guess - 1.0, guess));
    const Expr mantissa = where(up, part * 0.5, where(down, part * 2.0, part));
    const Expr shift = where(tiny, exponent - 200.0, exponent);
    const Expr sign = where(x < 0.0, -mantissa, mantissa);
    return Outputs::tensors(
        {where(plain, x, sign).cast(given.dtype()), where(plain, 0.0, shift).cast(DType::Int32)});
}

#define STRATA_POLYNOMIAL(name, kind)                                                              \
    {"aten::special_" name "(Tensor x, Tensor n) -> Tensor", polynomial_of_degree<kind>},          \
        {"aten::special_" name ".x_scalar(Scalar x, Tensor n) -> Tensor",                          \
         polynomial_of_degree<kind>},                                                              \
    {                                                                                              \
        "aten::special_" name ".n_scalar(Tensor x, Scalar n) -> Tensor",                           \
            polynomial_of_degree<kind>                                                             \
    }

constexpr OpEntry entries[] = {
    STRATA_POLYNOMIAL("hermite_polynomial_h", Polynomial::Hermite),
    STRATA_POLYNOMIAL("hermite_polynomial_he", Polynomial::ProbabilistsHermite),
    STRATA_POLYNOMIAL("laguerre_polynomial_l", Polynomial::Laguerre),
    STRATA_POLYNOMIAL("legendre_polynomial_p", Polynomial::Legendre),
    {"aten::special_zeta(Tensor self, Tensor other) -> Tensor", zeta},
    {"aten::special_zeta.self_scalar(Scalar self, Tensor other) -> Tensor", zeta},
    {"aten::special_zeta.other_scalar(Tensor self, Scalar other) -> Tensor", zeta},
    {"aten::igamma(Tensor self, Tensor other) -> Tensor", incomplete_gamma<false>},
    {"aten::igammac(Tensor self, Tensor other) -> Tensor", incomplete_gamma<true>},
    {"aten::gcd(Tensor self, Tensor other) -> Tensor", gcd},
    {"aten::lcm(Tensor self, Tensor other) -> Tensor", lcm},
    {"aten::nextafter(Tensor self, Tensor other) -> Tensor", next_after, "float32 and float64"},
    {"aten::frexp.Tensor(Tensor self) -> (Tensor mantissa, Tensor exponent)",
     mantissa_and_exponent},
};
#undef STRATA_POLYNOMIAL

} // namespace

std::span<const OpEntry> recurrence_ops()
{
    return entries;
}

} // namespace strata::ops
