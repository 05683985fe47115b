// What lies around modules of a list that all work on the same value. Internal to core/hierarchy.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"

#include <utility>
#include <vector>

namespace strata {

/// Where all children of a list read one value, as experts and filters of several widths do, the
/// module that holds the list calls them and brings their results together: what lies between that
/// value and the node where all results meet is its work, beside the children's. `known`: per node,
/// as names tell. Returns nodes that nothing is known of, each with the holder of the list. Linear
/// in the graph (each list looks at a limited stretch).
std::vector<std::pair<NodeId, ModuleId>> parallel_branches(const align::FlowGraph& graph,
                                                           const ModuleTree& modules,
                                                           const std::vector<KnownModule>& known);

} // namespace strata
