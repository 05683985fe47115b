// Quantization as numbers beside each other: PyTorch's quantized_decomposed operators, fake
// quantization, and products of narrow integers.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"

#include <limits>

namespace strata::ops {
namespace {

/// Where values lie on the quantized scale. Per channel scale and zero point are vectors along
/// `axis`, else numbers.
struct Grid {
    ValueId scale = no_id;      ///< float32
    ValueId zero_point = no_id; ///< of any integer type; no_id: zero
    std::optional<std::int64_t> axis;
};

Grid tensor_grid(OpCall& call)
{
    Emitter& e = call.e();
    const auto one = [&](std::string_view name, DType dtype) {
        const ValueId value = call.scalar_as(name, dtype);
        // A parameter of one element stands for a number.
        return e.rank(value).value_or(0) == 0 ? value
                                              : e.reshape(value, std::span<const std::int64_t>{});
    };
    return {one("scale", DType::Float32), one("zero_point", DType::Int32), std::nullopt};
}

Grid channel_grid(OpCall& call, std::string_view rank_of)
{
    Emitter& e = call.e();
    const ValueId zero_points = call.tensor_or_none("zero_points");
    return {e.cast(call.tensor("scales"), DType::Float32),
            zero_points == no_id ? no_id : e.cast(zero_points, DType::Int32),
            call.normalize_axis(call.integer("axis"), call.rank(rank_of))};
}

bool is_narrow(DType dtype)
{
    return dtype == DType::Int8 || dtype == DType::UInt8;
}

double lowest_of(DType dtype)
{
    return dtype == DType::Int8 ? -128 : 0;
}
double highest_of(DType dtype)
{
    return dtype == DType::Int8 ? 127 : 255;
}

/// A vector along the grid's axis in a form that broadcasts over the tensor.
Expr along_axis(Emitter& e, ValueId vector, const Grid& grid, std::int64_t rank)
{
    if (!grid.axis)
        return {e, vector};
    const std::int64_t trailing = rank - 1 - *grid.axis;
    return {e, trailing == 0 ? vector : e.unsqueeze(vector, iota(1, trailing))};
}

struct Range {
    double low = 0;
    double high = 0;
};

Range range_of(OpCall& call)
{
    return {call.number("quant_min"), call.number("quant_max")};
}

ValueId quantize(OpCall& call, const Grid& grid, DType dtype, Range range)
{
    Emitter& e = call.e();
    const ValueId input = e.cast(call.tensor("input"), DType::Float32);
    if (is_narrow(dtype)) {
        ValueId zero_point = grid.zero_point;
        if (zero_point == no_id) // without one the result would be uint8
            zero_point = Expr(e, grid.scale) * 0.0;
        Attrs attrs;
        if (grid.axis)
            attrs.emplace_back("axis", *grid.axis);
        ValueId result = e.emit("QuantizeLinear", {input, grid.scale, e.cast(zero_point, dtype)},
                                std::move(attrs));
        if (range.low > lowest_of(dtype) || range.high < highest_of(dtype))
            result =
                e.emit("Clip", {result, e.scalar(dtype, range.low), e.scalar(dtype, range.high)});
        return result;
    }
    const std::int64_t rank = grid.axis ? call.rank("input") : 0;
    Expr steps = (Expr(e, input) / along_axis(e, grid.scale, grid, rank)).apply("Round");
    if (grid.zero_point != no_id)
        steps = steps + along_axis(e, e.cast(grid.zero_point, DType::Float32), grid, rank);
    return min(max(steps, range.low), range.high).cast(dtype);
}

ValueId dequantize(OpCall& call, const Grid& grid)
{
    Emitter& e = call.e();
    const ValueId input = call.tensor("input");
    const DType dtype = call.dtype_of(input);
    const DType to = call.dtype("out_dtype", DType::Float32);
    if (is_narrow(dtype)) {
        Attrs attrs;
        if (grid.axis)
            attrs.emplace_back("axis", *grid.axis);
        std::vector<ValueId> inputs{input, grid.scale};
        if (grid.zero_point != no_id)
            inputs.push_back(e.cast(grid.zero_point, dtype));
        return e.cast(e.emit("DequantizeLinear", std::move(inputs), std::move(attrs)), to);
    }
    const std::int64_t rank = grid.axis ? call.rank("input") : 0;
    Expr steps(e, e.cast(input, DType::Float32));
    if (grid.zero_point != no_id)
        steps = steps - along_axis(e, e.cast(grid.zero_point, DType::Float32), grid, rank);
    return (steps * along_axis(e, grid.scale, grid, rank)).cast(to);
}

Outputs quantize_tensor(OpCall& call)
{
    return quantize(call, tensor_grid(call), call.dtype("dtype", DType::Int8), range_of(call));
}
Outputs quantize_channel(OpCall& call)
{
    return quantize(call, channel_grid(call, "input"), call.dtype("dtype", DType::Int8),
                    range_of(call));
}
Outputs dequantize_tensor(OpCall& call)
{
    return dequantize(call, tensor_grid(call));
}
Outputs dequantize_channel(OpCall& call)
{
    return dequantize(call, channel_grid(call, "input"));
}

/// Each row of the last dimension has a scale and a zero point of its own.
Outputs quantize_token(OpCall& call)
{
    Emitter& e = call.e();
    const Expr input(e, e.cast(call.tensor("input"), DType::Float32));
    const Expr scales(e, e.cast(call.tensor("scales"), DType::Float32));
    const Expr zero_points(e, e.cast(call.tensor("zero_points"), DType::Float32));
    const Range range = range_of(call);
    const Expr steps = (input * scales.apply("Reciprocal") + zero_points).apply("Round");
    return min(max(steps, range.low), range.high).cast(call.dtype("dtype", DType::Int8)).id();
}
Outputs dequantize_token(OpCall& call)
{
    Emitter& e = call.e();
    const Expr input(e, e.cast(call.tensor("input"), DType::Float32));
    const Expr scales(e, e.cast(call.tensor("scales"), DType::Float32));
    const Expr zero_points(e, e.cast(call.tensor("zero_points"), DType::Float32));
    return ((input - zero_points) * scales).cast(call.dtype("output_dtype", DType::Float32)).id();
}

/// Scale and zero point such that the tensor's numbers, and zero, fit between quant_min and
/// quant_max.
Outputs choose_grid(OpCall& call)
{
    Emitter& e = call.e();
    const Range range = range_of(call);
    const Expr x(e, e.cast(call.tensor("input"), DType::Float32));
    const Expr low = min(x.reduce("ReduceMin"), 0.0);
    const Expr high = max(x.reduce("ReduceMax"), 0.0);
    const Expr scale = max((high - low) / (range.high - range.low), call.number("eps"));
    const Expr zero = scale.number(range.low) - (low / scale).apply("Round");
    const std::vector<std::int64_t> one{1};
    return Outputs::tensors(
        {e.reshape(scale.cast(DType::Float64), one),
         e.reshape(min(max(zero, range.low), range.high).cast(DType::Int64), one)});
}

Outputs choose_symmetric_grid(OpCall& call)
{
    Emitter& e = call.e();
    const Range range = range_of(call);
    const Expr x(e, e.cast(call.tensor("input"), DType::Float32));
    const Expr largest = max(max(-x.reduce("ReduceMin"), 0.0), x.reduce("ReduceMax"));
    const Expr scale = max(largest / ((range.high - range.low) / 2.0), call.number("eps"));
    const bool is_unsigned = call.dtype("dtype", DType::Int8) == DType::UInt8;
    return Outputs::tensors({e.reshape(scale.cast(DType::Float64), std::vector<std::int64_t>{1}),
                             e.constant({is_unsigned ? std::int64_t{128} : std::int64_t{0}})});
}

Outputs choose_token_grid(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x(e, call.tensor("input"));
    const Expr largest = abs(x).reduce("ReduceMax", {-1}, true).cast(DType::Float32);
    const Expr scales = max(largest, 1e-5) / 127.0;
    return Outputs::tensors({scales, scales * 0.0});
}

Outputs choose_asymmetric_token_grid(OpCall& call)
{
    Emitter& e = call.e();
    constexpr double lowest = -128;
    constexpr double highest = 127;
    const Expr x(e, e.cast(call.tensor("input"), DType::Float32));
    const Expr low = min(x.reduce("ReduceMin", {-1}, true), 0.0);
    const Expr high = max(x.reduce("ReduceMax", {-1}, true), 0.0);
    const Expr scale =
        max((high - low) / (highest - lowest), double{std::numeric_limits<float>::epsilon()});
    const Expr first = low / scale;
    const Expr last = high / scale;
    const Expr zero = where(((first + lowest) + (last + highest)) > 0.0,
                            first.number(lowest) - first, last.number(highest) - last);
    return Outputs::tensors({scale.cast(DType::Float64),
                             min(max(zero, lowest), highest).apply("Round").cast(DType::Int64)});
}

/// Values moved onto the grid, and back to reals; and where they were inside of its range.
Outputs fake_quantize(OpCall& call, bool per_channel, bool with_mask)
{
    Emitter& e = call.e();
    const Expr x(e, call.tensor("self"));
    const DType dtype = x.dtype();
    const std::int64_t rank = per_channel ? call.rank("self") : 0;
    Grid grid;
    if (per_channel)
        grid.axis = call.normalize_axis(call.integer("axis"), rank);
    const auto part = [&](std::string_view name) {
        return along_axis(e, call.scalar_as(name, dtype), grid, rank);
    };
    const Expr scale = part("scale");
    const Expr zero_point = part("zero_point");
    const Range range = range_of(call);
    const Expr steps = (x / scale + zero_point).apply("Round");
    const Expr kept = min(max(steps, range.low), range.high);
    const ValueId result = (kept - zero_point) * scale;
    return with_mask ? Outputs::tensors({result, kept == steps}) : Outputs(result);
}

template <bool PerChannel, bool WithMask>
Outputs fake(OpCall& call)
{
    return fake_quantize(call, PerChannel, WithMask);
}

/// int8 times int8, summed in int32.
Outputs integer_product(OpCall& call)
{
    return call.e().emit("MatMulInteger", {call.tensor("self"), call.tensor("mat2")});
}

/// x times the transposed int8 weight, times a scale for each row of the weight.
Outputs weight_only_product(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x(e, call.tensor("self"));
    const ValueId weight = e.transpose(e.cast(call.tensor("mat2"), x.dtype()), {1, 0});
    const Expr scales(e, e.cast(call.tensor("scales"), x.dtype()));
    return (x.apply("MatMul", Expr(e, weight)) * scales).id();
}

#define STRATA_TO_GRID "int quant_min, int quant_max, ScalarType dtype) -> Tensor"
#define STRATA_FROM_GRID                                                                           \
    "int quant_min, int quant_max, ScalarType dtype, *, ScalarType? out_dtype=None) -> Tensor"

constexpr OpEntry entries[] = {
    {"quantized_decomposed::quantize_per_tensor(Tensor input, float scale, int "
     "zero_point, " STRATA_TO_GRID,
     quantize_tensor},
    {"quantized_decomposed::quantize_per_tensor.tensor(Tensor input, Tensor scale, Tensor "
     "zero_point, " STRATA_TO_GRID,
     quantize_tensor},
    {"quantized_decomposed::quantize_per_tensor.tensor2(Tensor input, Tensor scale, Tensor "
     "zero_point, Tensor quant_min, Tensor quant_max, ScalarType dtype) -> Tensor",
     quantize_tensor},
    {"quantized_decomposed::dequantize_per_tensor(Tensor input, float scale, int "
     "zero_point, " STRATA_FROM_GRID,
     dequantize_tensor},
    {"quantized_decomposed::dequantize_per_tensor.tensor(Tensor input, Tensor scale, Tensor "
     "zero_point, " STRATA_FROM_GRID,
     dequantize_tensor},
    {"quantized_decomposed::dequantize_per_tensor.tensor2(Tensor input, Tensor scale, Tensor "
     "zero_point, Tensor quant_min, Tensor quant_max, ScalarType dtype, *, ScalarType? "
     "out_dtype=None) -> Tensor",
     dequantize_tensor},
    {"quantized_decomposed::quantize_per_channel(Tensor input, Tensor scales, Tensor zero_points, "
     "int axis, " STRATA_TO_GRID,
     quantize_channel},
    {"quantized_decomposed::dequantize_per_channel(Tensor input, Tensor scales, Tensor? "
     "zero_points, int axis, " STRATA_FROM_GRID,
     dequantize_channel},
    {"quantized_decomposed::quantize_per_token(Tensor input, Tensor scales, Tensor "
     "zero_points, " STRATA_TO_GRID,
     quantize_token},
    {"quantized_decomposed::dequantize_per_token(Tensor input, Tensor scales, Tensor zero_points, "
     "int quant_min, int quant_max, ScalarType dtype, ScalarType output_dtype) -> Tensor",
     dequantize_token},
    {"quantized_decomposed::choose_qparams.tensor(Tensor input, int quant_min, int quant_max, "
     "float eps, ScalarType dtype) -> (Tensor, Tensor)",
     choose_grid},
    {"quantized_decomposed::choose_qparams_symmetric.tensor(Tensor input, int quant_min, int "
     "quant_max, float eps, ScalarType dtype) -> (Tensor, Tensor)",
     choose_symmetric_grid},
    {"quantized_decomposed::choose_qparams_per_token(Tensor input, ScalarType dtype) -> (Tensor, "
     "Tensor)",
     choose_token_grid},
    {"quantized_decomposed::choose_qparams_per_token_asymmetric(Tensor input, ScalarType dtype) -> "
     "(Tensor, Tensor)",
     choose_asymmetric_token_grid},
    {"aten::fake_quantize_per_tensor_affine(Tensor self, float scale, int zero_point, int "
     "quant_min, int quant_max) -> Tensor",
     fake<false, false>},
    {"aten::fake_quantize_per_tensor_affine.tensor_qparams(Tensor self, Tensor scale, Tensor "
     "zero_point, int quant_min, int quant_max) -> Tensor",
     fake<false, false>},
    {"aten::fake_quantize_per_tensor_affine_cachemask(Tensor self, float scale, int zero_point, "
     "int quant_min, int quant_max) -> (Tensor, Tensor)",
     fake<false, true>},
    {"aten::fake_quantize_per_channel_affine(Tensor self, Tensor scale, Tensor zero_point, int "
     "axis, int quant_min, int quant_max) -> Tensor",
     fake<true, false>},
    {"aten::fake_quantize_per_channel_affine_cachemask(Tensor self, Tensor scale, Tensor "
     "zero_point, int axis, int quant_min, int quant_max) -> (Tensor, Tensor)",
     fake<true, true>},
    {"aten::_int_mm(Tensor self, Tensor mat2) -> Tensor", integer_product},
    {"aten::_weight_int8pack_mm(Tensor self, Tensor mat2, Tensor scales) -> Tensor",
     weight_only_product},
};

} // namespace

std::span<const OpEntry> quantization_ops()
{
    return entries;
}

} // namespace strata::ops
