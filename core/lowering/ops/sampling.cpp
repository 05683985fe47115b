#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/grid_sampling.h"

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

Outputs grid_sample(OpCall& call)
{
    const std::int64_t mode = call.integer("interpolation_mode");
    const std::int64_t padding = call.integer("padding_mode");
    if (mode < 0 || mode > 2 || padding < 0 || padding > 2)
        call.refuse("an unknown interpolation or padding mode");
    static_cast<void>(call.rank("input"));
    return sample_grid(call, call.tensor("input"), call.tensor("grid"),
                       {static_cast<GridSampling::Mode>(mode),
                        static_cast<GridSampling::Padding>(padding),
                        call.boolean("align_corners")});
}

/// The middles (or ends) of `count` pixels in [-1, 1].
Expr pixel_places(Expr like, std::int64_t count, bool align_corners)
{
    Emitter& e = like.e();
    Ints numbers = iota(0, count);
    const Expr index =
        Expr(e, e.constant(std::span<const std::int64_t>(numbers))).cast(like.dtype());
    if (count <= 1)
        return index * 0.0;
    const auto size = static_cast<double>(count);
    return align_corners ? index * (2 / (size - 1)) - 1.0 : (index * 2.0 + (1 - size)) / size;
}

/// Each pixel's place (x, y[, z], 1) times the transposed matrix.
Outputs affine_grid(OpCall& call)
{
    Emitter& e = call.e();
    const Expr theta(e, call.tensor("theta"));
    const std::vector<std::optional<std::int64_t>> size = call.ints_if_known("size");
    const bool align = call.boolean("align_corners");
    if (size.size() != 4 && size.size() != 5)
        call.refuse("a grid for other than images or volumes");
    Ints spatial;
    for (std::size_t axis = 2; axis < size.size(); ++axis) {
        if (!size[axis])
            call.refuse_for_shapes("the height or width is only known when the model runs");
        spatial.push_back(*size[axis]);
    }
    const auto rank = static_cast<std::int64_t>(spatial.size());
    Ints whole = spatial;
    whole.push_back(1);
    std::vector<ValueId> columns;
    for (std::int64_t axis = rank - 1; axis >= 0; --axis) {
        const Expr places = pixel_places(theta, spatial[static_cast<std::size_t>(axis)], align);
        Ints shape(whole.size(), 1);
        shape[static_cast<std::size_t>(axis)] = -1;
        columns.push_back(e.expand(e.reshape(places.id(), std::span<const std::int64_t>(shape)),
                                   e.constant(std::span<const std::int64_t>(whole))));
    }
    columns.push_back(
        e.expand(theta.number(1).id(), e.constant(std::span<const std::int64_t>(whole))));
    const ValueId base =
        e.reshape(e.concat(columns, rank), std::span<const std::int64_t>(Ints{-1, rank + 1}));
    const ValueId grid = e.emit("MatMul", {base, e.transpose(theta.id(), {0, 2, 1})});
    Ints shape{0}; // as many as there are matrices
    shape.insert(shape.end(), spatial.begin(), spatial.end());
    shape.push_back(rank);
    return e.reshape(grid, std::span<const std::int64_t>(shape));
}

/// Puts pooled elements back where they came from; zeros elsewhere.
template <std::size_t Spatial>
Outputs max_unpool(OpCall& call)
{
    Emitter& e = call.e();
    const Ints size = call.ints("output_size", Spatial);
    const Batched x = Batched::of(e, call.tensor("self"), Spatial + 2);
    const Batched indices = Batched::of(e, call.tensor("indices"), Spatial + 2);
    std::int64_t area = 1;
    for (const std::int64_t extent : size)
        area *= extent;
    const auto flat = [&](ValueId value) {
        return e.reshape(value, std::span<const std::int64_t>(Ints{0, 0, -1}));
    };
    const auto shape = e.static_shape(x.value);
    const ValueId front =
        shape ? e.constant({(*shape)[0], (*shape)[1]}) : e.slice(e.shape_of(x.value), 0, 0, 2);
    const ValueId zeros =
        e.expand(e.scalar(call.dtype_of(x.value), 0.0), e.concat({front, e.constant({area})}, 0));
    const ValueId written =
        e.emit("ScatterElements", {zeros, flat(indices.value), flat(x.value)}, {{"axis", 2}});
    Ints whole{0, 0};
    whole.insert(whole.end(), size.begin(), size.end());
    return x.undo(e, e.reshape(written, std::span<const std::int64_t>(whole)));
}

/// torchvision.ops.nms: the boxes' numbers, the best first.
Outputs nms(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId boxes = e.cast(call.tensor("dets"), DType::Float32);
    const ValueId scores = e.cast(call.tensor("scores"), DType::Float32);
    // ONNX names the corners y first; overlaps are the same either way.
    const Tensor threshold = Tensor::filled(DType::Float32, {1}, call.number("iou_threshold"));
    const ValueId chosen =
        e.emit("NonMaxSuppression", {e.unsqueeze(boxes, {0}), e.unsqueeze(scores, {0, 1}),
                                     e.unsqueeze(e.size_of(boxes, 0), {0}), e.constant(threshold)});
    return e.emit("Gather", {chosen, e.scalar(DType::Int64, std::int64_t{2})}, {{"axis", 1}});
}

constexpr OpEntry entries[] = {
    {"aten::grid_sampler(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool "
     "align_corners) -> Tensor",
     grid_sample, "before opset 16, of volumes before 20: known sizes"},
    {"aten::grid_sampler_2d(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, "
     "bool align_corners) -> Tensor",
     grid_sample, "before opset 16: known sizes"},
    {"aten::grid_sampler_3d(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, "
     "bool align_corners) -> Tensor",
     grid_sample, "before opset 20: known sizes"},
    {"aten::affine_grid_generator(Tensor theta, SymInt[] size, bool align_corners) -> Tensor",
     affine_grid, "known height and width"},
    {"aten::max_unpool2d(Tensor self, Tensor indices, SymInt[2] output_size) -> Tensor",
     max_unpool<2>, "known sizes"},
    {"aten::max_unpool3d(Tensor self, Tensor indices, SymInt[3] output_size, int[3] stride, int[3] "
     "padding) -> Tensor",
     max_unpool<3>, "known sizes"},
    {"torchvision::nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor", nms},
};

} // namespace

std::span<const OpEntry> sampling_ops()
{
    return entries;
}

} // namespace strata::ops
