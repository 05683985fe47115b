// The last step of lowering: what nothing needs goes, and the accounting follows.
#pragma once

#include "lowering/lower.h"

namespace strata {

/// Removes dead nodes and initializers from the model. FX nodes whose ONNX nodes all went are
/// recorded as fused where another node took over their work, and as dead code otherwise; weights
/// whose place another view of the same data took are recorded with that one.
void remove_dead_code(LoweringResult& result);

} // namespace strata
