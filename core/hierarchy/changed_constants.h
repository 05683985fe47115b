// Constants of a file that have other numbers than those of the source's own graph, where hashes of
// contents cannot tell. Internal to core/hierarchy.
#pragma once

#include "base/task.h"
#include "hierarchy/align/align.h"
#include "hierarchy/align/flow_graph.h"
#include "hierarchy/changed_operators.h"
#include "ir/onnx_model.h"

#include <cstdint>
#include <vector>

namespace strata {

/// Compares what counterparts of one operator read in the same place: numbers that belong to no
/// source tensor on either side (factors in the code), the same source tensor on both (it may be
/// turned), and convolutions that took in the normalisation behind them, computed anew from the
/// source's. `file_sources`, `reference_sources`: per initializer the source tensor it is, no_index
/// for none or several. Reads the constants concerned.
Result<std::vector<OperatorChange>>
changed_constants(const OnnxModel& file, const align::FlowGraph& left, const OnnxModel& reference,
                  const align::FlowGraph& right, const std::vector<align::Match>& aligned,
                  const std::vector<std::uint32_t>& file_sources,
                  const std::vector<std::uint32_t>& reference_sources, const TaskContext& task);

} // namespace strata
