// Operators that exporters write as several nodes, only the last of which reads a parameter.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"

#include <functional>
#include <utility>
#include <vector>

namespace strata {

/// The product before an added bias, and the normalisation before a scale, are the work of the
/// module that owns the bias or scale; so are the turned axes around a recurrent operator. `known`:
/// per node, as names tell; `is_leaf`: the module has parameters of its own and nothing below.
/// Returns nodes that nothing is known of, each with its module. Linear in the graph.
std::vector<std::pair<NodeId, ModuleId>>
finished_operators(const align::FlowGraph& graph, const ModuleTree& modules,
                   const std::vector<KnownModule>& known,
                   const std::function<bool(ModuleId)>& is_leaf);

} // namespace strata
