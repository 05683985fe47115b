#include "hierarchy/growth_evidence.h"

#include "hierarchy/align/patterns.h"
#include "hierarchy/attention_forms.h"
#include "hierarchy/block_forms.h"
#include "hierarchy/confidence.h"
#include "hierarchy/container_kinds.h"
#include "hierarchy/finished_operators.h"
#include "hierarchy/flow_reach.h"
#include "hierarchy/initializer_facts.h"
#include "hierarchy/kin_support.h"
#include "hierarchy/lead_in_forms.h"
#include "hierarchy/missing_children.h"
#include "hierarchy/parallel_branches.h"
#include "hierarchy/residual_sums.h"
#include "hierarchy/run_interfaces.h"
#include "hierarchy/run_lead_ins.h"
#include "hierarchy/run_order.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace strata {
namespace {

using align::FlowGraph;
using align::FlowInput;
using align::FlowNode;
using align::FlowUse;
using align::Hash;
using align::mix;

/// Of a module's instances, so many must go on in the same way.
constexpr double least_support = 0.7;
/// Nearest known nodes looked at on either side of a node.
constexpr std::size_t most_near = 12;

class Growth {
public:
    Growth(const OnnxModel& model, const FlowGraph& graph, const ModuleTree& modules,
           const std::vector<KnownModule>& known)
        : m_model(model),
          m_graph(graph),
          m_modules(modules),
          m_place(known),
          m_anchor(known.size(), false),
          m_key(known.size(), 0),
          m_base(known.size(), no_module),
          m_facts(initializer_facts(model, modules))
    {
        for (std::size_t i = 0; i < known.size(); ++i)
            m_anchor[i] = known[i].module != no_module;
        for (ModuleId id = 0; id < modules.size(); ++id) {
            m_template.push_back(std::hash<std::string>{}(module_template(modules[id].fqn)));
            // Its own number kept: the same place in other blocks.
            const std::string& fqn = modules[id].fqn;
            const std::size_t dot = fqn.rfind('.');
            const std::size_t last = dot == std::string::npos ? 0 : dot;
            m_place_template.push_back(mix(
                std::hash<std::string>{}(module_template(fqn.substr(0, last)) + fqn.substr(last)),
                1));
        }
        m_kinds = container_kinds(graph, modules, known, [&](ModuleId id) { return is_leaf(id); });
        m_order = RunOrder(model, modules, known, m_kinds);
    }

    Result<std::vector<NodeEvidence>> run(const OnnxModel& model, const TaskContext& task)
    {
        m_reads_parameter = m_anchor;
        static const std::array<Hash, 3> cells{align::operator_class("LSTM"),
                                               align::operator_class("GRU"),
                                               align::operator_class("RNN")};
        for (NodeId id = 0; id < m_place.size(); ++id)
            if (m_anchor[id] &&
                std::find(cells.begin(), cells.end(), m_graph.nodes[id].op) != cells.end())
                m_has_cell_operator.insert(m_place[id].module);
        for (const NodeId id : m_graph.topological)
            for (const FlowInput& input : m_graph.nodes[id].inputs)
                if (input.graph_input != no_id) {
                    if (input.graph_input >= m_input_readers.size())
                        m_input_readers.resize(input.graph_input + 1);
                    m_input_readers[input.graph_input].push_back(id);
                }
        for (const NodeId id : m_graph.topological)
            if (m_anchor[id] && flows(id)) {
                m_first = m_place[id].module;
                break;
            }
        for (const auto& [node, module] : finished_operators(
                 m_graph, m_modules, m_place, [&](ModuleId id) { return is_leaf(id); })) {
            put(node, module, Finding::GrownFinished,
                "prepares what is finished by a parameter of");
            m_anchor[node] = true;
        }
        find_forms();
        m_names_lost = lost_most_names(m_graph, m_place);
        m_reads_unnamed = leads_to_unnamed(m_graph, m_anchor);
        m_knows_any = std::find(m_anchor.begin(), m_anchor.end(), true) != m_anchor.end();
        STRATA_CHECK(task.poll());
        m_down = modules_ahead(m_graph, m_place, m_anchor, most_near);
        make_keys(model);
        STRATA_CHECK(task.poll());
        count_support();
        for (const NodeId id : m_graph.topological) {
            STRATA_CHECK(task.poll());
            if (is_open(id) && flows(id))
                decide(id);
        }
        for (auto it = m_graph.topological.rbegin(); it != m_graph.topological.rend(); ++it)
            if (is_open(*it))
                take_from_users(*it);
        for (const NodeId id : m_graph.topological)
            if (is_open(id))
                take_from_producers(id);
        return std::move(m_found);
    }

private:
    void find_forms()
    {
        const auto take = [&](const auto& found, Finding finding, std::string_view why) {
            for (const auto& [node, module] : found) {
                if (m_order.nearest(node, module) != module)
                    continue; // forms occur by chance as well
                put(node, module, finding, why);
                m_anchor[node] = true;
                if (align::is_product(m_graph.nodes[node]))
                    m_products.insert(pair_of(m_template[module], m_graph.nodes[node].op));
            }
        };
        const auto attention = attention_forms(m_graph, m_modules, m_place);
        take(attention, Finding::GrownForm, "has its place in the attention of");
        std::vector<ModuleId> attentions;
        for (const auto& [node, module] : attention)
            attentions.push_back(module);
        take(block_forms(m_graph, m_modules, m_place), Finding::GrownForm,
             "has its place in the form of");
        take(missing_children(m_graph, m_modules, m_place), Finding::GrownMissing,
             "takes the place of an unnamed child of");
        take(parallel_branches(m_graph, m_modules, m_place), Finding::GrownMissing,
             "lies around the branches of");
        take(turned_normalisations(m_graph, m_modules, m_place), Finding::GrownBetween,
             "turns the axes for");
        take(lead_in_forms(m_graph, m_modules, m_place), Finding::GrownOn,
             "stands where all blocks start like");
        take(run_lead_ins(m_model, m_graph, m_modules, m_place), Finding::GrownOn,
             "stands where all blocks start like");
        m_inside.assign(m_place.size(), no_module);
        for (const auto& [node, module] :
             run_interfaces(m_model, m_graph, m_modules, m_place, m_order))
            m_inside[node] = module;
        m_sums_outside = sums_outside(m_graph, m_modules, m_place, m_kinds, attentions);
    }

    bool is_open(NodeId id) const { return m_place[id].module == no_module; }
    bool flows(NodeId id) const { return !m_graph.nodes[id].constant && !m_graph.nodes[id].shape; }
    /// Has parameters of its own, as names tell, and nothing below it.
    bool is_leaf(ModuleId id) const
    {
        return id != root_module && m_modules[id].children.empty() &&
               !m_facts.recurrent.contains(id);
    }
    ModuleId container(ModuleId id) const { return is_leaf(id) ? m_modules[id].parent : id; }

    void put(NodeId id, ModuleId module, Finding finding, std::string_view why)
    {
        module = m_order.nearest(id, module);
        // Not in a module around the one that has it.
        if (id < m_inside.size() && m_inside[id] != no_module && is_within(module, m_inside[id]))
            module = m_inside[id];
        m_place[id] = {module, 0};
        const auto [kind, confidence] = facts(in_room(finding, m_order.room(id), m_names_lost));
        m_found.push_back(
            {id,
             {kind, confidence, module, fmt::format("{} '{}'", why, m_modules[module].fqn)},
             0});
    }

    // --- repeated blocks ---------------------------------------------------------------------

    /// The producer that carries the main flow: of those with a module, the latest one.
    NodeId main_producer(NodeId id) const
    {
        NodeId main = no_id;
        for (const FlowInput& input : m_graph.nodes[id].inputs)
            if (input.node != no_id && flows(input.node) && m_base[input.node] != no_module &&
                (main == no_id || m_graph.nodes[input.node].order > m_graph.nodes[main].order))
                main = input.node;
        return main;
    }

    /// How each node is reached from the known node before it, in terms that are equal in all
    /// instances of a block.
    void make_keys(const OnnxModel& model)
    {
        std::vector<NodeId> mains(m_place.size(), no_id);
        for (const NodeId id : m_graph.topological) {
            if (m_anchor[id]) {
                m_base[id] = m_place[id].module;
                m_key[id] = mix(m_template[m_base[id]], m_graph.nodes[id].op);
            } else if (flows(id)) {
                const NodeId main = main_producer(id);
                if (main == no_id)
                    continue;
                mains[id] = main;
                m_base[id] = m_base[main];
                // Which branch of a join comes last differs between instances of a block.
                m_key[id] = m_graph.nodes[id].data_inputs > 1
                                ? mix(0x10, m_graph.nodes[id].op)
                                : mix(m_key[main], m_graph.nodes[id].op);
            }
        }
        m_kin = KinSupport(model, m_graph, m_modules, m_base, m_anchor, mains);
    }

    static std::uint64_t pair_of(Hash a, Hash b) { return mix(a, b); }

    void count_support()
    {
        std::unordered_map<Hash, std::unordered_set<ModuleId>> running; // template → instances
        for (const NodeId id : m_graph.topological) {
            if (m_base[id] == no_module || !flows(id))
                continue;
            for (ModuleId m = container(m_base[id]);; m = m_modules[m].parent) {
                for (const Hash name : {m_template[m], m_place_template[m]})
                    if (m_anchor[id])
                        running[name].insert(m);
                    else
                        m_instances[pair_of(name, m_key[id])].insert(m);
                if (m == root_module)
                    break;
            }
        }
        for (const auto& [name, instances] : running)
            m_running.emplace(name, instances.size());
    }

    /// Do the instances of this module go on as this node does?
    bool is_supported(ModuleId module, NodeId id) const
    {
        for (const Hash name : {m_template[module], m_place_template[module]}) {
            const auto all = m_running.find(name);
            const auto same = m_instances.find(pair_of(name, m_key[id]));
            if (all != m_running.end() && same != m_instances.end() && all->second > 1 &&
                static_cast<double>(same->second.size()) >=
                    least_support * static_cast<double>(all->second))
                return true;
        }
        return false;
    }

    // --- decisions ---------------------------------------------------------------------------

    bool is_within(ModuleId module, ModuleId other) const
    {
        return m_modules.is_ancestor_or_self(module, other);
    }

    /// Does known work of the module follow?
    bool leads_into(NodeId id, ModuleId module) const
    {
        return std::any_of(m_down[id].begin(), m_down[id].end(),
                           [&](ModuleId down) { return is_within(module, down); });
    }

    /// Does the node join a value that went around the module?
    bool joins_bypass(NodeId id, ModuleId module) const
    {
        for (const FlowInput& input : m_graph.nodes[id].inputs) {
            if (input.node == no_id || !flows(input.node) || is_open(input.node))
                continue;
            const ModuleId from = m_place[input.node].module;
            if (is_within(module, from) || m_base[input.node] == no_module)
                continue; // a mask, say, comes from no module before
            // It bypasses when it also leads to where the module's input comes from, rather than
            // straight into the module.
            bool enters = false;
            for (const FlowUse& use : m_graph.nodes[input.node].uses)
                enters = enters || (use.node != id && !is_open(use.node) &&
                                    is_within(module, m_place[use.node].module));
            const bool upstream = std::any_of(m_graph.nodes[input.node].uses.begin(),
                                              m_graph.nodes[input.node].uses.end(),
                                              [&](const FlowUse& use) { return use.node != id; });
            if (!enters && upstream)
                return true;
        }
        return false;
    }

    void decide(NodeId id)
    {
        ModuleId best = no_module;
        bool straight = false;
        std::vector<ModuleId> producers;
        for (const FlowInput& input : m_graph.nodes[id].inputs)
            if (input.node != no_id && flows(input.node) && !is_open(input.node))
                producers.push_back(m_place[input.node].module);
        if (producers.empty()) {
            decide_first(id);
            return;
        }
        for (const ModuleId producer : producers) {
            ModuleId module = container(producer);
            const ModuleId start = module;
            while (module != root_module && !accepts(id, module))
                module = m_modules[module].parent;
            if (best == no_module || m_modules.depth(module) > m_modules.depth(best)) {
                best = module;
                straight = module == start && leads_into(id, module);
            }
        }
        if (const ModuleId next = squeezed_into(id, best); next != no_module)
            best = next;
        else if (const ModuleId each = repeated_for(id); each != no_module)
            best = each;
        else if (const ModuleId later = split_for(id); later != no_module)
            best = later;
        if (m_facts.recurrent.contains(best))
            m_went_on.insert(pair_of(best, m_key[id]));
        put(id, best, straight ? Finding::GrownBetween : Finding::GrownOn,
            straight ? "lies between nodes of" : "goes on from what belongs to");
    }

    /// A pooling that feeds one module of a sequence only, between two of them: sequences run
    /// nothing themselves, and what pools for one user is that user's. no_module otherwise.
    ModuleId squeezed_into(NodeId id, ModuleId best) const
    {
        static const Hash pool = align::operator_class("GlobalAveragePool");
        static const Hash mean = align::operator_class("ReduceMean");
        const Hash op = m_graph.nodes[id].op;
        if ((op != pool && op != mean) || m_down[id].size() != 1)
            return no_module;
        const ModuleId next = container(m_down[id].front());
        const ModuleId parent = m_modules[next].parent;
        if (next == root_module || is_within(next, best) || parent == no_module)
            return no_module;
        // Or a gate: what is pooled also goes around the pooling.
        const NodeId from = m_graph.nodes[id].inputs.front().node;
        const bool gated = from != no_id && m_graph.nodes[from].uses.size() > 1;
        return m_kinds.list[parent] || gated ? next : no_module;
    }

    /// The same function of the same value more than once, each for another module: code computes
    /// it where it is used. no_module otherwise.
    ModuleId repeated_for(NodeId id) const
    {
        const FlowNode& node = m_graph.nodes[id];
        if (node.light || node.data_inputs != 1 || node.inputs.size() != 1 || m_down[id].empty() ||
            node.inputs.front().node == no_id)
            return no_module;
        for (const FlowUse& use : m_graph.nodes[node.inputs.front().node].uses) {
            const FlowNode& other = m_graph.nodes[use.node];
            if (use.node == id || other.op != node.op || other.attributes != node.attributes ||
                other.inputs.size() != 1 || m_down[use.node].empty())
                continue;
            const ModuleId here = caller(m_down[id].front());
            if (caller(m_down[use.node].front()) != here && here != root_module)
                return here;
        }
        return no_module;
    }

    /// A Split between two blocks of a list: values are handed on as one.
    ModuleId split_for(NodeId id) const
    {
        static const Hash split = align::operator_class("Split");
        if (m_graph.nodes[id].op != split || m_down[id].empty() || m_base[id] == no_module)
            return no_module;
        ModuleId next = m_down[id].front();
        const ModuleId common = m_modules.common_ancestor(next, m_base[id]);
        if (!(m_kinds.list[common] || (common == root_module && is_module_number(first_name()))) ||
            next == common)
            return no_module;
        while (m_modules[next].parent != common)
            next = m_modules[next].parent;
        return is_leaf(next) ? no_module : next;
    }

    /// Of the root's children. Where it is a number, the root runs one after the other.
    std::string_view first_name() const
    {
        const auto& children = m_modules[root_module].children;
        return children.empty() ? std::string_view{} : m_modules[children.front()].name;
    }

    bool accepts(NodeId id, ModuleId module) const
    {
        if (m_kinds.list[module]) // but a product stands for a child, where other instances show it
            return in_gap(id, module) ||
                   (align::is_product(m_graph.nodes[id]) &&
                    m_products.contains(pair_of(m_template[module], m_graph.nodes[id].op)));
        if (m_facts.recurrent.contains(module) && is_gate(id, module))
            return true;
        if (m_kinds.sequence[module] && !leads_into(id, module) &&
            (scales(id) || !align::could_be_module(m_graph.nodes[id])))
            return false;
        if (m_sums_outside[module] && scales_into_sum(id))
            return false;
        // What only has numbered children runs them one after the other, and adds nothing up.
        if (m_kinds.sequence[module] && m_graph.nodes[id].data_inputs > 1 &&
            join_in(id, module).outside)
            return false;
        if (leads_into(id, module))
            return true;
        if (m_went_on.contains(pair_of(module, m_key[id])))
            return true; // as in an earlier call
        if (m_kinds.sequence[module] && align::is_activation(m_graph, id))
            return true; // its parameterless end
        if (joins_bypass(id, module))
            return false;
        const Join join = join_in(id, module);
        if (join.outside && join.inside && join.enters)
            return !is_only_child(module) && !m_sums_outside[module]; // x + block(x)
        if (join.meets)
            return true; // two branches of the module come together
        if (join.mixed)
            return false;
        if (ends_wrapper(id, module))
            return true;
        return (m_kin.supports(module, id) && !m_kinds.sequence[module]) ||
               (is_supported(module, id) && !m_kin.contradicts(module, id));
    }

    /// A module around one other that there are no instances to compare with does something beside
    /// calling it: what turns the result's axes, and the function applied to it.
    bool ends_wrapper(NodeId id, ModuleId module) const
    {
        static const Hash tanh = align::operator_class("Tanh");
        const auto& children = m_modules[module].children;
        const FlowNode& node = m_graph.nodes[id];
        if (module == root_module || children.size() != 1 || !is_leaf(children.front()) ||
            is_module_number(m_modules[children.front()].name) || m_base[id] != children.front() ||
            node.data_inputs != 1)
            return false;
        const auto all = m_running.find(m_template[module]);
        return all != m_running.end() && all->second == 1 &&
               ((node.light && !m_kin.contradicts(module, id)) || node.op == tanh ||
                align::is_activation(m_graph, id));
    }

    /// Between children of a list that lacks numbers there: children without a name work there.
    bool in_gap(NodeId id, ModuleId list) const
    {
        const ModuleId base = m_base[id];
        const int before =
            base != no_module && base != list && is_within(list, base) ? number_in(list, base) : -1;
        const auto next = std::find_if(m_down[id].begin(), m_down[id].end(),
                                       [&](ModuleId down) { return is_within(list, down); });
        return next != m_down[id].end() && (*next == list || number_in(list, *next) - before > 1);
    }
    int number_in(ModuleId list, ModuleId module) const
    {
        while (m_modules[module].parent != list)
            module = m_modules[module].parent;
        return std::atoi(m_modules[module].name.substr(0, 6).c_str());
    }

    /// What a recurrent cell that is spelled out does with its products: gates, and sums of what
    /// these let through.
    bool is_gate(NodeId id, ModuleId module) const
    {
        static const std::array<Hash, 6> steps{
            align::operator_class("Split"),   align::operator_class("Slice"),
            align::operator_class("Sigmoid"), align::operator_class("Tanh"),
            align::operator_class("Mul"),     align::operator_class("Add")};
        const Hash op = m_graph.nodes[id].op;
        return !m_has_cell_operator.contains(module) &&
               std::find(steps.begin(), steps.end(), op) != steps.end() &&
               (op != steps.back() || !join_in(id, module).outside);
    }

    /// Arithmetic with one number, which no module does.
    bool scales(NodeId id) const
    {
        static const std::array<Hash, 4> steps{
            align::operator_class("Mul"), align::operator_class("Div"),
            align::operator_class("Add"), align::operator_class("Sub")};
        const FlowNode& node = m_graph.nodes[id];
        return node.data_inputs == 1 && node.inputs.size() == 2 &&
               !align::is_activation(m_graph, id) &&
               std::find(steps.begin(), steps.end(), node.op) != steps.end() &&
               std::none_of(node.inputs.begin(), node.inputs.end(), [&](const FlowInput& input) {
                   return m_facts.arrays.contains(input.initializer);
               });
    }
    bool scales_into_sum(NodeId id) const
    {
        static const Hash add = align::operator_class("Add");
        if (!scales(id) || m_graph.nodes[id].uses.size() != 1)
            return false;
        const FlowNode& user = m_graph.nodes[m_graph.nodes[id].uses.front().node];
        return user.op == add && user.data_inputs == 2;
    }

    struct Join {
        bool inside = false;  ///< an input comes from within the module
        bool outside = false; ///< another comes from elsewhere
        bool enters = false;  ///< and that also feeds nodes of the module
        bool meets = false;   ///< inputs come from different parts of the module
        bool mixed = false;   ///< an input from elsewhere carries other modules' work
    };

    /// The same for an input of the graph. One that known nodes read is the flow itself, not a
    /// mask.
    void look_at_input(NodeId id, ModuleId module, std::uint32_t input, Join& join) const
    {
        join.outside = true;
        for (const NodeId reader : m_input_readers[input]) {
            join.mixed = join.mixed || (reader != id && m_anchor[reader]);
            join.enters = join.enters || (reader != id && !is_open(reader) &&
                                          is_within(module, m_place[reader].module));
        }
    }

    Join join_in(NodeId id, ModuleId module) const
    {
        Join join;
        ModuleId first = no_module;
        for (const FlowInput& input : m_graph.nodes[id].inputs) {
            if (input.node == no_id && input.graph_input < m_input_readers.size())
                look_at_input(id, module, input.graph_input, join);
            if (input.node == no_id || !flows(input.node) || is_open(input.node))
                continue;
            const ModuleId from = m_place[input.node].module;
            if (is_within(module, from)) {
                join.inside = true;
                if (first == no_module)
                    first = from;
                else
                    join.meets = join.meets || m_modules.common_ancestor(container(first),
                                                                         container(from)) == module;
            } else {
                join.outside = true;
                join.mixed = join.mixed || m_base[input.node] != no_module;
                for (const FlowUse& use : m_graph.nodes[input.node].uses)
                    join.enters = join.enters || (use.node != id && !is_open(use.node) &&
                                                  is_within(module, m_place[use.node].module));
            }
        }
        return join;
    }

    bool is_only_child(ModuleId module) const
    {
        const ModuleId parent = m_modules[module].parent;
        return parent != no_module && parent != root_module &&
               !is_module_number(m_modules[module].name) && m_modules[parent].children.size() == 1;
    }

    /// Before anything known: the common module of what follows.
    void decide_first(NodeId id)
    {
        if (m_down[id].empty())
            return;
        ModuleId module = caller(m_down[id].front());
        for (const ModuleId down : m_down[id])
            module = m_modules.common_ancestor(module, caller(down));
        // Weights without a name belong to modules that nothing tells of.
        if (serves_repeated(m_down[id]))
            module = m_modules.common_ancestor(module, m_first);
        else if (m_reads_unnamed[id])
            module = list_without_start(module, id);
        while (m_kinds.list[module] && module != root_module && !in_gap(id, module))
            module = m_modules[module].parent;
        put(id, module, Finding::GrownLeads, "leads to nodes of");
    }

    /// The outermost list around the module of which no name tells the first children; the root
    /// when there is none.
    ModuleId list_without_start(ModuleId module, NodeId id) const
    {
        ModuleId result = root_module;
        for (ModuleId m = module; m != root_module; m = m_modules[m].parent)
            if (m_kinds.list[m] && in_gap(id, m))
                result = m;
        return result;
    }

    /// Whose forward makes what the module is given.
    ModuleId caller(ModuleId id) const
    {
        const bool runs = !is_leaf(id) && !m_facts.recurrent.contains(id);
        const ModuleId module = runs ? id : m_modules[id].parent;
        // Nothing runs in a sequence before its first module.
        return !runs && m_kinds.sequence[module] && m_modules[id].name == "0" &&
                       module != root_module
                   ? m_modules[module].parent
                   : module;
    }

    /// Do several blocks of one list use it? A mask, say: that is made where the data come in, and
    /// handed down.
    bool serves_repeated(const std::vector<ModuleId>& users) const
    {
        for (const ModuleId a : users)
            for (const ModuleId b : users)
                if (a < b && m_template[a] == m_template[b] &&
                    m_kinds.list[m_modules.common_ancestor(a, b)])
                    return true;
        return false;
    }

    void take_from_users(NodeId id)
    {
        const FlowUse* first = nullptr;
        std::vector<ModuleId> users;
        for (const FlowUse& use : m_graph.nodes[id].uses) {
            if (is_open(use.node))
                continue;
            const ModuleId module = m_place[use.node].module;
            if (users.size() < most_near &&
                std::find(users.begin(), users.end(), module) == users.end())
                users.push_back(module);
            if (!first || m_graph.nodes[use.node].order < m_graph.nodes[first->node].order)
                first = &use;
        }
        if (!first)
            return;
        // What a reader of parameters gets beside them was made by its caller: the index into a
        // table.
        if (m_reads_parameter[first->node])
            put(id, container(m_place[first->node].module), Finding::GrownFirstUsed,
                "first used by a module of");
        else if (serves_repeated(users) && !m_graph.nodes[id].inputs.empty())
            put(id, handed_down(users), Finding::GrownFirstUsed, "made where the data come in, in");
        else
            put(id, m_place[first->node].module,
                users.size() == 1 ? Finding::GrownUsed : Finding::GrownFirstUsed, "first used in");
    }

    /// The module that holds all of the users and the first work of the model.
    ModuleId handed_down(const std::vector<ModuleId>& users) const
    {
        ModuleId module = m_first;
        for (const ModuleId user : users)
            module = m_modules.common_ancestor(module, user);
        while (m_kinds.list[module] && module != root_module)
            module = m_modules[module].parent;
        return module;
    }

    void take_from_producers(NodeId id)
    {
        for (const FlowInput& input : m_graph.nodes[id].inputs)
            if (input.node != no_id && !is_open(input.node)) {
                put(id, container(m_place[input.node].module), Finding::GrownRest, "comes from");
                return;
            }
        // Nothing known around it: where the file names modules, or has names but no weights that
        // could belong to any, the root is the nearest that can be told.
        if ((m_facts.weights < 2 && m_facts.has_names) || m_knows_any)
            put(id, root_module, Finding::GrownRest, "nothing nearer than");
    }

    const OnnxModel& m_model;
    const FlowGraph& m_graph;
    const ModuleTree& m_modules;
    std::vector<KnownModule> m_place;
    std::vector<bool> m_anchor;
    std::vector<Hash> m_key;
    std::vector<ModuleId> m_base; ///< module of the known node that the key starts from
    std::vector<std::vector<ModuleId>> m_down;
    std::vector<std::vector<NodeId>> m_input_readers; ///< per input of a graph
    std::vector<bool> m_reads_parameter;              ///< known from names, not claimed since
    std::vector<bool> m_reads_unnamed;
    std::unordered_set<ModuleId> m_has_cell_operator;
    ModuleId m_first = root_module;     ///< of the first known node
    bool m_names_lost = false;          ///< most products have weights without a name
    bool m_knows_any = false;           ///< some node's module is told
    std::vector<Hash> m_template;       ///< per module: all numbers left out
    std::vector<Hash> m_place_template; ///< per module: all numbers but its own left out
    InitializerFacts m_facts;
    ContainerKinds m_kinds;
    KinSupport m_kin;
    RunOrder m_order;
    std::vector<ModuleId> m_inside;      ///< per node: a module that it is in, by what that takes
    std::vector<bool> m_sums_outside;    ///< per module
    std::unordered_set<Hash> m_products; ///< template and operator: unnamed products it holds
    std::unordered_map<Hash, std::size_t> m_running;
    std::unordered_set<Hash> m_went_on; ///< how recurrent cells go on, in the calls before
    std::unordered_map<Hash, std::unordered_set<ModuleId>> m_instances;
    std::vector<NodeEvidence> m_found;
};

} // namespace

Result<std::vector<NodeEvidence>> growth_evidence(const OnnxModel& model, const FlowGraph& graph,
                                                  const ModuleTree& modules,
                                                  const std::vector<KnownModule>& known,
                                                  const TaskContext& task)
{
    return Growth(model, graph, modules, known).run(model, task);
}

} // namespace strata
