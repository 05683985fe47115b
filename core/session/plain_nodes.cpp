#include "session/plain_nodes.h"

#include <numeric>

namespace strata {
namespace {

using align::FlowGraph;

/// Places without counterparts: connected nodes of both files, and the edges of matched nodes that
/// they lie at. Elements: nodes of the first file, of the second, and for each node of the first
/// its inputs and its results.
class Places {
public:
    Places(const FlowGraph& a, const FlowGraph& b)
        : m_second(a.nodes.size()),
          m_inputs(m_second + b.nodes.size()),
          m_parent(m_inputs + 2 * a.nodes.size())
    {
        std::iota(m_parent.begin(), m_parent.end(), std::size_t{0});
    }

    std::size_t node(bool first, NodeId id) const { return first ? id : m_second + id; }
    std::size_t inputs_of(NodeId matched) const { return m_inputs + 2 * std::size_t{matched}; }
    std::size_t results_of(NodeId matched) const { return inputs_of(matched) + 1; }
    std::size_t size() const { return m_parent.size(); }

    std::size_t find(std::size_t at)
    {
        while (m_parent[at] != at)
            at = m_parent[at] = m_parent[m_parent[at]];
        return at;
    }
    void unite(std::size_t x, std::size_t y) { m_parent[find(x)] = find(y); }

private:
    std::size_t m_second;
    std::size_t m_inputs;
    std::vector<std::size_t> m_parent;
};

/// Computes from constants and shapes only.
std::vector<bool> sizes_of(const FlowGraph& graph)
{
    std::vector<bool> sizes(graph.nodes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i)
        sizes[i] = graph.nodes[i].constant || graph.nodes[i].shape;
    return sizes;
}

std::vector<bool> light_of(const FlowGraph& graph)
{
    std::vector<bool> light(graph.nodes.size());
    for (std::size_t i = 0; i < light.size(); ++i)
        light[i] = graph.nodes[i].light;
    return light;
}

} // namespace

PlainNodes find_plain_nodes(const FlowGraph& a, const FlowGraph& b, const NodePairs& pairs)
{
    PlainNodes found{sizes_of(a), sizes_of(b), light_of(a), light_of(b), {}, {}};
    Places places(a, b);
    const auto is_place = [&](bool first, NodeId id) {
        const bool sizes = first ? found.sizes_a[id] : found.sizes_b[id];
        return !sizes && (first ? pairs.b_of[id] : pairs.a_of[id]) == no_id;
    };
    const auto connect = [&](bool first, const FlowGraph& graph) {
        const auto matched = [&](NodeId id) { return first ? id : pairs.a_of[id]; };
        const auto is_matched = [&](NodeId id) {
            return (first ? pairs.b_of[id] : pairs.a_of[id]) != no_id;
        };
        for (const NodeId id : graph.topological)
            for (const align::FlowInput& input : graph.nodes[id].inputs) {
                const NodeId from = input.node;
                if (from == no_id)
                    continue;
                if (is_place(first, id) && is_place(first, from))
                    places.unite(places.node(first, id), places.node(first, from));
                else if (is_place(first, id) && is_matched(from))
                    places.unite(places.node(first, id), places.results_of(matched(from)));
                else if (is_place(first, from) && is_matched(id))
                    places.unite(places.node(first, from), places.inputs_of(matched(id)));
            }
    };
    connect(true, a);
    connect(false, b);

    std::vector<bool> in_a(places.size(), false);
    std::vector<bool> in_b(places.size(), false);
    std::vector<bool> works(places.size(), false);
    const auto note = [&](bool first, const FlowGraph& graph) {
        for (const NodeId id : graph.topological)
            if (is_place(first, id)) {
                const std::size_t place = places.find(places.node(first, id));
                (first ? in_a : in_b)[place] = true;
                if (!graph.nodes[id].light)
                    works[place] = true;
            }
    };
    note(true, a);
    note(false, b);
    const auto plain = [&](bool first, const FlowGraph& graph) {
        std::vector<bool> result(graph.nodes.size(), false);
        for (const NodeId id : graph.topological) {
            const std::size_t place = places.find(places.node(first, id));
            result[id] = (first ? found.sizes_a : found.sizes_b)[id] ||
                         (is_place(first, id) && in_a[place] && in_b[place] && !works[place]);
        }
        return result;
    };
    found.plain_a = plain(true, a);
    found.plain_b = plain(false, b);
    return found;
}

} // namespace strata
