// Local functions that stand for modules: a call hands over the parameters of one instance.
#pragma once

#include "hierarchy/evidence.h"
#include "ir/module_tree.h"

#include <vector>

namespace strata {

/// Some exporters write each class of modules as a function of the file and each use as a call with
/// that instance's parameters. A call belongs to the module that holds the parameters it is given,
/// and so does what its body does; a body that several modules share belongs to their common
/// ancestor. Calls are followed into calls, a bounded number of times. Functions that are called
/// without parameters tell nothing. `owners`: per initializer (parameter_evidence.h).
std::vector<NodeEvidence> function_evidence(const OnnxModel& model, const ModuleTree& modules,
                                            const std::vector<ModuleId>& owners);

} // namespace strata
