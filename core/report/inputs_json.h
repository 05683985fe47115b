// The inputs that a model was exported with.
#pragma once

#include "ir/inspection.h"
#include "report/json_text.h"

namespace strata {

/// A list of {name, dtype, shape, source, assumed, left_out}.
Json inputs_json(const Inspection& inspection);

} // namespace strata
