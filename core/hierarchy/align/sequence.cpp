#include "hierarchy/align/sequence.h"

#include <algorithm>

namespace strata::align {
namespace {

/// Longer sequences are aligned greedily: a table of this many cells at most.
constexpr std::size_t most_cells = 4'000'000;

class Sequence {
public:
    Sequence(const FlowGraph& file, const FlowGraph& reference, std::vector<Match>& matches,
             std::vector<NodeId>& back,
             const std::function<bool(std::size_t, std::size_t)>& allowed)
        : m_file(file),
          m_reference(reference),
          m_matches(matches),
          m_back(back),
          m_allowed(allowed)
    {}

    void align(const std::vector<NodeId>& nodes, const std::vector<NodeId>& others)
    {
        const std::size_t n = nodes.size();
        const std::size_t m = others.size();
        if ((n + 1) * (m + 1) > most_cells)
            return align_by_operator(nodes, others);
        // Needleman and Wunsch over equal operators; skipping costs nothing, as exporters spell
        // things out differently.
        std::vector<int> best((n + 1) * (m + 1), 0);
        const auto cell = [&](std::size_t i, std::size_t j) -> int& {
            return best[i * (m + 1) + j];
        };
        for (std::size_t i = n; i-- > 0;)
            for (std::size_t j = m; j-- > 0;) {
                cell(i, j) = std::max(cell(i + 1, j), cell(i, j + 1));
                if (const int gain = similarity(nodes, others, i, j); gain > 0)
                    cell(i, j) = std::max(cell(i, j), cell(i + 1, j + 1) + gain);
            }
        std::size_t i = 0;
        std::size_t j = 0;
        std::size_t i_done = 0; // first node after the last pair
        std::size_t j_done = 0;
        while (i < n && j < m) {
            const int gain = similarity(nodes, others, i, j);
            if (gain > 0 && cell(i, j) == cell(i + 1, j + 1) + gain) {
                fill(nodes, i_done, i, others, j_done, j);
                take(nodes[i], others[j]);
                i_done = ++i;
                j_done = ++j;
            } else if (cell(i, j) == cell(i + 1, j)) {
                ++i;
            } else {
                ++j;
            }
        }
        fill(nodes, i_done, n, others, j_done, m);
    }

private:
    int similarity(const std::vector<NodeId>& nodes, const std::vector<NodeId>& others,
                   std::size_t i, std::size_t j) const
    {
        const FlowNode& a = m_file.nodes[nodes[i]];
        const FlowNode& b = m_reference.nodes[others[j]];
        if (a.op == b.op && (!m_allowed || m_allowed(i, j)))
            return a.attributes == b.attributes ? 5 : 4;
        return 0;
    }

    /// Nodes of other operators between two pairs: a fused operator, or a spelled-out one. One
    /// stands for the module that most of the reference's nodes there are in; several in
    /// proportion.
    void fill(const std::vector<NodeId>& nodes, std::size_t i, std::size_t i_end,
              const std::vector<NodeId>& others, std::size_t j, std::size_t j_end)
    {
        if (i == i_end || j == j_end)
            return;
        const std::size_t left = i_end - i;
        const std::size_t right = j_end - j;
        for (std::size_t k = 0; k < left; ++k) {
            if (left >= right) {
                if (!m_allowed || m_allowed(i + k, j + k * right / left))
                    take(nodes[i + k], others[j + k * right / left]);
                continue;
            }
            const std::size_t from = j + k * right / left;
            const std::size_t to = j + (k + 1) * right / left;
            std::size_t most = 0;
            NodeId chosen = no_id;
            for (std::size_t x = from; x < to; ++x) {
                std::size_t same = 0;
                if (m_allowed && !m_allowed(i + k, x))
                    continue;
                for (std::size_t y = from; y < to; ++y)
                    same += m_reference.nodes[others[y]].group == m_reference.nodes[others[x]].group
                                ? 1U
                                : 0U;
                if (same > most) {
                    most = same;
                    chosen = others[x];
                }
            }
            if (chosen == no_id)
                continue;
            for (std::size_t x = from; x < to; ++x)
                m_back[others[x]] = nodes[i + k];
            take(nodes[i + k], chosen);
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
        m_matches[left] = {right, Relation::Region, no_id};
        m_back[right] = left;
    }

    const FlowGraph& m_file;
    const FlowGraph& m_reference;
    std::vector<Match>& m_matches;
    std::vector<NodeId>& m_back;
    const std::function<bool(std::size_t, std::size_t)>& m_allowed;
};

} // namespace

void align_sequence(const FlowGraph& file, const FlowGraph& reference,
                    const std::vector<NodeId>& nodes, const std::vector<NodeId>& others,
                    std::vector<Match>& matches, std::vector<NodeId>& back,
                    const std::function<bool(std::size_t, std::size_t)>& allowed)
{
    Sequence(file, reference, matches, back, allowed).align(nodes, others);
}

} // namespace strata::align
