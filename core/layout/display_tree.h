// What can be opened and closed: the module tree with the nodes in it, bodies of control flow,
// local functions and heaps of orphans; and the data flow between their leaves.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"
#include "layout/scene.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace strata {

inline constexpr GroupId root_group = 0;

struct DisplayGroup {
    GroupKind kind = GroupKind::Module;
    GroupId parent = no_id; ///< no_id for the root only
    std::uint32_t depth = 0;
    /// Module: itself; Repeat: the first of the modules; others: where they belong.
    ModuleId module = no_module;
    NodeId node = no_id; ///< ControlFlow: the If/Loop/Scan
    /// Function and Orphans: name or synthetic path; later calls: "relu@1"; Range: "0 – 63";
    /// Repeat: "layer.0 … layer.11".
    std::string label;
    std::vector<GroupId> children;
    std::vector<NodeId> nodes;            ///< directly in it, without control flow nodes
    std::vector<std::uint32_t> terminals; ///< indices into DisplayTree::terminals
    CoverageFigures figures;              ///< own and below
    EvidenceKind weakest = EvidenceKind::Recorded;
    std::uint32_t members = 0; ///< Repeat: how many modules it stands for
    NodeId first_node = no_id; ///< smallest id, own and below; groups without nodes are not shown
};

/// Input or output of a graph, drawn as a box of its own.
struct DisplayTerminal {
    ValueId value = no_id;
    GroupId group = root_group;
    bool input = true;
};

/// An end of a flow: a node, or a terminal (then `id` counts terminals).
struct FlowEnd {
    std::uint32_t id = no_id;
    bool terminal = false;
};

struct Flow {
    ValueId value = no_id;
    FlowEnd from, to;
};

/// Built once per inspection, then only read. Linear in nodes, modules and edges.
struct DisplayTree {
    std::vector<DisplayGroup> groups;                  ///< the first ones are the modules
    std::vector<GroupId> order;                        ///< of all groups; parents before children
    std::vector<GroupId> group_of_node;                ///< the group it is a leaf of
    std::unordered_map<NodeId, GroupId> control_group; ///< of nodes with bodies
    std::vector<GroupId> repeats;                      ///< all Repeat groups, ascending
    std::vector<DisplayTerminal> terminals;
    std::vector<Flow> flows;

    /// The group that must be open for the node to be visible (its own body not included).
    GroupId container_of(NodeId node) const;
};

/// Orphans up to this number are shown one by one at the top level, more are gathered by path.
inline constexpr std::size_t max_loose_orphans = 60;

/// The inspection must have a model. Fails only when cancelled.
Result<std::shared_ptr<const DisplayTree>> make_display_tree(const Inspection& inspection,
                                                             TaskContext& task);

} // namespace strata
