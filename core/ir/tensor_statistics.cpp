#include "ir/tensor_statistics.h"

#include "base/atomic_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

namespace strata {
namespace {

constexpr std::uint64_t poll_every = 1 << 15;

template <class T>
T load(const std::byte* at)
{
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// Small floating-point types: sign, exponent, mantissa. `unsigned_zero` types have one NaN, where
/// others have minus zero, and no infinity.
double small_float(std::uint8_t bits, int mantissa_bits, int bias, bool unsigned_zero,
                   bool infinities)
{
    const int exponent_bits = 7 - mantissa_bits;
    const int exponent = (bits & 0x7f) >> mantissa_bits;
    const int mantissa = bits & ((1 << mantissa_bits) - 1);
    const int highest = (1 << exponent_bits) - 1;
    if (unsigned_zero && bits == 0x80)
        return std::numeric_limits<double>::quiet_NaN();
    if (!unsigned_zero && exponent == highest) {
        if (infinities && mantissa == 0)
            return (bits & 0x80) != 0 ? -std::numeric_limits<double>::infinity()
                                      : std::numeric_limits<double>::infinity();
        if (infinities || mantissa == (1 << mantissa_bits) - 1)
            return std::numeric_limits<double>::quiet_NaN();
    }
    const double fraction = mantissa / static_cast<double>(1 << mantissa_bits);
    const double value = exponent == 0 ? std::ldexp(fraction, 1 - bias)
                                       : std::ldexp(1.0 + fraction, exponent - bias);
    return (bits & 0x80) != 0 ? -value : value;
}

using Decode = double (*)(const std::byte* storage, std::int64_t index);

template <class T>
double decode(const std::byte* storage, std::int64_t index)
{
    return static_cast<double>(load<T>(storage + index * static_cast<std::int64_t>(sizeof(T))));
}

std::uint8_t nibble(const std::byte* storage, std::int64_t index)
{
    const auto both = static_cast<unsigned>(storage[index / 2]);
    return static_cast<std::uint8_t>(index % 2 == 0 ? both & 0xf : both >> 4);
}

Decode decoder(DType dtype)
{
    using B = const std::byte*;
    using I = std::int64_t;
    switch (dtype) {
    case DType::Float32:
        return decode<float>;
    case DType::Float64:
        return decode<double>;
    case DType::Float16:
        return [](B s, I i) -> double { return half_to_float(load<std::uint16_t>(s + 2 * i)); };
    case DType::BFloat16:
        return [](B s, I i) -> double { return bfloat16_to_float(load<std::uint16_t>(s + 2 * i)); };
    case DType::Float8E4M3FN:
        return [](B s, I i) { return small_float(load<std::uint8_t>(s + i), 3, 7, false, false); };
    case DType::Float8E4M3FNUZ:
        return [](B s, I i) { return small_float(load<std::uint8_t>(s + i), 3, 8, true, false); };
    case DType::Float8E5M2:
        return [](B s, I i) { return small_float(load<std::uint8_t>(s + i), 2, 15, false, true); };
    case DType::Float8E5M2FNUZ:
        return [](B s, I i) { return small_float(load<std::uint8_t>(s + i), 2, 16, true, false); };
    case DType::UInt8:
    case DType::QUInt8:
        return decode<std::uint8_t>;
    case DType::UInt16:
        return decode<std::uint16_t>;
    case DType::UInt32:
        return decode<std::uint32_t>;
    case DType::UInt64:
        return decode<std::uint64_t>;
    case DType::Int8:
    case DType::QInt8:
        return decode<std::int8_t>;
    case DType::Int16:
        return decode<std::int16_t>;
    case DType::Int32:
    case DType::QInt32:
        return decode<std::int32_t>;
    case DType::Int64:
        return decode<std::int64_t>;
    case DType::Bool:
        return [](B s, I i) { return load<std::uint8_t>(s + i) != 0 ? 1.0 : 0.0; };
    case DType::UInt4:
        return [](B s, I i) -> double { return nibble(s, i); };
    case DType::Int4:
        return [](B s, I i) -> double {
            const int value = nibble(s, i);
            return value >= 8 ? value - 16 : value;
        };
    default:
        return nullptr;
    }
}

/// The elements of a tensor in row-major order, wherever they lie in its storage.
class Elements {
public:
    static Result<Elements> of(const Tensor& tensor, Decode decode, std::size_t bits)
    {
        STRATA_TRY(const std::int64_t count, checked_element_count(tensor.shape));
        Elements result;
        result.m_decode = decode;
        result.m_shape = tensor.shape;
        result.m_strides = tensor.strides;
        result.m_offset = tensor.storage_offset;
        result.m_count = static_cast<std::uint64_t>(count);
        if (count == 0)
            return result;
        if (result.m_strides.empty()) {
            result.m_strides.resize(tensor.shape.size());
            std::int64_t stride = 1;
            for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
                result.m_strides[axis] = stride;
                stride *= std::max<std::int64_t>(1, tensor.shape[axis]);
            }
        }
        if (result.m_strides.size() != tensor.shape.size())
            return failure(ErrorCode::CannotRead, "The tensor's strides do not fit its shape.");
        if (!tensor.storage)
            return failure(ErrorCode::CannotRead, "The tensor's data are not there.");
        result.m_scratch = std::make_shared<std::vector<std::byte>>();
        STRATA_TRY(result.m_bytes, tensor.storage->read(*result.m_scratch));
        // The farthest elements to both sides; files may claim anything.
        std::int64_t low = tensor.storage_offset, high = low;
        bool fits = true;
        for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
            std::int64_t reach = 0;
            fits = fits &&
                   !__builtin_mul_overflow(tensor.shape[axis] - 1, result.m_strides[axis], &reach);
            std::int64_t& side = reach < 0 ? low : high;
            fits = fits && !__builtin_add_overflow(side, reach, &side);
        }
        const auto there = static_cast<std::int64_t>(result.m_bytes.size() * 8 / bits);
        if (!fits || low < 0 || high >= there)
            return failure(ErrorCode::CannotRead,
                           "The tensor is larger than its data: the file is damaged.");
        return result;
    }

    std::uint64_t count() const { return m_count; }
    double value(std::int64_t storage_index) const
    {
        return m_decode(m_bytes.data(), storage_index);
    }
    const std::byte* bytes() const { return m_bytes.data(); }
    std::int64_t offset() const { return m_offset; }
    std::int64_t stride(std::size_t axis) const { return m_strides[axis]; }

    /// Calls visit(storage index) for each element; fails when cancelled.
    template <class Visit>
    Status each(TaskContext& task, const Visit& visit) const
    {
        std::vector<std::int64_t> at(m_shape.size(), 0);
        std::int64_t index = m_offset;
        for (std::uint64_t n = 0; n < m_count; ++n) {
            if (n % poll_every == 0) {
                STRATA_CHECK(task.poll());
            }
            visit(index);
            for (std::size_t axis = m_shape.size(); axis-- > 0;) {
                index += m_strides[axis];
                if (++at[axis] < m_shape[axis])
                    break;
                index -= m_strides[axis] * m_shape[axis];
                at[axis] = 0;
            }
        }
        return {};
    }

private:
    Decode m_decode = nullptr;
    std::vector<std::int64_t> m_shape, m_strides;
    std::int64_t m_offset = 0;
    std::uint64_t m_count = 0;
    std::shared_ptr<std::vector<std::byte>> m_scratch; ///< of storages that compute their bytes
    std::span<const std::byte> m_bytes;
};

Result<Elements> numbers_of(const Tensor& tensor)
{
    const Decode decode = decoder(tensor.dtype);
    if (decode == nullptr)
        return failure(ErrorCode::Usage, fmt::format("Values of type {} are not shown as numbers.",
                                                     to_string(tensor.dtype)));
    return Elements::of(tensor, decode, bits_per_element(tensor.dtype));
}

} // namespace

bool has_numbers(DType dtype)
{
    return decoder(dtype) != nullptr;
}

Result<TensorStatistics> tensor_statistics(const Tensor& tensor, TaskContext& task)
{
    STRATA_TRY(const Elements elements, numbers_of(tensor));
    TensorStatistics result;
    result.count = elements.count();
    double low = std::numeric_limits<double>::infinity(), high = -low;
    double mean = 0.0, squares = 0.0; // Welford's: no difference of large sums
    std::uint64_t finite = 0;
    STRATA_CHECK(elements.each(task, [&](std::int64_t index) {
        const double value = elements.value(index);
        if (std::isnan(value)) {
            ++result.nan;
            return;
        }
        if (std::isinf(value)) {
            ++result.infinite;
            return;
        }
        result.zeros += value == 0.0 ? 1 : 0;
        low = std::min(low, value);
        high = std::max(high, value);
        ++finite;
        const double delta = value - mean;
        mean += delta / static_cast<double>(finite);
        squares += delta * (value - mean);
    }));
    if (finite == 0)
        return result;
    result.min = low;
    result.max = high;
    result.mean = mean;
    result.deviation = std::sqrt(squares / static_cast<double>(finite));
    const double step = (high - low) / static_cast<double>(histogram_bins);
    STRATA_CHECK(elements.each(task, [&](std::int64_t index) {
        const double value = elements.value(index);
        if (!std::isfinite(value))
            return;
        // The range of doubles is wider than the largest double.
        const double place = step > 0.0 && std::isfinite(step) ? (value - low) / step : 0.0;
        ++result.histogram[std::min(static_cast<std::size_t>(place), histogram_bins - 1)];
    }));
    return result;
}

Result<TensorSlice> tensor_slice(const Tensor& tensor, const TensorPlane& plane, std::size_t most,
                                 TaskContext& task)
{
    STRATA_TRY(const Elements elements, numbers_of(tensor));
    const std::size_t rank = tensor.shape.size();
    TensorSlice slice;
    if (rank >= 2 && (plane.row_axis >= rank || plane.column_axis >= rank ||
                      plane.row_axis == plane.column_axis))
        return failure(ErrorCode::Usage, "Choose two different axes of the tensor.");
    slice.rows = rank >= 2 ? tensor.shape[plane.row_axis] : 1;
    const std::size_t column_axis = rank >= 2 ? plane.column_axis : 0;
    slice.columns = rank == 0 ? 1 : tensor.shape[column_axis];
    if (elements.count() == 0 || most == 0)
        return slice;
    std::int64_t origin = elements.offset();
    for (std::size_t axis = 0; axis < rank; ++axis) {
        if (axis == column_axis || (rank >= 2 && axis == plane.row_axis))
            continue;
        const std::int64_t at = axis < plane.at.size() ? plane.at[axis] : 0;
        if (at < 0 || at >= tensor.shape[axis])
            return failure(ErrorCode::Usage,
                           fmt::format("Axis {} goes from 0 to {}.", axis, tensor.shape[axis] - 1));
        origin += at * elements.stride(axis);
    }
    const auto limit = static_cast<std::int64_t>(most);
    slice.block_rows = (slice.rows + limit - 1) / limit;
    slice.block_columns = (slice.columns + limit - 1) / limit;
    slice.height = static_cast<std::size_t>((slice.rows + slice.block_rows - 1) / slice.block_rows);
    slice.width =
        static_cast<std::size_t>((slice.columns + slice.block_columns - 1) / slice.block_columns);
    std::vector<double> sums(slice.height * slice.width, 0.0);
    std::vector<std::uint32_t> counts(sums.size(), 0);
    const std::int64_t down = rank >= 2 ? elements.stride(plane.row_axis) : 0;
    const std::int64_t right = rank == 0 ? 0 : elements.stride(column_axis);
    std::uint64_t done = 0;
    for (std::int64_t row = 0; row < slice.rows; ++row)
        for (std::int64_t column = 0; column < slice.columns; ++column) {
            if (done++ % poll_every == 0)
                STRATA_CHECK(task.poll());
            const double value = elements.value(origin + row * down + column * right);
            if (!std::isfinite(value))
                continue;
            const std::size_t cell =
                static_cast<std::size_t>(row / slice.block_rows) * slice.width +
                static_cast<std::size_t>(column / slice.block_columns);
            sums[cell] += value;
            ++counts[cell];
        }
    slice.values.resize(sums.size(), std::numeric_limits<double>::quiet_NaN());
    bool any = false;
    for (std::size_t i = 0; i < sums.size(); ++i) {
        if (counts[i] == 0)
            continue;
        const double value = sums[i] / counts[i];
        slice.values[i] = value;
        slice.min = any ? std::min(slice.min, value) : value;
        slice.max = any ? std::max(slice.max, value) : value;
        any = true;
    }
    return slice;
}

std::string_view npy_dtype(DType dtype)
{
    switch (dtype) {
    case DType::Float32:
    case DType::BFloat16:
    case DType::Float8E4M3FN:
    case DType::Float8E4M3FNUZ:
    case DType::Float8E5M2:
    case DType::Float8E5M2FNUZ:
        return "<f4";
    case DType::Float64:
        return "<f8";
    case DType::Float16:
        return "<f2";
    case DType::UInt8:
    case DType::QUInt8:
        return "|u1";
    case DType::UInt16:
        return "<u2";
    case DType::UInt32:
        return "<u4";
    case DType::UInt64:
        return "<u8";
    case DType::Int8:
    case DType::QInt8:
    case DType::Int4:
    case DType::UInt4:
        return "|i1";
    case DType::Int16:
        return "<i2";
    case DType::Int32:
    case DType::QInt32:
        return "<i4";
    case DType::Int64:
        return "<i8";
    case DType::Bool:
        return "|b1";
    case DType::Complex64:
        return "<c8";
    case DType::Complex128:
        return "<c16";
    default:
        return {};
    }
}

Status write_npy(const Tensor& tensor, const std::filesystem::path& path, TaskContext& task)
{
    const std::string_view type = npy_dtype(tensor.dtype);
    if (type.empty())
        return failure(ErrorCode::Usage, fmt::format("Tensors of type {} cannot be saved as .npy.",
                                                     to_string(tensor.dtype)));
    std::string shape = fmt::format("({}", fmt::join(tensor.shape, ", "));
    shape += tensor.shape.size() == 1 ? ",)" : ")";
    std::string header =
        fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape);
    // Magic, version and length take ten bytes; the data begin at a multiple of 64.
    header.append(63 - (header.size() + 10) % 64, ' ');
    header += '\n';
    if (header.size() > 0xffff)
        return failure(ErrorCode::Usage, "The tensor has too many dimensions for a .npy file.");
    STRATA_TRY(AtomicFile file, AtomicFile::create(path));
    std::string start("\x93NUMPY\x01\x00", 8);
    start += static_cast<char>(header.size() & 0xff);
    start += static_cast<char>(header.size() >> 8);
    STRATA_CHECK(file.write(start + header));

    const std::size_t bits = bits_per_element(tensor.dtype);
    const bool widened = bits < 8 || (type == "<f4" && tensor.dtype != DType::Float32);
    STRATA_TRY(const Elements elements, Elements::of(tensor, decoder(tensor.dtype), bits));
    constexpr std::size_t block = 1 << 16;
    std::string bytes;
    bytes.reserve(block + 16);
    Status status;
    STRATA_CHECK(elements.each(task, [&](std::int64_t index) {
        if (!status)
            return;
        if (!widened) {
            const std::size_t size = bits / 8;
            bytes.append(reinterpret_cast<const char*>(elements.bytes()) +
                             static_cast<std::size_t>(index) * size,
                         size);
        } else if (type == "<f4") {
            const auto value = static_cast<float>(elements.value(index));
            char raw[sizeof value];
            std::memcpy(raw, &value, sizeof value);
            bytes.append(raw, sizeof value);
        } else {
            bytes += static_cast<char>(static_cast<std::int8_t>(elements.value(index)));
        }
        if (bytes.size() >= block) {
            status = file.write(bytes);
            bytes.clear();
        }
    }));
    STRATA_CHECK(std::move(status));
    STRATA_CHECK(file.write(bytes));
    return file.commit();
}

} // namespace strata
