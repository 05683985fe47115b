#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// A tensor and the axis that the operator works along. A rank-0 tensor is seen as [1].
struct Along {
    Expr x;
    std::int64_t axis = 0;
    bool unsqueezed = false;

    Expr done(Expr result) const { return unsqueezed ? result.squeeze(0) : result; }
};

Along along(OpCall& call, ValueId x, std::string_view dim = "dim")
{
    Emitter& e = call.e();
    const auto rank = call.rank_of(x);
    if (!rank)
        call.refuse_for_shapes("the rank of 'self' is not known");
    const std::int64_t axis = call.normalize_axis(call.integer(dim), *rank);
    if (*rank == 0)
        return {{e, e.unsqueeze(x, {0})}, 0, true};
    return {{e, x}, axis, false};
}

std::int64_t known_extent(OpCall& call, const Along& a)
{
    const auto shape = call.e().shape(a.x.id());
    if (!(*shape)[static_cast<std::size_t>(a.axis)].known())
        call.refuse_for_shapes("the size of the dimension is not known");
    return (*shape)[static_cast<std::size_t>(a.axis)].value;
}

/// Inclusive scan: each step combines what is 1, 2, 4, ... before. `neutral` changes nothing.
Expr scan(OpCall& call, const Along& a, double neutral, const std::function<Expr(Expr, Expr)>& with)
{
    Emitter& e = call.e();
    const std::int64_t extent = known_extent(call, a);
    const auto rank = static_cast<std::size_t>(*call.rank_of(a.x.id()));
    Expr x = a.x;
    for (std::int64_t shift = 1; shift < extent; shift *= 2) {
        Ints pads(2 * rank, 0);
        pads[static_cast<std::size_t>(a.axis)] = shift;
        const ValueId front = e.slice(x.id(), a.axis, 0, extent - shift);
        const Expr before(e, e.emit("Pad", {front, e.constant(std::span<const std::int64_t>(pads)),
                                            x.number(neutral).id()}));
        x = with(before, x);
    }
    return x;
}

Outputs cumulative_product(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    const DType own = call.dtype_of(self);
    const DType dtype = call.dtype("dtype", is_integral(own) ? DType::Int64 : own);
    const Along a = along(call, e.cast(self, dtype));
    return a.done(scan(call, a, 1, [](Expr x, Expr y) { return x * y; })).id();
}

/// cummax, cummin: the extrema so far and where the last of them stands.
template <bool Max>
Outputs cumulative_extremum(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    const DType own = call.dtype_of(self);
    const bool real = is_floating_point(own);
    const DType wide = real ? own : DType::Int64;
    const Along a = along(call, e.cast(self, wide));
    const std::int64_t extent = known_extent(call, a);
    const double infinity = std::numeric_limits<double>::infinity();
    // 2^53 bounds what a double, which the constant goes through, tells apart.
    const double extreme = real ? infinity : 9007199254740992.0;
    const Expr values = scan(call, a, Max ? -extreme : extreme,
                             [](Expr x, Expr y) { return Max ? max(x, y) : min(x, y); });
    Expr here = a.x == values;
    if (real)
        here = here | a.x.apply("IsNaN");
    Ints shape(static_cast<std::size_t>(*call.rank_of(a.x.id())), 1);
    shape[static_cast<std::size_t>(a.axis)] = extent;
    const Expr numbers(e, e.reshape(e.constant(std::span<const std::int64_t>(iota(0, extent))),
                                    std::span<const std::int64_t>(shape)));
    const Along places{where(here, numbers, -1), a.axis, false};
    const Expr last = scan(call, places, -1, [](Expr x, Expr y) { return max(x, y); });
    return Outputs::tensors({a.done(values.cast(own)).id(), a.done(last).id()});
}

Expr log_add_exp(Expr x, Expr y)
{
    const Expr top = max(x, y);
    const double infinity = std::numeric_limits<double>::infinity();
    // Where both are the same infinity their difference is not a number.
    const Expr infinite = abs(top) == infinity;
    return where(infinite, top, top + log(exp(-abs(x - y)) + 1.0));
}

Outputs log_cumulative_sum_exp(OpCall& call)
{
    const Along a = along(call, as_float(call, "self"));
    return a.done(scan(call, a, -std::numeric_limits<double>::infinity(), log_add_exp)).id();
}

struct Sorted {
    Expr values;
    Expr indices;
};

/// All elements along the axis, or the `count` smallest, in ascending order.
Sorted ascending(OpCall& call, const Along& a, ValueId count = no_id)
{
    Emitter& e = call.e();
    if (count == no_id)
        count = e.unsqueeze(e.size_of(a.x.id(), a.axis), {0});
    const DType own = a.x.dtype();
    const bool small = !is_floating_point(own) && own != DType::Int64;
    const ValueId keys = small                    ? e.cast(a.x.id(), DType::Int64)
                         : is_floating_point(own) ? with_ordered_nans(e, a.x.id(), true)
                                                  : a.x.id();
    const std::vector<ValueId> sorted =
        e.emit_many("TopK", {keys, count}, 2, {{"axis", a.axis}, {"largest", 0}, {"sorted", 1}});
    if (is_floating_point(own))
        return {{e, e.emit("GatherElements", {a.x.id(), sorted[1]}, {{"axis", a.axis}})},
                {e, sorted[1]}};
    return {Expr(e, sorted[0]).cast(own), {e, sorted[1]}};
}

/// What stands at a place (rank-0 int64) of the axis.
Expr at(Expr x, ValueId place, std::int64_t axis)
{
    return {x.e(), x.e().emit("Gather", {x.id(), place}, {{"axis", axis}})};
}

/// Whether there is a NaN along the axes.
Expr some_nan(Expr x, Ints axes, bool keep_dims)
{
    return x.apply("IsNaN")
        .cast(DType::Int32)
        .reduce("ReduceMax", std::move(axes), keep_dims)
        .cast(DType::Bool);
}

/// A NaN anywhere along the axes makes the result a NaN.
Expr poisoned(Expr x, Ints axes, Expr result, bool keep_dims)
{
    if (!is_floating_point(result.dtype()))
        return result;
    return where(some_nan(x, std::move(axes), keep_dims), result.number(std::nan("")), result);
}

Expr median_place(Expr count)
{
    return (count - 1.0) / 2.0;
}

Outputs median(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId all = e.reshape(call.tensor("self"), std::span<const std::int64_t>(Ints{-1}));
    const Along a{{e, all}, 0, false};
    const Expr place = median_place({e, e.size_of(all, 0)});
    return poisoned(a.x, {0}, at(ascending(call, a).values, place.id(), 0), false).id();
}

Outputs median_along(OpCall& call)
{
    Emitter& e = call.e();
    const Along a = along(call, call.tensor("self"));
    const bool keep_dims = call.boolean("keepdim") && !a.unsqueezed;
    const Sorted sorted = ascending(call, a);
    const ValueId place = median_place({e, e.size_of(a.x.id(), a.axis)}).id();
    Expr value = at(sorted.values, place, a.axis);
    Expr index = at(sorted.indices, place, a.axis);
    if (keep_dims) {
        value = value.unsqueeze(a.axis);
        index = index.unsqueeze(a.axis);
    }
    if (is_floating_point(value.dtype())) {
        // Of the NaNs, the first one is named.
        const Expr nans = a.x.apply("IsNaN").cast(DType::Int32);
        const Expr some = nans.reduce("ReduceMax", {a.axis}, keep_dims).cast(DType::Bool);
        const Expr first(
            e, e.emit("ArgMax", {nans.id()}, {{"axis", a.axis}, {"keepdims", keep_dims}}));
        value = where(some, value.number(std::nan("")), value);
        index = where(some, first, index);
    }
    return Outputs::tensors({value.id(), index.id()});
}

Outputs kth_value(OpCall& call)
{
    Emitter& e = call.e();
    const Along a = along(call, call.tensor("self"));
    const std::int64_t k = call.integer("k");
    const Sorted sorted = ascending(call, a, e.constant({k}));
    Expr value = at(sorted.values, e.scalar(DType::Int64, k - 1), a.axis);
    Expr index = at(sorted.indices, e.scalar(DType::Int64, k - 1), a.axis);
    if (call.boolean("keepdim") && !a.unsqueezed) {
        value = value.unsqueeze(a.axis);
        index = index.unsqueeze(a.axis);
    }
    return Outputs::tensors({value.id(), index.id()});
}

Outputs msort(OpCall& call)
{
    const ValueId x = call.tensor("self");
    if (call.rank("self") == 0)
        return x;
    return ascending(call, {{call.e(), x}, 0, false}).values.id();
}

Outputs quantile(OpCall& call)
{
    Emitter& e = call.e();
    const std::string interpolation = call.string("interpolation");
    const ValueId self = call.tensor("self");
    const bool keep_dims = call.boolean("keepdim");
    const Expr q(e, operand(call, "q", call.dtype_of(self)));
    const auto q_rank = call.rank_of(q.id());
    if (!q_rank)
        call.refuse_for_shapes("the rank of 'q' is not known");
    const std::int64_t rank = call.rank("self");
    const bool all = !call.has("dim");
    Along a = all ? Along{{e, e.reshape(self, std::span<const std::int64_t>(Ints{-1}))}, 0, false}
                  : along(call, self);
    const Expr sorted = ascending(call, a).values;
    const Expr places = q * (Expr(e, e.size_of(a.x.id(), a.axis)).cast(q.dtype()) - 1.0);
    const Expr below = places.apply("Floor");
    const Expr above = places.apply("Ceil");
    const auto pick = [&](Expr place) {
        // [..., q or nothing]: the axis goes to the end first, so that what q adds stands there.
        Ints permutation = iota(0, *call.rank_of(a.x.id()));
        permutation.erase(permutation.begin() + static_cast<std::ptrdiff_t>(a.axis));
        permutation.push_back(a.axis);
        const Expr back(e, e.transpose(sorted.id(), permutation));
        return at(back, place.cast(DType::Int64).id(),
                  static_cast<std::int64_t>(permutation.size()) - 1);
    };
    Expr result = pick(below);
    if (interpolation == "linear")
        result = result + (places - below) * (pick(above) - result);
    else if (interpolation == "midpoint")
        result = result + 0.5 * (pick(above) - result);
    else if (interpolation == "higher")
        result = pick(above);
    else if (interpolation == "nearest")
        result = pick(places.apply("Round"));
    else if (interpolation != "lower")
        call.refuse("unknown interpolation '" + interpolation + "'");
    const Expr some = some_nan(a.x, {a.axis}, false);
    const Expr nan = *q_rank == 1 ? some.unsqueeze(*call.rank_of(a.x.id()) - 1) : some;
    result = where(nan, result.number(std::nan("")), result);
    // q stands first in the result.
    const std::int64_t rest = *call.rank_of(a.x.id()) - 1;
    if (*q_rank == 1 && rest > 0) {
        Ints permutation = iota(0, rest);
        permutation.insert(permutation.begin(), rest);
        result = {e, e.transpose(result.id(), std::move(permutation))};
    }
    if (!keep_dims || rank == 0)
        return result.id();
    const std::int64_t front = *q_rank;
    return e.unsqueeze(result.id(), all ? iota(front, rank) : Ints{front + a.axis});
}

Outputs aminmax(OpCall& call)
{
    Emitter& e = call.e();
    ValueId self = call.tensor("self");
    // Of a number along a kept dimension PyTorch makes a vector.
    if (call.rank_of(self) == 0 && call.has("dim") && call.boolean("keepdim"))
        self = e.unsqueeze(self, {0});
    const DType own = call.dtype_of(self);
    const Expr x(e, is_integral(own) ? e.cast(self, DType::Int64) : self);
    Ints axes;
    if (!call.rank_of(self))
        call.refuse_for_shapes("the rank of 'self' is not known");
    if (call.has("dim"))
        axes = {call.normalize_axis(call.integer("dim"), *call.rank_of(self))};
    const bool keep_dims = call.boolean("keepdim");
    return Outputs::tensors(
        {poisoned(x, axes, x.reduce("ReduceMin", axes, keep_dims), keep_dims).cast(own).id(),
         poisoned(x, axes, x.reduce("ReduceMax", axes, keep_dims), keep_dims).cast(own).id()});
}

/// nansum and nanmean: as if the NaNs were not there.
template <bool Mean>
Outputs without_nans(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    const DType own = call.dtype_of(self);
    const DType dtype = call.dtype("dtype", is_integral(own) && !Mean ? DType::Int64 : own);
    Ints axes;
    if (call.has("dim"))
        axes = call.ints("dim");
    if (!axes.empty())
        for (std::int64_t& axis : axes)
            axis = call.normalize_axis(axis, call.rank("self"));
    const bool keep_dims = call.boolean("keepdim");
    Expr x(e, self);
    if (!is_floating_point(own))
        return x.cast(dtype).reduce(Mean ? "ReduceMean" : "ReduceSum", axes, keep_dims).id();
    const Expr nan = x.apply("IsNaN");
    x = where(nan, x.number(0), x).cast(dtype);
    const Expr sum = x.reduce("ReduceSum", axes, keep_dims);
    if (!Mean)
        return sum.id();
    return (sum / (!nan).cast(dtype).reduce("ReduceSum", axes, keep_dims)).id();
}

/// x[1:] and x[:-1] along the axis.
struct Neighbours {
    Expr next;
    Expr previous;
};
Neighbours neighbours(Expr x, std::int64_t axis)
{
    Emitter& e = x.e();
    return {{e, e.slice(x.id(), axis, 1, std::numeric_limits<std::int64_t>::max())},
            {e, e.slice(x.id(), axis, 0, -1)}};
}

Outputs diff(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    std::vector<ValueId> parts{self};
    if (call.has("prepend"))
        parts.insert(parts.begin(), call.tensor("prepend"));
    if (call.has("append"))
        parts.push_back(call.tensor("append"));
    DType dtype = call.dtype_of(self);
    for (ValueId& part : parts)
        dtype = promote_types(dtype, call.dtype_of(part));
    for (ValueId& part : parts)
        part = e.cast(part, dtype);
    Expr x(e, e.concat(std::move(parts), axis));
    for (std::int64_t n = call.integer("n"); n > 0; --n) {
        const auto [next, previous] = neighbours(x, axis);
        x = dtype == DType::Bool ? next.apply("Xor", previous) : next - previous;
    }
    return x.id();
}

/// trapezoid: the areas between neighbours, summed or cumulatively summed.
template <bool WithPoints, bool Cumulative>
Outputs trapezoid(OpCall& call)
{
    Emitter& e = call.e();
    // As PyTorch: neighbours are added in their own type, where small integers wrap around, and
    // summed before they are halved.
    const DType own = call.dtype_of(call.tensor("y"));
    const DType real = float_result_type(call, {"y"});
    const DType sums = is_integral(own) ? DType::Int64 : own;
    const Along a = along(call, call.tensor("y"));
    const auto [next, previous] = neighbours(a.x, a.axis);
    Expr areas = own == DType::Bool ? next | previous : next + previous;
    double factor = 0.5;
    if constexpr (WithPoints) {
        Expr points = Expr(e, call.tensor("x"));
        areas = areas.cast(promote_types(own, points.dtype()));
        points = points.cast(areas.dtype());
        const std::int64_t rank = *call.rank_of(a.x.id());
        if (call.rank("x") == 1 && rank > 1) {
            Ints shape(static_cast<std::size_t>(rank), 1);
            shape[static_cast<std::size_t>(a.axis)] = -1;
            points = {e, e.reshape(points.id(), std::span<const std::int64_t>(shape))};
        } else if (call.rank("x") != rank) {
            call.refuse("'x' has another rank than 'y'");
        }
        const auto [right, left] = neighbours(points, a.axis);
        areas = areas * (right - left);
        if (is_integral(areas.dtype()))
            areas = areas.cast(DType::Int64);
    } else {
        factor = call.number("dx") / 2;
        areas = areas.cast(sums);
    }
    const DType result = is_floating_point(areas.dtype()) ? areas.dtype() : real;
    const Expr sum = Cumulative
                         ? Expr(e, e.emit("CumSum", {areas.id(), e.scalar(DType::Int64, a.axis)}))
                         : areas.reduce("ReduceSum", {a.axis});
    return (sum.cast(result) * factor).id();
}

constexpr std::string_view static_dimension = "the size of the dimension must be known";

constexpr OpEntry entries[] = {
    {"aten::cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", cumulative_product,
     static_dimension},
    {"aten::cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)",
     cumulative_extremum<true>, static_dimension},
    {"aten::cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)",
     cumulative_extremum<false>, static_dimension},
    {"aten::logcumsumexp(Tensor self, int dim) -> Tensor", log_cumulative_sum_exp,
     static_dimension},
    {"aten::median(Tensor self) -> Tensor", median},
    {"aten::median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor "
     "indices)",
     median_along},
    {"aten::kthvalue(Tensor self, int k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor "
     "indices)",
     kth_value},
    {"aten::msort(Tensor self) -> Tensor", msort},
    {"aten::quantile(Tensor self, Tensor q, int? dim=None, bool keepdim=False, *, str "
     "interpolation='linear') -> Tensor",
     quantile},
    {"aten::quantile.scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, str "
     "interpolation='linear') -> Tensor",
     quantile},
    {"aten::aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)",
     aminmax},
    {"aten::nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) "
     "-> Tensor",
     without_nans<false>},
    {"aten::nanmean(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) "
     "-> Tensor",
     without_nans<true>},
    {"aten::diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> "
     "Tensor",
     diff},
    {"aten::trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", trapezoid<false, false>},
    {"aten::trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", trapezoid<true, false>},
    {"aten::trapz.dx(Tensor y, *, float dx=1.0, int dim=-1) -> Tensor", trapezoid<false, false>},
    {"aten::trapz.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", trapezoid<true, false>},
    {"aten::cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor",
     trapezoid<false, true>},
    {"aten::cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor",
     trapezoid<true, true>},
};

} // namespace

std::span<const OpEntry> statistics_ops()
{
    return entries;
}

} // namespace strata::ops
