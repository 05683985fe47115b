// Nodes of one file that another node of the other file does the work of, too.
#pragma once

#include "hierarchy/align/flow_graph.h"

#include <functional>
#include <vector>

namespace strata {

/// Two flow graphs seen from one of them: `fine` has the nodes that were merged, `coarse` those
/// that they were merged into.
struct FusionView {
    const align::FlowGraph& fine;
    const align::FlowGraph& coarse;
    const std::vector<NodeId>& coarse_of; ///< per node of `fine` its counterpart, or no_id
    const std::vector<NodeId>& fine_of;
    /// Is the counterpart more than the node: another operator, more inputs, other weights?
    std::function<bool(NodeId fine, NodeId coarse)> became_other;
};

/// Per node of `fine` without a counterpart the node of `coarse` that does its work, or no_id: the
/// node beside it became another one, and its neighbours are connected through that (Conv and Relu
/// against FusedConv); or several nodes lie where one lies (the parts of a Gelu, or of a
/// normalisation before its scale). What was just left out has none.
std::vector<NodeId> find_fused(const FusionView& view);

/// Single nodes without counterparts in the same place, between the same neighbours: the operator
/// was changed. Pairs of `fine` and `coarse`.
std::vector<std::pair<NodeId, NodeId>> find_replaced(const FusionView& view);

} // namespace strata
