#include "source_map.h"

#include "torch_compat.h"

#include <charconv>

namespace strata::torch_module {
namespace {

/// The stack without what is the same for every node: the tracer and what called it, and the
/// machinery that Module.__call__ goes through.
std::string without_machinery(std::string_view stack)
{
    std::string kept;
    while (!stack.empty()) {
        const std::size_t end = stack.find('\n');
        const std::string_view line = stack.substr(0, end);
        const SourceLocation call = parse_stack_line(line);
        if (call.file.ends_with("torch/jit/_trace.py"))
            break;
        const bool machinery = call.file.ends_with("torch/nn/modules/module.py") &&
                               (call.function.ends_with("_call_impl") ||
                                call.function == "_slow_forward" || call.function == "__call__");
        if (!machinery && !line.empty()) {
            if (!kept.empty())
                kept += '\n';
            kept += line;
        }
        if (end == std::string_view::npos)
            break;
        stack.remove_prefix(end + 1);
    }
    return kept;
}

} // namespace

SourceLocation parse_stack_line(std::string_view line)
{
    SourceLocation location;
    const std::size_t close = line.rfind("): ");
    const std::size_t open = close == std::string_view::npos ? close : line.rfind('(', close);
    if (open == std::string_view::npos)
        return location;
    const char* const end = line.data() + close;
    std::uint32_t number = 0;
    const auto [rest, error] = std::from_chars(line.data() + open + 1, end, number);
    if (error != std::errc{} || rest != end)
        return location;
    location.file = line.substr(0, open);
    location.line = number;
    location.function = line.substr(close + 3);
    return location;
}

SourceId SourceMap::find(const torch::jit::Node& node, const std::string& function)
{
    const torch::jit::SourceRange range = node.sourceRange();
    if (!range.source())
        return no_index;
    const std::pair<const void*, std::size_t> key{range.source().get(), range.start()};
    const auto it = m_known.find(key);
    if (it != m_known.end())
        return it->second;
    const SourceId id = locate(range, function);
    m_known.emplace(key, id);
    return id;
}

SourceId SourceMap::locate(const torch::jit::SourceRange& range, const std::string& function)
{
    const std::optional<torch::jit::SourceRange> original = original_range(range);
    if (!original || !original->source())
        return no_index;
    // Tracing records the Python stack as the text, innermost call first; scripting the source.
    std::string text;
    if (original->start() == 0)
        text = source_text(*original->source());
    SourceLocation location = parse_stack_line(std::string_view(text).substr(0, text.find('\n')));
    if (location.line != 0) {
        ++m_traced;
        location.text = without_machinery(text);
        return m_graph.add_source(std::move(location));
    }
    const std::optional<std::string> file = source_file(*original);
    if (!file || file->empty())
        return no_index;
    ++m_scripted;
    return m_graph.add_source(
        {*file, source_line(*original), function, source_line_text(*original)});
}

} // namespace strata::torch_module
