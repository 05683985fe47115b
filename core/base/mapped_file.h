// A file mapped into memory.
#pragma once

#include "base/byte_owner.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace strata {

/// Owns the mapping; share it between all that point into it. Thread-safe.
/// The pages are read by the kernel when they are first touched, so mapping a huge file costs
/// nothing. A file that is replaced (written beside and renamed) stays as it was; one that is
/// written to in place does not: check() tells.
class MappedFile final : public ByteOwner {
public:
    enum class Access {
        ReadOnly,
        CopyOnWrite ///< writing changes this process's copy of a page, never the file
    };

    /// Fails with CannotRead for missing files, directories and unreadable files. An empty file
    /// maps to no bytes.
    static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path,
                                                          Access access = Access::ReadOnly);
    ~MappedFile() override;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return {m_data, m_size}; }
    /// To be written to only when mapped with CopyOnWrite.
    std::byte* private_bytes() const { return m_data; }
    Status check() const override;
    const std::filesystem::path& path() const { return m_path; }

private:
    /// What a file's directory entry says of it.
    struct Stamp {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::uint64_t size = 0;
        std::int64_t seconds = 0; ///< of the last change
        std::int64_t nanoseconds = 0;

        bool operator==(const Stamp&) const = default;
    };

    MappedFile(std::filesystem::path path, std::byte* data, const Stamp& stamp);

    std::filesystem::path m_path;
    std::byte* m_data;
    std::size_t m_size;
    Stamp m_stamp;
};

} // namespace strata
