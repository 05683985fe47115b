#include "ir/tensor.h"

#include "ir/strided_copy.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace strata {
namespace {

/// Appends one value as an element of `dtype`; the caller has checked that the type is a number.
template <class Value>
void append_element(std::vector<std::byte>& bytes, DType dtype, Value value)
{
    auto push = [&](auto v) {
        const auto* data = reinterpret_cast<const std::byte*>(&v);
        bytes.insert(bytes.end(), data, data + sizeof(v));
    };
    switch (dtype) {
    case DType::Float32:
        return push(static_cast<float>(value));
    case DType::Float64:
        return push(static_cast<double>(value));
    case DType::Float16:
        return push(float_to_half(static_cast<float>(value)));
    case DType::BFloat16:
        return push(float_to_bfloat16(static_cast<float>(value)));
    case DType::UInt8:
        return push(static_cast<std::uint8_t>(static_cast<std::int64_t>(value)));
    case DType::Int8:
        return push(static_cast<std::int8_t>(value));
    case DType::UInt16:
        return push(static_cast<std::uint16_t>(static_cast<std::int64_t>(value)));
    case DType::Int16:
        return push(static_cast<std::int16_t>(value));
    case DType::UInt32:
        return push(static_cast<std::uint32_t>(static_cast<std::int64_t>(value)));
    case DType::Int32:
        return push(static_cast<std::int32_t>(value));
    case DType::UInt64:
        return push(static_cast<std::uint64_t>(value));
    case DType::Int64:
        return push(static_cast<std::int64_t>(value));
    case DType::Bool:
        return push(static_cast<std::uint8_t>(value != 0));
    default:
        break;
    }
}

template <class Value>
Tensor make_scalar(DType dtype, Value value)
{
    std::vector<std::byte> bytes;
    append_element(bytes, dtype, value);
    return Tensor::from_bytes(dtype, {}, std::move(bytes));
}

template <class T>
T load(const std::byte* data)
{
    T value;
    std::memcpy(&value, data, sizeof(T));
    return value;
}

/// Calls `visit(value)` with each element converted to Out.
template <class Out>
Status read_elements(const Tensor& tensor, std::vector<Out>& out)
{
    std::vector<std::byte> scratch;
    STRATA_TRY(const std::span<const std::byte> bytes, tensor.contiguous_bytes(scratch));
    const auto count = static_cast<std::size_t>(tensor.element_count());
    out.reserve(count);
    auto read = [&]<class T>(T, auto convert) {
        for (std::size_t i = 0; i < count; ++i)
            out.push_back(static_cast<Out>(convert(load<T>(bytes.data() + i * sizeof(T)))));
    };
    auto plain = [](auto v) { return v; };
    switch (tensor.dtype) {
    case DType::Float32:
        read(float{}, plain);
        return {};
    case DType::Float64:
        read(double{}, plain);
        return {};
    case DType::Float16:
        read(std::uint16_t{}, half_to_float);
        return {};
    case DType::BFloat16:
        read(std::uint16_t{}, bfloat16_to_float);
        return {};
    case DType::UInt8:
    case DType::Bool:
        read(std::uint8_t{}, plain);
        return {};
    case DType::Int8:
        read(std::int8_t{}, plain);
        return {};
    case DType::UInt16:
        read(std::uint16_t{}, plain);
        return {};
    case DType::Int16:
        read(std::int16_t{}, plain);
        return {};
    case DType::UInt32:
        read(std::uint32_t{}, plain);
        return {};
    case DType::Int32:
        read(std::int32_t{}, plain);
        return {};
    case DType::UInt64:
        read(std::uint64_t{}, plain);
        return {};
    case DType::Int64:
        read(std::int64_t{}, plain);
        return {};
    default:
        return failure(
            ErrorCode::CannotRead,
            fmt::format("Elements of type {} cannot be read as numbers.", to_string(tensor.dtype)));
    }
}

} // namespace

std::int64_t Tensor::element_count() const
{
    std::int64_t count = 1;
    for (std::int64_t dim : shape)
        count *= dim;
    return count;
}

bool Tensor::is_contiguous() const
{
    if (strides.empty() || element_count() == 0)
        return true;
    std::int64_t expected = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        if (shape[i] != 1 && strides[i] != expected)
            return false;
        expected *= shape[i];
    }
    return true;
}

Result<std::span<const std::byte>> Tensor::contiguous_bytes(std::vector<std::byte>& scratch) const
{
    if (!storage)
        return failure(ErrorCode::CannotRead, "The tensor has no data.");
    const bool in_place = is_contiguous();
    std::vector<std::byte> computed;
    STRATA_TRY(const std::span<const std::byte> all, storage->read(in_place ? scratch : computed));
    STRATA_TRY(const std::int64_t count, checked_element_count(shape));
    if (count == 0)
        return std::span<const std::byte>{};
    const std::size_t bits = bits_per_element(dtype);
    if (bits == 0)
        return failure(ErrorCode::CannotRead,
                       fmt::format("Elements of type {} have no bytes.", to_string(dtype)));
    auto out_of_storage = [&] {
        return failure(
            ErrorCode::CannotRead,
            fmt::format("The tensor reaches beyond its data ({} bytes): the file is damaged.",
                        all.size()));
    };
    if (in_place) {
        const std::size_t size = byte_count();
        if (storage_offset < 0 || (storage_offset != 0 && bits % 8 != 0))
            return out_of_storage();
        const std::size_t begin = static_cast<std::size_t>(storage_offset) * (bits / 8);
        if (begin > all.size() || size > all.size() - begin)
            return out_of_storage();
        return all.subspan(begin, size);
    }
    if (bits % 8 != 0 || strides.size() != shape.size())
        return failure(ErrorCode::CannotRead, "Packed tensors cannot be strided.");
    const std::size_t width = bits / 8;
    // Bounds first: the extreme offsets of the view.
    std::int64_t low = storage_offset;
    std::int64_t high = storage_offset;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        std::int64_t extent = 0;
        if (__builtin_mul_overflow(shape[i] - 1, strides[i], &extent) ||
            __builtin_add_overflow(extent < 0 ? low : high, extent, extent < 0 ? &low : &high))
            return out_of_storage();
    }
    if (low < 0 || static_cast<std::uint64_t>(high) >= all.size() / width)
        return out_of_storage();
    scratch.resize(static_cast<std::size_t>(count) * width);
    gather_elements(all.data() + static_cast<std::size_t>(storage_offset) * width, shape, strides,
                    width, scratch.data());
    return std::span<const std::byte>(scratch);
}

Tensor Tensor::from_bytes(DType dtype, std::vector<std::int64_t> shape,
                          std::vector<std::byte> bytes)
{
    Tensor tensor;
    tensor.dtype = dtype;
    tensor.shape = std::move(shape);
    tensor.storage = std::make_shared<MemoryStorage>(std::move(bytes));
    return tensor;
}

Tensor Tensor::int64s(std::span<const std::int64_t> values)
{
    const auto bytes = std::as_bytes(values);
    return from_bytes(DType::Int64, {static_cast<std::int64_t>(values.size())},
                      {bytes.begin(), bytes.end()});
}

Tensor Tensor::scalar_int64(std::int64_t value)
{
    return make_scalar(DType::Int64, value);
}

Tensor Tensor::scalar(DType dtype, double value)
{
    return make_scalar(dtype, value);
}

Tensor Tensor::scalar(DType dtype, std::int64_t value)
{
    return make_scalar(dtype, value);
}

Tensor Tensor::filled(DType dtype, std::vector<std::int64_t> shape, double value)
{
    Tensor tensor;
    tensor.dtype = dtype;
    tensor.shape = std::move(shape);
    std::vector<std::byte> bytes;
    for (std::int64_t i = 0, count = tensor.element_count(); i < count; ++i)
        append_element(bytes, dtype, value);
    tensor.storage = std::make_shared<MemoryStorage>(std::move(bytes));
    return tensor;
}

Result<std::vector<std::int64_t>> Tensor::to_int64s() const
{
    if (!is_integer(dtype) && dtype != DType::Bool)
        return failure(ErrorCode::CannotRead,
                       fmt::format("A tensor of {} does not hold integers.", to_string(dtype)));
    std::vector<std::int64_t> values;
    STRATA_CHECK(read_elements(*this, values));
    return values;
}

Result<std::vector<double>> Tensor::to_doubles() const
{
    std::vector<double> values;
    STRATA_CHECK(read_elements(*this, values));
    return values;
}

Result<std::int64_t> checked_element_count(std::span<const std::int64_t> shape)
{
    std::int64_t count = 1;
    for (std::int64_t dim : shape) {
        if (dim < 0)
            return failure(ErrorCode::CannotRead,
                           fmt::format("A tensor has the negative dimension {}.", dim));
        if (__builtin_mul_overflow(count, dim, &count))
            return failure(ErrorCode::CannotRead,
                           "A tensor's dimensions overflow: the file is damaged.");
    }
    return count;
}

float half_to_float(std::uint16_t bits)
{
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
    const std::uint32_t exponent = (bits >> 10) & 0x1fu;
    std::uint32_t mantissa = bits & 0x3ffu;
    if (exponent == 0) {
        const float value = std::ldexp(static_cast<float>(mantissa), -24);
        return sign ? -value : value;
    }
    const std::uint32_t wide = exponent == 31 ? 0xffu : exponent + 112;
    return std::bit_cast<float>(sign | (wide << 23) | (mantissa << 13));
}

std::uint16_t float_to_half(float value)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude >= 0x7f800000u) // infinity, NaN (kept quiet)
        return sign | 0x7c00u | (magnitude > 0x7f800000u ? 0x200u : 0u);
    if (magnitude >= 0x477ff000u) // rounds to infinity
        return sign | 0x7c00u;
    if (magnitude < 0x38800000u) { // subnormal or zero: scale and let the FPU round to nearest even
        const float scaled = std::ldexp(std::bit_cast<float>(magnitude), 24);
        return sign | static_cast<std::uint16_t>(std::nearbyint(scaled));
    }
    const std::uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
    return sign | static_cast<std::uint16_t>((rounded - 0x38000000u) >> 13);
}

float bfloat16_to_float(std::uint16_t bits)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::uint16_t float_to_bfloat16(float value)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
    return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

} // namespace strata
