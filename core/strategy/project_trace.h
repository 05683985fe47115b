// A run of a model projected onto its graph: branches become the one that was taken, loops the
// iterations that ran.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/execution_trace.h"
#include "ir/inspection.h"
#include "ir/program.h"

#include <memory>
#include <set>
#include <vector>

namespace strata {

/// What is taken from the run; everything else stays as the code says it.
struct ProjectionPlan {
    bool all_control_flow = false;   ///< every branch and loop
    std::set<FxNodeId> control_flow; ///< these prim::If and prim::Loop nodes
    /// Nodes whose arguments that are Python values, and small integer tensors, become constants:
    /// all of them, or only those that follow from the sizes of the inputs.
    std::set<FxNodeId> values;
    std::set<FxNodeId> sizes;
    bool ranks = false;  ///< types say the ranks that tensors had
    bool shapes = false; ///< and their dimensions

    friend bool operator==(const ProjectionPlan&, const ProjectionPlan&) = default;
};

struct Projection {
    std::shared_ptr<Program> program; ///< shares the original's tensors
    std::vector<FxNodeId> origins;    ///< per node of the new graph: the original's node
    /// Per node of the new graph: its first execution; no_index where it did not run.
    std::vector<TraceRecordId> records;
    std::vector<ProjectedRegion> regions; ///< in order of execution, one per place in the code
    std::vector<Diagnostic> diagnostics;  ///< the same for people: what the export holds for
};

/// Makes the program that does what the run did wherever the plan says so. A branch inside of a
/// loop that stays a loop is flattened alone when all iterations took it the same way; otherwise
/// the loop is unrolled as well, and so is everything around a place that did not run. Module calls
/// in unrolled iterations get frames of their own, and all calls of a module are counted anew in
/// order. Fails with CannotExport when the unrolled graph would be too large, and with Internal
/// when the trace is not one of this program.
Result<Projection> project_trace(const Program& program, const ExecutionTrace& trace,
                                 ProjectionPlan plan, TaskContext& task);

} // namespace strata
