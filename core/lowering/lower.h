// Lowering: a Program's FX graph becomes an OnnxModel, every node stamped with where it came from.
#pragma once

#include "base/diagnostic.h"
#include "base/task.h"
#include "ir/fx_accounting.h"
#include "ir/inspection.h"
#include "ir/program.h"

#include <memory>
#include <string>
#include <vector>

namespace strata {

/// A graph input as the export fixes it; dimensions may be symbols (dynamic axes) or unknown.
struct LoweringInput {
    DType dtype = DType::Unknown;
    std::optional<std::vector<FxDim>> shape;
};

struct LoweringOptions {
    int opset = 17;
    bool fold_batch_norm = true; ///< into the weights of convolutions (passes/passes.h)
    std::vector<LoweringInput>
        inputs; ///< in the order of the placeholders; missing ones are unknown
};

struct LoweringResult {
    std::shared_ptr<OnnxModel> model;
    FxAccounting accounting;
    std::vector<UnsupportedOperator> unsupported;
    std::vector<Diagnostic> diagnostics;
    bool needs_shapes = false; ///< some refusals would go away with known input shapes
    double pass_seconds = 0.0; ///< of the time taken, the share of the clean-up passes
};

/// Linear in the graph. Unsupported operators become nodes of the domain org.pytorch.aten and are
/// listed.
Result<LoweringResult> lower_program(const Program& program, const LoweringOptions& options,
                                     TaskContext& task);

} // namespace strata
