#include "ir/fx_graph.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace strata {
namespace {

constexpr std::array<std::string_view, 6> kind_names{"placeholder", "get_attr",    "call_function",
                                                     "call_method", "call_module", "output"};

} // namespace

std::string_view to_string(FxKind kind)
{
    return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<FxKind> parse_fx_kind(std::string_view text)
{
    const auto it = std::find(kind_names.begin(), kind_names.end(), text);
    if (it == kind_names.end())
        return std::nullopt;
    return static_cast<FxKind>(it - kind_names.begin());
}

FxType FxType::tensor(DType dtype)
{
    FxType type;
    type.kind = Kind::Tensor;
    type.dtype = dtype;
    return type;
}

FxType FxType::of(Kind kind)
{
    FxType type;
    type.kind = kind;
    return type;
}

FxType FxType::list(FxType element)
{
    FxType type;
    type.kind = Kind::List;
    type.elements.push_back(std::move(element));
    return type;
}

FxGraph::FxGraph()
{
    blocks.emplace_back();
    frames.emplace_back();
}

FxBlockId FxGraph::add_block(FxNodeId owner)
{
    blocks.emplace_back();
    blocks.back().owner = owner;
    return static_cast<FxBlockId>(blocks.size() - 1);
}

FxValueId FxGraph::add_value(std::string name, FxType type)
{
    FxValue value;
    value.name = unique_name(std::move(name));
    value.type = std::move(type);
    values.push_back(std::move(value));
    return static_cast<FxValueId>(values.size() - 1);
}

FxValueId FxGraph::add_block_param(FxBlockId block, std::string name, FxType type)
{
    const FxValueId id = add_value(std::move(name), std::move(type));
    values[id].index = static_cast<std::uint32_t>(blocks[block].params.size());
    values[id].block = block;
    blocks[block].params.push_back(id);
    return id;
}

FxNodeId FxGraph::add_node(FxBlockId block, FxNode node, std::vector<std::string> output_names,
                           std::vector<FxType> output_types)
{
    const auto id = static_cast<FxNodeId>(nodes.size());
    node.block = block;
    node.outputs.clear();
    for (std::size_t i = 0; i < output_names.size(); ++i) {
        const FxValueId value = add_value(std::move(output_names[i]), std::move(output_types[i]));
        values[value].node = id;
        values[value].index = static_cast<std::uint32_t>(i);
        values[value].block = block;
        node.outputs.push_back(value);
    }
    nodes.push_back(std::move(node));
    blocks[block].nodes.push_back(id);
    return id;
}

FrameId FxGraph::add_frame(ModuleId module, std::uint32_t call, FrameId parent, SourceId call_site)
{
    frames.push_back({module, call, parent, call_site});
    return static_cast<FrameId>(frames.size() - 1);
}

SourceId FxGraph::add_source(SourceLocation location)
{
    std::string key = fmt::format("{}\n{}\n{}\n{}", location.file, location.line, location.function,
                                  location.text);
    const auto [it, inserted] =
        m_source_ids.emplace(std::move(key), static_cast<SourceId>(sources.size()));
    if (inserted)
        sources.push_back(std::move(location));
    return it->second;
}

std::vector<FxNodeId> FxGraph::placeholders() const
{
    std::vector<FxNodeId> found;
    for (FxNodeId id : blocks[main_block].nodes)
        if (nodes[id].kind == FxKind::Placeholder)
            found.push_back(id);
    return found;
}

FxNodeId FxGraph::output_node() const
{
    const std::vector<FxNodeId>& main = blocks[main_block].nodes;
    if (main.empty() || nodes[main.back()].kind != FxKind::Output)
        return no_index;
    return main.back();
}

std::vector<FrameId> FxGraph::frame_stack(FrameId frame) const
{
    std::vector<FrameId> stack;
    for (; frame != no_index; frame = frames[frame].parent)
        stack.push_back(frame);
    std::reverse(stack.begin(), stack.end());
    return stack;
}

std::string FxGraph::unique_name(std::string name)
{
    if (name.empty())
        name = "v";
    auto [it, inserted] = m_names.emplace(name, 0);
    if (inserted)
        return name;
    std::string candidate;
    do {
        candidate = fmt::format("{}_{}", name, ++it->second);
    } while (m_names.contains(candidate));
    m_names.emplace(candidate, 0);
    return candidate;
}

} // namespace strata
