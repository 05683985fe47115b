// How far the numbers of an ONNX file's nodes are from PyTorch's.
#pragma once

#include "ir/fx_graph.h"
#include "ir/onnx_model.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace strata {

/// How far the first output of an ONNX node is from what PyTorch computed there, in one run of
/// both. Differences go on downstream: the first node that differs is the one to look at.
struct NodeParity {
    bool compared = false;  ///< the output is that of a PyTorch operator, and both ran
    bool ok = false;        ///< within the tolerances of `verify`, or rounding of the largest
    double max_abs = 0.0;   ///< infinity: other shapes, or NaN and infinities on one side only
    double relative = 0.0;  ///< max_abs against the largest of PyTorch's elements; of zeros max_abs
    FxNodeId fx = no_index; ///< the operator
};

/// The code of the diagnostic that says why nothing was compared.
inline constexpr std::string_view nodes_not_compared = "nodes-not-compared";

struct ParitySummary {
    std::size_t compared = 0;
    std::size_t differing = 0;      ///< beyond the tolerances
    NodeId first_differing = no_id; ///< in the order of the main graph
    NodeId worst = no_id;           ///< the largest relative difference; none when all are equal
};

/// `parity` is parallel to the model's nodes; nothing was compared where it is empty. Linear.
ParitySummary summarize_parity(const OnnxModel& model, const std::vector<NodeParity>& parity);

} // namespace strata
