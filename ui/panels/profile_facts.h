// What a measured run of the source says about a node or a module.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"
#include "ui/widgets/fact_grid.h"

#include <vector>

namespace strata::ui {

/// Time, runs and the values of each PyTorch operator that became the node; empty without a
/// measured run. Linear in the operators of the program.
std::vector<Fact> profileFacts(const Inspection& inspection, NodeId node);

/// Measured seconds of each module and everything in it; empty without a measured run. For any
/// thread. Fails only when cancelled.
Result<std::vector<double>> moduleSeconds(const Inspection& inspection, TaskContext& task);

} // namespace strata::ui
