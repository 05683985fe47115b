#include "pt2/zip_directory_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace strata {
namespace {

// The structures of PKWARE's APPNOTE.TXT, section 4.3: signatures, lengths and offsets of fields.
constexpr std::uint32_t local_signature = 0x04034b50;
constexpr std::uint32_t entry_signature = 0x02014b50;
constexpr std::uint32_t end_signature = 0x06054b50;
constexpr std::uint32_t end64_signature = 0x06064b50;
constexpr std::uint32_t locator64_signature = 0x07064b50;
constexpr std::size_t local_length = 30;
constexpr std::size_t entry_length = 46;
constexpr std::size_t end_length = 22;
constexpr std::size_t end64_length = 56;
constexpr std::size_t locator64_length = 20;
constexpr std::uint32_t in_zip64 = 0xffffffff;
constexpr std::uint16_t zip64_extra = 0x0001;

constexpr std::uint64_t max_entries = 10'000'000;

using Bytes = std::span<const std::byte>;

tl::unexpected<Error> damaged_directory(std::string what)
{
    return failure(
        ErrorCode::CannotRead,
        fmt::format("The archive is damaged: {}. Copy or download the file again.", what));
}

/// Little-endian numbers at offsets whose range the caller has checked.
template <class T>
T number(Bytes bytes, std::size_t at)
{
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>(value | (static_cast<T>(bytes[at + i]) << (8 * i)));
    return value;
}
std::uint16_t u16(Bytes bytes, std::size_t at)
{
    return number<std::uint16_t>(bytes, at);
}
std::uint32_t u32(Bytes bytes, std::size_t at)
{
    return number<std::uint32_t>(bytes, at);
}
std::uint64_t u64(Bytes bytes, std::size_t at)
{
    return number<std::uint64_t>(bytes, at);
}

struct Directory {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t entries = 0;
};

/// The end record stands at the end, with a comment of up to 64 KB after it.
std::optional<std::size_t> find_end_record(Bytes archive)
{
    if (archive.size() < end_length)
        return std::nullopt;
    const std::size_t last = archive.size() - end_length;
    const std::size_t first = last > 0xffff ? last - 0xffff : 0;
    for (std::size_t at = last + 1; at-- > first;)
        if (u32(archive, at) == end_signature &&
            at + end_length + u16(archive, at + 20) == archive.size())
            return at;
    return std::nullopt;
}

Result<Directory> find_directory(Bytes archive)
{
    const auto end = find_end_record(archive);
    if (!end)
        return damaged_directory("it has no directory at its end, as when a file was cut off");
    Directory directory{u32(archive, *end + 16), u32(archive, *end + 12), u16(archive, *end + 10)};
    std::uint64_t limit = *end;
    if (*end >= locator64_length && u32(archive, *end - locator64_length) == locator64_signature) {
        const std::uint64_t at = u64(archive, *end - locator64_length + 8);
        if (at > archive.size() || archive.size() - at < end64_length ||
            u32(archive, static_cast<std::size_t>(at)) != end64_signature)
            return damaged_directory("its zip64 directory is not where it should be");
        const auto record = static_cast<std::size_t>(at);
        directory = {u64(archive, record + 48), u64(archive, record + 40),
                     u64(archive, record + 32)};
        limit = at;
    }
    if (directory.offset > limit || directory.size > limit - directory.offset)
        return damaged_directory("its directory lies outside of the file");
    if (directory.entries > max_entries || directory.entries > directory.size / entry_length)
        return damaged_directory("its directory claims more entries than it can hold");
    return directory;
}

bool is_harmless_name(std::string_view name)
{
    if (name.empty() || name.front() == '/' || name.find('\0') != std::string_view::npos ||
        name.find('\\') != std::string_view::npos)
        return false;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t slash = std::min(name.find('/', at), name.size());
        if (name.substr(at, slash - at) == "..")
            return false;
        at = slash + 1;
    }
    return true;
}

/// Takes the 64-bit values, which stand in the order of the fields that lack them.
Status read_zip64_extra(Bytes extra, ZipEntry& entry)
{
    while (extra.size() >= 4) {
        const std::size_t length = u16(extra, 2);
        if (length > extra.size() - 4)
            break;
        if (u16(extra, 0) == zip64_extra) {
            Bytes values = extra.subspan(4, length);
            for (std::uint64_t* field : {&entry.size, &entry.packed_size, &entry.header_offset}) {
                if (*field != in_zip64)
                    continue;
                if (values.size() < 8)
                    return damaged_directory(
                        fmt::format("the sizes of its entry '{}' are not whole", entry.name));
                *field = u64(values, 0);
                values = values.subspan(8);
            }
            return {};
        }
        extra = extra.subspan(4 + length);
    }
    return {};
}

Result<ZipEntry> read_entry(Bytes archive, std::size_t& at, std::size_t end)
{
    if (end - at < entry_length || u32(archive, at) != entry_signature)
        return damaged_directory("its directory is not whole");
    const std::size_t name_length = u16(archive, at + 28);
    const std::size_t extra_length = u16(archive, at + 30);
    const std::size_t comment_length = u16(archive, at + 32);
    if (name_length + extra_length + comment_length > end - at - entry_length)
        return damaged_directory("its directory is not whole");
    ZipEntry entry;
    entry.name.assign(reinterpret_cast<const char*>(archive.data() + at + entry_length),
                      name_length);
    entry.crc = u32(archive, at + 16);
    entry.packed_size = u32(archive, at + 20);
    entry.size = u32(archive, at + 24);
    entry.header_offset = u32(archive, at + 42);
    const std::uint16_t flags = u16(archive, at + 8);
    const std::uint16_t method = u16(archive, at + 10);
    STRATA_CHECK(
        read_zip64_extra(archive.subspan(at + entry_length + name_length, extra_length), entry));
    at += entry_length + name_length + extra_length + comment_length;
    if (!is_harmless_name(entry.name))
        return damaged_directory("it has an entry whose name is no plain path inside of it");
    if ((flags & 1U) != 0)
        return failure(ErrorCode::CannotRead,
                       fmt::format("The entry '{}' of the archive is encrypted.", entry.name));
    if (method != 0 && method != 8)
        return failure(ErrorCode::CannotRead,
                       fmt::format("The entry '{}' of the archive is packed by method {}; only "
                                   "plain storing and DEFLATE are read. Pack it again with these.",
                                   entry.name, method));
    entry.deflated = method == 8;
    if (!entry.deflated && entry.size != entry.packed_size)
        return damaged_directory(
            fmt::format("the sizes of its entry '{}' contradict each other", entry.name));
    return entry;
}

/// Every entry's bytes end before the next entry begins; without this, few bytes could unpack to
/// very many.
Status limit_entries(std::vector<ZipEntry>& entries, std::uint64_t directory)
{
    std::vector<std::size_t> order(entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return entries[a].header_offset < entries[b].header_offset;
    });
    for (std::size_t i = 0; i < order.size(); ++i) {
        ZipEntry& entry = entries[order[i]];
        entry.limit = i + 1 < order.size() ? entries[order[i + 1]].header_offset : directory;
        if (entry.header_offset > entry.limit || entry.limit - entry.header_offset < local_length ||
            entry.packed_size > entry.limit - entry.header_offset - local_length)
            return damaged_directory(
                fmt::format("its entry '{}' overlaps another one or lies outside of "
                            "the file",
                            entry.name));
    }
    return {};
}

} // namespace

Result<std::vector<ZipEntry>> read_zip_directory(Bytes archive)
{
    STRATA_TRY(const Directory directory, find_directory(archive));
    std::vector<ZipEntry> entries;
    entries.reserve(static_cast<std::size_t>(directory.entries));
    auto at = static_cast<std::size_t>(directory.offset);
    const auto end = static_cast<std::size_t>(directory.offset + directory.size);
    for (std::uint64_t i = 0; i < directory.entries; ++i) {
        STRATA_TRY(ZipEntry entry, read_entry(archive, at, end));
        entries.push_back(std::move(entry));
    }
    STRATA_CHECK(limit_entries(entries, directory.offset));
    std::erase_if(entries, [](const ZipEntry& entry) { return entry.name.ends_with('/'); });
    return entries;
}

Result<std::uint64_t> zip_content_offset(Bytes archive, const ZipEntry& entry)
{
    const auto at = static_cast<std::size_t>(entry.header_offset);
    if (u32(archive, at) != local_signature)
        return damaged_directory(
            fmt::format("its entry '{}' does not begin where its directory says", entry.name));
    const std::uint64_t start =
        entry.header_offset + local_length + u16(archive, at + 26) + u16(archive, at + 28);
    if (start > entry.limit || entry.packed_size > entry.limit - start)
        return damaged_directory(
            fmt::format("its entry '{}' overlaps another one or lies outside of the "
                        "file",
                        entry.name));
    return start;
}

} // namespace strata
