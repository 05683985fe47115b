// What lies between matched nodes: regions of the file against regions of the reference.
#pragma once

#include "hierarchy/align/align.h"

namespace strata::align {

/// Aligns each connected set of unmatched computing or light nodes of the file, in data-flow order,
/// with the unmatched nodes of the reference between the same matched neighbours. `back` is the
/// reverse of `matches`, and is kept so. Where the reference has nothing in between, nodes stay
/// unmatched.
Status align_regions(const FlowGraph& file, const FlowGraph& reference, std::vector<Match>& matches,
                     std::vector<NodeId>& back, const TaskContext& task);

} // namespace strata::align
