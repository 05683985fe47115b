#include "base/string_pool.h"

#include <cstring>
#include <limits>
#include <new>
#include <utility>
#include <xxhash.h>

namespace strata {
namespace {

constexpr std::size_t block_size = 64 * 1024;
constexpr std::size_t first_slots = 64;

std::uint32_t hash_of(std::string_view text)
{
    return static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()));
}

} // namespace

StringPool::StringPool() : m_views{""}, m_slots(first_slots) {}

StringId StringPool::intern(std::string_view text)
{
    if (text.empty())
        return StringId::Empty;
    const std::uint32_t hash = hash_of(text);
    std::size_t slot = slot_of(text, hash);
    if (m_slots[slot].id != 0)
        return static_cast<StringId>(m_slots[slot].id);
    if (++m_interned * 4 > m_slots.size() * 3) {
        grow();
        slot = slot_of(text, hash);
    }
    const StringId id = append(text);
    m_slots[slot] = {hash, static_cast<std::uint32_t>(id)};
    return id;
}

StringId StringPool::append(std::string_view text)
{
    if (text.empty())
        return StringId::Empty;
    if (m_views.size() > std::numeric_limits<std::uint32_t>::max() - 1)
        throw std::bad_alloc();
    m_views.push_back(store(text));
    return static_cast<StringId>(m_views.size() - 1);
}

StringId StringPool::find(std::string_view text) const
{
    return text.empty() ? StringId::Empty
                        : static_cast<StringId>(m_slots[slot_of(text, hash_of(text))].id);
}

std::size_t StringPool::slot_of(std::string_view text, std::uint32_t hash) const
{
    const std::size_t mask = m_slots.size() - 1;
    std::size_t slot = hash & mask;
    while (m_slots[slot].id != 0 &&
           (m_slots[slot].hash != hash || m_views[m_slots[slot].id] != text))
        slot = (slot + 1) & mask;
    return slot;
}

std::string_view StringPool::store(std::string_view text)
{
    const std::size_t size = text.size() + 1;
    char* place = nullptr;
    if (size > block_size / 8) {
        // Long texts get a block of their own, so that what is left of the open one is not lost.
        m_blocks.emplace_back(new char[size]);
        place = m_blocks.back().get();
    } else {
        if (size > m_free_size) {
            m_blocks.emplace_back(new char[block_size]);
            m_free = m_blocks.back().get();
            m_free_size = block_size;
        }
        place = std::exchange(m_free, m_free + size);
        m_free_size -= size;
    }
    std::memcpy(place, text.data(), text.size());
    place[text.size()] = '\0';
    return {place, text.size()};
}

void StringPool::grow()
{
    std::vector<Slot> old(m_slots.size() * 2);
    old.swap(m_slots);
    const std::size_t mask = m_slots.size() - 1;
    for (const Slot& entry : old) {
        if (entry.id == 0)
            continue;
        std::size_t slot = entry.hash & mask;
        while (m_slots[slot].id != 0)
            slot = (slot + 1) & mask;
        m_slots[slot] = entry;
    }
}

} // namespace strata
