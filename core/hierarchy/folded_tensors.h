// Which of a source's tensors optimisers compute away. Internal to core/hierarchy.
#pragma once

#include "hierarchy/align/flow_graph.h"

#include <cstddef>
#include <vector>

namespace strata {

/// Source tensors of which the source's graph only computes what depends on no data, such as the
/// first layers over a learned query: optimisers fold all of that, and what comes from the sizes of
/// the inputs too. `graph` knows which tensors its nodes read; `count`: of the source's tensors.
std::vector<bool> tensors_without_data(const align::FlowGraph& graph, std::size_t count);

/// Does a constant that the source adds or multiplies behind the node have no counterpart in the
/// file? It has gone into the node's bias then. `arrived`: per node of the source's graph.
bool is_moved_by_next(const align::FlowGraph& graph, const std::vector<bool>& arrived, NodeId id);

} // namespace strata
