#include "hierarchy/align/regions.h"

#include <algorithm>

namespace strata::align {
namespace {

/// Larger regions are cut: a table of this many cells at most.
constexpr std::size_t most_cells = 4'000'000;

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
            if (m_seen[id] || !is_open(id))
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

    int similarity(NodeId left, NodeId right) const
    {
        const FlowNode& a = m_file.nodes[left];
        const FlowNode& b = m_reference.nodes[right];
        if (a.op == b.op)
            return a.attributes == b.attributes ? 5 : 4;
        if (a.light != b.light)
            return -1;
        return 1;
    }

    void align(const Component& region)
    {
        const std::vector<NodeId> others = counterpart(region);
        if (others.empty())
            return;
        const std::size_t n = region.nodes.size();
        const std::size_t m = others.size();
        if ((n + 1) * (m + 1) > most_cells)
            return align_by_operator(region.nodes, others);
        // Needleman and Wunsch; skipping costs nothing, as exporters spell things out differently.
        std::vector<int> best((n + 1) * (m + 1), 0);
        const auto cell = [&](std::size_t i, std::size_t j) -> int& {
            return best[i * (m + 1) + j];
        };
        for (std::size_t i = n; i-- > 0;)
            for (std::size_t j = m; j-- > 0;)
                cell(i, j) =
                    std::max({cell(i + 1, j), cell(i, j + 1),
                              cell(i + 1, j + 1) + similarity(region.nodes[i], others[j])});
        std::size_t i = 0;
        std::size_t j = 0;
        while (i < n && j < m) {
            const int with = cell(i + 1, j + 1) + similarity(region.nodes[i], others[j]);
            if (cell(i, j) == with) {
                take(region.nodes[i], others[j]);
                ++i;
                ++j;
            } else if (cell(i, j) == cell(i + 1, j)) {
                ++i;
            } else {
                ++j;
            }
        }
    }

    /// For huge regions: the next node of the same operator.
    void align_by_operator(const std::vector<NodeId>& nodes, const std::vector<NodeId>& others)
    {
        constexpr std::size_t reach = 64;
        std::size_t j = 0;
        for (const NodeId id : nodes)
            for (std::size_t k = j; k < std::min(j + reach, others.size()); ++k)
                if (m_file.nodes[id].op == m_reference.nodes[others[k]].op) {
                    take(id, others[k]);
                    j = k + 1;
                    break;
                }
    }

    void take(NodeId left, NodeId right)
    {
        m_matches[left] = {right, Relation::Region};
        m_back[right] = left;
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
