#include "support/parity_rows.h"

#include <limits>

#include <string>

namespace strata::test {

ParityRows special_function_rows()
{
    ParityRows rows;
    const auto one = [&rows](std::string call) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x):\n  return " + call)
            .tolerance(1e-5, 2e-4);
    };
    // Poles, both halves, and arguments where the approximations change.
    const ParityTensor line =
        exactly(DType::Float32, {24},
                {-12.3, -7.5, -3.8, -3.7, -3.01, -2.2, -1.5, -0.75, -0.3, -1e-3, 0,   1e-3,
                 0.3,   0.49, 0.51, 1,    1.5,   1.99, 2.01, 2.99,  3.01, 3.8,   7.5, 12});
    for (const char* call : {"torch.lgamma(x)",
                             "torch.digamma(x)",
                             "torch.polygamma(0, x)",
                             "torch.polygamma(1, x)",
                             "torch.polygamma(2, x)",
                             "torch.polygamma(3, x)",
                             "torch.special_ndtr(x)",
                             "torch.special_log_ndtr(x)",
                             "torch.deg2rad(x)",
                             "torch.rad2deg(x)",
                             "torch.i0(x)",
                             "torch.special_i0e(x)",
                             "torch.special_i1(x)",
                             "torch.special_i1e(x)",
                             "torch.special_modified_bessel_i0(x)",
                             "torch.special_modified_bessel_i1(x)",
                             "torch.special_modified_bessel_k0(x)",
                             "torch.special_modified_bessel_k1(x)",
                             "torch.special_scaled_modified_bessel_k0(x)",
                             "torch.special_scaled_modified_bessel_k1(x)",
                             "torch.special_bessel_j0(x)",
                             "torch.special_bessel_j1(x)",
                             "torch.special_bessel_y0(x)",
                             "torch.special_bessel_y1(x)",
                             "torch.special_spherical_bessel_j0(x)",
                             "torch.special_airy_ai(x)"})
        one(call).input(line);
    one("torch.special_airy_ai(x)")
        .input(exactly(DType::Float32, {8},
                       {-40, -2.51, -2.49, 40, 200, std::numeric_limits<double>::infinity(),
                        -std::numeric_limits<double>::infinity(),
                        std::numeric_limits<double>::quiet_NaN()}));
    // Further left erfcx overflows float32.
    one("torch.special_erfcx(x)").input(f32({40}).range(-5, 30));
    one("torch.mvlgamma(x, 3)").input(f32({30}).range(1.2, 20));
    one("torch.erfinv(x)")
        .input(exactly(DType::Float32, {10},
                       {-1, -0.9999, -0.7, -0.1, 0, 1e-4, 0.5, 0.95, 0.9999, 1}));
    one("torch.special_ndtri(x)")
        .input(exactly(DType::Float32, {9}, {0, 1e-6, 1e-3, 0.2, 0.5, 0.7, 0.99, 0.9999, 1}));
    for (const char* call : {"torch.special_xlog1py(x, y)"})
        rows.emplace_back(call, std::string("def forward(self, x, y):\n  return ") + call)
            .input(exactly(DType::Float32, {5}, {0, 0, 1, -2, 3}))
            .input(exactly(DType::Float32, {5}, {-1, 0.5, 1e-6, 4, 0}));
    one("torch.special_xlog1py(2.5, x)").input(f32({5}));
    one("torch.special_xlog1py(x, 2.5)").input(f32({5}));

    // Degrees 0 to 6 and one below zero, at the ends of [-1, 1], inside and outside.
    for (const char* letter : {"t", "u", "v", "w"})
        for (const char* shifted : {"", "shifted_"}) {
            const std::string f =
                std::string("torch.special_") + shifted + "chebyshev_polynomial_" + letter;
            rows.emplace_back(f + "(x, n)", "def forward(self, x, n):\n  return " + f + "(x, n)")
                .tolerance(1e-4, 1e-3)
                .input(exactly(DType::Float32, {9, 1}, {-3.5, -1, -0.9, -0.2, 0, 0.3, 0.5, 1, 2.5}))
                .input(exactly(DType::Float32, {8}, {-1, 0, 1, 2, 3, 4, 5, 6.5}));
            one(f + "(0.7, x)").input(exactly(DType::Float32, {3}, {0, 3, 4}));
            one(f + "(x, 5)").input(exactly(DType::Float32, {4}, {-1.5, -0.3, 0.8, 2}));
        }
    for (const char* call : {"torch.cov(x)", "torch.cov(x, correction=0)", "torch.corrcoef(x)",
                             "torch.linalg_vander(x)", "torch.linalg_vander(x, N=2)",
                             "torch.sum_to_size(x, [1, 5])", "torch.sum_to_size(x, [5])"})
        one(call).input(f32({3, 5}));
    rows.emplace_back("sum_to_size of a bool", "def forward(self, x):\n  return "
                                               "torch.sum_to_size(x, [])")
        .input(exactly(DType::Bool, {}, {1}));
    for (const char* weights :
         {"fweights=torch.tensor([1, 3, 0, 2])", "aweights=torch.tensor([0.5, 1., 2., 0.25])",
          "fweights=torch.tensor([1, 3, 0, 2]), aweights=torch.tensor([0.5, "
          "1., 2., 0.25]), correction=0"})
        one(std::string("torch.cov(x, ") + weights + ")").input(f32({3, 4}));
    one("torch.cov(x), torch.corrcoef(x)").input(f32({1, 5}));
    rows.emplace_back("cosine_similarity of one against several",
                      "def forward(self, x, y):\n  return torch.cosine_similarity(x, y, -2)")
        .input(f32({1, 2, 3}))
        .input(f32({2, 1, 3}))
        .refuses("differ in size along");
    rows.emplace_back("vander of a number", "def forward(self, x):\n  return "
                                            "torch.linalg_vander(x, N=2)")
        .input(f32({}));
    rows.emplace_back("aminmax of a number", "def forward(self, x):\n  return "
                                             "torch.aminmax(x, dim=0, keepdim=True)")
        .input(f32({}));
    rows.emplace_back("kron of bools", "def forward(self, x):\n  return torch.kron(x, x)")
        .input(boolean({2, 2}));
    rows.emplace_back("diag_embed of bools", "def forward(self, x):\n  return torch.diag_embed(x)")
        .input(boolean({2, 2}));
    rows.emplace_back("no tril_indices", "def forward(self, x):\n  return "
                                         "x + torch.tril_indices(0, 3, dtype=4).sum()")
        .input(i64({2}));
    one("torch.cov(x) of one variable").input(f32({5})).source =
        "def forward(self, x):\n  return torch.cov(x)";
    rows.emplace_back("vecdot",
                      "def forward(self, x, y):\n  return torch.linalg_vecdot(x, y, dim=0)")
        .input(f32({3, 4}))
        .input(f32({3, 1}));
    // What is not finite.
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const char* call : {"torch.polygamma(1, x)", "torch.polygamma(2, x)"})
        rows.emplace_back(std::string(call) + " not finite",
                          std::string("def forward(self, x):\n  return ") + call)
            .input(exactly(DType::Float32, {4}, {infinity, -infinity, nan, 1e4}));
    rows.emplace_back("chebyshev not finite", "def forward(self, x, y):\n"
                                              "  return torch.special_chebyshev_polynomial_u(x, y)")
        .input(exactly(DType::Float32, {5}, {nan, infinity, 2, 2, nan}))
        .input(exactly(DType::Float32, {5}, {0, 0.5, infinity, nan, 2}));
    return rows;
}

} // namespace strata::test
