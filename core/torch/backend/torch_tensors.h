// LibTorch tensors as Strata's tensors, sharing the memory.
#pragma once

#include "base/diagnostic.h"
#include "ir/tensor.h"

#include <ATen/core/Tensor.h>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace strata::torch_module {

/// By PyTorch's serialised numbering, which newer versions only extend; Unknown for others.
DType dtype_from_torch(std::int64_t scalar_type);
/// Nothing for types that this LibTorch does not have.
std::optional<c10::ScalarType> dtype_to_torch(DType dtype);

/// The distinct tensors of one program. Two LibTorch tensors that are the same view of the same
/// memory get the same index.
class TensorTable {
public:
    TensorTable(std::vector<Tensor>& tensors, std::vector<std::string>& names, Diagnostics& sink)
        : m_tensors(tensors),
          m_names(names),
          m_sink(sink)
    {}

    /// The tensor's index; `fqn` becomes its name when it is new.
    std::uint32_t add(const at::Tensor& tensor, const std::string& fqn);
    /// The index of a tensor that was added before.
    std::optional<std::uint32_t> find(const at::Tensor& tensor) const;
    const std::string& name(std::uint32_t index) const { return m_names[index]; }
    std::size_t size() const { return m_tensors.size(); }

private:
    using View = std::tuple<const void*, std::int64_t, std::vector<std::int64_t>,
                            std::vector<std::int64_t>, DType>;
    static View view_of(const at::Tensor& tensor);
    Tensor convert(const at::Tensor& tensor, const std::string& fqn);

    std::vector<Tensor>& m_tensors;
    std::vector<std::string>& m_names;
    Diagnostics& m_sink;
    std::map<View, std::uint32_t> m_views;
    std::vector<at::Tensor> m_alive; // keeps addresses from being used again
    std::unordered_map<const void*, std::shared_ptr<const TensorStorage>> m_storages;
};

/// One tensor by itself, sharing memory. Tensors that are not plain strided CPU memory are made so.
Tensor share_tensor(const at::Tensor& tensor);
/// A copy that LibTorch owns (a model may write into its inputs).
Result<at::Tensor> copy_to_torch(const Tensor& tensor);

} // namespace strata::torch_module
