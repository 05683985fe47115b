// Lists and tuples that are only written down to be handed to an operator become part of its
// arguments.
#pragma once

#include "ir/fx_graph.h"

#include <unordered_set>

namespace strata {

/// Returns the graph without the prim::ListConstruct and prim::TupleConstruct nodes that are plain
/// literals: used by operators or the Output node only, not by a block's results or a loop's
/// carried values, and not in `mutated` (values that some operator changes in place: append, sort,
/// ...; a list that is taken out of a container and then changed keeps all literals that may be it
/// or hold it). Literals that nobody uses go too. Frames and sources keep their ids; nodes, values
/// and blocks get new ones.
FxGraph inline_list_literals(const FxGraph& graph, const std::unordered_set<FxValueId>& mutated);

} // namespace strata
