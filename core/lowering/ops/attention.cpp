// Scaled dot product attention.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace strata::ops {
namespace {

/// Masks up to this many elements are constants, larger ones are computed by the model.
constexpr std::int64_t largest_constant_mask = 65536;

struct Attention {
    ValueId query = no_id, key = no_id, value = no_id, mask = no_id;
    bool causal = false;
    bool grouped_heads = false;
    std::optional<double> scale;
};

void refuse_dropout(OpCall& call)
{
    if (call.number("dropout_p") != 0.0)
        call.refuse("'dropout_p' is not 0: attention would draw random numbers",
                    "call model.eval() before saving");
}

/// query / sqrt(features), or times the given scale.
ValueId scaled_query(Emitter& e, const Attention& attention)
{
    const DType dtype =
        e.dtype(attention.query) == DType::Unknown ? DType::Float32 : e.dtype(attention.query);
    if (attention.scale)
        return *attention.scale == 1.0 ? attention.query
                                       : e.mul(attention.query, e.scalar(dtype, *attention.scale));
    const auto shape = e.shape(attention.query);
    if (shape && !shape->empty() && shape->back().known())
        return e.mul(attention.query,
                     e.scalar(dtype, 1.0 / std::sqrt(static_cast<double>(shape->back().value))));
    const ValueId features = e.size_of(attention.query, -1);
    return e.div(attention.query, e.emit("Sqrt", {e.cast(features, dtype)}));
}

/// bool [L, S], true where a query may look: at keys that are not after it.
ValueId causal_mask(Emitter& e, ValueId query, ValueId key)
{
    const auto query_shape = e.shape(query);
    const auto key_shape = e.shape(key);
    const Dim rows = query_shape ? (*query_shape)[query_shape->size() - 2] : Dim::unknown();
    const Dim columns = key_shape ? (*key_shape)[key_shape->size() - 2] : Dim::unknown();
    if (rows.known() && columns.known() && rows.value * columns.value <= largest_constant_mask) {
        std::vector<std::byte> bits;
        for (std::int64_t r = 0; r < rows.value; ++r)
            for (std::int64_t c = 0; c < columns.value; ++c)
                bits.push_back(c <= r ? std::byte{1} : std::byte{0});
        return e.constant(
            Tensor::from_bytes(DType::Bool, {rows.value, columns.value}, std::move(bits)),
            "causal_mask");
    }
    const ValueId zero = e.scalar(DType::Int64, std::int64_t{0});
    const ValueId one = e.scalar(DType::Int64, std::int64_t{1});
    const ValueId row = e.emit("Range", {zero, e.size_of(query, -2), one});
    const ValueId column = e.emit("Range", {zero, e.size_of(key, -2), one});
    return e.emit("GreaterOrEqual", {e.unsqueeze(row, {1}), column});
}

/// Grouped queries: each key and value head serves several query heads in a row.
ValueId repeat_heads(OpCall& call, ValueId heads, ValueId query)
{
    Emitter& e = call.e();
    const std::vector<std::int64_t> many = [&] {
        const auto shape = e.shape(query);
        const auto own = e.shape(heads);
        if (!shape || !own || shape->size() < 3 || own->size() != shape->size())
            call.refuse_for_shapes("grouped attention needs the number of heads");
        const Dim q = (*shape)[shape->size() - 3];
        const Dim k = (*own)[own->size() - 3];
        if (!q.known() || !k.known() || k.value == 0)
            call.refuse_for_shapes("grouped attention needs the number of heads");
        return std::vector<std::int64_t>{q.value, k.value};
    }();
    const std::int64_t repeats = many[0] / many[1];
    if (repeats == 1)
        return heads;
    std::vector<std::int64_t> order;
    for (std::int64_t head = 0; head < many[0]; ++head)
        order.push_back(head / repeats);
    const std::int64_t rank = *e.rank(heads);
    return e.emit("Gather", {heads, e.constant(order)}, {{"axis", rank - 3}});
}

struct AttentionResult {
    ValueId output = no_id;
    ValueId weights = no_id;
    ValueId scores = no_id; ///< what the weights are the softmax of
};

AttentionResult attend(OpCall& call, Attention attention)
{
    Emitter& e = call.e();
    if (attention.grouped_heads) {
        attention.key = repeat_heads(call, attention.key, attention.query);
        attention.value = repeat_heads(call, attention.value, attention.query);
    }
    const auto rank = e.rank(attention.key);
    if (!rank || *rank < 2)
        call.refuse_for_shapes("the rank of 'key' is not known");
    std::vector<std::int64_t> swapped = iota(0, *rank);
    std::swap(swapped[swapped.size() - 1], swapped[swapped.size() - 2]);
    ValueId scores =
        e.emit("MatMul", {scaled_query(e, attention), e.transpose(attention.key, swapped)});
    const DType dtype = e.dtype(scores) == DType::Unknown ? DType::Float32 : e.dtype(scores);
    const auto keep_where = [&](ValueId allowed) {
        const double lowest = -std::numeric_limits<double>::infinity();
        scores = e.emit("Where", {allowed, scores, e.scalar(dtype, lowest)});
    };
    if (attention.causal)
        keep_where(causal_mask(e, attention.query, attention.key));
    if (attention.mask != no_id) {
        if (e.dtype(attention.mask) == DType::Bool)
            keep_where(attention.mask);
        else
            scores = e.add(scores, e.cast(attention.mask, dtype));
    }
    AttentionResult result;
    result.scores = scores;
    result.weights = e.emit("Softmax", {scores}, {{"axis", -1}});
    result.output = e.emit("MatMul", {result.weights, attention.value});
    return result;
}

Attention common_part(OpCall& call)
{
    refuse_dropout(call);
    Attention attention;
    attention.query = call.tensor("query");
    attention.key = call.tensor("key");
    attention.value = call.tensor("value");
    attention.causal = call.boolean("is_causal");
    return attention;
}

Outputs scaled_dot_product_attention(OpCall& call)
{
    Attention attention = common_part(call);
    attention.mask = call.tensor_or_none("attn_mask");
    attention.scale = call.number_or_none("scale");
    attention.grouped_heads = call.boolean("enable_gqa");
    return attend(call, attention).output;
}

/// PyTorch 1.13's: on the CPU the weights are the second result, asked for or not.
Outputs attention_with_weights(OpCall& call)
{
    Attention attention = common_part(call);
    attention.mask = call.tensor_or_none("attn_mask");
    const AttentionResult result = attend(call, attention);
    return Outputs::tensors({result.output, result.weights});
}

/// What newer PyTorch decomposes attention into on the CPU; the second result is the logarithm of
/// what the softmax divides by, which training uses.
Outputs flash_attention_for_cpu(OpCall& call)
{
    Attention attention = common_part(call);
    attention.mask = call.tensor_or_none("attn_mask");
    attention.scale = call.number_or_none("scale");
    Emitter& e = call.e();
    const AttentionResult result = attend(call, attention);
    const bool wide = e.dtype(result.scores) == DType::Float64;
    const ValueId scores = wide ? result.scores : e.cast(result.scores, DType::Float32);
    return Outputs::tensors(
        {result.output, e.reduce("ReduceLogSumExp", scores, std::vector<std::int64_t>{-1}, false)});
}

/// The variants for accelerators; what they give beside the output serves training only.
template <std::size_t Results>
Outputs fused_attention(OpCall& call)
{
    Attention attention = common_part(call);
    attention.mask = call.tensor_or_none("attn_bias");
    attention.scale = call.number_or_none("scale");
    std::vector<Lowered> results(Results);
    results.front() = Lowered::tensor(attend(call, attention).output);
    return Outputs(std::move(results));
}

Outputs flash_attention(OpCall& call)
{
    Attention attention = common_part(call);
    attention.scale = call.number_or_none("scale");
    constexpr std::size_t result_count = 9;
    std::vector<Lowered> results(result_count);
    results.front() = Lowered::tensor(attend(call, attention).output);
    return Outputs(std::move(results));
}

/// The internal decomposition: output and weights. PyTorch 1.13 passes need_attn_weights and
/// is_causal where 2.x passes is_causal and dropout_mask.
Outputs attention_math(OpCall& call)
{
    Attention attention = common_part(call);
    if (const auto* causal = call.arg("dropout_mask").as<bool>())
        attention.causal = *causal;
    else if (call.has("dropout_mask"))
        call.refuse("'dropout_mask' is given: dropout is a part of training");
    attention.mask = call.tensor_or_none("attn_mask");
    attention.scale = call.number_or_none("scale");
    attention.grouped_heads = call.boolean("enable_gqa");
    const AttentionResult result = attend(call, attention);
    return Outputs::tensors({result.output, result.weights});
}

constexpr std::string_view no_dropout = "dropout_p 0";

constexpr OpEntry entries[] = {
    {"aten::scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? "
     "attn_mask=None, float dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool "
     "enable_gqa=False) -> Tensor",
     scaled_dot_product_attention, no_dropout},
    {"aten::_scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? "
     "attn_mask=None, float dropout_p=0.0, bool need_attn_weights=False, bool is_causal=False) -> "
     "(Tensor, Tensor)",
     attention_with_weights, no_dropout},
    {"aten::_scaled_dot_product_attention_math(Tensor query, Tensor key, Tensor value, Tensor? "
     "attn_mask=None, float dropout_p=0.0, bool is_causal=False, Tensor? dropout_mask=None, *, "
     "float? scale=None, bool enable_gqa=False) -> (Tensor, Tensor)",
     attention_math, no_dropout},
    {"aten::_scaled_dot_product_flash_attention_for_cpu(Tensor query, Tensor key, Tensor value, "
     "float dropout_p=0.0, bool is_causal=False, *, Tensor? attn_mask=None, float? scale=None) -> "
     "(Tensor, Tensor)",
     flash_attention_for_cpu, no_dropout},
    {"aten::_scaled_dot_product_efficient_attention(Tensor query, Tensor key, Tensor value, "
     "Tensor? attn_bias, bool compute_log_sumexp, float dropout_p=0.0, bool is_causal=False, *, "
     "float? scale=None) -> (Tensor, Tensor, Tensor, Tensor)",
     fused_attention<4>, no_dropout},
    {"aten::_scaled_dot_product_cudnn_attention(Tensor query, Tensor key, Tensor value, Tensor? "
     "attn_bias, bool compute_log_sumexp, float dropout_p=0.0, bool is_causal=False, bool "
     "return_debug_mask=False, *, float? scale=None) -> (Tensor, Tensor, Tensor, Tensor, SymInt, "
     "SymInt, Tensor, Tensor, Tensor)",
     fused_attention<9>, no_dropout},
    {"aten::_scaled_dot_product_fused_attention_overrideable(Tensor query, Tensor key, Tensor "
     "value, Tensor? attn_bias=None, float dropout_p=0.0, bool is_causal=False, bool "
     "return_debug_mask=False, *, float? scale=None) -> (Tensor, Tensor, Tensor, Tensor, SymInt, "
     "SymInt, Tensor, Tensor, Tensor)",
     fused_attention<9>, no_dropout},
    {"aten::_scaled_dot_product_flash_attention(Tensor query, Tensor key, Tensor value, float "
     "dropout_p=0.0, bool is_causal=False, bool return_debug_mask=False, *, float? scale=None) -> "
     "(Tensor, Tensor, Tensor, Tensor, SymInt, SymInt, Tensor, Tensor, Tensor)",
     flash_attention, no_dropout},
};

} // namespace

std::span<const OpEntry> attention_ops()
{
    return entries;
}

} // namespace strata::ops
