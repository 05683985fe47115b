// Second moments and products of vectors.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <algorithm>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// Rows are variables; a vector is one variable.
Expr observations(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x(e, as_float(call, "self"));
    const std::int64_t rank = call.rank("self");
    if (rank > 2)
        call.refuse("more than two dimensions");
    const Ints matrix{rank == 0 ? 1 : call.shape(x)[0], -1};
    const Ints row{1, -1};
    return {e, e.reshape(x, std::span<const std::int64_t>(rank < 2 ? row : matrix))};
}

ValueId covariance(OpCall& call, Expr x, double correction)
{
    Emitter& e = call.e();
    const std::int64_t count = call.shape(x)[1];
    const Expr mean(e, e.reduce("ReduceMean", x, {1}, true));
    const Expr centred = x - mean;
    const Expr sums = centred.apply("MatMul", Expr(e, e.transpose(centred, {1, 0})));
    // Fewer observations than the correction: PyTorch divides by zero then.
    const Expr result = sums / std::max(static_cast<double>(count) - correction, 0.0);
    // Of one variable, PyTorch gives a number.
    return call.shape(x)[0] == 1 ? e.squeeze(result, {0, 1}) : ValueId(result);
}

/// Observations that count several times (fweights) or are less certain (aweights).
ValueId weighted_covariance(OpCall& call, Expr x)
{
    Emitter& e = call.e();
    if (call.has("aweights"))
        x = x.cast(promote_types(x.dtype(), call.dtype_of(call.tensor("aweights"))));
    const auto weights = [&](std::string_view name) {
        const ValueId given = e.cast(call.tensor(name), x.dtype());
        return Expr(e, e.rank(given) == 0 ? e.unsqueeze(given, {0}) : given);
    };
    const bool uncertain = call.has("aweights");
    Expr weight = uncertain ? weights("aweights") : weights("fweights");
    if (uncertain && call.has("fweights"))
        weight = weight * weights("fweights");
    const Expr sum = weight.reduce("ReduceSum");
    const Expr mean = (x * weight).reduce("ReduceSum", {1}, true) / sum;
    const auto correction = static_cast<double>(call.integer("correction"));
    Expr factor = sum;
    if (correction != 0)
        factor =
            sum - (uncertain ? (weight * weights("aweights")).reduce("ReduceSum") / sum * correction
                             : sum.number(correction));
    const Expr centred = x - mean;
    const Expr sums =
        (centred * weight).apply("MatMul", Expr(e, e.transpose(centred.id(), {1, 0})));
    const Expr result = sums / max(factor, 0);
    return call.shape(x)[0] == 1 ? e.squeeze(result, {0, 1}) : ValueId(result);
}

Outputs cov(OpCall& call)
{
    if (call.shape(call.tensor("self")) == Ints{0})
        call.refuse("the covariance of no observations");
    if (call.has("fweights") || call.has("aweights"))
        return weighted_covariance(call, observations(call));
    return covariance(call, observations(call), static_cast<double>(call.integer("correction")));
}

Outputs corrcoef(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId moments = covariance(call, observations(call), 1);
    const Expr c(e, moments);
    if (call.rank_of(moments) == 0)
        return ValueId(c / c);
    const std::int64_t size = call.shape(c)[0];
    Ints places;
    for (std::int64_t i = 0; i < size; ++i)
        places.push_back(i * (size + 1));
    const ValueId flat = e.reshape(c, std::span<const std::int64_t>(Ints{-1}));
    const Expr variance(
        e, e.emit("Gather", {flat, e.constant(std::span<const std::int64_t>(places))}));
    const Expr deviation = sqrt(variance);
    const Expr scaled =
        c / Expr(e, e.unsqueeze(deviation, {1})) / Expr(e, e.unsqueeze(deviation, {0}));
    return e.emit("Clip", {scaled, scaled.number(-1), scaled.number(1)});
}

Outputs vecdot(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted(call, "x", "y");
    const Expr product = Expr(e, o.a) * Expr(e, o.b);
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), e.rank(product).value_or(0));
    return e.reduce("ReduceSum", product, {axis}, false);
}

Outputs vander(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("x");
    if (call.rank("x") == 0)
        x = e.unsqueeze(x, {0});
    if (is_integral(call.dtype_of(x)))
        x = e.cast(x, DType::Int64);
    const Ints shape = call.shape(x);
    const std::int64_t count = call.has("N") ? call.integer("N") : shape.back();
    // Products, as PyTorch has them: powers of negative numbers are exact.
    const Expr column(e, e.unsqueeze(x, {static_cast<std::int64_t>(shape.size())}));
    Expr power = column * column.number(0) + column.number(1);
    std::vector<ValueId> powers;
    for (std::int64_t i = 0; i < count; ++i) {
        powers.push_back(power);
        power = power * column;
    }
    return e.concat(std::move(powers), static_cast<std::int64_t>(shape.size()));
}

Outputs sum_to_size(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("self");
    const Ints wanted = call.ints("size");
    const Ints shape = call.shape(x);
    const std::size_t leading = shape.size() - std::min(wanted.size(), shape.size());
    Ints kept;
    for (std::size_t i = leading; i < shape.size(); ++i)
        if (wanted[i - leading] == 1 && shape[i] != 1)
            kept.push_back(static_cast<std::int64_t>(i));
    const DType dtype = call.dtype_of(x);
    if (kept.empty() && leading == 0 && !wanted.empty())
        return x;
    // Of bools and integers the sum is an int64.
    if (is_integral(dtype))
        x = e.cast(x, DType::Int64);
    if (!kept.empty())
        x = e.reduce("ReduceSum", x, kept, true);
    if (leading > 0)
        x = e.reduce("ReduceSum", x, iota(0, static_cast<std::int64_t>(leading)), false);
    return x;
}

constexpr OpEntry entries[] = {
    {"aten::cov(Tensor self, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None) -> "
     "Tensor",
     cov, "no weights"},
    {"aten::corrcoef(Tensor self) -> Tensor", corrcoef},
    {"aten::linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor", vecdot},
    {"aten::linalg_vander(Tensor x, *, int? N=None) -> Tensor", vander},
    {"aten::sum_to_size(Tensor self, int[] size) -> Tensor", sum_to_size},
};

} // namespace

std::span<const OpEntry> covariance_ops()
{
    return entries;
}

} // namespace strata::ops
