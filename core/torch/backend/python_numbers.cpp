#include "python_numbers.h"

#include <algorithm>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/runtime/operator.h>

namespace strata::torch_module {
namespace {

bool takes_number(const torch::jit::Node& reader, std::size_t input)
{
    const c10::FunctionSchema* schema = reader.maybeSchema();
    if (!schema || input >= schema->arguments().size() ||
        schema->arguments()[input].type()->kind() != c10::TypeKind::TensorType)
        return false;
    const auto overloads = torch::jit::getAllOperatorsFor(reader.kind());
    return std::any_of(overloads.begin(), overloads.end(), [&](const auto& overload) {
        const auto& arguments = overload->schema().arguments();
        return input < arguments.size() &&
               arguments[input].type()->kind() == c10::TypeKind::NumberType;
    });
}

std::optional<FxArg> number_of(const torch::jit::Value& value)
{
    if (value.node()->kind() != torch::jit::prim::Constant)
        return std::nullopt;
    const auto constant = torch::jit::toIValue(&value);
    if (!constant || !constant->isTensor())
        return std::nullopt;
    const at::Tensor& tensor = constant->toTensor();
    if (!tensor.defined() || tensor.dim() != 0 || !tensor.device().is_cpu())
        return std::nullopt;
    if (tensor.scalar_type() == at::kDouble)
        return FxArg(tensor.item<double>());
    if (tensor.scalar_type() == at::kLong)
        return FxArg(tensor.item<std::int64_t>());
    return std::nullopt;
}

} // namespace

std::optional<FxArg> python_number(const torch::jit::Node& reader, std::size_t input)
{
    std::optional<FxArg> number = number_of(*reader.inputs()[input]);
    return number && takes_number(reader, input) ? number : std::nullopt;
}

std::optional<FxArg> python_number(const torch::jit::Value& value)
{
    std::optional<FxArg> number = number_of(value);
    const auto& uses = value.uses();
    return number && std::all_of(uses.begin(), uses.end(),
                                 [](const torch::jit::Use& use) {
                                     return takes_number(*use.user, use.offset);
                                 })
               ? number
               : std::nullopt;
}

} // namespace strata::torch_module
