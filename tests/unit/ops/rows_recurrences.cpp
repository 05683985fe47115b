// Functions whose number of steps depends on data.
#include "support/parity_rows.h"

#include <limits>

namespace strata::test {

ParityRows recurrence_rows()
{
    ParityRows rows;
    const auto one = [&rows](const std::string& call) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x):\n  return " + call);
    };
    const auto two = [&rows](const std::string& call) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x, y):\n  return " + call);
    };
    const ParityTensor degrees = exactly(DType::Float32, {2, 4}, {-1, 0, 1, 2, 3.7, 5, 6, 0});
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const std::string name : {"hermite_polynomial_h", "hermite_polynomial_he",
                                   "laguerre_polynomial_l", "legendre_polynomial_p"}) {
        two("torch.special_" + name + "(x, y)")
            .input(exactly(DType::Float32, {2, 4}, {0.5, -0.3, 0, 1, -1, 2.5, 0.1, nan}))
            .input(degrees)
            .dynamic();
        two("torch.special_" + name + "(x, y) no step")
            .input(f32({3}))
            .input(exactly(DType::Float32, {2, 1}, {infinity, 1}));
        rows.back().source = "def forward(self, x, y):\n  return torch.special_" + name + "(x, y)";
        one("torch.special_" + name + "(x, 4)").input(f32({3}));
        one("torch.special_" + name + "(0.75, x)").input(i64({3}, 0, 6));
    }
    // Besides ordinary places: poles, and what is not defined.
    two("torch.special_zeta(x, y)")
        .input(exactly(DType::Float32, {11}, {2, 3.5, 1, 0.5, 4, 2, 2.5, 30, nan, 7, 2}))
        .input(exactly(DType::Float32, {11}, {1, 0.25, 3, 2, -2.5, -3, -1.5, 1, 1, 12, nan}))
        .dynamic();
    one("torch.special_zeta(x, 2.5)").input(f32({3}).range(1.5, 6));
    one("torch.special_zeta(3, x)").input(f32({3}).range(0.5, 6));
    for (const std::string name : {"igamma", "igammac"})
        two("torch." + name + "(x, y)")
            .input(exactly(DType::Float32, {12}, {1, 0.5, 3, 30, 150, 2000, 0, 2, -1, 4, nan, 0.1}))
            .input(
                exactly(DType::Float32, {12}, {1, 3, 0.2, 28, 160, 1990, 2, 0, 1, infinity, 1, 9}))
            .dynamic();
    for (const std::string name : {"gcd", "lcm"}) {
        two("torch." + name + "(x, y)")
            .input(exactly(DType::Int64, {2, 3}, {12, -18, 0, 7, 0, 1071}))
            .input(exactly(DType::Int64, {2, 3}, {18, 12, 5, -13, 0, 462}))
            .dynamic();
        two("torch." + name + "(x, y) of bytes")
            .input(exactly(DType::UInt8, {3}, {12, 7, 0}))
            .input(exactly(DType::UInt8, {3}, {18, 3, 4}));
        rows.back().source = "def forward(self, x, y):\n  return torch." + name + "(x, y)";
        two("torch." + name + "(x, y) of nothing").input(i64({0}, 1, 5)).input(i64({0}, 1, 5));
        rows.back().source = "def forward(self, x, y):\n  return torch." + name + "(x, y)";
    }
    // Powers of two, the smallest numbers, limits.
    const std::vector<double> places = {1, -1, 0.5, 2, 0, 1.5, 1e-40, -3e38, infinity, 7, 1e-38, 1};
    const std::vector<double> targets = {2, 0, 0, 1, 1, -1, 0, -infinity, 0, 7, 0, nan};
    for (const DType dtype : {DType::Float32, DType::Float64})
        rows.emplace_back(std::string("nextafter ") + (dtype == DType::Float32 ? "f32" : "f64"),
                          "def forward(self, x, y):\n"
                          "  z = torch.nextafter(x, y)\n"
                          "  return z, (z - x) / x.abs().clamp(1e-30, 1e30) * 1e16")
            .input(exactly(dtype, {12}, places))
            .input(exactly(dtype, {12}, targets))
            .tolerance(0, 1e-4);
    one("torch.frexp(x)")
        .input(exactly(DType::Float32, {10}, {1, -0.5, 3, 0, 1e-40, 3e38, infinity, nan, 8, 0.1}));
    one("torch.frexp(x) doubles")
        .input(
            exactly(DType::Float64, {7}, {1e300, -1e-310, 3, 1023.999999999999, 5e-324, 1e308, 2}));
    rows.back().source = "def forward(self, x):\n  return torch.frexp(x)";
    // The names that decomposed programs have for them.
    const auto primitive = [&](const std::string& name) -> ParityRow& {
        const std::string target = name == "frexp"  ? "frexp.Tensor"
                                   : name == "zeta" ? "special_zeta"
                                                    : name;
        return two("prims " + name).renamed("aten::" + target, "prims::" + name);
    };
    for (const std::string name : {"igamma", "igammac", "nextafter", "zeta"})
        primitive(name).input(f32({3}).range(1.5, 4)).input(f32({3}).range(0.5, 2)).source =
            "def forward(self, x, y):\n  return torch." +
            std::string(name == "zeta" ? "special_" : "") + name + "(x, y)";
    primitive("gcd").input(i64({3}, 1, 99)).input(i64({3}, 1, 99)).source =
        "def forward(self, x, y):\n  return torch.gcd(x, y)";
    primitive("frexp").input(f32({3})).input(f32({3})).source =
        "def forward(self, x, y):\n  return torch.frexp(x + y)";
    return rows;
}

} // namespace strata::test
