#include "hierarchy/segment_groups.h"

#include "hierarchy/align/patterns.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <numeric>

namespace strata {
namespace {

using align::FlowGraph;
using align::FlowInput;
using align::FlowNode;
using align::FlowUse;
using align::Hash;
using align::mix;

/// Blocks of more segments than this are not looked for: it bounds the time.
constexpr std::size_t longest_block = 128;

class Segments {
public:
    Segments(const OnnxModel& model, const FlowGraph& graph)
        : m_model(model),
          m_graph(graph),
          m_parent(graph.nodes.size()),
          m_weighted(graph.nodes.size(), false),
          m_depth(graph.nodes.size(), 0)
    {
        std::iota(m_parent.begin(), m_parent.end(), NodeId{0});
    }

    std::vector<std::string> run()
    {
        find_weighted();
        join_weighted();
        join_between();
        join_preparations();
        number();
        return name();
    }

private:
    bool flows(NodeId id) const { return !m_graph.nodes[id].constant && !m_graph.nodes[id].shape; }

    NodeId root(NodeId id)
    {
        while (m_parent[id] != id)
            id = m_parent[id] = m_parent[m_parent[id]];
        return id;
    }
    void join(NodeId a, NodeId b) { m_parent[root(a)] = root(b); }

    /// A tensor of floats with more than one element: scalars are constants of the code.
    bool is_weight(const FlowInput& input) const
    {
        if (input.initializer == no_id)
            return input.node != no_id && m_graph.nodes[input.node].constant &&
                   std::any_of(m_graph.nodes[input.node].inputs.begin(),
                               m_graph.nodes[input.node].inputs.end(),
                               [&](const FlowInput& behind) {
                                   return behind.initializer != no_id && is_weight(behind);
                               });
        const Tensor& tensor = m_model.initializers[input.initializer].tensor;
        return (is_floating_point(tensor.dtype) || bits_per_element(tensor.dtype) == 8) &&
               tensor.element_count() > 1;
    }

    void find_weighted()
    {
        for (const NodeId id : m_graph.topological) {
            const auto& inputs = m_graph.nodes[id].inputs;
            m_weighted[id] = flows(id) && std::any_of(inputs.begin(), inputs.end(),
                                                      [&](const auto& i) { return is_weight(i); });
        }
    }

    /// Biases with their products, scales and biases with their normalisations.
    void join_weighted()
    {
        static const Hash add = align::operator_class("Add");
        static const Hash mul = align::operator_class("Mul");
        const auto is_free = [&](NodeId id) { return flows(id) && !m_weighted[id]; };
        for (const NodeId id : m_graph.topological) {
            const FlowNode& node = m_graph.nodes[id];
            if (!m_weighted[id] || (node.op != add && node.op != mul))
                continue;
            for (const FlowInput& input : node.inputs) {
                const NodeId from = align::producer_behind(m_graph, input);
                if (from == no_id || !flows(from))
                    continue;
                if (m_weighted[from] && m_graph.nodes[from].uses.size() == 1)
                    join_chain(id, input.node, from);
                else if (node.op == mul && is_free(input.node))
                    for (const NodeId part :
                         align::normalisation_before(m_graph, id, input.node, is_free))
                        claim(part, id);
            }
        }
    }

    void join_chain(NodeId user, NodeId first, NodeId last)
    {
        for (NodeId id = first; id != no_id; id = m_graph.nodes[id].inputs[0].node) {
            claim(id, user);
            if (id == last || m_graph.nodes[id].inputs.empty())
                break;
        }
    }

    void claim(NodeId id, NodeId segment)
    {
        m_weighted[id] = true;
        join(id, segment);
    }

    /// What lies between the same weights is one segment: edges that skip weights do not count.
    /// Without any weights nothing separates: all is one.
    void join_between()
    {
        if (std::find(m_weighted.begin(), m_weighted.end(), true) == m_weighted.end()) {
            for (NodeId id = 1; id < m_parent.size(); ++id)
                join(id, 0);
            return;
        }
        for (const NodeId id : m_graph.topological) {
            if (!flows(id))
                continue;
            for (const FlowInput& input : m_graph.nodes[id].inputs)
                if (input.node != no_id && flows(input.node))
                    m_depth[id] = std::max(m_depth[id], m_depth[input.node] +
                                                            (m_weighted[input.node] ? 1U : 0U));
            if (m_weighted[id])
                continue;
            for (const FlowInput& input : m_graph.nodes[id].inputs)
                if (input.node != no_id && flows(input.node) && !m_weighted[input.node] &&
                    m_depth[input.node] == m_depth[id])
                    join(input.node, id);
        }
    }

    /// Constants and sizes: to their first user; sizes of results that nobody uses, to the source.
    void join_preparations()
    {
        for (auto it = m_graph.topological.rbegin(); it != m_graph.topological.rend(); ++it) {
            const FlowNode& node = m_graph.nodes[*it];
            if (flows(*it))
                continue;
            const auto first = std::min_element(
                node.uses.begin(), node.uses.end(), [&](const FlowUse& a, const FlowUse& b) {
                    return m_graph.nodes[a.node].order < m_graph.nodes[b.node].order;
                });
            if (first != node.uses.end())
                join(*it, first->node);
            else if (!node.inputs.empty() && node.inputs.front().node != no_id)
                join(*it, node.inputs.front().node);
        }
    }

    /// Segments in the order of their first nodes that compute.
    void number()
    {
        m_segment_of.assign(m_parent.size(), no_id);
        std::map<NodeId, std::uint32_t> numbers;
        for (const bool computing : {true, false})
            for (const NodeId id : m_graph.topological) {
                if (id >= m_model.nodes.size() || flows(id) != computing)
                    continue;
                const auto [it, is_new] =
                    numbers.emplace(root(id), static_cast<std::uint32_t>(m_nodes.size()));
                if (is_new)
                    m_nodes.emplace_back();
                m_nodes[it->second].push_back(id);
                m_segment_of[id] = it->second;
            }
    }

    Hash shape_hash(NodeId id) const
    {
        Hash hash = mix(m_graph.nodes[id].op, m_graph.nodes[id].inputs.size());
        return m_weighted[id] ? mix(hash, 1) : hash;
    }

    /// The operator that a segment is called by: the first with weights, else the first that does
    /// more than move data.
    std::string_view title(const std::vector<NodeId>& nodes) const
    {
        const auto weighted = std::find_if(nodes.begin(), nodes.end(), [&](NodeId id) {
            const auto& inputs = m_graph.nodes[id].inputs;
            return m_weighted[id] && std::any_of(inputs.begin(), inputs.end(),
                                                 [&](const auto& i) { return is_weight(i); });
        });
        const auto computing = std::find_if(
            nodes.begin(), nodes.end(), [&](NodeId id) { return m_graph.nodes[id].computes(); });
        const NodeId id = weighted != nodes.end()    ? *weighted
                          : computing != nodes.end() ? *computing
                                                     : nodes.front();
        return m_model.text(m_model.nodes[id].op_type);
    }

    struct Repeat {
        std::size_t period = 0;
        std::size_t covered = 0; ///< segments in all instances
    };

    /// The longest repetition that starts at each segment.
    std::vector<Repeat> find_repeats(const std::vector<Hash>& hashes) const
    {
        const std::size_t count = hashes.size();
        std::vector<Repeat> best(count);
        for (std::size_t period = 1; period <= std::min(longest_block, count / 2); ++period) {
            std::size_t run = 0;
            for (std::size_t i = count - period; i-- > 0;) {
                run = hashes[i] == hashes[i + period] ? run + 1 : 0;
                // Two equal segments in a row are no block yet; three are.
                if (run < period || (period == 1 && run < 2))
                    continue;
                const std::size_t covered = (run / period + 1) * period;
                if (covered > best[i].covered)
                    best[i] = {period, covered};
            }
        }
        return best;
    }

    std::vector<std::string> name() const
    {
        std::vector<Hash> hashes;
        for (const auto& nodes : m_nodes) {
            // Order within a segment is the exporter's choice: a sum.
            Hash hash = 0;
            for (const NodeId id : nodes)
                if (flows(id))
                    hash += shape_hash(id);
            hashes.push_back(hash);
        }
        const std::vector<Repeat> repeats = find_repeats(hashes);
        std::vector<std::string> names(m_nodes.size());
        std::map<std::string_view, std::size_t> alone;
        std::size_t blocks = 0;
        for (std::size_t i = 0; i < m_nodes.size();) {
            const auto [period, covered] = repeats[i];
            if (period == 0) {
                const std::string_view op = title(m_nodes[i]);
                names[i] = fmt::format("/Segments/{}.{}", op, alone[op]++);
                ++i;
                continue;
            }
            for (std::size_t k = 0; k < covered; ++k)
                names[i + k] = fmt::format("/Blocks/{}.{}/{}.{}", blocks, k / period,
                                           title(m_nodes[i + k]), k % period);
            ++blocks;
            i += covered;
        }
        std::vector<std::string> paths(m_model.nodes.size());
        for (NodeId id = 0; id < paths.size(); ++id)
            if (m_segment_of[id] != no_id)
                paths[id] = names[m_segment_of[id]];
        return paths;
    }

    const OnnxModel& m_model;
    const FlowGraph& m_graph;
    std::vector<NodeId> m_parent;             ///< union of sets
    std::vector<bool> m_weighted;             ///< reads weights, or belongs to a node that does
    std::vector<unsigned> m_depth;            ///< how many nodes with weights lie before it
    std::vector<std::vector<NodeId>> m_nodes; ///< per segment
    std::vector<std::uint32_t> m_segment_of;
};

} // namespace

std::vector<std::string> segment_paths(const OnnxModel& model, const FlowGraph& graph)
{
    return Segments(model, graph).run();
}

} // namespace strata
