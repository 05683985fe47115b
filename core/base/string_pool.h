// Interned strings: names occur many times in a graph and are compared all the time.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace strata {

/// Index into a StringPool. 0 is always the empty string.
enum class StringId : std::uint32_t { Empty = 0 };

/// Owns each distinct string once. Ids and views stay valid while the pool lives. Not thread-safe
/// for writing.
class StringPool {
public:
    StringPool() { intern({}); }
    StringPool(const StringPool&) = delete;
    StringPool& operator=(const StringPool&) = delete;

    StringId intern(std::string_view text)
    {
        if (auto it = m_ids.find(text); it != m_ids.end())
            return it->second;
        m_strings.emplace_back(text);
        const auto id = static_cast<StringId>(m_strings.size() - 1);
        m_ids.emplace(m_strings.back(), id);
        return id;
    }
    /// The id of a string that may not be there; Empty when it is not.
    StringId find(std::string_view text) const
    {
        auto it = m_ids.find(text);
        return it == m_ids.end() ? StringId::Empty : it->second;
    }
    std::string_view view(StringId id) const { return m_strings[static_cast<std::size_t>(id)]; }
    std::size_t size() const { return m_strings.size(); }

private:
    std::deque<std::string>
        m_strings; // a deque never moves its elements, so the views below stay valid
    std::unordered_map<std::string_view, StringId> m_ids;
};

} // namespace strata
