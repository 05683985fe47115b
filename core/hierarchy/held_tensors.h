// The tensors that a file computes with, and which of the source's tensors its nodes read.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/tensor_match.h"
#include "ir/onnx_model.h"

#include <vector>

namespace strata {

/// A tensor in a file and who holds it.
struct HeldTensor {
    const Tensor* tensor = nullptr;
    std::uint32_t initializer = no_id;
    NodeId constant = no_id; ///< the Constant node
};

/// Initializers that something reads, and Constant nodes, where they are large enough to be
/// recognised. An initializer that nothing reads is in the file, but not in the model.
std::vector<HeldTensor> held_tensors(const OnnxModel& model);

/// Tells the flow graph which source tensors its nodes read: directly, or prepared by constant
/// nodes. Only tensors that are one source tensor count.
void mark_tensors(align::FlowGraph& graph, const std::vector<HeldTensor>& held,
                  const std::vector<std::vector<TensorMatch>>& matches, std::size_t first);

} // namespace strata
