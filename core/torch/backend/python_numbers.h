// Python numbers that tracing wrote down as tensors.
#pragma once

#include "ir/fx_graph.h"

#include <cstddef>
#include <optional>
#include <torch/csrc/jit/ir/ir.h>

namespace strata::torch_module {

/// The number that an input of a node of a traced graph stands for: "x * 0.5" is traced as
/// aten::mul of x and a float64 tensor without dimensions. As a tensor it would take part in the
/// promotion of types and make float64 of integers; in Python, and where LibTorch optimises the
/// graph, it does not. So it is a number for readers that have an overload which takes a number in
/// the tensor's place. Nothing for other readers, and for what is no such constant: equal constants
/// of a graph are one, so that one may be a number here and a tensor there.
std::optional<FxArg> python_number(const torch::jit::Node& reader, std::size_t input);

/// The same for everybody who reads the value.
std::optional<FxArg> python_number(const torch::jit::Value& value);

} // namespace strata::torch_module
