// How the instances of a block start, before the first of their weights that has a name.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"

#include <utility>
#include <vector>

namespace strata {

/// Instances of one block ("ups.0", "ups.1") that all start with the same operators, though what
/// comes before these differs: then the operators are the block's own, such as the Resize before a
/// convolution, or a normalisation whose weights lost their names. Functions that end what came
/// before are left out. `known`: per node, as names tell. Returns nodes that nothing is known of,
/// each with its module. Near-linear.
std::vector<std::pair<NodeId, ModuleId>> lead_in_forms(const align::FlowGraph& graph,
                                                       const ModuleTree& modules,
                                                       const std::vector<KnownModule>& known);

/// A LayerNorm for channels turns the axes around its normalisation: a Transpose right before and
/// right behind one numbered module that normalises belong to it, unless both numbers beside it are
/// missing (then they are modules themselves). The same kind of result.
std::vector<std::pair<NodeId, ModuleId>>
turned_normalisations(const align::FlowGraph& graph, const ModuleTree& modules,
                      const std::vector<KnownModule>& known);

} // namespace strata
