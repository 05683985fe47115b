#include "session/match_nodes.h"

#include "hierarchy/align/align.h"
#include "hierarchy/tensor_match.h"
#include "session/fused_nodes.h"

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
        m_pairs.split_from.assign(b.nodes.size(), no_id);
    }

    Result<NodePairs> run(TaskContext& task)
    {
        by_name();
        STRATA_TRY(m_pairs.initializers, match_initializers(m_a, m_b, task));
        const std::vector<InitializerMatch>& initializers = m_pairs.initializers;
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
        find_merged(left, right);
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
            if (m_a.text(m_a.nodes[id].op_type) == "Constant")
                continue; // numbered through: known by content and readers
            // "Conv_3" is somebody else in a renumbered file.
            if (m_a.text(m_a.nodes[id].op_type) == m_b.text(m_b.nodes[other->second].op_type) ||
                name.find('/') != std::string_view::npos)
                pair(id, other->second);
        }
    }

    /// Has the counterpart more to do than the node had?
    static bool became_other(const FlowGraph& from, NodeId was, const FlowGraph& to, NodeId is,
                             const std::vector<bool>& unchanged)
    {
        const align::FlowNode& a = from.nodes[was];
        const align::FlowNode& b = to.nodes[is];
        return a.op != b.op || a.inputs.size() != b.inputs.size() ||
               std::any_of(a.inputs.begin(), a.inputs.end(), [&](const align::FlowInput& input) {
                   return input.initializer != no_id && !unchanged[input.initializer];
               });
    }

    void find_merged(const FlowGraph& left, const FlowGraph& right)
    {
        std::vector<bool> unchanged_a(m_a.initializers.size(), false);
        std::vector<bool> unchanged_b(m_b.initializers.size(), false);
        for (std::size_t i = 0; i < m_pairs.initializers.size(); ++i)
            if (const InitializerMatch& match = m_pairs.initializers[i];
                match.b != no_id && (match.how == "same" || match.how == "transposed"))
                unchanged_a[i] = unchanged_b[match.b] = true;
        const auto forward = [&](NodeId a, NodeId b) {
            return m_a.text(m_a.nodes[a].op_type) != m_b.text(m_b.nodes[b].op_type) ||
                   became_other(left, a, right, b, unchanged_a);
        };
        const auto backward = [&](NodeId b, NodeId a) {
            return m_a.text(m_a.nodes[a].op_type) != m_b.text(m_b.nodes[b].op_type) ||
                   became_other(right, b, left, a, unchanged_b);
        };
        const FusionView merged{left, right, m_pairs.b_of, m_pairs.a_of, forward};
        const FusionView spelled{right, left, m_pairs.a_of, m_pairs.b_of, backward};
        m_pairs.fused_into = find_fused(merged);
        m_pairs.split_from = find_fused(spelled);
        for (const auto& [a, b] : find_replaced(merged))
            if (m_pairs.fused_into[a] == no_id && m_pairs.split_from[b] == no_id &&
                std::find(m_pairs.fused_into.begin(), m_pairs.fused_into.end(), b) ==
                    m_pairs.fused_into.end())
                pair(a, b);
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
