// Making tensors of storages and of sizes that a file claims.
#pragma once

#include "base/result.h"
#include "ir/tensor.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace strata {

/// The view, with its strides left out where they are those of a contiguous tensor. Fails with
/// CannotRead for negative or overflowing sizes, negative strides, another number of strides than
/// of sizes, elements outside of the storage, and views that repeat their storage so often that
/// they would fill the memory when written out.
Result<Tensor> make_tensor_view(DType dtype, std::vector<std::int64_t> shape,
                                std::vector<std::int64_t> strides, std::int64_t offset,
                                std::shared_ptr<const TensorStorage> storage);

} // namespace strata
