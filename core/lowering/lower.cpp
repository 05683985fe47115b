#include "lowering/lower.h"

#include "lowering/clean_up.h"
#include "lowering/graph_lowerer.h"
#include "lowering/op_registry.h"

namespace strata {

Result<LoweringResult> lower_program(const Program& program, const LoweringOptions& options,
                                     TaskContext& task)
{
    STRATA_TRY(const OpRegistry registry, build_op_registry());
    GraphLowerer lowerer(program, options, registry, task);
    STRATA_TRY(LoweringResult result, lowerer.run());
    STRATA_CHECK(clean_up(result, program, options, lowerer.facts(), task));
    return result;
}

} // namespace strata
