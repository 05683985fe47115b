// The review that lies beside a model, laid over it.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/inspection.h"
#include "review/review_overlay.h"

#include <optional>

namespace strata {

/// Reads MODEL.review.json beside the ONNX file (or the model, when there is none yet). Nothing
/// when there is no such file or no graph; fails when it is damaged.
Result<std::optional<LaidReview>> review_of(const Inspection& inspection, TaskContext& task);

} // namespace strata
