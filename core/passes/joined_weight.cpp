#include "passes/joined_weight.h"

#include <cstring>
#include <mutex>

namespace strata {
namespace {

class JoinedStorage final : public TensorStorage {
public:
    /// `blocks`: how often the parts take turns, the product of the dimensions before the axis.
    JoinedStorage(std::vector<Tensor> parts, std::size_t blocks)
        : m_parts(std::move(parts)),
          m_blocks(blocks)
    {
        for (const Tensor& part : m_parts)
            m_size += part.byte_count();
    }

    std::size_t size() const override { return m_size; }

    Result<std::span<const std::byte>> bytes() const override
    {
        const std::scoped_lock lock(m_mutex);
        if (m_kept.empty() && m_size > 0)
            STRATA_CHECK(read(m_kept));
        return std::span<const std::byte>(m_kept);
    }

    Result<std::span<const std::byte>> read(std::vector<std::byte>& scratch) const override
    {
        scratch.resize(m_size);
        const std::size_t row = m_size / m_blocks;
        std::size_t column = 0;
        for (const Tensor& part : m_parts) {
            std::vector<std::byte> gathered;
            STRATA_TRY(const std::span<const std::byte> bytes, part.contiguous_bytes(gathered));
            const std::size_t block = bytes.size() / m_blocks;
            if (block > 0)
                for (std::size_t i = 0; i < m_blocks; ++i)
                    std::memcpy(scratch.data() + i * row + column, bytes.data() + i * block, block);
            column += block;
        }
        return std::span<const std::byte>(scratch);
    }

private:
    std::vector<Tensor> m_parts;
    std::size_t m_blocks;
    std::size_t m_size = 0;
    mutable std::mutex m_mutex;
    mutable std::vector<std::byte> m_kept; ///< only where somebody asked for bytes()
};

} // namespace

std::optional<Tensor> joined_weight(std::vector<Tensor> parts, std::size_t axis)
{
    if (parts.empty() || axis >= parts.front().shape.size())
        return std::nullopt;
    Tensor joined;
    joined.dtype = parts.front().dtype;
    joined.shape = parts.front().shape;
    joined.shape[axis] = 0;
    if (bits_per_element(joined.dtype) == 0 || bits_per_element(joined.dtype) % 8 != 0)
        return std::nullopt;
    for (const Tensor& part : parts) {
        if (part.dtype != joined.dtype || part.shape.size() != joined.shape.size() || !part.storage)
            return std::nullopt;
        for (std::size_t i = 0; i < part.shape.size(); ++i)
            if (i != axis && part.shape[i] != joined.shape[i])
                return std::nullopt;
        joined.shape[axis] += part.shape[axis];
    }
    std::size_t blocks = 1;
    for (std::size_t i = 0; i < axis; ++i)
        blocks *= static_cast<std::size_t>(joined.shape[i]);
    if (blocks == 0)
        return std::nullopt;
    joined.storage = std::make_shared<JoinedStorage>(std::move(parts), blocks);
    return joined;
}

} // namespace strata
