#include "hierarchy/align/folded.h"

#include "hierarchy/align/sequence.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace strata::align {
namespace {

/// Nearest first; a mask that all layers share can have a long history.
constexpr std::size_t most_folded = 512;

/// What ONNX calls an operator of ATen, where the names differ by more than underscores.
constexpr std::array<std::pair<std::string_view, std::string_view>, 58> onnx_names{{
    {"to", "Cast"},
    {"type_as", "Cast"},
    {"float", "Cast"},
    {"_to_copy", "Cast"},
    {"view", "Reshape"},
    {"_unsafe_view", "Reshape"},
    {"contiguous", "Identity"},
    {"permute", "Transpose"},
    {"t", "Transpose"},
    {"cat", "Concat"},
    {"stack", "Concat"},
    {"roll", "Concat"},
    {"index", "Gather"},
    {"select", "Gather"},
    {"index_select", "Gather"},
    {"embedding", "Gather"},
    {"gather", "GatherElements"},
    {"size", "Shape"},
    {"sym_size", "Shape"},
    {"numel", "Size"},
    {"zeros", "ConstantOfShape"},
    {"ones", "ConstantOfShape"},
    {"full", "ConstantOfShape"},
    {"new_zeros", "ConstantOfShape"},
    {"new_ones", "ConstantOfShape"},
    {"new_full", "ConstantOfShape"},
    {"zeros_like", "ConstantOfShape"},
    {"ones_like", "ConstantOfShape"},
    {"full_like", "ConstantOfShape"},
    {"arange", "Range"},
    {"masked_fill", "Where"},
    {"ge", "GreaterOrEqual"},
    {"le", "LessOrEqual"},
    {"gt", "Greater"},
    {"lt", "Less"},
    {"eq", "Equal"},
    {"ne", "Not"},
    {"bitwise_and", "And"},
    {"logical_and", "And"},
    {"__and__", "And"},
    {"bitwise_or", "Or"},
    {"logical_or", "Or"},
    {"__or__", "Or"},
    {"bitwise_not", "Not"},
    {"logical_not", "Not"},
    {"rsub", "Sub"},
    {"copy", "ScatterND"},
    {"fill", "ScatterND"},
    {"index_put", "ScatterND"},
    {"triu", "Trilu"},
    {"tril", "Trilu"},
    {"clamp", "Clip"},
    {"expand_as", "Expand"},
    {"repeat", "Tile"},
    {"minimum", "Min"},
    {"maximum", "Max"},
    {"matmul", "MatMul"},
    {"bmm", "MatMul"},
}};

/// "aten::masked_fill_.Scalar" → "Where"; others as words: "log_softmax" → "LogSoftmax".
std::string onnx_name(std::string_view target)
{
    if (const std::size_t colon = target.rfind(':'); colon != std::string_view::npos)
        target.remove_prefix(colon + 1);
    target = target.substr(0, target.find('.'));
    while (target.size() > 1 && target.ends_with('_') && !target.ends_with("__"))
        target.remove_suffix(1);
    for (const auto& [aten, onnx] : onnx_names)
        if (target == aten)
            return std::string(onnx);
    std::string name;
    bool start = true;
    for (const char c : target) {
        if (c != '_')
            name += start && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        start = c == '_';
    }
    return name;
}

/// Nodes that only hold Python values together.
bool is_plumbing(const FxNode& node)
{
    return node.kind != FxKind::CallFunction && node.kind != FxKind::CallMethod;
}

bool is_python(std::string_view target)
{
    return target.starts_with("prim::") || target.starts_with("_operator.") ||
           target == "aten::Int" || target == "aten::ScalarImplicit";
}

class Cones {
public:
    Cones(const FlowGraph& file, const FlowGraph& reference, std::vector<Match>& matches,
          std::vector<NodeId>& back)
        : m_file(file),
          m_reference(reference),
          m_matches(matches),
          m_back(back),
          m_seen(file.nodes.size(), false),
          m_round_of(reference.nodes.size(), 0)
    {}

    void run()
    {
        for (const NodeId id : m_file.topological)
            if (!m_seen[id] && is_open(id))
                align(id);
    }

private:
    bool is_open(NodeId id) const
    {
        const FlowNode& node = m_file.nodes[id];
        return m_matches[id].reference == no_id && (node.constant || node.shape);
    }

    void align(NodeId start)
    {
        std::vector<NodeId> nodes;
        std::vector<NodeId> users; // counterparts
        std::vector<NodeId> work{start};
        m_seen[start] = true;
        const auto visit = [&](NodeId other) {
            if (other != no_id && !m_seen[other] && is_open(other)) {
                m_seen[other] = true;
                work.push_back(other);
            }
        };
        while (!work.empty()) {
            const NodeId id = work.back();
            work.pop_back();
            if (!m_file.nodes[id].inputs.empty())
                nodes.push_back(id); // Constant nodes follow their users
            for (const FlowInput& input : m_file.nodes[id].inputs)
                visit(input.node);
            for (const FlowUse& use : m_file.nodes[id].uses) {
                if (m_matches[use.node].reference != no_id)
                    users.push_back(m_matches[use.node].reference);
                visit(use.node);
            }
        }
        if (nodes.empty() || users.empty())
            return;
        std::sort(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) {
            return m_file.nodes[a].order < m_file.nodes[b].order;
        });
        if (const std::vector<NodeId> others = history(users); !others.empty())
            align_sequence(m_file, m_reference, nodes, others, m_matches, m_back);
    }

    /// What was folded into the users, nearest first up to a limit, in the source's order.
    std::vector<NodeId> history(const std::vector<NodeId>& users)
    {
        ++m_round;
        std::vector<NodeId> queue;
        const auto push = [&](NodeId node) {
            for (const NodeId id : m_reference.nodes[node].folded)
                if (m_round_of[id] != m_round && queue.size() < most_folded) {
                    m_round_of[id] = m_round;
                    queue.push_back(id);
                }
        };
        for (const NodeId user : users)
            push(user);
        for (std::size_t i = 0; i < queue.size(); ++i) // grows
            push(queue[i]);
        std::erase_if(queue, [&](NodeId id) {
            return m_reference.nodes[id].light && m_reference.nodes[id].op == 0;
        });
        std::sort(queue.begin(), queue.end());
        return queue;
    }

    const FlowGraph& m_file;
    const FlowGraph& m_reference;
    std::vector<Match>& m_matches;
    std::vector<NodeId>& m_back;
    std::vector<bool> m_seen;
    std::vector<unsigned> m_round_of;
    unsigned m_round = 0;
};

} // namespace

std::vector<FxNodeId> add_folded_nodes(FlowGraph& graph, const OnnxModel& reference,
                                       const FxGraph& fx)
{
    std::vector<bool> emitted(fx.nodes.size(), false);
    for (const NodeProvenance& provenance : reference.provenance) {
        if (provenance.fx < emitted.size())
            emitted[provenance.fx] = true;
        for (const FxNodeId origin : provenance.origins)
            if (origin < emitted.size())
                emitted[origin] = true;
    }
    std::vector<NodeId> shadow(fx.nodes.size(), no_id);
    std::vector<FxNodeId> added;
    graph.first_folded = graph.nodes.size();
    for (FxNodeId id = 0; id < fx.nodes.size(); ++id) {
        if (emitted[id] || is_plumbing(fx.nodes[id]))
            continue;
        shadow[id] = static_cast<NodeId>(graph.nodes.size());
        FlowNode node;
        node.constant = true;
        node.light = is_python(fx.nodes[id].target);
        node.op = node.light ? 0 : operator_class(onnx_name(fx.nodes[id].target));
        node.order = static_cast<std::uint32_t>(graph.nodes.size());
        graph.nodes.push_back(std::move(node));
        added.push_back(id);
    }
    const auto link = [&](NodeId node, FxNodeId from) {
        visit_uses(fx.nodes[from], [&](FxValueId value) {
            if (value >= fx.values.size())
                return;
            const FxNodeId maker = fx.values[value].node;
            if (maker < shadow.size() && shadow[maker] != no_id)
                graph.nodes[node].folded.push_back(shadow[maker]);
        });
    };
    for (NodeId id = 0; id < reference.nodes.size() && id < reference.provenance.size(); ++id)
        if (reference.provenance[id].fx < fx.nodes.size())
            link(id, reference.provenance[id].fx);
    for (const FxNodeId id : added)
        link(shadow[id], id);
    return added;
}

void align_folded(const FlowGraph& file, const FlowGraph& reference, std::vector<Match>& matches,
                  std::vector<NodeId>& back)
{
    Cones(file, reference, matches, back).run();
}

} // namespace strata::align
