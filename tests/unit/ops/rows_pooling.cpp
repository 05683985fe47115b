#include "support/parity_rows.h"

namespace strata::test {

ParityRows pooling_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x):\n  return " + call);
    };
    row("max_pool1d", "torch.max_pool1d(x, [3], [2], [1], [1], False)")
        .input(f32({2, 3, 9}))
        .dynamic()
        .nodes(1);
    row("max_pool2d", "torch.max_pool2d(x, [2, 3], [], [0, 1], [1, 1], False)")
        .input(f32({2, 3, 8, 9}))
        .dynamic()
        .unknown()
        .nodes(1);
    row("max_pool2d negative values, padding", "torch.max_pool2d(x, 3, 2, 1)")
        .input(f32({1, 2, 7, 7}).range(-9.0, -5.0))
        .nodes(1);
    row("max_pool2d unbatched", "torch.max_pool2d(x, 2)").input(f32({3, 8, 9})).nodes(3);
    row("max_pool2d dilated", "torch.max_pool2d(x, [3, 2], [1, 2], [1, 0], [2, 1], False)")
        .input(f32({1, 2, 9, 8}))
        .dynamic();
    row("max_pool2d ceil", "torch.max_pool2d(x, [3, 3], [2, 2], [0, 0], [1, 1], True)")
        .input(f32({1, 2, 8, 10}))
        .dynamic()
        .nodes(1);
    row("max_pool2d ceil drops the window in the padding",
        "torch.max_pool2d(x, [2, 2], [2, 3], [1, 1], [1, 1], True)")
        .input(f32({1, 2, 7, 5}))
        .nodes(1);
    row("max_pool2d ceil dilated", "torch.max_pool2d(x, [3, 3], [2, 2], [1, 1], [2, 2], True)")
        .input(f32({1, 2, 8, 9}));
    row("max_pool3d ceil", "torch.max_pool3d(x, [2, 2, 3], [2, 2, 2], [0, 1, 1], [1, 1, 1], True)")
        .input(f32({1, 2, 5, 6, 7}));
    row("max_pool2d of integers", "torch.max_pool2d(x, [3, 2], [2, 2], [1, 1], [1, 1], True)")
        .reference("def forward(self, x):\n"
                   "  return torch.max_pool2d(x.to(7), [3, 2], [2, 2], [1, 1], [1, 1], True).to(4)")
        .input(i64({1, 2, 6, 5}));
    row("max_pool2d_with_indices of bytes",
        "torch.max_pool2d_with_indices(x, [3, 3], [2, 1], [1, 1], [1, 2])")
        .reference("def forward(self, x):\n  y, i = torch.max_pool2d_with_indices(x.to(7), "
                   "[3, 3], [2, 1], [1, 1], [1, 2])\n  return y.to(0), i")
        .input(exactly(DType::UInt8, {2, 5, 5}, [] {
            std::vector<double> values(50, 0.0); // mostly the lowest there is, as padding is
            values[7] = 3;
            values[24] = 3;
            values[33] = 255;
            return values;
        }()));
    row("max_pool1d of bools", "torch.max_pool1d(x, [2])")
        .input(boolean({1, 2, 4}))
        .refuses("pooling of bool");
    row("avg_pool2d of integers", "torch.avg_pool2d(x, [3, 2], [2, 2], [1, 1], True, True)")
        .input(i64({1, 2, 6, 5}, -50, 50));
    row("avg_pool2d of integers without counting padding",
        "torch.avg_pool2d(x, [3, 2], [2, 2], [1, 1], True, False)")
        .input(i64({2, 6, 5}, -50, 50));
    row("avg_pool2d of integers, divisor",
        "torch.avg_pool2d(x, [2, 2], [2, 2], [0, 0], False, True, -3)")
        .input(i64({1, 2, 6, 5}, -50, 50));
    row("avg_pool3d of integers", "torch.avg_pool3d(x, 2, 2, 1)").input(i64({1, 2, 4, 5, 3}));
    row("max_pool1d_with_indices", "torch.max_pool1d_with_indices(x, [3], [2], [1])")
        .input(f32({2, 3, 9}))
        .dynamic();
    row("max_pool2d_with_indices", "torch.max_pool2d_with_indices(x, [3, 2], [2, 2], [1, 0])")
        .input(f32({2, 3, 8, 9}))
        .dynamic()
        .nodes(2);
    row("max_pool2d_with_indices ceil", "torch.max_pool2d_with_indices(x, 2, 2, 0, 1, True)")
        .input(f32({2, 3, 7, 9}));
    row("max_pool2d_with_indices unbatched", "torch.max_pool2d_with_indices(x, 2)")
        .input(f32({3, 8, 9}));
    row("max_pool3d_with_indices", "torch.max_pool3d_with_indices(x, 2)")
        .input(f32({2, 2, 4, 5, 6}))
        .dynamic();
    row("avg_pool1d", "torch.avg_pool1d(x, [3], [2], [1])")
        .input(f32({2, 3, 9}))
        .dynamic()
        .nodes(1);
    row("avg_pool2d", "torch.avg_pool2d(x, [2, 3], [], [1, 1])")
        .input(f32({2, 3, 8, 9}))
        .dynamic()
        .unknown()
        .nodes(1);
    row("avg_pool2d without counting padding", "torch.avg_pool2d(x, 3, 2, 1, False, False)")
        .input(f32({2, 3, 8, 9}))
        .dynamic()
        .nodes(1);
    row("avg_pool2d ceil", "torch.avg_pool2d(x, 3, 2, 0, True, True)")
        .input(f32({1, 2, 8, 10}))
        .dynamic()
        .nodes(1);
    row("avg_pool2d ceil counting padding", "torch.avg_pool2d(x, 3, 2, 1, True, True)")
        .input(f32({1, 2, 6, 7}))
        .dynamic();
    row("avg_pool2d ceil not counting padding", "torch.avg_pool2d(x, 3, 2, 1, True, False)")
        .input(f32({1, 2, 6, 7}))
        .dynamic();
    row("avg_pool2d ceil drops the window in the padding",
        "torch.avg_pool2d(x, [2, 2], [2, 3], [1, 1], True, True)")
        .input(f32({1, 2, 7, 5}));
    row("avg_pool2d divisor", "torch.avg_pool2d(x, [2, 3], [2, 2], [1, 1], False, True, 4)")
        .input(f32({1, 2, 8, 9}))
        .dynamic();
    row("avg_pool2d divisor and ceil", "torch.avg_pool2d(x, 3, 2, 1, True, False, 5)")
        .input(f32({1, 2, 6, 8}));
    row("avg_pool2d unbatched", "torch.avg_pool2d(x, 2)").input(f32({3, 8, 9}));
    row("avg_pool3d ceil", "torch.avg_pool3d(x, 3, 2, 1, True, True)")
        .input(f32({1, 2, 5, 6, 7}))
        .dynamic();
    row("adaptive_avg_pool1d to 1", "torch.adaptive_avg_pool1d(x, [1])")
        .input(f32({2, 3, 7}))
        .dynamic()
        .nodes(1);
    row("adaptive_avg_pool1d uneven", "torch.adaptive_avg_pool1d(x, [5])")
        .input(f32({2, 3, 7}))
        .dynamic();
    row("adaptive_avg_pool2d to 1", "torch.adaptive_avg_pool2d(x, [1, 1])")
        .input(f32({2, 3, 7, 5}))
        .dynamic()
        .unknown()
        .nodes(1);
    row("adaptive_avg_pool2d to 1 unbatched", "torch.adaptive_avg_pool2d(x, [1, 1])")
        .input(f32({3, 7, 5}))
        .nodes(1);
    row("adaptive_avg_pool2d even", "torch.adaptive_avg_pool2d(x, [3, 2])")
        .input(f32({2, 3, 6, 8}))
        .nodes(1);
    row("adaptive_avg_pool2d same", "torch.adaptive_avg_pool2d(x, [6, 8]) + 1.0")
        .input(f32({2, 3, 6, 8}))
        .nodes(1);
    row("adaptive_avg_pool2d uneven", "torch.adaptive_avg_pool2d(x, [3, 7])")
        .input(f32({2, 3, 7, 5}))
        .dynamic();
    row("adaptive_avg_pool2d uneven, unbatched", "torch.adaptive_avg_pool2d(x, [7, 7])")
        .input(f32({3, 5, 9}));
    row("_adaptive_avg_pool2d", "torch._adaptive_avg_pool2d(x, [2, 2])").input(f32({2, 3, 5, 4}));
    row("adaptive_avg_pool3d uneven", "torch.adaptive_avg_pool3d(x, [3, 4, 2])")
        .input(f32({2, 3, 5, 6, 3}))
        .dynamic();
    row("_adaptive_avg_pool3d", "torch._adaptive_avg_pool3d(x, [1, 1, 1])")
        .input(f32({2, 3, 5, 6, 3}));
    row("adaptive_max_pool1d", "torch.adaptive_max_pool1d(x, [4])").input(f32({2, 3, 9}));
    row("adaptive_max_pool2d even", "torch.adaptive_max_pool2d(x, [3, 2])")
        .input(f32({2, 3, 6, 8}));
    row("adaptive_max_pool2d without indices", "torch.adaptive_max_pool2d(x, [3, 2])[0]")
        .input(f32({2, 3, 6, 8}))
        .nodes(1);
    row("adaptive_max_pool2d uneven", "torch.adaptive_max_pool2d(x, [3, 4])")
        .input(f32({2, 3, 7, 6}));
    row("adaptive_max_pool2d with equal values", "torch.adaptive_max_pool2d(x, [2, 2])")
        .input(exactly(DType::Float32, {1, 1, 3, 3}, {1, 1, 1, 1, 1, 1, 1, 1, 1}));
    row("adaptive_max_pool2d to 1", "torch.adaptive_max_pool2d(x, [1, 1])")
        .input(f32({2, 3, 6, 8}))
        .dynamic();
    row("adaptive_max_pool2d unbatched", "torch.adaptive_max_pool2d(x, [2, 3])")
        .input(f32({3, 5, 7}));
    row("adaptive_max_pool3d uneven", "torch.adaptive_max_pool3d(x, [2, 3, 2])")
        .input(f32({1, 2, 5, 4, 3}));
    return rows;
}

} // namespace strata::test
