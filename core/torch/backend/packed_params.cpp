#include "packed_params.h"

#include "jit_types.h"

#include <ATen/ATen.h>
#include <torch/script.h>

namespace strata::torch_module {
namespace {

std::vector<c10::IValue> tuple_items(const c10::IValue& tuple)
{
    std::vector<c10::IValue> items;
    if (tuple.isTuple())
        for (const c10::IValue& item : tuple.toTupleRef().elements())
            items.push_back(item);
    return items;
}

/// `state`: weight and bias.
std::optional<PackedParts> linear_parts(const c10::IValue& state)
{
    const std::vector<c10::IValue> elements = tuple_items(state);
    if (elements.size() < 2 || !elements[0].isTensor() || !elements[0].toTensor().defined())
        return std::nullopt;
    const at::Tensor& weight = elements[0].toTensor();
    if (!weight.is_quantized())
        return PackedParts{
            {"weight", weight}, {"scale", {}}, {"zero_point", {}}, {"bias", elements[1]}};
    const bool by_channel = weight.qscheme() == at::kPerChannelAffine;
    if (weight.scalar_type() != at::kQInt8 ||
        (!by_channel && weight.qscheme() != at::kPerTensorAffine) ||
        (by_channel && weight.q_per_channel_axis() != 0))
        return std::nullopt;
    const at::Tensor scale = by_channel
                                 ? weight.q_per_channel_scales().to(at::kFloat)
                                 : at::scalar_tensor(weight.q_scale(), at::dtype(at::kFloat));
    const at::Tensor zero_point =
        by_channel ? weight.q_per_channel_zero_points().to(at::kChar)
                   : at::scalar_tensor(weight.q_zero_point(), at::dtype(at::kChar));
    return PackedParts{{"weight", weight.int_repr()},
                       {"scale", scale},
                       {"zero_point", zero_point},
                       {"bias", elements[1]}};
}

/// What a method without arguments says.
c10::IValue ask(const c10::IValue& object, const char* method)
{
    torch::jit::Function* const function = object.toObjectRef().type()->findMethod(method);
    return function ? (*function)({object}) : c10::IValue();
}

std::optional<PackedParts> convolution_parts(const c10::IValue& object)
{
    auto parts = linear_parts(ask(object, "unpack"));
    if (!parts)
        return std::nullopt;
    for (const char* method : {"stride", "padding", "dilation", "groups", "output_padding"})
        parts->emplace_back(method, ask(object, method));
    return parts;
}

std::optional<PackedParts> cell_parts(const c10::IValue& state)
{
    const std::vector<c10::IValue> elements = tuple_items(state);
    if (elements.size() < 5 || !elements[4].isList() || elements[4].toListRef().size() < 2)
        return std::nullopt;
    bool reduce_range = false;
    if (elements[3].isIntList() && !elements[3].toIntVector().empty())
        reduce_range = elements[3].toIntVector().front() != 0;
    return PackedParts{{"input", elements[4].toListRef()[0]},
                       {"hidden", elements[4].toListRef()[1]},
                       {"reduce_range", reduce_range}};
}

} // namespace

std::optional<PackedParts> open_packed(const c10::IValue& object)
{
    const auto type = object.toObjectRef().type();
    const std::string name = demangled_class(*type);
    const bool linear = name.ends_with("LinearPackedParamsBase");
    const bool convolution =
        name.ends_with("Conv2dPackedParamsBase") || name.ends_with("Conv3dPackedParamsBase");
    if (!linear && !convolution && !name.ends_with("CellParamsBase"))
        return std::nullopt;
    torch::jit::Function* const read = type->findMethod("__getstate__");
    if (!read)
        return std::nullopt;
    try {
        if (convolution)
            return convolution_parts(object);
        const c10::IValue state = (*read)({object});
        return linear ? linear_parts(state) : cell_parts(state);
    } catch (const c10::Error&) {
        return std::nullopt; // packed for an engine that this LibTorch lacks
    }
}

} // namespace strata::torch_module
