// The text form of FX graphs, which parses back, and the verifier.
#pragma once

#include "ir/fx_graph.h"

#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Deterministic. One node a line, torch.fx-like:
///   %conv1 : tensor<float32>[1, 8, h, ?] = call_function[aten::conv2d](%x, %conv1_weight, None,
///   [1, 1]) {frame=1, src=0}
/// Bodies are indented blocks; frames and sources are listed first. ARCHITECTURE.md has the
/// grammar.
std::string print_fx(const FxGraph& graph, const ModuleTree& modules);

/// Parses what print_fx wrote (and what tests write by hand). `modules` gets the modules the frames
/// name.
Result<FxGraph> parse_fx(std::string_view text, ModuleTree& modules);

/// Structural rules: every use is defined before it in its block or around it, parents of frames
/// come first, one Output node at the end of the main block, unique names, If/Loop have the right
/// bodies. Empty: fine.
std::vector<std::string> verify_fx(const FxGraph& graph);

} // namespace strata
