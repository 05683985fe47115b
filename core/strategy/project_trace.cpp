#include "strategy/project_trace.h"

#include "strategy/projector.h"

namespace strata {

Result<Projection> project_trace(const Program& program, const ExecutionTrace& trace,
                                 ProjectionPlan plan, TaskContext& task)
{
    if (trace.empty())
        return failure(ErrorCode::Internal, "There is no run to project.");
    const std::vector<Dependence> dependences = find_dependences(program.graph);
    // Each attempt that fails adds a branch or loop to the plan.
    for (;;) {
        Projector projector(program, trace, plan, dependences, task);
        STRATA_TRY(std::optional<Projection> projection, projector.run());
        if (projection)
            return *std::move(projection);
        plan.control_flow.insert(projector.missing());
    }
}

} // namespace strata
