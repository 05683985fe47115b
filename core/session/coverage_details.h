// What only the source model's graph can tell about coverage.
#pragma once

#include "ir/attribution.h"
#include "ir/fx_accounting.h"
#include "ir/program.h"

namespace strata {

/// Replaces Coverage::unused_parameters by the parameters that no FX node reads, or whose readers
/// all vanished as dead code. An export may fold a weight into another initializer: by the ONNX
/// file's names alone it would look unused.
void refine_unused_parameters(Coverage& coverage, const Program& program,
                              const FxAccounting& accounting);

} // namespace strata
