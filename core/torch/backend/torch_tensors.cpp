#include "torch_tensors.h"

#include "mapped_weights.h"

#include <ATen/ATen.h>
#include <array>
#include <cstring>
#include <fmt/format.h>

namespace strata::torch_module {
namespace {

/// Keeps a LibTorch storage alive.
class SharedTorchStorage final : public TensorStorage {
public:
    explicit SharedTorchStorage(c10::Storage storage) : m_storage(std::move(storage)) {}
    Result<std::span<const std::byte>> bytes() const override
    {
        if (const MappedFile* file = mapped_file_of(m_storage))
            STRATA_CHECK(file->check());
        return std::span(static_cast<const std::byte*>(m_storage.unsafeGetStorageImpl()->data()),
                         size());
    }
    std::size_t size() const override
    {
        return m_storage.unsafeGetStorageImpl()->data() ? m_storage.nbytes() : 0;
    }

private:
    c10::Storage m_storage;
};

// The index is the number that PyTorch writes into files (c10/core/ScalarType.h).
constexpr std::array<DType, 30> serialized_dtypes{
    DType::UInt8,        DType::Int8,           DType::Int16,          DType::Int32,
    DType::Int64,        DType::Float16,        DType::Float32,        DType::Float64,
    DType::Complex32,    DType::Complex64,      DType::Complex128,     DType::Bool,
    DType::QInt8,        DType::QUInt8,         DType::QInt32,         DType::BFloat16,
    DType::Unknown,      DType::Unknown,        DType::Unknown,        DType::Unknown,
    DType::Unknown,      DType::Unknown,        DType::Unknown,        DType::Float8E5M2,
    DType::Float8E4M3FN, DType::Float8E5M2FNUZ, DType::Float8E4M3FNUZ, DType::UInt16,
    DType::UInt32,       DType::UInt64};

/// Plain strided memory on the CPU, or an exception.
at::Tensor plain(const at::Tensor& tensor)
{
    at::Tensor result = tensor;
    if (result.is_mkldnn() || result.layout() != c10::kStrided)
        result = result.to_dense();
    if (result.is_conj())
        result = result.resolve_conj();
    if (result.is_neg())
        result = result.resolve_neg();
    if (!result.is_meta() && !result.device().is_cpu())
        result = result.to(c10::kCPU);
    return result;
}

bool is_plain(const at::Tensor& tensor)
{
    return !tensor.is_mkldnn() && tensor.layout() == c10::kStrided && !tensor.is_conj() &&
           !tensor.is_neg() && tensor.device().is_cpu();
}

Tensor describe(const at::Tensor& tensor)
{
    Tensor described;
    described.dtype = dtype_from_torch(static_cast<std::int64_t>(tensor.scalar_type()));
    described.shape = tensor.sizes().vec();
    if (!tensor.is_contiguous())
        described.strides = tensor.strides().vec();
    described.storage_offset = tensor.storage_offset();
    return described;
}

} // namespace

DType dtype_from_torch(std::int64_t scalar_type)
{
    if (scalar_type < 0 || static_cast<std::size_t>(scalar_type) >= serialized_dtypes.size())
        return DType::Unknown;
    return serialized_dtypes[static_cast<std::size_t>(scalar_type)];
}

std::optional<c10::ScalarType> dtype_to_torch(DType dtype)
{
    if (dtype == DType::Unknown)
        return std::nullopt;
    for (std::size_t i = 0; i < serialized_dtypes.size(); ++i)
        if (serialized_dtypes[i] == dtype) {
            if (i >= static_cast<std::size_t>(c10::ScalarType::NumOptions))
                return std::nullopt;
            const auto type = static_cast<c10::ScalarType>(i);
            if (type == c10::ScalarType::Undefined)
                return std::nullopt;
            return type;
        }
    return std::nullopt;
}

Tensor share_tensor(const at::Tensor& original)
{
    const at::Tensor tensor = plain(original);
    Tensor shared = describe(tensor);
    if (!tensor.is_meta())
        shared.storage = std::make_shared<SharedTorchStorage>(tensor.storage());
    return shared;
}

Result<at::Tensor> copy_to_torch(const Tensor& tensor)
{
    const std::optional<c10::ScalarType> type = dtype_to_torch(tensor.dtype);
    if (!type)
        return failure(ErrorCode::CannotRead,
                       fmt::format("LibTorch has no element type {}.", to_string(tensor.dtype)));
    std::vector<std::byte> scratch;
    STRATA_TRY(const std::span<const std::byte> bytes, tensor.contiguous_bytes(scratch));
    at::Tensor copy = at::empty(tensor.shape, at::TensorOptions().dtype(*type));
    if (copy.nbytes() != bytes.size())
        return failure(ErrorCode::Internal, "A tensor's size does not match its shape.");
    if (!bytes.empty())
        std::memcpy(copy.data_ptr(), bytes.data(), bytes.size());
    return copy;
}

TensorTable::View TensorTable::view_of(const at::Tensor& tensor)
{
    if (!is_plain(tensor))
        return {tensor.unsafeGetTensorImpl(), 0, tensor.sizes().vec(), {}, DType::Unknown};
    return {tensor.storage().unsafeGetStorageImpl(), tensor.storage_offset(), tensor.sizes().vec(),
            tensor.strides().vec(),
            dtype_from_torch(static_cast<std::int64_t>(tensor.scalar_type()))};
}

std::uint32_t TensorTable::add(const at::Tensor& tensor, const std::string& fqn)
{
    const auto [it, inserted] =
        m_views.emplace(view_of(tensor), static_cast<std::uint32_t>(m_tensors.size()));
    if (inserted) {
        m_alive.push_back(tensor);
        m_tensors.push_back(convert(tensor, fqn));
        m_names.push_back(fqn);
    }
    return it->second;
}

std::optional<std::uint32_t> TensorTable::find(const at::Tensor& tensor) const
{
    const auto it = m_views.find(view_of(tensor));
    if (it == m_views.end())
        return std::nullopt;
    return it->second;
}

Tensor TensorTable::convert(const at::Tensor& original, const std::string& fqn)
{
    try {
        const at::Tensor tensor = plain(original);
        Tensor converted = describe(tensor);
        if (tensor.is_meta())
            return converted;
        auto& storage = m_storages[tensor.storage().unsafeGetStorageImpl()];
        if (!storage)
            storage = std::make_shared<SharedTorchStorage>(tensor.storage());
        converted.storage = storage;
        if (tensor.unsafeGetTensorImpl() != original.unsafeGetTensorImpl())
            m_alive.push_back(tensor);
        return converted;
    } catch (const std::exception&) {
        m_sink.warning("tensor-layout",
                       "The tensor is stored in a layout that cannot be read as plain memory; its "
                       "values are not available.",
                       fqn);
        Tensor unreadable;
        unreadable.shape = original.sizes().vec();
        return unreadable;
    }
}

} // namespace strata::torch_module
