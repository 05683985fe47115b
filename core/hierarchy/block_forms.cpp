#include "hierarchy/block_forms.h"

#include "hierarchy/container_kinds.h"
#include "hierarchy/open_nodes.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

namespace strata {
namespace {

constexpr std::size_t longest_gate = 12;
constexpr std::size_t longest_branch = 64;
constexpr std::size_t longest_skip = 3;

class BlockForms : OpenNodes {
public:
    BlockForms(const FlowGraph& graph, const ModuleTree& modules,
               const std::vector<KnownModule>& known)
        : OpenNodes(graph, modules, known)
    {}

    std::vector<std::pair<NodeId, ModuleId>> run()
    {
        static const Hash mul = align::operator_class("Mul");
        static const Hash add = align::operator_class("Add");
        for (const NodeId id : m_graph.topological)
            if (id < m_place.size() && m_graph.nodes[id].op == mul && is_open(id) && flows(id))
                look_for_gate(id);
        for (const NodeId id : m_graph.topological)
            if (id < m_place.size() && m_graph.nodes[id].op == add && is_open(id) && flows(id))
                look_for_branch(id);
        return std::move(m_found);
    }

private:
    void claim_open(NodeId id, ModuleId module)
    {
        if (is_open(id))
            claim(id, module);
    }

    static bool is_mean(Hash op)
    {
        static const std::array<Hash, 3> means{align::operator_class("GlobalAveragePool"),
                                               align::operator_class("ReduceMean"),
                                               align::operator_class("AveragePool")};
        return std::find(means.begin(), means.end(), op) != means.end();
    }

    /// The nodes that feed data to a node.
    std::vector<NodeId> producers(NodeId id) const
    {
        std::vector<NodeId> found;
        for (const FlowInput& input : m_graph.nodes[id].inputs)
            if (input.node != no_id && flows(input.node) &&
                std::find(found.begin(), found.end(), input.node) == found.end())
                found.push_back(input.node);
        return found;
    }

    // --- gates -------------------------------------------------------------------------------

    /// x * f(mean(x)), with at least two modules in f.
    void look_for_gate(NodeId product)
    {
        const std::vector<NodeId> inputs = producers(product);
        if (inputs.size() != 2)
            return;
        for (const auto& [value, gate] :
             {std::pair(inputs[0], inputs[1]), std::pair(inputs[1], inputs[0])}) {
            std::vector<NodeId> path;
            NodeId at = gate;
            while (at != value && path.size() < longest_gate) {
                path.push_back(at);
                std::vector<NodeId> before = producers(at);
                if (before.size() == 2) { // y * sigmoid(y) between the two
                    if (producers(before[0]) == std::vector{before[1]})
                        std::swap(before[0], before[1]);
                    if (producers(before[1]) != std::vector{before[0]})
                        break;
                    path.push_back(before[1]);
                } else if (before.size() != 1) {
                    break;
                }
                at = before.front();
            }
            if (at == value && !path.empty() && is_mean(m_graph.nodes[path.back()].op) &&
                claim_gate(product, path))
                return;
        }
    }

    bool claim_gate(NodeId product, const std::vector<NodeId>& path)
    {
        ModuleId common = no_module;
        ModuleId last = no_module;
        unsigned parts = 0;
        for (const NodeId id : path) {
            if (is_open(id))
                continue;
            const ModuleId module = m_place[id].module;
            parts += module != last ? 1 : 0;
            last = module;
            common = common == no_module ? container(module)
                                         : m_modules.common_ancestor(common, container(module));
        }
        if (parts < 2 || common == root_module)
            return false;
        // A sequence cannot take the mean of what it is given and scale it, too.
        const ModuleId whole = is_numbered(common) ? m_modules[common].parent : common;
        if (whole == root_module)
            return false;
        const auto first =
            std::find_if(path.rbegin(), path.rend(), [&](NodeId id) { return !is_open(id); });
        for (auto it = path.rbegin(); it != path.rend(); ++it)
            claim_open(*it, it < first ? whole : common);
        claim_open(product, whole);
        m_gates.insert(whole);
        return true;
    }

    // --- residual branches -------------------------------------------------------------------

    /// Exporters fold normalisations into convolutions, whose weights lose their names.
    bool is_unnamed_convolution(NodeId id) const
    {
        static const Hash conv = align::operator_class("Conv");
        const FlowNode& node = m_graph.nodes[id];
        return is_open(id) && node.data_inputs == 1 && node.op == conv &&
               std::any_of(node.inputs.begin(), node.inputs.end(),
                           [](const FlowInput& input) { return input.initializer != no_id; });
    }

    /// From `end` back to `start`: everything in between, or nothing when it also has other
    /// sources.
    std::vector<NodeId> between(NodeId start, NodeId end) const
    {
        std::vector<NodeId> inside{end};
        bool reached = false;
        for (std::size_t i = 0; i < inside.size(); ++i) {
            if (inside.size() > longest_branch)
                return {};
            const std::vector<NodeId> before = producers(inside[i]);
            if (before.empty())
                return {};
            for (const NodeId from : before) {
                if (from == start)
                    reached = true;
                else if (m_graph.nodes[from].order < m_graph.nodes[start].order)
                    return {};
                else if (std::find(inside.begin(), inside.end(), from) == inside.end())
                    inside.push_back(from);
            }
        }
        return reached ? inside : std::vector<NodeId>{};
    }

    void look_for_branch(NodeId sum)
    {
        const std::vector<NodeId> inputs = producers(sum);
        if (inputs.size() != 2)
            return;
        for (const auto& [skip, end] :
             {std::pair(inputs[0], inputs[1]), std::pair(inputs[1], inputs[0])}) {
            std::vector<NodeId> on_skip;
            NodeId start = skip;
            for (std::size_t i = 0; i <= longest_skip; ++i) {
                const std::vector<NodeId> inside = between(start, end);
                if (!inside.empty()) {
                    if (claim_branch(sum, inside, on_skip))
                        return;
                    break;
                }
                const std::vector<NodeId> before = producers(start);
                if (before.size() != 1)
                    break;
                on_skip.push_back(start);
                start = before.front();
            }
        }
    }

    /// Numbered children without a gap: there is no place for others among them.
    bool is_complete(ModuleId id) const
    {
        const auto& children = m_modules[id].children;
        if (!is_numbered(id) || children.size() < 2)
            return false;
        std::size_t largest = 0;
        for (const ModuleId child : children) {
            const std::string& name = m_modules[child].name;
            constexpr std::size_t longest_number = 6;
            largest = std::max(largest, name.empty() || name.size() > longest_number
                                            ? children.size()
                                            : static_cast<std::size_t>(std::stoul(name)));
        }
        return largest + 1 == children.size();
    }

    bool claim_branch(NodeId sum, const std::vector<NodeId>& inside,
                      const std::vector<NodeId>& on_skip)
    {
        if (std::none_of(inside.begin(), inside.end(),
                         [&](NodeId id) { return is_unnamed_convolution(id); }))
            return false;
        ModuleId common = no_module;
        for (const NodeId id : inside) {
            if (is_open(id))
                continue;
            ModuleId module = container(m_place[id].module);
            for (ModuleId m = module; m != no_module && m != root_module; m = m_modules[m].parent)
                if (m_gates.contains(m))
                    module = m_modules[m].parent; // the branch has the gate as a whole
            common = common == no_module ? module : m_modules.common_ancestor(common, module);
        }
        if (common == no_module || common == root_module || is_complete(common))
            return false;
        for (const NodeId id : inside)
            claim_open(id, common);
        // A branch that is all its parent has: the parent adds.
        const ModuleId parent = m_modules[common].parent;
        const bool is_whole_branch = parent != root_module && parent != no_module &&
                                     m_modules[parent].children.size() == 1 &&
                                     !is_module_number(m_modules[common].name);
        ModuleId whole = is_numbered(common) || is_whole_branch ? parent : common;
        for (const NodeId id : on_skip) // or a module beside it works on the other path
            if (!is_open(id))
                whole = m_modules.common_ancestor(whole, container(m_place[id].module));
        for (const NodeId id : on_skip)
            claim_open(id, whole);
        claim_open(sum, whole);
        return true;
    }

    std::unordered_set<ModuleId> m_gates;
};

} // namespace

std::vector<std::pair<NodeId, ModuleId>> block_forms(const align::FlowGraph& graph,
                                                     const ModuleTree& modules,
                                                     const std::vector<KnownModule>& known)
{
    return BlockForms(graph, modules, known).run();
}

} // namespace strata
