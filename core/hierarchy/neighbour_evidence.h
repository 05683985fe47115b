// Weak evidence from the data flow: what a node's producers and consumers belong to.
#pragma once

#include "base/task.h"
#include "hierarchy/evidence.h"
#include "ir/module_tree.h"

#include <vector>

namespace strata {

/// The decision so far, parallel to OnnxModel::nodes: the module that stronger evidence gave each
/// node, or no_module.
struct KnownModule {
    ModuleId module = no_module;
    std::uint32_t call = 0;
};

/// For every node without a module: consensus when at least one producer and one consumer are known
/// and all known neighbours agree; otherwise the common ancestor of the known neighbours. Works in
/// waves outward from the known nodes, each node decided once, from the waves before its own (so
/// the result does not depend on the order of nodes); gives up beyond `furthest_wave`. Nodes at the
/// rim of a body see the node that owns it; nodes of a local function see its calls. O(nodes +
/// edges), times the tree's depth for ancestors.
Result<std::vector<NodeEvidence>> neighbour_evidence(const OnnxModel& model,
                                                     const ModuleTree& modules,
                                                     std::vector<KnownModule> known,
                                                     const TaskContext& task);

inline constexpr unsigned furthest_wave = 16;

} // namespace strata
