// What blocks start with, as the order of a file's nodes tells. Internal to core/hierarchy.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"

#include <utility>
#include <vector>

namespace strata {

/// Nodes before the first known node of a block, back to the known node before these: where
/// instances of one block come after different things and yet have the same operators there, these
/// are what the block starts with. `known`: per node, as names tell or forms. Near-linear.
std::vector<std::pair<NodeId, ModuleId>> run_lead_ins(const OnnxModel& model,
                                                      const align::FlowGraph& graph,
                                                      const ModuleTree& modules,
                                                      const std::vector<KnownModule>& known);

} // namespace strata
