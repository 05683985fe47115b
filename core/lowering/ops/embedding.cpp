// Look-up tables: embedding and bags of embeddings.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"

#include <fmt/format.h>
#include <limits>

namespace strata::ops {
namespace {

Outputs embedding(OpCall& call)
{
    return call.e().emit("Gather", {call.tensor("weight"), call.tensor("indices")}, {{"axis", 0}});
}

enum class BagMode { Sum = 0, Mean = 1, Max = 2 };

/// The bags as a mask [bags, entries]: which entries belong to which bag. Works for offsets that
/// are only known when the model runs.
struct Bags {
    ValueId entries = no_id; ///< [n, features]
    ValueId member = no_id;  ///< bool [bags, n]
};

Bags find_bags(OpCall& call, ValueId indices, std::optional<std::int64_t> padding)
{
    Emitter& e = call.e();
    ValueId starts = e.cast(call.tensor("offsets"), DType::Int64);
    ValueId ends = no_id;
    const ValueId count = e.shape_of(indices);
    if (call.boolean("include_last_offset")) {
        const ValueId all = starts;
        starts = e.slice(all, 0, 0, -1);
        ends = e.slice(all, 0, 1, std::numeric_limits<std::int64_t>::max());
    } else {
        ends =
            e.concat({e.slice(starts, 0, 1, std::numeric_limits<std::int64_t>::max()), count}, 0);
    }
    const ValueId positions =
        e.emit("Range", {e.scalar(DType::Int64, std::int64_t{0}), e.squeeze(count, {0}),
                         e.scalar(DType::Int64, std::int64_t{1})});
    Bags bags;
    bags.member = e.emit("And", {e.emit("GreaterOrEqual", {positions, e.unsqueeze(starts, {1})}),
                                 e.emit("Less", {positions, e.unsqueeze(ends, {1})})});
    if (padding) {
        const ValueId is_padding = e.emit("Equal", {indices, e.scalar(e.dtype(indices), *padding)});
        bags.member = e.emit("And", {bags.member, e.emit("Not", {is_padding})});
    }
    bags.entries = e.emit("Gather", {call.tensor("weight"), indices}, {{"axis", 0}});
    return bags;
}

ValueId largest_of_bags(Emitter& e, const Bags& bags, DType dtype)
{
    const ValueId lowest = e.scalar(dtype, -std::numeric_limits<double>::infinity());
    const ValueId spread =
        e.emit("Where", {e.unsqueeze(bags.member, {2}), e.unsqueeze(bags.entries, {0}), lowest});
    const ValueId largest = e.reduce("ReduceMax", spread, {1}, false);
    // Empty bags are zero.
    const ValueId sizes = e.reduce("ReduceMax", e.cast(bags.member, DType::Int32), {1}, true);
    return e.emit("Where", {e.cast(sizes, DType::Bool), largest, e.scalar(dtype, 0.0)});
}

Outputs embedding_bag(OpCall& call, std::optional<std::int64_t> padding)
{
    Emitter& e = call.e();
    const std::int64_t mode = call.integer("mode");
    if (mode < 0 || mode > 2)
        call.refuse(fmt::format("'mode' is {}", mode));
    const ValueId weight = call.tensor("weight");
    const DType dtype = e.dtype(weight) == DType::Unknown ? DType::Float32 : e.dtype(weight);
    if (padding && *padding < 0) {
        const auto shape = e.shape(weight);
        if (!shape || shape->empty() || !shape->front().known())
            call.refuse_for_shapes("a negative 'padding_idx' needs the size of 'weight'");
        *padding += shape->front().value;
    }
    const ValueId indices = call.tensor("indices");
    const Bags bags = find_bags(call, indices, padding);
    ValueId result = no_id;
    if (static_cast<BagMode>(mode) == BagMode::Max) {
        result = largest_of_bags(e, bags, dtype);
    } else {
        const ValueId member = e.cast(bags.member, dtype);
        ValueId weights = member;
        if (const ValueId scale = call.tensor_or_none("per_sample_weights"); scale != no_id)
            weights = e.mul(member, scale);
        result = e.emit("MatMul", {weights, bags.entries});
        if (static_cast<BagMode>(mode) == BagMode::Mean) {
            const ValueId sizes = e.reduce("ReduceSum", member, {1}, true);
            result = e.div(result, e.emit("Max", {sizes, e.scalar(dtype, 1.0)}));
        }
    }
    // The other results serve the backward pass only.
    return Outputs(std::vector<Lowered>{Lowered::tensor(result), {}, {}, {}});
}

Outputs embedding_bag_plain(OpCall& call)
{
    return embedding_bag(call, std::nullopt);
}

Outputs embedding_bag_padded(OpCall& call)
{
    return embedding_bag(call, call.integer_or_none("padding_idx"));
}

/// The internal variants say "no padding" with -1.
Outputs embedding_bag_internal(OpCall& call)
{
    const std::int64_t padding = call.integer("padding_idx");
    return embedding_bag(call, padding < 0 ? std::nullopt : std::optional(padding));
}

constexpr std::string_view first_only = "only the first result";

constexpr OpEntry entries[] = {
    {"aten::embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool "
     "scale_grad_by_freq=False, bool sparse=False) -> Tensor",
     embedding},
    {"aten::embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool "
     "scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, "
     "bool include_last_offset=False) -> (Tensor, Tensor, Tensor, Tensor)",
     embedding_bag_plain, first_only},
    {"aten::embedding_bag.padding_idx(Tensor weight, Tensor indices, Tensor offsets, bool "
     "scale_grad_by_freq, int mode, bool sparse, Tensor? per_sample_weights, bool "
     "include_last_offset, int? padding_idx) -> (Tensor, Tensor, Tensor, Tensor)",
     embedding_bag_padded, first_only},
    {"aten::_embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool "
     "scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, "
     "bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)",
     embedding_bag_internal, first_only},
    {"aten::_embedding_bag_forward_only(Tensor weight, Tensor indices, Tensor offsets, bool "
     "scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, "
     "bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)",
     embedding_bag_internal, first_only},
};

} // namespace

std::span<const OpEntry> embedding_ops()
{
    return entries;
}

} // namespace strata::ops
