#include "support/parity_rows.h"

#include <fmt/format.h>

namespace strata::test {

ParityRows scattering_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string_view arguments, std::string call,
                             std::string note = {}) -> ParityRow& {
        return rows.emplace_back(
            call + note, fmt::format("def forward(self, {}):\n  return {}", arguments, call));
    };
    // Writing without a reduction works at every opset, accumulating from 16 on.
    for (const bool accumulate : {false, true}) {
        const auto put = [&](std::string_view indices, std::string_view arguments) -> ParityRow& {
            ParityRow& made = row(fmt::format("x, v{}", arguments),
                                  fmt::format("torch.index_put(x, {}, v, {})", indices,
                                              accumulate ? "True" : "False"));
            return accumulate ? made.opset(17) : made;
        };
        const ParityTensor ij = exactly(DType::Int64, {3}, {0, 2, -1});
        const ParityTensor k = exactly(DType::Int64, {3}, {1, 0, 3});
        put("[i]", ", i").input(f32({4, 5})).input(f32({3, 5})).input(ij);
        put("[i, k]", ", i, k").input(f32({4, 5})).input(f32({3})).input(ij).input(k).dynamic();
        put("[None, i]", ", i").input(f32({2, 4, 3})).input(f32({3})).input(ij);
        put("[i, None, k]", ", i, k").input(f32({4, 2, 5})).input(f32({3, 2})).input(ij).input(k);
        put("[i, k]", ", i, k")
            .input(f32({4, 5, 2}))
            .input(f32({2}))
            .input(exactly(DType::Int64, {2, 1}, {0, 3}))
            .input(k);
        put("[m]", ", m").input(f32({3, 4})).input(f32({1})).input(boolean({3, 4})).dynamic();
        put("[m]", ", m")
            .input(f32({4}))
            .input(f32({2}))
            .input(exactly(DType::Bool, {4}, {0, 1, 0, 1}));
        put("[m]", ", m")
            .input(f32({3, 2}))
            .input(f32({}))
            .input(exactly(DType::Bool, {3}, {1, 0, 1}));
        put("[m, k]", ", m, k")
            .input(f32({4, 5}))
            .input(f32({3}))
            .input(exactly(DType::Bool, {4}, {1, 0, 1, 1}))
            .input(k);
        put("[i]", ", i").input(i64({4})).input(i64({3})).input(ij);
    }
    row("x, i, v", "torch.index_put(x, [i], v, True)", " with duplicates")
        .input(f32({3, 2}))
        .input(exactly(DType::Int64, {4}, {1, 1, 2, 1}))
        .input(f32({4, 2}))
        .opset(17);
    row("x, i, v", "torch.index_put(x, [i], v, True)", " at an old opset")
        .input(f32({3}))
        .input(i64({2}, 0, 2))
        .input(f32({2}))
        .opset(15);
    for (const char* other : {"aten::_unsafe_index_put", "aten::index_put"})
        row("x, i, v", "torch.index_put(x, [i], v)", fmt::format(" as {}", other))
            .input(f32({3}))
            .input(exactly(DType::Int64, {2}, {2, 0}))
            .input(f32({2}))
            .renamed("aten::index_put.hacked_twin", other);
    // A mask next to indices, when reading.
    row("x, m, k", "x[m, k]")
        .input(f32({4, 5}))
        .input(exactly(DType::Bool, {4}, {1, 0, 1, 1}))
        .input(exactly(DType::Int64, {3}, {1, 0, 3}));
    row("x, m, k", "x[:, m, k]")
        .input(f32({2, 4, 5}))
        .input(exactly(DType::Bool, {4}, {1, 0, 1, 1}))
        .input(exactly(DType::Int64, {3}, {1, 0, 3}));
    row("x, m, k", "x[k, :, m]")
        .input(f32({4, 2, 4}))
        .input(exactly(DType::Bool, {4}, {1, 0, 1, 1}))
        .input(exactly(DType::Int64, {3}, {1, 0, 3}));

    const ParityTensor three = exactly(DType::Int64, {3}, {2, 0, 2});
    const ParityTensor apart = exactly(DType::Int64, {2}, {3, 1});
    row("x, i, s", "torch.index_add(x, 1, i, s)")
        .input(f32({2, 4}))
        .input(three)
        .input(f32({2, 3}))
        .opset(17)
        .dynamic();
    row("x, i, s", "torch.index_add(x, 0, i, s, alpha=-2)")
        .input(f32({4, 2}))
        .input(three)
        .input(f32({3, 2}))
        .opset(17);
    row("x, i, s", "torch.index_copy(x, -1, i, s)")
        .input(f32({2, 4}))
        .input(apart)
        .input(f32({2, 2}))
        .dynamic();
    row("x, i, s", "torch.index_copy(x, 0, i, s)", " of a number")
        .input(f32({}))
        .input(exactly(DType::Int64, {}, {0}))
        .input(f32({}));
    row("x, i", "torch.index_fill(x, 1, i, 2.5)").input(f32({2, 4})).input(apart).dynamic();
    row("x, i, v", "torch.index_fill(x, 0, i, v)").input(f32({4, 2})).input(apart).input(f32({}));
    row("x, s", "torch.select_scatter(x, s, 1, 2)")
        .input(f32({2, 4, 3}))
        .input(f32({2, 3}))
        .dynamic();
    row("x, s", "torch.select_scatter(x, s, -1, -1)").input(f32({2, 4, 3})).input(f32({2, 4}));
    row("x, s", "torch.slice_scatter(x, s, 1, 1, 3)")
        .input(f32({2, 4}))
        .input(f32({2, 2}))
        .dynamic();
    row("x, s", "torch.slice_scatter(x, s, 0, None, None, 2)")
        .input(f32({5, 2}))
        .input(f32({3, 2}));
    row("x, s", "torch.slice_scatter(x, s, -1, -3)").input(f32({2, 5})).input(f32({2, 3}));
    row("x, m, s", "torch.masked_scatter(x, m, s)")
        .input(f32({3, 4}))
        .input(boolean({3, 4}))
        .input(f32({12}))
        .dynamic();
    row("x, m, s", "torch.masked_scatter(x, m, s)", " broadcast")
        .input(f32({3, 4}))
        .input(exactly(DType::Bool, {4}, {1, 0, 0, 1}))
        .input(f32({3, 3}));
    row("x, i", "torch.take(x, i)")
        .input(f32({3, 4}))
        .input(exactly(DType::Int64, {2, 2}, {0, 11, -1, 5}))
        .dynamic();
    row("x, i, s", "torch.put(x, i, s)")
        .input(f32({3, 4}))
        .input(exactly(DType::Int64, {2, 2}, {0, 11, -2, 5}))
        .input(f32({2, 2}));
    row("x, i, s", "torch.put(x, i, s, True)")
        .input(f32({3, 4}))
        .input(exactly(DType::Int64, {4}, {0, 0, -2, 5}))
        .input(f32({4}))
        .opset(17);

    const ParityTensor index = exactly(DType::Int64, {2, 3}, {0, 1, 1, 2, 2, 2});
    for (const char* reduce : {"sum", "prod", "mean", "amax", "amin"}) {
        const int opset = reduce[0] == 'a' ? 18 : 17;
        for (const char* self : {"True", "False"}) {
            row("x, i, s", fmt::format("torch.scatter_reduce(x, 1, i, s, '{}', include_self={})",
                                       reduce, self))
                .input(f32({2, 4}))
                .input(index)
                .input(f32({2, 3}))
                .opset(opset);
            if (std::string_view(reduce) != "sum")
                row("x, i, s", fmt::format("torch.index_reduce(x, 1, i, s, '{}', include_self={})",
                                           reduce, self))
                    .input(f32({2, 4}))
                    .input(three)
                    .input(f32({2, 3}))
                    .opset(opset);
        }
    }
    row("x, s", "torch.as_strided_scatter(x, s, [2, 2], [1, 3], 1)")
        .input(f32({4, 3}))
        .input(f32({2, 2}));
    row("x, s", "torch.as_strided_scatter(x, s, [2, 2], [1, 1])", " that overlaps")
        .input(f32({4, 3}))
        .input(f32({2, 2}))
        .refuses("overlap");
    // Opsets up to 17 have no extrema in ScatterElements.
    for (const char* reduce : {"amax", "amin", "mean", "prod", "sum"})
        for (const char* self : {"True", "False"})
            for (const int opset : {13, 17})
                row("x, i, s",
                    fmt::format("torch.scatter_reduce(x, 0, i, s, '{}', include_self={})", reduce,
                                self),
                    fmt::format(" in opset {}", opset))
                    .input(f32({4, 5}))
                    .input(index)
                    .input(f32({2, 4}))
                    .opset(opset);
    row("x, i, s", "torch.scatter_reduce(x, 0, i, s, 'amax', include_self=False)", " of integers")
        .input(i32({4, 3}, -9, 9))
        .input(index)
        .input(i32({2, 4}, -9, 9));
    row("x, i, s", "torch.scatter_add(x, 0, i, s), torch.scatter(x, 0, i, 2.5)", " of numbers")
        .input(f32({}))
        .input(exactly(DType::Int64, {}, {0}))
        .input(f32({}))
        .opset(16);
    for (const char* reduce : {"add", "multiply"}) {
        row("x, i, s", fmt::format("torch.scatter(x, 0, i, s, reduce='{}')", reduce))
            .input(f32({4, 3}))
            .input(index)
            .input(f32({3, 3}))
            .opset(17);
        row("x, i", fmt::format("torch.scatter(x, 1, i, 0.5, reduce='{}')", reduce))
            .input(f32({4, 3}))
            .input(index)
            .opset(17);
    }
    return rows;
}

} // namespace strata::test
