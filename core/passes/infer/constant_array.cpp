#include "passes/infer/constant_array.h"

#include <algorithm>
#include <limits>

namespace strata::infer {
namespace {

constexpr std::int64_t max_elements = max_constant_elements;

template <class T, class Source>
std::vector<std::byte> encode(const std::vector<Source>& values)
{
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const T value = static_cast<T>(values[i]);
        std::copy_n(reinterpret_cast<const std::byte*>(&value), sizeof(T),
                    bytes.begin() + static_cast<std::ptrdiff_t>(i * sizeof(T)));
    }
    return bytes;
}

} // namespace

bool is_supported(DType type)
{
    switch (type) {
    case DType::Bool:
    case DType::Int8:
    case DType::Int16:
    case DType::Int32:
    case DType::Int64:
    case DType::UInt8:
    case DType::UInt16:
    case DType::UInt32:
    case DType::Float16:
    case DType::BFloat16:
    case DType::Float32:
    case DType::Float64:
        return true;
    default:
        return false;
    }
}

double round_to(DType type, double value)
{
    switch (type) {
    case DType::Float32:
        return double{static_cast<float>(value)};
    case DType::Float16:
        return double{half_to_float(float_to_half(static_cast<float>(value)))};
    case DType::BFloat16:
        return double{bfloat16_to_float(float_to_bfloat16(static_cast<float>(value)))};
    default:
        return value;
    }
}

std::int64_t wrap_to(DType type, std::int64_t value)
{
    switch (type) {
    case DType::Bool:
        return value != 0;
    case DType::Int8:
        return static_cast<std::int8_t>(value);
    case DType::UInt8:
        return static_cast<std::uint8_t>(value);
    case DType::Int16:
        return static_cast<std::int16_t>(value);
    case DType::UInt16:
        return static_cast<std::uint16_t>(value);
    case DType::Int32:
        return static_cast<std::int32_t>(value);
    case DType::UInt32:
        return static_cast<std::uint32_t>(value);
    default:
        return value;
    }
}

std::optional<Array> load(const Context& c, std::size_t input)
{
    const auto tensor = c.constant(input);
    if (!tensor || !is_supported(tensor->dtype))
        return std::nullopt;
    Array array;
    array.dtype = tensor->dtype;
    array.shape = tensor->shape;
    if (array.is_real()) {
        auto values = tensor->to_doubles();
        if (!values)
            return std::nullopt;
        array.reals = std::move(*values);
    } else {
        auto values = tensor->to_int64s();
        if (!values)
            return std::nullopt;
        array.ints = std::move(*values);
    }
    return array;
}

std::optional<Tensor> store(const Array& array)
{
    std::vector<std::byte> bytes;
    switch (array.dtype) {
    case DType::Bool:
    case DType::UInt8:
        bytes = encode<std::uint8_t>(array.ints);
        break;
    case DType::Int8:
        bytes = encode<std::int8_t>(array.ints);
        break;
    case DType::Int16:
        bytes = encode<std::int16_t>(array.ints);
        break;
    case DType::UInt16:
        bytes = encode<std::uint16_t>(array.ints);
        break;
    case DType::Int32:
        bytes = encode<std::int32_t>(array.ints);
        break;
    case DType::UInt32:
        bytes = encode<std::uint32_t>(array.ints);
        break;
    case DType::Int64:
        bytes = encode<std::int64_t>(array.ints);
        break;
    case DType::Float16:
    case DType::BFloat16: {
        std::vector<std::uint16_t> bits;
        for (double value : array.reals) {
            const auto single = static_cast<float>(value);
            bits.push_back(array.dtype == DType::Float16 ? float_to_half(single)
                                                         : float_to_bfloat16(single));
        }
        bytes = encode<std::uint16_t>(bits);
        break;
    }
    case DType::Float32:
        bytes = encode<float>(array.reals);
        break;
    case DType::Float64:
        bytes = encode<double>(array.reals);
        break;
    default:
        return std::nullopt;
    }
    return Tensor::from_bytes(array.dtype, array.shape, std::move(bytes));
}

std::int64_t count_of(const std::vector<std::int64_t>& shape)
{
    const auto count = checked_element_count(shape);
    return count ? *count : std::numeric_limits<std::int64_t>::max();
}

std::optional<std::vector<std::int64_t>> output_shape(Context& c)
{
    const OnnxValue& value = c.model().values[c.output(0)];
    if (!value.has_shape)
        return std::nullopt;
    std::vector<std::int64_t> shape;
    for (const Dim& dim : value.shape) {
        if (!dim.known())
            return std::nullopt;
        shape.push_back(dim.value);
    }
    return count_of(shape) <= max_elements ? std::optional(shape) : std::nullopt;
}

std::vector<std::size_t> row_major_strides(const std::vector<std::int64_t>& shape)
{
    std::vector<std::size_t> strides(shape.size(), 1);
    for (std::size_t i = shape.size(); i-- > 1;)
        strides[i - 1] = strides[i] * static_cast<std::size_t>(std::max<std::int64_t>(shape[i], 1));
    return strides;
}

std::vector<std::size_t> broadcast_indices(const std::vector<std::int64_t>& from,
                                           const std::vector<std::int64_t>& shape)
{
    const auto count = static_cast<std::size_t>(count_of(shape));
    std::vector<std::size_t> indices(count, 0);
    const auto strides = row_major_strides(shape);
    const auto source = row_major_strides(from);
    const std::size_t skip = shape.size() - from.size();
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t d = 0; d < from.size(); ++d)
            if (from[d] != 1)
                indices[i] +=
                    (i / strides[d + skip]) % static_cast<std::size_t>(shape[d + skip]) * source[d];
    return indices;
}

Array pick(const Array& source, std::vector<std::int64_t> shape,
           const std::vector<std::size_t>& indices)
{
    Array result;
    result.dtype = source.dtype;
    result.shape = std::move(shape);
    for (std::size_t index : indices) {
        if (source.is_real())
            result.reals.push_back(source.reals[index]);
        else
            result.ints.push_back(source.ints[index]);
    }
    return result;
}

} // namespace strata::infer
