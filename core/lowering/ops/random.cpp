// Random numbers: ONNX Runtime draws its own, so only their distribution is PyTorch's. The driver
// says so for each operator (GraphLowerer::tell_random).
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"

#include <limits>

namespace strata::ops {
namespace {

/// float32 has too few different numbers for wide ranges of integers.
constexpr double float32_integers = 16777216.0;

DType drawn_as(DType wanted)
{
    return wanted == DType::Float64 ? DType::Float64 : DType::Float32;
}

/// A tensor that has the shape: rank-1 int64, known or not.
ValueId of_shape(OpCall& call, ValueId shape)
{
    return call.e().emit("ConstantOfShape", {shape},
                         {{"value", Tensor::filled(DType::Float32, {1}, 0.0)}});
}

ValueId draw(OpCall& call, std::string_view op, ValueId like, DType dtype)
{
    return call.e().emit(op, {like},
                         {{"dtype", static_cast<std::int64_t>(to_onnx(drawn_as(dtype)))}});
}

/// Uniform in [0, 1), of the shape of `like`.
Expr uniform_like(OpCall& call, ValueId like, DType dtype = DType::Float32)
{
    return {call.e(), draw(call, "RandomUniformLike", like, dtype)};
}

Expr normal_like(OpCall& call, ValueId like, DType dtype = DType::Float32)
{
    return {call.e(), draw(call, "RandomNormalLike", like, dtype)};
}

DType own_dtype(OpCall& call)
{
    return call.dtype("dtype", call.dtype_of(call.tensor("self")));
}

Outputs rand(OpCall& call)
{
    const DType dtype = call.dtype("dtype", DType::Float32);
    return uniform_like(call, of_shape(call, call.int_tensor("size")), dtype).cast(dtype).id();
}

Outputs randn(OpCall& call)
{
    const DType dtype = call.dtype("dtype", DType::Float32);
    return normal_like(call, of_shape(call, call.int_tensor("size")), dtype).cast(dtype).id();
}

/// Mean and deviation are numbers; the shape stands by itself.
Outputs normal_of_shape(OpCall& call)
{
    const DType dtype = call.dtype("dtype", DType::Float32);
    const Expr drawn =
        normal_like(call, of_shape(call, call.int_tensor("size")), dtype).cast(dtype);
    return (drawn * call.number("std") + call.number("mean")).cast(dtype).id();
}

Outputs rand_like(OpCall& call)
{
    const DType dtype = own_dtype(call);
    return uniform_like(call, call.tensor("self"), dtype).cast(dtype).id();
}

Outputs randn_like(OpCall& call)
{
    const DType dtype = own_dtype(call);
    return normal_like(call, call.tensor("self"), dtype).cast(dtype).id();
}

/// Whole numbers in [low, high), which may be known only when the model runs.
Outputs integers(OpCall& call, ValueId like, bool has_low, DType dtype)
{
    Emitter& e = call.e();
    const auto low_known = has_low ? call.e().known_constant(call.scalar_as("low", DType::Float64))
                                   : std::optional(Tensor::scalar(DType::Float64, 0.0));
    const auto high_known = call.e().known_constant(call.scalar_as("high", DType::Float64));
    double span = std::numeric_limits<double>::infinity();
    if (low_known && high_known)
        if (const auto low = low_known->to_doubles())
            if (const auto high = high_known->to_doubles())
                span = high->front() - low->front();
    const DType drawn = span < float32_integers ? DType::Float32 : DType::Float64;
    const Expr low(e, has_low ? call.scalar_as("low", drawn) : e.scalar(drawn, 0.0));
    const Expr high(e, call.scalar_as("high", drawn));
    // The product could round up to the limit.
    const Expr place = floor(uniform_like(call, like, drawn) * (high - low));
    return (min(place, high - low - 1.0) + low).cast(dtype).id();
}

template <bool HasLow>
Outputs randint(OpCall& call)
{
    return integers(call, of_shape(call, call.int_tensor("size")), HasLow,
                    call.dtype("dtype", DType::Int64));
}

template <bool HasLow>
Outputs randint_like(OpCall& call)
{
    return integers(call, call.tensor("self"), HasLow, own_dtype(call));
}

/// The order of random numbers is a random order.
Outputs randperm(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId count = e.reshape(call.scalar_as("n", DType::Int64), {{1}});
    const ValueId keys = uniform_like(call, of_shape(call, count), DType::Float64).id();
    const std::vector<ValueId> sorted = e.emit_many("TopK", {keys, count}, 2);
    return e.cast(sorted[1], call.dtype("dtype", DType::Int64));
}

/// 1 with a probability, which is a tensor.
Outputs chance(OpCall& call, ValueId like, ValueId probability, DType dtype)
{
    Emitter& e = call.e();
    const DType drawn = drawn_as(e.dtype(probability));
    const Expr p(e, e.cast(probability, drawn));
    return (uniform_like(call, like, drawn) < p).cast(dtype).id();
}

Outputs bernoulli(OpCall& call)
{
    const ValueId self = call.tensor("self");
    return chance(call, self, self, call.dtype_of(self));
}

Outputs bernoulli_p(OpCall& call)
{
    const ValueId self = call.tensor("self");
    return chance(call, self, call.e().scalar(DType::Float32, call.number("p")),
                  call.dtype_of(self));
}

Outputs bernoulli_tensor(OpCall& call)
{
    const ValueId self = call.tensor("self");
    return chance(call, self, call.tensor("p"), call.dtype_of(self));
}

Outputs uniform(OpCall& call)
{
    const ValueId self = call.tensor("self");
    const double from = call.number("from");
    const Expr drawn = uniform_like(call, self, call.dtype_of(self));
    return (drawn * (call.number("to") - from) + from).cast(call.dtype_of(self)).id();
}

Outputs normal(OpCall& call)
{
    const ValueId self = call.tensor("self");
    const Expr drawn = normal_like(call, self, call.dtype_of(self));
    return (drawn * call.number("std") + call.number("mean")).cast(call.dtype_of(self)).id();
}

/// Mean and deviation element by element.
Outputs normal_around(OpCall& call)
{
    Emitter& e = call.e();
    const bool tensor = !call.is_scalar("mean");
    const DType dtype = call.dtype_of(call.tensor(tensor ? "mean" : "std"));
    const Expr mean(e, call.scalar_as("mean", dtype));
    const Expr deviation(e, call.scalar_as("std", dtype));
    const Expr like = mean + deviation; // both broadcast
    return (normal_like(call, like.id(), dtype).cast(dtype) * deviation + mean).id();
}

Outputs exponential(OpCall& call)
{
    const ValueId self = call.tensor("self");
    const Expr drawn = uniform_like(call, self, call.dtype_of(self));
    return (-log(1.0 - drawn) / call.number("lambd")).cast(call.dtype_of(self)).id();
}

/// Which of some classes, drawn with weights. Without replacement: the greatest of the weights'
/// logarithms plus Gumbel noise, which have the right distribution.
Outputs multinomial(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    const std::int64_t samples = call.integer("num_samples");
    const Expr weights(e, e.cast(self, DType::Float32));
    const Expr logs = log(rank == 1 ? weights.unsqueeze(0) : weights);
    Expr drawn = logs;
    if (!call.boolean("replacement") || samples == 1) {
        const Expr noise = -log(-log(max(uniform_like(call, logs.id()), 1e-20)));
        drawn = {e, e.emit_many("TopK", {(logs + noise).id(), e.constant({samples})}, 2)[1]};
    } else {
        const Expr shape(e, e.shape_of(logs.id()));
        const ValueId rows = e.slice(shape.id(), 0, 0, 1);
        const ValueId classes = e.slice(shape.id(), 0, 1, 2);
        const ValueId wide = e.concat({rows, e.constant({samples}), classes}, 0);
        const ValueId like = of_shape(call, wide);
        const Expr noise = -log(-log(max(uniform_like(call, like), 1e-20)));
        drawn = {e, e.emit("ArgMax", {(logs.unsqueeze(1) + noise).id()},
                           {{"axis", std::int64_t{2}}, {"keepdims", std::int64_t{0}}})};
    }
    return rank == 1 ? drawn.squeeze(0).id() : drawn.id();
}

#define STRATA_FACTORY_OPTIONS                                                                     \
    "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"
#define STRATA_LIKE_OPTIONS STRATA_FACTORY_OPTIONS ", MemoryFormat? memory_format=None"
#define STRATA_GENERATOR "Generator? generator=None"

constexpr std::string_view drawn_elsewhere =
    "draws other numbers than PyTorch, of the same distribution";

constexpr OpEntry entries[] = {
    {"aten::rand(SymInt[] size, *, " STRATA_FACTORY_OPTIONS ") -> Tensor", rand, drawn_elsewhere},
    {"aten::rand_like(Tensor self, *, " STRATA_LIKE_OPTIONS ") -> Tensor", rand_like,
     drawn_elsewhere},
    {"aten::randn(SymInt[] size, *, " STRATA_FACTORY_OPTIONS ") -> Tensor", randn, drawn_elsewhere},
    {"aten::randn_like(Tensor self, *, " STRATA_LIKE_OPTIONS ") -> Tensor", randn_like,
     drawn_elsewhere},
    {"aten::randint(SymInt high, SymInt[] size, *, " STRATA_FACTORY_OPTIONS ") -> Tensor",
     randint<false>, drawn_elsewhere},
    {"aten::randint.low(SymInt low, SymInt high, SymInt[] size, *, " STRATA_FACTORY_OPTIONS
     ") -> Tensor",
     randint<true>, drawn_elsewhere},
    {"aten::randint_like(Tensor self, SymInt high, *, " STRATA_LIKE_OPTIONS ") -> Tensor",
     randint_like<false>, drawn_elsewhere},
    {"aten::randint_like.low_dtype(Tensor self, SymInt low, SymInt high, *, " STRATA_LIKE_OPTIONS
     ") -> Tensor",
     randint_like<true>, drawn_elsewhere},
    {"aten::randperm(SymInt n, *, " STRATA_FACTORY_OPTIONS ") -> Tensor", randperm,
     drawn_elsewhere},
    {"aten::bernoulli(Tensor self, *, " STRATA_GENERATOR ") -> Tensor", bernoulli, drawn_elsewhere},
    {"aten::bernoulli.p(Tensor self, float p, *, " STRATA_GENERATOR ") -> Tensor", bernoulli_p,
     drawn_elsewhere},
    {"aten::bernoulli_.float(Tensor self, float p=0.5, *, " STRATA_GENERATOR ") -> Tensor",
     bernoulli_p, drawn_elsewhere},
    {"aten::bernoulli.Tensor(Tensor self, Tensor p, *, " STRATA_GENERATOR ") -> Tensor",
     bernoulli_tensor, drawn_elsewhere},
    {"aten::uniform(Tensor self, float from=0, float to=1, *, " STRATA_GENERATOR ") -> Tensor",
     uniform, drawn_elsewhere},
    {"aten::normal_functional(Tensor self, float mean=0, float std=1, *, " STRATA_GENERATOR
     ") -> Tensor",
     normal, drawn_elsewhere},
    {"aten::normal_(Tensor self, float mean=0, float std=1, *, " STRATA_GENERATOR ") -> Tensor",
     normal, drawn_elsewhere},
    {"aten::normal.Tensor_float(Tensor mean, float std=1, *, " STRATA_GENERATOR ") -> Tensor",
     normal_around, drawn_elsewhere},
    {"aten::normal.float_Tensor(float mean, Tensor std, *, " STRATA_GENERATOR ") -> Tensor",
     normal_around, drawn_elsewhere},
    {"aten::normal.float_float(float mean, float std, SymInt[] size, *, " STRATA_GENERATOR
     ", " STRATA_FACTORY_OPTIONS ") -> Tensor",
     normal_of_shape, drawn_elsewhere},
    {"aten::normal.Tensor_Tensor(Tensor mean, Tensor std, *, " STRATA_GENERATOR ") -> Tensor",
     normal_around, drawn_elsewhere},
    {"aten::exponential(Tensor self, float lambd=1, *, " STRATA_GENERATOR ") -> Tensor",
     exponential, drawn_elsewhere},
    {"aten::multinomial(Tensor self, SymInt num_samples, bool replacement=False, "
     "*, " STRATA_GENERATOR ") -> Tensor",
     multinomial, drawn_elsewhere},
};

} // namespace

std::span<const OpEntry> random_ops()
{
    return entries;
}

} // namespace strata::ops
