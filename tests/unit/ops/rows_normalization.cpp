#include "support/parity_rows.h"

namespace strata::test {
namespace {

ParityTensor positive(std::vector<std::int64_t> shape)
{
    return f32(std::move(shape)).range(0.5, 2.0);
}

/// weight, bias, running mean and variance of `channels`.
ParityRow& statistics(ParityRow& row, std::int64_t channels)
{
    return row.parameter("w", f32({channels}))
        .parameter("b", f32({channels}))
        .parameter("m", f32({channels}))
        .parameter("v", positive({channels}));
}

} // namespace

ParityRows normalization_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x):\n  return " + call);
    };
    statistics(row("batch_norm", "torch.batch_norm(x, self.w, self.b, self.m, self.v, False, 0.1, "
                                 "1e-05, True)"),
               3)
        .input(f32({2, 3, 4, 5}))
        .dynamic()
        .unknown()
        .nodes(1);
    statistics(row("batch_norm rank 2",
                   "torch.batch_norm(x, self.w, self.b, self.m, self.v, False, "
                   "0.1, 1e-05, True)"),
               3)
        .input(f32({2, 3}))
        .dynamic()
        .nodes(1);
    row("batch_norm without affine",
        "torch.batch_norm(x, None, None, self.m, self.v, False, 0.1, 0.001, True)")
        .input(f32({2, 3, 4}))
        .parameter("m", f32({3}))
        .parameter("v", positive({3}))
        .nodes(1);
    row("batch_norm without running statistics",
        "torch.batch_norm(x, self.w, self.b, None, None, True, 0.1, 1e-05, True)")
        .input(f32({2, 3, 4, 5}))
        .parameter("w", f32({3}))
        .parameter("b", f32({3}))
        .dynamic();
    statistics(row("batch_norm training",
                   "torch.batch_norm(x, self.w, self.b, self.m, self.v, True, "
                   "0.1, 1e-05, True)"),
               3)
        .input(f32({2, 3, 4, 5}))
        .refuses("model.eval()");
    statistics(row("native_batch_norm",
                   "torch.native_batch_norm(x, self.w, self.b, self.m, self.v, "
                   "False, 0.1, 1e-05)[0]"),
               3)
        .input(f32({2, 3, 4, 5}))
        .nodes(1);
    row("native_batch_norm without running statistics",
        "torch.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-05)")
        .input(f32({2, 3, 4, 5}));
    statistics(row("_batch_norm_impl_index",
                   "torch._batch_norm_impl_index(x, self.w, self.b, self.m, "
                   "self.v, False, 0.1, 1e-05, True)[0]"),
               3)
        .input(f32({2, 3, 4, 5}));
    for (const char* name : {"cudnn_batch_norm", "miopen_batch_norm"})
        statistics(row(name, std::string("torch.") + name +
                                 "(x, self.w, self.b, self.m, self.v, False, 0.1, 1e-05)[0]"),
                   3)
            .input(f32({2, 3, 4, 5}))
            .reference(
                "def forward(self, x):\n  return torch.batch_norm(x, self.w, self.b, self.m, "
                "self.v, False, 0.1, 1e-05, True)");
    row("instance_norm",
        "torch.instance_norm(x, self.w, self.b, None, None, True, 0.1, 1e-05, True)")
        .input(f32({2, 3, 4, 5}))
        .parameter("w", f32({3}))
        .parameter("b", f32({3}))
        .dynamic()
        .nodes(1);
    row("instance_norm without affine",
        "torch.instance_norm(x, None, None, None, None, True, 0.1, 1e-05, True)")
        .input(f32({2, 3, 7}))
        .dynamic()
        .nodes(1);
    statistics(
        row("instance_norm with running statistics",
            "torch.instance_norm(x, self.w, self.b, self.m, self.v, False, 0.1, 1e-05, True)"),
        3)
        .input(f32({2, 3, 4, 5}))
        .nodes(1);
    row("instance_norm double",
        "torch.instance_norm(x, None, None, None, None, True, 0.1, 1e-05, True)")
        .input(f64({2, 3, 7}))
        .tolerance(1e-12, 1e-12);
    row("layer_norm", "torch.layer_norm(x, [4, 5], self.w, self.b, 1e-05, True)")
        .input(f32({2, 3, 4, 5}))
        .parameter("w", f32({4, 5}))
        .parameter("b", f32({4, 5}))
        .dynamic()
        .unknown()
        .nodes(1);
    row("layer_norm without affine", "torch.layer_norm(x, [5])")
        .input(f32({2, 3, 5}))
        .dynamic()
        .nodes(1);
    row("layer_norm without bias", "torch.layer_norm(x, [5], self.w, None, 0.01)")
        .input(f32({2, 3, 5}))
        .parameter("w", f32({5}));
    row("layer_norm double", "torch.layer_norm(x, [5])").input(f64({3, 5})).tolerance(1e-7, 1e-7);
    row("native_layer_norm", "torch.native_layer_norm(x, [5], self.w, self.b, 1e-05)")
        .input(f32({2, 3, 5}))
        .parameter("w", f32({5}))
        .parameter("b", f32({5}))
        .tolerance(1e-4, 1e-4);
    row("group_norm", "torch.group_norm(x, 2, self.w, self.b, 1e-05, True)")
        .input(f32({2, 6, 4, 5}))
        .parameter("w", f32({6}))
        .parameter("b", f32({6}))
        .dynamic()
        .nodes(7);
    row("group_norm without affine", "torch.group_norm(x, 3)")
        .input(f32({2, 6, 5}))
        .dynamic()
        .nodes(3);
    row("group_norm rank 2", "torch.group_norm(x, 3, self.w, None)")
        .input(f32({2, 6}))
        .parameter("w", f32({6}));
    row("group_norm double", "torch.group_norm(x, 3)")
        .input(f64({2, 6, 5}))
        .tolerance(1e-12, 1e-12);
    row("native_group_norm of nothing",
        "torch.native_group_norm(x, None, None, 0, 6, 20, 3, 1e-05)")
        .input(f32({0, 6, 4, 5}));
    row("native_group_norm", "torch.native_group_norm(x, self.w, self.b, 2, 6, 20, 3, 1e-05)")
        .input(f32({2, 6, 4, 5}))
        .parameter("w", f32({6}))
        .parameter("b", f32({6}))
        .tolerance(1e-4, 1e-4);
    row("rms_norm", "torch.rms_norm(x, [4, 5], self.w, 0.01)")
        .input(f32({2, 3, 4, 5}))
        .parameter("w", f32({4, 5}))
        .dynamic();
    row("rms_norm without weight", "torch.rms_norm(x, [5])").input(f32({2, 3, 5}));
    row("_weight_norm", "torch._weight_norm(x, self.g, 0)")
        .input(f32({4, 3, 2}))
        .parameter("g", f32({4, 1, 1}));
    row("_weight_norm last dimension", "torch._weight_norm(x, self.g, 1)")
        .input(f32({4, 3}))
        .parameter("g", f32({1, 3}));
    row("_weight_norm_interface", "torch._weight_norm_interface(x, self.g, 0)[0]")
        .input(f32({4, 3}))
        .parameter("g", f32({4, 1}));
    row("norm_except_dim", "torch.norm_except_dim(x, 2, 0)").input(f32({4, 3, 2}));
    row("norm_except_dim of all", "torch.norm_except_dim(x, 2, -1)").input(f32({4, 3, 2}));
    return rows;
}

} // namespace strata::test
