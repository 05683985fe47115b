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
    const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                         &XXH3_freeState);
    XXH3_128bits_reset(state.get());
    std::vector<char> block(1 << 20);
    while (file) {
        STRATA_CHECK(task.poll());
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        XXH3_128bits_update(state.get(), block.data(), static_cast<std::size_t>(file.gcount()));
    }
    const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
    return ContentHash{hash.high64, hash.low64};
}

} // namespace strata
