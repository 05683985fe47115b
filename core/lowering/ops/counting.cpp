// Statistics that count: medians and quantiles without NaNs, modes, histograms, membership, and
// reductions over segments.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/scatter_elements.h"
#include "lowering/ops/type_promotion.h"

#include <cmath>
#include <limits>
#include <string>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Expr flat(Emitter& e, ValueId x)
{
    return {e, e.reshape(x, std::span<const std::int64_t>(Ints{-1}))};
}

Expr integer(Emitter& e, std::int64_t value)
{
    return {e, e.scalar(DType::Int64, value)};
}

/// 0, 1, ... up to a size that may be known only when the model runs.
Expr range(Emitter& e, ValueId count)
{
    return {e, e.emit("Range", {e.scalar(DType::Int64, std::int64_t{0}), count,
                                e.scalar(DType::Int64, std::int64_t{1})})};
}

Expr gather_along(Expr x, Expr index, std::int64_t axis)
{
    return {x.e(), x.e().emit("GatherElements", {x.id(), index.id()}, {{"axis", axis}})};
}

/// The elements along an axis in ascending order, NaNs last, and how many are none: [..., 1, ...].
struct Sorted {
    Expr values;
    Expr indices;
    Expr count;
};

Sorted sorted_numbers(Expr x, std::int64_t axis)
{
    Emitter& e = x.e();
    const bool real = is_floating_point(x.dtype());
    const ValueId keys = real ? with_ordered_nans(e, x.id(), true) : x.id();
    const ValueId size = e.unsqueeze(e.size_of(x.id(), axis), {0});
    const std::vector<ValueId> sorted =
        e.emit_many("TopK", {keys, size}, 2, {{"axis", axis}, {"largest", 0}, {"sorted", 1}});
    const Expr indices(e, sorted[1]);
    Expr count = integer(e, 0);
    if (real)
        count = (!is_nan(x)).cast(DType::Int64).reduce("ReduceSum", {axis}, true);
    else
        count =
            ((indices < 0.0).cast(DType::Int64) + integer(e, 1)).reduce("ReduceSum", {axis}, true);
    return {gather_along(x, indices, axis), indices, count};
}

struct Median {
    Expr value;
    Expr index;
};

/// The lower median of the numbers along the axis; a NaN where there is none.
Median median_of_numbers(Expr x, std::int64_t axis)
{
    const Sorted sorted = sorted_numbers(x, axis);
    const Expr place = max(sorted.count - 1.0, 0) / 2.0;
    return {gather_along(sorted.values, place, axis), gather_along(sorted.indices, place, axis)};
}

Outputs nan_median(OpCall& call)
{
    const Expr x = flat(call.e(), call.tensor("self"));
    return median_of_numbers(x, 0).value.squeeze(0).id();
}

Outputs nan_median_along(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t rank = call.rank("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), rank);
    const Expr x(e, rank == 0 ? e.unsqueeze(call.tensor("self"), {0}) : call.tensor("self"));
    const Median median = median_of_numbers(x, axis);
    if (call.boolean("keepdim") && rank > 0)
        return Outputs::tensors({median.value.id(), median.index.id()});
    return Outputs::tensors({median.value.squeeze(axis).id(), median.index.squeeze(axis).id()});
}

Outputs nan_quantile(OpCall& call)
{
    Emitter& e = call.e();
    const std::string interpolation = call.string("interpolation");
    const ValueId self = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    const Expr q(e, operand(call, "q", call.dtype_of(self)));
    const auto q_rank = call.rank_of(q.id());
    if (!q_rank)
        call.refuse_for_shapes("the rank of 'q' is not known");
    // The axis stands last, and so do the quantiles of the result.
    const bool all = !call.has("dim") || rank == 0;
    const std::int64_t axis = all ? 0 : call.normalize_axis(call.integer("dim"), rank);
    Ints order = iota(0, rank);
    if (!all) {
        order.erase(order.begin() + static_cast<std::ptrdiff_t>(axis));
        order.push_back(axis);
    }
    const Expr x = all ? flat(e, self) : Expr(e, e.transpose(self, order));
    const std::int64_t last = all ? 0 : rank - 1;
    const Sorted sorted = sorted_numbers(x, last);
    const Expr largest = max(sorted.count - 1.0, 0);
    const Expr places = flat(e, q.id()) * largest.cast(q.dtype());
    const auto pick = [&](Expr place) {
        return gather_along(sorted.values, place.cast(DType::Int64), last);
    };
    const Expr below = floor(places);
    Expr result = pick(interpolation == "nearest" ? places.apply("Round") : below);
    if (interpolation == "linear")
        result = result + (places - below) * (pick(places.apply("Ceil")) - result);
    else if (interpolation == "midpoint")
        result = result + 0.5 * (pick(places.apply("Ceil")) - result);
    else if (interpolation == "higher")
        result = pick(places.apply("Ceil"));
    else if (interpolation != "lower" && interpolation != "nearest")
        call.refuse("unknown interpolation '" + interpolation + "'");
    if (*q_rank == 0) {
        result = result.squeeze(last);
    } else if (last > 0) {
        Ints front = iota(0, last);
        front.insert(front.begin(), last);
        result = {e, e.transpose(result.id(), front)};
    }
    if (!call.boolean("keepdim") || rank == 0)
        return result.id();
    return e.unsqueeze(result.id(), all ? iota(*q_rank, rank) : Ints{*q_rank + axis});
}

/// The most frequent value along the axis, the smallest of several, and where the last one stands.
Outputs mode(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t rank = call.rank("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), rank);
    const ValueId self = call.tensor("self");
    const Expr x(e, rank == 0 ? e.unsqueeze(self, {0}) : self);
    if (has_no_elements(e, x.id()))
        call.refuse("the mode of an empty tensor");
    const Expr equal = x.unsqueeze(axis) == x.unsqueeze(axis + 1);
    const Expr counts = equal.cast(DType::Int64).reduce("ReduceSum", {axis + 1});
    const Expr most = counts.reduce("ReduceMax", {axis}, true);
    const DType dtype = x.dtype();
    const Expr beyond = dtype == DType::Bool ? x.number(1) : x.number(extreme_number(dtype, false));
    const Expr value = where(counts == most, x, beyond).reduce("ReduceMin", {axis}, true);
    Ints shape(static_cast<std::size_t>(std::max<std::int64_t>(rank, 1)), 1);
    shape[static_cast<std::size_t>(axis)] = -1;
    const Expr numbers(
        e, e.reshape(range(e, e.size_of(x.id(), axis)).id(), std::span<const std::int64_t>(shape)));
    const Expr index = where(x == value, numbers, -1).reduce("ReduceMax", {axis}, true);
    if (call.boolean("keepdim") && rank > 0)
        return Outputs::tensors({value.id(), index.id()});
    return Outputs::tensors({value.squeeze(axis).id(), index.squeeze(axis).id()});
}

/// The ends of a histogram: given, or those of the data. Equal ends are moved apart.
struct Ends {
    Expr low;
    Expr high;
};

Ends ends_of(OpCall& call, Expr x, double low, double high, double apart)
{
    if (low == high && has_no_elements(call.e(), x.id()))
        call.refuse("the histogram of an empty tensor whose range is not given");
    if (low != high)
        return {x.number(low), x.number(high)};
    const Expr least = x.reduce("ReduceMin");
    const Expr most = x.reduce("ReduceMax");
    const Expr same = least == most;
    return {where(same, least - apart, least), where(same, most + apart, most)};
}

/// Ends of as many bins of one width, from both ends, as linspace has them.
Expr even_edges(const Ends& ends, std::int64_t bins)
{
    Emitter& e = ends.low.e();
    std::vector<ValueId> edges;
    const Expr step = (ends.high - ends.low) / static_cast<double>(bins);
    for (std::int64_t i = 0; i <= bins; ++i) {
        const Expr edge = i < (bins + 1) / 2 ? ends.low + step * static_cast<double>(i)
                                             : ends.high - step * static_cast<double>(bins - i);
        edges.push_back(edge.unsqueeze(0).id());
    }
    return {e, e.concat(std::move(edges), 0)};
}

Outputs histogram_of_range(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x = flat(e, as_float(call, "self"));
    const std::int64_t bins = call.integer("bins");
    const auto [low, high] = ends_of(call, x, call.number("min"), call.number("max"), 1);
    const Expr inside = !((x < low) | (x > high) | is_nan(x));
    const Expr place = floor((x - low) * static_cast<double>(bins) / (high - low));
    const Expr bin = where(inside, min(place, static_cast<double>(bins - 1)), 0).cast(DType::Int64);
    const Expr zeros(e, e.expand(x.number(0).id(), e.constant({bins})));
    return scatter_elements(call, zeros.id(), bin.id(), inside.cast(x.dtype()).id(), 0, "add");
}

/// Which bin each number falls into, and whether into any.
struct Binned {
    Expr bin; ///< 0 where it falls into none
    Expr inside;
    Expr bins; ///< how many there are
};

/// Bins between ascending edges; the last one holds its upper end.
Binned binned(Expr x, Expr edges)
{
    Emitter& e = x.e();
    const Expr passed = (!(edges > x.unsqueeze(1))).cast(DType::Int64).reduce("ReduceSum", {1});
    const Expr bins = Expr(e, e.size_of(edges.id(), 0)) - 1.0;
    const Expr first(e, e.emit("Gather", {edges.id(), e.scalar(DType::Int64, std::int64_t{0})}));
    const Expr last(e, e.emit("Gather", {edges.id(), e.scalar(DType::Int64, std::int64_t{-1})}));
    const Expr inside = (!(x < first)) & (!(x > last)) & (!is_nan(x));
    return {where(inside, max(min(passed, bins) - 1.0, 0), 0), inside, bins};
}

Expr widths_of(Expr edges)
{
    Emitter& e = edges.e();
    const Expr upper(e, e.slice(edges.id(), 0, 1, std::numeric_limits<std::int64_t>::max()));
    return upper - Expr(e, e.slice(edges.id(), 0, 0, -1));
}

/// Counts, or sums of weights, between edges.
Outputs histogram_between(OpCall& call, Expr x, Expr edges)
{
    Emitter& e = call.e();
    const auto [bin, inside, bins] = binned(x, edges);
    Expr weights = inside.cast(x.dtype());
    if (call.has("weight"))
        weights = where(inside, flat(e, e.cast(call.tensor("weight"), x.dtype())), 0);
    const Expr zeros(e, e.expand(x.number(0).id(), bins.unsqueeze(0).id()));
    Expr counts(e, scatter_elements(call, zeros.id(), bin.id(), weights.id(), 0, "add"));
    if (call.boolean("density"))
        counts = counts / widths_of(edges) / counts.reduce("ReduceSum");
    return Outputs::tensors({counts.id(), edges.id()});
}

Outputs histogram_of_count(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x = flat(e, call.tensor("self"));
    const std::int64_t bins = call.integer("bins");
    double low = 0;
    double high = 0;
    if (call.has("range")) {
        const std::vector<double> given = call.numbers("range");
        low = given.at(0);
        high = given.at(1);
    }
    return histogram_between(call, x, even_edges(ends_of(call, x, low, high, 0.5), bins));
}

/// Histograms of points [..., dimensions].
Outputs histogram_of_points(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    const Ints shape = call.shape(self);
    if (shape.size() < 2)
        call.refuse("points of a tensor without an axis for their coordinates");
    const std::int64_t dimensions = shape.back();
    const Ints points_shape{-1, dimensions};
    const Expr points(e, e.reshape(self, std::span<const std::int64_t>(points_shape)));
    const bool given_edges = call.target() == "aten::histogramdd.TensorList_bins";
    const std::vector<ValueId> all_edges =
        given_edges ? call.tensors("bins") : std::vector<ValueId>{};
    Ints counts = given_edges ? Ints{} : call.ints("bins", static_cast<std::size_t>(dimensions));
    for (const ValueId edges : all_edges)
        counts.push_back(call.shape(edges).at(0) - 1);
    if (dimensions < 1 || counts.size() != static_cast<std::size_t>(dimensions))
        call.refuse("as many bins as coordinates are needed");
    const std::vector<double> range =
        call.has("range") ? call.numbers("range") : std::vector<double>(2 * counts.size(), 0);
    if (range.size() != 2 * counts.size())
        call.refuse("'range' does not hold two ends for each coordinate");
    Expr place = integer(e, 0);
    Expr within = place == 0.0;
    std::vector<Lowered> edge_list;
    std::vector<Expr> widths;
    std::int64_t total = 1;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const Expr x(e, e.emit("Gather",
                               {points.id(), e.scalar(DType::Int64, static_cast<std::int64_t>(i))},
                               {{"axis", 1}}));
        const Expr edges =
            given_edges
                ? Expr(e, e.cast(all_edges[i], x.dtype()))
                : even_edges(ends_of(call, x, range[2 * i], range[2 * i + 1], 0.5), counts[i]);
        const Binned found = binned(x, edges);
        place = place * static_cast<double>(counts[i]) + found.bin;
        within = within & found.inside;
        total *= counts[i];
        edge_list.push_back(Lowered::tensor(edges.id()));
        Ints column(counts.size(), 1);
        column[i] = counts[i];
        widths.emplace_back(
            e, e.reshape(widths_of(edges).id(), std::span<const std::int64_t>(column)));
    }
    Expr weights = within.cast(points.dtype());
    if (call.has("weight"))
        weights = where(within, flat(e, e.cast(call.tensor("weight"), points.dtype())), 0);
    const Expr zeros(e, e.expand(points.number(0).id(), e.constant({total})));
    const Expr sums(e, scatter_elements(call, zeros.id(), where(within, place, 0).id(),
                                        weights.id(), 0, "add"));
    Expr result(e, e.reshape(sums.id(), std::span<const std::int64_t>(counts)));
    if (call.boolean("density")) {
        result = result / sums.reduce("ReduceSum");
        for (const Expr& width : widths)
            result = result / width;
    }
    return std::vector<Lowered>{Lowered::tensor(result.id()), Lowered::list(std::move(edge_list))};
}

Outputs histogram_of_edges(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x = flat(e, call.tensor("self"));
    return histogram_between(call, x, {e, e.cast(call.tensor("bins"), x.dtype())});
}

Outputs is_in(OpCall& call, std::string_view elements, std::string_view tested)
{
    Emitter& e = call.e();
    const Operands o = promoted(call, elements, tested);
    const auto rank = call.rank_of(o.a);
    if (!rank)
        call.refuse_for_shapes("the rank of the elements is not known");
    const Expr equal = Expr(e, o.a).unsqueeze(*rank) == flat(e, o.b);
    // A sum, as there may be nothing to compare with.
    const Expr found = equal.cast(DType::Int32).reduce("ReduceSum", {*rank}) > 0.0;
    return (call.boolean("invert") ? !found : found).id();
}

Outputs is_in_tensor(OpCall& call)
{
    return is_in(call, "elements", "test_elements");
}
Outputs is_in_number(OpCall& call)
{
    return is_in(call, "elements", "test_element");
}
Outputs number_is_in(OpCall& call)
{
    return is_in(call, "element", "test_elements");
}

/// How long each segment is, as int64 [..., segments].
Expr segment_lengths(OpCall& call)
{
    Emitter& e = call.e();
    if (call.has("lengths"))
        return {e, e.cast(call.tensor("lengths"), DType::Int64)};
    if (!call.has("offsets"))
        call.refuse("neither 'lengths' nor 'offsets' are given");
    const ValueId offsets = e.cast(call.tensor("offsets"), DType::Int64);
    const std::int64_t last = call.rank("offsets") - 1;
    const Expr ends(e, e.slice(offsets, last, 1, std::numeric_limits<std::int64_t>::max()));
    return ends - Expr(e, e.slice(offsets, last, 0, -1));
}

/// Every element is compared with every segment.
Outputs segment_reduce(OpCall& call)
{
    Emitter& e = call.e();
    const std::string reduction = call.string("reduce");
    const Expr data(e, call.tensor("data"));
    const Expr lengths = segment_lengths(call);
    const std::int64_t axis = call.normalize_axis(call.integer("axis"), call.rank("data"));
    if (e.rank(lengths.id()) != axis + 1)
        call.refuse("the lengths do not stand along the axis");
    const Expr ends(e, e.emit("CumSum", {lengths.id(), e.scalar(DType::Int64, axis)}));
    const Expr starts = ends - lengths;
    const Expr places = range(e, e.size_of(data.id(), axis));
    Expr own = (!(places < starts.unsqueeze(axis + 1))) & (places < ends.unsqueeze(axis + 1));
    const std::int64_t trailing = call.rank("data") - axis - 1;
    const auto widened = [&](Expr x, std::int64_t rank) {
        return Expr(e, e.unsqueeze(x.id(), iota(rank, trailing)));
    };
    own = widened(own, axis + 2);
    const bool sums = reduction == "sum" || reduction == "mean";
    if (!sums && reduction != "prod" && reduction != "max" && reduction != "min")
        call.refuse("an unknown reduction '" + reduction + "'");
    const double neutral = sums                  ? 0
                           : reduction == "prod" ? 1
                           : reduction == "max"  ? -infinity
                                                 : infinity;
    const std::string_view op = sums                  ? "ReduceSum"
                                : reduction == "prod" ? "ReduceProd"
                                : reduction == "max"  ? "ReduceMax"
                                                      : "ReduceMin";
    Expr result = where(own, data.unsqueeze(axis), neutral).reduce(op, {axis + 1});
    const bool has_initial = call.has("initial");
    if (has_initial) {
        const Expr initial(e, call.scalar_as("initial", data.dtype()));
        result = sums                  ? result + initial
                 : reduction == "prod" ? result * initial
                 : reduction == "max"  ? max(result, initial)
                                       : min(result, initial);
    }
    if (reduction != "mean")
        return result.id();
    const Expr count = widened(lengths.cast(data.dtype()), axis + 1);
    const Expr empty = has_initial ? result : result.number(nan);
    return where(count == 0.0, empty, result / count).id();
}

#define STRATA_SEARCHED "*, bool assume_unique=False, bool invert=False) -> Tensor"

constexpr OpEntry entries[] = {
    {"aten::nanmedian(Tensor self) -> Tensor", nan_median},
    {"aten::nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor "
     "indices)",
     nan_median_along},
    {"aten::nanquantile(Tensor self, Tensor q, int? dim=None, bool keepdim=False, *, str "
     "interpolation='linear') -> Tensor",
     nan_quantile},
    {"aten::nanquantile.scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, str "
     "interpolation='linear') -> Tensor",
     nan_quantile},
    {"aten::mode(Tensor self, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)",
     mode},
    {"aten::histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor",
     histogram_of_range},
    {"aten::histogram.bin_ct(Tensor self, int bins=100, *, float[]? range=None, Tensor? "
     "weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)",
     histogram_of_count},
    {"aten::histogram.bins_tensor(Tensor self, Tensor bins, *, Tensor? weight=None, bool "
     "density=False) -> (Tensor hist, Tensor bin_edges)",
     histogram_of_edges},
    {"aten::histogramdd(Tensor self, int[] bins, float[]? range=None, Tensor? weight=None, bool "
     "density=False) -> (Tensor hist, Tensor[] bin_edges)",
     histogram_of_points, "known sizes"},
    {"aten::histogramdd.int_bins(Tensor self, int bins, float[]? range=None, Tensor? weight=None, "
     "bool density=False) -> (Tensor hist, Tensor[] bin_edges)",
     histogram_of_points, "known sizes"},
    {"aten::histogramdd.TensorList_bins(Tensor self, Tensor[] bins, float[]? range=None, Tensor? "
     "weight=None, bool density=False) -> (Tensor hist, Tensor[] bin_edges)",
     histogram_of_points, "known sizes"},
    {"aten::isin.Tensor_Tensor(Tensor elements, Tensor test_elements, " STRATA_SEARCHED,
     is_in_tensor},
    {"aten::isin.Tensor_Scalar(Tensor elements, Scalar test_element, " STRATA_SEARCHED,
     is_in_number},
    {"aten::isin.Scalar_Tensor(Scalar element, Tensor test_elements, " STRATA_SEARCHED,
     number_is_in},
    {"aten::segment_reduce(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, "
     "Tensor? offsets=None, int axis=0, bool unsafe=False, Scalar? initial=None) -> Tensor",
     segment_reduce, "lengths or offsets"},
};
#undef STRATA_SEARCHED

} // namespace

std::span<const OpEntry> counting_ops()
{
    return entries;
}

} // namespace strata::ops
