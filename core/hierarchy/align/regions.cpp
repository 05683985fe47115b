#include "hierarchy/align/regions.h"

#include "hierarchy/align/sequence.h"

#include <algorithm>

namespace strata::align {
namespace {

class Regions {
public:
    Regions(const FlowGraph& file, const FlowGraph& reference, std::vector<Match>& matches,
            std::vector<NodeId>& back)
        : m_file(file),
          m_reference(reference),
          m_matches(matches),
          m_back(back),
          m_seen(file.nodes.size(), false),
          m_reference_seen(reference.nodes.size(), 0)
    {}

    Status run(const TaskContext& task)
    {
        for (const NodeId id : m_file.topological) {
            if (m_seen[id] || !is_open(id) || m_file.nodes[id].glue)
                continue;
            STRATA_CHECK(task.poll());
            align(component(id));
        }
        return {};
    }

private:
    static bool flows(const FlowNode& node) { return !node.constant && !node.shape; }
    bool is_open(NodeId id) const
    {
        return m_matches[id].reference == no_id && flows(m_file.nodes[id]);
    }
    bool is_open_reference(NodeId id) const
    {
        return m_back[id] == no_id && flows(m_reference.nodes[id]);
    }

    struct Component {
        std::vector<NodeId> nodes;         ///< in data-flow order
        std::vector<NodeId> before, after; ///< matched neighbours
    };

    Component component(NodeId start)
    {
        Component region;
        std::vector<NodeId> work{start};
        m_seen[start] = true;
        while (!work.empty()) {
            const NodeId id = work.back();
            work.pop_back();
            if (!m_file.nodes[id].glue)
                region.nodes.push_back(id);
            const auto visit = [&](NodeId other, std::vector<NodeId>& rim) {
                if (other == no_id || !flows(m_file.nodes[other]))
                    return;
                if (m_matches[other].reference != no_id) {
                    rim.push_back(other);
                } else if (!m_seen[other]) {
                    m_seen[other] = true;
                    work.push_back(other);
                }
            };
            for (const FlowInput& input : m_file.nodes[id].inputs)
                visit(input.node, region.before);
            for (const FlowUse& use : m_file.nodes[id].uses)
                visit(use.node, region.after);
        }
        sort_by_order(m_file, region.nodes);
        return region;
    }

    static void sort_by_order(const FlowGraph& graph, std::vector<NodeId>& nodes)
    {
        std::sort(nodes.begin(), nodes.end(),
                  [&](NodeId a, NodeId b) { return graph.nodes[a].order < graph.nodes[b].order; });
    }

    /// Unmatched nodes of the reference between the counterparts of the region's neighbours.
    std::vector<NodeId> counterpart(const Component& region)
    {
        ++m_round;
        std::vector<NodeId> work;
        const auto push = [&](NodeId id) {
            if (id != no_id && is_open_reference(id) && m_reference_seen[id] != m_round) {
                m_reference_seen[id] = m_round;
                work.push_back(id);
            }
        };
        for (const NodeId id : region.before)
            for (const FlowUse& use : m_reference.nodes[m_matches[id].reference].uses)
                push(use.node);
        for (const NodeId id : region.after)
            for (const FlowInput& input : m_reference.nodes[m_matches[id].reference].inputs)
                push(input.node);
        if (region.before.empty() && region.after.empty())
            for (const NodeId id : m_reference.topological)
                push(id);
        std::vector<NodeId> found;
        while (!work.empty()) {
            const NodeId id = work.back();
            work.pop_back();
            found.push_back(id);
            for (const FlowInput& input : m_reference.nodes[id].inputs)
                push(input.node);
            for (const FlowUse& use : m_reference.nodes[id].uses)
                push(use.node);
        }
        sort_by_order(m_reference, found);
        return found;
    }

    void align(const Component& region)
    {
        const std::vector<NodeId> others = counterpart(region);
        if (others.empty()) {
            take_as_part(region);
            return;
        }
        // Nodes correspond only when some matched neighbour, near on either side, does.
        std::vector<std::vector<NodeId>> left;
        std::vector<std::vector<NodeId>> right;
        for (const NodeId id : region.nodes)
            left.push_back(
                near(m_file, id, [&](NodeId other) { return m_matches[other].reference; }));
        for (const NodeId id : others)
            right.push_back(near(m_reference, id, [&](NodeId other) {
                return m_back[other] == no_id ? no_id : m_matches[m_back[other]].reference;
            }));
        align_sequence(m_file, m_reference, region.nodes, others, m_matches, m_back,
                       [&](std::size_t i, std::size_t j) {
                           return left[i].empty() || right[j].empty() || meet(left[i], right[j]);
                       });
        for (const NodeId id : region.after)
            take_spelling(id);
    }

    /// What is left before a node that stands for another operator in the reference, and is read
    /// for it alone, spells that operator out.
    void take_spelling(NodeId end)
    {
        constexpr std::size_t longest = 16;
        const NodeId whole = m_matches[end].reference;
        if (m_file.nodes[end].op == m_reference.nodes[whole].op)
            return;
        std::vector<NodeId> inside{end};
        for (std::size_t i = 0; i < inside.size() && inside.size() < longest; ++i)
            for (const FlowInput& input : m_file.nodes[inside[i]].inputs) {
                const NodeId from = input.node;
                if (from == no_id || !is_open(from) ||
                    std::find(inside.begin(), inside.end(), from) != inside.end())
                    continue;
                const auto& uses = m_file.nodes[from].uses;
                if (std::all_of(uses.begin(), uses.end(), [&](const FlowUse& use) {
                        return !flows(m_file.nodes[use.node]) || is_open(use.node) ||
                               m_matches[use.node].reference == whole;
                    }))
                    inside.push_back(from);
            }
        for (std::size_t i = 1; i < inside.size(); ++i)
            m_matches[inside[i]] = {whole, Relation::Region, no_id};
    }

    /// The reference has nothing here, but a neighbour is one node there of another operator: the
    /// file spells that operator out, as files of older opsets do with normalisations.
    void take_as_part(const Component& region)
    {
        constexpr std::size_t longest_spelling = 32;
        if (region.nodes.size() > longest_spelling)
            return;
        for (const auto* rim : {&region.after, &region.before}) {
            NodeId whole = no_id;
            bool several = false;
            for (const NodeId id : *rim) {
                const NodeId other = m_matches[id].reference;
                if (m_file.nodes[id].op == m_reference.nodes[other].op)
                    continue;
                several = several || (whole != no_id && whole != other);
                whole = other;
            }
            if (whole == no_id || several)
                continue;
            for (const NodeId id : region.nodes)
                m_matches[id] = {whole, Relation::Region, no_id};
            return;
        }
    }

    static bool meet(const std::vector<NodeId>& a, const std::vector<NodeId>& b)
    {
        return std::any_of(a.begin(), a.end(),
                           [&](NodeId id) { return std::find(b.begin(), b.end(), id) != b.end(); });
    }

    /// Matched nodes around an unmatched one, through unmatched ones; as nodes of the reference.
    template <class Counterpart>
    static std::vector<NodeId> near(const FlowGraph& graph, NodeId start, Counterpart counterpart)
    {
        constexpr std::size_t most_visited = 24;
        constexpr std::size_t most_found = 8;
        std::vector<NodeId> found;
        for (const bool forwards : {false, true}) {
            std::vector<NodeId> visited{start};
            std::size_t here = 0;
            for (std::size_t i = 0; i < visited.size() && here < most_found; ++i) {
                const auto visit = [&](NodeId other) {
                    if (other == no_id || !flows(graph.nodes[other]) || here >= most_found)
                        return;
                    if (const NodeId match = counterpart(other); match != no_id) {
                        found.push_back(match);
                        ++here;
                    } else if (visited.size() < most_visited &&
                               std::find(visited.begin(), visited.end(), other) == visited.end()) {
                        visited.push_back(other);
                    }
                };
                if (forwards)
                    for (const FlowUse& use : graph.nodes[visited[i]].uses)
                        visit(use.node);
                else
                    for (const FlowInput& input : graph.nodes[visited[i]].inputs)
                        visit(input.node);
            }
        }
        return found;
    }

    const FlowGraph& m_file;
    const FlowGraph& m_reference;
    std::vector<Match>& m_matches;
    std::vector<NodeId>& m_back;
    std::vector<bool> m_seen;
    std::vector<unsigned> m_reference_seen;
    unsigned m_round = 0;
};

} // namespace

Status align_regions(const FlowGraph& file, const FlowGraph& reference, std::vector<Match>& matches,
                     std::vector<NodeId>& back, const TaskContext& task)
{
    return Regions(file, reference, matches, back).run(task);
}

} // namespace strata::align
