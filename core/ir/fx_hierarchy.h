// The hierarchical form of an FX graph: one graph per module call, with call_module nodes for the
// calls inside.
#pragma once

#include "ir/fx_graph.h"

#include <vector>

namespace strata {

/// A module call's own graph. Values that come from outside become placeholders, values used
/// outside become results.
struct ModuleGraph {
    FrameId frame = 0;
    FxGraph graph; ///< with CallModule nodes whose target is the child's FQN ("relu" and "relu@1"
                   ///< for repeated calls)
    /// For each node of `graph` the node of the flat graph it stands for; no_index for made ones.
    std::vector<FxNodeId> flat_nodes;
};

/// Splits the flattened graph along its frames, outermost first: result[i] belongs to frame i. The
/// flattened graph is the truth; this is a view of it. A call whose nodes are interrupted by nodes
/// of the caller is still one graph; where those need results of the call and the call needs
/// theirs, the caller has two call_module nodes for it. Calls that compute nothing have an empty
/// graph and no call_module node. `flat` must be without complaints of verify_fx.
std::vector<ModuleGraph> split_by_module(const FxGraph& flat, const ModuleTree& modules);

} // namespace strata
