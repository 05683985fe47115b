#include "support/parity_rows.h"

namespace strata::test {

ParityRows factorization_rows()
{
    ParityRows rows;
    const auto one = [&rows](std::string call) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x):\n  return " + call)
            .tolerance(1e-4, 1e-3);
    };
    const auto two = [&rows](std::string call) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x, y):\n  return " + call)
            .tolerance(1e-4, 1e-3);
    };
    // Far from singular, with rows that have to be exchanged.
    const ParityTensor square = exactly(DType::Float32, {2, 3, 3},
                                        {0.5, 2, 1, 4, -1, 0.5, 1, 3, -2, // small pivot first
                                         0, 1, 2, 1, 0, 3, 4, -3, 8});
    const ParityTensor positive = exactly(
        DType::Float32, {2, 3, 3}, {4, 1, 0.5, 1, 3, -1, 0.5, -1, 5, 2, 0, 1, 0, 3, 1, 1, 1, 4});
    const ParityTensor lower = exactly(
        DType::Float32, {2, 3, 3}, {2, 0, 0, 1, 3, 0, -1, 0.5, 1.5, 1, 0, 0, 2, -2, 0, 1, 1, 4});
    for (const char* call :
         {"torch.linalg_cholesky(x)", "torch.linalg_cholesky(x, upper=True)", "torch.cholesky(x)",
          "torch.linalg_cholesky_ex(x)", "torch.cholesky_inverse(torch.cholesky(x))"})
        one(call).input(positive);
    two("torch.cholesky_solve(y, torch.cholesky(x))").input(positive).input(f32({2, 3, 2}));
    two("torch.cholesky_solve(y, x, True)")
        .input(exactly(DType::Float32, {2, 2}, {2, 1, 0, 3}))
        .input(f32({2, 4}));
    two("torch.linalg_solve_triangular(x, y, upper=False)").input(lower).input(f32({2, 3, 2}));
    two("torch.linalg_solve_triangular(x, y, upper=False, left=False, unitriangular=True)")
        .input(lower)
        .input(f32({2, 2, 3}));
    two("torch.triangular_solve(y, x, False)").input(lower).input(f32({2, 3, 2}));
    two("torch.triangular_solve(y, x, False, True)").input(lower).input(f32({2, 3, 2}));
    for (const char* call :
         {"torch.linalg_inv(x)", "torch.linalg_inv_ex(x)", "torch.linalg_lu_factor(x)",
          "torch.linalg_lu_factor_ex(x)", "torch._lu_with_info(x)", "torch.linalg_det(x)",
          "torch.logdet(torch.matmul(x, torch.transpose(x, 1, 2)))", "torch.linalg_slogdet(x)",
          "torch.linalg_matrix_power(x, 5)", "torch.linalg_matrix_power(x, -2)",
          "torch.linalg_matrix_power(x, 0)"})
        one(call).input(square);
    rows.back().name = "matrix_power 0";
    one("torch.linalg_inv(x)").renamed("aten::linalg_inv", "aten::inverse").input(square);
    rows.back().name = "inverse";
    two("torch.linalg_solve(x, y)").input(square).input(f32({2, 3, 2}));
    two("torch._linalg_solve_ex(x, y)[0]").input(square).input(f32({2, 3, 2}));
    two("torch.linalg_solve_ex(x, y)").input(square).input(f32({2, 3, 2}));
    two("torch.linalg_solve(x, y) vector").input(square).input(f32({2, 3}));
    rows.back().source = "def forward(self, x, y):\n  return torch.linalg_solve(x, y)";
    two("torch.linalg_solve(x, y, left=False)").input(square).input(f32({2, 2, 3}));
    // The columns' signs are those of LAPACK; tall and wide.
    for (const char* call : {"torch.linalg_qr(x)", "torch.linalg_qr(x, 'complete')",
                             "torch.linalg_qr(x, 'r')", "torch.qr(x)", "torch.qr(x, False)"}) {
        one(call).input(f32({2, 4, 3})).opset(17);
        one(std::string(call) + " wide").input(f32({3, 5})).opset(17);
        rows.back().source = std::string("def forward(self, x):\n  return ") + call;
    }
    two("torch.linalg_householder_product(x, y)").input(f32({2, 4, 3})).input(f32({2, 3}));
    one("torch.linalg_inv(x) large").input(f32({40, 40})).refuses("more than 32");
    rows.back().source = "def forward(self, x):\n  return torch.linalg_inv(x)";
    return rows;
}

} // namespace strata::test
