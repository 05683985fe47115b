#include "session/match_nodes.h"

#include "hierarchy/align/align.h"
#include "hierarchy/tensor_match.h"

#include <algorithm>
#include <unordered_map>

namespace strata {
namespace {

using align::FlowGraph;
using align::Relation;

/// Unique names of nodes.
std::unordered_map<std::string_view, NodeId> unique_names(const OnnxModel& model)
{
    std::unordered_map<std::string_view, NodeId> names;
    for (NodeId id = 0; id < model.nodes.size(); ++id)
        if (model.nodes[id].name != StringId::Empty)
            if (const auto [it, added] = names.emplace(model.text(model.nodes[id].name), id);
                !added)
                it->second = no_id;
    return names;
}

/// Tells the flow graph which initializers of `b` a node reads, as numbers.
void mark(FlowGraph& graph, const std::vector<std::uint32_t>& number)
{
    for (const NodeId id : graph.topological) {
        align::FlowNode& node = graph.nodes[id];
        for (const align::FlowInput& input : node.inputs)
            if (input.initializer != no_id && number[input.initializer] != no_id)
                node.tensors.push_back(number[input.initializer]);
            else if (input.node != no_id && graph.nodes[input.node].constant)
                node.tensors.insert(node.tensors.end(), graph.nodes[input.node].tensors.begin(),
                                    graph.nodes[input.node].tensors.end());
        std::sort(node.tensors.begin(), node.tensors.end());
        node.tensors.erase(std::unique(node.tensors.begin(), node.tensors.end()),
                           node.tensors.end());
    }
}

class PairFinder {
public:
    PairFinder(const OnnxModel& a, const OnnxModel& b) : m_a(a), m_b(b)
    {
        m_pairs.b_of.assign(a.nodes.size(), no_id);
        m_pairs.a_of.assign(b.nodes.size(), no_id);
        m_pairs.fused_into.assign(a.nodes.size(), no_id);
    }

    Result<NodePairs> run(TaskContext& task)
    {
        by_name();
        STRATA_TRY(const auto initializers, match_initializers(m_a, m_b, task));
        FlowGraph left = align::build_flow(m_a);
        FlowGraph right = align::build_flow(m_b);
        std::vector<std::uint32_t> numbers(m_a.initializers.size(), no_id);
        std::vector<std::uint32_t> own(m_b.initializers.size(), no_id);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            if (m_a.initializers[i].tensor.element_count() > 1 && initializers[i].b != no_id) {
                numbers[i] = initializers[i].b;
                own[initializers[i].b] = initializers[i].b;
            }
        mark(left, numbers);
        mark(right, own);
        STRATA_TRY(const auto aligned, align::align_graphs(left, right, task));
        for (NodeId id = 0; id < aligned.size(); ++id)
            if (aligned[id].reference != no_id && aligned[id].relation != Relation::Region)
                pair(id, aligned[id].reference);
        find_fused(left, right);
        find_gathered(left, right);
        return std::move(m_pairs);
    }

private:
    void pair(NodeId a, NodeId b)
    {
        if (m_pairs.b_of[a] != no_id || m_pairs.a_of[b] != no_id)
            return;
        m_pairs.b_of[a] = b;
        m_pairs.a_of[b] = a;
    }

    void by_name()
    {
        const auto names = unique_names(m_b);
        for (const auto& [name, id] : unique_names(m_a)) {
            const auto other = names.find(name);
            if (id == no_id || other == names.end() || other->second == no_id)
                continue;
            // "Conv_3" is somebody else in a renumbered file.
            if (m_a.text(m_a.nodes[id].op_type) == m_b.text(m_b.nodes[other->second].op_type) ||
                name.find('/') != std::string_view::npos)
                pair(id, other->second);
        }
    }

    void find_fused(const FlowGraph& left, const FlowGraph& right)
    {
        for (const NodeId id : left.topological) {
            if (m_pairs.b_of[id] != no_id || left.nodes[id].inputs.empty() ||
                left.nodes[id].constant)
                continue;
            for (const align::FlowInput& input : left.nodes[id].inputs) {
                if (input.node == no_id || m_pairs.fused_into[id] != no_id)
                    continue;
                const NodeId before = m_pairs.b_of[input.node] != no_id
                                          ? m_pairs.b_of[input.node]
                                          : m_pairs.fused_into[input.node];
                if (before != no_id && took_over(left, right, id, before))
                    m_pairs.fused_into[id] = before;
            }
        }
    }

    /// Do the counterparts of the node's users read what `before` gives?
    bool took_over(const FlowGraph& left, const FlowGraph& right, NodeId id, NodeId before) const
    {
        bool ends = left.nodes[id].uses.empty();
        for (const align::FlowUse& use : left.nodes[id].uses) {
            const NodeId user = m_pairs.b_of[use.node];
            if (user == no_id) {
                ends = true; // the next one may be fused too
                continue;
            }
            const auto& inputs = right.nodes[user].inputs;
            return std::any_of(inputs.begin(), inputs.end(), [&](const align::FlowInput& input) {
                return input.node == before || align::producer_behind(right, input) == before;
            });
        }
        const OnnxNode& was = m_a.nodes[m_pairs.a_of[before]];
        return ends && m_a.text(was.op_type) != m_b.text(m_b.nodes[before].op_type);
    }

    /// Connected nodes without a counterpart, and the matched ones around them as nodes of the
    /// second file.
    struct Island {
        std::vector<NodeId> nodes;
        std::vector<NodeId> before, after;
    };

    template <class Open, class Counterpart>
    static std::vector<Island> islands(const FlowGraph& graph, Open is_open,
                                       Counterpart counterpart)
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
                for (const align::FlowInput& input : graph.nodes[id].inputs)
                    visit(input.node, &island.before);
                for (const align::FlowUse& use : graph.nodes[id].uses)
                    visit(use.node, &island.after);
            }
            for (auto* rim : {&island.before, &island.after}) {
                std::sort(rim->begin(), rim->end());
                rim->erase(std::unique(rim->begin(), rim->end()), rim->end());
            }
            found.push_back(std::move(island));
        }
        return found;
    }

    /// Several nodes of the first file against one new node of the second at the same place: it
    /// gathers their work, as a Gelu does that of its five nodes.
    void find_gathered(const FlowGraph& left, const FlowGraph& right)
    {
        const auto gone = islands(
            left,
            [&](NodeId id) { return m_pairs.b_of[id] == no_id && m_pairs.fused_into[id] == no_id; },
            [&](NodeId id) { return m_pairs.b_of[id]; });
        const auto come = islands(
            right, [&](NodeId id) { return m_pairs.a_of[id] == no_id; },
            [&](NodeId id) { return id; });
        std::unordered_map<NodeId, std::vector<std::size_t>> at; // by a neighbour
        for (std::size_t i = 0; i < come.size(); ++i)
            for (const auto* rim : {&come[i].before, &come[i].after})
                if (come[i].nodes.size() == 1 && !rim->empty())
                    at[rim->front()].push_back(i);
        for (const Island& island : gone) {
            constexpr std::size_t most_gathered = 24;
            if (island.nodes.size() < 2 || island.nodes.size() > most_gathered ||
                island.before.empty() || island.after.empty())
                continue;
            for (const auto* rim : {&island.before, &island.after}) {
                if (rim->empty() || !at.contains(rim->front()))
                    continue;
                for (const std::size_t i : at[rim->front()])
                    if (come[i].before == island.before && come[i].after == island.after)
                        gather(left, island, come[i].nodes.front());
            }
            if (m_pairs.fused_into[island.nodes.front()] == no_id)
                gather_into_end(left, right, island);
        }
    }

    /// Or the node behind them became another operator, which reads what they read: the scale of a
    /// spelled-out normalisation.
    void gather_into_end(const FlowGraph& left, const FlowGraph& right, const Island& island)
    {
        for (const NodeId end : island.after) {
            const NodeId was = m_pairs.a_of[end];
            if (was == no_id || left.nodes[was].op == right.nodes[end].op)
                continue;
            const bool reads_all =
                std::all_of(island.before.begin(), island.before.end(), [&](NodeId from) {
                    const auto& inputs = right.nodes[end].inputs;
                    return from == end ||
                           std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) {
                               return input.node == from ||
                                      align::producer_behind(right, input) == from;
                           });
                });
            if (reads_all) {
                gather(left, island, end);
                return;
            }
        }
    }

    /// With the constants that only these nodes read.
    void gather(const FlowGraph& left, const Island& island, NodeId into)
    {
        for (const NodeId id : island.nodes)
            m_pairs.fused_into[id] = into;
        for (const NodeId id : island.nodes)
            for (const align::FlowInput& input : left.nodes[id].inputs)
                if (input.node != no_id && left.nodes[input.node].constant &&
                    m_pairs.b_of[input.node] == no_id)
                    m_pairs.fused_into[input.node] = into;
    }

    const OnnxModel& m_a;
    const OnnxModel& m_b;
    NodePairs m_pairs;
};

} // namespace

Result<std::vector<InitializerMatch>> match_initializers(const OnnxModel& a, const OnnxModel& b,
                                                         TaskContext& task)
{
    std::vector<const Tensor*> tensors;
    std::vector<Tensor> others;
    for (const Initializer& initializer : a.initializers)
        tensors.push_back(&initializer.tensor);
    for (const Initializer& initializer : b.initializers)
        others.push_back(initializer.tensor); // shares the storage
    STRATA_TRY(const auto found, match_tensors(tensors, others, task));
    std::vector<InitializerMatch> matches(found.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i].empty())
            continue;
        // Among equals the one of the same name.
        const std::string_view name = a.text(a.values[a.initializers[i].value].name);
        const TensorMatch* best = &found[i].front();
        for (const TensorMatch& match : found[i])
            if (b.text(b.values[b.initializers[match.source].value].name) == name)
                best = &match;
        matches[i] = {best->source, best->exact ? to_string(best->change) : "changed"};
    }
    return matches;
}

Result<NodePairs> match_nodes(const OnnxModel& a, const OnnxModel& b, TaskContext& task)
{
    return PairFinder(a, b).run(task);
}

} // namespace strata
