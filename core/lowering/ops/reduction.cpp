#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <limits>
#include <string>

namespace strata::ops {
namespace {

/// The axes of a reduction: None and an empty list mean all of them; negative ones count from the
/// end. Nothing is known of the rank when all axes are wanted, and nothing needs to be.
struct Axes {
    bool all = false;
    std::vector<std::int64_t> axes;
};

Axes axes_of(OpCall& call, std::string_view name)
{
    if (!call.has(name))
        return {true, {}};
    std::vector<std::int64_t> axes = call.ints(name);
    if (axes.empty())
        return {true, {}};
    if (const auto rank = call.rank_of(call.tensor("self")))
        for (std::int64_t& axis : axes)
            axis = call.normalize_axis(axis, *rank);
    return {false, std::move(axes)};
}

/// Reduces; a rank-0 tensor has nothing to reduce, and ONNX's reductions refuse axes on it.
ValueId reduce(OpCall& call, std::string_view op, ValueId x, const Axes& axes, bool keep_dims)
{
    if (call.rank_of(x) == 0)
        return x;
    // ONNX Runtime's mean of nothing may be infinite; 0 / 0 is what PyTorch says.
    if (Emitter& e = call.e(); op == "ReduceMean" && has_no_elements(e, x))
        return e.div(e.reduce("ReduceSum", x, axes.axes, keep_dims),
                     e.scalar(call.dtype_of(x), 0.0));
    return call.e().reduce(op, x, axes.axes, keep_dims);
}

/// Integers that ONNX Runtime's reductions do not take are computed in a type that they do.
DType reducible(DType dtype)
{
    if (dtype == DType::Bool || (is_integer(dtype) && bits_per_element(dtype) < 32))
        return DType::Int32;
    return dtype;
}

/// sum and prod: integers and bools are summed in int64.
DType sum_type(OpCall& call)
{
    const DType own = call.dtype_of(call.tensor("self"));
    const DType natural = is_integer(own) || own == DType::Bool ? DType::Int64 : own;
    return call.dtype("dtype", natural);
}

template <bool HasAxes>
Axes given_axes(OpCall& call)
{
    return HasAxes ? axes_of(call, "dim") : Axes{true, {}};
}

template <bool HasAxes>
bool given_keep_dims(OpCall& call)
{
    return HasAxes && call.boolean("keepdim");
}

template <bool HasAxes>
Outputs sum(OpCall& call)
{
    const ValueId x = call.e().cast(call.tensor("self"), sum_type(call));
    return reduce(call, "ReduceSum", x, given_axes<HasAxes>(call), given_keep_dims<HasAxes>(call));
}

template <bool HasAxes>
Outputs prod(OpCall& call)
{
    const ValueId x = call.e().cast(call.tensor("self"), sum_type(call));
    return reduce(call, "ReduceProd", x, given_axes<HasAxes>(call), given_keep_dims<HasAxes>(call));
}

template <bool HasAxes>
Outputs mean(OpCall& call)
{
    const DType own = call.dtype_of(call.tensor("self"));
    const ValueId x = call.e().cast(call.tensor("self"), call.dtype("dtype", own));
    return reduce(call, "ReduceMean", x, given_axes<HasAxes>(call), given_keep_dims<HasAxes>(call));
}

/// amax, amin, and max/min of everything. ONNX Runtime's extrema pass over NaNs, PyTorch's do not:
/// the sum of the magnitudes is NaN exactly where one element is.
ValueId extremum(OpCall& call, std::string_view op, const Axes& axes, bool keep_dims)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const DType dtype = call.dtype_of(x);
    if (call.rank_of(x) == 0)
        return x;
    if (is_integer(dtype) || dtype == DType::Bool)
        return e.cast(reduce(call, op, e.cast(x, reducible(dtype)), axes, keep_dims), dtype);
    const ValueId best = reduce(call, op, x, axes, keep_dims);
    const ValueId magnitude = reduce(call, "ReduceL1", x, axes, keep_dims);
    return e.emit("Where", {e.emit("IsNaN", {magnitude}), magnitude, best});
}

/// What ArgMax, ArgMin and TopK can order as PyTorch does.
ValueId ordered(OpCall& call, ValueId x, bool nan_largest)
{
    const DType dtype = call.dtype_of(x);
    if (!is_floating_point(dtype))
        return call.e().cast(x, reducible(dtype));
    return with_ordered_nans(call.e(), x, nan_largest);
}

Outputs amax(OpCall& call)
{
    return extremum(call, "ReduceMax", axes_of(call, "dim"), call.boolean("keepdim"));
}
Outputs amin(OpCall& call)
{
    return extremum(call, "ReduceMin", axes_of(call, "dim"), call.boolean("keepdim"));
}
Outputs max_all(OpCall& call)
{
    return extremum(call, "ReduceMax", {true, {}}, false);
}
Outputs min_all(OpCall& call)
{
    return extremum(call, "ReduceMin", {true, {}}, false);
}

ValueId arg_extremum(OpCall& call, std::string_view op, std::int64_t axis, bool keep_dims)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    if (call.rank_of(x) == 0)
        return e.scalar(DType::Int64, std::int64_t{0});
    return e.emit(op, {ordered(call, x, op == "ArgMax")},
                  {{"axis", axis}, {"keepdims", keep_dims}});
}

/// max(dim) and min(dim): the values and where they stand.
template <bool Max>
Outputs extremum_with_index(OpCall& call)
{
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const bool keep_dims = call.boolean("keepdim");
    const ValueId x = call.tensor("self");
    if (call.rank_of(x) == 0)
        return Outputs::tensors({x, call.e().scalar(DType::Int64, std::int64_t{0})});
    Emitter& e = call.e();
    const ValueId place = arg_extremum(call, Max ? "ArgMax" : "ArgMin", axis, true);
    const std::int64_t rank = *call.rank_of(x);
    if (!keep_dims && axis == rank - 1)
        return Outputs::tensors(
            {e.emit("GatherND", {x, place}, {{"batch_dims", rank - 1}}), e.squeeze(place, {axis})});
    const ValueId value = e.emit("GatherElements", {x, place}, {{"axis", axis}});
    if (keep_dims)
        return Outputs::tensors({value, place});
    return Outputs::tensors({e.squeeze(value, {axis}), e.squeeze(place, {axis})});
}

template <bool Max>
Outputs arg_op(OpCall& call)
{
    Emitter& e = call.e();
    const std::string_view op = Max ? "ArgMax" : "ArgMin";
    if (call.has("dim"))
        return arg_extremum(call, op, call.integer("dim"), call.boolean("keepdim"));
    const ValueId x = call.tensor("self");
    const ValueId flat = e.reshape(ordered(call, x, Max), std::vector<std::int64_t>{-1});
    const ValueId index = e.emit(op, {flat}, {{"axis", 0}, {"keepdims", false}});
    if (!call.boolean("keepdim"))
        return index;
    const std::vector<std::int64_t> ones(static_cast<std::size_t>(call.rank("self")), 1);
    return e.reshape(index, std::span<const std::int64_t>(ones));
}

/// any/all: the largest/smallest truth value.
template <bool Any, bool HasAxes>
Outputs truth(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId flags = e.cast(e.cast(call.tensor("self"), DType::Bool), DType::Int32);
    Axes axes{true, {}};
    bool keep_dims = false;
    if constexpr (HasAxes) {
        axes = axes_of(call, "dim");
        keep_dims = call.boolean("keepdim");
    }
    // Of bytes, PyTorch's any() and all() are bytes again.
    const bool bytes = call.dtype_of(call.tensor("self")) == DType::UInt8;
    // The largest of no numbers is the smallest integer, which would be true; their sum is zero.
    const bool none = has_no_elements(e, flags);
    const char* op = Any ? (none ? "ReduceSum" : "ReduceMax") : "ReduceMin";
    return e.cast(reduce(call, op, flags, axes, keep_dims), bytes ? DType::UInt8 : DType::Bool);
}

/// How many elements a reduction folds into one, as a rank-0 tensor of the dtype.
ValueId reduced_count(OpCall& call, ValueId x, const Axes& axes, DType dtype)
{
    Emitter& e = call.e();
    if (axes.all)
        return e.cast(e.emit("Size", {x}), dtype);
    ValueId count = e.scalar(DType::Int64, std::int64_t{1});
    for (const std::int64_t axis : axes.axes)
        count = e.mul(count, e.size_of(x, axis));
    return e.cast(count, dtype);
}

enum class Spread { Variance, Deviation };
enum class Form { All, Dim, Correction };

struct Moments {
    ValueId spread = no_id;
    ValueId mean = no_id;
};

/// The mean, and the variance or its root. The root is the length of the differences from the mean
/// over the root of their number: one node less than the root of the variance.
Moments moments(OpCall& call, ValueId x, Spread what, const Axes& axes, double correction,
                bool keep_dims)
{
    Emitter& e = call.e();
    const DType dtype = call.dtype_of(x);
    const ValueId mean = reduce(call, "ReduceMean", x, axes, true);
    const ValueId centred = e.sub(x, mean);
    const ValueId result_mean = keep_dims ? mean : reduce(call, "ReduceMean", x, axes, false);
    // A half does not hold the number of a large tensor's elements, nor sums of their squares.
    const bool by_length = what == Spread::Deviation && dtype != DType::Float16 &&
                           dtype != DType::BFloat16 && call.rank_of(x) != 0;
    const ValueId squares = by_length ? no_id : e.mul(centred, centred);
    if (correction == 0 && !by_length) {
        const ValueId variance = reduce(call, "ReduceMean", squares, axes, keep_dims);
        return {what == Spread::Deviation ? e.emit("Sqrt", {variance}) : variance, result_mean};
    }
    const ValueId count = reduced_count(call, x, axes, dtype);
    // Fewer elements than the correction: PyTorch divides by zero then, never by a negative number.
    const ValueId degrees =
        correction == 0
            ? count
            : e.emit("Max", {e.sub(count, e.scalar(dtype, correction)), e.scalar(dtype, 0.0)});
    if (by_length)
        return {
            e.div(reduce(call, "ReduceL2", centred, axes, keep_dims), e.emit("Sqrt", {degrees})),
            result_mean};
    const ValueId variance = e.div(reduce(call, "ReduceSum", squares, axes, keep_dims), degrees);
    return {what == Spread::Deviation ? e.emit("Sqrt", {variance}) : variance, result_mean};
}

template <Spread What, Form How, bool WithMean>
Outputs spread(OpCall& call)
{
    Axes axes{true, {}};
    bool keep_dims = false;
    double correction = 1;
    if constexpr (How != Form::All) {
        axes = axes_of(call, "dim");
        keep_dims = call.boolean("keepdim");
    }
    if constexpr (How == Form::Correction)
        correction = call.number_or_none("correction").value_or(1);
    else
        correction = call.boolean("unbiased") ? 1 : 0;
    const Moments result = moments(call, call.tensor("self"), What, axes, correction, keep_dims);
    if constexpr (WithMean)
        return Outputs::tensors({result.spread, result.mean});
    return result.spread;
}

/// The p-norm over the axes.
ValueId norm_of(OpCall& call, ValueId x, double p, const Axes& axes, bool keep_dims)
{
    Emitter& e = call.e();
    const DType dtype = call.dtype_of(x);
    if (dtype == DType::Float16) // squares of halves soon exceed what a half can hold
        return e.cast(norm_of(call, e.cast(x, DType::Float32), p, axes, keep_dims), dtype);
    if (p == 2)
        return reduce(call, "ReduceL2", call.rank_of(x) == 0 ? e.emit("Abs", {x}) : x, axes,
                      keep_dims);
    const ValueId magnitude = e.emit("Abs", {x});
    if (p == 1)
        return reduce(call, "ReduceSum", magnitude, axes, keep_dims);
    if (p == std::numeric_limits<double>::infinity())
        return reduce(call, "ReduceMax", magnitude, axes, keep_dims);
    if (p == -std::numeric_limits<double>::infinity())
        return reduce(call, "ReduceMin", magnitude, axes, keep_dims);
    if (p == 0) {
        const ValueId nonzero = e.emit("Not", {e.emit("Equal", {x, e.scalar(dtype, 0.0)})});
        return reduce(call, "ReduceSum", e.cast(nonzero, dtype), axes, keep_dims);
    }
    const ValueId powers = e.emit("Pow", {magnitude, e.scalar(dtype, p)});
    return e.emit("Pow",
                  {reduce(call, "ReduceSum", powers, axes, keep_dims), e.scalar(dtype, 1 / p)});
}

template <bool HasAxes>
Outputs norm(OpCall& call)
{
    const double p = call.has("p") ? call.number("p") : 2;
    const ValueId x = call.e().cast(as_float(call, "self"), call.dtype("dtype", DType::Unknown));
    return norm_of(call, x, p, given_axes<HasAxes>(call), given_keep_dims<HasAxes>(call));
}

Outputs norm_scalar(OpCall& call)
{
    return norm_of(call, as_float(call, "self"), call.number("p"), {true, {}}, false);
}

Outputs norm_scalar_dim(OpCall& call)
{
    const double p = call.has("p") ? call.number("p") : 2;
    return norm_of(call, as_float(call, "self"), p, axes_of(call, "dim"), call.boolean("keepdim"));
}

Outputs vector_norm(OpCall& call)
{
    const ValueId x = call.e().cast(as_float(call, "self"), call.dtype("dtype", DType::Unknown));
    return norm_of(call, x, call.number("ord"), axes_of(call, "dim"), call.boolean("keepdim"));
}

Outputs frobenius_norm(OpCall& call)
{
    return norm_of(call, as_float(call, "self"), 2, axes_of(call, "dim"), call.boolean("keepdim"));
}

Outputs log_sum_exp(OpCall& call)
{
    return reduce(call, "ReduceLogSumExp", as_float(call, "self"), axes_of(call, "dim"),
                  call.boolean("keepdim"));
}

Outputs cumulative_sum(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = e.cast(call.tensor("self"), sum_type(call));
    if (call.rank_of(x) == 0)
        return x;
    return e.emit("CumSum", {x, e.scalar(DType::Int64, call.integer("dim"))});
}

Outputs count_nonzero(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId flags = e.cast(e.cast(call.tensor("self"), DType::Bool), DType::Int64);
    return reduce(call, "ReduceSum", flags, axes_of(call, "dim"), false);
}

/// TopK over `count` elements (rank-1 int64) of an axis; ONNX has no kernels for small integers.
Outputs top(OpCall& call, ValueId x, ValueId count, std::int64_t axis, bool largest, bool sorted)
{
    Emitter& e = call.e();
    const DType dtype = call.dtype_of(x);
    if (has_no_elements(e, x)) { // ONNX Runtime divides by their number
        const ValueId piece = e.emit("Slice", {x, e.constant({0}), count, e.constant({axis})});
        return Outputs::tensors({piece, e.cast(piece, DType::Int64)});
    }
    const std::vector<ValueId> found =
        e.emit_many("TopK", {ordered(call, x, true), count}, 2,
                    {{"axis", axis}, {"largest", largest}, {"sorted", sorted}});
    if (is_floating_point(dtype))
        return Outputs::tensors(
            {e.emit("GatherElements", {x, found[1]}, {{"axis", axis}}), found[1]});
    return Outputs::tensors({e.cast(found[0], dtype), found[1]});
}

Outputs topk(OpCall& call)
{
    Emitter& e = call.e();
    if (call.rank_of(call.tensor("self")) == 0) // one element, which is its own best
        return Outputs::tensors({call.tensor("self"), e.scalar(DType::Int64, std::int64_t{0})});
    const ValueId count =
        e.reshape(call.scalar_as("k", DType::Int64), std::vector<std::int64_t>{1});
    return top(call, call.tensor("self"), count, call.integer("dim"), call.boolean("largest"),
               call.boolean("sorted"));
}

Outputs sort(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    if (call.rank_of(x) == 0)
        return Outputs::tensors({x, e.scalar(DType::Int64, std::int64_t{0})});
    const std::int64_t axis = call.integer("dim");
    const ValueId count = e.unsqueeze(e.size_of(x, axis), {0});
    return top(call, x, count, axis, call.boolean("descending"), true);
}

Outputs argsort(OpCall& call)
{
    return Outputs(sort(call).values[1]);
}

constexpr OpEntry entries[] = {
    {"aten::sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", sum<false>},
    {"aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? "
     "dtype=None) -> Tensor",
     sum<true>},
    {"aten::mean(Tensor self, *, ScalarType? dtype=None) -> Tensor", mean<false>},
    {"aten::mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> "
     "Tensor",
     mean<true>},
    {"aten::prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", prod<false>},
    {"aten::prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> "
     "Tensor",
     prod<true>},
    {"aten::amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", amax},
    {"aten::amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", amin},
    {"aten::max(Tensor self) -> Tensor", max_all},
    {"aten::min(Tensor self) -> Tensor", min_all},
    {"aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
     extremum_with_index<true>},
    {"aten::min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
     extremum_with_index<false>},
    {"aten::argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", arg_op<true>},
    {"aten::argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", arg_op<false>},
    {"aten::any(Tensor self) -> Tensor", truth<true, false>},
    {"aten::any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", truth<true, true>},
    {"aten::any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor",
     truth<true, true>},
    {"aten::all(Tensor self) -> Tensor", truth<false, false>},
    {"aten::all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", truth<false, true>},
    {"aten::all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor",
     truth<false, true>},
    {"aten::var(Tensor self, bool unbiased=True) -> Tensor",
     spread<Spread::Variance, Form::All, false>},
    {"aten::var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor",
     spread<Spread::Variance, Form::Dim, false>},
    {"aten::var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
     "keepdim=False) -> Tensor",
     spread<Spread::Variance, Form::Correction, false>},
    {"aten::std(Tensor self, bool unbiased=True) -> Tensor",
     spread<Spread::Deviation, Form::All, false>},
    {"aten::std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor",
     spread<Spread::Deviation, Form::Dim, false>},
    {"aten::std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
     "keepdim=False) -> Tensor",
     spread<Spread::Deviation, Form::Correction, false>},
    {"aten::var_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)",
     spread<Spread::Variance, Form::All, true>},
    {"aten::var_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> "
     "(Tensor, Tensor)",
     spread<Spread::Variance, Form::Dim, true>},
    {"aten::var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
     "keepdim=False) -> "
     "(Tensor, Tensor)",
     spread<Spread::Variance, Form::Correction, true>},
    {"aten::std_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)",
     spread<Spread::Deviation, Form::All, true>},
    {"aten::std_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> "
     "(Tensor, Tensor)",
     spread<Spread::Deviation, Form::Dim, true>},
    {"aten::std_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
     "keepdim=False) -> "
     "(Tensor, Tensor)",
     spread<Spread::Deviation, Form::Correction, true>},
    {"aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor", norm_scalar},
    {"aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor",
     norm_scalar_dim},
    {"aten::norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor",
     norm<false>},
    {"aten::norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, "
     "ScalarType dtype) -> Tensor",
     norm<true>},
    {"aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, "
     "ScalarType? "
     "dtype=None) -> Tensor",
     vector_norm},
    {"aten::frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor",
     frobenius_norm},
    {"aten::logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", log_sum_exp},
    {"aten::cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", cumulative_sum},
    {"aten::count_nonzero(Tensor self, int? dim=None) -> Tensor", count_nonzero},
    {"aten::count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor", count_nonzero},
    {"aten::topk(Tensor self, int k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor "
     "values, Tensor "
     "indices)",
     topk},
    {"aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor "
     "indices)",
     sort},
    {"aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> "
     "(Tensor values, Tensor "
     "indices)",
     sort},
    {"aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor", argsort},
    {"aten::argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> "
     "Tensor",
     argsort},
};

} // namespace

std::span<const OpEntry> reduction_ops()
{
    return entries;
}

} // namespace strata::ops
