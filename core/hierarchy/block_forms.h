// Usual forms of blocks that data flow gives away where names are missing: gates and residual
// branches.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"

#include <utility>
#include <vector>

namespace strata {

/// A gate scales a value by what two modules make of its mean (squeeze and excitation): the mean,
/// what lies between and the product are the work of the module that holds both. Where weights have
/// lost their names, what lies on a residual branch belongs to the module that holds what is known
/// on the branch. `known`: per node, as names tell. Returns nodes that nothing is known of, each
/// with its module. Linear in the graph; branches are looked at up to a bounded length.
std::vector<std::pair<NodeId, ModuleId>> block_forms(const align::FlowGraph& graph,
                                                     const ModuleTree& modules,
                                                     const std::vector<KnownModule>& known);

} // namespace strata
