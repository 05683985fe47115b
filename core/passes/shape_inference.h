// Dtype, shape and value inference for ONNX nodes, node by node, without protobuf and independent
// of what opsets the installed libonnx knows.
#pragma once

#include "passes/value_facts.h"

#include <string>

namespace strata {

/// Infers dtype, shape and facts of the node's outputs from its inputs and attributes and writes
/// them into the model and `facts`. What it cannot infer stays unknown; it never guesses. Dtype and
/// shape that the outputs already have are kept where inference knows less, and refined where it
/// knows more. Constant folding of small integer computations (shape arithmetic) is part of it: the
/// fact of the output then holds the constant. Returns an empty string, or why the node contradicts
/// ONNX's rules ("MatMul: inner dimensions 3 and 4 differ"). Dimension symbols of results that are
/// new ("2*h") are interned as readable expressions. Bodies (If/Loop/Scan) are not entered: for If,
/// dtype and shape come from the bodies' outputs where these agree.
std::string infer_node(OnnxModel& model, NodeId node, ValueFacts& facts);

/// Runs infer_node over the whole main graph (and bodies and functions' calls first-level), in
/// order.
void infer_model(OnnxModel& model, ValueFacts& facts);

} // namespace strata
