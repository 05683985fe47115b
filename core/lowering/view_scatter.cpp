#include "lowering/view_scatter.h"

#include "base/saturating.h"

#include "lowering/ops/diagonals.h"
#include "lowering/ops/moved_axes.h"
#include "lowering/ops/sizes.h"
#include "lowering/python_value.h"
#include "lowering/size_limits.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <numeric>

namespace strata {
namespace {

using Ints = std::vector<std::int64_t>;

std::string_view base_name(std::string_view target)
{
    const std::size_t scope = target.find("::");
    return target.substr(0, target.find('.', scope == std::string_view::npos ? 0 : scope));
}

constexpr std::array<std::string_view, 26> exact_views{
    "aten::alias",          "aten::detach",      "aten::select",    "aten::slice",
    "aten::narrow",         "aten::view",        "aten::view_as",   "aten::unsqueeze",
    "aten::squeeze",        "aten::t",           "aten::transpose", "aten::permute",
    "aten::numpy_T",        "aten::mT",          "aten::swapaxes",  "aten::swapdims",
    "aten::unflatten",      "aten::movedim",     "aten::moveaxis",  "aten::diagonal",
    "aten::expand",         "aten::expand_as",   "aten::adjoint",   "aten::unfold",
    "aten::_reshape_alias", "aten::broadcast_to"};

constexpr std::array<std::string_view, 10> split_views{
    "aten::chunk",        "aten::split",        "aten::split_with_sizes", "aten::unsafe_chunk",
    "aten::unsafe_split", "aten::tensor_split", "aten::unbind",           "aten::hsplit",
    "aten::vsplit",       "aten::dsplit"};

std::int64_t bound(OpCall& view, std::string_view name, std::int64_t fallback)
{
    return view.has(name) ? view.integer(name) : fallback;
}

/// True when a bound of the view is only known when the model runs.
bool is_computed(OpCall& view, std::string_view name)
{
    return view.has(name) && !as_integer(view.e(), view.arg(name));
}

/// 0, 1, ... for each position along the axis.
ValueId positions_along(Emitter& e, ValueId base, std::int64_t axis)
{
    return ops::numbers_below(e, e.size_of(base, axis));
}

/// Puts `part` into `base` at positions along an axis that lie anywhere (rank-1 int64).
ValueId write_rows(Emitter& e, ValueId base, ValueId part, std::int64_t axis, ValueId rows)
{
    // Scatter rows along the axis brought to the front.
    Ints permutation(static_cast<std::size_t>(*e.rank(base)));
    std::iota(permutation.begin(), permutation.end(), std::int64_t{0});
    std::swap(permutation[0], permutation[static_cast<std::size_t>(axis)]);
    const ValueId scattered =
        e.emit("ScatterND", {e.transpose(base, permutation), e.unsqueeze(rows, {1}),
                             e.transpose(part, permutation)});
    return e.transpose(scattered, permutation);
}

/// Windows that do not overlap, put back where they came from.
ValueId write_windows(OpCall& view, ValueId base, ValueId written)
{
    Emitter& e = view.e();
    const std::int64_t size = view.integer("size");
    const std::int64_t step = view.integer("step");
    const auto shape = e.static_shape(written);
    if (step < size || !shape)
        view.refuse("it writes into windows of a tensor, which share elements",
                    "Write into a copy: x.unfold(...).clone().");
    const std::int64_t axis = view.normalize_axis(view.integer("dimension"), view.rank("self"));
    if (shape->size() < 2) // the only window of a number
        return e.reshape(written, e.shape_of(base));
    const auto at = static_cast<std::size_t>(axis);
    Ints permutation(shape->size() - 1);
    std::iota(permutation.begin(), permutation.end(), std::int64_t{0});
    permutation.insert(permutation.begin() + axis + 1,
                       static_cast<std::int64_t>(shape->size() - 1));
    Ints rows;
    for (std::int64_t window = 0; window < (*shape)[at]; ++window)
        for (std::int64_t i = 0; i < size; ++i)
            rows.push_back(window * step + i);
    Ints joined(shape->begin(), shape->end() - 1);
    joined[at] = static_cast<std::int64_t>(rows.size());
    const ValueId part = e.reshape(e.transpose(written, std::move(permutation)),
                                   e.constant(std::span<const std::int64_t>(joined)));
    return write_rows(e, base, part, axis, e.constant(std::span<const std::int64_t>(rows)));
}

ValueId bound_tensor(OpCall& view, std::string_view name, std::int64_t fallback)
{
    return view.has(name) ? as_int_vector(view.e(), {view.arg(name)})
                          : view.e().constant({fallback});
}

/// The same as write_range() for a slice whose bounds are only known when the model runs.
ValueId write_slice(OpCall& view, ValueId base, ValueId written)
{
    Emitter& e = view.e();
    const std::int64_t axis = view.normalize_axis(view.integer("dim"), view.rank("self"));
    const ValueId rows =
        e.emit("Slice", {positions_along(e, base, axis), bound_tensor(view, "start", 0),
                         bound_tensor(view, "end", std::numeric_limits<std::int64_t>::max()),
                         e.constant({0}), bound_tensor(view, "step", 1)});
    return write_rows(e, base, written, axis, rows);
}

} // namespace

ValueId write_range(OpCall& view, ValueId base, ValueId part, std::int64_t axis, std::int64_t start,
                    std::int64_t end, std::int64_t step)
{
    Emitter& e = view.e();
    constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
    const auto shape = e.shape(base);
    if (!shape)
        view.refuse_for_shapes("the rank of a tensor that is written through a slice is not known");
    axis = view.normalize_axis(axis, static_cast<std::int64_t>(shape->size()));
    const Dim extent = (*shape)[static_cast<std::size_t>(axis)];
    if (extent.known()) {
        // Python's rules for bounds.
        start = std::clamp<std::int64_t>(start < 0 ? saturating_add(start, extent.value) : start, 0,
                                         extent.value);
        end = std::clamp<std::int64_t>(end < 0 ? end + extent.value : end, start, extent.value);
        if (start == 0 && end == extent.value && step == 1)
            return part;
    }
    if (step == 1) {
        std::vector<ValueId> pieces;
        if (start != 0)
            pieces.push_back(e.slice(base, axis, 0, start));
        pieces.push_back(part);
        if (extent.known() ? end != extent.value : end != last)
            pieces.push_back(e.slice(base, axis, end, last));
        return e.concat(std::move(pieces), axis);
    }
    ValueId rows = no_id;
    if (extent.known()) {
        if (step < 1)
            view.refuse("the step of a slice must be positive");
        const std::int64_t length = end - start;
        Ints positions(constant_elements(std::array{length / step + (length % step != 0 ? 1 : 0)}));
        for (std::size_t i = 0; i < positions.size(); ++i)
            positions[i] = start + static_cast<std::int64_t>(i) * step;
        rows = e.constant(std::span<const std::int64_t>(positions));
    } else {
        rows = e.slice(positions_along(e, base, axis), 0, start, end, step);
    }
    return write_rows(e, base, part, axis, rows);
}

bool is_exact_view(std::string_view target)
{
    return std::find(exact_views.begin(), exact_views.end(), base_name(target)) !=
           exact_views.end();
}

bool is_split_view(std::string_view target)
{
    return std::find(split_views.begin(), split_views.end(), base_name(target)) !=
           split_views.end();
}

ValueId write_through_split(OpCall& view, const std::vector<ValueId>& pieces, std::size_t item,
                            ValueId written)
{
    Emitter& e = view.e();
    const std::string_view op = base_name(view.target());
    const ValueId base = view.tensor("self");
    const std::int64_t rank = view.rank("self");
    if (op == "aten::unbind") {
        const std::int64_t axis = view.normalize_axis(view.integer("dim"), rank);
        const auto index = static_cast<std::int64_t>(item);
        return write_range(view, base, e.unsqueeze(written, {axis}), axis, index, index + 1, 1);
    }
    if (item >= pieces.size())
        view.refuse("the piece that is written is not among its results");
    std::int64_t axis = 0;
    if (op == "aten::hsplit")
        axis = rank > 1 ? 1 : 0;
    else if (op == "aten::dsplit")
        axis = 2;
    else if (op != "aten::vsplit")
        axis = view.integer("dim");
    axis = view.normalize_axis(axis, rank);
    // Where the piece lies, when the sizes up to it are known.
    const auto size_of = [&](ValueId piece) {
        const auto shape = e.shape(piece);
        return shape ? (*shape)[static_cast<std::size_t>(axis)] : Dim{};
    };
    const auto last = pieces.begin() + static_cast<std::ptrdiff_t>(item);
    if (std::all_of(pieces.begin(), last + 1, [&](ValueId p) { return size_of(p).known(); })) {
        const std::int64_t start = std::accumulate(
            pieces.begin(), last, std::int64_t{0},
            [&](std::int64_t sum, ValueId piece) { return sum + size_of(piece).value; });
        return write_range(view, base, written, axis, start, start + size_of(*last).value, 1);
    }
    std::vector<ValueId> parts = pieces;
    parts[item] = written;
    return e.concat(std::move(parts), axis);
}

ValueId write_through_view(OpCall& view, ValueId written)
{
    Emitter& e = view.e();
    const std::string_view op = base_name(view.target());
    const ValueId base = view.tensor("self");
    constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
    if (op == "aten::alias" || op == "aten::detach")
        return written;
    if (op == "aten::select") {
        const std::int64_t axis = view.normalize_axis(view.integer("dim"), view.rank("self"));
        if (is_computed(view, "index"))
            return write_rows(e, base, e.unsqueeze(written, {axis}), axis,
                              as_int_vector(e, {view.arg("index")}));
        const std::int64_t index = view.integer("index");
        return write_range(view, base, e.unsqueeze(written, {axis}), axis, index,
                           index == -1 ? last : saturating_add(index, 1), 1);
    }
    if (op == "aten::slice" && (is_computed(view, "start") || is_computed(view, "end")))
        return write_slice(view, base, written);
    if (op == "aten::slice")
        return write_range(view, base, written, view.integer("dim"), bound(view, "start", 0),
                           bound(view, "end", last), view.integer("step"));
    if (op == "aten::narrow") {
        if (is_computed(view, "start")) {
            const std::int64_t axis = view.normalize_axis(view.integer("dim"), view.rank("self"));
            const ValueId first = view.scalar_as("start", DType::Int64);
            const ValueId rows =
                e.emit("Range", {first, e.add(first, view.scalar_as("length", DType::Int64)),
                                 e.scalar(DType::Int64, std::int64_t{1})});
            return write_rows(e, base, written, axis, rows);
        }
        const std::int64_t start = view.integer("start");
        const std::int64_t end = saturating_add(start, view.integer("length"));
        return write_range(view, base, written, view.integer("dim"), start,
                           start < 0 && end == 0 ? last : end, 1);
    }
    if (op == "aten::transpose" || op == "aten::swapdims" || op == "aten::swapaxes") {
        const bool axes = op == "aten::swapaxes";
        const std::int64_t rank = view.rank("self");
        Ints permutation(static_cast<std::size_t>(rank));
        std::iota(permutation.begin(), permutation.end(), std::int64_t{0});
        if (rank > 0)
            std::swap(permutation[static_cast<std::size_t>(
                          view.normalize_axis(view.integer(axes ? "axis0" : "dim0"), rank))],
                      permutation[static_cast<std::size_t>(
                          view.normalize_axis(view.integer(axes ? "axis1" : "dim1"), rank))]);
        return e.transpose(written, std::move(permutation));
    }
    if (op == "aten::mT" || op == "aten::adjoint") {
        const std::int64_t rank = view.rank("self");
        Ints permutation(static_cast<std::size_t>(rank));
        std::iota(permutation.begin(), permutation.end(), std::int64_t{0});
        if (rank < 2)
            view.refuse("a matrix is needed");
        std::swap(permutation[permutation.size() - 1], permutation[permutation.size() - 2]);
        return e.transpose(written, std::move(permutation));
    }
    if (op == "aten::diagonal")
        return ops::write_diagonal(view, base, written);
    if (op == "aten::movedim" || op == "aten::moveaxis")
        return e.transpose(written, ops::moved_axes(view, view.rank("self"),
                                                    view.ints("destination"), view.ints("source")));
    if (op == "aten::unfold")
        return write_windows(view, base, written);
    if (op == "aten::expand" || op == "aten::expand_as" || op == "aten::broadcast_to") {
        // One element in several places: which of them was written cannot be told.
        const auto narrow = e.static_shape(base);
        const auto wide = e.static_shape(written);
        const auto elements = [](const Ints& shape) {
            return std::accumulate(shape.begin(), shape.end(), std::int64_t{1},
                                   std::multiplies<>());
        };
        if (!narrow || !wide || elements(*narrow) != elements(*wide))
            view.refuse("it writes into an expanded tensor, whose elements share memory",
                        "Expand a copy: x.expand(...).clone().");
        return e.reshape(written, e.shape_of(base));
    }
    if (op == "aten::t" || op == "aten::numpy_T") {
        Ints permutation(static_cast<std::size_t>(view.rank("self")));
        std::iota(permutation.rbegin(), permutation.rend(), std::int64_t{0});
        return e.transpose(written, std::move(permutation));
    }
    if (op == "aten::permute") {
        const Ints dims = view.ints("dims");
        Ints inverse(dims.size());
        for (std::size_t i = 0; i < dims.size(); ++i)
            inverse[static_cast<std::size_t>(view.normalize_axis(
                dims[i], static_cast<std::int64_t>(dims.size())))] = static_cast<std::int64_t>(i);
        return e.transpose(written, std::move(inverse));
    }
    // The others keep all elements in their order.
    return e.reshape(written, e.shape_of(base));
}

} // namespace strata
