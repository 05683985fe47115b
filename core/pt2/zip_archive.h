// Zip archives read from a mapping: entries that are stored are used in place.
#pragma once

#include "base/result.h"
#include "ir/tensor.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata {

/// What the central directory says of an entry. Checked: the packed bytes lie in the archive and
/// share none with another entry.
struct ZipEntry {
    std::string name;
    std::uint64_t header_offset = 0; ///< of the local header
    std::uint64_t limit = 0;         ///< where the next entry or the directory begins
    std::uint64_t packed_size = 0;
    std::uint64_t size = 0; ///< unpacked
    std::uint32_t crc = 0;
    bool deflated = false;
};

/// Immutable and cheap to copy; entries are read when asked for. Thread-safe.
///
/// Memory is bounded by the file's size: an entry that claims to unpack to more than 64 MB + 200
/// times its packed size is refused, and so is unpacking more than 256 MB + 200 times the
/// archive's size altogether. (Tensors never compress like that, but for constant ones; PyTorch
/// itself does not compress.)
class ZipArchive {
public:
    /// Reads the central directory of the archive in `bytes`, which `owner` keeps alive. Fails with
    /// CannotRead for what is not a whole archive and for entries that are encrypted, packed with
    /// another method than DEFLATE, overlap, lie outside or have names with "..", a leading
    /// slash or NUL, or that stand there twice.
    /// torch.save can be told to leave checksums out: zeros then stand there, which only
    /// Checksums::Optional accepts.
    enum class Checksums { Required, Optional };
    static Result<ZipArchive> open(std::shared_ptr<const ByteOwner> owner,
                                   std::span<const std::byte> bytes,
                                   Checksums checksums = Checksums::Required);

    const std::vector<ZipEntry>& entries() const;
    /// Null when there is none of exactly this name.
    const ZipEntry* find(std::string_view name) const;

    /// Bytes of an entry and, where they lie in the mapping, how many more may be read after them.
    struct Content {
        std::shared_ptr<const ByteOwner> owner;
        std::span<const std::byte> bytes;
        std::size_t readable_after = 0;
    };
    /// The whole entry: in place, or unpacked into memory. Its checksum has been compared.
    Result<Content> read(const ZipEntry& entry) const;
    /// The same for an entry that is an archive of its own: what is stored is not read yet, and
    /// its checksum not compared, as the inner entries have theirs.
    Result<Content> read_archive(const ZipEntry& entry) const;

    /// The entry as a tensor's storage. Nothing is read yet but its local header: bytes() unpacks
    /// it where it is compressed, copies it where it does not begin at a multiple of 8 bytes, and
    /// compares its checksum, once.
    Result<std::shared_ptr<const TensorStorage>> storage(const ZipEntry& entry) const;

private:
    struct Shared;
    explicit ZipArchive(std::shared_ptr<const Shared> shared) : m_shared(std::move(shared)) {}
    static Result<std::span<const std::byte>> packed_bytes(const Shared& shared,
                                                           const ZipEntry& entry);
    Result<Content> read_checked(const ZipEntry& entry, bool check) const;
    friend class ZipEntryStorage;

    std::shared_ptr<const Shared> m_shared;
};

} // namespace strata
