// What is left after the alignment with a source model: nodes that the source's graph has no
// counterpart for.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/evidence.h"
#include "hierarchy/neighbour_evidence.h"

#include <vector>

namespace strata {

/// For nodes that `known` (parallel to the model's nodes) gives no module:
/// - nodes that only move or convert data belong to where the data come from;
/// - constants and computations of sizes belong to their first user, from the users backwards;
/// - others to the module that producers and users agree in, else to the nearest common one.
/// Consensus where all neighbours of known module agree, common ancestor otherwise. Linear.
std::vector<NodeEvidence> near_evidence(const align::FlowGraph& graph, const ModuleTree& modules,
                                        std::vector<KnownModule> known);

} // namespace strata
