// What containers with numbered children do themselves. Internal to core/hierarchy.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"

#include <functional>
#include <string>
#include <vector>

namespace strata {

/// "layer3.0.conv1" → "layer*.*.conv*": modules of one template are instances of one block.
std::string module_template(std::string_view fqn);
/// "0", "17".
bool is_module_number(std::string_view name);

struct ContainerKinds {
    std::vector<bool> sequence; ///< per module: runs its numbered leaves one after the other
    std::vector<bool> list;     ///< per module: only holds numbered children, runs nothing itself
    /// Per module: numbered children with the work of other modules between them, or beside each
    /// other: the code around calls each of them.
    std::vector<bool> separated;
};

/// `known`: per node, as names tell; `is_leaf`: the module has parameters of its own and nothing
/// below. Linear in the graph.
ContainerKinds container_kinds(const align::FlowGraph& graph, const ModuleTree& modules,
                               const std::vector<KnownModule>& known,
                               const std::function<bool(ModuleId)>& is_leaf);

} // namespace strata
