// Sizes come from the model's file, and files may say anything: what a lowering makes of them has
// bounds that no real model comes near.
#pragma once

#include "ir/tensor.h"

#include <cstdint>
#include <span>
#include <vector>

namespace strata {

/// The number of elements of a constant of that shape; throws Refusal for one that would take more
/// than a quarter of a gigabyte, and for sizes below 0.
std::size_t constant_elements(std::span<const std::int64_t> shape);

/// A constant with the value in every element; throws Refusal as constant_elements() does.
Tensor filled_constant(DType dtype, std::vector<std::int64_t> shape, double value);

/// The number itself, of the tensors or nodes that one call makes; throws Refusal for more than
/// 65 536, and below 0.
std::size_t result_count(std::int64_t count);

} // namespace strata
