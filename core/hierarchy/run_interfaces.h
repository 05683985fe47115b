// Where the calls of modules start and end in a run of nodes, by what they take and give. Internal
// to core/hierarchy.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "hierarchy/run_order.h"
#include "ir/module_tree.h"

#include <utility>
#include <vector>

namespace strata {

/// Modules take few values and give few: of the nodes before a call's first known node, and of
/// those behind its last one, the call has just so many that the fewest values go in and out. Where
/// that is the same with and without them, nothing is said. `known`: per node, as names tell or
/// forms. Near-linear.
std::vector<std::pair<NodeId, ModuleId>>
run_interfaces(const OnnxModel& model, const align::FlowGraph& graph, const ModuleTree& modules,
               const std::vector<KnownModule>& known, const RunOrder& order);

} // namespace strata
