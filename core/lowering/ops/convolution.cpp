// Convolutions and transposed convolutions of all ranks.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"
#include "lowering/ops/integer_windows.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace strata::ops {
namespace {

/// The parameters of any convolution. Lists have one entry for each spatial dimension.
struct Convolution {
    ValueId input = no_id;
    ValueId weight = no_id;
    ValueId bias = no_id;
    std::size_t spatial = 0;
    std::vector<std::int64_t> stride;
    std::vector<std::int64_t> pads; ///< begins, then ends
    std::vector<std::int64_t> dilation;
    std::vector<std::int64_t> output_padding;
    std::int64_t groups = 1;
    bool transposed = false;
};

/// Number of spatial dimensions, from the weight's rank; `known` where the operator's name says it.
std::size_t spatial_dimensions(OpCall& call, ValueId weight, std::size_t known)
{
    if (known != 0)
        return known;
    if (const auto rank = call.rank_of(weight); rank && *rank > 2)
        return static_cast<std::size_t>(*rank - 2);
    return call.ints("stride").size();
}

std::vector<std::int64_t> list_of(OpCall& call, std::string_view name, std::size_t count)
{
    std::vector<std::int64_t> values = call.ints(name, count);
    if (values.size() != count)
        call.refuse(fmt::format("'{}' has {} elements for {} spatial dimensions", name,
                                values.size(), count));
    return values;
}

std::vector<std::int64_t> twice(std::vector<std::int64_t> values)
{
    const std::size_t count = values.size();
    values.reserve(2 * count);
    for (std::size_t i = 0; i < count; ++i)
        values.push_back(values[i]);
    return values;
}

/// ONNX Runtime checks that the output padding stays below the stride. Beyond that, padding at the
/// end is cropped less, and what then is left stands after everything that the input reaches.
Outputs emit_convolution(OpCall& call, const Convolution& conv);

Outputs with_large_output_padding(OpCall& call, Convolution conv)
{
    Emitter& e = call.e();
    const std::size_t n = conv.spatial;
    std::vector<std::int64_t> rest(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
        const std::int64_t cropped = conv.pads[n + i];
        conv.pads[n + i] = std::max<std::int64_t>(cropped - conv.output_padding[i], 0);
        rest[i] = std::max<std::int64_t>(conv.output_padding[i] - cropped, 0);
    }
    conv.output_padding.assign(n, 0);
    if (std::all_of(rest.begin(), rest.end(), [](auto amount) { return amount == 0; }))
        return emit_convolution(call, conv);
    const ValueId bias = std::exchange(conv.bias, no_id);
    const auto batched = Batched::of(e, conv.input, static_cast<std::int64_t>(n) + 2);
    conv.input = batched.value;
    ValueId result = std::get<LoweredTensor>(emit_convolution(call, conv).values[0].value).value;
    std::vector<std::int64_t> pads(n + 4, 0);
    pads.insert(pads.end(), rest.begin(), rest.end());
    result = e.emit("Pad", {result, e.constant(std::span<const std::int64_t>(pads))});
    if (bias != no_id)
        result = e.add(result, channel_vector(e, bias, static_cast<std::int64_t>(n)));
    return batched.undo(e, result);
}

/// Exact for all integers, where a Conv of floats would round.
Outputs integer_convolution(OpCall& call, const Convolution& conv)
{
    Emitter& e = call.e();
    const auto batched = Batched::of(e, conv.input, static_cast<std::int64_t>(conv.spatial) + 2);
    const std::vector<std::int64_t> weight = call.shape(conv.weight);
    IntegerWindows windows;
    windows.in = spatial_sizes(call, batched.value, conv.spatial);
    windows.kernel.assign(weight.begin() + 2, weight.end());
    windows.stride = conv.stride;
    windows.dilation = conv.dilation;
    windows.transposed = conv.transposed;
    for (std::size_t i = 0; i < conv.spatial; ++i) {
        windows.padding.push_back(conv.pads[i]);
        const std::int64_t pads = conv.pads[i] + conv.pads[conv.spatial + i];
        const std::int64_t extent = conv.dilation[i] * (weight.at(i + 2) - 1) + 1;
        windows.out.push_back(conv.transposed
                                  ? (windows.in[i] - 1) * conv.stride[i] - pads + extent +
                                        conv.output_padding[i]
                                  : (windows.in[i] + pads - extent) / conv.stride[i] + 1);
        if (windows.out.back() < 1)
            call.refuse("the kernel is larger than the input");
    }
    return batched.undo(
        e, convolve_integers(call, batched.value, conv.weight, conv.bias, windows, conv.groups));
}

Outputs emit_convolution(OpCall& call, const Convolution& conv)
{
    Emitter& e = call.e();
    if (const DType dtype = call.dtype_of(conv.input); dtype == DType::Bool)
        call.refuse("convolution of bool tensors", "Convert the input and the weight to float32.");
    else if (is_integral(dtype))
        return integer_convolution(call, conv);
    if (conv.transposed)
        for (std::size_t i = 0; i < conv.output_padding.size(); ++i)
            if (conv.output_padding[i] >= conv.stride[i])
                return with_large_output_padding(call, conv);
    Attrs attrs{{"dilations", conv.dilation}, {"group", conv.groups}};
    if (const auto shape = e.static_shape(conv.weight); shape && shape->size() > 2)
        attrs.push_back(
            {"kernel_shape", std::vector<std::int64_t>(shape->begin() + 2, shape->end())});
    bool output_padded = false;
    for (const std::int64_t amount : conv.output_padding)
        output_padded |= amount != 0;
    if (conv.transposed && output_padded)
        attrs.push_back({"output_padding", conv.output_padding});
    attrs.push_back({"pads", conv.pads});
    attrs.push_back({"strides", conv.stride});
    const auto batched = Batched::of(e, conv.input, static_cast<std::int64_t>(conv.spatial) + 2);
    const ValueId result = e.emit(conv.transposed ? "ConvTranspose" : "Conv",
                                  {batched.value, conv.weight, conv.bias}, std::move(attrs));
    return batched.undo(e, result);
}

Convolution common_part(OpCall& call, std::string_view input, std::size_t known_spatial)
{
    Convolution conv;
    conv.input = call.tensor(input);
    conv.weight = call.tensor("weight");
    conv.bias = call.tensor_or_none("bias");
    conv.spatial = spatial_dimensions(call, conv.weight, known_spatial);
    conv.stride = list_of(call, "stride", conv.spatial);
    conv.dilation = list_of(call, "dilation", conv.spatial);
    conv.groups = call.integer("groups");
    const auto positive = [](std::int64_t size) { return size > 0; };
    if (conv.groups <= 0 || !std::all_of(conv.stride.begin(), conv.stride.end(), positive) ||
        !std::all_of(conv.dilation.begin(), conv.dilation.end(), positive))
        call.refuse("strides, dilations and groups must be positive");
    return conv;
}

template <std::size_t spatial>
Outputs convolution_nd(OpCall& call)
{
    Convolution conv = common_part(call, "input", spatial);
    conv.pads = twice(list_of(call, "padding", spatial));
    return emit_convolution(call, conv);
}

/// padding="same" puts the odd one at the end, as PyTorch does.
Outputs convolution_by_mode(OpCall& call, std::size_t known_spatial)
{
    Convolution conv = common_part(call, "input", known_spatial);
    conv.pads.assign(2 * conv.spatial, 0);
    const std::string padding = call.string("padding");
    if (padding == "same") {
        const std::vector<std::int64_t> shape = call.shape(conv.weight);
        for (std::size_t i = 0; i < conv.spatial; ++i) {
            const std::int64_t total = conv.dilation[i] * (shape.at(i + 2) - 1);
            conv.pads[i] = total / 2;
            conv.pads[conv.spatial + i] = total - total / 2;
        }
    } else if (padding != "valid") {
        call.refuse(fmt::format("padding '{}' is neither 'same' nor 'valid'", padding));
    }
    return emit_convolution(call, conv);
}

template <std::size_t spatial>
Outputs convolution_nd_by_mode(OpCall& call)
{
    return convolution_by_mode(call, spatial);
}

template <std::size_t spatial>
Outputs transposed_convolution_nd(OpCall& call)
{
    Convolution conv = common_part(call, "input", spatial);
    conv.transposed = true;
    conv.pads = twice(list_of(call, "padding", spatial));
    conv.output_padding = list_of(call, "output_padding", spatial);
    return emit_convolution(call, conv);
}

/// aten::convolution and its internal variants: one operator for all.
Outputs general_convolution(OpCall& call)
{
    Convolution conv = common_part(call, "input", 0);
    conv.transposed = call.boolean("transposed");
    conv.pads = twice(list_of(call, "padding", conv.spatial));
    if (conv.transposed)
        conv.output_padding = list_of(call, "output_padding", conv.spatial);
    return emit_convolution(call, conv);
}

Outputs mkldnn_convolution(OpCall& call)
{
    Convolution conv = common_part(call, "self", 0);
    conv.pads = twice(list_of(call, "padding", conv.spatial));
    return emit_convolution(call, conv);
}

/// Time, batch, channels in and out; the weight is [kernel, in, out].
Outputs time_batch_channel(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t pad = call.integer("pad");
    const ValueId input = e.transpose(call.tensor("self"), {1, 2, 0});
    const ValueId weight = e.transpose(call.tensor("weight"), {2, 1, 0});
    const ValueId result = e.emit("Conv", {input, weight, call.tensor("bias")},
                                  {{"pads", std::vector<std::int64_t>{pad, pad}}});
    return e.transpose(result, {2, 0, 1});
}

constexpr std::string_view reals = "integers need known sizes; no bool";

constexpr OpEntry entries[] = {
    {"aten::conv1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=1, SymInt[1] "
     "padding=0, SymInt[1] dilation=1, SymInt groups=1) -> Tensor",
     convolution_nd<1>, reals},
    {"aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=1, SymInt[2] "
     "padding=0, SymInt[2] dilation=1, SymInt groups=1) -> Tensor",
     convolution_nd<2>, reals},
    {"aten::conv3d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=1, SymInt[3] "
     "padding=0, SymInt[3] dilation=1, SymInt groups=1) -> Tensor",
     convolution_nd<3>, reals},
    {"aten::conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=1, str "
     "padding=\"valid\", SymInt[1] dilation=1, SymInt groups=1) -> Tensor",
     convolution_nd_by_mode<1>, reals},
    {"aten::conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=1, str "
     "padding=\"valid\", SymInt[2] dilation=1, SymInt groups=1) -> Tensor",
     convolution_nd_by_mode<2>, reals},
    {"aten::conv3d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=1, str "
     "padding=\"valid\", SymInt[3] dilation=1, SymInt groups=1) -> Tensor",
     convolution_nd_by_mode<3>, reals},
    {"aten::_convolution_mode(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, str "
     "padding, SymInt[] dilation, SymInt groups) -> Tensor",
     convolution_nd_by_mode<0>, reals},
    {"aten::conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=1, "
     "SymInt[1] padding=0, SymInt[1] output_padding=0, SymInt groups=1, SymInt[1] dilation=1) -> "
     "Tensor",
     transposed_convolution_nd<1>, reals},
    {"aten::conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] "
     "stride=1, SymInt[2] padding=0, SymInt[2] output_padding=0, SymInt groups=1, SymInt[2] "
     "dilation=1) -> Tensor",
     transposed_convolution_nd<2>, reals},
    {"aten::conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] "
     "stride=1, SymInt[3] padding=0, SymInt[3] output_padding=0, SymInt groups=1, SymInt[3] "
     "dilation=1) -> Tensor",
     transposed_convolution_nd<3>, reals},
    {"aten::_convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] "
     "padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups, bool "
     "benchmark, bool deterministic, bool cudnn_enabled, bool allow_tf32) -> Tensor",
     general_convolution, reals},
    {"aten::_convolution.deprecated(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, "
     "SymInt[] padding, SymInt[] dilation, bool transposed, int[] output_padding, SymInt groups, "
     "bool benchmark, bool deterministic, bool cudnn_enabled) -> Tensor",
     general_convolution, reals},
    {"aten::convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] "
     "padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups) -> "
     "Tensor",
     general_convolution, reals},
    {"aten::convolution_overrideable(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, "
     "SymInt[] padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt "
     "groups) -> Tensor",
     general_convolution, reals},
    {"aten::mkldnn_convolution(Tensor self, Tensor weight, Tensor? bias, SymInt[] padding, "
     "SymInt[] stride, SymInt[] dilation, SymInt groups) -> Tensor",
     mkldnn_convolution, reals},
    {"aten::conv_tbc(Tensor self, Tensor weight, Tensor bias, int pad=0) -> Tensor",
     time_batch_channel, "floating-point tensors"},
};

} // namespace

std::span<const OpEntry> convolution_ops()
{
    return entries;
}

} // namespace strata::ops
