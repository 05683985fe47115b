// How much a model computes, by module.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"

#include <cstdint>
#include <vector>

namespace strata::ui {

struct ModuleCost {
    double operations = 0.0;   ///< floating point, one pass; what has no known shape is left out
    std::uint64_t unknown = 0; ///< nodes that would count, had they shapes in numbers
};

/// Floating point operations of one node: two for each product that MatMul, Gemm, Conv and
/// ConvTranspose add up; 0 for all other operators. Negative: shapes are not known.
double nodeOperations(const OnnxModel& model, NodeId node);

/// Of each module and everything in it; orphans and nodes in bodies of control flow count once,
/// with the module they are attributed to, or the root. For any thread. Fails only when cancelled.
Result<std::vector<ModuleCost>> moduleCosts(const Inspection& inspection, TaskContext& task);

} // namespace strata::ui
