#include "pt2/zip_archive.h"

#include "pt2/zip_directory_reader.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <mutex>
#include <zlib.h>

namespace strata {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint64_t entry_allowance = std::uint64_t{64} << 20;
constexpr std::uint64_t archive_allowance = std::uint64_t{256} << 20;
constexpr std::uint64_t packing_limit = 200;
constexpr std::size_t tensor_alignment = 8;
constexpr std::size_t readable_after_unpacked = 64; // what the JSON parser wants

/// Of what inflate_entry made.
Bytes without_padding(Bytes unpacked)
{
    return unpacked.first(unpacked.size() - readable_after_unpacked);
}

tl::unexpected<Error> damaged(const ZipEntry& entry, std::string_view what)
{
    return failure(ErrorCode::CannotRead,
                   fmt::format("The archive is damaged: its entry '{}' {}. Copy or download the "
                               "file again.",
                               entry.name, what));
}

Status compare_crc([[maybe_unused]] const ZipEntry& entry, [[maybe_unused]] Bytes bytes)
{
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
    if (crc32_z(crc32_z(0, nullptr, 0), data, bytes.size()) != entry.crc)
        return damaged(entry, "does not have the checksum that the archive says");
#endif
    return {};
}

/// Unpacks all of `packed` into exactly entry.size bytes; the vector has readable_after_unpacked
/// more.
Result<std::vector<std::byte>> inflate_entry(const ZipEntry& entry, Bytes packed)
{
    std::vector<std::byte> unpacked(static_cast<std::size_t>(entry.size) + readable_after_unpacked);
    const std::span bytes = std::span(unpacked).first(static_cast<std::size_t>(entry.size));
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return failure(ErrorCode::Internal, "zlib could not be started.");
    // zlib counts in 32 bits.
    constexpr std::size_t step = std::size_t{1} << 30;
    std::size_t in = 0;
    std::size_t out = 0;
    std::byte none{};
    int code = Z_OK;
    while (code == Z_OK) {
        const std::size_t give = std::min(step, packed.size() - in);
        const std::size_t room = std::min(step, bytes.size() - out);
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data() + in));
        stream.avail_in = static_cast<uInt>(give);
        stream.next_out = reinterpret_cast<Bytef*>(room > 0 ? bytes.data() + out : &none);
        stream.avail_out = static_cast<uInt>(room);
        code = inflate(&stream, Z_NO_FLUSH);
        const std::size_t taken = give - stream.avail_in;
        const std::size_t made = room - stream.avail_out;
        in += taken;
        out += made;
        if (taken == 0 && made == 0)
            break;
    }
    inflateEnd(&stream);
    if (code != Z_STREAM_END || out != bytes.size() || in != packed.size())
        return damaged(entry, "does not unpack to what the archive says");
    return unpacked;
}

} // namespace

struct ZipArchive::Shared final : ByteOwner {
    std::shared_ptr<const ByteOwner> owner;
    Bytes bytes;
    bool optional_checksums = false;
    std::vector<ZipEntry> entries;
    std::unordered_map<std::string_view, std::size_t> by_name;
    mutable std::atomic<std::uint64_t> unpacked{0};

    Status check() const override { return owner ? owner->check() : Status{}; }
    Status check_crc(const ZipEntry& entry, Bytes content) const
    {
        if (optional_checksums && entry.crc == 0)
            return {};
        return compare_crc(entry, content);
    }
    Result<std::vector<std::byte>> unpack(const ZipEntry& entry, Bytes packed) const
    {
        const std::uint64_t before = unpacked.fetch_add(entry.size);
        if (before > archive_allowance + packing_limit * bytes.size() ||
            entry.size > archive_allowance + packing_limit * bytes.size() - before)
            return failure(ErrorCode::CannotRead,
                           "The archive unpacks to more than 200 times its size, as archives do "
                           "that are made to fill the memory. If it can be trusted, pack it again "
                           "without compression.");
        STRATA_TRY(std::vector<std::byte> content, inflate_entry(entry, packed));
        STRATA_CHECK(check_crc(entry, without_padding(content)));
        return content;
    }
};

/// An entry as a tensor's storage: made ready when first asked for.
class ZipEntryStorage final : public TensorStorage {
public:
    ZipEntryStorage(std::shared_ptr<const ZipArchive::Shared> shared, const ZipEntry& entry,
                    Bytes packed)
        : m_shared(std::move(shared)),
          m_entry(entry),
          m_packed(packed)
    {}

    Result<Bytes> bytes() const override
    {
        STRATA_CHECK(m_shared->check());
        std::call_once(m_once, [this] { m_content = make(); });
        return m_content;
    }
    std::size_t size() const override { return static_cast<std::size_t>(m_entry.size); }

private:
    Result<Bytes> make() const
    {
        if (m_entry.deflated) {
            STRATA_TRY(m_copy, m_shared->unpack(m_entry, m_packed));
            return without_padding(m_copy);
        }
        STRATA_CHECK(m_shared->check_crc(m_entry, m_packed));
        if (reinterpret_cast<std::uintptr_t>(m_packed.data()) % tensor_alignment == 0)
            return m_packed;
        m_copy.assign(m_packed.begin(), m_packed.end());
        return Bytes(m_copy);
    }

    std::shared_ptr<const ZipArchive::Shared> m_shared;
    const ZipEntry& m_entry; // of m_shared
    Bytes m_packed;
    mutable std::once_flag m_once;
    mutable std::vector<std::byte> m_copy;
    mutable Result<Bytes> m_content = Bytes{};
};

Result<ZipArchive> ZipArchive::open(std::shared_ptr<const ByteOwner> owner, Bytes bytes,
                                    Checksums checksums)
{
    auto shared = std::make_shared<Shared>();
    shared->owner = std::move(owner);
    shared->bytes = bytes;
    shared->optional_checksums = checksums == Checksums::Optional;
    STRATA_TRY(shared->entries, read_zip_directory(bytes));
    for (std::size_t i = 0; i < shared->entries.size(); ++i) {
        const ZipEntry& entry = shared->entries[i];
        if (!shared->by_name.emplace(entry.name, i).second)
            return failure(
                ErrorCode::CannotRead,
                fmt::format("The archive is damaged: it has the entry '{}' twice.", entry.name));
    }
    return ZipArchive(std::move(shared));
}

const std::vector<ZipEntry>& ZipArchive::entries() const
{
    return m_shared->entries;
}

const ZipEntry* ZipArchive::find(std::string_view name) const
{
    const auto it = m_shared->by_name.find(name);
    return it == m_shared->by_name.end() ? nullptr : &m_shared->entries[it->second];
}

Result<Bytes> ZipArchive::packed_bytes(const Shared& shared, const ZipEntry& entry)
{
    if (entry.size > entry_allowance &&
        (entry.size - entry_allowance) / packing_limit > entry.packed_size)
        return failure(ErrorCode::CannotRead,
                       fmt::format("The entry '{}' of the archive unpacks from {} to {} bytes, as "
                                   "entries do that are made to fill the memory. If the file can "
                                   "be trusted, pack it again without compression.",
                                   entry.name, entry.packed_size, entry.size));
    STRATA_TRY(const std::uint64_t start, zip_content_offset(shared.bytes, entry));
    return shared.bytes.subspan(static_cast<std::size_t>(start),
                                static_cast<std::size_t>(entry.packed_size));
}

Result<ZipArchive::Content> ZipArchive::read(const ZipEntry& entry) const
{
    return read_checked(entry, true);
}

Result<ZipArchive::Content> ZipArchive::read_archive(const ZipEntry& entry) const
{
    return read_checked(entry, false);
}

Result<ZipArchive::Content> ZipArchive::read_checked(const ZipEntry& entry, bool check) const
{
    STRATA_TRY(const Bytes packed, packed_bytes(*m_shared, entry));
    if (!entry.deflated) {
        if (check)
            STRATA_CHECK(m_shared->check_crc(entry, packed));
        const auto after = static_cast<std::size_t>(
            m_shared->bytes.data() + m_shared->bytes.size() - (packed.data() + packed.size()));
        return Content{m_shared, packed, after};
    }
    STRATA_TRY(std::vector<std::byte> content, m_shared->unpack(entry, packed));
    auto kept = std::make_shared<const OwnedBytes>(std::move(content));
    const Bytes bytes = without_padding(kept->bytes());
    return Content{std::move(kept), bytes, readable_after_unpacked};
}

Result<std::shared_ptr<const TensorStorage>> ZipArchive::storage(const ZipEntry& entry) const
{
    STRATA_TRY(const Bytes packed, packed_bytes(*m_shared, entry));
    return std::make_shared<const ZipEntryStorage>(m_shared, entry, packed);
}

} // namespace strata
