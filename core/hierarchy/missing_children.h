// Children of numbered containers that no name in the file tells of.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"

#include <utility>
#include <vector>

namespace strata {

/// A container with children 2 and 5 had children 0, 1, 3 and 4 too: without parameters, or with
/// weights whose names were lost. What stands right before a numbered child, and is no more than
/// the missing children can have been, belongs to the container; so do branches that lie beside a
/// child whose container lacks numbers. `known`: per node, as names tell. Returns nodes that
/// nothing is known of, each with its container. Linear in the graph.
std::vector<std::pair<NodeId, ModuleId>> missing_children(const align::FlowGraph& graph,
                                                          const ModuleTree& modules,
                                                          const std::vector<KnownModule>& known);

} // namespace strata
