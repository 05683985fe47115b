// An Expand whose readers all broadcast to the same shape anyway is not needed.
#include "passes/rules.h"

#include <algorithm>
#include <array>

namespace strata {
namespace {

constexpr std::array<std::string_view, 17> broadcasting{"Add",
                                                        "Sub",
                                                        "Mul",
                                                        "Div",
                                                        "Pow",
                                                        "Where",
                                                        "And",
                                                        "Or",
                                                        "Xor",
                                                        "Greater",
                                                        "GreaterOrEqual",
                                                        "Less",
                                                        "LessOrEqual",
                                                        "Equal",
                                                        "Min",
                                                        "Max",
                                                        "Mod"};

bool reader_broadcasts(const Rewriter& r, const OnnxModel::Use& use, ValueId x)
{
    const OnnxModel& model = r.model();
    if (std::none_of(broadcasting.begin(), broadcasting.end(),
                     [&](std::string_view op) { return r.is(use.node, op); }))
        return false;
    const auto wanted = r.static_shape(r.output(use.node));
    if (!wanted)
        return false;
    // What the inputs broadcast to without the Expand.
    std::vector<std::int64_t> got(wanted->size(), 1);
    for (std::size_t i = 0; i < model.nodes[use.node].inputs.size(); ++i) {
        const auto shape = r.static_shape(i == use.input ? x : r.input(use.node, i));
        if (!shape || shape->size() > got.size())
            return false;
        const std::size_t skip = got.size() - shape->size();
        for (std::size_t d = 0; d < shape->size(); ++d)
            if ((*shape)[d] != 1)
                got[d + skip] = (*shape)[d];
    }
    // The rank has to come from somewhere too.
    const auto& inputs = model.nodes[use.node].inputs;
    bool rank_stays = false;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        rank_stays |= r.rank(i == use.input ? x : inputs[i]) == wanted->size();
    return rank_stays && got == *wanted;
}

bool remove(Rewriter& r, NodeId node)
{
    const ValueId x = r.input(node, 0);
    const ValueId expanded = r.output(node);
    if (x == no_id || r.is_given_out(expanded))
        return false;
    const std::vector<OnnxModel::Use> readers = r.readers(expanded);
    for (std::size_t i = 0; i < readers.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (readers[i].node == readers[j].node)
                return false; // both inputs: each would need the other's size
    if (readers.empty() || !std::all_of(readers.begin(), readers.end(), [&](const auto& use) {
            return reader_broadcasts(r, use, x);
        }))
        return false;
    for (const OnnxModel::Use& use : readers) {
        r.set_input(use.node, use.input, x);
        r.unite_origins(use.node, node);
    }
    return true;
}

/// An Expand of an Expand: the second one tells the shape.
bool merge(Rewriter& r, NodeId node)
{
    const NodeId before = r.producer(r.input(node, 0), "Expand");
    const auto wanted = r.static_shape(r.output(node));
    if (before == no_id || !wanted)
        return false;
    // Expand broadcasts both ways: its own shape may have ones where the input does not.
    const auto given = r.ints(r.input(node, 1));
    if (!given || *given != *wanted)
        return false;
    r.set_input(node, 0, r.input(before, 0));
    r.unite_origins(node, before);
    return true;
}

constexpr RuleEntry rules[] = {{"Expand", remove}, {"Expand", merge}};

} // namespace

std::span<const RuleEntry> expand_rules()
{
    return rules;
}

} // namespace strata
