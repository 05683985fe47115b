// Who keeps bytes alive that others point into.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace strata {

/// Shared by everything that points into the bytes: a mapped file, or memory.
class ByteOwner {
public:
    virtual ~ByteOwner() = default;
    /// Whether the bytes are still those that were there at first. A mapped file fails (CannotRead)
    /// when somebody has written to it since: then what was read before and what would be read now
    /// do not belong together.
    virtual Status check() const { return {}; }
};

/// Bytes of our own.
class OwnedBytes final : public ByteOwner {
public:
    explicit OwnedBytes(std::vector<std::byte> bytes) : m_bytes(std::move(bytes)) {}
    std::span<const std::byte> bytes() const { return m_bytes; }

private:
    std::vector<std::byte> m_bytes;
};

} // namespace strata
