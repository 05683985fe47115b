// One FX node as torch.fx's Node.format_node() writes it.
#pragma once

#include "ir/fx_graph.h"

#include <cstdint>
#include <string>
#include <vector>

namespace strata {

/// Texts of a graph's nodes. Keeps a reference to the graph; building it is linear in the graph.
class FxNodeTexts {
public:
    explicit FxNodeTexts(const FxGraph& graph);

    /// "conv2d": the node's first output, or its target when it has none.
    std::string name(FxNodeId node) const;
    /// "torch.ops.aten.conv2d.default" for "aten::conv2d", else the target itself.
    static std::string torch_target(const FxNode& node);
    /// "aten.conv2d.default": as the last part of PyTorch's class hierarchy names it.
    static std::string short_target(const FxNode& node);
    /// "%conv2d : [num_users=1] = call_function[target=torch.ops.aten.conv2d.default](args = (%x,
    /// %w), kwargs = {})". Lists that TorchScript builds with a node of their own are written in
    /// place.
    std::string line(FxNodeId node) const;
    /// Python source lines around a node, outermost call first, in the format of Python's
    /// traceback; empty when nothing was recorded.
    std::string stack_trace(FxNodeId node, FrameId frame) const;
    /// "FILE:LINE" of the node itself; empty when nothing was recorded.
    std::string source(FxNodeId node) const;

private:
    std::string arg_text(const FxArg& arg, unsigned depth) const;
    std::string ref_text(FxValueId value, unsigned depth) const;

    const FxGraph& m_graph;
    std::vector<std::uint32_t> m_users; ///< per value: how many nodes use it
};

} // namespace strata
