// What lies ahead of nodes of which nothing is known. Internal to core/hierarchy.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"

#include <vector>

namespace strata {

/// Per node the nearest known modules behind it, nearest first, at most `most`. `anchor`: the nodes
/// whose module in `place` is known. Linear in the graph.
std::vector<std::vector<ModuleId>> modules_ahead(const align::FlowGraph& graph,
                                                 const std::vector<KnownModule>& place,
                                                 const std::vector<bool>& anchor, std::size_t most);

/// Per node: does it lead, before anything known, to a product with a weight that has no name?
std::vector<bool> leads_to_unnamed(const align::FlowGraph& graph, const std::vector<bool>& anchor);

/// Have most products weights of which no name tells a module?
bool lost_most_names(const align::FlowGraph& graph, const std::vector<KnownModule>& place);

} // namespace strata
