#include "passes/rules.h"

#include <algorithm>
#include <unordered_map>

namespace strata {
namespace {

// How often the rules go over the whole model, and how often over one node at a time. Each change
// makes the model smaller or a chain shorter, so these are reached by damaged models only.
constexpr int max_rounds = 4;
constexpr int max_changes = 16;

using RuleTable = std::unordered_map<StringId, std::vector<RewriteRule>>;

bool apply_to(Rewriter& rewriter, const RuleTable& table, NodeId node)
{
    bool changed = false;
    for (int i = 0; i < max_changes; ++i) {
        if (!rewriter.is_live(node) || rewriter.model().nodes[node].domain != StringId::Empty)
            break;
        const auto rules = table.find(rewriter.model().nodes[node].op_type);
        if (rules == table.end() ||
            std::none_of(rules->second.begin(), rules->second.end(),
                         [&](RewriteRule rule) { return rule(rewriter, node); }))
            break;
        changed = true;
    }
    return changed;
}

} // namespace

bool apply_rules(OnnxModel& model, ValueFacts& facts,
                 std::initializer_list<std::span<const RuleEntry>> groups)
{
    RuleTable table;
    for (const std::span<const RuleEntry> group : groups)
        for (const RuleEntry& entry : group)
            table[model.intern(entry.op)].push_back(entry.rule);
    Rewriter rewriter(model, &facts);
    bool changed = false;
    for (int round = 0; round < max_rounds; ++round) {
        bool again = false;
        for (const OnnxGraph& graph : model.graphs) {
            if (graph.function != no_id)
                continue; // its values have no types of their own
            for (const NodeId node : graph.nodes)
                again = apply_to(rewriter, table, node) || again;
        }
        if (!again)
            break;
        changed = true;
    }
    return changed;
}

bool merge_views(OnnxModel& model, ValueFacts& facts)
{
    return apply_rules(model, facts,
                       {no_op_rules(), clamp_rules(), reshape_rules(), transpose_rules(),
                        slice_rules(), cast_rules(), expand_rules()});
}

bool fuse_products(OnnxModel& model, ValueFacts& facts)
{
    return apply_rules(model, facts, {gemm_rules(), padding_rules()});
}

bool same_shape(const Rewriter& rewriter, ValueId a, ValueId b)
{
    const OnnxModel& model = rewriter.model();
    if (a >= model.values.size() || b >= model.values.size() || !model.values[a].has_shape ||
        !model.values[b].has_shape || model.values[a].shape != model.values[b].shape)
        return false;
    const Shape& shape = model.values[a].shape;
    return std::none_of(shape.begin(), shape.end(),
                        [](const Dim& dim) { return dim == Dim::unknown(); });
}

bool bypass(Rewriter& rewriter, NodeId node, ValueId value)
{
    if (value == no_id)
        return false;
    const NodeId producer = rewriter.model().values[value].producer;
    if (!rewriter.replace(rewriter.output(node), value))
        return false;
    if (producer != no_id)
        rewriter.unite_origins(producer, node);
    return true;
}

std::optional<std::vector<std::int64_t>> permutation_of(const Rewriter& rewriter, NodeId node)
{
    if (const Attribute* attribute = rewriter.model().attribute(node, "perm"))
        if (const auto* given = std::get_if<std::vector<std::int64_t>>(&attribute->value))
            return *given;
    const auto rank = rewriter.rank(rewriter.input(node, 0));
    if (!rank)
        return std::nullopt;
    std::vector<std::int64_t> reversed;
    for (std::size_t i = *rank; i-- > 0;)
        reversed.push_back(static_cast<std::int64_t>(i));
    return reversed;
}

std::optional<std::vector<std::int64_t>> ints_of(const Rewriter& rewriter, NodeId node,
                                                 std::string_view attribute, std::size_t input)
{
    if (const Attribute* found = rewriter.model().attribute(node, attribute))
        if (const auto* given = std::get_if<std::vector<std::int64_t>>(&found->value))
            return *given;
    const ValueId value = rewriter.input(node, input);
    if (value == no_id)
        return std::vector<std::int64_t>{};
    return rewriter.ints(value);
}

} // namespace strata
