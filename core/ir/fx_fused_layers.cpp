#include "ir/fx_fused_layers.h"

#include "ir/fx_copy.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

namespace strata {
namespace {

constexpr std::string_view fused_layer = "aten::_transformer_encoder_layer_fwd";
constexpr std::string_view nest = "aten::_nested_tensor_from_mask";

/// Positions of the operator's arguments, as in its schema.
enum Argument : std::size_t {
    Src,
    EmbedDim,
    Heads,
    QkvWeight,
    QkvBias,
    ProjWeight,
    ProjBias,
    UseGelu,
    NormFirst,
    Eps,
    Norm1Weight,
    Norm1Bias,
    Norm2Weight,
    Norm2Bias,
    Ffn1Weight,
    Ffn1Bias,
    Ffn2Weight,
    Ffn2Bias,
    Mask,
    MaskType,
    ArgumentCount
};

template <class T>
const T* constant(const FxNode& node, Argument position)
{
    return std::get_if<T>(&node.args[position].value);
}

bool has_known_settings(const FxNode& node)
{
    // The mask and its type may be left out.
    return node.target == fused_layer && node.args.size() >= Mask &&
           node.args.size() <= ArgumentCount && node.kwargs.empty() && node.outputs.size() == 1 &&
           constant<std::int64_t>(node, EmbedDim) && constant<std::int64_t>(node, Heads) &&
           constant<bool>(node, UseGelu) && constant<bool>(node, NormFirst) &&
           constant<double>(node, Eps);
}

/// The module whose parameter the argument is, when that is below the module that runs the node.
std::optional<ModuleId> owner_below(const Program& program, const FxNode& node, Argument position)
{
    const FxRef* ref = node.args[position].ref();
    const FxNodeId maker = ref ? program.graph.values[ref->value].node : no_index;
    if (maker == no_index || program.graph.nodes[maker].kind != FxKind::GetAttr)
        return std::nullopt;
    const std::string& fqn = program.graph.nodes[maker].target;
    const ModuleId caller = program.graph.frames[node.frame].module;
    const std::optional<ModuleId> owner =
        program.modules.find(std::string_view(fqn).substr(0, std::min(fqn.rfind('.'), fqn.size())));
    if (!owner || *owner == caller || !program.modules.is_ancestor_or_self(caller, *owner))
        return std::nullopt;
    return owner;
}

/// A tensor of rows that count and rows that are padding.
struct Padded {
    FxArg tensor;
    FxArg counts; ///< which rows count, bool
};

class Opener final : public FxCopier {
public:
    explicit Opener(Program& program) : FxCopier(program.graph), m_program(program) {}

private:
    bool replace(FxNodeId id, FxBlockId block) override
    {
        const FxNode& node = from().nodes[id];
        if (!has_known_settings(node))
            return false;
        constexpr std::array parts{QkvWeight, Norm1Weight, Norm2Weight, Ffn1Weight, Ffn2Weight};
        if (std::none_of(parts.begin(), parts.end(), [&](Argument position) {
                return owner_below(m_program, node, position).has_value();
            }))
            return false;
        open(node, block);
        return true;
    }

    void open(const FxNode& node, FxBlockId block)
    {
        m_node = &node;
        m_block = block;
        m_row_type = from().values[node.outputs[0]].type;
        const std::optional<Padded> padded = padded_source();
        FxArg x = padded ? padded->tensor : arg(Src);
        FxArg mask = arg(Mask);
        FxArg mask_type = arg(MaskType);
        if (padded) {
            // The fused operator takes the rows that count, attention those that do not.
            mask = call(node.frame, "aten::logical_not", {padded->counts}, "padding",
                        FxType::tensor(DType::Bool));
            mask_type = std::int64_t{1}; // a mask of keys, [batch, tokens]
        }
        if (*constant<bool>(node, NormFirst)) {
            x = sum(x, attention(norm(x, Norm1Weight), mask, mask_type));
            x = sum(x, feed_forward(norm(x, Norm2Weight)));
        } else {
            x = norm(sum(x, attention(x, mask, mask_type)), Norm1Weight);
            x = norm(sum(x, feed_forward(x)), Norm2Weight);
        }
        if (padded) {
            const FxArg rows = x;
            x = call(node.frame, nest, {rows, padded->counts, false}, "rows", m_row_type);
            m_padded.emplace(node.outputs[0], Padded{rows, padded->counts});
        }
        bind(node.outputs[0], x);
    }

    /// Where the rows come from a nested tensor: what it was made of.
    std::optional<Padded> padded_source() const
    {
        const FxRef* ref = m_node->args[Src].ref();
        if (!ref)
            return std::nullopt;
        if (const auto known = m_padded.find(ref->value); known != m_padded.end())
            return known->second;
        const FxNodeId maker = from().values[ref->value].node;
        if (maker == no_index || from().nodes[maker].target != nest)
            return std::nullopt;
        const FxNode& node = from().nodes[maker];
        return Padded{copy_arg(node.args[0]), copy_arg(node.args[1])};
    }

    FxArg arg(Argument position) const
    {
        return position < m_node->args.size() ? copy_arg(m_node->args[position]) : FxArg{};
    }
    static Argument next(Argument position) { return static_cast<Argument>(position + 1); }

    /// A call of the module whose parameter the argument is; the layer's own without one.
    FrameId frame_of(Argument position)
    {
        const auto owner = owner_below(m_program, *m_node, position);
        if (!owner)
            return m_node->frame;
        return to().add_frame(*owner, m_program.modules.at(*owner).calls++, m_node->frame,
                              m_node->source);
    }

    FxArg call(FrameId frame, std::string_view target, std::vector<FxArg> args,
               std::vector<std::string> names, std::vector<FxType> types)
    {
        FxNode node;
        node.target = target;
        node.args = std::move(args);
        node.frame = frame;
        node.source = m_node->source;
        const FxNodeId id =
            to().add_node(m_block, std::move(node), std::move(names), std::move(types));
        return FxRef{to().nodes[id].outputs[0]};
    }
    FxArg call(FrameId frame, std::string_view target, std::vector<FxArg> args, std::string name,
               FxType type)
    {
        return call(frame, target, std::move(args), std::vector<std::string>{std::move(name)},
                    std::vector<FxType>{std::move(type)});
    }

    FxArg sum(FxArg a, FxArg b)
    {
        return call(m_node->frame, "aten::add.Tensor",
                    {std::move(a), std::move(b), std::int64_t{1}}, "add", m_row_type);
    }

    FxArg norm(FxArg x, Argument weight)
    {
        return call(frame_of(weight), "aten::layer_norm",
                    {std::move(x), FxArg::List{arg(EmbedDim)}, arg(weight), arg(next(weight)),
                     arg(Eps), false},
                    "layer_norm", m_row_type);
    }

    FxArg attention(FxArg x, FxArg mask, FxArg mask_type)
    {
        return call(frame_of(QkvWeight), "aten::_native_multi_head_attention",
                    {x, x, x, arg(EmbedDim), arg(Heads), arg(QkvWeight), arg(QkvBias),
                     arg(ProjWeight), arg(ProjBias), std::move(mask), false, false,
                     std::move(mask_type)},
                    {"attention", "attention_weights"}, {m_row_type, FxType::tensor()});
    }

    FxArg feed_forward(FxArg x)
    {
        const FxType hidden = FxType::tensor(m_row_type.dtype);
        x = linear(std::move(x), Ffn1Weight, hidden);
        const bool gelu = *constant<bool>(*m_node, UseGelu);
        x = call(m_node->frame, gelu ? "aten::gelu" : "aten::relu", {std::move(x)},
                 gelu ? "gelu" : "relu", hidden);
        return linear(std::move(x), Ffn2Weight, m_row_type);
    }

    FxArg linear(FxArg x, Argument weight, FxType type)
    {
        return call(frame_of(weight), "aten::linear",
                    {std::move(x), arg(weight), arg(next(weight))}, "linear", std::move(type));
    }

    Program& m_program;
    const FxNode* m_node = nullptr;                 ///< the layer that is being opened
    FxBlockId m_block = 0;                          ///< of the copy
    FxType m_row_type;                              ///< of what the layer takes and gives
    std::unordered_map<FxValueId, Padded> m_padded; ///< by the original's nested value
};

} // namespace

void open_fused_layers(Program& program)
{
    if (std::any_of(program.graph.nodes.begin(), program.graph.nodes.end(),
                    [](const FxNode& node) { return node.target == fused_layer; }))
        program.graph = Opener(program).run();
}

} // namespace strata
