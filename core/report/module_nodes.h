// The nodes of an ONNX model sorted into the module tree, for reports that nest them.
#pragma once

#include "ir/inspection.h"

#include <vector>

namespace strata {

struct ModuleNodes {
    std::vector<std::vector<NodeId>> of_module; ///< directly in it
    std::vector<NodeId> orphans;
    std::vector<bool> used; ///< modules with nodes, own or below
};

/// Linear in nodes and modules. Without a model everything is empty.
ModuleNodes nodes_by_module(const Inspection& inspection);

} // namespace strata
