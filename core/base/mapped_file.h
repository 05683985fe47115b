// A file mapped read-only into memory.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace strata {

/// Owns the mapping; share it between all that point into it. Immutable, thread-safe.
/// The pages are read by the kernel when they are first touched, so mapping a huge file costs
/// nothing.
class MappedFile {
public:
    /// Fails with CannotRead for missing files, directories and unreadable files. An empty file
    /// maps to no bytes.
    static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return {m_data, m_size}; }
    const std::filesystem::path& path() const { return m_path; }

private:
    MappedFile(std::filesystem::path path, const std::byte* data, std::size_t size);

    std::filesystem::path m_path;
    const std::byte* m_data;
    std::size_t m_size;
};

} // namespace strata
