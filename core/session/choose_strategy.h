// Which parts of a model are exported as its code says, and which as a run of it went.
#pragma once

#include "session/choose_inputs.h"

#include <memory>
#include <string>
#include <vector>

namespace strata {

struct StrategyResult {
    std::shared_ptr<const Program>
        program; ///< what was lowered: the program itself or a projection
    LoweringResult lowered;
    std::string strategy; ///< "fx", "hybrid" or "htp"
    std::string reason;
    std::vector<UsedInput> inputs; ///< what it was lowered with
    StrategyDetails details;
    std::vector<NodeProfile> profile; ///< per node of `program`; empty unless asked for
    double run_seconds = 0.0;         ///< spent on running the model
};

/// Fx: by the code alone. Htp: the model is run, and every branch and loop is what the run did.
/// Auto: by the code; where operators are refused, the model is run and the refused places alone
/// follow the run; where that does not help, everything does. The result with the fewest refusals
/// is taken. Decides by refusals only.
Result<StrategyResult> lower_with_strategy(const std::shared_ptr<const Program>& program,
                                           ChosenInputs chosen, const ExportOptions& options,
                                           TaskContext& task);

} // namespace strata
