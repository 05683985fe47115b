// Which module works with each tensor of a source model. Internal to core/hierarchy.
#pragma once

#include "ir/program.h"

#include <vector>

namespace strata {

/// Which module each source tensor belongs to; no_module for several owners.
std::vector<ModuleId> tensor_owners(const Program& source);

/// Per source tensor: the module whose code reads it. That is the owner (`owners`, per tensor;
/// no_module for several), unless the owner is never given it: code may read the table of an
/// embedding that it does not call. Then it is the one module that reads it, or no_module when
/// several do. Linear in the graph.
std::vector<ModuleId> tensor_workers(const Program& source, const std::vector<ModuleId>& owners);

} // namespace strata
