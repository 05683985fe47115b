// The fused operators of PyTorch's inference fast path for transformer encoders.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"

#include <cmath>
#include <limits>
#include <optional>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// x W^T + b.
ValueId affine(Emitter& e, ValueId x, ValueId weight, ValueId bias)
{
    return e.add(e.emit("MatMul", {x, transpose_matrix(e, weight)}), bias);
}

ValueId layer_norm(Emitter& e, ValueId x, ValueId weight, ValueId bias, double eps)
{
    if (e.opset() >= 17)
        return e.emit("LayerNormalization", {x, weight, bias}, {{"axis", -1}, {"epsilon", eps}});
    const ValueId centred = e.sub(x, e.reduce("ReduceMean", x, {-1}, true));
    const ValueId variance = e.reduce("ReduceMean", e.mul(centred, centred), {-1}, true);
    const ValueId deviation = e.emit("Sqrt", {e.add(variance, e.scalar(e.dtype(x), eps))});
    return e.add(e.mul(e.div(centred, deviation), weight), bias);
}

/// [batch, tokens, heads * n] as [batch, heads, tokens, n].
ValueId split_heads(Emitter& e, ValueId x, std::int64_t heads, std::int64_t width)
{
    return e.transpose(e.reshape(x, Ints{0, -1, heads, width}), {0, 2, 1, 3});
}

/// True where attention is forbidden, in a shape that broadcasts to [batch, heads, tokens, tokens].
ValueId forbidden(OpCall& call, std::string_view mask_name)
{
    Emitter& e = call.e();
    const ValueId mask = e.cast(call.tensor(mask_name), DType::Bool);
    const auto rank = call.rank_of(mask);
    if (!rank)
        call.refuse_for_shapes("the rank of the mask is not known");
    // Mask type 1 is a padding mask [batch, tokens]; type 0 is [tokens, tokens], which broadcasts
    // as it is.
    const bool padding = call.has("mask_type") && call.integer("mask_type") == 1;
    return padding && *rank == 2 ? e.unsqueeze(mask, {1, 2}) : mask;
}

/// A nested tensor: the padded tensor and which of its rows count, a bool [batch, tokens]. Only the
/// encoder's fast path makes and takes them.
struct Nested {
    ValueId padded = no_id;
    ValueId counts = no_id;
};

std::optional<Nested> as_nested(const Lowered& value)
{
    const auto* pair = value.as<LoweredTuple>();
    if (pair == nullptr || pair->items->size() != 2)
        return {};
    const auto* padded = pair->items->front().as<LoweredTensor>();
    const auto* counts = pair->items->back().as<LoweredTensor>();
    if (padded == nullptr || counts == nullptr)
        return {};
    return Nested{padded->value, counts->value};
}

Lowered nested(const Nested& value)
{
    return Lowered::tuple({Lowered::tensor(value.padded), Lowered::tensor(value.counts)});
}

Outputs nested_from_mask(OpCall& call)
{
    const ValueId counts = call.e().cast(call.tensor("mask"), DType::Bool);
    return Outputs(std::vector<Lowered>{nested({call.tensor("t"), counts})});
}

/// The rows that count, up to the longest sequence, and padding for the others.
Outputs to_padded(OpCall& call)
{
    Emitter& e = call.e();
    const auto rows = as_nested(call.first());
    if (!rows)
        call.refuse("only nested tensors of the encoder's fast path are known");
    if (call.has("output_size"))
        call.refuse("'output_size' is given");
    const ValueId lengths = e.reduce("ReduceSum", e.cast(rows->counts, DType::Int64), {1}, false);
    const ValueId longest = e.reduce("ReduceMax", lengths, {0}, true);
    const ValueId padding = e.scalar(e.dtype(rows->padded), call.number("padding"));
    const ValueId filled = e.emit("Where", {e.unsqueeze(rows->counts, {2}), rows->padded, padding});
    return e.emit("Slice", {filled, e.constant({0}), longest, e.constant({1})});
}

struct Projection {
    ValueId in_weight, in_bias, out_weight, out_bias;
};

struct AttentionResult {
    ValueId output = no_id;
    ValueId weights = no_id; ///< [batch, heads, tokens, tokens]
};

AttentionResult attend(OpCall& call, ValueId query, ValueId key, ValueId value, std::int64_t width,
                       std::int64_t heads, const Projection& projection,
                       const std::optional<Nested>& rows = {})
{
    Emitter& e = call.e();
    const DType dtype = e.dtype(query);
    std::vector<ValueId> parts;
    if (query == key && key == value) {
        parts = e.emit_many("Split", {affine(e, query, projection.in_weight, projection.in_bias)},
                            3, {{"axis", -1}});
    } else {
        const ValueId inputs[] = {query, key, value};
        for (std::int64_t i = 0; i < 3; ++i)
            parts.push_back(affine(e, inputs[i],
                                   e.slice(projection.in_weight, 0, i * width, (i + 1) * width),
                                   e.slice(projection.in_bias, 0, i * width, (i + 1) * width)));
    }
    const std::int64_t per_head = width / heads;
    const ValueId scale = e.scalar(dtype, 1 / std::sqrt(static_cast<double>(per_head)));
    const ValueId q = e.mul(split_heads(e, parts[0], heads, per_head), scale);
    // The transposition for the product goes straight into the head split: [batch, heads, n,
    // tokens].
    const ValueId k = e.transpose(e.reshape(parts[1], Ints{0, -1, heads, per_head}), {0, 2, 3, 1});
    ValueId scores = e.emit("MatMul", {q, k});
    const ValueId never = e.scalar(dtype, -std::numeric_limits<double>::infinity());
    if (rows)
        scores = e.emit("Where", {e.unsqueeze(rows->counts, {1, 2}), scores, never});
    if (call.has("mask"))
        scores = e.emit("Where", {forbidden(call, "mask"), never, scores});
    const ValueId weights = e.emit("Softmax", {scores}, {{"axis", -1}});
    const ValueId mixed = e.emit("MatMul", {weights, split_heads(e, parts[2], heads, per_head)});
    const ValueId joined = e.reshape(e.transpose(mixed, {0, 2, 1, 3}), Ints{0, -1, width});
    return {affine(e, joined, projection.out_weight, projection.out_bias), weights};
}

Outputs multi_head_attention(OpCall& call)
{
    Emitter& e = call.e();
    const AttentionResult result =
        attend(call, call.tensor("query"), call.tensor("key"), call.tensor("value"),
               call.integer("embed_dim"), call.integer("num_head"),
               {call.tensor("qkv_weight"), call.tensor("qkv_bias"), call.tensor("proj_weight"),
                call.tensor("proj_bias")});
    if (!call.boolean("need_weights"))
        return Outputs(
            std::vector<Lowered>{Lowered::tensor(result.output), Lowered(LoweredNone{})});
    const ValueId weights = call.boolean("average_attn_weights")
                                ? e.reduce("ReduceMean", result.weights, {1}, false)
                                : result.weights;
    return Outputs::tensors({result.output, weights});
}

Outputs encoder_layer(OpCall& call)
{
    Emitter& e = call.e();
    const double eps = call.number("eps");
    const bool norm_first = call.boolean("norm_first");
    auto norm_1 = [&](ValueId x) {
        return layer_norm(e, x, call.tensor("norm_weight_1"), call.tensor("norm_bias_1"), eps);
    };
    auto norm_2 = [&](ValueId x) {
        return layer_norm(e, x, call.tensor("norm_weight_2"), call.tensor("norm_bias_2"), eps);
    };
    const std::optional<Nested> rows = as_nested(call.first());
    auto attention = [&](ValueId x) {
        return attend(call, x, x, x, call.integer("embed_dim"), call.integer("num_heads"),
                      {call.tensor("qkv_weight"), call.tensor("qkv_bias"),
                       call.tensor("proj_weight"), call.tensor("proj_bias")},
                      rows)
            .output;
    };
    auto feed_forward = [&](ValueId x) {
        const ValueId hidden = affine(e, x, call.tensor("ffn_weight_1"), call.tensor("ffn_bias_1"));
        ValueId active = no_id;
        if (call.boolean("use_gelu") && e.opset() >= 20) {
            active = e.emit("Gelu", {hidden});
        } else if (call.boolean("use_gelu")) {
            const DType dtype = e.dtype(x);
            const ValueId erf = e.emit("Erf", {e.div(hidden, e.scalar(dtype, std::sqrt(2.0)))});
            active = e.mul(e.mul(hidden, e.add(erf, e.scalar(dtype, 1.0))), e.scalar(dtype, 0.5));
        } else {
            active = e.emit("Relu", {hidden});
        }
        return affine(e, active, call.tensor("ffn_weight_2"), call.tensor("ffn_bias_2"));
    };
    ValueId x = rows ? rows->padded : call.tensor("src");
    if (norm_first) {
        x = e.add(x, attention(norm_1(x)));
        x = e.add(x, feed_forward(norm_2(x)));
    } else {
        x = norm_1(e.add(x, attention(x)));
        x = norm_2(e.add(x, feed_forward(x)));
    }
    return rows ? Outputs(std::vector<Lowered>{nested({x, rows->counts})}) : Outputs(x);
}

constexpr OpEntry entries[] = {
    {"aten::_native_multi_head_attention(Tensor query, Tensor key, Tensor value, int embed_dim, "
     "int num_head, Tensor "
     "qkv_weight, Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, Tensor? mask=None, bool "
     "need_weights=True, "
     "bool average_attn_weights=True, int? mask_type=None) -> (Tensor, Tensor)",
     multi_head_attention},
    {"aten::_transformer_encoder_layer_fwd(Tensor src, int embed_dim, int num_heads, Tensor "
     "qkv_weight, Tensor "
     "qkv_bias, Tensor proj_weight, Tensor proj_bias, bool use_gelu, bool norm_first, float eps, "
     "Tensor norm_weight_1, "
     "Tensor norm_bias_1, Tensor norm_weight_2, Tensor norm_bias_2, Tensor ffn_weight_1, Tensor "
     "ffn_bias_1, Tensor "
     "ffn_weight_2, Tensor ffn_bias_2, Tensor? mask=None, int? mask_type=None) -> Tensor",
     encoder_layer},
    {"aten::_nested_tensor_from_mask(Tensor t, Tensor mask, bool mask_check=True) -> Tensor",
     nested_from_mask, "read by the encoder's fast path only"},
    {"aten::to_padded_tensor(Tensor self, float padding, int[]? output_size=None) -> Tensor",
     to_padded, "of the encoder's fast path, no output_size"},
};

} // namespace

std::span<const OpEntry> transformer_ops()
{
    return entries;
}

} // namespace strata::ops
