// What the order of a file's nodes tells: exporters write nodes in the order in which they ran, so
// the call of a module is one run of nodes. Internal to core/hierarchy.
#pragma once

#include "hierarchy/confidence.h"
#include "hierarchy/container_kinds.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"
#include "ir/onnx_model.h"

#include <vector>

namespace strata {

/// Between two nodes whose modules names tell, and that have no such nodes between them, the code
/// ends calls up to a module that holds both, and starts calls from there on: a node in between can
/// only be the work of the modules on this way. Modules whose nodes have the named work of others
/// in between (an optimiser moved nodes, or their children are called from elsewhere) count as
/// lists, which run nothing themselves. Linear in the model.
class RunOrder {
public:
    RunOrder() = default;
    /// `known`: per node, as names tell.
    RunOrder(const OnnxModel& model, const ModuleTree& modules, std::vector<KnownModule> known,
             const ContainerKinds& kinds);

    /// The module itself when it is on the node's way, else the nearest that is.
    ModuleId nearest(NodeId id, ModuleId module) const;

    /// How many modules the order leaves in question for a node.
    enum class Room : std::uint8_t {
        One,     ///< the one that called what ran before and calls what runs next
        Side,    ///< on one side calls end or start
        Several, ///< calls end, and others start
        Open     ///< nothing known ran before, or nothing runs behind
    };
    Room room(NodeId id) const;

    /// The module that ends the call of the one and starts that of the other: `reader`, a node of
    /// the latter, comes after a known node of the former.
    ModuleId top_between(NodeId reader, ModuleId before, ModuleId after) const;
    /// Is it a list, or does it count as one?
    bool runs_nothing(ModuleId module) const { return m_passed[module]; }

private:
    /// Between two known nodes; no_module: there is none on this side.
    struct Way {
        ModuleId before = no_module;
        ModuleId after = no_module;
        ModuleId top = 0; ///< the module that ends the former and starts the latter
    };

    /// A table that another module made, read within the work of one module: who reads it is in
    /// there.
    void forget_visitors(const OnnxModel& model, const OnnxGraph& graph,
                         std::vector<KnownModule>& known) const;
    void add_graph(const OnnxModel& model, const OnnxGraph& graph,
                   const std::vector<KnownModule>& known);
    void find_interrupted(const OnnxModel& model, const OnnxGraph& graph,
                          const std::vector<KnownModule>& known);

    /// Of a module without parts the one that calls it.
    ModuleId caller(ModuleId module) const;

    const ModuleTree* m_modules = nullptr;
    std::vector<bool> m_passed;   ///< per module: runs nothing itself
    std::vector<bool> m_sequence; ///< per module: only calls its numbered children
    std::vector<ModuleId>
        m_top; ///< per known node: between the one before and it; no_module: other
    std::vector<Way> m_ways;
    std::vector<std::uint32_t> m_way; ///< per node: its way; no_id: known, or nothing told
};

/// How sure a way of finding a module is depends on what the order leaves in question.
/// `names_lost`: most products of the file have weights without a name.
Finding in_room(Finding finding, RunOrder::Room room, bool names_lost);

} // namespace strata
