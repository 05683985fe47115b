// Random numbers: ONNX's operators draw others than PyTorch does, of the same distribution.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// Uniform in [0, 1) or of the standard normal distribution, float32, of a shape.
Expr draw(Emitter& e, ValueId shape, bool normal)
{
    if (const auto known = e.known_ints(shape))
        return {e, e.emit(normal ? "RandomNormal" : "RandomUniform", {}, {{"shape", *known}})};
    const ValueId like = e.expand(e.scalar(DType::Float32, 0.0), shape);
    return {e, e.emit(normal ? "RandomNormalLike" : "RandomUniformLike", {like})};
}

template <bool Normal>
Outputs from_size(OpCall& call)
{
    return ValueId(
        draw(call.e(), call.int_tensor("size"), Normal).cast(call.dtype("dtype", DType::Float32)));
}

template <bool Normal>
Outputs like_self(OpCall& call)
{
    const ValueId self = call.tensor("self");
    return ValueId(draw(call.e(), call.e().shape_of(self), Normal)
                       .cast(call.dtype("dtype", call.dtype_of(self))));
}

/// Whole numbers of [low, high).
Outputs integers(OpCall& call, ValueId shape, DType dtype, bool has_low)
{
    Emitter& e = call.e();
    const Expr high(e, call.scalar_as("high", DType::Float64));
    const Expr low = has_low ? Expr(e, call.scalar_as("low", DType::Float64)) : high * 0.0;
    const Expr uniform = draw(e, shape, false).cast(DType::Float64);
    // The product could round up to the limit.
    const Expr place = floor(uniform * (high - low));
    return ValueId((min(place, high - low - 1.0) + low).cast(dtype));
}

template <bool HasLow>
Outputs integers_from_size(OpCall& call)
{
    return integers(call, call.int_tensor("size"), call.dtype("dtype", DType::Int64), HasLow);
}
template <bool HasLow>
Outputs integers_like_self(OpCall& call)
{
    const ValueId self = call.tensor("self");
    return integers(call, call.e().shape_of(self), call.dtype("dtype", call.dtype_of(self)),
                    HasLow);
}

/// 0 ... n-1 in the order of random keys.
Outputs permutation(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId n = e.unsqueeze(call.scalar_as("n", DType::Int64), {0});
    const Expr keys = draw(e, n, false);
    const std::vector<ValueId> sorted = e.emit_many("TopK", {keys, n}, 2, {{"axis", 0}});
    return e.cast(sorted[1], call.dtype("dtype", DType::Int64));
}

Outputs bernoulli(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    const Expr uniform = draw(e, e.shape_of(self), false);
    const Expr chance = call.target() == "aten::bernoulli"
                            ? Expr(e, e.cast(self, DType::Float32))
                            : Expr(e, call.scalar_as("p", DType::Float32));
    return ValueId((uniform < chance).cast(call.dtype_of(self)));
}

#define STRATA_OPTIONS                                                                             \
    "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"

constexpr std::string_view other_numbers =
    "draws other numbers than PyTorch, of the same distribution";

constexpr OpEntry entries[] = {
    {"aten::rand(SymInt[] size, *, " STRATA_OPTIONS ") -> Tensor", from_size<false>, other_numbers},
    {"aten::randn(SymInt[] size, *, " STRATA_OPTIONS ") -> Tensor", from_size<true>, other_numbers},
    {"aten::rand_like(Tensor self, *, " STRATA_OPTIONS ", MemoryFormat? memory_format=None) -> "
     "Tensor",
     like_self<false>, other_numbers},
    {"aten::randn_like(Tensor self, *, " STRATA_OPTIONS ", MemoryFormat? memory_format=None) -> "
     "Tensor",
     like_self<true>, other_numbers},
    {"aten::randint(SymInt high, SymInt[] size, *, ScalarType? dtype=long, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None) -> Tensor",
     integers_from_size<false>, other_numbers},
    {"aten::randint.low(SymInt low, SymInt high, SymInt[] size, *, ScalarType? dtype=long, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     integers_from_size<true>, other_numbers},
    {"aten::randint_like(Tensor self, SymInt high, *, " STRATA_OPTIONS
     ", MemoryFormat? memory_format=None) -> Tensor",
     integers_like_self<false>, other_numbers},
    {"aten::randint_like.low_dtype(Tensor self, SymInt low, SymInt high, *, " STRATA_OPTIONS
     ", MemoryFormat? memory_format=None) -> Tensor",
     integers_like_self<true>, other_numbers},
    {"aten::randperm(SymInt n, *, ScalarType? dtype=long, Layout? layout=None, Device? "
     "device=None, bool? pin_memory=None) -> Tensor",
     permutation, other_numbers},
    {"aten::bernoulli(Tensor self, *, Generator? generator=None) -> Tensor", bernoulli,
     other_numbers},
    {"aten::bernoulli.p(Tensor self, float p, *, Generator? generator=None) -> Tensor", bernoulli,
     other_numbers},
};

} // namespace

std::span<const OpEntry> random_ops()
{
    return entries;
}

} // namespace strata::ops
