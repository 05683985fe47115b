#include "base/hash.h"

#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <vector>
#include <xxhash.h>

namespace strata {

std::string ContentHash::text() const
{
    return fmt::format("xxh3:{:016x}{:016x}", high, low);
}

struct ContentHasher::State {
    XXH3_state_t* xxh = XXH3_createState();
};

void ContentHasher::Deleter::operator()(State* state) const
{
    XXH3_freeState(state->xxh);
    delete state;
}

ContentHasher::ContentHasher() : m_state(new State)
{
    XXH3_128bits_reset(m_state->xxh);
}

void ContentHasher::update(std::span<const std::byte> bytes)
{
    XXH3_128bits_update(m_state->xxh, bytes.data(), bytes.size());
}

ContentHash ContentHasher::digest() const
{
    const XXH128_hash_t hash = XXH3_128bits_digest(m_state->xxh);
    return {hash.high64, hash.low64};
}

ContentHash hash_bytes(std::span<const std::byte> bytes)
{
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return {hash.high64, hash.low64};
}

Result<ContentHash> hash_file(const std::filesystem::path& path, TaskContext& task)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' cannot be opened for reading.", path.string()));
    ContentHasher hasher;
    std::vector<char> block(1 << 20);
    while (file) {
        STRATA_CHECK(task.poll());
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        hasher.update(
            std::as_bytes(std::span(block.data(), static_cast<std::size_t>(file.gcount()))));
    }
    return hasher.digest();
}

} // namespace strata
