// One FX node as torch.fx's Node.format_node() writes it.
#pragma once

#include "ir/fx_graph.h"

#include <cstdint>
#include <string>
#include <vector>

namespace strata {

/// "conv2d": the node's first output, or its target when it has none.
const std::string& fx_node_name(const FxGraph& graph, FxNodeId node);
/// "FILE:LINE" of the node itself; empty when nothing was recorded.
std::string fx_node_source(const FxGraph& graph, FxNodeId node);

/// Texts of a graph's nodes; those of many nodes are made in one buffer. Keeps a reference to the
/// graph; building it is linear in the graph.
class FxNodeTexts {
public:
    explicit FxNodeTexts(const FxGraph& graph);

    /// "aten.conv2d.default": as the last part of PyTorch's class hierarchy names it.
    static void append_short_target(const FxNode& node, std::string& text);
    /// "%conv2d : [num_users=1] = call_function[target=torch.ops.aten.conv2d.default](args = (%x,
    /// %w), kwargs = {})". Lists that TorchScript builds with a node of their own are written in
    /// place.
    std::string line(FxNodeId node) const;
    void append_line(FxNodeId node, std::string& text) const;
    /// Python source lines around a node, outermost call first, in the format of Python's
    /// traceback; empty when nothing was recorded.
    void append_stack_trace(FxNodeId node, FrameId frame, std::string& text) const;

private:
    void append_arg(const FxArg& arg, unsigned depth, std::string& text) const;
    void append_list(const FxArg::List& list, unsigned depth, std::string& text) const;
    void append_ref(FxValueId value, unsigned depth, std::string& text) const;

    const FxGraph& m_graph;
    std::vector<std::uint32_t> m_users; ///< per value: how many nodes use it
};

} // namespace strata
