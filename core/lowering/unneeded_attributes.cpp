#include "lowering/unneeded_attributes.h"

#include <string_view>

namespace strata {
namespace {

/// Whether the node does nothing but to make its results.
bool is_pure(const FxNode& node)
{
    const bool called = node.kind == FxKind::CallFunction || node.kind == FxKind::CallMethod;
    const std::string_view name = std::string_view(node.target).substr(0, node.target.find('.'));
    return called && node.blocks.empty() && !node.outputs.empty() && name.starts_with("aten::") &&
           !name.ends_with('_') && name != "aten::append" && name != "aten::_set_item";
}

/// The nodes that depend on the attribute; nothing when one of them counts.
std::unordered_set<FxNodeId> dependents(const FxGraph& graph, FxNodeId attribute)
{
    std::unordered_set<FxNodeId> nodes{attribute};
    std::unordered_set<FxValueId> values(graph.nodes[attribute].outputs.begin(),
                                         graph.nodes[attribute].outputs.end());
    bool counts = false;
    const auto reads = [&](const FxArg& arg) {
        bool any = false;
        visit_arg(arg, [&](const FxArg& each) {
            any = any || (each.ref() && values.contains(each.ref()->value));
        });
        return any;
    };
    for (FxNodeId id = attribute + 1; id < graph.nodes.size() && !counts; ++id) {
        const FxNode& node = graph.nodes[id];
        bool depends = false;
        visit_uses(node, [&](FxValueId value) { depends = depends || values.contains(value); });
        if (!depends)
            continue;
        counts = !is_pure(node);
        nodes.insert(id);
        values.insert(node.outputs.begin(), node.outputs.end());
    }
    for (const FxBlock& block : graph.blocks)
        for (const FxArg& result : block.results)
            counts = counts || reads(result);
    return counts ? std::unordered_set<FxNodeId>{} : nodes;
}

} // namespace

std::unordered_set<FxNodeId> unneeded_without_data(const Program& program)
{
    const FxGraph& graph = program.graph;
    std::unordered_set<FxNodeId> unneeded;
    // Programs with many such attributes are damaged ones: those are refused anyway.
    std::size_t looked_at = 0;
    constexpr std::size_t most = 64;
    for (FxNodeId id = 0; id < graph.nodes.size() && looked_at < most; ++id)
        if (graph.nodes[id].kind == FxKind::GetAttr &&
            graph.nodes[id].tensor >= program.tensors.size()) {
            ++looked_at;
            unneeded.merge(dependents(graph, id));
        }
    return unneeded;
}

} // namespace strata
