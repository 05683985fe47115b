// Sets of nodes that hang together in the data flow: neighbours, paths, constants.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"
#include "layout/display_tree.h"

#include <vector>

namespace strata {

/// All sets are parallel to the model's nodes. Linear in nodes and flows; they fail only when
/// cancelled.
using NodeSet = std::vector<bool>;

/// The seeds and what is at most `hops` edges away from one of them, up or down the data flow.
Result<NodeSet> nodes_around(const DisplayTree& tree, const NodeSet& seeds, unsigned hops,
                             TaskContext& task);

/// Every node on a way down the data flow from one to the other, both included; where `to` comes
/// first, the ways from it. Empty (all false) when there is none in either direction.
Result<NodeSet> nodes_between(const DisplayTree& tree, NodeId from, NodeId to, TaskContext& task);

/// Nodes that compute the same for all inputs: Constant, and what reads nothing but such nodes and
/// initializers.
Result<NodeSet> constant_nodes(const OnnxModel& model, const DisplayTree& tree, TaskContext& task);

/// The nodes of a group and of everything in it.
NodeSet nodes_in_group(const DisplayTree& tree, GroupId group);

} // namespace strata
