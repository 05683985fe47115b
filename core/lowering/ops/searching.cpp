#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <algorithm>
#include <limits>
#include <string>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

ValueId flat(Emitter& e, ValueId x)
{
    return e.reshape(x, std::span<const std::int64_t>(Ints{-1}));
}

Expr range(Emitter& e, ValueId count)
{
    return {e, e.emit("Range", {e.scalar(DType::Int64, std::int64_t{0}), count,
                                e.scalar(DType::Int64, std::int64_t{1})})};
}

/// How many boundaries [..., N] stand before each value [..., M]. Both are ascending in a last
/// axis; with one row of boundaries the values may have any shape.
Expr insertion_points(Expr boundaries, Expr values, std::int64_t boundary_rank,
                      std::int64_t value_rank, bool right)
{
    const Expr wide = boundary_rank == 1 ? boundaries : boundaries.unsqueeze(boundary_rank - 1);
    const Expr each = values.unsqueeze(value_rank);
    // "Not greater" rather than "less or equal": a NaN stands after everything.
    const Expr before = right ? !(wide > each) : !wide.apply("GreaterOrEqual", each);
    return before.cast(DType::Int64).reduce("ReduceSum", {value_rank});
}

Outputs search(OpCall& call, std::string_view boundaries, bool right, ValueId sorter = no_id)
{
    Emitter& e = call.e();
    const Operands o = promoted(call, boundaries, "self");
    const bool small = bits_per_element(o.dtype) < 32;
    const DType dtype = small && !is_floating_point(o.dtype) ? DType::Int32 : o.dtype;
    Expr sorted(e, e.cast(o.a, dtype));
    if (sorter != no_id)
        sorted = {e, e.emit("GatherElements", {sorted.id(), sorter}, {{"axis", -1}})};
    const Expr values(e, e.cast(o.b, dtype));
    const std::int64_t boundary_rank = call.rank(boundaries);
    const auto value_rank = call.rank_of(values.id());
    if (!value_rank)
        call.refuse_for_shapes("the rank of 'self' is not known");
    const Expr found = insertion_points(sorted, values, boundary_rank, *value_rank, right);
    return found.cast(call.boolean("out_int32") ? DType::Int32 : DType::Int64).id();
}

Outputs searchsorted(OpCall& call)
{
    bool right = call.boolean("right");
    if (call.has("side"))
        right = call.string("side") == "right";
    return search(call, "sorted_sequence", right, call.tensor_or_none("sorter"));
}

Outputs bucketize(OpCall& call)
{
    return search(call, "boundaries", call.boolean("right"));
}

/// ONNX Runtime's Unique knows few types.
DType unique_type(OpCall& call, ValueId x)
{
    const DType own = call.dtype_of(x);
    return is_floating_point(own) ? own : DType::Int64;
}

void require_sorted(OpCall& call)
{
    if (!call.boolean("sorted"))
        call.refuse("sorted is False: the order of the values is not defined",
                    "Ask for sorted values.");
}

/// values, inverse, counts.
std::vector<ValueId> unique_of(OpCall& call, Attrs attrs)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    attrs.emplace_back("sorted", 1);
    const std::vector<ValueId> found =
        e.emit_many("Unique", {e.cast(x, unique_type(call, x))}, 4, std::move(attrs));
    return {e.cast(found[0], call.dtype_of(x)), found[2], found[3]};
}

Outputs unique(OpCall& call)
{
    require_sorted(call);
    const std::vector<ValueId> found = unique_of(call, {});
    const ValueId inverse = reshape_like(call.e(), found[1], call.tensor("self"), 0);
    return Outputs::tensors({found[0], inverse, found[2]});
}

Outputs unique_pair(OpCall& call)
{
    Outputs outputs = unique(call);
    outputs.values.pop_back();
    return outputs;
}

Outputs unique_along(OpCall& call)
{
    // PyTorch sorts these whether asked to or not.
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const std::vector<ValueId> found = unique_of(call, {{"axis", axis}});
    return Outputs::tensors({found[0], found[1], found[2]});
}

/// Runs of equal values: a new one starts where a value differs from the one before.
Outputs unique_consecutive(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    const auto shape = e.static_shape(self);
    if (shape && std::find(shape->begin(), shape->end(), 0) != shape->end())
        call.refuse("runs of an empty tensor");
    const bool along = call.has("dim");
    const std::int64_t axis =
        along ? call.normalize_axis(call.integer("dim"), call.rank("self")) : 0;
    const Expr x(e, along ? self : flat(e, self));
    const Expr next(e, e.slice(x.id(), axis, 1, std::numeric_limits<std::int64_t>::max()));
    const Expr previous(e, e.slice(x.id(), axis, 0, -1));
    Expr differs = !(next == previous);
    if (Ints others = iota(0, *call.rank_of(x.id())); others.size() > 1) {
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(axis));
        differs = differs.cast(DType::Int32).reduce("ReduceMax", others).cast(DType::Bool);
    }
    const ValueId first = e.constant(Tensor::filled(DType::Bool, {1}, 1), "true");
    const Expr starts(e, e.concat({first, differs.id()}, 0));
    const ValueId values = e.emit("Compress", {x.id(), starts.id()}, {{"axis", axis}});
    const Expr number = Expr(e, e.emit("CumSum", {starts.cast(DType::Int64).id(),
                                                  e.scalar(DType::Int64, std::int64_t{0})})) -
                        1.0;
    const Expr places(e, e.emit("Compress", {range(e, e.size_of(x.id(), axis)).id(), starts.id()},
                                {{"axis", 0}}));
    const ValueId ends =
        e.concat({e.slice(places.id(), 0, 1, std::numeric_limits<std::int64_t>::max()),
                  e.unsqueeze(e.size_of(x.id(), axis), {0})},
                 0);
    const ValueId counts = e.sub(ends, places.id());
    const ValueId inverse = along ? number.id() : reshape_like(e, number.id(), self, 0);
    return Outputs::tensors({values, inverse, counts});
}

Outputs bincount(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = e.cast(call.tensor("self"), DType::Int64);
    const auto shape = e.static_shape(self);
    if (shape && *shape == Ints{0})
        call.refuse("counts of an empty tensor");
    const ValueId largest = e.reduce("ReduceMax", self, {0}, true);
    const Expr size =
        max(Expr(e, largest) + 1.0, Expr(e, call.scalar_as("minlength", DType::Int64)));
    DType dtype = DType::Int64;
    ValueId weights = no_id;
    if (call.has("weights")) {
        weights = call.tensor("weights");
        if (call.dtype_of(weights) != DType::Float32)
            weights = e.cast(weights, DType::Float64);
        dtype = call.dtype_of(weights);
    } else {
        weights = e.expand(e.scalar(dtype, std::int64_t{1}), e.shape_of(self));
    }
    if (e.opset() < 16) { // nothing adds up what is scattered: every place looks at all elements
        const Expr places = range(e, size.squeeze(0)).unsqueeze(1);
        const Expr hits = (places == Expr(e, self)).cast(dtype);
        return (hits * Expr(e, weights)).reduce("ReduceSum", {1}).id();
    }
    const ValueId zeros = e.expand(e.scalar(dtype, std::int64_t{0}), size.id());
    return e.emit("ScatterElements", {zeros, self, weights}, {{"axis", 0}, {"reduction", "add"}});
}

/// Which element stands at each place when each is repeated its own number of times.
ValueId repeated_numbers(OpCall& call, ValueId repeats)
{
    Emitter& e = call.e();
    const Expr ends(e, e.emit("CumSum", {e.cast(repeats, DType::Int64),
                                         e.scalar(DType::Int64, std::int64_t{0})}));
    const ValueId total = e.emit("Gather", {ends.id(), e.scalar(DType::Int64, std::int64_t{-1})});
    return insertion_points(ends, range(e, total), 1, 1, true).id();
}

Outputs repeat_numbers(OpCall& call)
{
    return repeated_numbers(call, call.tensor("repeats"));
}

ValueId nonzero_places(OpCall& call, std::string_view name)
{
    return call.e().emit("NonZero", {call.e().cast(call.tensor(name), DType::Bool)});
}

Lowered places_by_axis(OpCall& call, std::string_view name)
{
    Emitter& e = call.e();
    const std::int64_t rank = call.rank(name);
    if (rank == 0)
        call.refuse("the places in a tensor without dimensions");
    const ValueId places = nonzero_places(call, name);
    std::vector<Lowered> rows;
    for (std::int64_t axis = 0; axis < rank; ++axis)
        rows.push_back(Lowered::tensor(
            e.emit("Gather", {places, e.scalar(DType::Int64, axis)}, {{"axis", 0}})));
    return Lowered::list(std::move(rows));
}

Outputs where_places(OpCall& call)
{
    return places_by_axis(call, "condition");
}
constexpr OpEntry entries[] = {
    {"aten::searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool "
     "right=False, str? side=None, Tensor? sorter=None) -> Tensor",
     searchsorted},
    {"aten::searchsorted.Scalar(Tensor sorted_sequence, Scalar self, *, bool out_int32=False, bool "
     "right=False, str? side=None, Tensor? sorter=None) -> Tensor",
     searchsorted},
    {"aten::bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool "
     "right=False) -> Tensor",
     bucketize},
    {"aten::bucketize.Scalar(Scalar self, Tensor boundaries, *, bool out_int32=False, bool "
     "right=False) -> Tensor",
     bucketize},
    {"aten::_unique(Tensor self, bool sorted=True, bool return_inverse=False) -> (Tensor, Tensor)",
     unique_pair, "sorted"},
    {"aten::_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool "
     "return_counts=False) -> (Tensor, Tensor, Tensor)",
     unique, "sorted"},
    {"aten::unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool "
     "return_counts=False) -> (Tensor, Tensor, Tensor)",
     unique_along},
    {"aten::unique_consecutive(Tensor self, bool return_inverse=False, bool return_counts=False, "
     "int? dim=None) -> (Tensor, Tensor, Tensor)",
     unique_consecutive},
    {"aten::bincount(Tensor self, Tensor? weights=None, SymInt minlength=0) -> Tensor", bincount},
    {"aten::repeat_interleave.Tensor(Tensor repeats, *, SymInt? output_size=None) -> Tensor",
     repeat_numbers},
    {"aten::where(Tensor condition) -> Tensor[]", where_places},
};

} // namespace

std::span<const OpEntry> searching_ops()
{
    return entries;
}

} // namespace strata::ops
