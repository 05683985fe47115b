// Groups for files in which nothing tells of modules: no source, no names, no metadata.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "ir/onnx_model.h"

#include <string>
#include <vector>

namespace strata {

/// A made-up path for every node. A segment is what one module with weights would hold (a product
/// with its bias, a normalisation), or what is connected between such operators; constants and
/// sizes go with their first user. Segments that repeat in the same order are blocks:
/// "/Blocks/0.3/MatMul.1" is a segment of the fourth instance of block 0, and is alike in all its
/// instances; "/Segments/Conv.2" is in none. Near-linear in the model.
std::vector<std::string> segment_paths(const OnnxModel& model, const align::FlowGraph& graph);

} // namespace strata
