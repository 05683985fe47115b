// Which dtypes and shapes a model is exported with: what the caller gave, what the file records,
// what the weights tell.
#pragma once

#include "base/diagnostic.h"
#include "ir/program.h"
#include "lowering/lower.h"
#include "session/session.h"

#include <string>
#include <vector>

namespace strata {

struct ChosenInputs {
    std::vector<std::string> names;    ///< of the placeholders, in order
    std::vector<LoweringInput> inputs; ///< parallel
    std::vector<bool> assumed;         ///< parallel: nobody gave it

    bool any_assumed() const;
};

/// Matches --input specs, --inputs files and the file's own samples with the placeholders, by name
/// or by position, and applies dynamic axes. Names that do not exist, ranks that cannot be and axes
/// out of range are Usage errors that list the placeholders.
Result<ChosenInputs> choose_inputs(const Program& program, const ExportOptions& options);

/// "x:float32[1,3,224,224]".
std::string input_text(const std::string& name, const LoweringInput& input);

/// Lowers with the chosen inputs. Where some are assumed, first with symbols; when operators refuse
/// for want of shapes, with plausible shapes, of which the first without refusals and
/// contradictions is taken. Says in a diagnostic what was assumed.
Result<LoweringResult> lower_with_inputs(const Program& program, ChosenInputs chosen,
                                         const ExportOptions& export_options, TaskContext& task);

} // namespace strata
