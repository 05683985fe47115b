#include "lowering/size_limits.h"

#include "lowering/op_call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {
namespace {

constexpr std::int64_t most_constant_elements = std::int64_t{1} << 26;
constexpr std::int64_t most_results = std::int64_t{1} << 16;

constexpr const char* check_the_file = "check whether the file is damaged";

} // namespace

std::size_t constant_elements(std::span<const std::int64_t> shape)
{
    const auto count = checked_element_count(shape);
    if (!count || *count > most_constant_elements)
        throw Refusal{fmt::format("it needs a constant of [{}] elements, which is out of bounds",
                                  fmt::join(shape, ",")),
                      check_the_file};
    return static_cast<std::size_t>(*count);
}

Tensor filled_constant(DType dtype, std::vector<std::int64_t> shape, double value)
{
    constant_elements(shape);
    return Tensor::filled(dtype, std::move(shape), value);
}

std::size_t result_count(std::int64_t count)
{
    if (count < 0 || count > most_results)
        throw Refusal{fmt::format("it would have {} results, which is out of bounds", count),
                      check_the_file};
    return static_cast<std::size_t>(count);
}

} // namespace strata
