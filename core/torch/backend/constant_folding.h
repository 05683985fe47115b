// Python arithmetic on values that are known while the graphs are walked.
#pragma once

#include "ir/fx_graph.h"

#include <optional>
#include <string_view>
#include <vector>

namespace strata::torch_module {

/// The result of an operator on numbers, bools and strings when all arguments are immediates:
/// comparisons and the logical operators, which decide branches. Nothing for everything else.
std::optional<bool> fold_condition(std::string_view target, const std::vector<FxArg>& args);

/// What is fixed by how Strata reads models: on the CPU, dense, without autocast. Gradients count
/// as wanted, because PyTorch's modules otherwise skip their own children for fused kernels with
/// the same results, and the children are what the hierarchy is about. Nothing for other operators.
std::optional<FxArg> fold_environment(std::string_view target, const std::vector<FxArg>& args);

} // namespace strata::torch_module
