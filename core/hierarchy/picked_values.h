// Which of a source model's tensors were looked up, cut or turned into constants of an ONNX file.
#pragma once

#include "base/task.h"
#include "ir/tensor.h"

#include <cstdint>
#include <span>
#include <vector>

namespace strata {

/// Of the source tensors `wanted`, those of whose numbers one of `constants` consists: a table of
/// which rows were looked up before the export, half of a bias. Only tensors of reals; a constant
/// needs several different numbers, all of which stand in the source tensor. Order and repetition
/// do not count, so that this finds what hashes of rows do not. Linear in the bytes; tensors that
/// are very large are left out.
Result<std::vector<std::uint32_t>> picked_tensors(std::span<const Tensor* const> constants,
                                                  std::span<const Tensor> source,
                                                  std::span<const std::uint32_t> wanted,
                                                  const TaskContext& task);

} // namespace strata
