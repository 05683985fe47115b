#include "session/compare_nodes.h"

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/parameter_evidence.h"
#include "onnx/operator_defaults.h"
#include "session/node_settings.h"
#include "session/plain_nodes.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace strata {
namespace {

/// What became of a node without a counterpart whose result is a constant on both sides.
struct Folded {
    std::string constant;  ///< its name in the other file
    NodeId reader = no_id; ///< who reads it there
};

using FoldedNodes = std::unordered_map<NodeId, Folded>;

class NodeComparer {
public:
    NodeComparer(const CompareSide& a, const CompareSide& b, NodePairs& pairs)
        : m_a(a),
          m_b(b),
          m_pairs(pairs),
          m_gathers(b.model().nodes.size(), false),
          m_is_split(a.model().nodes.size(), false)
    {
        for (const NodeId into : pairs.fused_into)
            if (into != no_id)
                m_gathers[into] = true;
        for (const NodeId from : pairs.split_from)
            if (from != no_id)
                m_is_split[from] = true;
        m_result.turned.assign(a.model().initializers.size(), false);
        m_result.for_nodes_a.assign(a.model().initializers.size(), false);
        m_result.for_nodes_b.assign(b.model().initializers.size(), false);
    }

    Result<NodeComparison> run(TaskContext& task)
    {
        find_wrapper();
        const std::size_t count = m_a.model().nodes.size();
        for (NodeId id = 0; id < count; ++id)
            if (const NodeId other = m_pairs.b_of[id]; other != no_id)
                note_folded(id, other);
        for (NodeId id = 0; id < count; ++id)
            if (const NodeId other = m_pairs.b_of[id]; other != no_id)
                pair_constants(id, other);
        const align::FlowGraph flow_a = align::build_flow(m_a.model());
        const align::FlowGraph flow_b = align::build_flow(m_b.model());
        spread_folded(m_a, flow_a, m_pairs.b_of, m_pairs.fused_into, m_folded_a);
        spread_folded(m_b, flow_b, m_pairs.a_of, m_pairs.split_from, m_folded_b);
        m_plain = find_plain_nodes(flow_a, flow_b, m_pairs);
        std::vector<ModelDifference> of_pairs;
        for (NodeId id = 0; id < count; ++id) {
            STRATA_CHECK(task.poll());
            if (const NodeId other = m_pairs.b_of[id]; other != no_id && !m_set.contains(id))
                compare_pair(id, other, of_pairs);
        }
        auto next = of_pairs.begin();
        // Of a node that is spelled out in the other file, the parts tell.
        for (NodeId id = 0; id < m_a.model().nodes.size(); ++id)
            if (m_pairs.b_of[id] != no_id)
                while (next != of_pairs.end() && next->node_a == id)
                    m_result.differences.push_back(std::move(*next++));
            else if (!m_is_split[id])
                report_gone(id);
        for (NodeId id = 0; id < m_b.model().nodes.size(); ++id)
            if (m_pairs.a_of[id] == no_id && !m_gathers[id])
                report_new(id);
        note_merged_initializers();
        m_result.plain_a = std::move(m_plain.plain_a);
        m_result.plain_b = std::move(m_plain.plain_b);
        return std::move(m_result);
    }

private:
    void differ(std::string change, std::string what, std::string name, std::string detail,
                NodeId node_a = no_id, NodeId node_b = no_id,
                DifferenceRank rank = DifferenceRank::Structure)
    {
        m_result.differences.push_back({std::move(change), std::move(what), std::move(name),
                                        std::move(detail), node_a, node_b, rank});
    }

    // --- modules -----------------------------------------------------------------------------

    /// One exporter wraps the model in a module of its own ("model.encoder" for "encoder"): told
    /// once, not for every node.
    void find_wrapper()
    {
        std::map<std::string, std::size_t> in_a;
        std::map<std::string, std::size_t> in_b;
        std::size_t pairs = 0;
        for (NodeId id = 0; id < m_a.model().nodes.size(); ++id) {
            const NodeId other = m_pairs.b_of[id];
            if (other == no_id)
                continue;
            const std::string a = m_a.module(id);
            const std::string b = m_b.module(other);
            ++pairs;
            if (const auto before = wrapper_of(a, b))
                ++in_b[*before];
            else if (const auto around = wrapper_of(b, a))
                ++in_a[*around];
        }
        for (const auto& [found, wrapper, text] :
             {std::tuple{&in_a, &m_wrapper_a, "first"}, std::tuple{&in_b, &m_wrapper_b, "second"}})
            for (const auto& [name, count] : *found)
                if (2 * count > pairs) {
                    *wrapper = name;
                    differ("changed", "modules", name,
                           fmt::format("the {} file has all modules in '{}'", text, name), no_id,
                           no_id, DifferenceRank::Spelling);
                }
    }

    /// "model" for "encoder" and "model.encoder", and for the root and "model".
    static std::optional<std::string> wrapper_of(const std::string& inner, const std::string& outer)
    {
        if (inner.empty() && !outer.empty() && outer.front() != '/' &&
            outer.find('.') == std::string::npos)
            return outer;
        if (outer.size() > inner.size() + 1 && !inner.empty() && outer.ends_with("." + inner))
            return outer.substr(0, outer.size() - inner.size() - 1);
        return std::nullopt;
    }

    bool same_module(const std::string& a, const std::string& b) const
    {
        if (a == b)
            return true;
        const auto inside = [](const std::string& inner, const std::string& wrapper) {
            return inner.empty() ? wrapper : wrapper + "." + inner;
        };
        return (!m_wrapper_b.empty() && (inside(a, m_wrapper_b) == b)) ||
               (!m_wrapper_a.empty() && (inside(b, m_wrapper_a) == a));
    }

    // --- values ------------------------------------------------------------------------------

    /// The initializer at the start of a value that is prepared by nodes with constants only.
    static std::uint32_t root_initializer(const CompareSide& side, ValueId value)
    {
        for (int depth = 0; depth < 32 && value != no_id; ++depth) {
            const OnnxValue& at = side.model().values[value];
            if (at.initializer != no_id || at.producer == no_id)
                return at.initializer;
            ValueId next = no_id;
            for (const ValueId input : side.node(at.producer).inputs) {
                if (input == no_id)
                    continue;
                if (next == no_id)
                    next = input;
                else if (!side.constant(input))
                    return no_id; // joins
            }
            value = next;
        }
        return no_id;
    }

    static bool is_constant(const CompareSide& side, ValueId value)
    {
        return side.constant(value).has_value() || root_initializer(side, value) != no_id;
    }

    /// Two constants. Initializers with other numbers are reported with the initializers; here it
    /// counts whether one stands where another one should.
    bool same_constant(ValueId x, ValueId y) const
    {
        const auto a = m_a.constant(x);
        const auto b = m_b.constant(y);
        if (a && b && same_elements_in_order(*a, *b))
            return true;
        const std::uint32_t left = root_initializer(m_a, x);
        const std::uint32_t right = root_initializer(m_b, y);
        if (left == no_id || right == no_id)
            return false;
        const InitializerMatch& match = m_pairs.initializers[left];
        const std::string name = m_a.value_name(m_a.model().initializers[left].value);
        // Parameters keep their names; "const_7" is somebody else in another file.
        const bool namesake = is_parameter_name(name) &&
                              name == m_b.value_name(m_b.model().initializers[right].value);
        return match.b == no_id || match.b == right || match.how == "parts" ||
               match.how == "scaled" || namesake;
    }

    /// Results of corresponding nodes, constants of the same content, inputs in the same place.
    bool same_value(ValueId x, ValueId y) const
    {
        if (x == no_id || y == no_id)
            return x == y;
        x = m_a.behind(x);
        y = m_b.behind(y);
        if (is_changed_constant(x, y))
            return true;
        const bool constant_a = is_constant(m_a, x);
        if (constant_a != is_constant(m_b, y))
            return same_elements(x, y);
        if (constant_a)
            return same_constant(x, y);
        const OnnxValue& a = m_a.model().values[x];
        const OnnxValue& b = m_b.model().values[y];
        if (a.producer != no_id && b.producer != no_id) {
            if (m_pairs.b_of[a.producer] == b.producer)
                return a.output_index == b.output_index;
            if (m_pairs.fused_into[a.producer] == b.producer ||
                m_pairs.split_from[b.producer] == a.producer)
                return true;
            if (m_pairs.b_of[a.producer] != no_id)
                return same_elements(x, y);
        }
        return m_a.value_name(x) == m_b.value_name(y) || is_same_input(x, y) || same_elements(x, y);
    }

    /// Constant nodes in the same place: their numbers are compared where they are.
    bool is_changed_constant(ValueId x, ValueId y) const
    {
        const NodeId a = m_a.model().values[x].producer;
        const NodeId b = m_b.model().values[y].producer;
        return a != no_id && b != no_id && m_pairs.b_of[a] == b && m_a.op(a) == "Constant" &&
               m_b.op(b) == "Constant";
    }

    /// Sizes that are computed in two ways, or known in one file.
    bool same_elements(ValueId x, ValueId y) const
    {
        const auto a = m_a.elements(x);
        const auto b = m_b.elements(y);
        return a && b && !a->empty() &&
               std::equal(a->begin(), a->end(), b->begin(), b->end(),
                          [&](const Dim& p, const Dim& q) {
                              const std::string text = m_a.dim_text(p);
                              return !text.empty() && text == m_b.dim_text(q);
                          });
    }

    /// Inputs of the models under two names: by their place.
    bool is_same_input(ValueId x, ValueId y) const
    {
        const auto place = [](const CompareSide& side, ValueId id) -> std::optional<std::size_t> {
            std::size_t at = 0;
            for (const ValueId input : side.model().graphs[OnnxModel::main_graph].inputs) {
                if (input == id)
                    return at;
                at += side.model().values[input].initializer == no_id ? 1 : 0;
            }
            return std::nullopt;
        };
        const auto first = place(m_a, x);
        return first && first == place(m_b, y);
    }

    bool is_commutative(NodeId id) const
    {
        constexpr std::array<std::string_view, 9> commutative{"Add", "And", "Equal", "Max", "Min",
                                                              "Mul", "Or",  "Sum",   "Xor"};
        return std::find(commutative.begin(), commutative.end(), m_a.op(id)) != commutative.end();
    }

    bool same_inputs(NodeId left, NodeId right) const
    {
        const std::vector<ValueId> a = data_inputs(m_a, left);
        std::vector<ValueId> b = data_inputs(m_b, right);
        const auto same = [&] {
            return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                              [&](ValueId x, ValueId y) { return same_value(x, y); });
        };
        if (same())
            return true;
        if (a.size() != 2 || b.size() != 2 || !is_commutative(left))
            return false;
        std::swap(b[0], b[1]);
        return same();
    }

    /// Nodes that only make constants which the other side has as they are.
    void note_folded(NodeId left, NodeId right)
    {
        const std::vector<ValueId>& a = m_a.node(left).inputs;
        std::vector<ValueId> b = m_b.node(right).inputs;
        if (a.size() == 2 && b.size() == 2 && is_commutative(left) && !same_value(a[0], b[0]))
            std::swap(b[0], b[1]);
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
            if (a[i] == no_id || b[i] == no_id || !same_value(a[i], b[i]))
                continue;
            const NodeId from_a = m_a.model().values[a[i]].producer;
            const NodeId from_b = m_b.model().values[b[i]].producer;
            const bool folded_a = from_a != no_id && m_pairs.b_of[from_a] == no_id;
            const bool folded_b = from_b != no_id && m_pairs.a_of[from_b] == no_id;
            if (folded_a && folded_b && m_a.op(from_a) == "Constant" &&
                m_b.op(from_b) == "Constant") {
                m_pairs.b_of[from_a] = from_b;
                m_pairs.a_of[from_b] = from_a;
                continue;
            }
            if (folded_a && is_constant(m_b, b[i])) {
                m_folded_a.try_emplace(from_a, Folded{m_b.value_name(b[i]), right});
                if (const auto at = m_b.model().values[b[i]].initializer; at != no_id)
                    m_result.for_nodes_b[at] = true;
            }
            if (folded_b && is_constant(m_a, a[i])) {
                m_folded_b.try_emplace(from_b, Folded{m_a.value_name(a[i]), left});
                if (const auto at = m_a.model().values[a[i]].initializer; at != no_id)
                    m_result.for_nodes_a[at] = true;
            }
        }
    }

    /// What only folded nodes read was folded with them, and constants of merged nodes are merged.
    static void spread_folded(const CompareSide& side, const align::FlowGraph& flow,
                              const std::vector<NodeId>& counterpart, std::vector<NodeId>& merged,
                              FoldedNodes& folded)
    {
        for (auto it = flow.topological.rbegin(); it != flow.topological.rend(); ++it) {
            const NodeId id = *it;
            if (counterpart[id] != no_id || merged[id] != no_id || folded.contains(id) ||
                flow.nodes[id].uses.empty())
                continue;
            const Folded* with = nullptr;
            NodeId into = no_id;
            bool only = true;
            for (const align::FlowUse& use : flow.nodes[id].uses) {
                const auto found = folded.find(use.node);
                if (found != folded.end())
                    with = &found->second;
                else if (merged[use.node] != no_id)
                    into = merged[use.node];
                else
                    only = false;
            }
            if (only && with)
                folded.emplace(id, Folded(*with));
            else if (only && (flow.nodes[id].constant || side.op(id) == "Constant"))
                merged[id] = into;
        }
    }

    /// Constants that corresponding nodes read in the same place, with other content: one fact.
    /// Told at the Constant node, and where it sets something at the node that it sets.
    void pair_constants(NodeId left, NodeId right)
    {
        const auto& a = m_a.node(left).inputs;
        std::vector<ValueId> b = m_b.node(right).inputs;
        if (m_a.full_op(left) != m_b.full_op(right) || a.size() != b.size())
            return;
        if (a.size() == 2 && is_commutative(left) && a[0] != no_id && b[0] != no_id &&
            m_a.constant(a[0]).has_value() != m_b.constant(b[0]).has_value())
            std::swap(b[0], b[1]);
        const auto settings =
            setting_inputs(m_a.op(left), m_a.text(m_a.node(left).domain), m_a.opset(left));
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (a[i] == no_id || b[i] == no_id)
                continue;
            const bool sets = i < settings.size() && !settings[i].empty();
            const std::uint32_t weight_a = m_a.model().values[a[i]].initializer;
            const std::uint32_t weight_b = m_b.model().values[b[i]].initializer;
            if (sets && weight_a != no_id && weight_b != no_id &&
                !same_constant_content(a[i], b[i]))
                m_result.for_nodes_a[weight_a] = m_result.for_nodes_b[weight_b] = true;
            const NodeId from_a = m_a.model().values[a[i]].producer;
            const NodeId from_b = m_b.model().values[b[i]].producer;
            if (from_a == no_id || from_b == no_id || m_pairs.b_of[from_a] != no_id ||
                m_pairs.a_of[from_b] != no_id || m_a.op(from_a) != "Constant" ||
                m_b.op(from_b) != "Constant")
                continue;
            m_pairs.b_of[from_a] = from_b;
            m_pairs.a_of[from_b] = from_a;
            m_pairs.fused_into[from_a] = m_pairs.split_from[from_b] = no_id;
            if (sets)
                m_set.insert(from_a);
            else
                m_reader.emplace(from_a, left);
        }
    }

    bool same_constant_content(ValueId x, ValueId y) const
    {
        const auto a = m_a.constant(x);
        const auto b = m_b.constant(y);
        return a && b && same_elements_in_order(*a, *b);
    }

    /// How the inputs of two nodes differ, and what that is; nothing when they do not.
    std::optional<std::pair<std::string, DifferenceRank>> different_inputs(NodeId left,
                                                                           NodeId right)
    {
        if (same_inputs(left, right))
            return std::nullopt;
        const std::vector<ValueId> a = data_inputs(m_a, left);
        std::vector<ValueId> b = data_inputs(m_b, right);
        if (a.size() != b.size()) {
            if (worked_inputs(m_a, left) == worked_inputs(m_b, right))
                return std::pair(std::string("inputs differ"), DifferenceRank::Spelling);
            // The node's own weight that is gone is told here.
            const auto& more = a.size() > b.size() ? a : b;
            const CompareSide& side = a.size() > b.size() ? m_a : m_b;
            if (const ValueId last = more.back(); last != no_id)
                if (const auto weight = side.model().values[last].initializer; weight != no_id)
                    (&side == &m_a ? m_result.for_nodes_a : m_result.for_nodes_b)[weight] = true;
            return std::pair(fmt::format("{} inputs against {}", a.size(), b.size()),
                             DifferenceRank::Altered);
        }
        if (a.size() == 2 && is_commutative(left) && !same_value(a[0], b[0]) &&
            (same_value(a[0], b[1]) || same_value(a[1], b[0])))
            std::swap(b[0], b[1]);
        std::string text = "inputs differ";
        DifferenceRank rank = DifferenceRank::Spelling;
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (same_value(a[i], b[i]))
                continue;
            const DifferenceRank here = rank_of_input(a[i], b[i]);
            rank = std::min(rank, here);
            if (here == DifferenceRank::Altered && a[i] != no_id && b[i] != no_id)
                text = fmt::format("reads '{}' against '{}'", m_a.value_name(m_a.behind(a[i])),
                                   m_b.value_name(m_b.behind(b[i])));
        }
        return std::pair(std::move(text), rank);
    }

    /// How many inputs a node has beside those that set it, known or computed.
    static std::size_t worked_inputs(const CompareSide& side, NodeId id)
    {
        const OnnxNode& node = side.node(id);
        const auto settings = setting_inputs(side.op(id), side.text(node.domain), side.opset(id));
        std::size_t count = 0;
        for (std::size_t i = 0; i < node.inputs.size(); ++i)
            count += node.inputs[i] != no_id && (i >= settings.size() || settings[i].empty());
        return count;
    }

    DifferenceRank rank_of_input(ValueId x, ValueId y) const
    {
        if (x == no_id || y == no_id)
            return DifferenceRank::Altered;
        x = m_a.behind(x);
        y = m_b.behind(y);
        const NodeId from_a = m_a.model().values[x].producer;
        const NodeId from_b = m_b.model().values[y].producer;
        const auto sizes = [](const std::vector<bool>& are, NodeId id) {
            return id == no_id || are[id];
        };
        if ((from_a != no_id || from_b != no_id) && sizes(m_plain.sizes_a, from_a) &&
            sizes(m_plain.sizes_b, from_b))
            return DifferenceRank::Spelling;
        if (is_constant(m_a, x) && is_constant(m_b, y))
            return DifferenceRank::Altered;
        const bool open_a = from_a != no_id && m_pairs.b_of[from_a] == no_id;
        const bool open_b = from_b != no_id && m_pairs.a_of[from_b] == no_id;
        if (!open_a && !open_b)
            return DifferenceRank::Altered;
        return (!open_a || m_plain.plain_a[from_a]) && (!open_b || m_plain.plain_b[from_b])
                   ? DifferenceRank::Spelling
                   : DifferenceRank::Consequence;
    }

    /// Do the nodes get something of another type or size? Then what they give follows.
    bool given_other_types(NodeId left, NodeId right) const
    {
        const std::vector<ValueId> a = data_inputs(m_a, left);
        const std::vector<ValueId> b = data_inputs(m_b, right);
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
            if (a[i] != no_id && b[i] != no_id && types_differ(m_a.typed(a[i]), m_b.typed(b[i])))
                return true;
        return false;
    }

    // --- nodes -------------------------------------------------------------------------------

    void compare_pair(NodeId left, NodeId right, std::vector<ModelDifference>& found)
    {
        const bool other_operator = m_a.full_op(left) != m_b.full_op(right);
        DifferenceRank rank = DifferenceRank::Spelling;
        const auto add = [&](const char* change, std::string detail) {
            found.push_back({change, "node", m_a.key(left), std::move(detail), left, right, rank});
        };
        if (other_operator && (m_gathers[right] || m_is_split[left])) {
            rank = DifferenceRank::Structure;
            add("fused", m_gathers[right]
                             ? fmt::format("{} became part of {} '{}'", m_a.full_op(left),
                                           m_b.full_op(right), m_b.key(right))
                             : fmt::format("{} is spelled out in the second file; {} '{}' is part "
                                           "of it",
                                           m_a.full_op(left), m_b.full_op(right), m_b.key(right)));
            return;
        }
        std::string text;
        const auto more = [&](std::string detail, DifferenceRank of) {
            text += (text.empty() ? "" : "; ") + std::move(detail);
            rank = std::min(rank, of);
        };
        if (other_operator)
            more(fmt::format("operator {} against {}", m_a.full_op(left), m_b.full_op(right)),
                 DifferenceRank::Altered);
        const bool merged = m_gathers[right] || m_is_split[left];
        const bool turned = note_turned(left, right);
        const bool sizes =
            m_plain.sizes_a[left] && m_plain.sizes_b[right] && m_a.op(left) != "Constant";
        const auto inputs = different_inputs(left, right);
        for (std::string& detail : different_settings(m_a, left, m_b, right)) {
            if ((turned && detail.starts_with("attribute transB ")) ||
                (other_operator && detail.find(" against none") != std::string::npos))
                continue;
            // Sizes that one file knows and the other computes.
            const bool computed =
                sizes || detail.ends_with(" against computed") ||
                detail.find(" is computed against ") != std::string::npos ||
                (detail.starts_with("attribute shape ") && !results_differ(left, right)) ||
                (detail.starts_with("attribute allowzero ") && !results_differ(left, right) &&
                 m_a.has_elements(m_a.node(left).outputs.front()));
            more(std::move(detail), computed ? DifferenceRank::Spelling : DifferenceRank::Altered);
        }
        if (inputs && !merged)
            more(inputs->first, sizes ? DifferenceRank::Spelling : inputs->second);
        const DifferenceRank of_result = sizes ? DifferenceRank::Spelling
                                         : inputs || !text.empty() || given_other_types(left, right)
                                             ? DifferenceRank::Consequence
                                             : DifferenceRank::Altered;
        compare_results(left, right,
                        [&](std::string detail) { more(std::move(detail), of_result); });
        // What is not told, but guessed from neighbours, is no difference.
        if (m_a.is_told(left) && m_b.is_told(right) &&
            !same_module(m_a.module(left), m_b.module(right)))
            more(fmt::format("module '{}' against '{}'", m_a.module(left), m_b.module(right)),
                 DifferenceRank::Spelling);
        if (text.empty())
            return;
        if (const auto reader = m_reader.find(left); reader != m_reader.end())
            text += fmt::format("; read by {} '{}'", m_a.full_op(reader->second),
                                m_a.key(reader->second));
        add("changed", std::move(text));
    }

    /// Is the weight stored the other way round, and read so?
    bool note_turned(NodeId left, NodeId right)
    {
        const auto turns = [](const CompareSide& side, NodeId id) {
            return side.op(id) == "Gemm" && side.model().int_attribute(id, "transB", 0) != 0;
        };
        const auto& inputs = m_a.node(left).inputs;
        if (turns(m_a, left) == turns(m_b, right) || inputs.size() < 2 || inputs[1] == no_id)
            return false;
        const std::uint32_t weight = m_a.model().values[inputs[1]].initializer;
        if (weight == no_id || m_pairs.initializers[weight].how != "transposed")
            return false;
        m_result.turned[weight] = true;
        return true;
    }

    bool results_differ(NodeId left, NodeId right) const
    {
        bool differ = false;
        compare_results(left, right, [&](const std::string&) { differ = true; });
        return differ;
    }

    template <class Add>
    void compare_results(NodeId left, NodeId right, Add add) const
    {
        const OnnxNode& a = m_a.node(left);
        const OnnxNode& b = m_b.node(right);
        for (std::size_t i = 0; i < std::min(a.outputs.size(), b.outputs.size()); ++i) {
            if (a.outputs[i] == no_id || b.outputs[i] == no_id)
                continue;
            const OnnxValue& x = m_a.typed(a.outputs[i]);
            const OnnxValue& y = m_b.typed(b.outputs[i]);
            if (x.dtype != y.dtype && x.dtype != DType::Unknown && y.dtype != DType::Unknown)
                add(fmt::format("result is {} against {}", to_string(x.dtype), to_string(y.dtype)));
            else if (types_differ(x, y))
                add(fmt::format("result is {} against {}", m_a.type_text(a.outputs[i]),
                                m_b.type_text(b.outputs[i])));
        }
    }

    static DifferenceRank rank_of_merged(bool plain)
    {
        return plain ? DifferenceRank::Spelling : DifferenceRank::Structure;
    }

    void report_gone(NodeId id)
    {
        const std::string op = m_a.full_op(id);
        if (const NodeId fused = m_pairs.fused_into[id]; fused != no_id)
            differ("fused", "node", m_a.key(id),
                   fmt::format("{} became part of {} '{}'", op, m_b.full_op(fused), m_b.key(fused)),
                   id, fused, rank_of_merged(m_plain.sizes_a[id] || m_plain.light_a[id]));
        else if (const auto it = m_folded_a.find(id); it != m_folded_a.end())
            report_folded(m_a, id, it->second, "second", id, it->second.reader);
        else
            differ("removed", "node", m_a.key(id), op + note_of(m_a, id), id, no_id,
                   rank_of_merged(m_plain.plain_a[id] || m_a.passes_on(id)));
    }

    void report_new(NodeId id)
    {
        const std::string op = m_b.full_op(id);
        if (const NodeId from = m_pairs.split_from[id]; from != no_id)
            differ("fused", "node", m_b.key(id),
                   fmt::format("{} of the second file is part of {} '{}' of the first", op,
                               m_a.full_op(from), m_a.key(from)),
                   from, id, rank_of_merged(m_plain.sizes_b[id] || m_plain.light_b[id]));
        else if (const auto it = m_folded_b.find(id); it != m_folded_b.end())
            report_folded(m_b, id, it->second, "first", it->second.reader, id);
        else
            differ("added", "node", m_b.key(id), op + note_of(m_b, id), no_id, id,
                   rank_of_merged(m_plain.plain_b[id] || m_b.passes_on(id)));
    }

    void report_folded(const CompareSide& side, NodeId id, const Folded& folded, const char* other,
                       NodeId node_a, NodeId node_b)
    {
        const bool written_otherwise = side.op(id) == "Constant";
        differ(written_otherwise ? "same" : "fused", "node", side.key(id),
               fmt::format("{}: the {} file has {} constant '{}'", side.full_op(id), other,
                           written_otherwise ? "the same content as" : "its result in the",
                           folded.constant),
               node_a, node_b, DifferenceRank::Spelling);
    }

    static std::string note_of(const CompareSide& side, NodeId id)
    {
        return side.passes_on(id) ? ", which gives back its input" : "";
    }

    void note_merged_initializers()
    {
        const auto note = [](const CompareSide& side, const std::vector<NodeId>& merged,
                             const FoldedNodes& folded) {
            std::vector<bool> all(side.model().initializers.size(), false);
            const auto consumers = side.model().consumers();
            for (std::size_t i = 0; i < all.size(); ++i) {
                const auto& uses = consumers[side.model().initializers[i].value];
                all[i] = !uses.empty() && std::all_of(uses.begin(), uses.end(), [&](auto use) {
                    return merged[use.node] != no_id || folded.contains(use.node);
                });
            }
            return all;
        };
        std::vector<NodeId> into = m_pairs.fused_into;
        std::vector<NodeId> from = m_pairs.split_from;
        // The node at the end of a spelled-out operator has a counterpart itself.
        for (NodeId id = 0; id < into.size(); ++id)
            if (const NodeId other = m_pairs.b_of[id];
                other != no_id && (m_gathers[other] || m_is_split[id])) {
                into[id] = other;
                from[other] = id;
            }
        m_result.absorbing.assign(m_a.model().initializers.size(), false);
        const auto consumers = m_a.model().consumers();
        for (std::size_t i = 0; i < m_result.absorbing.size(); ++i) {
            const auto& uses = consumers[m_a.model().initializers[i].value];
            m_result.absorbing[i] =
                !uses.empty() && std::all_of(uses.begin(), uses.end(), [&](auto use) {
                    const NodeId other = m_pairs.b_of[use.node];
                    return other != no_id && (m_gathers[other] || m_is_split[use.node]);
                });
        }
        m_result.merged_a = note(m_a, into, m_folded_a);
        m_result.merged_b = note(m_b, from, m_folded_b);
    }

    const CompareSide& m_a;
    const CompareSide& m_b;
    NodePairs& m_pairs;
    std::vector<bool> m_gathers;  ///< per node of the second file: others were merged into it
    std::vector<bool> m_is_split; ///< per node of the first file: the second spells it out
    FoldedNodes m_folded_a, m_folded_b;
    PlainNodes m_plain;
    std::unordered_set<NodeId> m_set;            ///< Constant nodes that only set their reader
    std::unordered_map<NodeId, NodeId> m_reader; ///< of changed Constant nodes of the first file
    std::string m_wrapper_a; ///< module around all others in the first file only
    std::string m_wrapper_b;
    NodeComparison m_result;
};

} // namespace

Result<NodeComparison> compare_nodes(const CompareSide& a, const CompareSide& b, NodePairs& pairs,
                                     TaskContext& task)
{
    return NodeComparer(a, b, pairs).run(task);
}

} // namespace strata
