// Inputs for models that nobody gave inputs for.
#pragma once

#include "base/result.h"
#include "ir/tensor.h"

#include <cstdint>
#include <vector>

namespace strata {

/// Reproducible noise: floats in [-1, 1), integers 0 or 1 (which are valid indices nearly
/// everywhere). Equal seeds give equal tensors on all machines. Fails with Usage for element types
/// that have no such numbers.
Result<Tensor> random_tensor(DType dtype, const std::vector<std::int64_t>& shape, unsigned seed);

} // namespace strata
