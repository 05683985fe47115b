#include "support/parity_rows.h"

#include <fmt/format.h>
#include <limits>

namespace strata::test {

ParityRows searching_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string_view arguments, const std::string& call,
                             const std::string& note = {}) -> ParityRow& {
        return rows.emplace_back(
            call + note, fmt::format("def forward(self, {}):\n  return {}", arguments, call));
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const ParityTensor edges = exactly(DType::Float32, {4}, {-0.5, 0, 0, 0.75});
    const ParityTensor values = exactly(DType::Float32, {2, 3}, {0, -1, 0.75, 2, nan, -0.5});
    for (const char* call :
         {"torch.searchsorted(s, x)", "torch.searchsorted(s, x, right=True)",
          "torch.searchsorted(s, x, out_int32=True)", "torch.searchsorted(s, x, side='right')",
          "torch.bucketize(x, s)", "torch.bucketize(x, s, right=True)"})
        row("s, x", call).input(edges).input(values).dynamic();
    row("s, x", "torch.searchsorted(s, x)", " by rows")
        .input(exactly(DType::Int64, {2, 3}, {1, 3, 5, 2, 2, 8}))
        .input(exactly(DType::Int64, {2, 4}, {0, 3, 6, 5, 2, 9, 8, 1}))
        .dynamic();
    row("s", "torch.searchsorted(s, 0.), torch.bucketize(0.1, s)").input(edges);
    row("s, x, o", "torch.searchsorted(s, x, sorter=o)")
        .input(exactly(DType::Float32, {4}, {0.75, -0.5, 0.1, 0}))
        .input(values)
        .input(exactly(DType::Int64, {4}, {1, 3, 2, 0}));
    const ParityTensor repeated = exactly(DType::Int64, {2, 4}, {3, 3, 1, 2, 2, 3, 3, 1});
    row("x", "torch._unique2(x, True, True, True)").input(repeated).dynamic();
    row("x", "torch._unique2(x, True, True, True)", " of floats")
        .input(exactly(DType::Float32, {5}, {2.5, -1, 2.5, 0, -1}));
    row("x", "torch._unique2(x, True, True, True)", " of int32")
        .input(exactly(DType::Int32, {5}, {2, -1, 2, 0, -1}));
    row("x", "torch._unique(x, True, True)").input(repeated);
    row("x", "torch._unique2(x, False)").input(repeated).refuses("sorted is False");
    row("x", "torch.unique_dim(x, 0, True, True, True)")
        .input(exactly(DType::Float32, {4, 2}, {1, 2, 0, 5, 1, 2, 0, 1}));
    row("x", "torch.unique_dim(x, 1, True, True, True)")
        .input(exactly(DType::Float32, {2, 3}, {1, 0, 1, 2, 5, 2}));
    row("x", "torch.unique_consecutive(x, True, True)").input(repeated).dynamic();
    row("x", "torch.unique_consecutive(x, True, True, 0)")
        .input(exactly(DType::Float32, {6}, {1, 1, 2, 1, 1, 1}));
    row("x", "torch.unique_consecutive(x, True, True, 0)", " of rows")
        .input(exactly(DType::Float32, {4, 2}, {1, 2, 1, 2, 1, 3, 1, 2}));
    row("x", "torch.unique_consecutive(x, True, True, 1)", " of columns")
        .input(exactly(DType::Float32, {2, 3}, {1, 1, 2, 2, 2, 2}));
    row("x", "torch.bincount(x)").input(i64({9}, 0, 4)).opset(17).dynamic();
    row("x, y", "torch.bincount(x, minlength=y.size(0))")
        .input(i64({9}, 0, 4))
        .input(f32({7}))
        .opset(17)
        .dynamic();
    row("x", "torch.bincount(x, minlength=8)").input(i32({5}, 0, 4)).opset(17);
    row("x", "torch.bincount(x, minlength=3)", " before sums of scattered numbers")
        .input(i64({9}, 0, 4))
        .opset(13)
        .dynamic();
    row("x, w", "torch.bincount(x, w, 7)", " before sums of scattered numbers")
        .input(i64({6}, 0, 4))
        .input(f32({6}))
        .opset(13);
    row("x, w", "torch.bincount(x, w)").input(i64({6}, 0, 4)).input(f32({6})).opset(17);
    row("x, w", "torch.bincount(x, w, 3)", " with integers")
        .input(i64({6}, 0, 4))
        .input(i64({6}))
        .opset(17);
    const ParityTensor times = exactly(DType::Int64, {3}, {2, 0, 3});
    row("r", "torch.repeat_interleave(r)").input(times).dynamic();
    row("x, r", "torch.repeat_interleave(x, r, 1)").input(f32({2, 3})).input(times).dynamic();
    row("x, r", "torch.repeat_interleave(x, r)").input(f32({3})).input(times);
    row("x, r", "torch.repeat_interleave(x, r, 0)", " all alike")
        .input(f32({2, 3}))
        .input(exactly(DType::Int64, {1}, {2}));
    row("x", "torch.argwhere(x > 0), torch.where(x > 0), torch.nonzero_numpy(x > 0)")
        .input(f32({3, 4}))
        .dynamic();
    for (const char* shape : {"[]", "[3]", "[2,3]", "[2,1,3]"}) {
        std::vector<std::int64_t> dims;
        for (const char* c = shape; *c; ++c)
            if (*c >= '0' && *c <= '9')
                dims.push_back(*c - '0');
        row("x", "torch.atleast_1d(x), torch.atleast_2d(x), torch.atleast_3d(x), torch.ravel(x)",
            fmt::format(" of {}", shape))
            .input(f32(dims));
        row("x", "torch.atleast_1d([x, x]), torch.atleast_2d([x]), torch.atleast_3d([x])",
            fmt::format(" of {}", shape))
            .input(f32(dims));
    }
    row("x, y", "torch.column_stack([x, y, x])").input(f32({3})).input(f32({3, 2})).dynamic();
    row("x, y", "torch.column_stack([x, y])", " of numbers").input(f32({})).input(i64({}));
    row("x, y", "torch.cartesian_prod([x, y, x])").input(f32({3})).input(f32({2}));
    row("x", "torch.cartesian_prod([x])").input(f32({3}));
    row("x", "torch.combinations(x)").input(f32({4}));
    row("x", "torch.combinations(x, 3, True)").input(f32({3}));
    return rows;
}

} // namespace strata::test
