// The link from an emitted ONNX node back to the FX nodes it came from. Kept beside the nodes by
// everything that creates, merges or removes them; read files have none.
#pragma once

#include "ir/fx_graph.h"

#include <vector>

namespace strata {

struct NodeProvenance {
    FrameId frame = 0;             ///< the module call that it belongs to
    FxNodeId fx = no_index;        ///< the FX node whose lowering emitted it
    std::vector<FxNodeId> origins; ///< all FX nodes merged into it, `fx` included
    /// The FX node whose first output is the node's first output: what a run of the model can be
    /// compared with. no_index: the node makes something in between.
    FxNodeId result = no_index;
};

} // namespace strata
