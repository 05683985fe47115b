// Which dtypes and shapes a model is exported with: what the caller gave, what the file records,
// what the weights tell.
#pragma once

#include "base/diagnostic.h"
#include "ir/program.h"
#include "lowering/lower.h"
#include "session/fitting_sizes.h"
#include "session/session.h"

#include <memory>
#include <string>
#include <vector>

namespace strata {

struct ChosenInputs {
    std::vector<std::string> names;    ///< of the placeholders, in order
    std::vector<LoweringInput> inputs; ///< parallel
    std::vector<bool> assumed;         ///< parallel: nobody gave it
    std::vector<std::string> sources;  ///< parallel: "given", "recorded in the file", ...
    std::vector<Tensor> data;          ///< parallel: the elements, where a file gave them
    SymbolSizes fitting;               ///< of assumed inputs: sizes that the weights settle

    bool any_assumed() const;
    /// As the inspection keeps them.
    std::vector<UsedInput> used() const;
};

/// The program with its nested inputs made flat: list lengths and dict keys are those of the given
/// inputs, of the file's samples, or what the code asks for. The same program when it has no nested
/// inputs.
Result<std::shared_ptr<const Program>> flatten_inputs(std::shared_ptr<const Program> program,
                                                      const ExportOptions& options,
                                                      TaskContext& task);

/// Matches --input specs, --inputs files and the file's own samples with the placeholders, by name
/// or by position, and applies dynamic axes. Names that do not exist, ranks that cannot be and axes
/// out of range are Usage errors that list the placeholders.
Result<ChosenInputs> choose_inputs(const Program& program, const ExportOptions& options,
                                   TaskContext& task);

/// "x:float32[1,3,224,224]".
std::string input_text(const std::string& name, const LoweringInput& input);

/// Lowers with the chosen inputs. Where some are assumed, first with symbols; when operators refuse
/// for want of shapes, with plausible shapes, of which the first without refusals and
/// contradictions is taken. `chosen` becomes what was taken; a diagnostic says what was assumed.
Result<LoweringResult> lower_with_inputs(const Program& program, ChosenInputs& chosen,
                                         const ExportOptions& export_options, TaskContext& task);

} // namespace strata
