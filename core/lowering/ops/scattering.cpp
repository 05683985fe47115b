#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/indexing.h"
#include "lowering/ops/scatter_elements.h"
#include "lowering/ops/type_promotion.h"
#include "lowering/view_scatter.h"

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

} // namespace

ValueId flat_positions(Emitter& e, ValueId x)
{
    const ValueId range =
        e.emit("Range", {e.scalar(DType::Int64, std::int64_t{0}), e.emit("Size", {x}),
                         e.scalar(DType::Int64, std::int64_t{1})});
    return e.reshape(range, e.shape_of(x));
}

ValueId write_at(OpCall& call, ValueId base, ValueId positions, ValueId values, bool accumulate)
{
    Emitter& e = call.e();
    const ValueId spread = e.expand(values, e.shape_of(positions));
    const ValueId written = scatter_elements(call, flat(e, base), flat(e, positions),
                                             flat(e, spread), 0, accumulate ? "add" : "none");
    return reshape_like(e, written, base, 0);
}

namespace {

Outputs index_put(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId values = e.cast(call.tensor("values"), call.dtype_of(x));
    const std::vector<ValueId> given = call.tensors("indices");
    const bool accumulate = call.boolean("accumulate");
    if (given.size() == 1 && given.front() != no_id && !accumulate &&
        call.dtype_of(given.front()) == DType::Bool) {
        // One value for all that a mask picks needs no positions.
        const auto shape = e.static_shape(values);
        const auto mask_rank = call.rank_of(given.front());
        const auto rank = call.rank_of(x);
        if (shape && (shape->empty() || *shape == Ints{1}) && mask_rank && rank) {
            const ValueId one =
                shape->empty() ? values : e.reshape(values, std::span<const std::int64_t>());
            const ValueId mask = e.unsqueeze(given.front(), iota(*mask_rank, *rank - *mask_rank));
            return e.emit("Where", {mask, one, x});
        }
    }
    const ValueId positions = index_tensor(call, flat_positions(e, x), given);
    return write_at(call, x, positions, values, accumulate);
}

/// What index_add and its like write: whole slices along an axis.
struct Slices {
    ValueId self = no_id;
    ValueId index = no_id;  ///< in the shape of source
    ValueId source = no_id; ///< in the dtype of self
    std::int64_t axis = 0;
    bool unsqueezed = false; ///< self had no dimensions
};

Slices slices(OpCall& call, std::string_view source_name)
{
    Emitter& e = call.e();
    Slices s;
    s.self = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    s.axis = call.normalize_axis(call.integer("dim"), rank);
    s.source = e.cast(call.tensor(source_name), call.dtype_of(s.self));
    const std::int64_t source_rank = call.rank(source_name);
    if (rank == 0) {
        s.unsqueezed = true;
        s.self = e.unsqueeze(s.self, {0});
    }
    if (source_rank == 0)
        s.source = e.unsqueeze(s.source, {0});
    Ints shape(static_cast<std::size_t>(std::max<std::int64_t>(rank, 1)), 1);
    shape[static_cast<std::size_t>(s.axis)] = -1;
    const ValueId index =
        e.reshape(e.cast(call.tensor("index"), DType::Int64), std::span<const std::int64_t>(shape));
    s.index = e.expand(index, e.shape_of(s.source));
    return s;
}

Outputs written(OpCall& call, const Slices& s, ValueId result)
{
    return s.unsqueezed ? call.e().squeeze(result, {0}) : result;
}

Outputs index_add(OpCall& call)
{
    Slices s = slices(call, "source");
    const bool scaled = !call.is_scalar("alpha") || call.number("alpha") != 1;
    if (scaled)
        s.source = call.e().mul(s.source, call.scalar_as("alpha", call.dtype_of(s.self)));
    return written(call, s, scatter_elements(call, s.self, s.index, s.source, s.axis, "add"));
}

Outputs index_copy(OpCall& call)
{
    const Slices s = slices(call, "source");
    return written(call, s, scatter_elements(call, s.self, s.index, s.source, s.axis));
}

Outputs index_fill(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), rank);
    const ValueId value = operand(call, "value", call.dtype_of(x));
    if (rank == 0)
        return e.expand(value, e.shape_of(x));
    const ValueId index = flat(e, e.cast(call.tensor("index"), DType::Int64));
    const ValueId touched = e.emit("Gather", {x, index}, {{"axis", axis}});
    Ints shape(static_cast<std::size_t>(rank), 1);
    shape[static_cast<std::size_t>(axis)] = -1;
    const ValueId size = e.shape_of(touched);
    const ValueId wide = e.expand(e.reshape(index, std::span<const std::int64_t>(shape)), size);
    return scatter_elements(call, x, wide, e.expand(flat(e, value), size), axis);
}

/// The value that a reduction starts from when the tensor itself does not take part.
double neutral(const std::string& reduction, DType dtype)
{
    if (reduction == "prod")
        return 1;
    if (reduction != "amax" && reduction != "amin")
        return 0;
    return extreme_number(dtype, reduction == "amax");
}

ValueId scatter_reduced(OpCall& call, ValueId x, ValueId index, ValueId source, std::int64_t axis,
                        const std::string& reduction, bool include_self)
{
    Emitter& e = call.e();
    const DType dtype = call.dtype_of(x);
    std::string onnx;
    for (const auto& [name, op] : {std::pair{"sum", "add"},
                                   {"add", "add"},
                                   {"mean", "add"},
                                   {"prod", "mul"},
                                   {"multiply", "mul"},
                                   {"amax", "max"},
                                   {"amin", "min"}})
        if (reduction == name)
            onnx = op;
    if (onnx.empty())
        call.refuse("an unknown reduction '" + reduction + "'");
    const ValueId size = e.shape_of(index);
    const auto filled = [&](double value) { return e.expand(e.scalar(dtype, value), size); };
    ValueId start = x;
    if (!include_self)
        start = scatter_elements(call, x, index, filled(neutral(reduction, dtype)), axis);
    ValueId result = scatter_elements(call, start, index, source, axis, onnx);
    if (reduction != "mean")
        return result;
    // Divided by how many there were; what nothing was written to stays.
    ValueId counts = e.expand(e.scalar(dtype, 1.0), e.shape_of(x));
    if (!include_self)
        counts = scatter_elements(call, counts, index, filled(0), axis);
    counts = scatter_elements(call, counts, index, filled(1), axis, "add");
    if (is_floating_point(dtype))
        return e.div(result, counts);
    const ValueId rest = e.emit("Mod", {result, counts}); // rounded down
    return e.div(e.sub(result, rest), counts);
}

/// Scattering by an index per element. Only as much of the source is used as there are indices.
Outputs scatter_by_element(OpCall& call, const std::string& reduction, bool include_self,
                           bool value)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("self");
    const bool number = call.rank("self") == 0;
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    ValueId index = e.cast(call.tensor("index"), DType::Int64);
    ValueId source = value ? e.expand(call.scalar_as("value", call.dtype_of(x)), e.shape_of(index))
                           : e.cast(call.tensor("src"), call.dtype_of(x));
    if (number)
        x = e.unsqueeze(x, {0});
    if (call.rank("index") == 0) {
        index = e.unsqueeze(index, {0});
        source = flat(e, source);
    }
    if (!value)
        source = cut_to(call, source, index);
    const ValueId result = scatter_reduced(call, x, index, source, axis, reduction, include_self);
    return number ? e.squeeze(result, {0}) : result;
}

Outputs scatter_reduce(OpCall& call)
{
    return scatter_by_element(call, call.string("reduce"), call.boolean("include_self"), false);
}

Outputs scatter_with_reduction(OpCall& call)
{
    return scatter_by_element(call, call.string("reduce"), true, false);
}

Outputs scatter_value_with_reduction(OpCall& call)
{
    return scatter_by_element(call, call.string("reduce"), true, true);
}

Outputs index_reduce(OpCall& call)
{
    const Slices s = slices(call, "source");
    return written(call, s,
                   scatter_reduced(call, s.self, s.index, s.source, s.axis, call.string("reduce"),
                                   call.boolean("include_self")));
}

Outputs select_scatter(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const std::int64_t index = call.integer("index");
    const ValueId part = e.unsqueeze(e.cast(call.tensor("src"), call.dtype_of(x)), {axis});
    return write_range(call, x, part, axis, index,
                       index == -1 ? std::numeric_limits<std::int64_t>::max() : index + 1, 1);
}

Outputs slice_scatter(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t start = call.integer_or_none("start").value_or(0);
    const std::int64_t end =
        call.integer_or_none("end").value_or(std::numeric_limits<std::int64_t>::max());
    return write_range(call, x, e.cast(call.tensor("src"), call.dtype_of(x)), call.integer("dim"),
                       start, end, call.integer("step"));
}

Outputs masked_scatter(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("self");
    ValueId mask = e.cast(call.tensor("mask"), DType::Bool);
    // The two broadcast against each other.
    const ValueId all = e.shape_of(e.emit("Or", {e.expand(mask, e.shape_of(x)), mask}));
    x = e.expand(x, all);
    mask = e.expand(mask, all);
    const ValueId positions = e.emit("Compress", {flat(e, flat_positions(e, x)), flat(e, mask)});
    const ValueId source = flat(e, e.cast(call.tensor("source"), call.dtype_of(x)));
    const ValueId used =
        e.emit("Slice", {source, e.constant({0}), e.shape_of(positions), e.constant({0})});
    return write_at(call, x, positions, used, false);
}

/// Writes through a view of given sizes and strides over the elements in order.
Outputs as_strided_scatter(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const Ints sizes = call.ints("size");
    const Ints strides = call.ints("stride");
    if (sizes.size() != strides.size())
        call.refuse("'size' and 'stride' differ in length");
    Ints positions{call.integer_or_none("storage_offset").value_or(0)};
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        Ints finer;
        for (const std::int64_t position : positions)
            for (std::int64_t k = 0; k < sizes[i]; ++k)
                finer.push_back(position + k * strides[i]);
        positions = std::move(finer);
        if (positions.size() > 1U << 20)
            call.refuse("a view of more than a million elements");
    }
    Ints sorted = positions;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
        call.refuse("elements of the view overlap: which is written last is not defined");
    return write_at(call, x, e.constant(std::span<const std::int64_t>(positions)),
                    flat(e, e.cast(call.tensor("src"), call.dtype_of(x))), false);
}

Outputs take(OpCall& call)
{
    Emitter& e = call.e();
    return e.emit("Gather", {flat(e, call.tensor("self")), call.tensor("index")}, {{"axis", 0}});
}

Outputs put(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    return write_at(call, x, flat(e, call.tensor("index")),
                    flat(e, e.cast(call.tensor("source"), call.dtype_of(x))),
                    call.boolean("accumulate"));
}

constexpr OpEntry entries[] = {
    {"aten::index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> "
     "Tensor",
     index_put},
    {"aten::index_put.hacked_twin(Tensor self, Tensor[] indices, Tensor values, bool "
     "accumulate=False) -> Tensor",
     index_put},
    {"aten::_unsafe_index_put(Tensor self, Tensor?[] indices, Tensor values, bool "
     "accumulate=False) -> Tensor",
     index_put},
    {"aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> "
     "Tensor",
     index_add},
    {"aten::index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor", index_copy},
    {"aten::index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
     index_fill},
    {"aten::index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor",
     index_fill},
    {"aten::index_reduce(Tensor self, int dim, Tensor index, Tensor source, str reduce, *, bool "
     "include_self=True) -> Tensor",
     index_reduce},
    {"aten::scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool "
     "include_self=True) -> Tensor",
     scatter_reduce},
    {"aten::scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> "
     "Tensor",
     scatter_with_reduction},
    {"aten::scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) "
     "-> Tensor",
     scatter_value_with_reduction},
    {"aten::select_scatter(Tensor self, Tensor src, int dim, SymInt index) -> Tensor",
     select_scatter},
    {"aten::slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? "
     "end=None, SymInt step=1) -> Tensor",
     slice_scatter},
    {"aten::masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor", masked_scatter},
    {"aten::as_strided_scatter(Tensor self, Tensor src, SymInt[] size, SymInt[] stride, SymInt? "
     "storage_offset=None) -> Tensor",
     as_strided_scatter, "size and stride known at export, no overlaps"},
    {"aten::take(Tensor self, Tensor index) -> Tensor", take},
    {"aten::put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor", put},
};

} // namespace

std::span<const OpEntry> scattering_ops()
{
    return entries;
}

} // namespace strata::ops
