// The last step of lowering: clean-up passes, then what nothing needs goes, and the accounting
// follows.
#pragma once

#include "lowering/lower.h"
#include "passes/value_facts.h"

namespace strata {

/// Runs the clean-up passes (passes/passes.h) and removes dead nodes and initializers. FX nodes
/// whose ONNX nodes all went are recorded as folded where their result has become an initializer,
/// as fused where another node took over their work, and as dead code otherwise; weights that went
/// into another one, or whose place another view of the same data took, are recorded with that one.
/// The time it takes is added to `result.pass_seconds`.
Status clean_up(LoweringResult& result, const Program& program, const LoweringOptions& options,
                ValueFacts& facts, TaskContext& task);

} // namespace strata
