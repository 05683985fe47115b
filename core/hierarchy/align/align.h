// Aligns the nodes of a file with the nodes of the graph that its source model gives, by data flow.
#pragma once

#include "base/task.h"
#include "hierarchy/align/flow_graph.h"

#include <vector>

namespace strata::align {

/// How a node of the file was found in the reference, surest first.
enum class Relation : std::uint8_t {
    Exact,     ///< the same operator with the same history and the same future
    Parameter, ///< the only readers of the same source tensor
    Followed,  ///< reached over the same edge from a matched node, nothing else fits
    Region,    ///< aligned in order within a region between matched nodes
    None
};

struct Match {
    NodeId reference = no_id;
    Relation relation = Relation::None;
    NodeId last = no_id; ///< the normalisation of the reference that was folded into the node
};

/// Per node of the file its counterpart in the reference; several nodes of the file may have the
/// same one (an operator spelled out), and a fused node has one of those it stands for. Works from
/// shared tensors, graph inputs and outputs inwards. Near-linear: hash passes over all nodes, a
/// work list over matched edges, and small tables for the regions in between.
Result<std::vector<Match>> align_graphs(const FlowGraph& file, const FlowGraph& reference,
                                        const TaskContext& task);

} // namespace strata::align
