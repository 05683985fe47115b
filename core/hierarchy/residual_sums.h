// Who adds a residual connection up: the module that the branch is in, or the code that calls it.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/container_kinds.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"

#include <vector>

namespace strata {

/// Per module: is x + module(x) computed around it? So it is usual where the module is an attention
/// without a normalisation in front, or starts with a layer normalisation and is no block of a
/// stack: modules with a name of their own, or lists with other modules' work in between.
/// `attentions`: modules that were found to be one; `known`: per node, as far as is told.
std::vector<bool> sums_outside(const align::FlowGraph& graph, const ModuleTree& modules,
                               const std::vector<KnownModule>& known, const ContainerKinds& kinds,
                               const std::vector<ModuleId>& attentions);

} // namespace strata
