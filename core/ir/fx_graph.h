// The FX graph: what the model computes, in PyTorch's operators, with the module call around every
// node.
//
// One FxGraph holds all nodes and values of a program in flat arenas; blocks (the main one,
// branches, loop bodies) list the nodes in order of execution, and a block may use values of the
// blocks around it. The flattened form has five of torch.fx's six kinds; the sixth, call_module,
// appears in the hierarchical form that split_by_module() derives (fx_hierarchy.h).
//
// Terms as in torch.fx (https://pytorch.org/docs/stable/fx.html).
#pragma once

#include "base/dtype.h"
#include "base/result.h"
#include "ir/module_tree.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace strata {

using FxNodeId = std::uint32_t;
using FxValueId = std::uint32_t;
using FxBlockId = std::uint32_t;
using FrameId = std::uint32_t;
using SourceId = std::uint32_t;
inline constexpr std::uint32_t no_index = static_cast<std::uint32_t>(-1);

enum class FxKind : std::uint8_t {
    Placeholder,
    GetAttr,
    CallFunction,
    CallMethod,
    CallModule,
    Output
};
std::string_view to_string(FxKind kind); ///< torch.fx's spelling: "call_module"
std::optional<FxKind> parse_fx_kind(std::string_view text);

/// A dimension: a number, a symbolic expression ("batch", "2*s27"), or unknown.
struct FxDim {
    std::int64_t value = -1; ///< >= 0: known
    std::string symbol;      ///< when not known; empty: unknown

    bool known() const { return value >= 0; }
    friend bool operator==(const FxDim&, const FxDim&) = default;
};

/// What is statically known of a value.
struct FxType {
    enum class Kind : std::uint8_t {
        Unknown,
        Tensor,
        Int,
        Float,
        Bool,
        String,
        None,
        List,
        Tuple,
        Dict,
        Optional,
        Other
    };
    Kind kind = Kind::Unknown;
    DType dtype = DType::Unknown;            ///< of a Tensor
    std::optional<std::vector<FxDim>> shape; ///< of a Tensor; nothing: rank unknown
    std::vector<FxType> elements; ///< List/Optional: one; Tuple: all; Dict: key and value

    static FxType tensor(DType dtype = DType::Unknown);
    static FxType of(Kind kind);
    static FxType list(FxType element);
    friend bool operator==(const FxType&, const FxType&) = default;
};

/// A use of a value.
struct FxRef {
    FxValueId value = no_index;
    friend bool operator==(const FxRef&, const FxRef&) = default;
};
struct FxNone {
    friend bool operator==(const FxNone&, const FxNone&) = default;
};
/// An enumeration constant of torch: memory_format, layout, device; kept by name.
struct FxEnum {
    std::string name; ///< "torch.contiguous_format", "cpu"
    friend bool operator==(const FxEnum&, const FxEnum&) = default;
};

/// An argument: an immediate, a reference to a value, or a list (nested) of arguments.
struct FxArg {
    using List = std::vector<FxArg>;
    std::variant<FxNone, bool, std::int64_t, double, std::string, DType, FxEnum, FxRef, List> value;

    FxArg() = default;
    FxArg(FxNone v) : value(v) {}
    FxArg(bool v) : value(v) {}
    FxArg(std::int64_t v) : value(v) {}
    FxArg(double v) : value(v) {}
    FxArg(std::string v) : value(std::move(v)) {}
    FxArg(DType v) : value(v) {}
    FxArg(FxEnum v) : value(std::move(v)) {}
    FxArg(FxRef v) : value(v) {}
    FxArg(List v) : value(std::move(v)) {}

    bool is_none() const { return std::holds_alternative<FxNone>(value); }
    const FxRef* ref() const { return std::get_if<FxRef>(&value); }
    friend bool operator==(const FxArg&, const FxArg&) = default;
};
struct FxKeywordArg {
    std::string name;
    FxArg arg;
    friend bool operator==(const FxKeywordArg&, const FxKeywordArg&) = default;
};

struct FxValue {
    std::string name; ///< unique in the graph: "conv2d_1"
    FxType type;
    FxNodeId node = no_index;   ///< who makes it; no_index for block parameters
    std::uint32_t index = 0;    ///< which output of that node, or which parameter of the block
    FxBlockId block = no_index; ///< where it is defined
};

struct FxNode {
    FxKind kind = FxKind::CallFunction;
    /// Placeholder: the input's name. GetAttr: the FQN of a parameter, buffer or constant.
    /// CallFunction/CallMethod: a normalised operator, "aten::conv2d", "aten::add.Tensor" (no
    /// ".default"), "prim::If", "prim::Loop", "prim::ListConstruct", "torchvision::nms".
    /// CallModule: the child's FQN. Output: "output".
    std::string target;
    std::vector<FxArg> args;
    std::vector<FxKeywordArg> kwargs;
    std::vector<FxValueId> outputs;
    std::vector<FxBlockId> blocks;   ///< bodies of prim::If (then, else) and prim::Loop (body)
    FrameId frame = 0;               ///< the module call it belongs to
    SourceId source = no_index;      ///< the Python line it came from
    std::uint32_t tensor = no_index; ///< GetAttr: index into Program::tensors
    FxBlockId block = no_index;      ///< the block that lists it
};

/// A sequence of nodes with parameters and results. The main block's parameters are empty: inputs
/// are Placeholder nodes and results are the arguments of its Output node. Bodies have both:
/// prim::If: no parameters; results pair with the node's outputs.
/// prim::Loop: parameters are the trip counter and the carried values; results are the next
/// condition and the carried values; the node's arguments are the maximal trip count, the first
/// condition and the initial values.
struct FxBlock {
    std::vector<FxValueId> params;
    std::vector<FxNodeId> nodes;
    std::vector<FxArg> results;
    FxNodeId owner = no_index; ///< the node whose body it is; no_index for the main block
};

/// One call of a module instance (or of a method of it) during the forward pass. Frame 0 is the
/// root's forward.
struct CallFrame {
    ModuleId module = root_module;
    std::uint32_t call = 0; ///< 0 for the first call of this instance, 1 for "relu@1", ...
    FrameId parent = no_index;
    SourceId call_site = no_index; ///< the Python line in the caller
};

/// Where in Python a node came from.
struct SourceLocation {
    std::string file;
    std::uint32_t line = 0;
    std::string function; ///< may be empty
    std::string text;     ///< the source line or the stack as recorded; may be empty
};

/// Owns nodes, values, blocks, frames and source locations of one program's graph.
class FxGraph {
public:
    FxGraph();

    static constexpr FxBlockId main_block = 0;

    std::vector<FxNode> nodes;
    std::vector<FxValue> values;
    std::vector<FxBlock> blocks;
    std::vector<CallFrame> frames;
    std::vector<SourceLocation> sources;

    FxBlockId add_block(FxNodeId owner);
    FxValueId add_value(std::string name, FxType type);
    FxValueId add_block_param(FxBlockId block, std::string name, FxType type);
    /// Appends a node to a block; `output_names` and `output_types` have the same length. Names are
    /// made unique.
    FxNodeId add_node(FxBlockId block, FxNode node, std::vector<std::string> output_names,
                      std::vector<FxType> output_types);
    FrameId add_frame(ModuleId module, std::uint32_t call, FrameId parent,
                      SourceId call_site = no_index);
    /// Returns the id of an equal location when there is one.
    SourceId add_source(SourceLocation location);

    /// The main block's placeholders, in order.
    std::vector<FxNodeId> placeholders() const;
    /// The main block's Output node; no_index when missing.
    FxNodeId output_node() const;
    /// "layer1.0/relu@1"-free short form: the module FQNs from the root to the frame's module,
    /// outermost first.
    std::vector<FrameId> frame_stack(FrameId frame) const;

private:
    std::string unique_name(std::string name);

    std::unordered_map<std::string, std::uint32_t> m_names;
    std::unordered_map<std::string, SourceId> m_source_ids;
};

/// Calls `visit(const FxArg&)` on the argument and everything nested in it.
template <class Visit>
void visit_arg(const FxArg& arg, const Visit& visit)
{
    visit(arg);
    if (const auto* list = std::get_if<FxArg::List>(&arg.value))
        for (const FxArg& item : *list)
            visit_arg(item, visit);
}
/// Calls `visit(FxValueId)` for each value a node's own arguments refer to (bodies not included).
template <class Visit>
void visit_uses(const FxNode& node, const Visit& visit)
{
    auto on_arg = [&](const FxArg& arg) {
        if (const FxRef* ref = arg.ref())
            visit(ref->value);
    };
    for (const FxArg& arg : node.args)
        visit_arg(arg, on_arg);
    for (const FxKeywordArg& kwarg : node.kwargs)
        visit_arg(kwarg.arg, on_arg);
}

} // namespace strata
