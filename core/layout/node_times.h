// How long the nodes of a model took when its source was run.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"

#include <vector>

namespace strata {

/// True when the inspection has times: its source was run and measured.
bool has_times(const Inspection& inspection);

/// Seconds per ONNX node. The time of a PyTorch operator is shared equally among the nodes that it
/// became; a node that several became has a share of each. 0: not measured. Linear. Fails only when
/// cancelled.
Result<std::vector<double>> node_seconds(const Inspection& inspection, TaskContext& task);

} // namespace strata
