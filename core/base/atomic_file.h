// Output files that appear whole or not at all.
#pragma once

#include "base/hash.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace strata {

/// Writes beside the target ("NAME.strata-XXXXXX"), and renames onto it in commit(). Without
/// commit() (an error, a cancel, an exception) the temporary file is removed and whatever stood at
/// the target stays as it was.
class AtomicFile {
public:
    static Result<AtomicFile> create(const std::filesystem::path& target);
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;
    ~AtomicFile();

    Status write(std::span<const std::byte> bytes);
    Status write(std::string_view text);
    /// Bytes written so far.
    std::uint64_t size() const { return m_size; }
    /// Of all bytes written so far: what hash_file() would say of the file, without reading it
    /// again.
    ContentHash hash() const { return m_hasher.digest(); }
    /// Flushes to disk, closes and renames onto the target.
    Status commit();
    const std::filesystem::path& target() const { return m_target; }

private:
    AtomicFile(std::filesystem::path target, std::filesystem::path temporary, int fd);
    Status flush();

    std::filesystem::path m_target;
    std::filesystem::path m_temporary;
    int m_fd = -1;
    std::uint64_t m_size = 0;
    ContentHasher m_hasher;
    std::string m_buffer; // collects small writes; large ones go straight through
};

/// Writes a whole text file atomically.
Status write_file(const std::filesystem::path& target, std::string_view text);

} // namespace strata
