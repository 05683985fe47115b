// torchvision's operators on regions of images and on displaced samples.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/grid_sampling.h"

#include <string>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

Expr reshaped(Expr x, const Ints& shape)
{
    return {x.e(), x.e().reshape(x.id(), std::span<const std::int64_t>(shape))};
}

/// The image's number of each region, which is the first column of `rois`.
ValueId image_numbers(Emitter& e, ValueId rois)
{
    return e.cast(e.emit("Gather", {rois, e.scalar(DType::Int64, std::int64_t{0})}, {{"axis", 1}}),
                  DType::Int64);
}

ValueId align_regions(OpCall& call, bool aligned)
{
    Emitter& e = call.e();
    const ValueId rois = call.tensor("rois");
    if (aligned && e.opset() < 16)
        call.refuse("aligned regions need opset 16", "Export with --opset 16 or newer.");
    const std::int64_t ratio = call.integer("sampling_ratio");
    Attrs attrs{{"mode", "avg"},
                {"output_height", call.integer("pooled_height")},
                {"output_width", call.integer("pooled_width")},
                {"sampling_ratio", ratio < 0 ? 0 : ratio},
                {"spatial_scale", call.number("spatial_scale")}};
    if (e.opset() >= 16)
        attrs.emplace_back("coordinate_transformation_mode",
                           aligned ? "half_pixel" : "output_half_pixel");
    return e.emit("RoiAlign",
                  {call.tensor("input"), e.slice(rois, 1, 1, 5), image_numbers(e, rois)},
                  std::move(attrs));
}

Outputs roi_align(OpCall& call)
{
    return align_regions(call, call.boolean("aligned"));
}

/// Every place of the pooled region has channels of its own: of all channels at all places, those
/// whose place it is.
Outputs position_sensitive_align(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t height = call.integer("pooled_height");
    const std::int64_t width = call.integer("pooled_width");
    const std::int64_t places = height * width;
    const Expr all(e, align_regions(call, true));
    const auto shape = e.shape(call.tensor("input"));
    if (!shape || shape->size() != 4 || !(*shape)[1].known())
        call.refuse_for_shapes("the number of channels is not known");
    const std::int64_t channels = (*shape)[1].value / places;
    const Expr by_place = reshaped(all, {-1, channels, places, places});
    const ValueId own = e.emit("Einsum", {by_place.id()}, {{"equation", "abcc->abc"}});
    return std::vector<Lowered>{
        Lowered::tensor(reshaped({e, own}, {-1, channels, height, width}).id()),
        Lowered(LoweredUndefined{})};
}

Outputs roi_pool(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId pooled =
        e.emit("MaxRoiPool", {call.tensor("input"), call.tensor("rois")},
               {{"pooled_shape", Ints{call.integer("pooled_height"), call.integer("pooled_width")}},
                {"spatial_scale", call.number("spatial_scale")}});
    return std::vector<Lowered>{Lowered::tensor(pooled), Lowered(LoweredUndefined{})};
}

/// What a deformable convolution is told.
struct Deformable {
    Ints stride, padding, dilation, kernel;
    std::int64_t groups = 1;
    std::int64_t offset_groups = 1;
    ValueId mask = no_id;
};

/// Where each tap of the kernel lies without offsets, along one axis: [taps, height, width].
Expr tap_positions(Emitter& e, const Deformable& how, const Ints& out, std::size_t axis)
{
    const std::int64_t taps = how.kernel[0] * how.kernel[1];
    std::vector<float> values;
    for (std::int64_t tap = 0; tap < taps; ++tap)
        for (std::int64_t h = 0; h < out[0]; ++h)
            for (std::int64_t w = 0; w < out[1]; ++w) {
                const std::int64_t step = axis == 0 ? tap / how.kernel[1] : tap % how.kernel[1];
                const std::int64_t place = axis == 0 ? h : w;
                values.push_back(static_cast<float>(place * how.stride[axis] - how.padding[axis] +
                                                    step * how.dilation[axis]));
            }
    const auto bytes = std::as_bytes(std::span(values));
    return {e, e.constant(Tensor::from_bytes(DType::Float32, {taps, out[0], out[1]},
                                             {bytes.begin(), bytes.end()}),
                          "taps")};
}

/// Every tap samples the image where its offset says; a convolution of 1 x 1 adds the taps up.
ValueId sampled_convolution(OpCall& call, const Deformable& how)
{
    Emitter& e = call.e();
    const Expr x(e, call.tensor("input"));
    const Ints image = call.shape(x.id());
    const Ints offset_shape = call.shape(call.tensor("offset"));
    const Ints weight_shape = call.shape(call.tensor("weight"));
    const Ints out(offset_shape.end() - 2, offset_shape.end());
    const std::int64_t taps = how.kernel[0] * how.kernel[1];
    const std::int64_t parts = how.offset_groups;
    const Expr offset =
        reshaped({e, call.tensor("offset")}, {image[0], parts, taps, 2, out[0], out[1]});
    const auto coordinate = [&](std::size_t axis) {
        const Expr shift(
            e,
            e.emit("Gather", {offset.id(), e.scalar(DType::Int64, static_cast<std::int64_t>(axis))},
                   {{"axis", 3}}));
        const Expr place = shift + tap_positions(e, how, out, axis).cast(x.dtype());
        const auto size = static_cast<double>(image[axis + 2]);
        return ((place * 2.0 + 1.0) / size - 1.0).unsqueeze(5).id();
    };
    const Expr grid = reshaped({e, e.concat({coordinate(1), coordinate(0)}, 5)},
                               {image[0] * parts, taps * out[0], out[1], 2});
    const Expr images = reshaped(x, {image[0] * parts, image[1] / parts, image[2], image[3]});
    Expr samples(e, sample_grid(call, images.id(), grid.id(), {}));
    if (how.mask != no_id)
        samples = samples * reshaped({e, how.mask}, {image[0] * parts, 1, taps * out[0], out[1]});
    const Expr columns = reshaped(samples, {image[0], image[1] * taps, out[0], out[1]});
    const Expr weight =
        reshaped({e, call.tensor("weight")}, {weight_shape[0], weight_shape[1] * taps, 1, 1});
    return e.emit("Conv", {columns.id(), weight.id(), call.tensor("bias")},
                  {{"kernel_shape", Ints{1, 1}}, {"group", how.groups}});
}

Outputs deformable_convolution(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId weight = call.tensor("weight");
    const Ints shape = call.shape(weight);
    if (shape.size() != 4)
        call.refuse("'weight' is no kernel of two dimensions");
    Deformable how;
    how.stride = {call.integer("stride_h"), call.integer("stride_w")};
    how.padding = {call.integer("pad_h"), call.integer("pad_w")};
    how.dilation = {call.integer("dilation_h"), call.integer("dilation_w")};
    how.kernel = {shape[2], shape[3]};
    how.groups = call.integer("groups");
    how.offset_groups = call.integer("offset_groups");
    if (call.boolean("use_mask"))
        how.mask = call.tensor("mask");
    if (e.opset() < 19 || call.dtype_of(weight) != DType::Float32)
        return sampled_convolution(call, how);
    std::vector<ValueId> inputs{call.tensor("input"), weight, call.tensor("offset"),
                                call.tensor("bias")};
    if (how.mask != no_id)
        inputs.push_back(how.mask);
    return e.emit("DeformConv", std::move(inputs),
                  {{"kernel_shape", how.kernel},
                   {"strides", how.stride},
                   {"pads", Ints{how.padding[0], how.padding[1], how.padding[0], how.padding[1]}},
                   {"dilations", how.dilation},
                   {"group", how.groups},
                   {"offset_group", how.offset_groups}});
}

constexpr OpEntry entries[] = {
    {"torchvision::roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, "
     "SymInt pooled_width, int sampling_ratio, bool aligned) -> Tensor",
     roi_align, "aligned regions opset 16 and newer"},
    {"torchvision::ps_roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt "
     "pooled_height, SymInt pooled_width, int sampling_ratio) -> (Tensor, Tensor)",
     position_sensitive_align, "the first result; opset 16 and newer"},
    {"torchvision::roi_pool(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, "
     "SymInt pooled_width) -> (Tensor, Tensor)",
     roi_pool, "the first result"},
    {"torchvision::deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor "
     "bias, SymInt stride_h, SymInt stride_w, SymInt pad_h, SymInt pad_w, SymInt dilation_h, "
     "SymInt dilation_w, SymInt groups, SymInt offset_groups, bool use_mask) -> Tensor",
     deformable_convolution, "known sizes; opset 19 and newer: any size"},
};

} // namespace

std::span<const OpEntry> region_ops()
{
    return entries;
}

} // namespace strata::ops
