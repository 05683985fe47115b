// Batch, layer, group, instance and root-mean-square normalization; weight normalization.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"
#include "lowering/ops/sizes.h"
#include "lowering/ops/standardize.h"
#include "lowering/size_limits.h"

#include <fmt/format.h>

namespace strata::ops {
namespace {

/// Constants take the type of what they meet; unknown types are taken for PyTorch's default.
DType constant_type(DType dtype)
{
    return dtype == DType::Unknown ? DType::Float32 : dtype;
}

ValueId vector_of(Emitter& e, DType dtype, std::int64_t count, double value)
{
    return e.constant(filled_constant(constant_type(dtype), {count}, value),
                      value == 0.0 ? "zeros" : "ones");
}

struct ChannelNorm {
    ValueId input = no_id, weight = no_id, bias = no_id, mean = no_id, variance = no_id;
    double eps = 0.0;
};

ChannelNorm channel_norm(OpCall& call, std::string_view eps = "eps")
{
    return {call.tensor("input"),
            call.tensor_or_none("weight"),
            call.tensor_or_none("bias"),
            call.tensor_or_none("running_mean"),
            call.tensor_or_none("running_var"),
            call.number(eps)};
}

/// With running statistics: one BatchNormalization.
ValueId normalize_by_running_statistics(Emitter& e, const ChannelNorm& norm, OpCall& call)
{
    const auto channels = size_if_known(e, norm.mean, 0);
    if (!channels && (norm.weight == no_id || norm.bias == no_id))
        call.refuse_for_shapes("the number of channels is not known");
    if (has_no_elements(e, norm.input))
        return norm.input;
    const DType dtype = e.dtype(norm.input);
    const DType statistics = e.dtype(norm.mean);
    const ValueId weight =
        norm.weight == no_id ? vector_of(e, statistics, *channels, 1.0) : norm.weight;
    const ValueId bias = norm.bias == no_id ? vector_of(e, statistics, *channels, 0.0) : norm.bias;
    // Mixed precision: PyTorch computes a half input with float statistics in float.
    const bool mixed = dtype != DType::Unknown && statistics != DType::Unknown &&
                       dtype != statistics && is_floating_point(dtype);
    const auto wide = [&](ValueId value) { return mixed ? e.cast(value, statistics) : value; };
    const ValueId result =
        e.emit("BatchNormalization",
               {wide(norm.input), wide(weight), wide(bias), norm.mean, wide(norm.variance)},
               {{"epsilon", norm.eps}});
    return mixed ? e.cast(result, dtype) : result;
}

/// Over everything but dimension 1, as batch normalization does where it has no running statistics.
Standardized normalize_by_batch_statistics(OpCall& call, const ChannelNorm& norm)
{
    Emitter& e = call.e();
    const auto rank = e.rank(norm.input);
    if (!rank || *rank < 2)
        call.refuse_for_shapes("the rank of 'input' is not known, which batch statistics need");
    std::vector<std::int64_t> axes = iota(2, *rank - 2);
    axes.insert(axes.begin(), 0);
    Standardized result = standardize(e, norm.input, axes, norm.eps);
    result.value = scale_channels(e, result.value, norm.weight, norm.bias, *rank);
    return result;
}

/// Whether the statistics are the batch's own: there are no others, or the call is in training
/// mode. A module that was left in training mode is refused: it has running statistics, and nobody
/// wants a model that does not use them. Of statistics that come in as inputs the call means what
/// it says.
bool uses_batch_statistics(OpCall& call, const ChannelNorm& norm, bool training,
                           std::string_view name = "batch normalization")
{
    if (norm.mean == no_id || norm.variance == no_id)
        return true;
    const OnnxModel& model = call.e().model();
    if (training && model.values[norm.mean].initializer != no_id)
        call.refuse(
            fmt::format("{} is in training mode: it would update its running statistics", name),
            "call model.eval() before saving");
    return training;
}

ValueId batch_normalize(OpCall& call, const ChannelNorm& norm, bool training)
{
    if (uses_batch_statistics(call, norm, training))
        return normalize_by_batch_statistics(call, norm).value;
    return normalize_by_running_statistics(call.e(), norm, call);
}

Outputs batch_norm(OpCall& call)
{
    return batch_normalize(call, channel_norm(call), call.boolean("training"));
}

/// The saved statistics of the native variants. In eval mode they are empty; without running
/// statistics they are the batch's.
Outputs with_statistics(OpCall& call, const ChannelNorm& norm, bool training,
                        std::size_t extra_outputs)
{
    Emitter& e = call.e();
    Outputs outputs;
    if (uses_batch_statistics(call, norm, training)) {
        const Standardized result = normalize_by_batch_statistics(call, norm);
        const auto rank = *e.rank(norm.input);
        std::vector<std::int64_t> kept = iota(2, rank - 2);
        kept.insert(kept.begin(), 0);
        outputs = Outputs::tensors({result.value, e.squeeze(result.mean, kept),
                                    e.squeeze(result.inverse_deviation(e), kept)});
    } else {
        const ValueId result = normalize_by_running_statistics(e, norm, call);
        const ValueId empty =
            e.constant(Tensor::filled(constant_type(e.dtype(norm.input)), {0}, 0.0), "empty");
        outputs = Outputs::tensors({result, empty, empty});
    }
    for (std::size_t i = 0; i < extra_outputs; ++i)
        outputs.values.push_back(
            Lowered::tensor(e.constant(Tensor::filled(DType::UInt8, {0}, 0.0), "empty")));
    return outputs;
}

Outputs native_batch_norm(OpCall& call)
{
    return with_statistics(call, channel_norm(call), call.boolean("training"), 0);
}

Outputs native_batch_norm_no_training(OpCall& call)
{
    return with_statistics(call, channel_norm(call), false, 0);
}

Outputs native_batch_norm_no_stats(OpCall& call)
{
    return with_statistics(call,
                           {call.tensor("input"), call.tensor_or_none("weight"),
                            call.tensor_or_none("bias"), no_id, no_id, call.number("eps")},
                           true, 0);
}

Outputs batch_norm_no_update(OpCall& call)
{
    return with_statistics(call, channel_norm(call), false, 1);
}

Outputs batch_norm_with_update(OpCall& call)
{
    return with_statistics(call, channel_norm(call), true, 1);
}

/// A running statistic after a batch, whose own counts with weight `momentum`.
ValueId updated_statistic(Emitter& e, ValueId running, ValueId of_batch, double momentum)
{
    const DType dtype = constant_type(e.dtype(running));
    return e.add(e.mul(running, e.scalar(dtype, 1.0 - momentum)),
                 e.mul(e.cast(of_batch, dtype), e.scalar(dtype, momentum)));
}

/// What a functionalized program has: the running statistics come out as results, too.
Outputs functional(OpCall& call, bool training, std::size_t extra_outputs)
{
    const ChannelNorm norm = channel_norm(call);
    Emitter& e = call.e();
    if (!uses_batch_statistics(call, norm, training)) {
        Outputs outputs = with_statistics(call, norm, false, extra_outputs);
        outputs.values.push_back(Lowered::tensor(norm.mean));
        outputs.values.push_back(Lowered::tensor(norm.variance));
        return outputs;
    }
    const std::vector<std::int64_t> shape = call.shape(norm.input);
    if (shape.size() < 2)
        call.refuse("the input has no dimension of channels");
    std::vector<std::int64_t> kept = iota(2, static_cast<std::int64_t>(shape.size()) - 2);
    kept.insert(kept.begin(), 0);
    double elements = 1;
    for (const std::int64_t axis : kept)
        elements *= static_cast<double>(shape[static_cast<std::size_t>(axis)]);
    if (elements < 2)
        call.refuse("training needs more than one value for each channel");
    const Standardized result = normalize_by_batch_statistics(call, norm);
    const DType dtype = constant_type(e.dtype(norm.input));
    const ValueId mean = e.squeeze(result.mean, kept);
    const ValueId deviation = e.squeeze(result.deviation, kept);
    const ValueId biased = e.sub(e.mul(deviation, deviation), e.scalar(dtype, norm.eps));
    const ValueId variance = e.mul(biased, e.scalar(dtype, elements / (elements - 1.0)));
    Outputs outputs = Outputs::tensors({result.value, mean, e.emit("Reciprocal", {deviation})});
    for (std::size_t i = 0; i < extra_outputs; ++i)
        outputs.values.push_back(
            Lowered::tensor(e.constant(Tensor::filled(DType::UInt8, {0}, 0.0), "empty")));
    const double momentum = call.number("momentum");
    outputs.values.push_back(Lowered::tensor(updated_statistic(e, norm.mean, mean, momentum)));
    outputs.values.push_back(
        Lowered::tensor(updated_statistic(e, norm.variance, variance, momentum)));
    return outputs;
}

Outputs batch_norm_functional(OpCall& call)
{
    return functional(call, call.boolean("training"), 0);
}

Outputs batch_norm_with_update_functional(OpCall& call)
{
    return functional(call, true, 1);
}

Outputs cudnn_batch_norm(OpCall& call)
{
    return with_statistics(call, channel_norm(call, "epsilon"), call.boolean("training"), 1);
}

Outputs miopen_batch_norm(OpCall& call)
{
    return with_statistics(call, channel_norm(call, "epsilon"), call.boolean("training"), 0);
}

Outputs batch_norm_impl_index(OpCall& call)
{
    Outputs outputs = with_statistics(call, channel_norm(call), call.boolean("training"), 1);
    outputs.values.push_back(Lowered(std::int64_t{0}));
    return outputs;
}

Outputs instance_norm(OpCall& call)
{
    Emitter& e = call.e();
    const ChannelNorm norm = channel_norm(call);
    if (!call.boolean("use_input_stats")) {
        if (norm.mean == no_id || norm.variance == no_id)
            call.refuse("'use_input_stats' is false but there are no running statistics");
        return normalize_by_running_statistics(e, norm, call);
    }
    uses_batch_statistics(call, norm, true, "instance normalization"); // or refuses
    const auto rank = e.rank(norm.input);
    std::optional<std::int64_t> channels = size_if_known(e, norm.input, 1);
    if (norm.weight != no_id && !channels)
        channels = size_if_known(e, norm.weight, 0);
    const DType dtype = e.dtype(norm.input);
    if (channels && (!rank || *rank >= 3) && dtype != DType::Float64) {
        const ValueId weight =
            norm.weight == no_id ? vector_of(e, dtype, *channels, 1.0) : norm.weight;
        const ValueId bias = norm.bias == no_id ? vector_of(e, dtype, *channels, 0.0) : norm.bias;
        return e.emit("InstanceNormalization", {norm.input, weight, bias}, {{"epsilon", norm.eps}});
    }
    if (!rank)
        call.refuse_for_shapes("neither the rank nor the number of channels of 'input' is known");
    const Standardized result = standardize(e, norm.input, iota(2, *rank - 2), norm.eps);
    return scale_channels(e, result.value, norm.weight, norm.bias, *rank);
}

/// Layer normalization with its mean and inverse deviation, which older opsets decompose into.
Outputs normalize_layer(OpCall& call, bool with_statistics)
{
    Emitter& e = call.e();
    const ValueId input = call.tensor("input");
    const std::vector<std::int64_t> normalized = call.ints("normalized_shape");
    const auto count = static_cast<std::int64_t>(normalized.size());
    const ValueId weight = call.tensor_or_none("weight");
    const ValueId bias = call.tensor_or_none("bias");
    const double eps = call.number("eps");
    // The statistics of LayerNormalization are float32 whatever the input is.
    const bool own_statistics = !with_statistics || constant_type(e.dtype(input)) == DType::Float32;
    if (e.opset() >= 17 && own_statistics) {
        const ValueId scale =
            weight != no_id
                ? weight
                : e.constant(filled_constant(constant_type(e.dtype(input)), normalized, 1.0),
                             "ones");
        const auto results =
            e.emit_many("LayerNormalization", {input, scale, bias}, with_statistics ? 3 : 1,
                        {{"axis", -count}, {"epsilon", eps}});
        Outputs outputs;
        for (const ValueId result : results)
            outputs.values.push_back(Lowered::tensor(result));
        return outputs;
    }
    Standardized result = standardize(e, input, iota(-count, count), eps);
    if (weight != no_id)
        result.value = e.mul(result.value, weight);
    if (bias != no_id)
        result.value = e.add(result.value, bias);
    if (!with_statistics)
        return result.value;
    return Outputs::tensors({result.value, result.mean, result.inverse_deviation(e)});
}

Outputs layer_norm(OpCall& call)
{
    return normalize_layer(call, false);
}

Outputs native_layer_norm(OpCall& call)
{
    return normalize_layer(call, true);
}

/// [N, C, *] as [N, groups, everything else of the group].
ValueId grouped(Emitter& e, ValueId input, std::int64_t groups)
{
    const std::vector<std::int64_t> shape{0, groups, -1};
    return e.reshape(input, shape);
}

Outputs group_norm(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId input = call.tensor("input");
    const std::int64_t groups = call.integer("num_groups");
    const ValueId weight = call.tensor_or_none("weight");
    const ValueId bias = call.tensor_or_none("bias");
    const double eps = call.number("eps");
    const DType dtype = e.dtype(input);
    const bool affine = weight != no_id || bias != no_id;
    const auto rank = e.rank(input);
    if (has_no_elements(e, input))
        return input;
    if (affine && !rank)
        call.refuse_for_shapes("the rank of 'input' is not known");
    const ValueId by_group = grouped(e, input, groups);
    const ValueId normal =
        dtype == DType::Float64
            ? standardize(e, by_group, {2}, eps).value
            : e.emit("InstanceNormalization",
                     {by_group, vector_of(e, dtype, groups, 1.0), vector_of(e, dtype, groups, 0.0)},
                     {{"epsilon", eps}});
    const ValueId result = reshape_like(e, normal, input, 1);
    return affine ? scale_channels(e, result, weight, bias, *rank) : result;
}

Outputs native_group_norm(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId input = call.tensor("input");
    const std::int64_t rank = call.rank("input");
    if (has_no_elements(e, input)) {
        if (call.shape(input).front() != 0)
            call.refuse("statistics of nothing");
        const std::vector<std::int64_t> none{0, call.integer("group")};
        const ValueId statistics =
            e.constant(Tensor::filled(constant_type(e.dtype(input)), none, 0.0), "statistics");
        return Outputs::tensors({input, statistics, statistics});
    }
    const Standardized result =
        standardize(e, grouped(e, input, call.integer("group")), {2}, call.number("eps"));
    const ValueId value =
        scale_channels(e, reshape_like(e, result.value, input, 1), call.tensor_or_none("weight"),
                       call.tensor_or_none("bias"), rank);
    return Outputs::tensors(
        {value, e.squeeze(result.mean, {2}), e.squeeze(result.inverse_deviation(e), {2})});
}

/// x / sqrt(mean(x^2) + eps), computed in float32 for half types as PyTorch does.
Standardized root_mean_square(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId input = call.tensor("input");
    const DType dtype = constant_type(e.dtype(input));
    const DType wide = bits_per_element(dtype) < 32 ? DType::Float32 : dtype;
    // finfo(dtype).eps of the type it is computed in.
    const double machine = wide == DType::Float64 ? 2.220446049250313e-16 : 1.1920928955078125e-07;
    const double eps = call.number_or_none("eps").value_or(machine);
    const auto count = static_cast<std::int64_t>(call.ints("normalized_shape").size());
    const ValueId x = e.cast(input, wide);
    Standardized result;
    const ValueId square = e.reduce("ReduceMean", e.mul(x, x), iota(-count, count), true);
    result.deviation = e.emit("Sqrt", {e.add(square, e.scalar(wide, eps))});
    result.value = e.div(x, result.deviation);
    if (const ValueId weight = call.tensor_or_none("weight"); weight != no_id)
        result.value = e.mul(result.value, e.cast(weight, wide));
    result.value = e.cast(result.value, dtype);
    return result;
}

Outputs rms_norm(OpCall& call)
{
    return root_mean_square(call).value;
}

Outputs fused_rms_norm(OpCall& call)
{
    const Standardized result = root_mean_square(call);
    return Outputs::tensors({result.value, result.inverse_deviation(call.e())});
}

/// The 2-norm over all dimensions but one.
ValueId norm_except(OpCall& call, ValueId value, std::int64_t dim)
{
    const std::int64_t rank = call.rank("v");
    if (dim == -1)
        return call.e().reduce("ReduceL2", value, {}, false);
    dim = call.normalize_axis(dim, rank);
    std::vector<std::int64_t> axes;
    for (std::int64_t axis = 0; axis < rank; ++axis)
        if (axis != dim)
            axes.push_back(axis);
    if (axes.empty())
        return call.e().emit("Abs", {value});
    return call.e().reduce("ReduceL2", value, axes, true);
}

Outputs weight_norm(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId v = call.tensor("v");
    return e.mul(v, e.div(call.tensor("g"), norm_except(call, v, call.integer("dim"))));
}

Outputs weight_norm_interface(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId v = call.tensor("v");
    const ValueId norm = norm_except(call, v, call.integer("dim"));
    return Outputs::tensors({e.mul(v, e.div(call.tensor("g"), norm)), norm});
}

Outputs norm_except_dim(OpCall& call)
{
    if (call.integer("pow") != 2)
        call.refuse(fmt::format("'pow' is {} (2 is supported)", call.integer("pow")));
    return norm_except(call, call.tensor("v"), call.integer("dim"));
}

constexpr std::string_view eval_only = "training mode only without running statistics of its own";

constexpr OpEntry entries[] = {
    {"aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
     "running_var, bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor",
     batch_norm, eval_only},
    {"aten::native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, "
     "Tensor? running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
     native_batch_norm, eval_only},
    {"aten::_native_batch_norm_legit(Tensor input, Tensor? weight, Tensor? bias, Tensor "
     "running_mean, Tensor running_var, bool training, float momentum, float eps) -> (Tensor, "
     "Tensor, Tensor)",
     native_batch_norm, eval_only},
    {"aten::_native_batch_norm_legit.no_stats(Tensor input, Tensor? weight, Tensor? bias, bool "
     "training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
     native_batch_norm_no_stats},
    {"aten::_native_batch_norm_legit_no_training(Tensor input, Tensor? weight, Tensor? bias, "
     "Tensor running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, Tensor, "
     "Tensor)",
     native_batch_norm_no_training},
    {"aten::_native_batch_norm_legit_functional(Tensor input, Tensor? weight, Tensor? bias, Tensor "
     "running_mean, Tensor running_var, bool training, float momentum, float eps) -> (Tensor, "
     "Tensor, Tensor, Tensor, Tensor)",
     batch_norm_functional, eval_only},
    {"aten::_batch_norm_no_update(Tensor input, Tensor? weight, Tensor? bias, Tensor? "
     "running_mean, Tensor? running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor, "
     "Tensor)",
     batch_norm_no_update},
    {"aten::_batch_norm_with_update(Tensor input, Tensor? weight, Tensor? bias, Tensor "
     "running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor, "
     "Tensor)",
     batch_norm_with_update, eval_only},
    {"aten::_batch_norm_with_update_functional(Tensor input, Tensor? weight, Tensor? bias, Tensor "
     "running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor, "
     "Tensor, Tensor, Tensor)",
     batch_norm_with_update_functional, eval_only},
    {"aten::cudnn_batch_norm(Tensor input, Tensor weight, Tensor? bias, Tensor? running_mean, "
     "Tensor? running_var, bool training, float exponential_average_factor, float epsilon) -> "
     "(Tensor, Tensor, Tensor, Tensor)",
     cudnn_batch_norm, eval_only},
    {"aten::miopen_batch_norm(Tensor input, Tensor weight, Tensor? bias, Tensor? running_mean, "
     "Tensor? running_var, bool training, float exponential_average_factor, float epsilon) -> "
     "(Tensor, Tensor, Tensor)",
     miopen_batch_norm, eval_only},
    {"aten::_batch_norm_impl_index(Tensor input, Tensor? weight, Tensor? bias, Tensor? "
     "running_mean, Tensor? running_var, bool training, float momentum, float eps, bool "
     "cudnn_enabled) -> (Tensor, Tensor, Tensor, Tensor, int)",
     batch_norm_impl_index, eval_only},
    {"aten::instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, "
     "Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) "
     "-> Tensor",
     instance_norm, eval_only},
    {"aten::layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, Tensor? "
     "bias=None, float eps=1e-05, bool cudnn_enable=True) -> Tensor",
     layer_norm},
    {"aten::native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? "
     "bias, float eps) -> (Tensor, Tensor, Tensor)",
     native_layer_norm},
    {"aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float "
     "eps=1e-05, bool cudnn_enabled=True) -> Tensor",
     group_norm},
    {"aten::native_group_norm(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, "
     "SymInt HxW, int group, float eps) -> (Tensor, Tensor, Tensor)",
     native_group_norm},
    {"aten::rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? "
     "eps=None) -> Tensor",
     rms_norm},
    {"aten::_fused_rms_norm(Tensor input, int[] normalized_shape, Tensor? weight, float? eps) -> "
     "(Tensor, Tensor)",
     fused_rms_norm},
    {"aten::_weight_norm(Tensor v, Tensor g, int dim=0) -> Tensor", weight_norm},
    {"aten::_weight_norm_interface(Tensor v, Tensor g, int dim=0) -> (Tensor, Tensor)",
     weight_norm_interface},
    {"aten::norm_except_dim(Tensor v, int pow=2, int dim=0) -> Tensor", norm_except_dim,
     "the 2-norm"},
};

} // namespace

Standardized standardize(Emitter& e, ValueId input, const std::vector<std::int64_t>& axes,
                         double eps)
{
    const DType dtype = constant_type(e.dtype(input));
    Standardized result;
    result.mean = e.reduce("ReduceMean", input, axes, true);
    const ValueId centered = e.sub(input, result.mean);
    const ValueId variance = e.reduce("ReduceMean", e.mul(centered, centered), axes, true);
    result.deviation = e.emit("Sqrt", {e.add(variance, e.scalar(dtype, eps))});
    result.value = e.div(centered, result.deviation);
    return result;
}

ValueId scale_channels(Emitter& e, ValueId value, ValueId weight, ValueId bias, std::int64_t rank)
{
    if (weight != no_id)
        value = e.mul(value, channel_vector(e, weight, rank - 2));
    if (bias != no_id)
        value = e.add(value, channel_vector(e, bias, rank - 2));
    return value;
}

std::span<const OpEntry> normalization_ops()
{
    return entries;
}

} // namespace strata::ops
