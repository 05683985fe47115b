// Nodes of two compared files that only say in another way what the other file says, too.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "session/match_nodes.h"

#include <vector>

namespace strata {

/// Per node of the first and of the second file.
struct PlainNodes {
    std::vector<bool> sizes_a, sizes_b; ///< computes constants or sizes only
    std::vector<bool> light_a, light_b; ///< moves or converts data only
    /// Without a counterpart, and only spelled otherwise: it computes constants or sizes, or lies
    /// among nodes that only move data, in a place where the other file moves data, too.
    std::vector<bool> plain_a, plain_b;
};

/// Near-linear in both models.
PlainNodes find_plain_nodes(const align::FlowGraph& a, const align::FlowGraph& b,
                            const NodePairs& pairs);

} // namespace strata
