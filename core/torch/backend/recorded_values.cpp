#include "recorded_values.h"

#include "torch_tensors.h"

#include <ATen/ATen.h>

namespace strata::torch_module {
namespace {

constexpr std::size_t max_type_elements = 16;
constexpr std::size_t max_list_length = 64;
constexpr unsigned deepest_value = 8;

FxType type_of(const c10::IValue& value, unsigned depth)
{
    using Kind = FxType::Kind;
    if (value.isNone())
        return FxType::of(Kind::None);
    if (value.isTensor()) {
        const at::Tensor& tensor = value.toTensor();
        if (!tensor.defined())
            return FxType::of(Kind::None);
        FxType type =
            FxType::tensor(dtype_from_torch(static_cast<std::int64_t>(tensor.scalar_type())));
        if (tensor.is_nested())
            return type; // rows of different lengths
        type.shape.emplace();
        for (const std::int64_t size : tensor.sizes())
            type.shape->push_back({size, {}});
        return type;
    }
    if (value.isBool())
        return FxType::of(Kind::Bool);
    if (value.isInt())
        return FxType::of(Kind::Int);
    if (value.isDouble())
        return FxType::of(Kind::Float);
    if (value.isString())
        return FxType::of(Kind::String);
    if (depth < deepest_value && value.isTuple()) {
        FxType type = FxType::of(Kind::Tuple);
        for (const c10::IValue& item : value.toTupleRef().elements())
            if (type.elements.size() < max_type_elements)
                type.elements.push_back(type_of(item, depth + 1));
        return type;
    }
    if (depth < deepest_value && value.isList()) {
        const auto& items = value.toListRef();
        return FxType::list(items.empty() ? FxType() : type_of(items[0], depth + 1));
    }
    return FxType::of(value.isGenericDict() ? Kind::Dict : Kind::Other);
}

std::optional<FxArg> immediate(const c10::IValue& value, unsigned depth)
{
    if (value.isNone())
        return FxArg(FxNone{});
    if (value.isBool())
        return FxArg(value.toBool());
    if (value.isInt())
        return FxArg(static_cast<std::int64_t>(value.toInt()));
    if (value.isDouble())
        return FxArg(value.toDouble());
    if (value.isString())
        return FxArg(value.toStringRef());
    if (value.isDevice())
        return FxArg(FxEnum{value.toDevice().str()});
    const bool list = value.isList();
    if (depth >= deepest_value || !(list || value.isTuple()))
        return std::nullopt;
    FxArg::List items;
    const auto add = [&](const auto& elements) {
        if (elements.size() > max_list_length)
            return false;
        for (const c10::IValue& element : elements) {
            std::optional<FxArg> item = immediate(element, depth + 1);
            if (!item)
                return false;
            items.push_back(*std::move(item));
        }
        return true;
    };
    if (list ? !add(value.toListRef()) : !add(value.toTupleRef().elements()))
        return std::nullopt;
    return FxArg(std::move(items));
}

std::optional<FxArg> tensor_elements(const at::Tensor& tensor)
{
    const bool whole = tensor.defined() && !tensor.is_sparse() && !tensor.is_quantized() &&
                       at::isIntegralType(tensor.scalar_type(), /*includeBool=*/true);
    if (!whole || tensor.numel() > static_cast<std::int64_t>(max_recorded_elements))
        return std::nullopt;
    const at::Tensor flat = tensor.detach().to(at::kLong).contiguous().view({-1});
    FxArg::List items;
    for (std::int64_t i = 0; i < flat.numel(); ++i)
        items.emplace_back(flat.data_ptr<std::int64_t>()[i]);
    return FxArg(std::move(items));
}

} // namespace

RecordedValue record_value(const c10::IValue& value)
{
    RecordedValue recorded;
    recorded.type = type_of(value, 0);
    recorded.value = value.isTensor() ? tensor_elements(value.toTensor()) : immediate(value, 0);
    return recorded;
}

std::optional<ValueStatistics> value_statistics(const c10::IValue& value)
{
    if (!value.isTensor())
        return std::nullopt;
    const at::Tensor& tensor = value.toTensor();
    if (!tensor.defined() || tensor.is_sparse() || tensor.is_quantized() ||
        at::isComplexType(tensor.scalar_type()))
        return std::nullopt;
    const at::Tensor numbers = tensor.detach().to(
        tensor.is_floating_point() && tensor.scalar_type() != at::kDouble ? at::kFloat
                                                                          : at::kDouble);
    ValueStatistics statistics;
    statistics.nan = static_cast<std::uint64_t>(numbers.isnan().sum().item<std::int64_t>());
    statistics.inf = static_cast<std::uint64_t>(numbers.isinf().sum().item<std::int64_t>());
    const at::Tensor finite =
        statistics.nan + statistics.inf == 0 ? numbers : numbers.masked_select(numbers.isfinite());
    statistics.finite = static_cast<std::uint64_t>(finite.numel());
    if (statistics.finite > 0) {
        statistics.min = finite.min().item<double>();
        statistics.max = finite.max().item<double>();
        statistics.mean = finite.mean(at::kDouble).item<double>();
    }
    return statistics;
}

void flatten_tensors(const c10::IValue& value, std::vector<Tensor>& outputs)
{
    if (value.isTensor()) {
        outputs.push_back(share_tensor(value.toTensor()));
    } else if (value.isTuple()) {
        for (const c10::IValue& item : value.toTupleRef().elements())
            flatten_tensors(item, outputs);
    } else if (value.isList()) {
        for (const c10::IValue& item : value.toListRef())
            flatten_tensors(item, outputs);
    } else if (value.isGenericDict()) {
        for (const auto& entry : value.toGenericDict())
            flatten_tensors(entry.value(), outputs);
    } else if (value.isScalar()) {
        outputs.push_back(share_tensor(at::scalar_tensor(
            value.toScalar(), at::TensorOptions().dtype(value.isInt()    ? at::kLong
                                                        : value.isBool() ? at::kBool
                                                                         : at::kDouble))));
    }
}

c10::TypePtr torch_type(const FxType& type)
{
    const auto element = [&](std::size_t i) -> c10::TypePtr {
        return i < type.elements.size() ? torch_type(type.elements[i]) : c10::AnyType::get();
    };
    switch (type.kind) {
    case FxType::Kind::Tensor:
        return c10::TensorType::get();
    case FxType::Kind::Int:
        return c10::IntType::get();
    case FxType::Kind::Float:
        return c10::FloatType::get();
    case FxType::Kind::Bool:
        return c10::BoolType::get();
    case FxType::Kind::String:
        return c10::StringType::get();
    case FxType::Kind::None:
        return c10::NoneType::get();
    case FxType::Kind::List:
        return c10::ListType::create(element(0));
    case FxType::Kind::Tuple: {
        std::vector<c10::TypePtr> elements;
        for (const FxType& item : type.elements)
            elements.push_back(torch_type(item));
        return c10::TupleType::create(std::move(elements));
    }
    case FxType::Kind::Dict:
        if (type.elements.size() < 2)
            return c10::DictType::create(c10::StringType::get(), c10::AnyType::get());
        return c10::DictType::create(element(0), element(1));
    case FxType::Kind::Optional:
        return c10::OptionalType::create(element(0));
    case FxType::Kind::Unknown:
    case FxType::Kind::Other:
        break;
    }
    return c10::AnyType::get();
}

c10::TypePtr type_of_value(const c10::IValue& value)
{
    if (value.isTensor())
        return c10::TensorType::get();
    return value.type();
}

} // namespace strata::torch_module
