// Operators that exporters write as several nodes, recognised by their data flow.
#pragma once

#include "hierarchy/align/flow_graph.h"

#include <functional>
#include <vector>

namespace strata::align {

/// The nodes of a spelled-out normalisation, without the scale that ends it: from the scale back to
/// the mean, or the InstanceNormalization, that every normalisation starts with. `start` is the
/// scale's producer; only nodes that are `is_free` are looked at. What is also read by others, such
/// as the sum of a residual connection, stays outside. Empty when it is no normalisation.
std::vector<NodeId> normalisation_before(const FlowGraph& graph, NodeId scale, NodeId start,
                                         const std::function<bool(NodeId)>& is_free);

/// A function of one value, as sequences of modules end with; both nodes of x * sigmoid(x) too.
bool is_activation(const FlowGraph& graph, NodeId id);

/// A product of data with something else, a weight most likely: some module works there.
bool is_product(const FlowNode& node);

/// An operator that modules without parameters may consist of: functions, pooling, changes of shape
/// as a whole, sizes. Picking, stacking and arithmetic is what the code around them does.
bool could_be_module(const FlowNode& node);

} // namespace strata::align
