#include "passes/scaled_weight.h"

#include <cstring>
#include <mutex>

namespace strata {
namespace {

/// Multiplies elements of type T, read and written through the conversions.
template <class T, class ToDouble, class FromDouble>
void scale(const std::byte* in, std::byte* out, std::int64_t count,
           const std::vector<double>& factors, const ChannelLayout& layout, ToDouble to_double,
           FromDouble from_double)
{
    const std::int64_t per_row = layout.channels * layout.run;
    std::int64_t done = 0;
    for (std::int64_t row = 0; done < count; ++row) {
        const auto first = static_cast<std::size_t>(row / layout.rows_per_group * layout.channels);
        if (layout.run == 1) { // the factors change with every element
            for (std::int64_t i = 0; i < per_row; ++i) {
                T value;
                std::memcpy(&value, in + (done + i) * std::int64_t{sizeof(T)}, sizeof(T));
                value =
                    from_double(to_double(value) * factors[first + static_cast<std::size_t>(i)]);
                std::memcpy(out + (done + i) * std::int64_t{sizeof(T)}, &value, sizeof(T));
            }
            done += per_row;
            continue;
        }
        for (std::int64_t channel = 0; channel < layout.channels; ++channel) {
            const double factor = factors[first + static_cast<std::size_t>(channel)];
            for (std::int64_t i = 0; i < layout.run; ++i) {
                T value;
                std::memcpy(&value, in + (done + i) * std::int64_t{sizeof(T)}, sizeof(T));
                value = from_double(to_double(value) * factor);
                std::memcpy(out + (done + i) * std::int64_t{sizeof(T)}, &value, sizeof(T));
            }
            done += layout.run;
        }
    }
}

class ScaledStorage final : public TensorStorage {
public:
    ScaledStorage(Tensor weight, std::vector<double> factors, ChannelLayout layout)
        : m_weight(std::move(weight)),
          m_factors(std::move(factors)),
          m_layout(layout)
    {}

    std::size_t size() const override { return m_weight.byte_count(); }

    Result<std::span<const std::byte>> bytes() const override
    {
        const std::scoped_lock lock(m_mutex);
        if (m_kept.empty() && size() > 0)
            STRATA_CHECK(read(m_kept));
        return std::span<const std::byte>(m_kept);
    }

    Result<std::span<const std::byte>> read(std::vector<std::byte>& scratch) const override
    {
        std::vector<std::byte> gathered;
        STRATA_TRY(const std::span<const std::byte> bytes, m_weight.contiguous_bytes(gathered));
        scratch.resize(bytes.size());
        const std::int64_t count = m_weight.element_count();
        auto run = [&]<class T>(T, auto to_double, auto from_double) {
            scale<T>(bytes.data(), scratch.data(), count, m_factors, m_layout, to_double,
                     from_double);
        };
        auto plain = [](auto value) { return static_cast<double>(value); };
        switch (m_weight.dtype) {
        case DType::Float32:
            run(float{}, plain, [](double value) { return static_cast<float>(value); });
            break;
        case DType::Float64:
            run(double{}, plain, plain);
            break;
        case DType::Float16:
            run(std::uint16_t{}, half_to_float,
                [](double value) { return float_to_half(static_cast<float>(value)); });
            break;
        case DType::BFloat16:
            run(std::uint16_t{}, bfloat16_to_float,
                [](double value) { return float_to_bfloat16(static_cast<float>(value)); });
            break;
        default:
            return failure(ErrorCode::Internal, "Only floating-point weights can be scaled.");
        }
        return std::span<const std::byte>(scratch);
    }

private:
    Tensor m_weight;
    std::vector<double> m_factors;
    ChannelLayout m_layout;
    mutable std::mutex m_mutex;
    mutable std::vector<std::byte> m_kept; ///< only where somebody asked for bytes()
};

} // namespace

Tensor scaled_weight(Tensor weight, std::vector<double> factors, ChannelLayout layout)
{
    Tensor scaled;
    scaled.dtype = weight.dtype;
    scaled.shape = weight.shape;
    scaled.storage = std::make_shared<ScaledStorage>(std::move(weight), std::move(factors), layout);
    return scaled;
}

} // namespace strata
