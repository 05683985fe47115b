// A bounds-checked scanner of protobuf's wire format
// (https://protobuf.dev/programming-guides/encoding/). It walks the fields of one message without
// copying; nothing in the bytes is trusted.
//
// Internal to core/onnx: errors are exceptions here, and are stopped at read_onnx() and
// read_tensor_proto().
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace strata::wire {

/// Carries an Error up to the boundary of the layer.
class ReadFailure final : public std::exception {
public:
    explicit ReadFailure(Error error) : m_error(std::move(error)) {}
    const char* what() const noexcept override { return m_error.message.c_str(); }
    Error& error() { return m_error; }

private:
    Error m_error;
};

/// Throws CannotRead: the bytes at `offset` of the file are not what they should be.
[[noreturn]] void fail_at(std::size_t offset, std::string_view message);

enum class WireType : std::uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

/// One field of a message. The accessors throw when the field is of another wire type.
struct Field {
    std::uint32_t number = 0;
    WireType type = WireType::Varint;
    std::uint64_t value = 0;                ///< Varint, Fixed64, Fixed32
    std::span<const std::byte> bytes;       ///< Bytes: the payload
    std::size_t offset = 0;                 ///< of the payload (or the number) in the file
    std::span<const std::byte> whole_field; ///< tag and payload, to keep a field as it is

    std::span<const std::byte> payload() const;
    std::string_view text() const;
    std::int64_t integer() const;
    float float32() const;
};

/// Walks the fields of one message. `offset` is where the message starts in the file, for error
/// messages.
class Reader {
public:
    Reader(std::span<const std::byte> bytes, std::size_t offset) : m_bytes(bytes), m_offset(offset)
    {}
    /// The message inside a field.
    explicit Reader(const Field& field) : Reader(field.payload(), field.offset) {}

    /// False at the end of the message.
    bool next(Field& field);

private:
    std::uint64_t varint();

    std::span<const std::byte> m_bytes;
    std::size_t m_offset;
    std::size_t m_position = 0;
};

/// Calls `visit(std::uint64_t)` for each number of a repeated varint field, packed or not.
template <class Visit>
void for_each_varint(const Field& field, const Visit& visit);

namespace detail {
/// Reads one varint at `position` and moves it on.
std::uint64_t read_varint(std::span<const std::byte> bytes, std::size_t& position,
                          std::size_t offset);
} // namespace detail

template <class Visit>
void for_each_varint(const Field& field, const Visit& visit)
{
    if (field.type == WireType::Varint) {
        visit(field.value);
        return;
    }
    const std::span<const std::byte> bytes = field.payload();
    std::size_t position = 0;
    while (position < bytes.size())
        visit(detail::read_varint(bytes, position, field.offset));
}

/// Keeps a field that the representation has no place for, exactly as it is in the file.
void keep_field(const Field& field, std::string& kept);

} // namespace strata::wire
