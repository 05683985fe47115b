#include "passes/value_facts.h"

#include <fmt/format.h>

namespace strata {
namespace {

const Tensor* find_constant(const OnnxModel& model, const ValueFacts& facts, ValueId id)
{
    if (id >= model.values.size())
        return nullptr;
    if (const ValueFact* fact = facts.find(id); fact && fact->constant)
        return &*fact->constant;
    const std::uint32_t index = model.values[id].initializer;
    if (index >= model.initializers.size() || model.initializers[index].sparse)
        return nullptr;
    const Tensor& tensor = model.initializers[index].tensor;
    const auto count = checked_element_count(tensor.shape);
    return count && *count <= max_constant_elements ? &tensor : nullptr;
}

bool is_index_type(DType type)
{
    return type == DType::Int64 || type == DType::Int32;
}

} // namespace

std::optional<Shape> known_elements(const OnnxModel& model, const ValueFacts& facts, ValueId id)
{
    if (id >= model.values.size())
        return std::nullopt;
    if (const Tensor* tensor = find_constant(model, facts, id)) {
        if (!is_index_type(tensor->dtype) || tensor->shape.size() > 1)
            return std::nullopt;
        const auto numbers = tensor->to_int64s();
        if (!numbers)
            return std::nullopt;
        Shape elements;
        for (std::int64_t number : *numbers)
            elements.push_back(number >= 0
                                   ? Dim::of(number)
                                   : Dim{-1, model.strings().find(fmt::format("{}", number))});
        return elements;
    }
    if (const ValueFact* fact = facts.find(id); fact && fact->elements)
        return fact->elements;
    // The number of elements alone still tells the rank of a reshape's result.
    const OnnxValue& value = model.values[id];
    if (!is_index_type(value.dtype) || !value.has_shape || value.shape.size() > 1)
        return std::nullopt;
    if (value.shape.empty())
        return Shape(1);
    const Dim& count = value.shape.front();
    if (!count.known() || count.value > 64)
        return std::nullopt;
    return Shape(static_cast<std::size_t>(count.value));
}

std::optional<std::vector<std::int64_t>> known_ints(const OnnxModel& model, const ValueFacts& facts,
                                                    ValueId id)
{
    const Tensor* tensor = find_constant(model, facts, id);
    if (!tensor || (!is_integer(tensor->dtype) && tensor->dtype != DType::Bool))
        return std::nullopt;
    auto numbers = tensor->to_int64s();
    return numbers ? std::optional(std::move(*numbers)) : std::nullopt;
}

std::optional<Tensor> known_constant(const OnnxModel& model, const ValueFacts& facts, ValueId id)
{
    const Tensor* tensor = find_constant(model, facts, id);
    return tensor ? std::optional(*tensor) : std::nullopt;
}

} // namespace strata
