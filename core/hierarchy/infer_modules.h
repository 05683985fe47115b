// A module tree for a file that comes without its source model.
#pragma once

#include "hierarchy/recorded_evidence.h"
#include "ir/attribution.h"
#include "ir/module_tree.h"
#include "ir/onnx_model.h"

namespace strata {

/// All modules that the file names: in recorded metadata (with classes), in parameter names, in
/// scope names. Modules are marked as inferred; `calls` counts the calls that show (at least 1 for
/// modules that metadata or scope names put work into). Deterministic and linear in the file's
/// names.
ModuleTree infer_modules(const OnnxModel& model, const RecordedScopes& scopes);

/// Puts the children of every module into the order in which the file's nodes first run them, as
/// their definitions mostly have them; those without nodes come last, as they were. Linear.
void order_by_first_node(ModuleTree& modules, const Attribution& nodes);

} // namespace strata
