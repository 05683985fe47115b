#include "lowering/ops/scatter_elements.h"

#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <string>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// Comparisons up to this number are spelled out.
constexpr std::int64_t most_comparisons = std::int64_t{1} << 26;

double neutral(std::string_view reduction, DType dtype)
{
    if (reduction == "add")
        return 0;
    if (reduction == "mul")
        return 1;
    return extreme_number(dtype, reduction == "max");
}

/// All updates of each element along `axis`, reduced: [.., places, ..] from
/// [.., places, updates, ..]. The other dimensions are those of the index.
struct Reduced {
    Expr value;
    Expr touched; ///< bool: whether there was an update
};

Reduced reduced_by_place(Expr data, Expr index, Expr updates, std::int64_t axis,
                         std::string_view reduction)
{
    Emitter& e = data.e();
    const std::int64_t rank = *e.rank(index.id());
    const Expr places(
        e, e.emit("Range", {e.scalar(DType::Int64, std::int64_t{0}), e.size_of(data.id(), axis),
                            e.scalar(DType::Int64, std::int64_t{1})}));
    Ints shape(static_cast<std::size_t>(rank) + 1, 1);
    shape[static_cast<std::size_t>(axis)] = -1;
    const Expr place(e, e.reshape(places.id(), std::span<const std::int64_t>(shape)));
    const Expr own = index.unsqueeze(axis) == place;
    const Expr values =
        where(own, updates.unsqueeze(axis), updates.number(neutral(reduction, updates.dtype())));
    const std::string_view op = reduction == "add"   ? "ReduceSum"
                                : reduction == "mul" ? "ReduceProd"
                                : reduction == "max" ? "ReduceMax"
                                                     : "ReduceMin";
    const Expr touched = own.cast(DType::Int32).reduce("ReduceMax", {axis + 1}).cast(DType::Bool);
    return {values.reduce(op, {axis + 1}), touched};
}

/// Fills the dimensions up to those of the data: an index may cover a corner of it.
Expr fill_up(OpCall& call, Expr x, Expr data, std::int64_t axis, double value)
{
    Emitter& e = call.e();
    const auto own = e.static_shape(x.id());
    const auto whole = e.static_shape(data.id());
    if (!own || !whole) {
        const Expr missing = Expr(e, e.shape_of(data.id())) - Expr(e, e.shape_of(x.id()));
        const ValueId begins = (missing * 0.0).id();
        return {e,
                e.emit("Pad", {x.id(), e.concat({begins, missing.id()}, 0), x.number(value).id()})};
    }
    Ints pads(2 * own->size(), 0);
    bool any = false;
    for (std::size_t i = 0; i < own->size(); ++i) {
        pads[own->size() + i] = (*whole)[i] - (*own)[i];
        any = any || (static_cast<std::int64_t>(i) != axis && pads[own->size() + i] != 0);
    }
    if (!any)
        return x;
    return {e, e.emit("Pad", {x.id(), e.constant(std::span<const std::int64_t>(pads)),
                              x.number(value).id()})};
}

ValueId by_comparison(OpCall& call, ValueId data_id, ValueId index_id, ValueId updates_id,
                      std::int64_t axis, std::string_view reduction)
{
    Emitter& e = call.e();
    const auto rank = e.rank(index_id);
    if (!rank)
        call.refuse_for_shapes("the rank of an index is not known");
    axis = call.normalize_axis(axis, *rank);
    if (has_no_elements(e, index_id))
        return data_id;
    const auto index_shape = e.static_shape(index_id);
    const auto data_shape = e.static_shape(data_id);
    std::int64_t comparisons = 0;
    if (index_shape && data_shape) {
        comparisons = (*data_shape)[static_cast<std::size_t>(axis)];
        for (const std::int64_t size : *index_shape)
            comparisons *= size;
    }
    if (comparisons > most_comparisons)
        call.refuse(fmt::format("writing with the reduction '{}' in opset {} would take {} "
                                "comparisons",
                                reduction, e.opset(), comparisons),
                    reduction == "add" || reduction == "mul" ? "Export with --opset 16 or newer."
                                                             : "");
    const Expr data(e, data_id);
    Expr index(e, index_id);
    const Expr extent(e, e.size_of(data_id, axis));
    index = where(index < 0.0, index + extent, index);
    const Reduced result = reduced_by_place(data, index, Expr(e, updates_id), axis, reduction);
    const Expr value = fill_up(call, result.value, data, axis, neutral(reduction, data.dtype()));
    const Expr touched =
        fill_up(call, result.touched.cast(DType::Int32), data, axis, 0).cast(DType::Bool);
    if (reduction == "add")
        return (data + value).id();
    if (reduction == "mul")
        return (data * value).id();
    const Expr best = reduction == "max" ? max(data, value) : min(data, value);
    return where(touched, best, data).id();
}

} // namespace

double extreme_number(DType dtype, bool smallest)
{
    if (is_floating_point(dtype))
        return smallest ? -std::numeric_limits<double>::infinity()
                        : std::numeric_limits<double>::infinity();
    if (!is_signed_integer(dtype) && smallest)
        return 0;
    const auto bits =
        static_cast<int>(bits_per_element(dtype)) - (is_signed_integer(dtype) ? 1 : 0);
    // Doubles do not hold the largest 64-bit integer; what they hold is far beyond any index.
    const double limit = static_cast<double>(std::uint64_t{1} << std::min(bits, 62));
    return smallest ? -limit : limit - 1;
}

ValueId scatter_elements(OpCall& call, ValueId data, ValueId index, ValueId updates,
                         std::int64_t axis, std::string_view reduction)
{
    Emitter& e = call.e();
    if (e.rank(data) == 0) {
        const auto vector = [&e](ValueId id) {
            return e.rank(id) == 0 ? e.unsqueeze(id, {0}) : id;
        };
        return e.squeeze(
            scatter_elements(call, vector(data), vector(index), vector(updates), 0, reduction),
            {0});
    }
    if (reduction == "none")
        return e.emit("ScatterElements", {data, index, updates}, {{"axis", axis}});
    const DType dtype = e.dtype(data);
    if (dtype == DType::Bool) // the sum of bools is whether one is true, their product whether all
        return e.cast(scatter_elements(call, e.cast(data, DType::Int32), index,
                                       e.cast(updates, DType::Int32), axis,
                                       reduction == "add"   ? "max"
                                       : reduction == "mul" ? "min"
                                                            : reduction),
                      DType::Bool);
    const bool extrema = reduction == "max" || reduction == "min";
    if (e.opset() < (extrema ? 18 : 16))
        return by_comparison(call, data, e.cast(index, DType::Int64), updates, axis, reduction);
    return e.emit("ScatterElements", {data, index, updates},
                  {{"axis", axis}, {"reduction", std::string(reduction)}});
}

ValueId cut_to(OpCall& call, ValueId source, ValueId index)
{
    Emitter& e = call.e();
    const auto index_shape = e.shape(index);
    const auto source_shape = e.shape(source);
    if (!index_shape || !source_shape)
        call.refuse_for_shapes("the rank of an index is not known");
    if (*index_shape == *source_shape &&
        std::all_of(index_shape->begin(), index_shape->end(),
                    [](const Dim& dim) { return dim.known() || dim.symbol != StringId::Empty; }))
        return source;
    const auto index_sizes = e.static_shape(index);
    const auto source_sizes = e.static_shape(source);
    if (!index_sizes || !source_sizes) {
        const Ints zeros(index_shape->size(), 0);
        return e.emit(
            "Slice", {source, e.constant(std::span<const std::int64_t>(zeros)), e.shape_of(index)});
    }
    for (std::size_t i = 0; i < index_sizes->size() && i < source_sizes->size(); ++i)
        if ((*index_sizes)[i] < (*source_sizes)[i])
            source = e.slice(source, static_cast<std::int64_t>(i), 0, (*index_sizes)[i]);
    return source;
}

} // namespace strata::ops
