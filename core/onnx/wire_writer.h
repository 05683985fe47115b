// Builds protobuf messages in wire format. The bytes of tensors are not copied into the message:
// it notes where they go, and they are streamed when the message is written.
#pragma once

#include "ir/tensor.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace strata::wire {

/// A message, or a part of one, under construction.
class Buffer {
public:
    /// A tensor whose `size` bytes belong between the characters before and after `position`.
    struct Payload {
        std::size_t position;
        const Tensor* tensor;
        std::uint64_t size;
    };

    void integer(std::uint32_t field, std::int64_t value)
    {
        tag(field, 0);
        varint(static_cast<std::uint64_t>(value));
    }
    void float32(std::uint32_t field, float value)
    {
        tag(field, 5);
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof(bits));
        for (int shift = 0; shift < 32; shift += 8)
            m_text.push_back(static_cast<char>(bits >> shift & 0xff));
    }
    void text(std::uint32_t field, std::string_view value)
    {
        tag(field, 2);
        varint(value.size());
        m_text.append(value);
    }
    /// Leaves empty text out.
    void optional_text(std::uint32_t field, std::string_view value)
    {
        if (!value.empty())
            text(field, value);
    }
    void message(std::uint32_t field, const Buffer& child)
    {
        tag(field, 2);
        varint(child.size());
        append(child);
    }
    /// The tensor must outlive the buffer.
    void payload(std::uint32_t field, const Tensor& tensor, std::uint64_t size)
    {
        tag(field, 2);
        varint(size);
        m_payloads.push_back({m_text.size(), &tensor, size});
        m_payload_bytes += size;
    }
    void append(const Buffer& other)
    {
        for (const Payload& payload : other.m_payloads)
            m_payloads.push_back({m_text.size() + payload.position, payload.tensor, payload.size});
        m_text += other.m_text;
        m_payload_bytes += other.m_payload_bytes;
    }
    /// Fields that are in wire format already.
    void raw(std::string_view fields) { m_text.append(fields); }
    /// The start of a message of which only the content's size is known.
    void message_header(std::uint32_t field, std::uint64_t size)
    {
        tag(field, 2);
        varint(size);
    }

    std::uint64_t size() const { return m_text.size() + m_payload_bytes; }
    bool empty() const { return size() == 0; }
    const std::string& structure() const { return m_text; }
    const std::vector<Payload>& payloads() const { return m_payloads; }

private:
    void tag(std::uint32_t field, std::uint32_t type) { varint(field << 3 | type); }
    void varint(std::uint64_t value)
    {
        while (value >= 0x80) {
            m_text.push_back(static_cast<char>(value | 0x80));
            value >>= 7;
        }
        m_text.push_back(static_cast<char>(value));
    }

    std::string m_text;
    std::vector<Payload> m_payloads;
    std::uint64_t m_payload_bytes = 0;
};

} // namespace strata::wire
