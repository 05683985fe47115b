#include "hierarchy/fx_node_text.h"

#include "hierarchy/python_text.h"

#include <fmt/format.h>
#include <iterator>
#include <string_view>

namespace strata {
namespace {

constexpr unsigned deepest_inlined_list = 8;

bool makes_list(const FxNode& node)
{
    return node.target == "prim::ListConstruct" || node.target == "prim::TupleConstruct";
}

/// "aten.conv2d.default" for "aten::conv2d", "aten.add.Tensor" for "aten::add.Tensor".
void append_dotted(std::string_view target, std::string& text)
{
    const std::size_t colons = target.find("::");
    if (colons == std::string_view::npos) {
        text += target;
        return;
    }
    const std::string_view space = target.substr(0, colons);
    const std::string_view op = target.substr(colons + 2);
    text += space;
    text += '.';
    text += op;
    // PyTorch's primitives have no overloads to name.
    if (space != "prim" && op.find('.') == std::string_view::npos)
        text += ".default";
}

void append_trace_entry(const SourceLocation& location, std::string& text)
{
    fmt::format_to(std::back_inserter(text), "File \"{}\", line {}", location.file, location.line);
    if (!location.function.empty()) {
        text += ", in ";
        text += location.function;
    }
    if (!location.text.empty()) {
        text += "\n    ";
        text += location.text;
    }
}

} // namespace

const std::string& fx_node_name(const FxGraph& graph, FxNodeId id)
{
    const FxNode& node = graph.nodes[id];
    return node.outputs.empty() ? node.target : graph.values[node.outputs.front()].name;
}

std::string fx_node_source(const FxGraph& graph, FxNodeId id)
{
    const SourceId own = graph.nodes[id].source;
    if (own >= graph.sources.size() || graph.sources[own].file.empty())
        return {};
    return fmt::format("{}:{}", graph.sources[own].file, graph.sources[own].line);
}

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

void FxNodeTexts::append_short_target(const FxNode& node, std::string& text)
{
    if (node.kind == FxKind::CallFunction || node.kind == FxKind::CallMethod)
        append_dotted(node.target, text);
    else
        text += node.target;
}

void FxNodeTexts::append_ref(FxValueId value, unsigned depth, std::string& text) const
{
    if (value >= m_graph.values.size()) {
        text += "None";
        return;
    }
    const FxValue& made = m_graph.values[value];
    if (made.node != no_index && depth < deepest_inlined_list)
        if (const FxNode& maker = m_graph.nodes[made.node]; makes_list(maker))
            return append_list(maker.args, depth + 1, text);
    text += '%';
    text += made.name;
}

void FxNodeTexts::append_list(const FxArg::List& list, unsigned depth, std::string& text) const
{
    text += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0)
            text += ", ";
        append_arg(list[i], depth, text);
    }
    text += ']';
}

void FxNodeTexts::append_arg(const FxArg& arg, unsigned depth, std::string& text) const
{
    struct Printer {
        const FxNodeTexts& texts;
        unsigned depth;
        std::string& text;

        void operator()(FxNone) const { text += "None"; }
        void operator()(bool v) const { text += v ? "True" : "False"; }
        void operator()(std::int64_t v) const { text += fmt::format_int(v).c_str(); }
        void operator()(double v) const { text += python_repr(v); }
        void operator()(const std::string& v) const { text += v; }
        void operator()(DType v) const { (text += "torch.") += to_string(v); }
        void operator()(const FxEnum& v) const { text += v.name; }
        void operator()(FxRef v) const { texts.append_ref(v.value, depth, text); }
        void operator()(const FxArg::List& list) const { texts.append_list(list, depth, text); }
    };
    std::visit(Printer{*this, depth, text}, arg.value);
}

std::string FxNodeTexts::line(FxNodeId id) const
{
    std::string text;
    append_line(id, text);
    return text;
}

void FxNodeTexts::append_line(FxNodeId id, std::string& text) const
{
    const FxNode& node = m_graph.nodes[id];
    const std::uint32_t users = node.outputs.empty() ? 0 : m_users[node.outputs.front()];
    fmt::format_to(std::back_inserter(text),
                   "%{} : [num_users={}] = {}[target=", fx_node_name(m_graph, id), users,
                   to_string(node.kind));
    if (node.target.find("::") != std::string::npos) {
        text += "torch.ops.";
        append_dotted(node.target, text);
    } else {
        text += node.target;
    }
    text += ']';
    if (node.kind == FxKind::Placeholder || node.kind == FxKind::GetAttr)
        return;
    text += "(args = (";
    for (std::size_t i = 0; i < node.args.size(); ++i) {
        if (i > 0)
            text += ", ";
        append_arg(node.args[i], 0, text);
    }
    if (node.args.size() == 1)
        text += ',';
    text += "), kwargs = {";
    for (std::size_t i = 0; i < node.kwargs.size(); ++i) {
        if (i > 0)
            text += ", ";
        text += node.kwargs[i].name;
        text += ": ";
        append_arg(node.kwargs[i].arg, 0, text);
    }
    text += "})";
}

void FxNodeTexts::append_stack_trace(FxNodeId id, FrameId frame, std::string& text) const
{
    const SourceId own = m_graph.nodes[id].source;
    const bool known = own < m_graph.sources.size();
    // Some files record the whole traceback with the node; then it is told as it is.
    if (known && m_graph.sources[own].text.find("File \"") != std::string::npos) {
        text += m_graph.sources[own].text;
        return;
    }
    bool first = true;
    const auto append = [&](SourceId location) {
        if (location >= m_graph.sources.size())
            return;
        if (!first)
            text += "\n  ";
        first = false;
        append_trace_entry(m_graph.sources[location], text);
    };
    for (const FrameId each : m_graph.frame_stack(frame))
        append(m_graph.frames[each].call_site);
    append(own);
}

} // namespace strata
