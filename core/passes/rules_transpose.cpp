// Transposes one after the other are one Transpose.
#include "passes/rules.h"

namespace strata {
namespace {

bool merge(Rewriter& r, NodeId node)
{
    const NodeId before = r.producer(r.input(node, 0), "Transpose");
    if (before == no_id)
        return false;
    const auto first = permutation_of(r, before);
    const auto second = permutation_of(r, node);
    if (!first || !second || first->size() != second->size())
        return false;
    std::vector<std::int64_t> both;
    for (const std::int64_t axis : *second) {
        if (axis < 0 || axis >= static_cast<std::int64_t>(first->size()))
            return false;
        both.push_back((*first)[static_cast<std::size_t>(axis)]);
    }
    r.set_attribute(node, "perm", std::move(both));
    r.set_input(node, 0, r.input(before, 0));
    r.unite_origins(node, before);
    return true;
}

constexpr RuleEntry rules[] = {{"Transpose", merge}};

} // namespace

std::span<const RuleEntry> transpose_rules()
{
    return rules;
}

} // namespace strata
