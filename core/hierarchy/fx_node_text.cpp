#include "hierarchy/fx_node_text.h"

#include "hierarchy/python_text.h"

#include <fmt/format.h>

namespace strata {
namespace {

constexpr unsigned deepest_inlined_list = 8;

bool makes_list(const FxNode& node)
{
    return node.target == "prim::ListConstruct" || node.target == "prim::TupleConstruct";
}

/// "aten.conv2d.default" from "aten::conv2d", "aten.add.Tensor" from "aten::add.Tensor".
std::string dotted(const std::string& target)
{
    const std::size_t colons = target.find("::");
    if (colons == std::string::npos)
        return target;
    const std::string space = target.substr(0, colons);
    const std::string op = target.substr(colons + 2);
    const bool has_overload = op.find('.') != std::string::npos;
    // PyTorch's primitives have no overloads to name.
    const bool primitive = space == "prim";
    return fmt::format("{}.{}{}", space, op, has_overload || primitive ? "" : ".default");
}

std::string trace_entry(const SourceLocation& location)
{
    std::string entry = fmt::format("File \"{}\", line {}", location.file, location.line);
    if (!location.function.empty())
        entry += ", in " + location.function;
    if (!location.text.empty())
        entry += "\n    " + location.text;
    return entry;
}

} // namespace

FxNodeTexts::FxNodeTexts(const FxGraph& graph) : m_graph(graph), m_users(graph.values.size(), 0)
{
    std::vector<FxNodeId> last_user(graph.values.size(), no_index);
    for (FxNodeId id = 0; id < graph.nodes.size(); ++id) {
        visit_uses(graph.nodes[id], [&](FxValueId value) {
            if (value < last_user.size() && last_user[value] != id) {
                last_user[value] = id;
                ++m_users[value];
            }
        });
    }
}

std::string FxNodeTexts::name(FxNodeId id) const
{
    const FxNode& node = m_graph.nodes[id];
    if (node.outputs.empty())
        return node.target;
    return m_graph.values[node.outputs.front()].name;
}

std::string FxNodeTexts::short_target(const FxNode& node)
{
    return node.kind == FxKind::CallFunction || node.kind == FxKind::CallMethod
               ? dotted(node.target)
               : node.target;
}

std::string FxNodeTexts::torch_target(const FxNode& node)
{
    const bool is_op = node.target.find("::") != std::string::npos;
    return is_op ? "torch.ops." + dotted(node.target) : node.target;
}

std::string FxNodeTexts::ref_text(FxValueId value, unsigned depth) const
{
    if (value >= m_graph.values.size())
        return "None";
    const FxValue& made = m_graph.values[value];
    if (made.node != no_index && depth < deepest_inlined_list) {
        const FxNode& maker = m_graph.nodes[made.node];
        if (makes_list(maker))
            return arg_text(FxArg(FxArg::List(maker.args)), depth + 1);
    }
    return "%" + made.name;
}

std::string FxNodeTexts::arg_text(const FxArg& arg, unsigned depth) const
{
    struct Printer {
        const FxNodeTexts& texts;
        unsigned depth;

        std::string operator()(FxNone) const { return "None"; }
        std::string operator()(bool v) const { return v ? "True" : "False"; }
        std::string operator()(std::int64_t v) const { return fmt::to_string(v); }
        std::string operator()(double v) const { return python_repr(v); }
        std::string operator()(const std::string& v) const { return v; }
        std::string operator()(DType v) const { return fmt::format("torch.{}", to_string(v)); }
        std::string operator()(const FxEnum& v) const { return v.name; }
        std::string operator()(FxRef v) const { return texts.ref_text(v.value, depth); }
        std::string operator()(const FxArg::List& list) const
        {
            std::string result = "[";
            for (std::size_t i = 0; i < list.size(); ++i)
                result += (i > 0 ? ", " : "") + texts.arg_text(list[i], depth);
            return result + "]";
        }
    };
    return std::visit(Printer{*this, depth}, arg.value);
}

std::string FxNodeTexts::line(FxNodeId id) const
{
    const FxNode& node = m_graph.nodes[id];
    const std::uint32_t users = node.outputs.empty() ? 0 : m_users[node.outputs.front()];
    std::string text = fmt::format("%{} : [num_users={}] = {}[target={}]", name(id), users,
                                   to_string(node.kind), torch_target(node));
    if (node.kind == FxKind::Placeholder || node.kind == FxKind::GetAttr)
        return text;
    text += "(args = (";
    for (std::size_t i = 0; i < node.args.size(); ++i)
        text += (i > 0 ? ", " : "") + arg_text(node.args[i], 0);
    if (node.args.size() == 1)
        text += ',';
    text += "), kwargs = {";
    for (std::size_t i = 0; i < node.kwargs.size(); ++i)
        text += fmt::format("{}{}: {}", i > 0 ? ", " : "", node.kwargs[i].name,
                            arg_text(node.kwargs[i].arg, 0));
    return text + "})";
}

std::string FxNodeTexts::stack_trace(FxNodeId id, FrameId frame) const
{
    std::vector<SourceId> locations;
    for (FrameId f : m_graph.frame_stack(frame))
        if (m_graph.frames[f].call_site != no_index)
            locations.push_back(m_graph.frames[f].call_site);
    const SourceId own = m_graph.nodes[id].source;
    if (own != no_index && own < m_graph.sources.size()) {
        // Some files record the whole traceback with the node; then it is told as it is.
        const SourceLocation& location = m_graph.sources[own];
        if (location.text.find("File \"") != std::string::npos)
            return location.text;
        locations.push_back(own);
    }
    std::string text;
    for (SourceId location : locations) {
        if (location >= m_graph.sources.size())
            continue;
        if (!text.empty())
            text += "\n  ";
        text += trace_entry(m_graph.sources[location]);
    }
    return text;
}

std::string FxNodeTexts::source(FxNodeId id) const
{
    const SourceId own = m_graph.nodes[id].source;
    if (own >= m_graph.sources.size() || m_graph.sources[own].file.empty())
        return {};
    return fmt::format("{}:{}", m_graph.sources[own].file, m_graph.sources[own].line);
}

} // namespace strata
