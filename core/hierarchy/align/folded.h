// Computations that lowering folded into constants, put back into the reference graph as a shadow.
#pragma once

#include "hierarchy/align/align.h"
#include "ir/fx_graph.h"

namespace strata::align {

/// Appends to the reference's flow graph a node for every FX node that no ONNX node came from
/// (`reference.provenance`), with FlowNode::folded telling which of them each node depends on.
/// Returns the FX node of each appended node. Linear in the FX graph.
std::vector<FxNodeId> add_folded_nodes(FlowGraph& graph, const OnnxModel& reference,
                                       const FxGraph& fx);

/// Aligns unmatched constants and computations of sizes in the file with what the source folded
/// into the counterparts of their users. Matches may point beyond the reference model's nodes.
void align_folded(const FlowGraph& file, const FlowGraph& reference, std::vector<Match>& matches,
                  std::vector<NodeId>& back);

} // namespace strata::align
