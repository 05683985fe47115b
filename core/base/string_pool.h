// Interned strings: names occur many times in a graph and are compared all the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace strata {

/// Index into a StringPool. 0 is always the empty string.
enum class StringId : std::uint32_t { Empty = 0 };

/// Owns each interned string once. Ids and views stay valid while the pool lives, and a NUL follows
/// each text. Not thread-safe for writing.
class StringPool {
public:
    StringPool();
    StringPool(const StringPool&) = delete;
    StringPool& operator=(const StringPool&) = delete;

    StringId intern(std::string_view text);
    /// An id of its own for a text that nobody looks up by what it says, such as one that describes
    /// a single node: intern() and find() do not know it. Spares the search, which costs a cache
    /// miss or two in a large pool, and keeps the table small for all others.
    StringId append(std::string_view text);
    /// The id of a string that may not be there; Empty when it is not.
    StringId find(std::string_view text) const;
    std::string_view view(StringId id) const { return m_views[static_cast<std::size_t>(id)]; }
    std::size_t size() const { return m_views.size(); }

private:
    /// Open addressing, at most three quarters full. The hash beside the id spares most looks at
    /// the text.
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t id = 0; ///< 0: free (the empty string is never looked up here)
    };

    /// Where the text is, or the free place where it belongs.
    std::size_t slot_of(std::string_view text, std::uint32_t hash) const;
    std::string_view store(std::string_view text);
    void grow();

    std::vector<std::string_view> m_views; ///< by id, into the blocks
    std::vector<Slot> m_slots;             ///< a power of two
    std::size_t m_interned = 0;            ///< slots in use
    std::vector<std::unique_ptr<char[]>> m_blocks;
    char* m_free = nullptr; ///< the rest of the block that is being filled
    std::size_t m_free_size = 0;
};

} // namespace strata
