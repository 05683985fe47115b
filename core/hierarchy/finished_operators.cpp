#include "hierarchy/finished_operators.h"

#include "hierarchy/align/patterns.h"
#include "hierarchy/open_nodes.h"

#include <algorithm>
#include <array>

namespace strata {
namespace {

class FinishedOperators : OpenNodes {
public:
    FinishedOperators(const FlowGraph& graph, const ModuleTree& modules,
                      const std::vector<KnownModule>& known,
                      const std::function<bool(ModuleId)>& leaf)
        : OpenNodes(graph, modules, known),
          is_leaf(leaf)
    {}

    std::vector<std::pair<NodeId, ModuleId>> run()
    {
        finish_operators();
        return std::move(m_found);
    }

private:
    /// The product before an added bias, and the normalisation before a scale, are the work of the
    /// module that owns the bias or scale.
    void finish_operators()
    {
        static const std::array<Hash, 3> products{align::operator_class("MatMul"),
                                                  align::operator_class("Conv"),
                                                  align::operator_class("ConvTranspose")};
        static const std::array<Hash, 3> recurrent{align::operator_class("LSTM"),
                                                   align::operator_class("GRU"),
                                                   align::operator_class("RNN")};
        const Hash add = align::operator_class("Add");
        const Hash mul = align::operator_class("Mul");
        for (const NodeId id : m_graph.topological) {
            if (id >= m_place.size())
                continue;
            const FlowNode& node = m_graph.nodes[id];
            if (!is_open(id) &&
                std::find(recurrent.begin(), recurrent.end(), node.op) != recurrent.end())
                claim_turns(id);
            if (is_open(id) || !is_leaf(m_place[id].module) || (node.op != add && node.op != mul))
                continue;
            for (const FlowInput& input : node.inputs) {
                const NodeId from = align::producer_behind(m_graph, input);
                if (from == no_id || !is_open(from) || !flows(from))
                    continue;
                const Hash op = m_graph.nodes[from].op;
                const bool product =
                    std::find(products.begin(), products.end(), op) != products.end();
                if (node.op == add && product && m_graph.nodes[from].data_inputs == 1)
                    claim_chain(id, input.node, from);
                else if (node.op == mul && is_open(input.node) && flows(input.node))
                    claim_normalisation(id, input.node);
            }
        }
    }

    /// What turns the axes of a recurrent operator's sequences for it alone: the module does.
    void claim_turns(NodeId id)
    {
        NodeId from = m_graph.nodes[id].inputs.empty() ? no_id : m_graph.nodes[id].inputs[0].node;
        while (from != no_id && is_open(from) && flows(from) && m_graph.nodes[from].light &&
               m_graph.nodes[from].uses.size() == 1 && !m_graph.nodes[from].inputs.empty()) {
            claim(from, m_place[id].module);
            from = m_graph.nodes[from].inputs[0].node;
        }
        std::vector<NodeId> behind{id};
        while (!behind.empty()) {
            const NodeId at = behind.back();
            behind.pop_back();
            if (at != id && m_graph.nodes[at].uses.size() > 1)
                continue;
            for (const FlowUse& use : m_graph.nodes[at].uses)
                if (is_open(use.node) && flows(use.node) && m_graph.nodes[use.node].light) {
                    claim(use.node, m_place[id].module);
                    behind.push_back(use.node);
                }
        }
    }

    void claim_chain(NodeId user, NodeId first, NodeId last)
    {
        const ModuleId module = m_place[user].module;
        for (NodeId id = first; id != no_id && is_open(id); id = m_graph.nodes[id].inputs[0].node) {
            claim(id, module);
            if (id == last || m_graph.nodes[id].inputs.empty())
                break;
        }
    }

    /// From the scale back to the mean that every normalisation starts with.
    void claim_normalisation(NodeId scale, NodeId start)
    {
        const auto is_free = [&](NodeId id) { return is_open(id) && flows(id); };
        for (const NodeId id : align::normalisation_before(m_graph, scale, start, is_free))
            claim(id, m_place[scale].module);
    }

    const std::function<bool(ModuleId)>& is_leaf;
};

} // namespace

std::vector<std::pair<NodeId, ModuleId>>
finished_operators(const align::FlowGraph& graph, const ModuleTree& modules,
                   const std::vector<KnownModule>& known,
                   const std::function<bool(ModuleId)>& is_leaf)
{
    return FinishedOperators(graph, modules, known, is_leaf).run();
}

} // namespace strata
