#include "support/parity_rows.h"

namespace strata::test {
namespace {

ParityRow& add_row(ParityRows& rows, std::string name, std::string call,
                   std::string arguments = "x")
{
    return rows.emplace_back(std::move(name),
                             "def forward(self, " + arguments + "):\n  return " + call);
}

} // namespace

ParityRows shape_rows()
{
    ParityRows rows;
    for (const char* call : {"x.view([6, -1])",
                             "x.view([2, 3, 2, 2])",
                             "torch.reshape(x, [-1])",
                             "torch.reshape(x, [4, 6])",
                             "torch._unsafe_view(x, [4, 6])",
                             "torch._reshape_alias(x, [4, 6], [6, 1])",
                             "torch.flatten(x)",
                             "torch.flatten(x, 1)",
                             "torch.flatten(x, 0, 1)",
                             "torch.flatten(x, 1, 1)",
                             "torch.unflatten(x, 2, [2, -1])",
                             "torch.unsqueeze(x, 0)",
                             "torch.unsqueeze(x, -1)",
                             "torch.transpose(x, 0, 1)",
                             "torch.transpose(x, -1, 1)",
                             "torch.swapaxes(x, 0, 2)",
                             "torch.swapdims(x, 0, -1)",
                             "torch.permute(x, [2, 0, 1])",
                             "torch.permute(x, [-1, 0, 1])",
                             "torch.numpy_T(x)",
                             "torch.mT(x)",
                             "torch.movedim(x, 0, 2)",
                             "torch.movedim(x, [0, 1], [-1, 0])",
                             "torch.moveaxis(x, -1, 0)",
                             "x.expand([5, 2, 3, 4])",
                             "x.expand([-1, 3, -1])",
                             "torch.broadcast_to(x, [2, 2, 3, 4])",
                             "x.repeat([1, 1, 1])",
                             "x.repeat([2, 1, 3, 1])",
                             "torch.tile(x, [2])",
                             "torch.tile(x, [2, 1, 1, 2])",
                             "torch.cat([x, x], 1)",
                             "torch.concat([x, x], -1)",
                             "torch.concatenate([x, x])",
                             "torch.stack([x, x])",
                             "torch.stack([x, x], -1)",
                             "torch.hstack([x, x])",
                             "torch.vstack([x, x])",
                             "torch.dstack([x, x])",
                             "torch.split(x, 2, 2)",
                             "torch.split(x, 3, -1)",
                             "torch.split(x, [1, 2], 1)",
                             "torch.split_with_sizes(x, [1, 3], 2)",
                             "torch.chunk(x, 3, 2)",
                             "torch.chunk(x, 2, 1)",
                             "torch.unsafe_chunk(x, 2, 2)",
                             "torch.unsafe_split(x, 2, 2)",
                             "torch.tensor_split(x, 3, 2)",
                             "torch.tensor_split(x, [1, 3], 2)",
                             "torch.unbind(x)",
                             "torch.unbind(x, -1)",
                             "torch.select(x, 1, 2)",
                             "torch.select(x, -1, -1)",
                             "x[:, 1:, ::2]",
                             "x[:, -2:]",
                             "x[..., :100]",
                             "x[1, :, -3:-1]",
                             "torch.narrow(x, 2, 1, 2)",
                             "torch.flip(x, [0, 2])",
                             "torch.flip(x, [-1])",
                             "torch.roll(x, 1)",
                             "torch.roll(x, [1, -2], [0, 2])",
                             "torch.roll(x, 7, 1)",
                             "torch.tril(x)",
                             "torch.tril(x, 1)",
                             "torch.triu(x, -1)",
                             "torch.repeat_interleave(x, 2)",
                             "torch.repeat_interleave(x, 3, 1)"})
        add_row(rows, call, call).input(f32({2, 3, 4}));
    for (const char* call :
         {"x.view([2, 12])", "torch.flatten(x, 1)", "torch.flatten(x, 0, 1)", "torch.flatten(x)",
          "torch.unsqueeze(x, 1)", "torch.transpose(x, 1, 2)", "torch.cat([x, x], 1)",
          "x.view([x.size(0), -1])", "x.repeat([2, 1, 1])", "torch.stack([x, x], 1)", "x[:, -2:]",
          "x[:, 1:]", "x.expand([x.size(0), x.size(1), 4])", "torch.unflatten(x, 2, [2, 2])",
          "torch.repeat_interleave(x, 2, 1)", "torch.roll(x, 1, 1)", "torch.select(x, 1, -1)",
          "torch.tril(x)"})
        add_row(rows, std::string(call) + " of symbolic size", call)
            .input(f32({2, 3, 4}))
            .dynamic();
    add_row(rows, "flatten(1) of unknown rank", "torch.flatten(x, 1)")
        .input(f32({2, 3, 4}))
        .unknown();
    add_row(rows, "t of a matrix", "torch.t(x)").input(f32({2, 3}));
    add_row(rows, "t of a vector", "torch.t(x)").input(f32({3}));
    add_row(rows, "flatten of a number", "torch.flatten(x)").input(f32({}));
    add_row(rows, "squeeze",
            "torch.squeeze(x), torch.squeeze(x, 0), torch.squeeze(x, 1), torch.squeeze(x, -2)")
        .input(f32({1, 3, 1, 2}));
    add_row(rows, "view_as and friends", "x.view_as(y), x.reshape_as(y), z.expand_as(y)", "x, y, z")
        .input(f32({6}))
        .input(f32({2, 3}))
        .input(f32({1, 3}));
    add_row(rows, "cat of different dtypes", "torch.cat([x, y])", "x, y")
        .input(i64({2}))
        .input(f32({3}));
    add_row(rows, "cat skips empty vectors", "torch.cat([torch.zeros([0]), x], 1)")
        .input(f32({2, 3}));
    add_row(rows, "hstack of vectors", "torch.hstack([x, y])", "x, y")
        .input(f32({2}))
        .input(f32({3}));
    add_row(rows, "vstack of vectors", "torch.vstack([x, x])").input(f32({3}));
    add_row(rows, "pixel_shuffle", "torch.pixel_shuffle(x, 2)").input(f32({1, 8, 2, 3})).dynamic();
    rows.emplace_back("as_tensor", "def forward(self, x):\n  y = x * 1\n"
                                   "  torch.as_tensor(y).add_(1)\n"
                                   "  d = torch.as_tensor(y, dtype=7)\n  d.mul_(2)\n"
                                   "  return y, d, torch.as_tensor([1.5, 2.0]) * x, "
                                   "torch.as_tensor([[1, 2]], dtype=6), torch.as_tensor(3), "
                                   "torch.as_tensor(2.5, dtype=5), torch.as_tensor(True)")
        .input(f32({3, 2}));
    rows.emplace_back("logspace between sizes known at run time",
                      "def forward(self, x):\n  a = float(x.sum())\n"
                      "  return torch.logspace(a, 2.0, 5), torch.logspace(-1.0, a, 4, 2.0)")
        .input(f32({3}))
        .tolerance(1e-4, 1e-4);
    add_row(rows, "pixel_shuffle of a batch of batches", "torch.pixel_shuffle(x, 2)")
        .input(f32({2, 3, 8, 2, 3}));
    add_row(rows, "pixel_unshuffle of a batch of batches", "torch.pixel_unshuffle(x, 2)")
        .input(f32({2, 3, 1, 4, 6}));
    add_row(rows, "pixel_shuffle unbatched", "torch.pixel_shuffle(x, 2)").input(f32({8, 2, 3}));
    add_row(rows, "pixel_unshuffle", "torch.pixel_unshuffle(x, 2)").input(f32({1, 2, 4, 6}));
    add_row(rows, "channel_shuffle", "torch.channel_shuffle(x, 3)").input(f32({1, 6, 2, 3}));
    add_row(rows, "meshgrid", "torch.meshgrid([x, y])", "x, y").input(f32({2})).input(f32({3}));
    add_row(rows, "meshgrid xy", "torch.meshgrid([x, y], indexing='xy')", "x, y")
        .input(f32({2}))
        .input(f32({3}));
    add_row(rows, "meshgrid ij", "torch.meshgrid([x, y, x], indexing='ij')", "x, y")
        .input(f32({2}))
        .input(f32({3}));
    add_row(rows, "tril of integers", "torch.tril(x), torch.triu(x, 1)").input(i64({3, 3}));
    add_row(rows, "triangles from a size",
            "torch.tril(x, x.size(0) - 2), torch.triu(x > 0.0, x.size(1) - 3)")
        .input(f32({3, 4}))
        .dynamic();
    add_row(rows, "split needs a known size", "torch.split(x, 2)[0]").input(f32({4, 3}));
    return rows;
}

ParityRows indexing_rows()
{
    ParityRows rows;
    add_row(rows, "index_select", "torch.index_select(x, 1, y)", "x, y")
        .input(f32({2, 4, 3}))
        .input(i64({5}, 0, 3))
        .dynamic();
    add_row(rows, "index_select int32", "torch.index_select(x, -1, y)", "x, y")
        .input(f32({2, 4}))
        .input(i32({3}, 0, 3));
    add_row(rows, "gather", "torch.gather(x, 1, y)", "x, y")
        .input(f32({3, 4}))
        .input(i64({3, 2}, 0, 3))
        .dynamic();
    add_row(rows, "gather in a smaller corner", "torch.gather(x, 0, y)", "x, y")
        .input(f32({3, 4}))
        .input(i64({2, 2}, 0, 2));
    add_row(rows, "take_along_dim", "torch.take_along_dim(x, y, 1), torch.take_along_dim(x, y)",
            "x, y")
        .input(f32({3, 4}))
        .input(i64({3, 4}, 0, 3));
    add_row(rows, "index with one tensor", "x[y], x[:, y], x[:, :, y]", "x, y")
        .input(f32({3, 4, 5}))
        .input(i64({2, 2}, 0, 2));
    add_row(rows, "index with negative numbers", "x[y]", "x, y")
        .input(f32({3, 4}))
        .input(i64({4}, -3, -1));
    add_row(rows, "index with two tensors", "x[y, z], x[:, y, z], x[y, :, z]", "x, y, z")
        .input(f32({4, 4, 4}))
        .input(i64({2, 1}, 0, 3))
        .input(i64({3}, 0, 3));
    add_row(rows, "index with two tensors at the end", "x[:, :, y, z], x[:, y, z]", "x, y, z")
        .input(f32({2, 4, 4, 4}))
        .input(i64({3}, 0, 3))
        .input(i64({3}, 0, 3));
    add_row(rows, "index with a mask", "x[y]", "x, y").input(f32({3, 4})).input(boolean({3, 4}));
    add_row(rows, "index with a mask of rows", "x[y], x[:, y]", "x, y")
        .input(f32({3, 3, 2}))
        .input(boolean({3}));
    add_row(rows, "index with a mask and a tensor", "x[y, z]", "x, y, z")
        .input(f32({3, 4}))
        .input(boolean({3}))
        .input(i64({1}, 0, 3));
    add_row(rows, "masked_select", "torch.masked_select(x, y)", "x, y")
        .input(f32({3, 4}))
        .input(boolean({4}));
    add_row(rows, "nonzero", "torch.nonzero(x)").input(i64({3, 4}, 0, 1));
    add_row(rows, "scatter", "torch.scatter(x, 1, y, z)", "x, y, z")
        .input(f32({3, 5}))
        .input(exactly(DType::Int64, {3, 2}, {0, 4, 1, 3, 2, 0}))
        .input(f32({3, 4}));
    add_row(rows, "scatter a number", "torch.scatter(x, 0, y, 2.5)", "x, y")
        .input(f32({3, 5}))
        .input(i64({2, 5}, 0, 2));
    add_row(rows, "scatter_add", "torch.scatter_add(x, 0, y, z)", "x, y, z")
        .input(f32({3, 5}))
        .input(i64({4, 5}, 0, 2))
        .input(f32({4, 5}))
        .opset(17);
    add_row(rows, "scatter_add below opset 16", "torch.scatter_add(x, 0, y, z)", "x, y, z")
        .input(f32({3}))
        .input(i64({4}, 0, 2))
        .input(f32({4}))
        .opset(13);
    add_row(rows, "constant_pad_nd", "torch.constant_pad_nd(x, [1, 2, 0, 1], 0.5)")
        .input(f32({2, 3, 4}))
        .dynamic();
    add_row(rows, "negative padding crops", "torch.constant_pad_nd(x, [-1, 2, 1, -2])")
        .input(f32({2, 4, 4}));
    add_row(rows, "padding of integers and bools",
            "torch.constant_pad_nd(x, [1, 1], 7), torch.constant_pad_nd(x > 0, [1, 0])")
        .input(i64({3}));
    add_row(rows, "reflection_pad1d", "torch.reflection_pad1d(x, [1, 2])").input(f32({2, 3, 4}));
    add_row(rows, "reflection_pad2d", "torch.reflection_pad2d(x, [1, 2, 1, 0])")
        .input(f32({2, 3, 4, 5}))
        .dynamic();
    add_row(rows, "reflection_pad3d", "torch.reflection_pad3d(x, [1, 0, 0, 1, 1, 1])")
        .input(f32({1, 2, 3, 4, 3}));
    add_row(rows, "replication_pad1d that crops all", "torch.replication_pad1d(x, [-4, 3])")
        .input(f32({2, 3, 4}));
    add_row(rows, "reflection_pad1d that crops what it repeats",
            "torch.reflection_pad1d(x, [-2, 3])")
        .input(f32({2, 3, 5}));
    add_row(rows, "replication_pad1d", "torch.replication_pad1d(x, [3, 2])").input(f32({2, 3, 4}));
    add_row(rows, "replication_pad2d", "torch.replication_pad2d(x, [1, 2, 1, 0])")
        .input(f32({2, 3, 4, 5}));
    add_row(rows, "replication_pad3d", "torch.replication_pad3d(x, [1, 0, 0, 1, 1, 1])")
        .input(f32({1, 2, 3, 4, 3}));
    add_row(rows, "circular padding and cropping of one axis", "torch._pad_circular(x, [-1, 2])")
        .input(f32({1, 2, 6}));
    add_row(rows, "circular cropping", "torch._pad_circular(x, [-1, -2, 1, 0])")
        .input(f32({1, 2, 6, 5}));
    add_row(rows, "circular padding by the whole axis", "torch._pad_circular(x, [4, 4])")
        .input(f32({1, 2, 4}))
        .nodes(1);
    add_row(rows, "circular padding", "torch._pad_circular(x, [1, 2, 2, 1])")
        .input(f32({1, 2, 3, 4}));
    for (const char* mode : {"constant", "reflect", "replicate", "circular"})
        add_row(rows, std::string("pad ") + mode,
                "torch.pad(x, [1, 2, 1, 1], '" + std::string(mode) + "')")
            .input(f32({1, 2, 3, 4}));
    add_row(rows, "pad with a value", "torch.pad(x, [1, 2], 'constant', -1.5)").input(f32({2, 3}));
    return rows;
}

ParityRows creation_rows()
{
    ParityRows rows;
    for (const char* call : {"torch.zeros([2, 3]) + x",
                             "torch.ones([2, 3], dtype=4) + x",
                             "torch.full([2, 3], 7) + x",
                             "torch.full([2, 3], 1.5) + x",
                             "torch.full([60, 60], 2.5)[:2, :3] + x",
                             "torch.zeros_like(x) + x",
                             "torch.ones_like(x, dtype=4)",
                             "torch.full_like(x, 3) + x",
                             "torch.new_zeros(x, [3]) + x",
                             "torch.new_ones(x, [3]) + x",
                             "torch.new_full(x, [3], 2.5) + x",
                             "torch.arange(3) + x",
                             "torch.arange(1, 4) + x",
                             "torch.arange(1, 7, 2) + x",
                             "torch.arange(0.5, 3.5) + x",
                             "torch.arange(3, dtype=7) + x",
                             "torch.linspace(-1.0, 2.0, 3) + x",
                             "torch.logspace(-1.0, 2.0, 3) + x",
                             "torch.logspace(2, -1.2, 3, dtype=4) + x",
                             "torch.linspace(0, 1, 1) + x",
                             "torch.eye(3) + x[0]",
                             "torch.eye(2, 3) + x",
                             "torch.scalar_tensor(2.5) + x",
                             "torch.tensor([1, 2, 3]) + x",
                             "torch.tensor([[1.5, 2.5, 3.5]]) + x",
                             "torch.tensor(2) + x",
                             "torch.tensor(2.5) + x",
                             "torch.tensor(True) & (x > 0)",
                             "torch.fill(x, 2.0)",
                             "torch.fill(x, x[0, 0])",
                             "torch.zero(x) + 1",
                             "torch.empty_like(x).fill_(3.0)",
                             "torch.empty([2, 3]).fill_(1.0) + x",
                             "torch.new_empty(x, [3]).zero_() + x",
                             "torch.zeros([3]).copy_(x[0]) + x"})
        add_row(rows, call, call).input(f32({2, 3}));
    for (const char* call :
         {"torch.zeros([x.size(0), 2])", "torch.arange(x.size(1)) + x", "torch.eye(x.size(1))",
          "torch.full([x.size(0), 1], 2.0) + x", "torch.zeros_like(x)", "torch.full_like(x, 2.0)",
          "torch.ones([x.size(1)]) * x", "torch.arange(0, x.size(1), 2)"})
        add_row(rows, std::string(call) + " of symbolic size", call).input(f32({2, 3})).dynamic();
    add_row(rows, "eye of bools", "torch.eye(3, dtype=11) & (x > 0)").input(f32({3, 3}));
    add_row(rows, "one_hot", "torch.one_hot(x, 5)").input(i64({2, 3}, 0, 4)).dynamic();
    add_row(rows, "one_hot of unknown classes", "torch.one_hot(x)")
        .input(i64({4}, 0, 3))
        .refuses("depends on data");
    add_row(rows, "copy_ of another dtype and shape", "x.to(4).copy_(y)", "x, y")
        .input(f32({2, 3}))
        .input(f32({3}).range(1, 9));
    return rows;
}

ParityRows resize_rows()
{
    ParityRows rows;
    // The overloads with one factor per dimension; a traced model holds both size and factors.
    for (const char* call :
         {"torch.upsample_nearest2d(x, [8, 9])", "torch.upsample_nearest2d(x, [6, 4], 1.5, 0.7)",
          "torch._upsample_nearest_exact2d(x, [6, 4], 1.5, 0.7)",
          "torch._upsample_nearest_exact2d(x, [9, 11])",
          "torch._upsample_nearest_exact2d(x, [3, 4], None)",
          "torch._upsample_nearest_exact2d(x, None, [2.0, 1.5])",
          "torch.upsample_bilinear2d(x, [8, 9], False)",
          "torch.upsample_bilinear2d(x, [8, 9], True)",
          "torch.upsample_bilinear2d(x, [6, 4], False, 1.5, 0.7)",
          "torch.upsample_bicubic2d(x, [8, 9], False)",
          "torch.upsample_bicubic2d(x, [6, 4], False, 1.5, 0.7)"})
        add_row(rows, call, call).input(f32({1, 2, 4, 6}));
    for (const char* call :
         {"torch.upsample_nearest1d(x, [7])", "torch.upsample_nearest1d(x, [8], 1.6)",
          "torch._upsample_nearest_exact1d(x, [7])",
          "torch._upsample_nearest_exact1d(x, None, [1.6])",
          "torch.upsample_linear1d(x, [7], False)", "torch.upsample_linear1d(x, [8], False, 1.6)"})
        add_row(rows, call, call).input(f32({2, 3, 5}));
    for (const char* call :
         {"torch.upsample_nearest3d(x, [4, 5, 3])", "torch._upsample_nearest_exact3d(x, [4, 6, 3])",
          "torch._upsample_nearest_exact3d(x, [4, 6, 3], None)",
          "torch.upsample_trilinear3d(x, [4, 5, 3], True)",
          "torch.upsample_trilinear3d(x, [4, 6, 3], False)"})
        add_row(rows, call, call).input(f32({1, 2, 3, 4, 5}));
    const auto image = [] { return f32({1, 2, 4, 6}); };
    for (const char* call :
         {"torch.upsample_nearest2d(x, [8, 9], None)", "torch.upsample_nearest2d(x, [3, 3], None)",
          "torch.upsample_nearest2d(x, None, [2.0, 2.0])",
          "torch.upsample_nearest2d(x, None, [1.5, 0.7])",
          "torch.upsample_bilinear2d(x, [8, 9], False, None)",
          "torch.upsample_bilinear2d(x, [8, 9], True, None)",
          "torch.upsample_bilinear2d(x, [3, 3], False, None)",
          "torch.upsample_bilinear2d(x, None, False, [2.0, 2.0])",
          "torch.upsample_bilinear2d(x, None, False, [1.5, 0.7])",
          "torch.upsample_bilinear2d(x, None, True, [2.0, 1.5])",
          "torch.upsample_bicubic2d(x, [8, 9], False, None)",
          "torch.upsample_bicubic2d(x, [7, 5], True, None)",
          "torch.upsample_bicubic2d(x, None, False, [2.0, 2.0])"})
        add_row(rows, call, call).input(image());
    add_row(rows, "upsample_nearest1d", "torch.upsample_nearest1d(x, [7], None)")
        .input(f32({2, 3, 5}));
    add_row(rows, "upsample_nearest3d", "torch.upsample_nearest3d(x, [4, 5, 3], None)")
        .input(f32({1, 2, 3, 4, 5}));
    add_row(rows, "upsample_linear1d", "torch.upsample_linear1d(x, [7], False, None)")
        .input(f32({2, 3, 5}));
    add_row(rows, "upsample_trilinear3d", "torch.upsample_trilinear3d(x, [4, 5, 3], True, None)")
        .input(f32({1, 2, 3, 4, 5}));
    add_row(rows, "upsample of symbolic size", "torch.upsample_bilinear2d(x, [8, 9], False, None)")
        .input(image())
        .dynamic();
    return rows;
}

} // namespace strata::test
