// LibTorch's operators as the interpreter calls them.
#pragma once

#include "ir/fx_graph.h"

#include <ATen/core/function_schema.h>
#include <ATen/core/stack.h>
#include <memory>
#include <string>
#include <torch/csrc/jit/runtime/operator.h>
#include <unordered_map>
#include <vector>

namespace strata::torch_module {

struct PreparedOperator {
    std::shared_ptr<torch::jit::Operator> op;
    torch::jit::Operation operation;
    const c10::FunctionSchema* schema = nullptr;
    bool random = false;
    bool writes = false; ///< into at least one argument
};

/// Finds operators by the targets of FX nodes, each once.
class OperatorTable {
public:
    /// All operators of this name and overload: rarely more than one. Stops (CannotExport) for
    /// operators that LibTorch does not have, and for those that reach outside of the process.
    const std::vector<PreparedOperator>& find(const std::string& target);

private:
    std::unordered_map<std::string, std::vector<PreparedOperator>> m_known;
};

} // namespace strata::torch_module
