// PyTorch's primitives (prims::*), which programs decompose into. Most have an ATen operator of the
// same arguments and are second names (aliases.cpp); here are the others.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"
#include "lowering/python_value.h"

#include <limits>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// Unlike aten::div an integer division stays one, rounded towards zero as ONNX's is.
Outputs divide(OpCall& call)
{
    const Operands operands = promoted(call, "self", "other");
    return call.e().div(operands.a, operands.b);
}

/// Bits move in, the sign does not.
Outputs shift_right_logical(OpCall& call)
{
    Emitter& e = call.e();
    const DType dtype = call.dtype_of(call.tensor("self"));
    const DType wide = dtype == DType::Int8    ? DType::UInt8
                       : dtype == DType::Int16 ? DType::UInt16
                       : dtype == DType::Int32 ? DType::UInt32
                                               : DType::UInt64;
    const ValueId shifted =
        e.emit("BitShift", {e.cast(call.tensor("self"), wide), e.cast(call.tensor("other"), wide)},
               {{"direction", "RIGHT"}});
    return e.cast(shifted, dtype);
}

Outputs cube_root(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x(e, call.tensor("self"));
    return (x.apply("Sign") * pow(abs(x), 1.0 / 3.0)).id();
}

Outputs fill(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    return e.expand(call.scalar_as("value", call.dtype_of(x)), e.shape_of(x));
}

/// Dimension i of the tensor becomes dimension broadcast_dimensions[i] of the result.
Outputs broadcast_in_dim(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("a");
    const Ints places = call.ints("broadcast_dimensions");
    const auto* shape = sequence_items(call.arg("shape"));
    const std::int64_t rank = shape ? static_cast<std::int64_t>(shape->size()) : 0;
    Ints added;
    std::size_t next = 0;
    for (std::int64_t axis = 0; axis < rank; ++axis) {
        if (next < places.size() && places[next] == axis)
            ++next;
        else
            added.push_back(axis);
    }
    if (next != places.size())
        call.refuse("'broadcast_dimensions' are not in rising order");
    if (!added.empty())
        x = e.unsqueeze(x, added);
    return e.expand(x, call.int_tensor("shape"));
}

Outputs slice(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("a");
    const std::int64_t rank = call.rank("a");
    std::vector<ValueId> inputs{x, call.int_tensor("start_indices"),
                                call.int_tensor("limit_indices"), e.constant(iota(0, rank))};
    if (call.has("strides"))
        inputs.push_back(call.int_tensor("strides"));
    return rank == 0 ? x : e.emit("Slice", std::move(inputs));
}

Outputs slice_in_dim(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t axis = call.normalize_axis(call.integer("axis"), call.rank("a"));
    return e.emit("Slice",
                  {call.tensor("a"), call.int_tensor("start_index"), call.int_tensor("limit_index"),
                   e.constant({axis}), call.int_tensor("stride")});
}

/// One dimension as two, [outer, the rest].
Outputs split_dim(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("a");
    const std::int64_t rank = call.rank("a");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), rank);
    std::vector<Lowered> shape;
    for (std::int64_t i = 0; i < rank; ++i) {
        if (i == axis) {
            shape.push_back(call.arg("outer_length"));
            shape.emplace_back(std::int64_t{-1});
        } else {
            shape.push_back(Lowered::scalar(e.size_of(x, i), FxType::Kind::Int));
        }
    }
    return e.reshape(x, as_int_vector(e, shape));
}

Outputs collapse(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("a");
    const std::int64_t rank = call.rank("a");
    const std::int64_t first = call.normalize_axis(call.integer("start"), rank);
    const std::int64_t last = call.normalize_axis(call.integer("end"), rank);
    std::vector<Lowered> shape;
    for (std::int64_t i = 0; i < rank; ++i) {
        if (i == first)
            shape.emplace_back(std::int64_t{-1});
        else if (i < first || i > last)
            shape.push_back(Lowered::scalar(e.size_of(x, i), FxType::Kind::Int));
    }
    return rank == 0 ? e.reshape(x, Ints{1}) : e.reshape(x, as_int_vector(e, shape));
}

/// The axes of a reduction, all of them for None; and its result in the dtype that is asked for.
Ints axes_of(OpCall& call)
{
    const std::int64_t rank = call.rank("inp");
    if (!call.has("dims"))
        return iota(0, rank);
    Ints axes = call.ints("dims");
    for (std::int64_t& axis : axes)
        axis = call.normalize_axis(axis, rank);
    return axes;
}

Outputs in_asked_dtype(OpCall& call, ValueId result)
{
    return call.e().cast(result, call.dtype("output_dtype", call.dtype_of(result)));
}

template <const char* Op>
Outputs reduce(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("inp");
    const Ints axes = axes_of(call);
    if (axes.empty())
        return in_asked_dtype(call, x);
    const DType dtype = call.dtype_of(x);
    // Bools are counted, or compared, as integers.
    const ValueId numbers = dtype == DType::Bool ? e.cast(x, DType::Int32) : x;
    return in_asked_dtype(call, e.cast(e.reduce(Op, numbers, axes, false), dtype));
}
constexpr char sum_op[] = "ReduceSum";
constexpr char product_op[] = "ReduceProd";
constexpr char maximum_op[] = "ReduceMax";
constexpr char minimum_op[] = "ReduceMin";

Outputs variance(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x(e, call.tensor("inp"));
    const Ints axes = axes_of(call);
    const double correction = call.number_or_none("correction").value_or(1.0);
    const Expr centered = x - x.reduce("ReduceMean", axes, true);
    const Expr sum = (centered * centered).reduce("ReduceSum", axes);
    ValueId count = no_id;
    for (const std::int64_t axis : axes) {
        const ValueId size = e.size_of(x, axis);
        count = count == no_id ? size : e.mul(count, size);
    }
    if (count == no_id)
        call.refuse("a variance over no dimension");
    const Expr freedom = Expr(e, e.cast(count, x.dtype())) - correction;
    return in_asked_dtype(call, sum / max(freedom, 0.0));
}

/// start, start + step, ... (`length` numbers).
Outputs iota_tensor(OpCall& call)
{
    Emitter& e = call.e();
    const auto number = [&](std::string_view name) { return call.scalar_as(name, DType::Int64); };
    const ValueId start = number("start");
    const ValueId step = number("step");
    const ValueId end = e.add(start, e.mul(number("length"), step));
    return e.cast(e.emit("Range", {start, end, step}), call.dtype("dtype", DType::Int64));
}

Outputs same(OpCall& call)
{
    return pass_through(call);
}

#define STRATA_REDUCTION "Tensor inp, int[]? dims, *, ScalarType? output_dtype=None) -> Tensor"

constexpr OpEntry entries[] = {
    {"prims::div(Tensor self, Tensor other) -> Tensor", divide},
    {"prims::shift_right_logical(Tensor self, Tensor other) -> Tensor", shift_right_logical},
    {"prims::cbrt(Tensor self) -> Tensor", cube_root},
    {"prims::fill(Tensor self, Scalar value) -> Tensor", fill},
    {"prims::broadcast_in_dim(Tensor a, SymInt[] shape, int[] broadcast_dimensions) -> Tensor",
     broadcast_in_dim},
    {"prims::slice(Tensor a, SymInt[] start_indices, SymInt[] limit_indices, SymInt[]? "
     "strides=None) -> Tensor",
     slice},
    {"prims::slice_in_dim(Tensor a, SymInt start_index, SymInt limit_index, int stride=1, int "
     "axis=0) -> Tensor",
     slice_in_dim},
    {"prims::split_dim(Tensor a, int dim, SymInt outer_length) -> Tensor", split_dim},
    {"prims::collapse(Tensor a, int start, int end) -> Tensor", collapse},
    {"prims::collapse_view(Tensor a, int start, int end) -> Tensor", collapse},
    {"prims::sum(" STRATA_REDUCTION, reduce<sum_op>},
    {"prims::prod(" STRATA_REDUCTION, reduce<product_op>},
    {"prims::amax(" STRATA_REDUCTION, reduce<maximum_op>},
    {"prims::amin(" STRATA_REDUCTION, reduce<minimum_op>},
    {"prims::var(Tensor inp, int[]? dims, float? correction=1, *, ScalarType? output_dtype=None) "
     "-> Tensor",
     variance},
    {"prims::iota(SymInt length, *, SymInt start, SymInt step, ScalarType dtype, Device device, "
     "bool requires_grad) -> Tensor",
     iota_tensor},
    {"prims::device_put(Tensor a, Device device, bool non_blocking=False) -> Tensor", same},
    {"prims::view_of(Tensor a) -> Tensor", same},
    {"prims::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor", same},
};

} // namespace

std::span<const OpEntry> prims_ops()
{
    return entries;
}

} // namespace strata::ops
