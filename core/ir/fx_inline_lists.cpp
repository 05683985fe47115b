#include "ir/fx_inline_lists.h"

#include "ir/fx_copy.h"

#include <algorithm>
#include <utility>

namespace strata {
namespace {

bool is_literal(const FxNode& node)
{
    return node.kind == FxKind::CallFunction && node.outputs.size() == 1 && node.kwargs.empty() &&
           (node.target == "prim::ListConstruct" || node.target == "prim::TupleConstruct");
}

/// Types of values that may be one object: what is not known may be anything.
bool same_form(const FxType& a, const FxType& b)
{
    if (a.kind == FxType::Kind::Unknown || b.kind == FxType::Kind::Unknown)
        return true;
    return a.kind == b.kind && std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(),
                                          b.elements.end(), same_form);
}

bool may_hold(const FxType& type, const FxType& item)
{
    return same_form(type, item) ||
           std::any_of(type.elements.begin(), type.elements.end(),
                       [&](const FxType& element) { return may_hold(element, item); });
}

/// Types of the lists that are changed after they were taken out of another container: any literal
/// of such a type may be the one, and any that holds such literals.
std::vector<FxType> changed_items(const FxGraph& graph,
                                  const std::unordered_set<FxValueId>& mutated)
{
    std::vector<FxType> types;
    for (const FxValueId value : mutated) {
        const FxNodeId node = graph.values[value].node;
        if (node == no_index || is_literal(graph.nodes[node]) || !graph.nodes[node].blocks.empty())
            continue;
        const FxType& type = graph.values[value].type;
        if (type.kind == FxType::Kind::List)
            types.push_back(type);
    }
    return types;
}

/// Marks the literals that must stay nodes.
std::vector<bool> find_kept(const FxGraph& graph, const std::unordered_set<FxValueId>& mutated)
{
    std::vector<bool> kept(graph.nodes.size(), false);
    const auto keep = [&](FxValueId value) {
        const FxNodeId node = graph.values[value].node;
        if (node != no_index)
            kept[node] = true;
    };
    const auto keep_refs = [&](const FxArg& arg) {
        visit_arg(arg, [&](const FxArg& item) {
            if (const FxRef* ref = item.ref())
                keep(ref->value);
        });
    };
    for (FxValueId value : mutated)
        keep(value);
    for (const FxBlock& block : graph.blocks)
        for (const FxArg& result : block.results)
            keep_refs(result);
    for (const FxNode& node : graph.nodes)
        if (node.target == "prim::Loop")
            for (const FxArg& arg : node.args)
                keep_refs(arg);
    const std::vector<FxType> items = changed_items(graph, mutated);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        if (is_literal(graph.nodes[i])) {
            const FxType& type = graph.values[graph.nodes[i].outputs[0]].type;
            kept[i] = kept[i] || std::any_of(items.begin(), items.end(), [&](const FxType& item) {
                          return may_hold(type, item);
                      });
        }
    // A literal inside a literal that stays must stay as well: the inner one would lose whether it
    // is a list or a tuple. Users come after what they use, so one backward pass is enough.
    for (std::size_t i = graph.nodes.size(); i-- > 0;)
        if (kept[i] && is_literal(graph.nodes[i]))
            for (const FxArg& arg : graph.nodes[i].args)
                keep_refs(arg);
    return kept;
}

class Copier final : public FxCopier {
public:
    Copier(const FxGraph& from, std::vector<bool> kept) : FxCopier(from), m_kept(std::move(kept)) {}

private:
    bool replace(FxNodeId id, FxBlockId) override
    {
        const FxNode& node = from().nodes[id];
        if (!is_literal(node) || m_kept[id])
            return false;
        FxArg::List items;
        for (const FxArg& arg : node.args)
            items.push_back(copy_arg(arg));
        bind(node.outputs[0], std::move(items));
        return true;
    }

    std::vector<bool> m_kept;
};

} // namespace

FxGraph inline_list_literals(const FxGraph& graph, const std::unordered_set<FxValueId>& mutated)
{
    return Copier(graph, find_kept(graph, mutated)).run();
}

} // namespace strata
