#include "support/parity_rows.h"

namespace strata::test {

ParityRows convolution_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x):\n  return " + call);
    };
    row("conv1d", "torch.conv1d(x, self.w, self.b, [2], [1], [1], 1)")
        .input(f32({2, 3, 9}))
        .parameter("w", f32({4, 3, 3}))
        .parameter("b", f32({4}))
        .dynamic()
        .nodes(1);
    row("conv1d unbatched", "torch.conv1d(x, self.w, None, [1], [0], [2], 1)")
        .input(f32({3, 9}))
        .parameter("w", f32({4, 3, 3}))
        .nodes(3);
    row("conv2d", "torch.conv2d(x, self.w, self.b, [1, 2], [1, 0], [1, 1], 1)")
        .input(f32({2, 3, 8, 7}))
        .parameter("w", f32({4, 3, 3, 2}))
        .parameter("b", f32({4}))
        .dynamic()
        .unknown()
        .nodes(1);
    row("conv2d one number for both", "torch.conv2d(x, self.w, None, 2, 1, 2, 1)")
        .input(f32({1, 3, 9, 9}))
        .parameter("w", f32({4, 3, 3, 3}))
        .nodes(1);
    row("conv2d depthwise", "torch.conv2d(x, self.w, self.b, [1, 1], [1, 1], [1, 1], 4)")
        .input(f32({1, 4, 6, 6}))
        .parameter("w", f32({8, 1, 3, 3}))
        .parameter("b", f32({8}))
        .nodes(1);
    row("conv2d unbatched", "torch.conv2d(x, self.w, self.b)")
        .input(f32({3, 6, 6}))
        .parameter("w", f32({4, 3, 3, 3}))
        .parameter("b", f32({4}))
        .nodes(3);
    row("conv2d half", "torch.conv2d(x.to(5), self.w, None, [1, 1], [1, 1])")
        .input(f32({1, 2, 5, 5}))
        .parameter("w",
                   [] {
                       ParityTensor w = f32({3, 2, 3, 3});
                       w.dtype = DType::Float16;
                       return w;
                   }())
        .reference("def forward(self, x):\n"
                   "  y = torch.conv2d(x.to(5).to(6), self.w.to(6), None, [1, 1], [1, 1])\n"
                   "  return y.to(5)")
        .tolerance(5e-3, 5e-3);
    // Sums beyond 2^53, which no float holds.
    row("conv2d of integers", "torch.conv2d(x, self.w, self.b, [2, 1], [1, 2], [1, 2], 2)")
        .input(i64({2, 4, 5, 6}, -4000000000, 4000000000))
        .parameter("w", i64({6, 2, 3, 2}, -40000, 40000))
        .parameter("b", i64({6}));
    row("conv1d of integers, unbatched", "torch.conv1d(x, self.w)")
        .input(i64({2, 7}))
        .parameter("w", i64({3, 2, 3}));
    row("conv_transpose2d of integers",
        "torch.conv_transpose2d(x, self.w, self.b, [2, 3], [1, 0], [1, 1], 2, [1, 2])")
        .input(i64({2, 4, 3, 4}))
        .parameter("w", i64({4, 3, 3, 2}))
        .parameter("b", i64({6}));
    row("conv1d of 32-bit integers", "torch.conv1d(x, self.w, None, [1], [1])")
        .reference("def forward(self, x):\n"
                   "  return torch.conv1d(x.to(7), self.w.to(7), None, [1], [1]).to(3)")
        .input(i32({2, 2, 7}))
        .parameter("w", i32({3, 2, 3}));
    row("conv2d of bools", "torch.conv2d(x, self.w)")
        .input(boolean({1, 2, 4, 4}))
        .parameter("w", boolean({3, 2, 3, 3}))
        .refuses("convolution of bool");
    row("conv3d", "torch.conv3d(x, self.w, self.b, [1, 1, 2], [0, 1, 1], [1, 1, 1], 1)")
        .input(f32({1, 2, 4, 5, 6}))
        .parameter("w", f32({3, 2, 2, 3, 3}))
        .parameter("b", f32({3}))
        .dynamic()
        .nodes(1);
    row("conv1d same, even kernel", "torch.conv1d(x, self.w, None, [1], \"same\", [1], 1)")
        .input(f32({1, 2, 7}))
        .parameter("w", f32({3, 2, 4}))
        .nodes(1);
    row("conv2d same, even and dilated",
        "torch.conv2d(x, self.w, None, [1, 1], \"same\", [1, 3], 1)")
        .input(f32({1, 2, 7, 9}))
        .parameter("w", f32({3, 2, 4, 2}))
        .dynamic()
        .nodes(1);
    row("conv2d valid", "torch.conv2d(x, self.w, None, [2, 1], \"valid\", [1, 1], 1)")
        .input(f32({1, 2, 7, 9}))
        .parameter("w", f32({3, 2, 3, 3}))
        .nodes(1);
    row("conv3d same", "torch.conv3d(x, self.w, None, [1, 1, 1], \"same\", [1, 1, 1], 1)")
        .input(f32({1, 2, 3, 4, 5}))
        .parameter("w", f32({2, 2, 2, 3, 3}))
        .nodes(1);
    row("_convolution_mode",
        "torch._convolution_mode(x, self.w, None, [1, 1], \"same\", [1, 1], 1)")
        .input(f32({1, 2, 5, 5}))
        .parameter("w", f32({3, 2, 3, 3}));
    row("conv_transpose1d", "torch.conv_transpose1d(x, self.w, self.b, [2], [1], [1], 1, [1])")
        .input(f32({2, 3, 5}))
        .parameter("w", f32({3, 4, 3}))
        .parameter("b", f32({4}))
        .dynamic()
        .nodes(1);
    row("conv_transpose2d groups and dilation",
        "torch.conv_transpose2d(x, self.w, None, [2, 1], [1, 0], [1, 0], 2, [1, 2])")
        .input(f32({1, 4, 5, 4}))
        .parameter("w", f32({4, 3, 3, 3}))
        .dynamic()
        .nodes(1);
    row("conv_transpose2d unbatched", "torch.conv_transpose2d(x, self.w, None)")
        .input(f32({2, 5, 4}))
        .parameter("w", f32({2, 3, 3, 3}));
    row("conv_transpose3d", "torch.conv_transpose3d(x, self.w, None, [2, 1, 1], [1, 0, 0])")
        .input(f32({1, 2, 3, 4, 3}))
        .parameter("w", f32({2, 3, 3, 2, 2}))
        .nodes(1);
    row("_convolution", "torch._convolution(x, self.w, self.b, [1, 1], [1, 1], [1, 1], False, "
                        "[0, 0], 1, False, False, True, True)")
        .input(f32({1, 3, 6, 6}))
        .parameter("w", f32({4, 3, 3, 3}))
        .parameter("b", f32({4}))
        .dynamic()
        .nodes(1);
    row("_convolution transposed", "torch._convolution(x, self.w, None, [2], [1], [1], True, [1], "
                                   "1, False, False, True, True)")
        .input(f32({1, 3, 6}))
        .parameter("w", f32({3, 4, 3}));
    row("_convolution deprecated", "torch._convolution(x, self.w, None, [1, 1], [0, 0], [1, 1], "
                                   "False, [0, 0], 1, False, False, True)")
        .input(f32({1, 3, 6, 6}))
        .parameter("w", f32({4, 3, 3, 3}));
    row("convolution",
        "torch.convolution(x, self.w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 3)")
        .input(f32({1, 3, 6, 6}))
        .parameter("w", f32({6, 1, 3, 3}));
    row("convolution_overrideable",
        "torch.convolution_overrideable(x, self.w, None, [1, 1], [1, 1], "
        "[1, 1], False, [0, 0], 1)")
        .input(f32({1, 3, 6, 6}))
        .parameter("w", f32({6, 3, 3, 3}))
        .reference("def forward(self, x):\n  return torch.conv2d(x, self.w, None, 1, 1)");
    row("mkldnn_convolution",
        "torch.mkldnn_convolution(x, self.w, None, [1, 0], [1, 2], [1, 1], 1)")
        .input(f32({1, 3, 6, 6}))
        .parameter("w", f32({6, 3, 3, 3}));
    row("conv_tbc", "torch.conv_tbc(x, self.w, self.b, 1)")
        .input(f32({5, 2, 3}))
        .parameter("w", f32({3, 3, 4}))
        .parameter("b", f32({4}));
    return rows;
}

} // namespace strata::test
