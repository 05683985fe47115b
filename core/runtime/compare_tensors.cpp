#include "runtime/onnx_runtime.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace strata {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Takes pairs of elements and keeps the largest differences.
class Comparison {
public:
    Comparison(double atol, double rtol) : m_atol(atol), m_rtol(rtol) {}

    void add(double actual, double expected)
    {
        if (std::isfinite(expected))
            m_result.largest = std::max(m_result.largest, std::abs(expected));
        // Equal infinities have no difference; NaN means the same on both sides.
        if (actual == expected || (std::isnan(actual) && std::isnan(expected)))
            return;
        if (!std::isfinite(actual) || !std::isfinite(expected)) {
            m_result.max_abs = infinity;
            m_result.max_rel = infinity;
            m_ok = false;
            return;
        }
        add_difference(std::abs(actual - expected), std::abs(expected));
    }
    /// Exact for all integers, which doubles are not.
    void add(std::int64_t actual, std::int64_t expected)
    {
        m_result.largest = std::max(m_result.largest, std::abs(static_cast<double>(expected)));
        if (actual == expected)
            return;
        const auto high = static_cast<std::uint64_t>(std::max(actual, expected));
        const auto low = static_cast<std::uint64_t>(std::min(actual, expected));
        add_difference(static_cast<double>(high - low), std::abs(static_cast<double>(expected)));
    }
    void add_unequal()
    {
        m_result.max_abs = infinity;
        m_result.max_rel = infinity;
        m_ok = false;
    }
    TensorDifference result(bool same_dtype) const
    {
        TensorDifference result = m_result;
        result.same_shape = true;
        result.same_dtype = same_dtype;
        result.ok = m_ok && same_dtype;
        return result;
    }

private:
    void add_difference(double difference, double magnitude)
    {
        m_result.max_abs = std::max(m_result.max_abs, difference);
        if (magnitude > 0)
            m_result.max_rel = std::max(m_result.max_rel, difference / magnitude);
        if (difference > m_atol + m_rtol * magnitude)
            m_ok = false;
    }

    double m_atol;
    double m_rtol;
    TensorDifference m_result;
    bool m_ok = true;
};

bool is_whole(DType type)
{
    return type == DType::Bool || (is_integer(type) && bits_per_element(type) >= 8);
}

bool is_real(DType type)
{
    return is_whole(type) || type == DType::Float16 || type == DType::BFloat16 ||
           type == DType::Float32 || type == DType::Float64;
}

/// A complex tensor as real and imaginary parts.
Result<Tensor> parts_of(const Tensor& tensor)
{
    std::vector<std::byte> scratch;
    STRATA_TRY(const std::span<const std::byte> bytes, tensor.contiguous_bytes(scratch));
    const DType part = tensor.dtype == DType::Complex64 ? DType::Float32 : DType::Float64;
    std::vector<std::int64_t> shape = tensor.shape;
    shape.push_back(2);
    return Tensor::from_bytes(part, std::move(shape), {bytes.begin(), bytes.end()});
}

} // namespace

Result<TensorDifference> compare_tensors(const Tensor& actual, const Tensor& expected, double atol,
                                         double rtol)
{
    const bool same_dtype = actual.dtype == expected.dtype;
    if (actual.shape != expected.shape) {
        TensorDifference result;
        result.same_dtype = same_dtype;
        return result;
    }
    Comparison comparison(atol, rtol);
    if (is_whole(actual.dtype) && is_whole(expected.dtype)) {
        STRATA_TRY(const std::vector<std::int64_t> a, actual.to_int64s());
        STRATA_TRY(const std::vector<std::int64_t> b, expected.to_int64s());
        for (std::size_t i = 0; i < a.size(); ++i)
            comparison.add(a[i], b[i]);
        return comparison.result(same_dtype);
    }
    if (is_real(actual.dtype) && is_real(expected.dtype)) {
        STRATA_TRY(const std::vector<double> a, actual.to_doubles());
        STRATA_TRY(const std::vector<double> b, expected.to_doubles());
        for (std::size_t i = 0; i < a.size(); ++i)
            comparison.add(a[i], b[i]);
        return comparison.result(same_dtype);
    }
    if (!same_dtype) {
        comparison.add_unequal();
        return comparison.result(false);
    }
    if (actual.dtype == DType::String) {
        if (actual.strings != expected.strings)
            comparison.add_unequal();
        return comparison.result(true);
    }
    if (actual.dtype == DType::Complex64 || actual.dtype == DType::Complex128) {
        STRATA_TRY(const Tensor a, parts_of(actual));
        STRATA_TRY(const Tensor b, parts_of(expected));
        STRATA_TRY(TensorDifference result, compare_tensors(a, b, atol, rtol));
        return result;
    }
    // Packed and 8-bit floating types: equal or not.
    std::vector<std::byte> scratch_a;
    std::vector<std::byte> scratch_b;
    STRATA_TRY(const std::span<const std::byte> a, actual.contiguous_bytes(scratch_a));
    STRATA_TRY(const std::span<const std::byte> b, expected.contiguous_bytes(scratch_b));
    if (!std::equal(a.begin(), a.end(), b.begin(), b.end()))
        comparison.add_unequal();
    return comparison.result(true);
}

} // namespace strata
