// Structural rules of an ONNX model, for tests and after passes.
#pragma once

#include "ir/onnx_model.h"

#include <string>
#include <vector>

namespace strata {

/// What is wrong with the model's structure; empty: fine. Checked: ids are in range, each node is
/// listed in one graph, which it names; values are defined before their use, in their graph or one
/// around it, and by one producer, which they name; names are unique where ONNX wants them to be
/// (the values visible at one place, the nodes of a graph); initializers and values name each
/// other; provenance is empty or parallel to the nodes. Operators' own rules are infer_node()'s
/// affair. Linear in the model.
std::vector<std::string> verify_model(const OnnxModel& model);

} // namespace strata
