#include "support/parity_rows.h"

namespace strata::test {

ParityRows rearranging_rows()
{
    ParityRows rows;
    const auto one = [&rows](std::string call) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x):\n  return " + call);
    };
    const auto two = [&rows](std::string call) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x, y):\n  return " + call);
    };
    two("torch.broadcast_tensors([x, y])").input(f32({2, 1, 3})).input(f32({4, 1}));
    for (const char* call : {"torch.atleast_1d(x)", "torch.atleast_2d(x)", "torch.atleast_3d(x)"}) {
        one(call).input(f32({}));
        for (const std::vector<std::int64_t>& shape :
             {std::vector<std::int64_t>{3}, {2, 3}, {2, 3, 2}}) {
            one(call).input(f32(shape));
            rows.back().name += " rank " + std::to_string(shape.size());
        }
    }
    for (const char* call :
         {"torch.atleast_1d([x, y])", "torch.atleast_2d([x, y])", "torch.atleast_3d([x, y])"})
        two(call).input(f32({})).input(f32({2, 3}));
    two("torch.column_stack([x, y])").input(f32({3})).input(i64({3, 2}));
    two("torch.cartesian_prod([x, y])").input(f32({3})).input(f32({2}));
    one("torch.combinations(x)").input(f32({4}));
    one("torch.combinations(x, 3, True)").input(f32({4}));
    for (const char* call : {"torch.fliplr(x)", "torch.flipud(x)", "torch.mH(x)", "torch.ravel(x)"})
        one(call).input(f32({2, 3, 4}));
    one("torch.matrix_H(x)").input(f32({2, 3}));
    two("torch.narrow(x, 1, y, 2)").input(f32({2, 5})).input(exactly(DType::Int64, {}, {-2}));
    for (const char* call : {"torch.nonzero(x)", "torch.argwhere(x)", "torch.nonzero_numpy(x)"}) {
        one(call).input(exactly(DType::Float32, {2, 3}, {0, 1, 2, 0, 0, 3}));
        one(std::string(call) + " ").input(exactly(DType::Float32, {}, {2}));
    }
    two("torch.repeat_interleave(x, y)")
        .input(f32({2, 2}))
        .input(exactly(DType::Int64, {4}, {2, 0, 3, 1}));
    two("torch.repeat_interleave(x, y, 1)")
        .input(f32({2, 3}))
        .input(exactly(DType::Int64, {1}, {2}));
    for (const char* call :
         {"torch.hsplit(x, 2)", "torch.hsplit(x, [1, 3])", "torch.vsplit(x, 2)",
          "torch.vsplit(x, [1])", "torch.dsplit(x, 3)", "torch.dsplit(x, [2, -1])"})
        one(call).input(f32({2, 4, 6}));
    one("torch.hsplit(x, 3)").input(f32({6}));
    // Along axes whose length only the run tells.
    for (const char* call :
         {"torch.hsplit(x, [1, -2])", "torch.vsplit(x, 2)", "torch.chunk(x, 3)",
          "torch.chunk(x, 2, 1)[1]", "torch.tensor_split(x, 3)", "torch.tensor_split(x, 4, 1)",
          "torch.tensor_split(x, [1, -3], 1)",
          "torch.split(x, [x.size(0) // 2, x.size(0) - "
          "x.size(0) // 2])",
          "torch.cat(torch.split(x, 2, 1), 1)", "torch.split(x, 3, 1)[-1]",
          "len(torch.unbind(x, 1)), torch.unbind(x, 1)[-1]", "torch.stack(torch.unbind(x, 1), 1)"})
        one(std::string(call) + "  # of any length")
            .input(f32({6, 8}))
            .dynamic()
            .also({f32({12, 9})})
            .also({f32({10, 5})});
    return rows;
}

} // namespace strata::test
