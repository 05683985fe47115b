#include "torch_compat.h"

#include <torch/version.h>

namespace strata::torch_module {

std::shared_ptr<torch::jit::Graph> graph_of(torch::jit::Function& function)
{
    torch::jit::GraphFunction* graph_function = torch::jit::tryToGraphFunction(function);
    if (!graph_function)
        return nullptr;
    graph_function->ensure_defined();
    return graph_function->graph();
}

std::string source_text(const torch::jit::Source& source)
{
    return source.text_str().str();
}

std::string source_line_text(const torch::jit::SourceRange& range)
{
    const auto& source = range.source();
    if (!source || range.start() > source->size())
        return {};
    const std::string line = source->get_line(source->lineno_for_offset(range.start())).str();
    const std::size_t first = line.find_first_not_of(" \t\r\n");
    if (first == std::string::npos)
        return {};
    return line.substr(first, line.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<std::string> source_file(const torch::jit::SourceRange& range)
{
    if (!range.source() || !range.source()->filename())
        return std::nullopt;
    return *range.source()->filename();
}

std::uint32_t source_line(const torch::jit::SourceRange& range)
{
    const auto location = range.file_line_col();
    return location ? static_cast<std::uint32_t>(std::get<1>(*location)) : 0;
}

std::optional<torch::jit::SourceRange> original_range(const torch::jit::SourceRange& range)
{
    auto found = range.findSourceRangeThatGenerated();
    if (!found)
        return std::nullopt;
    return *found;
}

c10::TypePtr declared_type(const c10::Argument& argument)
{
    return argument.real_type();
}

std::string libtorch_version()
{
    return TORCH_VERSION;
}

} // namespace strata::torch_module
