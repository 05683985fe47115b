// Inputs that a model has been seen to run on, to be offered where nobody gave any.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/inspection.h"

#include <cstdint>
#include <string>
#include <vector>

namespace strata {

struct OfferedInputs {
    struct Row {
        std::string name;
        DType dtype = DType::Unknown;
        std::vector<std::int64_t> shape;
    };
    std::vector<Row> rows; ///< of the inputs that were assumed, with sizes for all their axes
    bool ran = false;      ///< the model has been run on all of them; else they are a guess
};

/// Tries plausible sizes for the inputs that were assumed when the model was opened: those that its
/// weights settle first, then usual ones, by running the model on each for at most ten seconds.
/// Nothing is offered where nothing was assumed or no source model is there. Fails only when
/// cancelled.
Result<OfferedInputs> offer_inputs(const Inspection& inspection, TaskContext& task);

} // namespace strata
