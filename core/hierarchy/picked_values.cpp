#include "hierarchy/picked_values.h"

#include <algorithm>

namespace strata {
namespace {

constexpr std::int64_t most_elements = 1 << 20;
constexpr std::size_t fewest_values = 8;

/// The different numbers of a tensor, sorted; empty when it is not to be looked at.
std::vector<double> values_of(const Tensor& tensor)
{
    if (!is_floating_point(tensor.dtype) || tensor.element_count() > most_elements ||
        tensor.element_count() < static_cast<std::int64_t>(fewest_values))
        return {};
    auto numbers = tensor.to_doubles();
    if (!numbers || std::any_of(numbers->begin(), numbers->end(),
                                [](double number) { return number != number; }))
        return {};
    std::sort(numbers->begin(), numbers->end());
    numbers->erase(std::unique(numbers->begin(), numbers->end()), numbers->end());
    return std::move(*numbers);
}

} // namespace

Result<std::vector<std::uint32_t>> picked_tensors(std::span<const Tensor* const> constants,
                                                  std::span<const Tensor> source,
                                                  std::span<const std::uint32_t> wanted,
                                                  const TaskContext& task)
{
    std::vector<std::uint32_t> found;
    if (wanted.empty())
        return found;
    std::vector<std::vector<double>> sets;
    for (const Tensor* constant : constants) {
        STRATA_CHECK(task.poll());
        auto values = values_of(*constant);
        if (values.size() >= fewest_values)
            sets.push_back(std::move(values));
    }
    for (const std::uint32_t index : wanted) {
        STRATA_CHECK(task.poll());
        if (index >= source.size())
            continue;
        const std::vector<double> all = values_of(source[index]);
        const bool picked = std::any_of(sets.begin(), sets.end(), [&](const auto& set) {
            // The first number tells nearly always.
            return set.size() <= all.size() &&
                   std::binary_search(all.begin(), all.end(), set.front()) &&
                   std::includes(all.begin(), all.end(), set.begin(), set.end());
        });
        if (picked)
            found.push_back(index);
    }
    return found;
}

} // namespace strata
