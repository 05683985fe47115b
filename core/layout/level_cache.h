// Level layouts by content.
#pragma once

#include "base/hash.h"
#include "layout/level_layout.h"

#include <cstdint>
#include <map>
#include <memory>

namespace strata {

/// Keyed by everything that the layout depends on, so a hit is always right. Forgets what has not
/// been used for a while when it has grown large. Not thread-safe.
class LevelCache {
public:
    Result<std::shared_ptr<const LevelLayout>> layout(const LevelInput& input, TaskContext& task);
    std::size_t computed() const { return m_computed; }

private:
    struct Entry {
        std::shared_ptr<const LevelLayout> layout;
        std::uint64_t used = 0;
    };
    void forget_old();

    std::map<ContentHash, Entry> m_entries;
    std::size_t m_boxes = 0; ///< in all entries
    std::uint64_t m_clock = 0;
    std::size_t m_computed = 0;
};

} // namespace strata
