// Singular values, and what is done with LU and QR factorizations.
#include "support/parity_rows.h"

namespace strata::test {

ParityRows singular_value_rows()
{
    ParityRows rows;
    const auto body = [&rows](const std::string& name, const std::string& source) -> ParityRow& {
        return rows.emplace_back(name, "def forward(self, x):\n" + source).tolerance(1e-4, 1e-3);
    };
    const auto one = [&body](const std::string& call) -> ParityRow& {
        return body(call, "  return " + call);
    };
    const auto two = [&rows](const std::string& call) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x, y):\n  return " + call)
            .tolerance(1e-4, 1e-3);
    };
    // Rank 2: the third row is the sum of the others.
    const ParityTensor flat = exactly(DType::Float32, {3, 3}, {1, 2, 3, -1, 0.5, 4, 0, 2.5, 7});
    const ParityTensor square = exactly(
        DType::Float32, {2, 3, 3}, {0.5, 2, 1, 4, -1, 0.5, 1, 3, -2, 0, 1, 2, 1, 0, 3, 4, -3, 8});
    const ParityTensor symmetric = exactly(
        DType::Float32, {2, 3, 3}, {4, 1, 0.5, 1, -3, -1, 0.5, -1, 5, 2, 0, 1, 0, 3, 1, 1, 1, 4});
    one("torch.linalg_svdvals(x)").input(f32({2, 5, 3}));
    one("torch.linalg_svdvals(x) wide").input(f32({4, 7}));
    rows.back().source = "def forward(self, x):\n  return torch.linalg_svdvals(x)";
    one("torch.linalg_svdvals(x) doubles").input(f64({6, 6}));
    rows.back().source = "def forward(self, x):\n  return torch.linalg_svdvals(x)";
    one("torch.linalg_svdvals(x) one column").input(f32({3, 1}));
    rows.back().source = "def forward(self, x):\n  return torch.linalg_svdvals(x)";
    one("torch.linalg_svdvals(x) of nothing").input(f32({0, 3, 2}));
    rows.back().source = "def forward(self, x):\n  return torch.linalg_svdvals(x)";
    one("torch.linalg_svdvals(x) of zeros").input(exactly(DType::Float32, {2, 2}, {0, 0, 0, 0}));
    rows.back().source = "def forward(self, x):\n  return torch.linalg_svdvals(x)";
    one("torch.linalg_eigvalsh(x)").input(symmetric).opset(17);
    one("torch.linalg_eigvalsh(x, 'U')").input(square).opset(17);
    one("torch.symeig(x)").input(symmetric).opset(17);
    one("torch.symeig(x, True)").input(symmetric).opset(17).refuses("vectors");
    body("_linalg_eigh", "  return torch.linalg_eigvalsh(x)")
        .graph("%r : tensor, %v : tensor = call_function[aten::_linalg_eigh](%x, \"L\", False)")
        .input(symmetric)
        .opset(17);
    one("torch.svd(x, True, False)").input(f32({4, 3}));
    one("torch.svd(x)").input(f32({4, 3})).refuses("vectors");
    body("_linalg_svd", "  return torch.linalg_svdvals(x)")
        .graph("%u : tensor, %r : tensor, %v : tensor = call_function[aten::_linalg_svd](%x, "
               "False, False)")
        .input(f32({4, 3}));
    for (const char* call :
         {"torch.linalg_matrix_rank(x, 0.5)", "torch.linalg_matrix_rank(x, atol=0.1, rtol=0.2)",
          "torch.linalg_matrix_rank(x)", "torch.linalg_pinv(x, 1e-4)", "torch.pinverse(x, 1e-4)",
          "torch.linalg_pinv(x, atol=0.01, rtol=0.001)", "torch.nuclear_norm(x)",
          "torch.nuclear_norm(x, [1, 0], True)", "torch.linalg_matrix_norm(x, 2)",
          "torch.linalg_matrix_norm(x, -2)", "torch.linalg_matrix_norm(x, 'nuc')",
          "torch.linalg_norm(x, 2)", "torch.linalg_norm(x, 'nuc')"})
        one(call).input(flat);
    for (const char* call :
         {"torch.linalg_matrix_rank(x, tol=y)", "torch.linalg_pinv(x, rcond=y)",
          "torch.linalg_matrix_rank(x, atol=y)", "torch.linalg_pinv(x, atol=None, rtol=y)"})
        two(call).input(square).input(f32({2}).range(0.01, 0.2));
    one("torch.linalg_pinv(x)").input(f32({2, 5, 3}));
    one("torch.linalg_pinv(x) wide").input(f32({3, 6}));
    rows.back().source = "def forward(self, x):\n  return torch.linalg_pinv(x)";
    one("torch.linalg_pinv(x, hermitian=True)").input(symmetric).opset(17);
    two("torch.linalg_lstsq(x, y)").input(f32({3, 5})).input(f32({3, 2}));
    two("torch.linalg_lstsq(x, y, driver='gels')").input(f32({2, 5, 3})).input(f32({2, 5, 2}));
    two("torch.linalg_lstsq(x, y, driver='gelsd')").input(f32({3, 3})).input(f32({3, 2}));
    two("torch.linalg_lstsq(x, y)[0]").input(f32({5, 3})).input(f32({5, 2}));
    for (const char* call : {"torch.linalg_cond(x)", "torch.linalg_cond(x, -2)",
                             "torch.linalg_cond(x, 'fro')", "torch.linalg_cond(x, 'nuc')"})
        one(call).input(square);
    one("torch.linalg_cond(x, 1)").input(square).refuses("inverse");
    one("torch.linalg_matrix_exp(x) by its old name")
        .renamed("aten::linalg_matrix_exp", "aten::matrix_exp")
        .input(square)
        .source = "def forward(self, x):\n  return torch.linalg_matrix_exp(x)";
    for (const char* call : {"torch.linalg_matrix_exp(x)"}) {
        one(call).input(square);
        one(std::string(call) + " large").input(f32({3, 3}).range(-4, 4));
        rows.back().source = std::string("def forward(self, x):\n  return ") + call;
    }

    for (const char* call : {"torch.linalg_lu(x)", "torch.lu_unpack(torch._lu_with_info(x)[0], "
                                                   "torch._lu_with_info(x)[1])"}) {
        one(call).input(square).opset(17);
        one(std::string(call) + " tall").input(f32({4, 2})).opset(17);
        rows.back().source = std::string("def forward(self, x):\n  return ") + call;
        one(std::string(call) + " wide").input(f32({2, 4})).opset(17);
        rows.back().source = std::string("def forward(self, x):\n  return ") + call;
    }
    const std::string factors = "def forward(self, x, y):\n"
                                "  lu, pivots = torch.linalg_lu_factor(x)\n";
    const std::string solve = "  return torch.linalg_lu_solve(lu, pivots, y";
    for (const std::string& rest : {std::string("  return torch.lu_solve(y, lu, pivots)"),
                                    solve + ")", solve + ", adjoint=True)"})
        rows.emplace_back(rest, factors + rest)
            .input(square)
            .input(f32({2, 3, 2}))
            .tolerance(1e-4, 1e-3);
    for (const std::string& rest : {solve + ", left=False)", solve + ", left=False, adjoint=True)"})
        rows.emplace_back(rest, factors + rest)
            .input(square)
            .input(f32({2, 2, 3}))
            .tolerance(1e-4, 1e-3);
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{2, 4, 3}, {3, 3}, {3, 5}, {1, 2}, {4, 1}})
        one("torch.geqrf(x) " + std::to_string(shape.size()) + std::to_string(shape[0]) +
            std::to_string(shape.back()))
            .input(f32(shape))
            .source = "def forward(self, x):\n  return torch.geqrf(x)";
    for (const char* flags : {"", ", True, True", ", False"})
        rows.emplace_back(std::string("ormqr") + flags,
                          std::string("def forward(self, x, y):\n"
                                      "  a, tau = torch.geqrf(x)\n"
                                      "  return torch.ormqr(a, tau, y") +
                              flags + ")")
            .input(f32({4, 3}))
            .input(f32({4, 4}))
            .tolerance(1e-4, 1e-3);
    body("_linalg_det", "  return torch.linalg_det(x)")
        .graph("%r : tensor, %l : tensor, %p : tensor = call_function[aten::_linalg_det](%x)")
        .input(square);
    body("_linalg_slogdet", "  return torch.linalg_slogdet(x)")
        .graph("%s : tensor, %r : tensor, %l : tensor, %p : tensor = "
               "call_function[aten::_linalg_slogdet](%x)\noutput[output]([%s, %r])")
        .input(square);
    one("torch.linalg_tensorinv(x, 1)").input(f32({4, 2, 2}).range(0.5, 2));
    two("torch.linalg_tensorsolve(x, y)").input(f32({2, 2, 4})).input(f32({2, 2}));
    two("torch.linalg_tensorsolve(x, y, [0])").input(f32({4, 2, 2})).input(f32({2, 2}));
    return rows;
}

} // namespace strata::test
