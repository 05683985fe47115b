#include "hierarchy/changed_operators.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <string_view>

namespace strata {
namespace {

using align::FlowGraph;
using align::FlowInput;
using align::FlowNode;
using align::FlowUse;
using align::Relation;

/// Functions of one value that differ everywhere: none is another spelling of the other.
constexpr std::array<std::string_view, 17> plain_functions{
    "Relu",        "LeakyRelu", "Elu",     "Selu",       "Tanh",     "Sigmoid",
    "Gelu",        "HardSwish", "Erf",     "Exp",        "Softplus", "Softsign",
    "HardSigmoid", "Mish",      "Softmax", "LogSoftmax", "PRelu"};
/// What else of one value does not go into a neighbour when files are optimised.
constexpr std::array<std::string_view, 5> plain_reductions{
    "MaxPool", "AveragePool", "GlobalAveragePool", "ReduceMax", "GlobalMaxPool"};

/// Attributes that mean the same in all versions of the operators, and what they are when left out.
struct KnownSetting {
    std::string_view op;
    std::string_view attribute;
    double otherwise;
};
constexpr std::array<KnownSetting, 9> known_settings{{{"LayerNormalization", "epsilon", 1e-5},
                                                      {"BatchNormalization", "epsilon", 1e-5},
                                                      {"InstanceNormalization", "epsilon", 1e-5},
                                                      {"LeakyRelu", "alpha", 0.01},
                                                      {"Elu", "alpha", 1.0},
                                                      {"Softmax", "axis", -1},
                                                      {"LogSoftmax", "axis", -1},
                                                      {"Conv", "group", 1},
                                                      {"Concat", "axis", 0}}};
constexpr std::array<std::string_view, 3> windowed_operators{"Conv", "MaxPool", "AveragePool"};
constexpr std::array<std::string_view, 2> window_attributes{"strides", "dilations"};

template <class List>
bool op_is_in(const List& list, std::string_view op)
{
    return std::find(list.begin(), list.end(), op) != list.end();
}

class OperatorChanges {
public:
    OperatorChanges(const OnnxModel& file, const FlowGraph& left, const OnnxModel& reference,
                    const FlowGraph& right, const std::vector<align::Match>& aligned)
        : m_file(file),
          m_left(left),
          m_reference(reference),
          m_right(right),
          m_aligned(aligned),
          m_of(right.nodes.size(), no_id),
          m_count(right.nodes.size(), 0)
    {
        for (NodeId id = 0; id < aligned.size(); ++id)
            if (const NodeId other = aligned[id].reference; other != no_id) {
                ++m_count[other];
                m_of[other] = id;
                if (const NodeId last = aligned[id].last; last != no_id) {
                    ++m_count[last];
                    m_of[last] = id;
                }
            }
    }

    std::vector<OperatorChange> run()
    {
        for (NodeId id = 0; id < m_reference.nodes.size(); ++id) {
            const FlowNode& node = m_right.nodes[id];
            if (!node.computes() || node.inputs.empty())
                continue;
            if (is_pair(id) && m_aligned[m_of[id]].reference == id)
                compare_settings(id, m_of[id]);
            const std::string_view op = right_op(id);
            const bool function = op_is_in(plain_functions, op) || op_is_in(plain_reductions, op);
            const bool join =
                (op == "Add" || op == "Mul") && node.data_inputs == 2 && node.inputs.size() == 2;
            if (((function && node.data_inputs == 1) || join) && !is_pair(id))
                look_for(id, function);
        }
        return std::move(m_found);
    }

private:
    std::string_view right_op(NodeId id) const
    {
        return m_reference.text(m_reference.nodes[id].op_type);
    }
    std::string_view left_op(NodeId id) const { return m_file.text(m_file.nodes[id].op_type); }

    /// The counterpart is the same operator, alone, or what the operator became part of.
    bool is_pair(NodeId reference) const
    {
        const NodeId id = m_of[reference];
        if (id == no_id || m_count[reference] != 1 || m_file.nodes[id].domain != StringId::Empty)
            return false;
        const NodeId main = m_aligned[id].reference;
        return main < m_reference.nodes.size() && left_op(id) == right_op(main) &&
               (main == reference || m_aligned[id].last == reference);
    }

    /// Who reads the result, behind nodes that only move it.
    static std::vector<NodeId> readers(const FlowGraph& graph, NodeId id)
    {
        constexpr std::size_t most = 16;
        std::vector<NodeId> found;
        std::vector<NodeId> open{id};
        for (std::size_t i = 0; i < open.size() && open.size() < most; ++i)
            for (const FlowUse& use : graph.nodes[open[i]].uses)
                (graph.nodes[use.node].light ? open : found).push_back(use.node);
        return found;
    }

    static bool reads(const FlowGraph& graph, NodeId reader, NodeId from)
    {
        return std::any_of(
            graph.nodes[reader].inputs.begin(), graph.nodes[reader].inputs.end(),
            [&](const FlowInput& input) { return align::producer_behind(graph, input) == from; });
    }

    /// A function or join without a counterpart: does the file go straight from what feeds it to
    /// what reads it, or put another function there?
    void look_for(NodeId id, bool function)
    {
        const std::vector<NodeId> users = readers(m_right, id);
        if (users.empty() ||
            !std::all_of(users.begin(), users.end(), [&](NodeId user) { return is_sure(user); }))
            return;
        for (const FlowInput& input : m_right.nodes[id].inputs) {
            const NodeId producer = align::producer_behind(m_right, input);
            if (producer == no_id || producer >= m_reference.nodes.size() || !is_sure(producer))
                continue;
            const auto goes_around = [&](NodeId user) { return reads(m_right, user, producer); };
            if (std::any_of(users.begin(), users.end(), goes_around))
                continue;
            const NodeId from = m_of[producer];
            const bool straight = std::all_of(users.begin(), users.end(), [&](NodeId user) {
                return reads(m_left, m_of[user], from);
            });
            if (straight) {
                m_found.push_back({id, no_id, {}});
                return;
            }
            if (const NodeId other = function ? between(from, m_of[users.front()]) : no_id;
                other != no_id && left_op(other) != right_op(id) &&
                op_is_in(plain_functions, right_op(id))) {
                m_found.push_back(
                    {id, other, fmt::format("{} for {}", left_op(other), right_op(id))});
                return;
            }
        }
    }

    bool is_sure(NodeId reference) const
    {
        return reference < m_reference.nodes.size() && is_pair(reference) &&
               m_aligned[m_of[reference]].relation <= Relation::Followed;
    }

    /// The function that alone lies between two nodes of the file; no_id when nothing such does.
    NodeId between(NodeId from, NodeId to) const
    {
        for (const FlowInput& input : m_left.nodes[to].inputs) {
            const NodeId id = align::producer_behind(m_left, input);
            if (id != no_id && m_left.nodes[id].data_inputs == 1 &&
                op_is_in(plain_functions, left_op(id)) && reads(m_left, id, from) &&
                readers(m_left, id) == std::vector<NodeId>{to})
                return id;
        }
        return no_id;
    }

    // --- attributes --------------------------------------------------------------------------

    static double number(const OnnxModel& model, NodeId id, std::string_view name, double otherwise)
    {
        const Attribute* attribute = model.attribute(id, name);
        if (!attribute)
            return otherwise;
        if (const auto* whole = std::get_if<std::int64_t>(&attribute->value))
            return static_cast<double>(*whole);
        if (const auto* real = std::get_if<float>(&attribute->value))
            return static_cast<double>(*real);
        return otherwise;
    }

    static std::vector<std::int64_t> numbers(const OnnxModel& model, NodeId id,
                                             std::string_view name)
    {
        const Attribute* attribute = model.attribute(id, name);
        const auto* list =
            attribute ? std::get_if<std::vector<std::int64_t>>(&attribute->value) : nullptr;
        std::vector<std::int64_t> result = list ? *list : std::vector<std::int64_t>{};
        if (std::all_of(result.begin(), result.end(), [](auto each) { return each == 1; }))
            result.clear(); // as when left out
        return result;
    }

    /// Axes mean other dimensions where one side moves them just before or behind.
    static bool moves_around(const FlowGraph& graph, NodeId id)
    {
        return std::any_of(graph.nodes[id].inputs.begin(), graph.nodes[id].inputs.end(),
                           [&](const FlowInput& input) {
                               return input.node != no_id && graph.nodes[input.node].light;
                           }) ||
               std::any_of(graph.nodes[id].uses.begin(), graph.nodes[id].uses.end(),
                           [&](const FlowUse& use) { return graph.nodes[use.node].light; });
    }

    void compare_settings(NodeId reference, NodeId id)
    {
        if (m_aligned[id].relation > Relation::Followed)
            return;
        const std::string_view op = left_op(id);
        for (const KnownSetting& setting : known_settings) {
            if (setting.op != op)
                continue;
            const double here = number(m_file, id, setting.attribute, setting.otherwise);
            const double there =
                number(m_reference, reference, setting.attribute, setting.otherwise);
            const bool axis = setting.attribute == "axis";
            // -1 is 3 where there are four dimensions, which need not be known.
            if (axis && ((here < 0) != (there < 0) || moves_around(m_left, id) ||
                         moves_around(m_right, reference)))
                continue;
            if (std::abs(here - there) > 1e-3 * std::max(std::abs(here), std::abs(there)))
                m_found.push_back(
                    {reference, id,
                     fmt::format("{} is {:g}, not {:g}", setting.attribute, here, there)});
        }
        if (op_is_in(windowed_operators, op))
            for (const std::string_view name : window_attributes)
                if (numbers(m_file, id, name) != numbers(m_reference, reference, name))
                    m_found.push_back({reference, id, fmt::format("other {}", name)});
    }

    const OnnxModel& m_file;
    const FlowGraph& m_left;
    const OnnxModel& m_reference;
    const FlowGraph& m_right;
    const std::vector<align::Match>& m_aligned;
    std::vector<NodeId> m_of;           ///< per node of the reference: its last counterpart
    std::vector<std::uint32_t> m_count; ///< per node of the reference: its counterparts
    std::vector<OperatorChange> m_found;
};

} // namespace

std::vector<OperatorChange> changed_operators(const OnnxModel& file, const FlowGraph& left,
                                              const OnnxModel& reference, const FlowGraph& right,
                                              const std::vector<align::Match>& aligned)
{
    return OperatorChanges(file, left, reference, right, aligned).run();
}

} // namespace strata
