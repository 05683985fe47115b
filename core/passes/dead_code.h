// Removes what no output of the model depends on.
#pragma once

#include "ir/onnx_model.h"

#include <vector>

namespace strata {

/// Removes nodes, initializers and values that the main graph's outputs do not need, and drops
/// optional outputs that nobody reads (the indices of a MaxPool, say), of branches and loops each
/// result that nobody reads, with what only goes round in a loop for it. Graph inputs stay, and so
/// do nodes of domains other than ai.onnx, which may stand for anything. Ids change; the result
/// gives the new id for each old node, no_id for removed ones. Linear in the model. Models with
/// functions are left alone.
std::vector<NodeId> remove_dead_code(OnnxModel& model);

} // namespace strata
