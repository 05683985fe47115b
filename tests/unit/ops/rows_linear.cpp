#include "support/parity_rows.h"

#include <limits>

namespace strata::test {

ParityRows linear_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, std::string call,
                             std::string arguments = "x") -> ParityRow& {
        return rows.emplace_back(std::move(name),
                                 "def forward(self, " + arguments + "):\n  return " + call);
    };
    row("linear rank 2", "torch.linear(x, self.w, self.b)")
        .input(f32({3, 5}))
        .parameter("w", f32({4, 5}))
        .parameter("b", f32({4}))
        .dynamic()
        .unknown()
        .nodes(1);
    row("linear rank 2 without bias", "torch.linear(x, self.w)")
        .input(f32({3, 5}))
        .parameter("w", f32({4, 5}))
        .nodes(1);
    row("linear rank 3", "torch.linear(x, self.w, self.b)")
        .input(f32({2, 3, 5}))
        .parameter("w", f32({4, 5}))
        .parameter("b", f32({4}))
        .dynamic()
        .unknown()
        .nodes(2);
    row("linear used twice", "torch.linear(torch.linear(x, self.w, self.b), self.w, self.b)")
        .input(f32({2, 3, 5}))
        .parameter("w", f32({5, 5}))
        .parameter("b", f32({5}))
        .nodes(4);
    row("linear rank 1", "torch.linear(x, self.w, self.b)")
        .input(f32({5}))
        .parameter("w", f32({4, 5}))
        .parameter("b", f32({4}));
    row("linear with a computed weight", "torch.linear(x, w, self.b)", "x, w")
        .input(f32({2, 3, 5}))
        .input(f32({4, 5}))
        .parameter("b", f32({4}));
    row("linear double", "torch.linear(x, self.w, self.b)")
        .input(f64({3, 5}))
        .parameter("w", f64({4, 5}))
        .parameter("b", f64({4}))
        .tolerance(1e-12, 1e-12);
    row("matmul 2 x 2", "torch.matmul(x, y)", "x, y")
        .input(f32({3, 4}))
        .input(f32({4, 5}))
        .dynamic()
        .unknown()
        .nodes(1);
    row("matmul 1 x 1", "torch.matmul(x, y)", "x, y").input(f32({4})).input(f32({4}));
    row("matmul 2 x 1", "torch.matmul(x, y)", "x, y").input(f32({3, 4})).input(f32({4}));
    row("matmul 1 x 2", "torch.matmul(x, y)", "x, y").input(f32({4})).input(f32({4, 3}));
    row("matmul 1 x 3", "torch.matmul(x, y)", "x, y").input(f32({4})).input(f32({2, 4, 3}));
    row("matmul broadcast", "torch.matmul(x, y)", "x, y")
        .input(f32({2, 1, 3, 4}))
        .input(f32({5, 4, 2}))
        .dynamic();
    row("matmul int64", "torch.matmul(x, y)", "x, y").input(i64({3, 4})).input(i64({4, 2}));
    row("matmul int8 wraps", "torch.matmul(x, y)", "x, y")
        .input(exactly(DType::Int8, {1, 2}, {100, 100}))
        .input(exactly(DType::Int8, {2, 1}, {100, 3}));
    row("linalg_matmul", "torch.linalg_matmul(x, y)", "x, y")
        .input(f32({3, 4}))
        .input(f32({4, 5}))
        .renamed("aten::matmul", "aten::linalg_matmul");
    row("mkldnn_linear", "torch.linear(x, self.w, self.b)")
        .input(f32({3, 5}))
        .parameter("w", f32({4, 5}))
        .parameter("b", f32({4}))
        .renamed("aten::linear", "aten::mkldnn_linear");
    row("@ operator", "x @ y", "x, y").input(f32({3, 4})).input(f32({4, 5}));
    row("mm", "torch.mm(x, y)", "x, y").input(f32({3, 4})).input(f32({4, 5})).nodes(1);
    row("bmm", "torch.bmm(x, y)", "x, y").input(f32({2, 3, 4})).input(f32({2, 4, 5})).nodes(1);
    row("mv", "torch.mv(x, y)", "x, y").input(f32({3, 4})).input(f32({4}));
    row("dot", "torch.dot(x, y)", "x, y").input(f32({4})).input(f32({4}));
    row("dot int32", "torch.dot(x, y)", "x, y").input(i32({4})).input(i32({4}));
    row("vdot", "torch.vdot(x, y)", "x, y").input(f32({4})).input(f32({4}));
    row("inner", "torch.inner(x, y)", "x, y").input(f32({2, 3, 4})).input(f32({5, 4}));
    row("inner of vectors", "torch.inner(x, y)", "x, y").input(f32({4})).input(f32({4}));
    row("addmm", "torch.addmm(self.b, x, y)", "x, y")
        .input(f32({3, 4}))
        .input(f32({4, 5}))
        .parameter("b", f32({5}))
        .dynamic()
        .nodes(1);
    row("addmm of a transposed weight", "torch.addmm(self.b, x, torch.t(self.w))")
        .input(f32({3, 4}))
        .parameter("w", f32({5, 4}))
        .parameter("b", f32({5}))
        .nodes(1);
    row("addmm alpha beta", "torch.addmm(self.b, x, y, beta=0.5, alpha=2)", "x, y")
        .input(f32({3, 4}))
        .input(f32({4, 5}))
        .parameter("b", f32({3, 5}))
        .nodes(1);
    row("addmm of nothing", "torch.addmm(c, x, y, beta=0.2, alpha=0.6)", "c, x, y")
        .input(f32({4}))
        .input(f32({3, 0}))
        .input(f32({0, 4}));
    row("addmm beta 0 hides NaN", "torch.addmm(c, x, y, beta=0)", "c, x, y")
        .input(exactly(DType::Float32, {1}, {std::numeric_limits<double>::quiet_NaN()}))
        .input(f32({3, 4}))
        .input(f32({4, 5}));
    row("addmm int64", "torch.addmm(c, x, y, beta=2, alpha=3)", "c, x, y")
        .input(i64({3, 5}))
        .input(i64({3, 4}))
        .input(i64({4, 5}));
    row("addmm double", "torch.addmm(c, x, y, beta=0.3, alpha=0.7)", "c, x, y")
        .input(f64({3, 5}))
        .input(f64({3, 4}))
        .input(f64({4, 5}))
        // ONNX Runtime fuses the factor into the product as a float32 number.
        .tolerance(1e-7, 1e-7);
    row("addbmm", "torch.addbmm(c, x, y, beta=0.5, alpha=2.0)", "c, x, y")
        .input(f32({3, 5}))
        .input(f32({2, 3, 4}))
        .input(f32({2, 4, 5}));
    row("baddbmm", "torch.baddbmm(c, x, y, beta=0.5, alpha=2.0)", "c, x, y")
        .input(f32({2, 3, 5}))
        .input(f32({2, 3, 4}))
        .input(f32({2, 4, 5}))
        .dynamic();
    row("addmv", "torch.addmv(c, x, y, beta=0.5, alpha=2.0)", "c, x, y")
        .input(f32({3}))
        .input(f32({3, 4}))
        .input(f32({4}));
    row("addr", "torch.addr(c, x, y, beta=0.5, alpha=2.0)", "c, x, y")
        .input(f32({3, 4}))
        .input(f32({3}))
        .input(f32({4}));
    row("outer", "torch.outer(x, y)", "x, y").input(f32({3})).input(f32({4}));
    row("outer of something and nothing", "torch.outer(x, y)", "x, y")
        .input(f32({3}))
        .input(f32({0}));
    row("outer of sizes that nobody knows", "torch.outer(x, y)", "x, y")
        .input(f32({3}))
        .input(f32({4}))
        .dynamic()
        .nodes(1);
    row("outer promotes", "torch.outer(x, y)", "x, y").input(f32({3})).input(i64({4}));
    row("ger", "torch.ger(x, y)", "x, y")
        .input(f32({3}))
        .input(f32({4}))
        .renamed("aten::outer", "aten::ger");
    row("chain_matmul", "torch.chain_matmul([x, y, z])", "x, y, z")
        .input(f32({3, 4}))
        .input(f32({4, 2}))
        .input(f32({2, 5}));
    row("linalg_multi_dot", "torch.linalg_multi_dot([x, y, z])", "x, y, z")
        .input(f32({4}))
        .input(f32({4, 2}))
        .input(f32({2, 5}));
    row("einsum", "torch.einsum(\"bij, bjk -> bik\", [x, y])", "x, y")
        .input(f32({2, 3, 4}))
        .input(f32({2, 4, 5}))
        .dynamic()
        .nodes(1);
    row("einsum implicit result", "torch.einsum(\"bA,bc\", [x, y])", "x, y")
        .input(f32({2, 3}))
        .input(f32({2, 4}));
    row("einsum ellipsis", "torch.einsum(\"...ij,...jk->...ik\", [x, y])", "x, y")
        .input(f32({2, 3, 4}))
        .input(f32({2, 4, 5}));
    row("einsum, ellipses for two and for no dimensions",
        "torch.einsum(\"...ij,...jk->...ik\", [x, y])", "x, y")
        .input(f32({2, 5, 3, 4}))
        .input(f32({4, 6}));
    row("einsum, ellipses of two ranks that broadcast",
        "torch.einsum(\"a...,...b->ab...\", [x, y])", "x, y")
        .input(f32({3, 2, 1, 5}))
        .input(f32({4, 5, 2}));
    row("einsum that sums over ellipses", "torch.einsum(\"...i,...i->i\", [x, y])", "x, y")
        .input(f32({2, 3, 4}))
        .input(f32({3, 4}));
    row("einsum diagonal", "torch.einsum(\"ii->i\", [x])").input(f32({4, 4}));
    row("einsum of integers that one operand has alone",
        "torch.einsum(\"...ik,...j->ij\", [x, y]), torch.einsum(\"ij,ij->\", [x, x]), "
        "torch.einsum(\"ij->i\", [y])",
        "x, y")
        .input(exactly(DType::Int16, {2, 3}, {20000, 20000, 3, 4, 5, 6}))
        .input(exactly(DType::Int16, {1, 4}, {1, 2, 3, -4}));
    row("einsum three", "torch.einsum(\"i,ij,j->\", [x, y, z])", "x, y, z")
        .input(f32({3}))
        .input(f32({3, 4}))
        .input(f32({4}));
    row("einsum int64", "torch.einsum(\"ij,j->i\", [x, y])", "x, y")
        .input(i64({3, 4}))
        .input(i64({4}));
    row("tensordot", "torch.tensordot(x, y, [1, 2], [0, -1])", "x, y")
        .input(f32({2, 3, 4}))
        .input(f32({3, 5, 4}))
        .dynamic()
        .nodes(1);
    row("tensordot of no dimensions", "torch.tensordot(x, y, [], [])", "x, y")
        .input(f32({2, 3}))
        .input(f32({4}));
    row("bilinear", "torch.bilinear(x, y, self.w, self.b)", "x, y")
        .input(f32({2, 6, 3}))
        .input(f32({2, 6, 4}))
        .parameter("w", f32({5, 3, 4}))
        .parameter("b", f32({5}))
        .dynamic();
    return rows;
}

} // namespace strata::test
