// Attribution: every node of an ONNX model gets a module, a confidence, and the evidence for it.
#pragma once

#include "base/diagnostic.h"
#include "base/task.h"
#include "ir/attribution.h"
#include "ir/module_tree.h"
#include "ir/onnx_model.h"
#include "ir/program.h"

#include <vector>

namespace strata {

struct AttributionResult {
    ModuleTree modules; ///< the source's, or inferred from the file
    Attribution nodes;
    std::vector<Diagnostic> diagnostics;
};

/// Collects every kind of evidence there is for each node, keeps all of it, and lets the strongest
/// win; recorded evidence is never overwritten. Models that Strata lowered (OnnxModel::provenance)
/// are attributed from their provenance and need `source`. For files, `source` may be null; then
/// the module tree is inferred from the names and metadata in the file. Evidence that contradicts
/// the winner (neither module contains the other) is a diagnostic. Near-linear in the model.
Result<AttributionResult> attribute_nodes(const OnnxModel& model, const Program* source,
                                          TaskContext& task);

/// The same with the source's own ONNX graph (`reference`, lowered by Strata, with provenance; may
/// be null): nodes of the file are aligned with it, which also tells the modules of nodes without
/// parameters.
Result<AttributionResult> attribute_nodes(const OnnxModel& model, const Program* source,
                                          const OnnxModel* reference, TaskContext& task);

} // namespace strata
