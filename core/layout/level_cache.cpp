#include "layout/level_cache.h"

#include <algorithm>
#include <span>
#include <vector>

namespace strata {

namespace {

ContentHash key_of(const LevelInput& input)
{
    std::vector<double> key;
    key.reserve(2 + input.boxes.size() * 5 + input.edges.size() * 5);
    key.push_back(static_cast<double>(input.boxes.size()));
    for (const LevelBox& box : input.boxes) {
        key.insert(key.end(), {box.width, box.height, static_cast<double>(box.pin), box.inset_left,
                               box.inset_right});
    }
    for (const LevelEdge& edge : input.edges) {
        key.insert(key.end(), {static_cast<double>(edge.from), static_cast<double>(edge.to),
                               edge.from_x, edge.to_x, static_cast<double>(edge.tail)});
    }
    return hash_bytes(std::as_bytes(std::span(key)));
}

} // namespace

Result<std::shared_ptr<const LevelLayout>> LevelCache::layout(const LevelInput& input,
                                                              TaskContext& task)
{
    const ContentHash key = key_of(input);
    if (const auto it = m_entries.find(key); it != m_entries.end()) {
        it->second.used = ++m_clock;
        return it->second.layout;
    }
    STRATA_TRY(LevelLayout made, layout_level(input, task));
    auto shared = std::make_shared<const LevelLayout>(std::move(made));
    m_entries[key] = {shared, ++m_clock};
    m_boxes += input.boxes.size();
    ++m_computed;
    constexpr std::size_t max_boxes = 400000;
    if (m_boxes > max_boxes)
        forget_old();
    return std::shared_ptr<const LevelLayout>(std::move(shared));
}

void LevelCache::forget_old()
{
    std::vector<std::uint64_t> times;
    for (const auto& [key, entry] : m_entries)
        times.push_back(entry.used);
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    const std::uint64_t limit = *middle;
    m_boxes = 0;
    for (auto it = m_entries.begin(); it != m_entries.end();) {
        if (it->second.used < limit)
            it = m_entries.erase(it);
        else
            m_boxes += (it++)->second.layout->positions.size();
    }
}

} // namespace strata
