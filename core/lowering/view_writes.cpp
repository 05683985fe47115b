#include "lowering/view_writes.h"

#include "lowering/out_variants.h"
#include "lowering/view_scatter.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace strata {
namespace {

std::string_view base_name(std::string_view target)
{
    const std::size_t scope = target.find("::");
    return target.substr(0, target.find('.', scope == std::string_view::npos ? 0 : scope));
}

// PyTorch's view operators (https://pytorch.org/docs/stable/tensor_view.html); those that may copy
// are views too here.
constexpr std::array<std::string_view, 46> view_targets{
    "aten::alias",          "aten::as_strided",
    "aten::broadcast_to",   "aten::chunk",
    "aten::contiguous",     "aten::detach",
    "aten::diagonal",       "aten::expand",
    "aten::expand_as",      "aten::flatten",
    "aten::hsplit",         "aten::imag",
    "aten::movedim",        "aten::mT",
    "aten::moveaxis",       "aten::narrow",
    "aten::numpy_T",        "aten::permute",
    "aten::ravel",          "aten::real",
    "aten::reshape",        "aten::reshape_as",
    "aten::select",         "aten::slice",
    "aten::split",          "aten::split_with_sizes",
    "aten::unsafe_chunk",   "aten::unsafe_split",
    "aten::squeeze",        "aten::swapaxes",
    "aten::swapdims",       "aten::t",
    "aten::tensor_split",   "aten::transpose",
    "aten::unbind",         "aten::unflatten",
    "aten::unfold",         "aten::unsqueeze",
    "aten::view",           "aten::view_as",
    "aten::_reshape_alias", "prim::ListUnpack",
    "aten::vsplit",         "aten::dsplit",
    "aten::adjoint",        "aten::mH"};

} // namespace

bool is_in_place(std::string_view target)
{
    const std::string_view base = base_name(target);
    return base.ends_with('_') && !base.ends_with("__") && base.starts_with("aten::");
}

bool changes_form(std::string_view target)
{
    constexpr std::array<std::string_view, 6> forms{"aten::transpose_", "aten::t_",
                                                    "aten::squeeze_",   "aten::unsqueeze_",
                                                    "aten::swapaxes_",  "aten::swapdims_"};
    return std::find(forms.begin(), forms.end(), base_name(target)) != forms.end();
}

bool is_view(std::string_view target)
{
    return std::find(view_targets.begin(), view_targets.end(), base_name(target)) !=
           view_targets.end();
}

ViewUses::ViewUses(const FxGraph& graph)
    : m_graph(graph),
      m_last_use(graph.values.size(), 0),
      m_bases(graph.values.size()),
      m_views(graph.values.size())
{
    // What a loop reads from outside is read again in the next iteration, up to the loop's end.
    std::vector<FxNodeId> block_end(graph.blocks.size(), 0);
    for (FxBlockId block = static_cast<FxBlockId>(graph.blocks.size()); block-- > 0;) {
        FxNodeId& end = block_end[block];
        for (const FxNodeId node : graph.blocks[block].nodes)
            end = std::max(end, node);
        for (FxBlockId b = block; graph.blocks[b].owner != no_index;) {
            b = graph.nodes[graph.blocks[b].owner].block;
            if (b == no_index)
                break;
            block_end[b] = std::max(block_end[b], end);
        }
    }
    auto use_at = [&](FxValueId value, FxNodeId user, FxBlockId block) {
        FxNodeId at = user;
        while (block != no_index && block != graph.values[value].block &&
               graph.blocks[block].owner != no_index) {
            const FxNode& owner = graph.nodes[graph.blocks[block].owner];
            if (owner.target == "prim::Loop")
                at = std::max(at, block_end[block]);
            block = owner.block;
        }
        m_last_use[value] = std::max(m_last_use[value], at);
    };
    auto use = [&](const FxArg& arg, FxNodeId user, FxBlockId block) {
        visit_arg(arg, [&](const FxArg& a) {
            if (const FxRef* ref = a.ref())
                use_at(ref->value, user, block);
        });
    };
    for (FxNodeId id = 0; id < graph.nodes.size(); ++id) {
        const FxNode& node = graph.nodes[id];
        for (const FxArg& arg : node.args)
            use(arg, id, node.block);
        for (const FxKeywordArg& kwarg : node.kwargs)
            use(kwarg.arg, id, node.block);
        const FxRef* self = node.args.empty() ? nullptr : node.args.front().ref();
        if (self && (is_view(node.target) || is_in_place(node.target)))
            for (FxValueId output : node.outputs)
                link(output, self->value,
                     is_exact_view(node.target) || is_split_view(node.target) ||
                         is_in_place(node.target) || node.target == "prim::ListUnpack");
        m_has_writes = m_has_writes || is_in_place(node.target) || has_out_arguments(node.target);
        if (has_out_arguments(node.target) && node.args.size() >= node.outputs.size())
            for (std::size_t i = 0; i < node.outputs.size(); ++i)
                if (const FxRef* out = node.args[node.args.size() - node.outputs.size() + i].ref())
                    link(node.outputs[i], out->value, true);
    }
    for (FxBlockId id = 0; id < graph.blocks.size(); ++id) {
        const FxBlock& block = graph.blocks[id];
        for (const FxArg& result : block.results)
            use(result, block.nodes.empty() ? block.owner : block.nodes.back() + 1, id);
    }
}

void ViewUses::link(FxValueId value, FxValueId base, bool exact)
{
    const auto known = [&](const Link& other) { return other.to == base && other.exact == exact; };
    if (value == base || std::any_of(m_bases[value].begin(), m_bases[value].end(), known))
        return;
    m_bases[value].push_back({base, exact});
    m_views[base].push_back({value, exact});
}

void ViewUses::decide(FxValueId value, FxValueId base, Sharing sharing)
{
    const auto settle = [sharing](std::vector<Link>& links, FxValueId to) {
        for (Link& link : links)
            if (link.to == to) {
                link.exact = sharing == Sharing::Shares;
                link.apart = sharing == Sharing::Copies;
            }
    };
    settle(m_bases[value], base);
    settle(m_views[base], value);
}

bool ViewUses::is_exact(FxValueId value, FxValueId base) const
{
    return std::any_of(m_bases[value].begin(), m_bases[value].end(),
                       [&](const Link& link) { return link.to == base && link.exact; });
}

FxNodeId ViewUses::maker(FxValueId value) const
{
    const FxValue& made = m_graph.values[value];
    if (made.node != no_index || made.block == no_index)
        return made.node;
    return m_graph.blocks[made.block].owner; // a parameter of a body
}

bool ViewUses::is_list_of_views(FxValueId value) const
{
    const FxValue& made = m_graph.values[value];
    return made.type.kind == FxType::Kind::List && made.node != no_index &&
           is_view(m_graph.nodes[made.node].target);
}

std::string ViewUses::conflict(FxNodeId in_place_node, FxValueId written) const
{
    // The values that share memory are a graph of views; walk it from the written value outwards.
    struct Step {
        FxValueId value;
        FxValueId from;
        bool exact; // reached through exact views only
    };
    std::vector<Step> todo{{written, no_index, true}};
    std::set<std::pair<FxValueId, bool>> seen{{written, true}};
    auto visit = [&](const Step& step) {
        if (seen.emplace(step.value, step.exact).second)
            todo.push_back(step);
    };
    while (!todo.empty()) {
        const Step step = todo.back();
        todo.pop_back();
        const bool list = is_list_of_views(step.value);
        if (!step.exact && !list && m_last_use[step.value] > in_place_node)
            return m_graph.values[step.value].name;
        bool from_view = false;
        for (const Link& base : m_bases[step.value])
            if (base.to != step.from && !base.apart)
                visit({base.to, step.value, step.exact && base.exact});
        if (step.from != no_index)
            for (const Link& base : m_bases[step.from])
                from_view = from_view || base.to == step.value;
        // The pieces of one split share no memory with each other.
        const FxNodeId splitter = from_view ? m_graph.values[step.from].node : no_index;
        for (const Link& view : m_views[step.value])
            // Views taken after the write see what it left.
            if (view.to != step.from && !view.apart && !(list && from_view) &&
                (splitter == no_index || m_graph.values[view.to].node != splitter) &&
                maker(view.to) < in_place_node)
                visit({view.to, step.value, step.exact && view.exact});
    }
    return {};
}

} // namespace strata
