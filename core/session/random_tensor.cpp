#include "session/random_tensor.h"

#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <random>

namespace strata {
namespace {

/// Sizes come from files, which may say anything.
constexpr std::int64_t most_elements = std::int64_t{1} << 29;

} // namespace

Result<Tensor> random_tensor(DType dtype, const std::vector<std::int64_t>& shape, unsigned seed)
{
    STRATA_TRY(const std::int64_t count, checked_element_count(shape));
    if (count > most_elements)
        return failure(ErrorCode::Usage,
                       fmt::format("An input of shape [{}] is too large for random numbers; give "
                                   "inputs with --inputs or --input.",
                                   fmt::join(shape, ",")));
    std::mt19937 generator(seed);
    std::vector<std::byte> bytes(bytes_for(dtype, static_cast<std::size_t>(count)));
    const auto fill = [&](auto make) {
        using Value = decltype(make());
        for (std::int64_t i = 0; i < count; ++i) {
            const Value value = make();
            std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof(Value), &value,
                        sizeof(Value));
        }
    };
    // The generator's own bits: distributions differ between standard libraries.
    const auto real = [&] {
        return static_cast<double>(generator()) / 2147483648.0 - 1.0; // [-1, 1)
    };
    const auto bit = [&] { return generator() >> 31; };
    switch (dtype) {
    case DType::Float32:
        fill([&] { return static_cast<float>(real()); });
        break;
    case DType::Float64:
        fill(real);
        break;
    case DType::Float16:
        fill([&] { return float_to_half(static_cast<float>(real())); });
        break;
    case DType::BFloat16:
        fill([&] { return float_to_bfloat16(static_cast<float>(real())); });
        break;
    case DType::Int64:
        fill([&] { return static_cast<std::int64_t>(bit()); });
        break;
    case DType::Int32:
        fill([&] { return static_cast<std::int32_t>(bit()); });
        break;
    case DType::Int16:
        fill([&] { return static_cast<std::int16_t>(bit()); });
        break;
    case DType::Int8:
    case DType::UInt8:
    case DType::Bool:
        fill([&] { return static_cast<std::uint8_t>(bit()); });
        break;
    default:
        return failure(ErrorCode::Usage, fmt::format("Random inputs of dtype {} cannot be made; "
                                                     "give inputs with --inputs DIR.",
                                                     to_string(dtype)));
    }
    return Tensor::from_bytes(dtype, shape, std::move(bytes));
}

} // namespace strata
