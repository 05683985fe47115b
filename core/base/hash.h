// Content hashes (XXH3, 128 bits): they identify files and tensors, they are not for security.
#pragma once

#include "base/result.h"
#include "base/task.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace strata {

struct ContentHash {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    friend auto operator<=>(const ContentHash&, const ContentHash&) = default;
    /// "xxh3:" and 32 lower-case hexadecimal digits.
    std::string text() const;
};

/// Hashes bytes as they come. Movable, not copyable.
class ContentHasher {
public:
    ContentHasher();
    void update(std::span<const std::byte> bytes);
    ContentHash digest() const;

private:
    struct State;
    struct Deleter {
        void operator()(State* state) const;
    };
    std::unique_ptr<State, Deleter> m_state;
};

ContentHash hash_bytes(std::span<const std::byte> bytes);
/// Reads the file in blocks; polls the task.
Result<ContentHash> hash_file(const std::filesystem::path& path, TaskContext& task);

} // namespace strata
