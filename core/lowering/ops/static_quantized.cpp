// Quantized layers of PyTorch's eager mode: their inputs, weights and results lie on grids that are
// known at export. The computation between is stated in real numbers.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/standardize.h"
#include "lowering/python_value.h"
#include "lowering/quantized_values.h"
#include "lowering/size_limits.h"

#include <string>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

DType stored_type(OpCall& call)
{
    switch (call.dtype("dtype", DType::Unknown)) {
    case DType::QInt8:
        return DType::Int8;
    case DType::QUInt8:
        return DType::UInt8;
    default:
        call.refuse("only tensors of quint8 and qint8 are stated");
    }
}

ValueId rank_zero(Emitter& e, ValueId value)
{
    return e.rank(value).value_or(0) == 0 ? value
                                          : e.reshape(value, std::span<const std::int64_t>{});
}

/// The result's grid, in the type of the input's.
QuantizedGrid result_grid(OpCall& call, ValueId input, std::string_view scale,
                          std::string_view zero_point)
{
    Emitter& e = call.e();
    const auto own = grid_of(e.model(), input);
    if (!own)
        call.refuse("its input is no quantized tensor of known grid");
    return {rank_zero(e, call.scalar_as(scale, DType::Float32)),
            rank_zero(e, call.scalar_as(zero_point, e.dtype(own->zero_point)))};
}

Outputs quantize(OpCall& call)
{
    Emitter& e = call.e();
    const DType stored = stored_type(call);
    const QuantizedGrid grid{rank_zero(e, call.scalar_as("scale", DType::Float32)),
                             rank_zero(e, call.scalar_as("zero_point", stored))};
    return put_on_grid(e, e.cast(call.tensor("self"), DType::Float32), grid);
}

Outputs dequantize(OpCall& call)
{
    return take_off_grid(call.e(), call.tensor("self"));
}

/// A packed layer: weight (integers), scale, zero point, bias, and for convolutions what follows.
struct PackedLayer {
    ValueId weight = no_id; ///< real
    ValueId bias = no_id;
    Ints weight_shape;
    std::vector<Lowered> rest;
};

PackedLayer packed_layer(OpCall& call, std::string_view name, std::size_t parts)
{
    Emitter& e = call.e();
    const std::vector<Lowered>* items = sequence_items(call.arg(name));
    if (!items || items->size() < parts)
        call.refuse("the packed weights cannot be opened",
                    "Export on a machine whose LibTorch has the quantized engine of the model.");
    if ((*items)[1].is_none())
        call.refuse("the packed weights are no integers");
    PackedLayer layer;
    const ValueId stored = as_tensor(e, (*items)[0]);
    const ValueId scale = as_tensor(e, (*items)[1]);
    Attrs attrs;
    if (e.rank(scale) == 1)
        attrs.emplace_back("axis", 0);
    layer.weight =
        e.emit("DequantizeLinear", {stored, scale, as_tensor(e, (*items)[2])}, std::move(attrs));
    layer.weight_shape = call.shape(stored);
    if (!(*items)[3].is_none())
        layer.bias = as_tensor(e, (*items)[3]);
    layer.rest.assign(items->begin() + 4, items->end());
    return layer;
}

template <bool Relu>
Outputs finished(OpCall& call, ValueId real, const QuantizedGrid& grid)
{
    Emitter& e = call.e();
    return put_on_grid(e, Relu ? e.emit("Relu", {real}) : real, grid);
}

template <bool Relu>
Outputs linear(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("X");
    const QuantizedGrid grid = result_grid(call, x, "Y_scale_i", "Y_zero_point_i");
    const PackedLayer layer = packed_layer(call, "W_prepack", 4);
    const bool matrix = e.rank(x) == 2;
    const Ints flat{-1, layer.weight_shape.at(1)};
    std::vector<ValueId> inputs{matrix ? x : e.reshape(x, std::span<const std::int64_t>(flat)),
                                layer.weight};
    if (layer.bias != no_id)
        inputs.push_back(layer.bias);
    ValueId product = e.emit("Gemm", std::move(inputs), {{"transB", 1}});
    if (!matrix)
        product = e.reshape(product, e.concat({e.slice(e.shape_of(x), 0, 0, -1),
                                               e.constant({layer.weight_shape.at(0)})},
                                              0));
    return finished<Relu>(call, product, grid);
}

Ints numbers_of(OpCall& call, const Lowered& value)
{
    Ints numbers;
    if (const std::vector<Lowered>* items = sequence_items(value))
        for (const Lowered& item : *items)
            if (const auto* number = item.as<std::int64_t>())
                numbers.push_back(*number);
    if (numbers.empty())
        call.refuse("the packed convolution cannot be opened");
    return numbers;
}

/// Convolutions of sequences are packed as those of images of height 1.
template <std::size_t Spatial, bool Relu, bool Transposed>
Outputs convolution(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("qx");
    const QuantizedGrid grid = result_grid(call, x, "output_scale", "output_zero_point");
    const PackedLayer layer = packed_layer(call, "packed_weight", 9);
    const Ints stride = numbers_of(call, layer.rest[0]);
    const Ints padding = numbers_of(call, layer.rest[1]);
    const Ints dilation = numbers_of(call, layer.rest[2]);
    const auto* groups = layer.rest[3].as<std::int64_t>();
    if (!groups || stride.size() + 2 != layer.weight_shape.size())
        call.refuse("the packed convolution cannot be opened");
    Ints pads = padding;
    pads.insert(pads.end(), padding.begin(), padding.end());
    Attrs attrs{{"kernel_shape", Ints(layer.weight_shape.begin() + 2, layer.weight_shape.end())},
                {"strides", stride},
                {"pads", pads},
                {"dilations", dilation},
                {"group", *groups}};
    if (Transposed)
        attrs.emplace_back("output_padding", numbers_of(call, layer.rest[4]));
    const bool flat = stride.size() == Spatial + 1;
    const auto batched = Batched::of(e, x, static_cast<std::int64_t>(Spatial) + 2);
    x = flat ? e.unsqueeze(batched.value, {2}) : batched.value;
    std::vector<ValueId> inputs{x, layer.weight};
    if (layer.bias != no_id)
        inputs.push_back(layer.bias);
    ValueId sums =
        e.emit(Transposed ? "ConvTranspose" : "Conv", std::move(inputs), std::move(attrs));
    if (flat)
        sums = e.squeeze(sums, {2});
    return finished<Relu>(call, batched.undo(e, sums), grid);
}

template <bool Product, bool Relu>
Outputs of_two(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId a = call.tensor("qa");
    const QuantizedGrid grid = result_grid(call, a, "scale", "zero_point");
    return finished<Relu>(call, e.emit(Product ? "Mul" : "Add", {a, call.tensor("qb")}), grid);
}

Outputs product_of_two(OpCall& call)
{
    const ValueId a = call.tensor("qa");
    const QuantizedGrid grid = result_grid(call, a, "scale", "zero_point");
    return put_on_grid(call.e(), call.e().emit("MatMul", {a, call.tensor("qb")}), grid);
}

Outputs joined(OpCall& call)
{
    const std::vector<ValueId> parts = call.tensors("qx");
    if (parts.empty())
        call.refuse("nothing to join");
    QuantizedGrid grid;
    if (call.has("scale") && call.has("zero_point"))
        grid = result_grid(call, parts.front(), "scale", "zero_point");
    else if (const auto first = grid_of(call.e().model(), parts.front()))
        grid = *first;
    else
        call.refuse("its input is no quantized tensor of known grid");
    return put_on_grid(call.e(), call.e().concat(parts, call.integer("dim")), grid);
}

Outputs sigmoid(OpCall& call)
{
    const ValueId x = call.tensor("qx");
    const QuantizedGrid grid = result_grid(call, x, "output_scale", "output_zero_point");
    return put_on_grid(call.e(), call.e().emit("Sigmoid", {x}), grid);
}

Outputs leaky_relu(OpCall& call)
{
    const ValueId x = call.tensor("qx");
    const QuantizedGrid grid = result_grid(call, x, "output_scale", "output_zero_point");
    return put_on_grid(call.e(),
                       call.e().emit("LeakyRelu", {x}, {{"alpha", call.number("negative_slope")}}),
                       grid);
}

Outputs hard_swish(OpCall& call)
{
    const Expr x(call.e(), call.tensor("input"));
    const QuantizedGrid grid = result_grid(call, x.id(), "output_scale", "output_zero_point");
    return put_on_grid(call.e(), (x * min(max(x + 3.0, 0.0), 6.0) / 6.0).id(), grid);
}

Outputs softmax(OpCall& call)
{
    const ValueId x = call.tensor("qx");
    const QuantizedGrid grid = result_grid(call, x, "output_scale", "output_zero_point");
    return put_on_grid(call.e(), call.e().emit("Softmax", {x}, {{"axis", call.integer("dim")}}),
                       grid);
}

Outputs relu6(OpCall& call)
{
    const Expr x(call.e(), call.tensor("qx"));
    const auto grid = grid_of(call.e().model(), x.id());
    if (!grid)
        call.refuse("its input is no quantized tensor of known grid");
    return put_on_grid(call.e(), min(max(x, 0.0), 6.0).id(), *grid);
}

Outputs quantized_elu(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const QuantizedGrid grid = result_grid(call, x, "output_scale", "output_zero_point");
    if (call.number("scale") != 1.0 || call.number("input_scale") != 1.0)
        call.refuse("'scale' or 'input_scale' is not 1");
    return put_on_grid(call.e(), call.e().emit("Elu", {x}, {{"alpha", call.number("alpha")}}),
                       grid);
}

Outputs quantized_celu(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const QuantizedGrid grid = result_grid(call, x, "output_scale", "output_zero_point");
    return put_on_grid(call.e(), call.e().emit("Celu", {x}, {{"alpha", call.number("alpha")}}),
                       grid);
}

Outputs quantized_layer_norm(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("input");
    const QuantizedGrid grid = result_grid(call, x, "output_scale", "output_zero_point");
    const auto count = static_cast<std::int64_t>(call.ints("normalized_shape").size());
    const Ints axes = iota(call.rank("input") - count, count);
    ValueId result = standardize(e, x, axes, call.number("eps")).value;
    if (call.has("weight"))
        result = e.mul(result, call.tensor("weight"));
    if (call.has("bias"))
        result = e.add(result, call.tensor("bias"));
    return put_on_grid(e, result, grid);
}

Outputs quantized_group_norm(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("input");
    const QuantizedGrid grid = result_grid(call, x, "output_scale", "output_zero_point");
    const ValueId groups = e.reshape(x, Ints{0, call.integer("num_groups"), -1});
    const ValueId whole =
        e.reshape(standardize(e, groups, {2}, call.number("eps")).value, e.shape_of(x));
    return put_on_grid(e,
                       scale_channels(e, whole, call.tensor_or_none("weight"),
                                      call.tensor_or_none("bias"), call.rank("input")),
                       grid);
}

Outputs quantized_instance_norm(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("input");
    const QuantizedGrid grid = result_grid(call, x, "output_scale", "output_zero_point");
    const std::int64_t rank = call.rank("input");
    const ValueId result = standardize(e, x, iota(2, rank - 2), call.number("eps")).value;
    return put_on_grid(
        e,
        scale_channels(e, result, call.tensor_or_none("weight"), call.tensor_or_none("bias"), rank),
        grid);
}

template <bool Relu>
Outputs quantized_batch_norm(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("qx");
    const QuantizedGrid grid = result_grid(call, x, "output_scale", "output_zero_point");
    const ValueId mean = call.tensor("mean");
    const auto factor = [&](std::string_view name, double missing) {
        return call.has(name)
                   ? call.tensor(name)
                   : e.constant(filled_constant(DType::Float32, call.shape(mean), missing),
                                "channels");
    };
    const ValueId sums =
        e.emit("BatchNormalization",
               {x, factor("weight", 1.0), factor("bias", 0.0), mean, call.tensor("var")},
               {{"epsilon", call.number("eps")}});
    return finished<Relu>(call, sums, grid);
}

#define STRATA_BATCH_NORM(name)                                                                    \
    "quantized::" name "(Tensor qx, Tensor? weight, Tensor? bias, Tensor mean, Tensor var, "       \
    "float eps, float output_scale, int output_zero_point) -> Tensor"
#define STRATA_CONV(name, arguments)                                                               \
    "quantized::" name "(Tensor qx, __torch__.torch.classes.quantized." arguments                  \
    " packed_weight, float output_scale, int output_zero_point) -> Tensor"
#define STRATA_LINEAR(name)                                                                        \
    "quantized::" name "(Tensor X, __torch__.torch.classes.quantized.LinearPackedParamsBase "      \
    "W_prepack, float Y_scale_i, int Y_zero_point_i) -> Tensor"
#define STRATA_TWO(name)                                                                           \
    "quantized::" name "(Tensor qa, Tensor qb, float scale, int zero_point) -> Tensor"

constexpr OpEntry entries[] = {
    {"aten::quantize_per_tensor(Tensor self, float scale, int zero_point, ScalarType dtype) -> "
     "Tensor",
     quantize, "quint8 and qint8"},
    {"aten::quantize_per_tensor.tensor_qparams(Tensor self, Tensor scale, Tensor zero_point, "
     "ScalarType dtype) -> Tensor",
     quantize, "quint8 and qint8"},
    {"aten::dequantize.self(Tensor self) -> Tensor", dequantize},
    {STRATA_LINEAR("linear"), linear<false>},
    {STRATA_LINEAR("linear_relu"), linear<true>},
    {STRATA_CONV("conv1d", "Conv2dPackedParamsBase"), convolution<1, false, false>},
    {STRATA_CONV("conv1d_relu", "Conv2dPackedParamsBase"), convolution<1, true, false>},
    {STRATA_CONV("conv2d.new", "Conv2dPackedParamsBase"), convolution<2, false, false>},
    {STRATA_CONV("conv2d_relu.new", "Conv2dPackedParamsBase"), convolution<2, true, false>},
    {STRATA_CONV("conv3d.new", "Conv3dPackedParamsBase"), convolution<3, false, false>},
    {STRATA_CONV("conv3d_relu.new", "Conv3dPackedParamsBase"), convolution<3, true, false>},
    {STRATA_CONV("conv_transpose1d", "Conv2dPackedParamsBase"), convolution<1, false, true>},
    {STRATA_CONV("conv_transpose2d", "Conv2dPackedParamsBase"), convolution<2, false, true>},
    {STRATA_TWO("add"), of_two<false, false>},
    {STRATA_TWO("add_relu"), of_two<false, true>},
    {STRATA_TWO("mul"), of_two<true, false>},
    {STRATA_TWO("mul_relu"), of_two<true, true>},
    {STRATA_TWO("matmul"), product_of_two},
    {"quantized::cat(Tensor[] qx, int dim, float? scale, int? zero_point) -> Tensor", joined},
    {"quantized::sigmoid(Tensor qx, float output_scale, int output_zero_point) -> Tensor", sigmoid},
    {"quantized::leaky_relu(Tensor qx, Scalar negative_slope, bool inplace, float output_scale, "
     "int output_zero_point) -> Tensor",
     leaky_relu},
    {"quantized::hardswish(Tensor input, float output_scale, int output_zero_point) -> Tensor",
     hard_swish},
    {"quantized::softmax(Tensor qx, int dim, float output_scale, int output_zero_point) -> Tensor",
     softmax},
    {"quantized::elu(Tensor self, float output_scale, int output_zero_point, Scalar alpha=1, "
     "Scalar "
     "scale=1, Scalar input_scale=1) -> Tensor",
     quantized_elu},
    {"quantized::celu(Tensor self, float output_scale, int output_zero_point, Scalar alpha=1) -> "
     "Tensor",
     quantized_celu},
    {"quantized::layer_norm(Tensor input, int[] normalized_shape, Tensor? weight, Tensor? bias, "
     "float eps, float output_scale, int output_zero_point) -> Tensor",
     quantized_layer_norm},
    {"quantized::group_norm(Tensor input, int num_groups, Tensor? weight, Tensor? bias, float eps, "
     "float output_scale, int output_zero_point) -> Tensor",
     quantized_group_norm},
    {"quantized::instance_norm(Tensor input, Tensor? weight, Tensor? bias, float eps, float "
     "output_scale, int output_zero_point) -> Tensor",
     quantized_instance_norm},
    {STRATA_BATCH_NORM("batch_norm"), quantized_batch_norm<false>},
    {STRATA_BATCH_NORM("batch_norm1d"), quantized_batch_norm<false>},
    {STRATA_BATCH_NORM("batch_norm2d"), quantized_batch_norm<false>},
    {STRATA_BATCH_NORM("batch_norm3d"), quantized_batch_norm<false>},
    {STRATA_BATCH_NORM("batch_norm_relu"), quantized_batch_norm<true>},
    {STRATA_BATCH_NORM("batch_norm1d_relu"), quantized_batch_norm<true>},
    {STRATA_BATCH_NORM("batch_norm2d_relu"), quantized_batch_norm<true>},
    {STRATA_BATCH_NORM("batch_norm3d_relu"), quantized_batch_norm<true>},
    {"quantized::relu6(Tensor qx, bool inplace=False) -> Tensor", relu6},
};
#undef STRATA_BATCH_NORM
#undef STRATA_CONV
#undef STRATA_LINEAR
#undef STRATA_TWO

} // namespace

std::span<const OpEntry> static_quantized_ops()
{
    return entries;
}

} // namespace strata::ops
