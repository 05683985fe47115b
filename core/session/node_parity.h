// Where numbers begin to differ: the outputs of an export's nodes in ONNX Runtime against those of
// the PyTorch operators that they state, in one run of each.
#pragma once

#include "session/choose_inputs.h"

#include <vector>

namespace strata {

/// A lowered model, and what it was lowered from.
struct ParityQuestion {
    const Program& program; ///< what was lowered: FX nodes are its
    OnnxModel& model;       ///< with provenance; unchanged in the end
    ChosenInputs inputs;    ///< as the model was lowered with
    const ExportOptions& options;
};

/// Per node of the model. Compared are nodes of the main graph whose first output is an operator's
/// first output, of the same dtype; what optimisation merged has none. Outputs are taken in
/// portions of about `parity_portion` bytes, each with a run of its own on both sides, so that
/// memory is bounded; the rounds of one unrolled operator stay together. The model with these
/// outputs is written into the folder for temporary files. Fails with MissingFeature without
/// LibTorch or ONNX Runtime, and where one of them does not run the model.
Result<std::vector<NodeParity>> compare_nodes(const ParityQuestion& question, TaskContext& task);
inline constexpr std::uint64_t parity_portion = 512ULL << 20;

/// Inputs as lower_with_strategy() has used them in the end.
ChosenInputs as_used(ChosenInputs chosen, const std::vector<UsedInput>& used);

} // namespace strata
