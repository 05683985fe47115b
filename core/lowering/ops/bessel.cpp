#include "lowering/ops/bessel.h"

#include <limits>

namespace strata::ops {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double two_over_pi = 0.63661977236758134308;
constexpr double oscillation_bound = 3;
constexpr double growth_bound = 3.75;
constexpr double decay_bound = 2;

Expr square(Expr x)
{
    return x * x;
}

/// Amplitude and phase beyond x = 3.
struct Wave {
    Expr amplitude;
    Expr phase;
};

Wave wave0(Expr x)
{
    const Expr y = oscillation_bound / x;
    const Expr f = polynomial(y, {0.79788456, -0.00000077, -0.00552740, -0.00009512, 0.00137237,
                                  -0.00072805, 0.00014476});
    return {f / sqrt(x), x + polynomial(y, {-0.78539816, -0.04166397, -0.00003954, 0.00262573,
                                            -0.00054125, -0.00029333, 0.00013558})};
}

Wave wave1(Expr x)
{
    const Expr y = oscillation_bound / x;
    const Expr f = polynomial(
        y, {0.79788456, 0.00000156, 0.01659667, 0.00017105, -0.00249511, 0.00113653, -0.00020033});
    return {f / sqrt(x), x + polynomial(y, {-2.35619449, 0.12499612, 0.00005650, -0.00637879,
                                            0.00074348, 0.00079824, -0.00029166})};
}

Expr j0_near(Expr x)
{
    return polynomial(square(x / oscillation_bound),
                      {1, -2.2499997, 1.2656208, -0.3163866, 0.0444479, -0.0039444, 0.0002100});
}

Expr j1_near(Expr x)
{
    return x * polynomial(square(x / oscillation_bound), {0.5, -0.56249985, 0.21093573, -0.03954289,
                                                          0.00443319, -0.00031761, 0.00001109});
}

/// Beyond the origin's left: a singularity at 0, nothing below.
Expr right_half(Expr x, double at_zero, Expr value)
{
    return where(x < 0.0, nan, where(x == 0.0, at_zero, value));
}

Expr i0_near(Expr x)
{
    return polynomial(square(x / growth_bound),
                      {1, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813});
}

Expr i1_near(Expr x)
{
    return x * polynomial(square(x / growth_bound), {0.5, 0.87890594, 0.51498869, 0.15084934,
                                                     0.02658733, 0.00301532, 0.00032411});
}

/// Without the factor exp(x).
Expr i0_far(Expr x)
{
    return polynomial(growth_bound / x,
                      {0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706,
                       0.02635537, -0.01647633, 0.00392377}) /
           sqrt(x);
}

Expr i1_far(Expr x)
{
    return polynomial(growth_bound / x,
                      {0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555, 0.02282967,
                       -0.02895312, 0.01787654, -0.00420059}) /
           sqrt(x);
}

Expr k0_near(Expr x)
{
    const Expr t = square(x / decay_bound);
    return polynomial(t, {-0.57721566, 0.42278420, 0.23069756, 0.03488590, 0.00262698, 0.00010750,
                          0.00000740}) -
           log(x / decay_bound) * i0_near(x);
}

Expr k1_near(Expr x)
{
    const Expr t = square(x / decay_bound);
    return polynomial(t, {1, 0.15443144, -0.67278579, -0.18156897, -0.01919402, -0.00110404,
                          -0.00004686}) /
               x +
           log(x / decay_bound) * i1_near(x);
}

/// Without the factor exp(-x).
Expr k0_far(Expr x)
{
    return polynomial(decay_bound / x, {1.25331414, -0.07832358, 0.02189568, -0.01062446,
                                        0.00587872, -0.00251540, 0.00053208}) /
           sqrt(x);
}

Expr k1_far(Expr x)
{
    return polynomial(decay_bound / x, {1.25331414, 0.23498619, -0.03655620, 0.01504268,
                                        -0.00780353, 0.00325614, -0.00068245}) /
           sqrt(x);
}

/// `near` on one side of the bound, `far` on the other.
Expr joined(Expr x, double bound, Expr near, Expr far)
{
    return where(x > bound, far, near);
}

} // namespace

Expr bessel_j0(Expr x)
{
    const Expr z = abs(x);
    const Wave wave = wave0(z);
    return joined(z, oscillation_bound, j0_near(z), wave.amplitude * cos(wave.phase));
}

Expr bessel_j1(Expr x)
{
    const Expr z = abs(x);
    const Wave wave = wave1(z);
    return joined(z, oscillation_bound, j1_near(z), wave.amplitude * cos(wave.phase)) *
           x.apply("Sign");
}

Expr bessel_y0(Expr x)
{
    const Wave wave = wave0(x);
    const Expr near =
        log(x * 0.5) * j0_near(x) * two_over_pi +
        polynomial(square(x / oscillation_bound), {0.36746691, 0.60559366, -0.74350384, 0.25300117,
                                                   -0.04261214, 0.00427916, -0.00024846});
    return right_half(x, -infinity,
                      joined(x, oscillation_bound, near, wave.amplitude * sin(wave.phase)));
}

Expr bessel_y1(Expr x)
{
    const Wave wave = wave1(x);
    const Expr near =
        log(x * 0.5) * j1_near(x) * two_over_pi +
        polynomial(square(x / oscillation_bound), {-0.6366198, 0.2212091, 2.1682709, -1.3164827,
                                                   0.3123951, -0.0400976, 0.0027873}) /
            x;
    return right_half(x, -infinity,
                      joined(x, oscillation_bound, near, wave.amplitude * sin(wave.phase)));
}

Expr bessel_i0(Expr x)
{
    const Expr z = abs(x);
    return joined(z, growth_bound, i0_near(z), i0_far(z) * exp(z));
}

Expr bessel_i1(Expr x)
{
    const Expr z = abs(x);
    return joined(z, growth_bound, i1_near(z), i1_far(z) * exp(z)) * x.apply("Sign");
}

Expr scaled_bessel_i0(Expr x)
{
    const Expr z = abs(x);
    return joined(z, growth_bound, i0_near(z) * exp(-z), i0_far(z));
}

Expr scaled_bessel_i1(Expr x)
{
    const Expr z = abs(x);
    return joined(z, growth_bound, i1_near(z) * exp(-z), i1_far(z)) * x.apply("Sign");
}

Expr bessel_k0(Expr x)
{
    return right_half(x, infinity, joined(x, decay_bound, k0_near(x), k0_far(x) * exp(-x)));
}

Expr bessel_k1(Expr x)
{
    return right_half(x, infinity, joined(x, decay_bound, k1_near(x), k1_far(x) * exp(-x)));
}

Expr scaled_bessel_k0(Expr x)
{
    return right_half(x, infinity, joined(x, decay_bound, k0_near(x) * exp(x), k0_far(x)));
}

Expr scaled_bessel_k1(Expr x)
{
    return right_half(x, infinity, joined(x, decay_bound, k1_near(x) * exp(x), k1_far(x)));
}

Expr spherical_bessel_j0(Expr x)
{
    return where(x == 0.0, 1.0, where(abs(x) == infinity, 0.0, sin(x) / x));
}

Expr airy_ai(Expr x)
{
    // Chebyshev approximations of the function between -2.5 and 2, and beyond of what is left of
    // its asymptotic forms (DLMF 9.7), in powers of 1 / zeta.
    constexpr double left = -2.5;
    constexpr double right = 2;
    constexpr double root_of_pi = 1.77245385090551602730;
    constexpr double quarter_pi = 0.78539816339744830962;
    const Expr near = polynomial(
        max(min(x, right), left),
        {0.355028054197, -0.25881940463, -8.80579239843e-9, 0.0591713509395, -0.0215682420094,
         -2.4247961253e-8, 0.00197230189, -0.000513501865562, 6.98224000293e-8, 2.73775082724e-5,
         -5.74152302071e-6, 4.82390874363e-9, 2.179603143e-7, -3.71889814273e-8, -1.69120845352e-9,
         1.0026960703e-9, -1.98383263853e-11});
    // Away from zero, where nobody looks at these.
    const Expr size = max(abs(x), right);
    const Expr zeta = size * sqrt(size) * (2.0 / 3.0);
    const Expr quarter_root = sqrt(sqrt(size));
    const Expr u = 1.0 / zeta;
    const Expr decay = exp(-zeta) / (quarter_root * (2 * root_of_pi)) *
                       polynomial(u, {0.999999998502, -0.0694439824051, 0.0371091362944,
                                      -0.0374766496963, 0.0518076416033, -0.0749999285624,
                                      0.0883457841499, -0.0672689220855, 0.0235785777603});
    const Expr phase = zeta + quarter_pi;
    const Expr v = u * u;
    const Expr wave =
        (sin(phase) * polynomial(v, {0.999999950091, -0.0371078211529, 0.0552574613434,
                                     -0.195516689181, 0.664771793836, -1.14312575717}) -
         cos(phase) * u *
             polynomial(v, {0.069444263588, -0.0378995978583, 0.107187496064, -0.501340316162,
                            1.91068259477, -3.45424914309})) /
        (quarter_root * root_of_pi);
    const Expr value = where(x > right, decay, where(x < left, wave, near));
    // At the infinities, and where x is none.
    return where(abs(x) < infinity, value, nan);
}

} // namespace strata::ops
