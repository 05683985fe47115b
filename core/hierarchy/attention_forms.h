// Attention, recognised by its form: what lies between its projections is the work of one module.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"

#include <utility>
#include <vector>

namespace strata {

/// softmax(q k) v, whose result goes through a known projection: the module that holds (or is the
/// owner of) that projection does everything from the projections to q, k and v on, also those
/// whose weights have lost their names, and what turns the axes of their inputs for them alone.
/// What other nodes use, too (masks, positions that all layers share) is left alone. `known`: per
/// node, as names tell. Returns nodes with their modules; linear but for a factor for the size of
/// one attention.
std::vector<std::pair<NodeId, ModuleId>> attention_forms(const align::FlowGraph& graph,
                                                         const ModuleTree& modules,
                                                         const std::vector<KnownModule>& known);

} // namespace strata
