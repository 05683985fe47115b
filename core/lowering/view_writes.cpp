#include "lowering/view_writes.h"

#include "lowering/view_scatter.h"

#include <algorithm>
#include <array>

namespace strata {
namespace {

std::string_view base_name(std::string_view target)
{
    const std::size_t scope = target.find("::");
    return target.substr(0, target.find('.', scope == std::string_view::npos ? 0 : scope));
}

// PyTorch's view operators (https://pytorch.org/docs/stable/tensor_view.html); those that may copy
// are views too here.
constexpr std::array<std::string_view, 40> view_targets{
    "aten::alias",        "aten::as_strided",   "aten::chunk",
    "aten::contiguous",   "aten::detach",       "aten::diagonal",
    "aten::expand",       "aten::expand_as",    "aten::flatten",
    "aten::hsplit",       "aten::imag",         "aten::movedim",
    "aten::mT",           "aten::moveaxis",     "aten::narrow",
    "aten::numpy_T",      "aten::permute",      "aten::real",
    "aten::reshape",      "aten::reshape_as",   "aten::select",
    "aten::slice",        "aten::split",        "aten::split_with_sizes",
    "aten::unsafe_chunk", "aten::unsafe_split", "aten::squeeze",
    "aten::swapaxes",     "aten::swapdims",     "aten::t",
    "aten::tensor_split", "aten::transpose",    "aten::unbind",
    "aten::unflatten",    "aten::unfold",       "aten::unsqueeze",
    "aten::view",         "aten::view_as",      "aten::_reshape_alias",
    "prim::ListUnpack"};

} // namespace

bool is_in_place(std::string_view target)
{
    const std::string_view base = base_name(target);
    return base.ends_with('_') && !base.ends_with("__") && base.starts_with("aten::");
}

bool is_view(std::string_view target)
{
    return std::find(view_targets.begin(), view_targets.end(), base_name(target)) !=
           view_targets.end();
}

ViewUses::ViewUses(const FxGraph& graph)
    : m_graph(graph),
      m_last_use(graph.values.size(), 0),
      m_base(graph.values.size(), no_index),
      m_views(graph.values.size())
{
    auto use = [this](const FxArg& arg, FxNodeId user) {
        visit_arg(arg, [&](const FxArg& a) {
            if (const FxRef* ref = a.ref())
                m_last_use[ref->value] = std::max(m_last_use[ref->value], user);
        });
    };
    for (FxNodeId id = 0; id < graph.nodes.size(); ++id) {
        const FxNode& node = graph.nodes[id];
        for (const FxArg& arg : node.args)
            use(arg, id);
        for (const FxKeywordArg& kwarg : node.kwargs)
            use(kwarg.arg, id);
        const FxRef* self = node.args.empty() ? nullptr : node.args.front().ref();
        if (self && is_view(node.target)) {
            for (FxValueId output : node.outputs) {
                m_base[output] = self->value;
                m_views[self->value].push_back(output);
            }
        }
    }
    for (const FxBlock& block : graph.blocks)
        for (const FxArg& result : block.results)
            use(result, block.nodes.empty() ? block.owner : block.nodes.back() + 1);
}

std::string ViewUses::conflict(FxNodeId in_place_node) const
{
    const FxNode& node = m_graph.nodes[in_place_node];
    const FxRef* self = node.args.empty() ? nullptr : node.args.front().ref();
    if (!self)
        return {};
    // The values that share memory are a tree of views; walk it from the written value outwards.
    struct Step {
        FxValueId value;
        FxValueId from;
        bool exact; // reached through exact views only
    };
    auto is_exact_link = [this](FxValueId view) {
        return is_exact_view(m_graph.nodes[m_graph.values[view].node].target);
    };
    std::vector<Step> todo{{self->value, no_index, true}};
    while (!todo.empty()) {
        const Step step = todo.back();
        todo.pop_back();
        if (!step.exact && m_last_use[step.value] > in_place_node)
            return m_graph.values[step.value].name;
        const FxValueId base = m_base[step.value];
        if (base != no_index && base != step.from)
            todo.push_back({base, step.value, step.exact && is_exact_link(step.value)});
        // The pieces of one split share no memory with each other.
        const bool from_view = step.from != no_index && m_base[step.from] == step.value;
        const FxNodeId splitter = from_view ? m_graph.values[step.from].node : no_index;
        for (const FxValueId view : m_views[step.value])
            // Views taken after the write see what it left.
            if (view != step.from && m_graph.values[view].node != splitter &&
                m_graph.values[view].node < in_place_node)
                todo.push_back({view, step.value, step.exact && is_exact_link(view)});
    }
    return {};
}

} // namespace strata
