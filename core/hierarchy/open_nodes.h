// Nodes of which names tell nothing, and the modules that are found for them. Internal to
// core/hierarchy.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace strata {

/// What searches for modules in the data flow share. The graph and the modules must outlive it.
class OpenNodes {
protected:
    using FlowGraph = align::FlowGraph;
    using FlowInput = align::FlowInput;
    using FlowNode = align::FlowNode;
    using FlowUse = align::FlowUse;
    using Hash = align::Hash;

    /// `known`: per node, as names tell.
    OpenNodes(const align::FlowGraph& graph, const ModuleTree& modules,
              const std::vector<KnownModule>& known)
        : m_graph(graph),
          m_modules(modules),
          m_place(known)
    {}

    /// A list or sequence: it calls its children, or they are called through it.
    bool is_numbered(ModuleId id) const
    {
        const auto& children = m_modules[id].children;
        return !children.empty() && std::all_of(children.begin(), children.end(), [&](ModuleId c) {
            return m_modules[c].name.find_first_not_of("0123456789") == std::string::npos;
        });
    }
    /// Of a leaf the module around it, which calls it.
    ModuleId container(ModuleId id) const
    {
        return id != root_module && m_modules[id].children.empty() ? m_modules[id].parent : id;
    }

    bool is_open(NodeId id) const { return m_place[id].module == no_module; }
    /// Neither a constant nor arithmetic with shapes.
    bool flows(NodeId id) const { return !m_graph.nodes[id].constant && !m_graph.nodes[id].shape; }
    void claim(NodeId id, ModuleId module)
    {
        m_place[id] = {module, 0};
        m_found.emplace_back(id, module);
    }

    const align::FlowGraph& m_graph;
    const ModuleTree& m_modules;
    std::vector<KnownModule> m_place; ///< per node: as names tell, or as claimed
    std::vector<std::pair<NodeId, ModuleId>> m_found;
};

} // namespace strata
