// Where in Python each TorchScript node came from.
#pragma once

#include "ir/fx_graph.h"

#include <map>
#include <torch/script.h>
#include <utility>

namespace strata::torch_module {

/// Turns source ranges into source locations of the graph, each range once.
class SourceMap {
public:
    explicit SourceMap(FxGraph& graph) : m_graph(graph) {}

    /// `function` is the TorchScript function the node is in; used where the file does not say it.
    SourceId find(const torch::jit::Node& node, const std::string& function);

    /// How the nodes that were asked for were made, as far as the debug information tells.
    std::size_t traced_nodes() const { return m_traced; }
    std::size_t scripted_nodes() const { return m_scripted; }

private:
    SourceId locate(const torch::jit::SourceRange& range, const std::string& function);

    FxGraph& m_graph;
    std::map<std::pair<const void*, std::size_t>, SourceId> m_known;
    std::size_t m_traced = 0;
    std::size_t m_scripted = 0;
};

/// Reads one line of a tracer's stack, "path/to/file.py(12): forward"; the line is 0 when it has
/// another form. The text of the result is empty.
SourceLocation parse_stack_line(std::string_view line);

} // namespace strata::torch_module
