#include "session/fused_nodes.h"

#include <algorithm>
#include <unordered_map>

namespace strata {
namespace {

using align::FlowGraph;
using align::FlowInput;
using align::FlowUse;

/// Connected nodes without a counterpart, and the matched ones around them as nodes of `coarse`.
struct Island {
    std::vector<NodeId> nodes;
    NodeId core = no_id; ///< the only one that does more than move data; no_id: none, or several
    std::vector<NodeId> before, after;
};

template <class Open, class Counterpart>
std::vector<Island> islands(const FlowGraph& graph, Open is_open, Counterpart counterpart)
{
    std::vector<bool> seen(graph.nodes.size(), false);
    std::vector<Island> found;
    for (const NodeId start : graph.topological) {
        if (seen[start] || !is_open(start) || graph.nodes[start].constant)
            continue;
        Island island;
        std::vector<NodeId> work{start};
        seen[start] = true;
        while (!work.empty()) {
            const NodeId id = work.back();
            work.pop_back();
            island.nodes.push_back(id);
            const auto visit = [&](NodeId other, std::vector<NodeId>* rim) {
                if (other == no_id)
                    return;
                if (!is_open(other)) {
                    if (const NodeId pair = counterpart(other); rim && pair != no_id)
                        rim->push_back(pair);
                } else if (!seen[other]) {
                    seen[other] = true;
                    work.push_back(other);
                }
            };
            for (const FlowInput& input : graph.nodes[id].inputs)
                visit(input.node, &island.before);
            for (const FlowUse& use : graph.nodes[id].uses)
                visit(use.node, &island.after);
        }
        for (auto* rim : {&island.before, &island.after}) {
            std::sort(rim->begin(), rim->end());
            rim->erase(std::unique(rim->begin(), rim->end()), rim->end());
        }
        std::size_t working = 0;
        for (const NodeId id : island.nodes)
            if (!graph.nodes[id].light) {
                island.core = id;
                ++working;
            }
        if (working != 1)
            island.core = island.nodes.size() == 1 ? island.nodes.front() : no_id;
        found.push_back(std::move(island));
    }
    return found;
}

class Finder {
public:
    explicit Finder(const FusionView& view)
        : m_view(view),
          m_fine(view.fine),
          m_coarse(view.coarse),
          m_into(view.coarse_of.size(), no_id)
    {}

    std::vector<NodeId> run()
    {
        look_forward();
        look_backward();
        find_gathered();
        return std::move(m_into);
    }

    std::vector<std::pair<NodeId, NodeId>> replaced() const
    {
        std::vector<std::pair<NodeId, NodeId>> found;
        const auto come = new_islands();
        const auto at = by_neighbour(come);
        for (const Island& island : gone()) {
            if (island.nodes.size() != 1 || (island.before.empty() && island.after.empty()))
                continue;
            std::vector<NodeId> here;
            for (const auto* rim : {&island.before, &island.after})
                if (!rim->empty())
                    if (const auto it = at.find(rim->front()); it != at.end())
                        for (const std::size_t i : it->second)
                            if (come[i].before == island.before && come[i].after == island.after)
                                here.push_back(come[i].core);
            std::sort(here.begin(), here.end());
            here.erase(std::unique(here.begin(), here.end()), here.end());
            if (here.size() == 1)
                found.emplace_back(island.nodes.front(), here.front());
        }
        return found;
    }

private:
    bool is_open(NodeId id) const { return m_view.coarse_of[id] == no_id && m_into[id] == no_id; }

    bool reads(NodeId coarse, NodeId from) const
    {
        const auto& inputs = m_coarse.nodes[coarse].inputs;
        return std::any_of(inputs.begin(), inputs.end(), [&](const FlowInput& input) {
            return input.node == from || align::producer_behind(m_coarse, input) == from;
        });
    }

    /// The counterpart of a node, or what it was merged into.
    NodeId place_of(NodeId fine) const
    {
        return m_view.coarse_of[fine] != no_id ? m_view.coarse_of[fine] : m_into[fine];
    }

    bool is_more(NodeId coarse) const
    {
        const NodeId was = m_view.fine_of[coarse];
        return was == no_id || m_view.became_other(was, coarse);
    }

    /// Into the node before: its activation, its bias, its normalisation.
    void look_forward()
    {
        for (const NodeId id : m_fine.topological) {
            if (!is_open(id) || m_fine.nodes[id].inputs.empty() || m_fine.nodes[id].constant)
                continue;
            for (const FlowInput& input : m_fine.nodes[id].inputs) {
                const NodeId before = input.node == no_id ? no_id : place_of(input.node);
                if (before != no_id && is_more(before) && took_over(id, before)) {
                    m_into[id] = before;
                    break;
                }
            }
        }
    }

    /// Do the counterparts of the node's users read what `before` gives? Users without one may be
    /// merged, too: then their users count.
    bool took_over(NodeId id, NodeId before, std::size_t depth = 0) const
    {
        constexpr std::size_t longest = 16;
        const auto& uses = m_fine.nodes[id].uses;
        if (uses.empty() || depth > longest)
            return uses.empty();
        const NodeId user = uses.front().node;
        if (const NodeId there = m_view.coarse_of[user]; there != no_id)
            return there == before || reads(there, before);
        return took_over(user, before, depth + 1);
    }

    /// Into the node behind: a Transpose before a product, a sum before a normalisation.
    void look_backward()
    {
        for (auto it = m_fine.topological.rbegin(); it != m_fine.topological.rend(); ++it) {
            const NodeId id = *it;
            if (!is_open(id) || m_fine.nodes[id].constant || m_fine.nodes[id].uses.empty())
                continue;
            const NodeId user = place_of(m_fine.nodes[id].uses.front().node);
            if (user == no_id || !is_more(user))
                continue;
            const auto& inputs = m_fine.nodes[id].inputs;
            const bool connected =
                std::any_of(inputs.begin(), inputs.end(), [&](const FlowInput& input) {
                    const NodeId from = input.node == no_id ? no_id : place_of(input.node);
                    return from != no_id && from != user && reads(user, from);
                });
            if (connected)
                m_into[id] = user;
        }
    }

    std::vector<Island> gone() const
    {
        return islands(
            m_fine, [&](NodeId id) { return is_open(id); },
            [&](NodeId id) { return m_view.coarse_of[id]; });
    }

    std::vector<Island> new_islands() const
    {
        return islands(
            m_coarse, [&](NodeId id) { return m_view.fine_of[id] == no_id; },
            [](NodeId id) { return id; });
    }

    /// Islands with one working node, by the first of the nodes before and of those behind.
    static std::unordered_map<NodeId, std::vector<std::size_t>>
    by_neighbour(const std::vector<Island>& come)
    {
        std::unordered_map<NodeId, std::vector<std::size_t>> at;
        for (std::size_t i = 0; i < come.size(); ++i)
            for (const auto* rim : {&come[i].before, &come[i].after})
                if (come[i].core != no_id && !rim->empty())
                    at[rim->front()].push_back(i);
        return at;
    }

    /// Several nodes against one new node at the same place: it gathers their work, as a Gelu does
    /// that of its five nodes.
    void find_gathered()
    {
        const auto come = new_islands();
        const auto at = by_neighbour(come);
        for (const Island& island : gone()) {
            constexpr std::size_t most_gathered = 24;
            if (island.nodes.size() < 2 || island.nodes.size() > most_gathered ||
                island.before.empty() || island.after.empty())
                continue;
            for (const auto* rim : {&island.before, &island.after}) {
                const auto it = at.find(rim->front());
                if (it == at.end())
                    continue;
                for (const std::size_t i : it->second)
                    if (come[i].before == island.before && come[i].after == island.after)
                        gather(island, come[i].core);
            }
            if (m_into[island.nodes.front()] == no_id)
                gather_into_end(island);
        }
    }

    /// Or the node behind them became another operator, which reads what they read: the scale of a
    /// spelled-out normalisation.
    void gather_into_end(const Island& island)
    {
        for (const NodeId end : island.after) {
            const NodeId was = m_view.fine_of[end];
            if (was == no_id || m_fine.nodes[was].op == m_coarse.nodes[end].op)
                continue;
            if (std::all_of(island.before.begin(), island.before.end(),
                            [&](NodeId from) { return from == end || reads(end, from); })) {
                gather(island, end);
                return;
            }
        }
    }

    /// With the constants that only these nodes read.
    void gather(const Island& island, NodeId into)
    {
        for (const NodeId id : island.nodes)
            m_into[id] = into;
        for (const NodeId id : island.nodes)
            for (const FlowInput& input : m_fine.nodes[id].inputs)
                if (input.node != no_id && m_fine.nodes[input.node].constant &&
                    m_view.coarse_of[input.node] == no_id)
                    m_into[input.node] = into;
    }

    const FusionView& m_view;
    const FlowGraph& m_fine;
    const FlowGraph& m_coarse;
    std::vector<NodeId> m_into;
};

} // namespace

std::vector<NodeId> find_fused(const FusionView& view)
{
    return Finder(view).run();
}

std::vector<std::pair<NodeId, NodeId>> find_replaced(const FusionView& view)
{
    return Finder(view).replaced();
}

} // namespace strata
