#include "hierarchy/parallel_branches.h"

#include "hierarchy/open_nodes.h"

#include <bit>

namespace strata {
namespace {

/// Nodes looked at from the common value on.
constexpr std::size_t longest_stretch = 4096;
constexpr std::size_t most_children = 64; // bits of a mask

class ParallelBranches : OpenNodes {
public:
    ParallelBranches(const FlowGraph& graph, const ModuleTree& modules,
                     const std::vector<KnownModule>& known)
        : OpenNodes(graph, modules, known),
          m_first(modules.size(), no_id),
          m_mask(graph.nodes.size(), 0),
          m_reached(graph.nodes.size(), false)
    {
        for (const NodeId id : graph.topological)
            if (id < m_place.size() && !is_open(id) && flows(id))
                for (ModuleId m = m_place[id].module; m != no_module && m_first[m] == no_id;
                     m = m_modules[m].parent)
                    m_first[m] = id;
    }

    std::vector<std::pair<NodeId, ModuleId>> run()
    {
        // Inner lists first: what belongs to them is part of those around.
        std::vector<std::pair<unsigned, ModuleId>> order;
        for (ModuleId id = 1; id < m_modules.size(); ++id)
            if (is_numbered(id) && m_modules[id].children.size() > 1 &&
                m_modules[id].children.size() <= most_children)
                order.emplace_back(m_modules.depth(id), id);
        std::sort(order.rbegin(), order.rend());
        for (const auto& [depth, list] : order)
            if (const NodeId source = common_source(list); source != no_id)
                look_at(list, source);
        return std::move(m_found);
    }

private:
    /// The producer of the value that the first nodes of all children work on; no_id when they
    /// differ.
    NodeId common_source(ModuleId list) const
    {
        NodeId common = no_id;
        for (const ModuleId child : m_modules[list].children) {
            const NodeId first = m_first[child];
            if (first == no_id || m_graph.nodes[first].data_inputs != 1)
                return no_id;
            NodeId source = no_id;
            for (const FlowInput& input : m_graph.nodes[first].inputs)
                if (input.node != no_id && flows(input.node))
                    source = input.node;
            if (source == no_id || (common != no_id && source != common))
                return no_id;
            common = source;
        }
        return common;
    }

    void look_at(ModuleId list, NodeId source)
    {
        const ModuleId holder = m_modules[list].parent;
        const auto& children = m_modules[list].children;
        const std::uint64_t all =
            children.size() == most_children ? ~0ULL : (1ULL << children.size()) - 1;
        const std::size_t begin = m_graph.nodes[source].order;
        const std::size_t end = std::min(m_graph.topological.size(), begin + longest_stretch);
        NodeId meeting = no_id;
        std::size_t last = begin;
        m_reached[source] = true;
        for (last = begin + 1; last < end && meeting == no_id; ++last) {
            const NodeId id = m_graph.topological[last];
            m_mask[id] = own_bit(id, list);
            for (const FlowInput& input : m_graph.nodes[id].inputs)
                if (input.node != no_id && m_graph.nodes[input.node].order >= begin) {
                    m_mask[id] |= m_mask[input.node];
                    m_reached[id] = m_reached[id] || m_reached[input.node];
                }
            if (m_mask[id] == all && m_reached[id])
                meeting = id;
        }
        if (meeting != no_id)
            claim_between(list, holder, begin, meeting);
        for (std::size_t i = begin; i < last; ++i) {
            m_mask[m_graph.topological[i]] = 0;
            m_reached[m_graph.topological[i]] = false;
        }
    }

    std::uint64_t own_bit(NodeId id, ModuleId list) const
    {
        if (id >= m_place.size() || is_open(id))
            return 0;
        ModuleId module = m_place[id].module;
        while (module != root_module && m_modules[module].parent != list)
            module = m_modules[module].parent;
        const auto& children = m_modules[list].children;
        const auto at = std::find(children.begin(), children.end(), module);
        return at == children.end() ? 0 : 1ULL << (at - children.begin());
    }

    void claim_between(ModuleId list, ModuleId holder, std::size_t begin, NodeId meeting)
    {
        std::vector<NodeId> between{meeting};
        std::vector<NodeId> seen{meeting};
        bool others = false;
        for (std::size_t i = 0; i < seen.size() && !others; ++i) {
            if (!is_open(seen[i])) {
                others = !m_modules.is_ancestor_or_self(holder, m_place[seen[i]].module);
                if (others && seen[i] == meeting) { // only who reads the results
                    others = false;
                    between.clear();
                }
            } else if (i > 0 && flows(seen[i])) {
                between.push_back(seen[i]);
            }
            for (const FlowInput& input : m_graph.nodes[seen[i]].inputs)
                if (input.node != no_id && m_reached[input.node] &&
                    m_graph.nodes[input.node].order > begin &&
                    std::find(seen.begin(), seen.end(), input.node) == seen.end())
                    seen.push_back(input.node);
        }
        if (others)
            return;
        for (const NodeId id : between)
            if (is_open(id) && flows(id) && !is_end_of_child(list, id))
                claim(id, holder);
    }

    /// What goes on from one child that has parts may still be its own work.
    bool is_end_of_child(ModuleId list, NodeId id) const
    {
        if (std::popcount(m_mask[id]) != 1)
            return false;
        for (const FlowInput& input : m_graph.nodes[id].inputs)
            if (input.node != no_id && flows(input.node) && m_mask[input.node] != m_mask[id])
                return false;
        const auto child = static_cast<std::size_t>(std::countr_zero(m_mask[id]));
        return !m_modules[m_modules[list].children[child]].children.empty();
    }

    std::vector<NodeId> m_first;       ///< per module: its first known node
    std::vector<std::uint64_t> m_mask; ///< per node: children whose results it is made of
    std::vector<bool> m_reached;       ///< per node: made of the common value
};

} // namespace

std::vector<std::pair<NodeId, ModuleId>> parallel_branches(const align::FlowGraph& graph,
                                                           const ModuleTree& modules,
                                                           const std::vector<KnownModule>& known)
{
    return ParallelBranches(graph, modules, known).run();
}

} // namespace strata
