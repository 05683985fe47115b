// How a model came to be exported the way it was, and what its operators cost, for the reports.
#pragma once

#include "ir/inspection.h"
#include "report/json_text.h"

#include <string>

namespace strata {

/// {"inputs", "inputs_from", "regions": [...]}: what a run of the model contributed. Equal for
/// equal exports: no times, no amounts of memory.
Json strategy_details_json(const StrategyDetails& details);

/// {"runs", "seconds", "statistics": {...} or null} of one FX node.
Json profile_json(const NodeProfile& profile);

/// {"ok", "max_abs", "relative"} of a node that was compared; infinite differences are null.
Json parity_json(const NodeParity& parity);

/// "then-branch taken at model.py:12 (3 times)".
std::string region_text(const ProjectedRegion& region);

} // namespace strata
