#include "ir/fx_inline_lists.h"

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

class Copier {
public:
    Copier(const FxGraph& from, std::vector<bool> kept)
        : m_from(from),
          m_kept(std::move(kept)),
          m_values(from.values.size())
    {
        m_to.frames = from.frames;
        for (const SourceLocation& source : from.sources)
            m_to.add_source(source);
    }

    FxGraph run()
    {
        copy_block(FxGraph::main_block, FxGraph::main_block);
        return std::move(m_to);
    }

private:
    void copy_block(FxBlockId from, FxBlockId to)
    {
        for (FxValueId param : m_from.blocks[from].params) {
            const FxValue& value = m_from.values[param];
            m_values[param] = FxRef{m_to.add_block_param(to, value.name, value.type)};
        }
        for (FxNodeId id : m_from.blocks[from].nodes)
            copy_node(id, to);
        for (const FxArg& result : m_from.blocks[from].results)
            m_to.blocks[to].results.push_back(copy_arg(result));
    }

    void copy_node(FxNodeId id, FxBlockId to)
    {
        const FxNode& node = m_from.nodes[id];
        if (is_literal(node) && !m_kept[id]) {
            FxArg::List items;
            for (const FxArg& arg : node.args)
                items.push_back(copy_arg(arg));
            m_values[node.outputs[0]] = std::move(items);
            return;
        }
        FxNode copy = node;
        copy.blocks.clear();
        for (FxArg& arg : copy.args)
            arg = copy_arg(arg);
        for (FxKeywordArg& kwarg : copy.kwargs)
            kwarg.arg = copy_arg(kwarg.arg);
        std::vector<std::string> names;
        std::vector<FxType> types;
        for (FxValueId output : node.outputs) {
            names.push_back(m_from.values[output].name);
            types.push_back(m_from.values[output].type);
        }
        const FxNodeId added =
            m_to.add_node(to, std::move(copy), std::move(names), std::move(types));
        for (std::size_t i = 0; i < node.outputs.size(); ++i)
            m_values[node.outputs[i]] = FxRef{m_to.nodes[added].outputs[i]};
        for (FxBlockId body : node.blocks) {
            const FxBlockId block = m_to.add_block(added);
            m_to.nodes[added].blocks.push_back(block);
            copy_block(body, block);
        }
    }

    FxArg copy_arg(const FxArg& arg)
    {
        if (const FxRef* ref = arg.ref())
            return m_values[ref->value];
        if (const auto* list = std::get_if<FxArg::List>(&arg.value)) {
            FxArg::List items;
            items.reserve(list->size());
            for (const FxArg& item : *list)
                items.push_back(copy_arg(item));
            return items;
        }
        return arg;
    }

    const FxGraph& m_from;
    std::vector<bool> m_kept;
    FxGraph m_to;
    std::vector<FxArg> m_values; // what stands for each old value
};

} // namespace

FxGraph inline_list_literals(const FxGraph& graph, const std::unordered_set<FxValueId>& mutated)
{
    return Copier(graph, find_kept(graph, mutated)).run();
}

} // namespace strata
