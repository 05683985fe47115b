#include "hierarchy/lead_in_forms.h"

#include "hierarchy/align/patterns.h"
#include "hierarchy/container_kinds.h"
#include "hierarchy/open_nodes.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>

namespace strata {
namespace {

constexpr std::size_t longest_lead_in = 16;

class LeadInForms : OpenNodes {
public:
    LeadInForms(const FlowGraph& graph, const ModuleTree& modules,
                const std::vector<KnownModule>& known)
        : OpenNodes(graph, modules, known)
    {}

    std::vector<std::pair<NodeId, ModuleId>> run()
    {
        std::vector<NodeId> entries(m_modules.size(), no_id);
        for (const NodeId id : m_graph.topological)
            if (id < m_place.size() && !is_open(id) && flows(id))
                for (ModuleId m = m_place[id].module; m != no_module && entries[m] == no_id;
                     m = m_modules[m].parent)
                    entries[m] = id;
        find_bases();
        // Inner modules first: what a block starts with is nearly always the work of a part of it.
        std::map<std::string, std::vector<ModuleId>> blocks;
        for (ModuleId id = 0; id < m_modules.size(); ++id)
            if (id != root_module && entries[id] != no_id && !m_modules[id].children.empty() &&
                !is_numbered(id))
                blocks[module_template(m_modules[id].fqn)].push_back(id);
        std::vector<const std::vector<ModuleId>*> order;
        for (const auto& [name, instances] : blocks)
            if (instances.size() > 1)
                order.push_back(&instances);
        std::stable_sort(order.begin(), order.end(), [&](const auto* a, const auto* b) {
            return m_modules.depth(a->front()) > m_modules.depth(b->front());
        });
        for (const auto* instances : order)
            if (!look_at(*instances, entries))
                look_at_places(*instances, entries);
        return std::move(m_found);
    }

private:
    struct Step {
        std::vector<NodeId> nodes; ///< two for x * sigmoid(x)
        Hash op = 0;
    };
    struct LeadIn {
        std::vector<Step> steps; ///< nearest to the entry first
        Hash before = 0; ///< template of the module whose work the farthest step goes on with
    };

    std::vector<NodeId> producers(NodeId id) const
    {
        std::vector<NodeId> found;
        for (const FlowInput& input : m_graph.nodes[id].inputs)
            if (input.node != no_id && flows(input.node) &&
                std::find(found.begin(), found.end(), input.node) == found.end())
                found.push_back(input.node);
        return found;
    }

    /// Is it read by nothing but the chain and the module?
    bool only_serves(NodeId id, const std::vector<NodeId>& chain, ModuleId module) const
    {
        const auto& uses = m_graph.nodes[id].uses;
        return std::all_of(uses.begin(), uses.end(), [&](const FlowUse& use) {
            return !flows(use.node) ||
                   std::find(chain.begin(), chain.end(), use.node) != chain.end() ||
                   (is_open(use.node)
                        ? meets(use.node, module)
                        : m_modules.is_ancestor_or_self(module, m_place[use.node].module));
        });
    }

    /// A product of two values of the module: not the sum of a residual connection.
    bool meets(NodeId id, ModuleId module) const
    {
        static const std::array<Hash, 3> products{align::operator_class("MatMul"),
                                                  align::operator_class("Mul"),
                                                  align::operator_class("Einsum")};
        return m_graph.nodes[id].data_inputs > 1 &&
               std::find(products.begin(), products.end(), m_graph.nodes[id].op) !=
                   products.end() &&
               m_base[id] != no_id &&
               m_modules.is_ancestor_or_self(module, m_place[m_base[id]].module);
    }

    LeadIn lead_in(ModuleId module, NodeId entry) const
    {
        LeadIn result;
        std::vector<NodeId> chain;
        NodeId at = entry;
        while (result.steps.size() < longest_lead_in) {
            std::vector<NodeId> before = producers(at);
            std::optional<NodeId> gate;
            if (at != entry && before.size() == 2) {
                if (producers(before[0]) == std::vector{before[1]})
                    std::swap(before[0], before[1]);
                if (producers(before[1]) == std::vector{before[0]} && is_open(before[1])) {
                    gate = before[1];
                    before.pop_back();
                }
            }
            if (gate) {
                chain.push_back(*gate);
                result.steps.back().nodes.push_back(*gate);
            }
            if (before.size() != 1)
                break;
            const NodeId from = before.front();
            if (!is_open(from) ||
                (!only_serves(from, chain, module) && !only_serves_gate(from, at, chain, module)))
                break;
            chain.push_back(from);
            result.steps.push_back({{from}, m_graph.nodes[from].op});
            at = from;
        }
        NodeId base = no_id;
        for (const NodeId from : producers(at))
            if (m_base[from] != no_id &&
                (base == no_id || m_graph.nodes[m_base[from]].order > m_graph.nodes[base].order))
                base = m_base[from];
        if (base != no_id)
            result.before =
                std::hash<std::string>{}(module_template(m_modules[m_place[base].module].fqn));
        return result;
    }

    /// x of x * sigmoid(x), where the gate is not in the chain yet.
    bool only_serves_gate(NodeId id, NodeId product, const std::vector<NodeId>& chain,
                          ModuleId module) const
    {
        std::vector<NodeId> with_gate = chain;
        for (const FlowInput& input : m_graph.nodes[product].inputs)
            if (input.node != no_id && is_open(input.node) &&
                producers(input.node) == std::vector{id})
                with_gate.push_back(input.node);
        return with_gate.size() > chain.size() && only_serves(id, with_gate, module);
    }

    /// The nearest known module before each node: of several, the latest.
    void find_bases()
    {
        m_base.assign(m_graph.nodes.size(), no_id);
        for (const NodeId id : m_graph.topological) {
            if (id >= m_place.size() || !flows(id))
                continue;
            if (!is_open(id)) {
                m_base[id] = id;
                continue;
            }
            for (const NodeId from : producers(id))
                if (m_base[from] != no_id &&
                    (m_base[id] == no_id ||
                     m_graph.nodes[m_base[from]].order > m_graph.nodes[m_base[id]].order))
                    m_base[id] = m_base[from];
        }
    }

    /// Blocks of different kinds in turn: those at the same place are of one kind.
    void look_at_places(const std::vector<ModuleId>& instances, const std::vector<NodeId>& entries)
    {
        std::map<std::string, std::vector<ModuleId>> places;
        for (const ModuleId module : instances)
            places[m_modules[module].name].push_back(module);
        if (places.size() > 1)
            for (const auto& [name, some] : places)
                if (some.size() > 1)
                    look_at(some, entries);
    }

    /// False when the instances do not start in the same way.
    bool look_at(const std::vector<ModuleId>& instances, const std::vector<NodeId>& entries)
    {
        std::vector<LeadIn> all;
        std::size_t common = longest_lead_in;
        for (const ModuleId module : instances) {
            all.push_back(lead_in(module, entries[module]));
            const auto& first = all.front().steps;
            const auto& steps = all.back().steps;
            common = std::min({common, first.size(), steps.size()});
            for (std::size_t i = 0; i < common; ++i)
                if (first[i].op != steps[i].op)
                    common = i;
        }
        const auto same = [&](const LeadIn& each) { return each.before == all.front().before; };
        if (common == 0)
            return false;
        if (std::all_of(all.begin(), all.end(), same))
            return true;
        while (common > 0 && ends_the_former(all.front().steps[common - 1].nodes.front()))
            --common;
        for (std::size_t i = 0; i < instances.size(); ++i)
            for (std::size_t step = 0; step < common; ++step)
                for (const NodeId id : all[i].steps[step].nodes)
                    if (is_open(id))
                        claim(id, instances[i]);
        return true;
    }

    /// A function behind a product or a sum of the module before, more likely than the start of the
    /// next one.
    bool ends_the_former(NodeId id) const
    {
        static const std::array<Hash, 4> ends{
            align::operator_class("Tanh"), align::operator_class("Sigmoid"),
            align::operator_class("Softmax"), align::operator_class("Add")};
        return align::is_activation(m_graph, id) ||
               std::find(ends.begin(), ends.end(), m_graph.nodes[id].op) != ends.end();
    }

    std::vector<NodeId> m_base; ///< per node: the nearest known node before it
};

class TurnedNormalisations : OpenNodes {
public:
    TurnedNormalisations(const align::FlowGraph& graph, const ModuleTree& modules,
                         const std::vector<KnownModule>& known)
        : OpenNodes(graph, modules, known)
    {}

    std::vector<std::pair<NodeId, ModuleId>> run()
    {
        for (const NodeId id : m_graph.topological)
            if (is_turn(id) && !m_graph.nodes[id].inputs.empty())
                look_at(id);
        return std::move(m_found);
    }

private:
    static constexpr std::size_t most_inside = 16;

    bool is_turn(NodeId id) const
    {
        static const Hash transpose = align::operator_class("Transpose");
        return id < m_place.size() && m_graph.nodes[id].op == transpose && is_open(id) && flows(id);
    }

    bool has_number(ModuleId parent, unsigned long number) const
    {
        const auto& children = m_modules[parent].children;
        return std::any_of(children.begin(), children.end(), [&](ModuleId child) {
            return m_modules[child].name == std::to_string(number);
        });
    }

    void look_at(NodeId after)
    {
        static const std::array<Hash, 2> normalisations{align::operator_class("LayerNormalization"),
                                                        align::operator_class("ReduceMean")};
        const NodeId end = m_graph.nodes[after].inputs.front().node;
        if (end == no_id || is_open(end) || m_graph.nodes[end].uses.size() != 1)
            return;
        const ModuleId module = m_place[end].module;
        const ModuleId parent = m_modules[module].parent;
        constexpr std::size_t longest_number = 6;
        if (parent == no_module || !m_modules[module].children.empty() ||
            !is_module_number(m_modules[module].name) ||
            m_modules[module].name.size() > longest_number)
            return;
        std::vector<NodeId> inside{end};
        NodeId before = no_id;
        bool normalises = false;
        for (std::size_t i = 0; i < inside.size(); ++i) {
            normalises =
                normalises || std::find(normalisations.begin(), normalisations.end(),
                                        m_graph.nodes[inside[i]].op) != normalisations.end();
            for (const FlowInput& input : m_graph.nodes[inside[i]].inputs) {
                if (input.node == no_id || !flows(input.node) ||
                    std::find(inside.begin(), inside.end(), input.node) != inside.end())
                    continue;
                if (!is_open(input.node) && m_place[input.node].module == module)
                    inside.push_back(input.node);
                else if (before == no_id || before == input.node)
                    before = input.node;
                else
                    return;
            }
            if (inside.size() > most_inside)
                return;
        }
        if (!normalises || before == no_id || !is_turn(before))
            return;
        for (const FlowUse& use : m_graph.nodes[before].uses)
            if (std::find(inside.begin(), inside.end(), use.node) == inside.end())
                return;
        const unsigned long number = std::stoul(m_modules[module].name);
        const bool are_modules =
            number > 0 && !has_number(parent, number - 1) && !has_number(parent, number + 1);
        const ModuleId owner = are_modules ? parent : module;
        claim(before, owner);
        claim(after, owner);
    }
};

} // namespace

std::vector<std::pair<NodeId, ModuleId>> lead_in_forms(const align::FlowGraph& graph,
                                                       const ModuleTree& modules,
                                                       const std::vector<KnownModule>& known)
{
    return LeadInForms(graph, modules, known).run();
}

std::vector<std::pair<NodeId, ModuleId>>
turned_normalisations(const align::FlowGraph& graph, const ModuleTree& modules,
                      const std::vector<KnownModule>& known)
{
    return TurnedNormalisations(graph, modules, known).run();
}

} // namespace strata
