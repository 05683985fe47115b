// Writes zip archives, sound and otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include <zlib.h>

namespace strata::tests {

/// What stands in the archive; the optional values replace the true ones.
struct ZipItem {
    std::string name;
    std::string content;
    bool deflate = false;
    std::optional<std::uint32_t> crc = {};
    std::optional<std::uint32_t> size = {};          ///< unpacked
    std::optional<std::uint32_t> packed_size = {};   ///< in the directory
    std::optional<std::uint32_t> header_offset = {}; ///< in the directory
    std::optional<std::uint16_t> method = {};
    std::uint16_t flags = 0;
    bool zip64 = false; ///< sizes and place as 64-bit numbers in the directory
};

inline std::uint32_t crc_of(const std::string& bytes)
{
    return static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

inline std::string deflated(const std::string& bytes)
{
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

/// Contents of stored entries begin at multiples of `alignment`, as PyTorch writes them.
class ZipBuilder {
public:
    explicit ZipBuilder(std::size_t alignment = 64) : m_alignment(alignment) {}

    ZipBuilder& add(ZipItem item)
    {
        const std::string packed = item.deflate ? deflated(item.content) : item.content;
        const std::size_t offset = m_bytes.size();
        const std::size_t content = offset + 30 + item.name.size();
        std::size_t padding = (m_alignment - content % m_alignment) % m_alignment;
        if (padding > 0 && padding < 4)
            padding += m_alignment;
        m_bytes += head("PK\x03\x04", item, packed.size());
        m_bytes += number(item.name.size(), 2) + number(padding, 2) + item.name;
        if (padding > 0) // an extra field, as PyTorch does it
            m_bytes += "FB" + number(padding - 4, 2) + std::string(padding - 4, 'Z');
        m_bytes += packed;

        std::string extra;
        if (item.zip64) {
            extra = number(1, 2) + number(24, 2) + number(item.content.size(), 8) +
                    number(packed.size(), 8) + number(offset, 8);
            item.size = item.packed_size = item.header_offset = 0xffffffff;
        }
        m_directory += head(std::string("PK\x01\x02") + number(20, 2), item,
                            item.packed_size.value_or(static_cast<std::uint32_t>(packed.size())));
        m_directory += number(item.name.size(), 2) + number(extra.size(), 2) + number(0, 2) +
                       number(0, 2) + number(0, 2) + number(0, 4) +
                       number(item.header_offset.value_or(static_cast<std::uint32_t>(offset)), 4) +
                       item.name + extra;
        ++m_count;
        return *this;
    }
    ZipBuilder& add(std::string name, std::string content)
    {
        ZipItem item;
        item.name = std::move(name);
        item.content = std::move(content);
        return add(std::move(item));
    }

    std::string bytes() const
    {
        return m_bytes + m_directory + "PK\x05\x06" + number(0, 4) + number(m_count, 2) +
               number(m_count, 2) + number(m_directory.size(), 4) + number(m_bytes.size(), 4) +
               number(0, 2);
    }

    /// The same with a zip64 directory, as archives of more than 4 GB have it.
    std::string bytes64() const
    {
        const std::size_t end = m_bytes.size() + m_directory.size();
        return m_bytes + m_directory + "PK\x06\x06" + number(44, 8) + number(45, 2) +
               number(45, 2) + number(0, 4) + number(0, 4) + number(m_count, 8) +
               number(m_count, 8) + number(m_directory.size(), 8) + number(m_bytes.size(), 8) +
               "PK\x06\x07" + number(0, 4) + number(end, 8) + number(1, 4) + "PK\x05\x06" +
               number(0, 4) + number(0xffff, 2) + number(0xffff, 2) + number(0xffffffff, 4) +
               number(0xffffffff, 4) + number(0, 2);
    }

    static std::string number(std::uint64_t value, int width)
    {
        std::string bytes;
        for (int i = 0; i < width; ++i)
            bytes += static_cast<char>(value >> (8 * i));
        return bytes;
    }

private:
    static std::string head(const std::string& signature, const ZipItem& item, std::size_t packed)
    {
        return signature + number(20, 2) + number(item.flags, 2) +
               number(item.method.value_or(item.deflate ? 8 : 0), 2) + number(0, 4) +
               number(item.crc.value_or(crc_of(item.content)), 4) + number(packed, 4) +
               number(item.size.value_or(static_cast<std::uint32_t>(item.content.size())), 4);
    }

    std::size_t m_alignment;
    std::string m_bytes;
    std::string m_directory;
    std::size_t m_count = 0;
};

} // namespace strata::tests
