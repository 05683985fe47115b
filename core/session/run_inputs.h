// The tensors that a model is run on while its run is recorded.
#pragma once

#include "session/choose_inputs.h"
#include "torch/torch_backend.h"

#include <string>
#include <vector>

namespace strata {

struct RunInputs {
    std::vector<RunInput> tensors;    ///< per placeholder
    std::vector<LoweringInput> types; ///< parallel: their dtypes and shapes
    std::string from;                 ///< "given", "recorded in the file" or "assumed"
};

/// How many different inputs make_run_inputs() knows: 1 where nothing is assumed.
std::size_t run_attempts(const Program& program, const ChosenInputs& chosen);

/// Data that was given or that the file records; else noise of the chosen shapes, where symbolic
/// dimensions get the sizes that were given, or usual ones. For inputs of which nothing is known
/// the `attempt`-th choice: what the weights settle, then usual ones (infer_inputs.h).
Result<RunInputs> make_run_inputs(const Program& program, const ChosenInputs& chosen,
                                  const ExportOptions& options, std::size_t attempt);

} // namespace strata
