#include "ir/fx_text.h"

#include <cmath>
#include <fmt/format.h>

namespace strata {
namespace {

std::string quoted(std::string_view text)
{
    std::string result = "\"";
    for (const char c : text) {
        switch (c) {
        case '"':
            result += "\\\"";
            break;
        case '\\':
            result += "\\\\";
            break;
        case '\n':
            result += "\\n";
            break;
        case '\t':
            result += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20)
                result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
            else
                result += c;
        }
    }
    return result + '"';
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// Bare where the parser reads it as one word.
std::string word(std::string_view text)
{
    bool plain =
        !text.empty() && (is_letter(text.front()) || is_digit(text.front())) && text.back() != ':';
    for (const char c : text)
        plain = plain && (is_letter(c) || is_digit(c) || c == '.' || c == '@' ||
                          (c == ':' && is_letter(text.front())));
    return plain ? std::string(text) : quoted(text);
}

/// A name that must not look like a number.
std::string name(std::string_view text)
{
    return !text.empty() && is_letter(text.front()) ? word(text) : quoted(text);
}

std::string dim_text(const FxDim& dim)
{
    if (dim.known())
        return fmt::format("{}", dim.value);
    if (dim.symbol.empty())
        return "?";
    return name(dim.symbol);
}

std::string type_text(const FxType& type);

std::string elements_text(std::string_view kind, const FxType& type)
{
    std::string text(kind);
    if (type.elements.empty())
        return text;
    text += '<';
    for (std::size_t i = 0; i < type.elements.size(); ++i)
        text += (i > 0 ? ", " : "") + type_text(type.elements[i]);
    return text + '>';
}

std::string type_text(const FxType& type)
{
    switch (type.kind) {
    case FxType::Kind::Unknown:
        return "?";
    case FxType::Kind::Int:
        return "int";
    case FxType::Kind::Float:
        return "float";
    case FxType::Kind::Bool:
        return "bool";
    case FxType::Kind::String:
        return "str";
    case FxType::Kind::None:
        return "none";
    case FxType::Kind::Other:
        return "other";
    case FxType::Kind::List:
        return elements_text("list", type);
    case FxType::Kind::Tuple:
        return elements_text("tuple", type);
    case FxType::Kind::Dict:
        return elements_text("dict", type);
    case FxType::Kind::Optional:
        return elements_text("optional", type);
    case FxType::Kind::Tensor:
        break;
    }
    std::string text = "tensor";
    if (type.dtype != DType::Unknown)
        text += fmt::format("<{}>", to_string(type.dtype));
    if (type.shape) {
        text += '[';
        for (std::size_t i = 0; i < type.shape->size(); ++i)
            text += (i > 0 ? ", " : "") + dim_text((*type.shape)[i]);
        text += ']';
    }
    return text;
}

class Printer {
public:
    Printer(const FxGraph& graph, const ModuleTree& modules) : m_graph(graph), m_modules(modules) {}

    std::string print()
    {
        for (FrameId id = 0; id < m_graph.frames.size(); ++id)
            print_frame(id);
        for (SourceId id = 0; id < m_graph.sources.size(); ++id)
            print_source(id);
        for (FxNodeId id : m_graph.blocks[FxGraph::main_block].nodes)
            print_node(id, 0);
        return std::move(m_out);
    }

private:
    void print_frame(FrameId id)
    {
        const CallFrame& frame = m_graph.frames[id];
        const bool known = frame.module < m_modules.size();
        m_out += fmt::format("frame {}: {}", id,
                             quoted(known ? m_modules[frame.module].fqn : std::string()));
        if (known && !m_modules[frame.module].class_name.empty())
            m_out += fmt::format(" class={}", quoted(m_modules[frame.module].class_name));
        if (frame.call != 0)
            m_out += fmt::format(" call={}", frame.call);
        if (frame.parent != no_index)
            m_out += fmt::format(" parent={}", frame.parent);
        if (frame.call_site != no_index)
            m_out += fmt::format(" src={}", frame.call_site);
        m_out += '\n';
    }

    void print_source(SourceId id)
    {
        const SourceLocation& source = m_graph.sources[id];
        m_out += fmt::format("source {}: {}:{}", id, quoted(source.file), source.line);
        if (!source.function.empty())
            m_out += fmt::format(" function={}", quoted(source.function));
        if (!source.text.empty())
            m_out += fmt::format(" text={}", quoted(source.text));
        m_out += '\n';
    }

    void print_values(const std::vector<FxValueId>& values)
    {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const FxValue& value = m_graph.values[values[i]];
            m_out += fmt::format("{}%{} : {}", i > 0 ? ", " : "", word(value.name),
                                 type_text(value.type));
        }
    }

    void print_args(const std::vector<FxArg>& args)
    {
        for (std::size_t i = 0; i < args.size(); ++i) {
            if (i > 0)
                m_out += ", ";
            print_arg(args[i]);
        }
    }

    void print_arg(const FxArg& arg)
    {
        std::visit(
            [this](const auto& v) {
                using T = std::decay_t<decltype(v)>;
                if constexpr (std::is_same_v<T, FxNone>) {
                    m_out += "None";
                } else if constexpr (std::is_same_v<T, bool>) {
                    m_out += v ? "True" : "False";
                } else if constexpr (std::is_same_v<T, std::int64_t>) {
                    m_out += fmt::format("{}", v);
                } else if constexpr (std::is_same_v<T, double>) {
                    std::string text = std::isnan(v) ? "nan" : fmt::format("{}", v);
                    // Told apart from an integer.
                    if (text.find_first_not_of("-0123456789") == std::string::npos)
                        text += ".0";
                    m_out += text;
                } else if constexpr (std::is_same_v<T, std::string>) {
                    m_out += quoted(v);
                } else if constexpr (std::is_same_v<T, DType>) {
                    m_out += fmt::format("dtype({})", to_string(v));
                } else if constexpr (std::is_same_v<T, FxEnum>) {
                    m_out += fmt::format("enum({})", word(v.name));
                } else if constexpr (std::is_same_v<T, FxRef>) {
                    m_out += '%' + (v.value < m_graph.values.size()
                                        ? word(m_graph.values[v.value].name)
                                        : fmt::format("\"undefined {}\"", v.value));
                } else {
                    m_out += '[';
                    print_args(v);
                    m_out += ']';
                }
            },
            arg.value);
    }

    void print_node(FxNodeId id, int depth)
    {
        const FxNode& node = m_graph.nodes[id];
        m_out.append(static_cast<std::size_t>(depth), ' ');
        print_values(node.outputs);
        m_out += fmt::format("{}{}[{}](", node.outputs.empty() ? "" : " = ", to_string(node.kind),
                             word(node.target));
        print_args(node.args);
        for (std::size_t i = 0; i < node.kwargs.size(); ++i) {
            m_out += fmt::format("{}{}=", i > 0 || !node.args.empty() ? ", " : "",
                                 name(node.kwargs[i].name));
            print_arg(node.kwargs[i].arg);
        }
        m_out += ')';
        std::string meta;
        auto add = [&meta](std::string_view key, std::uint32_t value, std::uint32_t unset) {
            if (value != unset)
                meta += fmt::format("{}{}={}", meta.empty() ? "" : ", ", key, value);
        };
        add("frame", node.frame, 0);
        add("src", node.source, no_index);
        add("tensor", node.tensor, no_index);
        if (!meta.empty())
            m_out += " {" + meta + "}";
        m_out += '\n';
        for (FxBlockId block : node.blocks)
            print_block(block, depth + 2);
    }

    void print_block(FxBlockId id, int depth)
    {
        const FxBlock& block = m_graph.blocks[id];
        const std::string indent(static_cast<std::size_t>(depth), ' ');
        m_out += indent + "block(";
        print_values(block.params);
        m_out += ") {\n";
        for (FxNodeId node : block.nodes)
            print_node(node, depth + 2);
        m_out += indent + "  return(";
        print_args(block.results);
        m_out += ")\n" + indent + "}\n";
    }

    const FxGraph& m_graph;
    const ModuleTree& m_modules;
    std::string m_out;
};

} // namespace

std::string print_fx(const FxGraph& graph, const ModuleTree& modules)
{
    return Printer(graph, modules).print();
}

} // namespace strata
