// Without a source model: from the nodes whose module a name tells, modules grow over their
// surroundings.
#pragma once

#include "base/task.h"
#include "hierarchy/align/flow_graph.h"
#include "hierarchy/evidence.h"
#include "hierarchy/neighbour_evidence.h"

#include <vector>

namespace strata {

/// For every node that `known` gives no module, going with the data flow: the deepest module that
/// its main producer runs in, unless
/// - the node lies behind the module's last known node, and not all instances of the module (the
///   same name with other numbers) go on in the same way: repeated blocks support each other;
/// - the node joins a value that went around the module, as a residual connection does.
/// Modules that own parameters and have no children keep to what reads these, and to the
/// normalisation or product that such a node finishes. Constants and sizes belong to their first
/// user. Consensus where all neighbours agree, common ancestor otherwise. Near-linear.
Result<std::vector<NodeEvidence>>
growth_evidence(const OnnxModel& model, const align::FlowGraph& graph, const ModuleTree& modules,
                const std::vector<KnownModule>& known, const TaskContext& task);

} // namespace strata
