// Exports that are there to be looked at, but cannot be run.
#pragma once

#include "ir/inspection.h"

#include <string>

namespace strata {

/// Why: operators without a lowering, or inputs that the model does not take. Names the first and
/// counts the others; empty when the export can be run.
std::string incomplete_reason(const Inspection& inspection);

} // namespace strata
