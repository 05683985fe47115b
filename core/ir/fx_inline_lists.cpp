#include "ir/fx_inline_lists.h"

#include "ir/fx_copy.h"

#include <utility>

namespace strata {
namespace {

bool is_literal(const FxNode& node)
{
    return node.kind == FxKind::CallFunction && node.outputs.size() == 1 && node.kwargs.empty() &&
           (node.target == "prim::ListConstruct" || node.target == "prim::TupleConstruct");
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
