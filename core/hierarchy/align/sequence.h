// Two sequences of nodes side by side, in order.
#pragma once

#include "hierarchy/align/align.h"

#include <functional>

namespace strata::align {

/// Aligns `nodes` of the file with `others` of the reference, both in data-flow order: equal
/// operators first, then what lies between them. Writes matches (Relation::Region) and their
/// reverse. A table of nodes times others; long sequences are aligned greedily.
void align_sequence(const FlowGraph& file, const FlowGraph& reference,
                    const std::vector<NodeId>& nodes, const std::vector<NodeId>& others,
                    std::vector<Match>& matches, std::vector<NodeId>& back,
                    const std::function<bool(std::size_t, std::size_t)>& allowed = {});

} // namespace strata::align
