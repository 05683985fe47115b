#include "ir/fx_copy.h"

#include <utility>

namespace strata {

FxCopier::FxCopier(const FxGraph& from) : m_from(from), m_values(from.values.size())
{
    m_to.frames = from.frames;
    for (const SourceLocation& source : from.sources)
        m_to.add_source(source);
}

FxGraph FxCopier::run()
{
    copy_block(FxGraph::main_block, FxGraph::main_block);
    return std::move(m_to);
}

void FxCopier::copy_block(FxBlockId original, FxBlockId to)
{
    for (FxValueId param : m_from.blocks[original].params) {
        const FxValue& value = m_from.values[param];
        bind(param, FxRef{m_to.add_block_param(to, value.name, value.type)});
    }
    for (FxNodeId id : m_from.blocks[original].nodes)
        if (!replace(id, to))
            copy_node(id, to);
    for (const FxArg& result : m_from.blocks[original].results)
        m_to.blocks[to].results.push_back(copy_arg(result));
}

void FxCopier::copy_node(FxNodeId id, FxBlockId to)
{
    const FxNode& node = m_from.nodes[id];
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
    const FxNodeId added = m_to.add_node(to, std::move(copy), std::move(names), std::move(types));
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        bind(node.outputs[i], FxRef{m_to.nodes[added].outputs[i]});
    for (FxBlockId body : node.blocks) {
        const FxBlockId block = m_to.add_block(added);
        m_to.nodes[added].blocks.push_back(block);
        copy_block(body, block);
    }
}

FxArg FxCopier::copy_arg(const FxArg& arg) const
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

} // namespace strata
