#include "hierarchy/attention_forms.h"

#include "hierarchy/open_nodes.h"

#include <algorithm>
#include <queue>
#include <unordered_map>

namespace strata {
namespace {

constexpr std::size_t most_nodes = 512;
constexpr std::size_t longest_chain = 8;
constexpr std::size_t most_users = 32;

class AttentionForms : OpenNodes {
public:
    AttentionForms(const FlowGraph& graph, const ModuleTree& modules,
                   const std::vector<KnownModule>& known)
        : OpenNodes(graph, modules, known)
    {}

    std::vector<std::pair<NodeId, ModuleId>> run()
    {
        static const Hash softmax = align::operator_class("Softmax");
        for (const NodeId id : m_graph.topological)
            if (id < m_place.size() && m_graph.nodes[id].op == softmax && flows(id))
                look_at(id);
        return std::move(m_found);
    }

private:
    static Hash product()
    {
        static const Hash op = align::operator_class("MatMul");
        return op;
    }

    /// One operand is data, the other a weight.
    bool is_projection(NodeId id) const
    {
        const FlowNode& node = m_graph.nodes[id];
        return node.op == product() && node.data_inputs == 1 && node.inputs.size() > 1;
    }
    bool is_score(NodeId id) const
    {
        return m_graph.nodes[id].op == product() && m_graph.nodes[id].data_inputs == 2;
    }

    std::vector<NodeId> users(NodeId id) const
    {
        std::vector<NodeId> found;
        for (const FlowUse& use : m_graph.nodes[id].uses) {
            if (found.size() > most_users)
                break;
            if (flows(use.node) && std::find(found.begin(), found.end(), use.node) == found.end())
                found.push_back(use.node);
        }
        return found;
    }

    /// From the weights of the attention to the product with the values.
    NodeId second_product(NodeId softmax, std::vector<NodeId>& path) const
    {
        NodeId at = softmax;
        for (std::size_t i = 0; i < longest_chain; ++i) {
            NodeId next = no_id;
            for (const NodeId user : users(at))
                if (is_score(user))
                    return user;
                else if (m_graph.nodes[user].light && is_open(user))
                    next = user;
            if (next == no_id)
                return no_id;
            path.push_back(next);
            at = next;
        }
        return no_id;
    }

    /// From that product on to the projection of the result.
    NodeId projection_behind(NodeId id, std::vector<NodeId>& path) const
    {
        for (std::size_t i = 0; i < longest_chain; ++i) {
            const std::vector<NodeId> next = users(id);
            if (next.size() != 1)
                return no_id;
            id = next.front();
            if (is_projection(id))
                return id;
            if (!m_graph.nodes[id].light || !is_open(id))
                return no_id;
            path.push_back(id);
        }
        return no_id;
    }

    enum class Mark : std::uint8_t { Inside, Before };

    void look_at(NodeId softmax)
    {
        std::vector<NodeId> start{softmax};
        const NodeId second = second_product(softmax, start);
        if (second == no_id)
            return;
        start.push_back(second);
        const NodeId out = projection_behind(second, start);
        if (out == no_id || is_open(out))
            return;
        const ModuleId whole = container(m_place[out].module);
        if (whole == root_module || is_numbered(whole))
            return;
        collect(start, out, whole);
    }

    /// Everything that only leads to `start`, back to the projections.
    void collect(const std::vector<NodeId>& start, NodeId out, ModuleId whole)
    {
        std::unordered_map<NodeId, Mark> taken;
        for (const NodeId id : start)
            taken.emplace(id, Mark::Inside);
        taken.emplace(out, Mark::Inside);
        const auto later = [&](const std::pair<NodeId, Mark>& a, const std::pair<NodeId, Mark>& b) {
            return m_graph.nodes[a.first].order < m_graph.nodes[b.first].order;
        };
        std::priority_queue<std::pair<NodeId, Mark>, std::vector<std::pair<NodeId, Mark>>,
                            decltype(later)>
            open(later);
        const auto push_inputs = [&](NodeId id, Mark mark) {
            for (const FlowInput& input : m_graph.nodes[id].inputs)
                if (input.node != no_id && flows(input.node) && !taken.contains(input.node))
                    open.emplace(input.node, mark);
        };
        for (const NodeId id : start)
            push_inputs(id, Mark::Inside);
        while (!open.empty() && taken.size() < most_nodes) {
            const auto [id, mark] = open.top();
            open.pop();
            const bool own = !is_open(id) && m_place[id].module == whole;
            if (taken.contains(id) || (!is_open(id) && !own) ||
                (mark == Mark::Before && !m_graph.nodes[id].light))
                continue;
            const std::vector<NodeId> all = users(id);
            if (all.size() > most_users || !std::all_of(all.begin(), all.end(), [&](NodeId user) {
                    return taken.contains(user) ||
                           (!is_open(user) && m_place[user].module == whole);
                }))
                continue;
            taken.emplace(id, mark);
            push_inputs(id,
                        mark == Mark::Before || is_projection(id) ? Mark::Before : Mark::Inside);
        }
        keep_connected(taken, whole);
        if (std::any_of(taken.begin(), taken.end(), [&](const auto& item) {
                return item.second == Mark::Before && is_turn(item.first);
            }))
            turn_back(out, whole);
    }

    bool is_turn(NodeId id) const
    {
        static const Hash transpose = align::operator_class("Transpose");
        return m_graph.nodes[id].op == transpose;
    }

    /// Axes that are turned before the projections are turned back behind the last one.
    void turn_back(NodeId out, ModuleId whole)
    {
        std::vector<NodeId> path;
        NodeId at = out;
        for (std::size_t i = 0; i < longest_chain; ++i) {
            const std::vector<NodeId> next = users(at);
            if (next.size() != 1)
                return;
            at = next.front();
            const bool own =
                !is_open(at) && m_modules.is_ancestor_or_self(whole, m_place[at].module);
            if (own)
                continue; // the bias
            if (!is_open(at) || !m_graph.nodes[at].light)
                return;
            path.push_back(at);
            if (is_turn(at)) {
                for (const NodeId id : path)
                    claim(id, whole);
                return;
            }
        }
    }

    /// Of what was taken, what the projections lead to: not what was handed in.
    void keep_connected(const std::unordered_map<NodeId, Mark>& taken, ModuleId whole)
    {
        std::vector<NodeId> ordered;
        for (const auto& [id, mark] : taken)
            ordered.push_back(id);
        std::sort(ordered.begin(), ordered.end(), [&](NodeId a, NodeId b) {
            return m_graph.nodes[a].order < m_graph.nodes[b].order;
        });
        std::unordered_map<NodeId, bool> kept;
        for (const NodeId id : ordered) {
            bool keep = taken.at(id) == Mark::Before || is_projection(id) || !is_open(id);
            for (const FlowInput& input : m_graph.nodes[id].inputs) {
                if (input.node == no_id || !flows(input.node))
                    continue;
                const auto it = kept.find(input.node);
                keep = keep || (it != kept.end() && it->second) ||
                       (!is_open(input.node) &&
                        m_modules.is_ancestor_or_self(whole, m_place[input.node].module));
            }
            kept.emplace(id, keep);
            if (keep && is_open(id))
                claim(id, whole);
        }
    }
};

} // namespace

std::vector<std::pair<NodeId, ModuleId>> attention_forms(const align::FlowGraph& graph,
                                                         const ModuleTree& modules,
                                                         const std::vector<KnownModule>& known)
{
    return AttentionForms(graph, modules, known).run();
}

} // namespace strata
