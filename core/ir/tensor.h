// Tensors whose bytes are read only when somebody asks.
#pragma once

#include "base/byte_owner.h"
#include "base/dtype.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace strata {

/// Bytes that tensors point into: a mapped file, a LibTorch storage, or memory of our own.
/// Immutable and shared; two tensors with the same storage object share memory (tied weights,
/// views).
class TensorStorage {
public:
    virtual ~TensorStorage() = default;
    /// All bytes of the storage. May read pages from disk, may fail for compressed or external
    /// data.
    virtual Result<std::span<const std::byte>> bytes() const = 0;
    /// The same for one reader: storages that compute their bytes put them into `scratch`, which
    /// must outlive the span, and keep nothing.
    virtual Result<std::span<const std::byte>>
    read([[maybe_unused]] std::vector<std::byte>& scratch) const
    {
        return bytes();
    }
    virtual std::size_t size() const = 0;
};

/// A storage that owns its bytes.
class MemoryStorage final : public TensorStorage {
public:
    explicit MemoryStorage(std::vector<std::byte> bytes) : m_bytes(std::move(bytes)) {}
    Result<std::span<const std::byte>> bytes() const override { return std::span(m_bytes); }
    std::size_t size() const override { return m_bytes.size(); }

private:
    std::vector<std::byte> m_bytes;
};

/// A storage inside bytes that somebody else keeps alive (a mapped file, say).
class SharedStorage final : public TensorStorage {
public:
    SharedStorage(std::shared_ptr<const ByteOwner> owner, std::span<const std::byte> bytes)
        : m_owner(std::move(owner)),
          m_bytes(bytes)
    {}
    Result<std::span<const std::byte>> bytes() const override
    {
        if (m_owner)
            STRATA_CHECK(m_owner->check());
        return m_bytes;
    }
    std::size_t size() const override { return m_bytes.size(); }

private:
    std::shared_ptr<const ByteOwner> m_owner;
    std::span<const std::byte> m_bytes;
};

/// A strided view of a storage. Cheap to copy. Little-endian, 4-bit types packed two a byte (low
/// nibble first).
struct Tensor {
    DType dtype = DType::Unknown;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides; ///< in elements; empty means contiguous, row-major
    std::int64_t storage_offset = 0;   ///< in elements
    std::shared_ptr<const TensorStorage> storage;
    std::vector<std::string> strings; ///< the elements when dtype is String; storage is then null

    std::int64_t element_count() const;
    std::size_t byte_count() const
    {
        return bytes_for(dtype, static_cast<std::size_t>(element_count()));
    }
    bool is_contiguous() const;

    /// The elements in row-major order. For a contiguous tensor this is a view of the storage (no
    /// copy); otherwise the elements are gathered into `scratch`, which must outlive the span.
    /// Fails when the view leaves the storage.
    Result<std::span<const std::byte>> contiguous_bytes(std::vector<std::byte>& scratch) const;

    /// Builders for small constants.
    static Tensor from_bytes(DType dtype, std::vector<std::int64_t> shape,
                             std::vector<std::byte> bytes);
    static Tensor int64s(std::span<const std::int64_t> values); ///< rank 1
    static Tensor scalar_int64(std::int64_t value);
    /// One value of the wanted type, rank 0. Integers and bools are converted with the usual C
    /// rules.
    static Tensor scalar(DType dtype, double value);
    static Tensor scalar(DType dtype, std::int64_t value);
    /// The value in every element.
    static Tensor filled(DType dtype, std::vector<std::int64_t> shape, double value);

    /// The elements as int64 for integer and bool tensors, as double for all real types; fails for
    /// others.
    Result<std::vector<std::int64_t>> to_int64s() const;
    Result<std::vector<double>> to_doubles() const;
};

/// Product of the dimensions; fails on negative dimensions and on overflow (hostile files).
Result<std::int64_t> checked_element_count(std::span<const std::int64_t> shape);

/// IEEE half and bfloat16 conversions, bit by bit (round to nearest even).
float half_to_float(std::uint16_t bits);
std::uint16_t float_to_half(float value);
float bfloat16_to_float(std::uint16_t bits);
std::uint16_t float_to_bfloat16(float value);

} // namespace strata
