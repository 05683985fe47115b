#include "onnx/wire_reader.h"

#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace strata::wire {
namespace {

std::uint64_t little_endian(std::span<const std::byte> bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return value;
}

} // namespace

void fail_at(std::size_t offset, std::string_view message)
{
    throw ReadFailure(Error{
        ErrorCode::CannotRead, fmt::format("At byte {} of the file: {}", offset, message), {}});
}

std::span<const std::byte> Field::payload() const
{
    if (type != WireType::Bytes)
        fail_at(offset,
                fmt::format("field {} should hold text or a message, but holds a number.", number));
    return bytes;
}

std::string_view Field::text() const
{
    const std::span<const std::byte> data = payload();
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}

std::int64_t Field::integer() const
{
    if (type != WireType::Varint)
        fail_at(offset, fmt::format("field {} should hold an integer.", number));
    return static_cast<std::int64_t>(value);
}

float Field::float32() const
{
    if (type != WireType::Fixed32)
        fail_at(offset, fmt::format("field {} should hold a float.", number));
    const auto bits = static_cast<std::uint32_t>(value);
    float result = 0;
    std::memcpy(&result, &bits, sizeof(result));
    return result;
}

std::uint64_t detail::read_varint(std::span<const std::byte> bytes, std::size_t& position,
                                  std::size_t offset)
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (position >= bytes.size())
            fail_at(offset + position, "the data ends in the middle of a number.");
        const auto byte = std::to_integer<std::uint64_t>(bytes[position++]);
        value |= (byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    fail_at(offset + position, "a number is longer than 64 bits.");
}

std::uint64_t Reader::varint()
{
    return detail::read_varint(m_bytes, m_position, m_offset);
}

bool Reader::next(Field& field)
{
    if (m_position == m_bytes.size())
        return false;
    const std::size_t start = m_position;
    const std::uint64_t tag = varint();
    const std::uint64_t number = tag >> 3;
    if (number == 0 || number > (1U << 29) - 1)
        fail_at(m_offset + start, fmt::format("there is no field with number {}.", number));
    field.number = static_cast<std::uint32_t>(number);
    field.value = 0;
    field.bytes = {};
    std::uint64_t size = 0;
    switch (tag & 7) {
    case 0:
        field.type = WireType::Varint;
        field.offset = m_offset + m_position;
        field.value = varint();
        field.whole_field = m_bytes.subspan(start, m_position - start);
        return true;
    case 1:
        field.type = WireType::Fixed64;
        size = 8;
        break;
    case 2:
        field.type = WireType::Bytes;
        size = varint();
        break;
    case 5:
        field.type = WireType::Fixed32;
        size = 4;
        break;
    default:
        fail_at(m_offset + start, fmt::format("field {} has the unknown wire type {}.", number,
                                              static_cast<unsigned>(tag & 7)));
    }
    const std::size_t left = m_bytes.size() - m_position;
    if (size > left)
        fail_at(m_offset + m_position,
                fmt::format("field {} says that it takes {} bytes, but only {} are left.", number,
                            size, left));
    field.offset = m_offset + m_position;
    field.bytes = m_bytes.subspan(m_position, static_cast<std::size_t>(size));
    m_position += static_cast<std::size_t>(size);
    field.whole_field = m_bytes.subspan(start, m_position - start);
    if (field.type != WireType::Bytes)
        field.value = little_endian(field.bytes);
    return true;
}

void keep_field(const Field& field, std::string& kept)
{
    kept.append(reinterpret_cast<const char*>(field.whole_field.data()), field.whole_field.size());
}

} // namespace strata::wire
