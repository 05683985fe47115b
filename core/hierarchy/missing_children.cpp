#include "hierarchy/missing_children.h"

#include "hierarchy/align/patterns.h"
#include "hierarchy/open_nodes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <unordered_set>

namespace strata {
namespace {

/// Nodes looked at before a child, or in a branch beside it.
constexpr std::size_t most_before = 24;
constexpr std::size_t most_in_branch = 16;
/// Branches beside one child.
constexpr std::size_t most_branches = 128;

std::optional<unsigned> number_of(const Module& module)
{
    unsigned number = 0;
    const char* end = module.name.data() + module.name.size();
    const auto [last, error] = std::from_chars(module.name.data(), end, number);
    return error == std::errc() && last == end && !module.name.empty() ? std::optional(number)
                                                                       : std::nullopt;
}

class MissingChildren : OpenNodes {
public:
    MissingChildren(const FlowGraph& graph, const ModuleTree& modules,
                    const std::vector<KnownModule>& known)
        : OpenNodes(graph, modules, known),
          m_first(modules.size(), no_id)
    {
        for (const NodeId id : graph.topological)
            if (id < m_place.size() && !is_open(id) && flows(id))
                note_first(id);
    }

    std::vector<std::pair<NodeId, ModuleId>> run()
    {
        // Deeper containers first: what belongs to them is part of those above.
        std::vector<std::pair<unsigned, ModuleId>> order;
        for (ModuleId id = 0; id < m_modules.size(); ++id)
            if (!m_modules[id].children.empty())
                order.emplace_back(m_modules.depth(id), id);
        std::sort(order.rbegin(), order.rend());
        for (const auto& [depth, container] : order)
            look_at(container);
        return std::move(m_found);
    }

private:
    void note_first(NodeId id)
    {
        for (ModuleId m = m_place[id].module; m != no_module; m = m_modules[m].parent) {
            if (m_first[m] != no_id && m_graph.nodes[m_first[m]].order <= m_graph.nodes[id].order)
                break;
            m_first[m] = id;
        }
    }

    void claim_first(NodeId id, ModuleId container)
    {
        claim(id, container);
        note_first(id);
    }

    void look_at(ModuleId container)
    {
        std::vector<std::pair<unsigned, ModuleId>> children;
        for (const ModuleId child : m_modules[container].children)
            if (const auto number = number_of(m_modules[child]))
                children.emplace_back(*number, child);
        std::sort(children.begin(), children.end());
        unsigned next = 0;
        unsigned missing_in_all = 0;
        for (const auto& [number, child] : children) {
            const unsigned missing = number - std::min(number, next);
            next = number + 1;
            missing_in_all += missing;
            if (missing > 0 && m_first[child] != no_id)
                look_before(container, child, missing);
        }
        if (missing_in_all > 1)
            for (const auto& [number, child] : children)
                if (m_first[child] != no_id)
                    look_beside(container, m_first[child]);
    }

    /// The producer of the data that a node works on; no_id when there are several or none.
    NodeId producer(NodeId id, bool& joins) const
    {
        NodeId result = no_id;
        for (const FlowInput& input : m_graph.nodes[id].inputs)
            if (input.node != no_id && flows(input.node)) {
                joins = joins || (result != no_id && result != input.node);
                result = result == no_id ? input.node : result;
            }
        return result;
    }

    bool is_product(NodeId id) const
    {
        static const std::array<Hash, 3> products{align::operator_class("MatMul"),
                                                  align::operator_class("Conv"),
                                                  align::operator_class("ConvTranspose")};
        const FlowNode& node = m_graph.nodes[id];
        return node.data_inputs == 1 &&
               std::find(products.begin(), products.end(), node.op) != products.end() &&
               std::any_of(node.inputs.begin(), node.inputs.end(),
                           [](const FlowInput& input) { return input.initializer != no_id; });
    }

    bool is_pooling(NodeId id) const
    {
        static const Hash pool = align::operator_class("GlobalAveragePool");
        static const Hash mean = align::operator_class("ReduceMean");
        return m_graph.nodes[id].op == pool || m_graph.nodes[id].op == mean;
    }

    std::size_t readers(NodeId id) const
    {
        return static_cast<std::size_t>(
            std::count_if(m_graph.nodes[id].uses.begin(), m_graph.nodes[id].uses.end(),
                          [&](const FlowUse& use) { return flows(use.node); }));
    }

    /// x * f(x), as sigmoids and error functions gate: the node behind both and those of f, or
    /// no_id.
    NodeId gate_source(NodeId product, std::vector<NodeId>& gate) const
    {
        constexpr std::size_t longest = 4;
        const FlowNode& node = m_graph.nodes[product];
        for (const FlowInput& a : node.inputs)
            for (const FlowInput& b : node.inputs) {
                if (a.node == no_id || b.node == no_id || a.node == b.node)
                    continue;
                gate.clear();
                NodeId at = a.node;
                bool joins = false;
                while (at != no_id && at != b.node && !joins && is_open(at) && flows(at) &&
                       readers(at) == 1 && gate.size() < longest) {
                    gate.push_back(at);
                    at = producer(at, joins);
                }
                if (at == b.node && !joins && !gate.empty())
                    return at;
            }
        gate.clear();
        return no_id;
    }

    /// How many nodes in front of a child are a branch of just so many nodes; 0 when they are not.
    std::size_t branch_of(const std::vector<NodeId>& chain, unsigned missing) const
    {
        if (missing >= chain.size() || readers(chain[missing]) < 2)
            return 0;
        for (std::size_t i = 0; i < missing; ++i)
            if (readers(chain[i]) != 1)
                return 0;
        return missing;
    }

    /// The nodes of the module that a node ends, where parameterless modules and those whose
    /// weights lost their names end so: functions of one value, spelled-out ones too, and
    /// normalisations. `source`: what it works on. Empty for others.
    std::vector<NodeId> small_module(NodeId last, NodeId& source) const
    {
        static const std::array<Hash, 4> normalisations{
            align::operator_class("LayerNormalization"),
            align::operator_class("BatchNormalization"),
            align::operator_class("InstanceNormalization"),
            align::operator_class("GroupNormalization")};
        static const Hash add = align::operator_class("Add");
        static const Hash mul = align::operator_class("Mul");
        bool joins = false;
        std::vector<NodeId> nodes;
        if (source = gate_source(last, nodes); source != no_id) {
            nodes.insert(nodes.begin(), last);
            return nodes;
        }
        source = producer(last, joins);
        const Hash op = m_graph.nodes[last].op;
        if (joins)
            return {};
        if (align::is_activation(m_graph, last) ||
            std::find(normalisations.begin(), normalisations.end(), op) != normalisations.end())
            return {last};
        const bool shifts = op == add && source != no_id && m_graph.nodes[source].op == mul;
        const NodeId scale = shifts ? source : last;
        if (m_graph.nodes[scale].op != mul || m_graph.nodes[scale].data_inputs != 1)
            return {};
        const auto is_free = [&](NodeId id) { return is_open(id) && flows(id); };
        const NodeId start = producer(scale, joins);
        if (start == no_id || joins || !is_free(start))
            return {};
        nodes = align::normalisation_before(m_graph, scale, start, is_free);
        if (nodes.empty())
            return {};
        nodes.insert(nodes.begin(), scale);
        if (shifts)
            nodes.insert(nodes.begin(), last);
        NodeId first = nodes.front(); // of the data flow
        for (const NodeId id : nodes)
            if (m_graph.nodes[id].order < m_graph.nodes[first].order)
                first = id;
        source = producer(first, joins);
        return nodes;
    }

    /// Functions and normalisations straight in front of a child, each read by the next one only;
    /// at most so many, as dropouts are gone.
    std::vector<NodeId> small_modules_before(NodeId child, unsigned missing) const
    {
        std::vector<NodeId> found;
        bool joins = false;
        NodeId at = producer(child, joins);
        for (unsigned i = 0; i < missing; ++i) {
            if (at == no_id || joins || !is_open(at) || !flows(at))
                break;
            const bool elsewhere = std::any_of(
                m_graph.nodes[at].uses.begin(), m_graph.nodes[at].uses.end(),
                [&](const FlowUse& use) {
                    return flows(use.node) && use.node != child &&
                           std::find(found.begin(), found.end(), use.node) == found.end();
                });
            NodeId source = no_id;
            const std::vector<NodeId> nodes = small_module(at, source);
            if (elsewhere || nodes.empty() || found.size() + nodes.size() > most_before)
                break;
            found.insert(found.end(), nodes.begin(), nodes.end());
            at = source;
        }
        return found;
    }

    /// What leads straight to a child: single nodes for single missing children, or, where weights
    /// lost their names, one product each with what follows it.
    void look_before(ModuleId container, ModuleId child, unsigned missing)
    {
        std::vector<NodeId> chain;
        std::size_t units = 0;
        std::size_t end_of_products = 0;
        unsigned products = 0;
        bool only_here = true;
        bool joins = false;
        NodeId at = producer(m_first[child], joins);
        while (!joins && at != no_id && is_open(at) && flows(at) && chain.size() < most_before) {
            ++units;
            only_here = only_here && readers(at) == 1;
            chain.push_back(at);
            if (is_product(at)) {
                end_of_products = chain.size();
                if (++products == missing)
                    break;
            }
            std::vector<NodeId> gate;
            if (const NodeId source = gate_source(at, gate); source != no_id) {
                chain.insert(chain.end(), gate.begin(), gate.end());
                joins = false;
                at = source;
                if (!is_open(at) || !flows(at))
                    break;
                // Read by the gate as well.
                only_here = only_here && readers(at) == 2;
                ++units;
                chain.push_back(at);
                if (is_product(at)) {
                    end_of_products = chain.size();
                    if (++products == missing)
                        break;
                }
            }
            at = producer(at, joins);
        }
        // A pooling or a change of shape parts what the child's siblings do from what came before.
        const auto shaping = static_cast<std::size_t>(
            std::find_if(chain.begin(), chain.end(),
                         [&](NodeId id) { return !is_pooling(id) && !m_graph.nodes[id].light; }) -
            chain.begin());
        const bool has_parts = !m_modules[child].children.empty();
        if (shaping > 0 && !has_parts) {
            if (shaping > missing ||
                std::any_of(chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(shaping),
                            [&](NodeId id) { return readers(id) != 1; }))
                return;
            end_of_products = shaping;
        } else if (products == 0) {
            if (std::vector<NodeId> small = small_modules_before(m_first[child], missing);
                !small.empty() && !has_parts) {
                for (const NodeId id : small)
                    claim_first(id, container);
                return;
            }
            // Or the branch starts there: what is before is also read elsewhere.
            if (units > missing)
                end_of_products = branch_of(chain, missing);
            else if (joins || !only_here || chain.empty() || (at != no_id && is_open(at)))
                return;
            else
                end_of_products = chain.size();
        }
        chain.resize(end_of_products);
        for (std::size_t i = 0; i < chain.size(); ++i)
            if (i > 0 || !has_parts || !is_pooling(chain[i])) // a child that pools first itself
                claim_first(chain[i], container);
    }

    static bool same_source(const FlowInput& a, const FlowInput& b)
    {
        return a.node != no_id
                   ? a.node == b.node && a.output == b.output
                   : a.graph_input != no_id && b.node == no_id && a.graph_input == b.graph_input;
    }

    /// Branches from the child's own input to operators like the child's user.
    void look_beside(ModuleId container, NodeId first)
    {
        const FlowNode& node = m_graph.nodes[first];
        if (node.data_inputs != 1 || node.uses.empty() || node.inputs.empty())
            return;
        const auto data =
            std::find_if(node.inputs.begin(), node.inputs.end(), [&](const FlowInput& input) {
                return input.graph_input != no_id || (input.node != no_id && flows(input.node));
            });
        if (data == node.inputs.end())
            return;
        const Hash user = m_graph.nodes[node.uses.front().node].op;
        std::vector<NodeId> starts;
        if (data->node != no_id) {
            for (const FlowUse& use : m_graph.nodes[data->node].uses)
                starts.push_back(use.node);
        } else {
            read_inputs();
            if (data->graph_input < m_input_readers.size())
                starts = m_input_readers[data->graph_input];
        }
        if (starts.size() > most_branches)
            return;
        std::vector<NodeId> inside;
        std::size_t branches = 0;
        for (const NodeId start : starts)
            branches += is_open(start) && flows(start) && collect(start, user, *data, inside);
        if (branches < 2)
            return;
        for (const NodeId id : inside)
            if (is_open(id))
                claim_first(id, container);
    }

    void read_inputs()
    {
        if (!m_input_readers.empty())
            return;
        for (const NodeId id : m_graph.topological)
            for (const FlowInput& input : m_graph.nodes[id].inputs)
                if (input.graph_input != no_id) {
                    if (input.graph_input >= m_input_readers.size())
                        m_input_readers.resize(input.graph_input + 1);
                    m_input_readers[input.graph_input].push_back(id);
                }
    }

    /// The nodes from `start` to users of the given operator; false when they lead elsewhere.
    bool collect(NodeId start, Hash user, const FlowInput& source, std::vector<NodeId>& inside)
    {
        if (m_graph.nodes[start].op == user)
            return false;
        std::vector<NodeId> branch{start};
        for (std::size_t i = 0; i < branch.size(); ++i) {
            const FlowNode& node = m_graph.nodes[branch[i]];
            if (branch.size() > most_in_branch || node.uses.empty())
                return false;
            for (const FlowInput& input : node.inputs) {
                const bool from_outside =
                    input.node != no_id && flows(input.node) && !same_source(source, input) &&
                    std::find(branch.begin(), branch.end(), input.node) == branch.end();
                if (from_outside && i > 0 &&
                    m_graph.nodes[input.node].order < m_graph.nodes[start].order)
                    return false;
            }
            for (const FlowUse& use : node.uses) {
                if (m_graph.nodes[use.node].op == user)
                    continue;
                if (!is_open(use.node))
                    return false;
                if (flows(use.node) &&
                    std::find(branch.begin(), branch.end(), use.node) == branch.end())
                    branch.push_back(use.node);
            }
        }
        inside.insert(inside.end(), branch.begin(), branch.end());
        return true;
    }

    std::vector<NodeId> m_first; ///< per module: its first known node
    std::vector<std::vector<NodeId>> m_input_readers;
};

} // namespace

std::vector<std::pair<NodeId, ModuleId>> missing_children(const align::FlowGraph& graph,
                                                          const ModuleTree& modules,
                                                          const std::vector<KnownModule>& known)
{
    return MissingChildren(graph, modules, known).run();
}

} // namespace strata
