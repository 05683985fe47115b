#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"
#include "lowering/ops/moved_axes.h"
#include "lowering/ops/type_promotion.h"
#include "lowering/python_value.h"
#include "passes/dim_math.h"

#include <algorithm>
#include <limits>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

std::span<const std::int64_t> view_of(const Ints& values)
{
    return values;
}

/// A reshape to sizes of which none is copied: zero means an empty dimension, as in PyTorch.
ValueId reshape_exactly(Emitter& e, ValueId x, const Ints& sizes)
{
    if (std::find(sizes.begin(), sizes.end(), 0) == sizes.end() || e.opset() < 14)
        return e.reshape(x, view_of(sizes));
    return e.emit("Reshape", {x, e.constant(view_of(sizes))}, {{"allowzero", 1}});
}

/// A reshape to a list of sizes, some of which may only be known when the model runs.
ValueId reshape_to(OpCall& call, ValueId x, std::string_view sizes)
{
    Emitter& e = call.e();
    const ValueId wanted = call.int_tensor(sizes);
    const auto known = e.known_ints(wanted);
    // ONNX's Reshape takes 0 for "as it was"; PyTorch means an empty tensor.
    if (known && std::find(known->begin(), known->end(), 0) != known->end() && e.opset() >= 14)
        return e.emit("Reshape", {x, wanted}, {{"allowzero", 1}});
    return e.reshape(x, wanted);
}

Outputs view(OpCall& call)
{
    return reshape_to(call, call.tensor("self"), "size");
}
Outputs reshape(OpCall& call)
{
    return reshape_to(call, call.tensor("self"), "shape");
}
Outputs view_as(OpCall& call)
{
    return call.e().reshape(call.tensor("self"), call.e().shape_of(call.tensor("other")));
}

Outputs view_dtype(OpCall& call)
{
    if (call.dtype("dtype", DType::Unknown) != call.dtype_of(call.tensor("self")))
        call.refuse("ONNX cannot read the bytes of a tensor as another dtype");
    return call.tensor("self");
}

Outputs flatten(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t start = call.integer("start_dim");
    const std::int64_t end = call.integer("end_dim");
    const auto rank = call.rank_of(x);
    if (!rank) {
        // ONNX's Flatten always makes a matrix, which is what flatten(1) makes of any batch.
        if (start == 1 && end == -1)
            return e.emit("Flatten", {x}, {{"axis", 1}});
        call.refuse_for_shapes("the rank of 'self' is not known");
    }
    if (*rank == 0)
        return e.reshape(x, view_of(Ints{1}));
    const std::int64_t first = call.normalize_axis(start, *rank);
    const std::int64_t last = call.normalize_axis(end, *rank);
    if (first >= last)
        return x;
    if (first == 1 && last == *rank - 1)
        return e.emit("Flatten", {x}, {{"axis", 1}});
    if (first == 0 && last == *rank - 1)
        return e.reshape(x, view_of(Ints{-1}));
    // Zero keeps a leading dimension; those behind need their own numbers.
    Ints wanted(static_cast<std::size_t>(first), 0);
    wanted.push_back(-1);
    const auto shape = e.shape(x);
    bool trailing_known = true;
    for (std::int64_t axis = last + 1; axis < *rank; ++axis)
        trailing_known &= (*shape)[static_cast<std::size_t>(axis)].known();
    if (trailing_known) {
        for (std::int64_t axis = last + 1; axis < *rank; ++axis)
            wanted.push_back((*shape)[static_cast<std::size_t>(axis)].value);
        return e.reshape(x, view_of(wanted));
    }
    std::vector<ValueId> parts{e.constant(view_of(wanted))};
    parts.push_back(e.slice(e.shape_of(x), 0, last + 1, *rank));
    return e.reshape(x, e.concat(std::move(parts), 0));
}

Outputs unflatten(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), rank);
    std::vector<ValueId> parts;
    if (axis > 0)
        parts.push_back(e.slice(e.shape_of(x), 0, 0, axis));
    parts.push_back(call.int_tensor("sizes"));
    if (axis + 1 < rank)
        parts.push_back(e.slice(e.shape_of(x), 0, axis + 1, rank));
    const ValueId sizes = e.concat(std::move(parts), 0);
    if (const auto known = e.known_ints(sizes))
        return reshape_exactly(e, x, *known);
    return e.reshape(x, sizes);
}

Outputs unsqueeze(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.integer("dim");
    return call.e().unsqueeze(x, {axis});
}

/// squeeze drops only dimensions of one element; which those are must be known.
ValueId squeeze_axes(OpCall& call, ValueId x, Ints axes)
{
    Emitter& e = call.e();
    const std::int64_t rank = call.rank("self");
    const auto shape = e.shape(x);
    Ints dropped;
    for (std::int64_t axis : axes) {
        axis = call.normalize_axis(axis, rank);
        if (rank == 0)
            continue;
        const Dim& dim = (*shape)[static_cast<std::size_t>(axis)];
        // A dimension that is not known to be one is taken to be larger, as its symbol says that it
        // varies.
        if (dim.known() && dim.value == 1)
            dropped.push_back(axis);
    }
    std::sort(dropped.begin(), dropped.end());
    return e.squeeze(x, std::move(dropped));
}

Outputs squeeze(OpCall& call)
{
    return squeeze_axes(call, call.tensor("self"), iota(0, call.rank("self")));
}
Outputs squeeze_dim(OpCall& call)
{
    return squeeze_axes(call, call.tensor("self"), call.ints("dim"));
}

Outputs transpose(OpCall& call)
{
    const std::int64_t rank = call.rank("self");
    Ints permutation = iota(0, rank);
    if (rank > 0)
        std::swap(
            permutation[static_cast<std::size_t>(call.normalize_axis(call.integer("dim0"), rank))],
            permutation[static_cast<std::size_t>(call.normalize_axis(call.integer("dim1"), rank))]);
    return call.e().transpose(call.tensor("self"), std::move(permutation));
}

Outputs permute(OpCall& call)
{
    Ints permutation = call.ints("dims");
    for (std::int64_t& axis : permutation)
        axis = call.normalize_axis(axis, static_cast<std::int64_t>(permutation.size()));
    return call.e().transpose(call.tensor("self"), std::move(permutation));
}

Outputs reverse_axes(OpCall& call)
{
    Ints permutation = iota(0, call.rank("self"));
    std::reverse(permutation.begin(), permutation.end());
    return call.e().transpose(call.tensor("self"), std::move(permutation));
}

Outputs transpose_last_two(OpCall& call)
{
    Ints permutation = iota(0, call.rank("self"));
    if (permutation.size() < 2)
        call.refuse("a matrix is needed");
    std::swap(permutation[permutation.size() - 1], permutation[permutation.size() - 2]);
    return call.e().transpose(call.tensor("self"), std::move(permutation));
}

Outputs movedim(OpCall& call)
{
    return call.e().transpose(
        call.tensor("self"),
        moved_axes(call, call.rank("self"), call.ints("source"), call.ints("destination")));
}

Outputs expand(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId sizes = call.int_tensor("size");
    if (const auto known = e.known_ints(sizes)) {
        // -1 keeps a dimension; in ONNX, 1 does, as Expand broadcasts.
        Ints wanted = *known;
        std::replace(wanted.begin(), wanted.end(), std::int64_t{-1}, std::int64_t{1});
        const auto shape = e.static_shape(x);
        if (shape && shape->size() == wanted.size()) {
            bool same = true;
            for (std::size_t i = 0; i < wanted.size(); ++i)
                same &= wanted[i] == 1 || wanted[i] == (*shape)[i];
            if (same)
                return x;
        }
        return e.emit("Expand", {x, e.constant(view_of(wanted))});
    }
    if (const auto* items = sequence_items(call.arg("size"))) {
        // Sizes of tensors are never -1, so where that is written is known now.
        std::vector<Lowered> wanted = *items;
        bool known = true;
        for (Lowered& item : wanted) {
            if (const auto* number = item.as<std::int64_t>()) {
                if (*number == -1)
                    item = Lowered(std::int64_t{1});
                continue;
            }
            const ValueId value = as_tensor(e, item);
            const auto elements =
                value == no_id ? std::nullopt : known_elements(e.model(), e.facts(), value);
            const DimMath math(e.model().strings());
            known = known && elements && elements->size() == 1 &&
                    math.is_non_negative(math.from_dim(elements->front()));
        }
        if (known)
            return e.expand(x, as_int_vector(e, wanted));
    }
    const ValueId kept = e.emit("Equal", {sizes, e.scalar(DType::Int64, std::int64_t{-1})});
    return e.expand(x, e.emit("Where", {kept, e.scalar(DType::Int64, std::int64_t{1}), sizes}));
}

Outputs expand_as(OpCall& call)
{
    return call.e().expand(call.tensor("self"), call.e().shape_of(call.tensor("other")));
}

/// repeat() and tile(): both line the counts up with the last dimensions; tile() fills missing
/// counts with ones.
template <bool Tile>
Outputs repeat(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    ValueId counts = call.int_tensor(Tile ? "dims" : "repeats");
    const auto shape = e.static_shape(counts);
    if (!shape)
        call.refuse_for_shapes("the number of repeats is not known");
    const std::int64_t given = shape->front();
    if (given > rank)
        x = e.unsqueeze(x, iota(0, given - rank));
    else if (given < rank)
        counts = e.concat(
            {e.constant(view_of(Ints(static_cast<std::size_t>(rank - given), 1))), counts}, 0);
    if (const auto known = e.known_ints(counts);
        known &&
        std::all_of(known->begin(), known->end(), [](std::int64_t count) { return count == 1; }))
        return x;
    return e.emit("Tile", {x, counts});
}

Outputs select(OpCall& call)
{
    Emitter& e = call.e();
    return e.emit("Gather", {call.tensor("self"), call.scalar_as("index", DType::Int64)},
                  {{"axis", call.integer("dim")}});
}

/// A bound of a slice as a rank-1 tensor.
ValueId slice_bound(OpCall& call, std::string_view name, std::int64_t fallback)
{
    Emitter& e = call.e();
    if (!call.has(name))
        return e.constant({fallback});
    if (const auto known = as_integer(e, call.arg(name)))
        return e.constant({*known});
    return e.reshape(call.scalar_as(name, DType::Int64), view_of(Ints{1}));
}

Outputs slice(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.integer("dim");
    constexpr std::int64_t end_of_axis = std::numeric_limits<std::int64_t>::max();
    const auto start =
        call.has("start") ? as_integer(e, call.arg("start")) : std::optional<std::int64_t>(0);
    const auto end =
        call.has("end") ? as_integer(e, call.arg("end")) : std::optional<std::int64_t>(end_of_axis);
    const auto step = as_integer(e, call.arg("step"));
    if (start == 0 && step == 1 && end) {
        const auto shape = e.shape(x);
        bool everything = *end == end_of_axis;
        if (shape && !shape->empty() && !everything) {
            const Dim& dim = (*shape)[static_cast<std::size_t>(
                call.normalize_axis(axis, static_cast<std::int64_t>(shape->size())))];
            everything = dim.known() && *end >= dim.value;
        }
        if (everything)
            return x;
    }
    return e.emit("Slice", {x, slice_bound(call, "start", 0), slice_bound(call, "end", end_of_axis),
                            e.constant({axis}), slice_bound(call, "step", 1)});
}

Outputs narrow(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId start = e.reshape(call.scalar_as("start", DType::Int64), view_of(Ints{1}));
    // From the end to the end: the sum is 0, which would be the start.
    const auto first = e.known_ints(start);
    if (first && first->front() < 0 && !call.arg("length").as<LoweredScalar>() &&
        first->front() + call.integer("length") == 0)
        return e.slice(call.tensor("self"), call.integer("dim"), first->front(),
                       std::numeric_limits<std::int64_t>::max());
    const ValueId length = e.reshape(call.scalar_as("length", DType::Int64), view_of(Ints{1}));
    return e.emit("Slice", {call.tensor("self"), start, e.add(start, length),
                            e.constant({call.integer("dim")})});
}

/// Only to the shape that it has: what else a tensor becomes is a matter of its memory.
Outputs resize(OpCall& call)
{
    const bool as_other = call.target() == "aten::resize_as_";
    const ValueId x = call.tensor("self");
    const Ints wanted = as_other ? call.shape(call.tensor("the_template")) : call.ints("size");
    if (call.shape(x) != wanted)
        call.refuse("the elements of a tensor of another size are a matter of its memory, which is "
                    "not part of the model",
                    "Use view, reshape or slicing instead.");
    return x;
}

Outputs flip(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const Ints axes = call.ints("dims");
    if (axes.empty() || call.rank_of(x) == 0)
        return x;
    const Ints starts(axes.size(), -1);
    const Ints ends(axes.size(), std::numeric_limits<std::int64_t>::min());
    return e.emit("Slice", {x, e.constant(view_of(starts)), e.constant(view_of(ends)),
                            e.constant(view_of(axes)), e.constant(view_of(starts))});
}

/// One axis turned by `shift`; a negative shift counts from the front.
ValueId roll_axis(OpCall& call, ValueId x, std::int64_t shift, std::int64_t axis)
{
    Emitter& e = call.e();
    if (const auto shape = e.shape(x); shape && (*shape)[static_cast<std::size_t>(axis)].known()) {
        const std::int64_t extent = (*shape)[static_cast<std::size_t>(axis)].value;
        shift = extent == 0 ? 0 : ((shift % extent) + extent) % extent;
    }
    if (shift == 0)
        return x;
    // The last `shift` elements come first.
    const ValueId tail = e.slice(x, axis, -shift, std::numeric_limits<std::int64_t>::max());
    return e.concat({tail, e.slice(x, axis, 0, -shift)}, axis);
}

Outputs roll(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    if (has_no_elements(e, x))
        return x;
    const Ints shifts = call.ints("shifts");
    const Ints axes = call.ints("dims");
    if (axes.empty()) {
        const ValueId flat = e.reshape(x, view_of(Ints{-1}));
        return e.reshape(roll_axis(call, flat, shifts.front(), 0), e.shape_of(x));
    }
    ValueId rolled = x;
    for (std::size_t i = 0; i < axes.size(); ++i)
        rolled =
            roll_axis(call, rolled, shifts[i], call.normalize_axis(axes[i], call.rank("self")));
    return rolled;
}

/// Images that `rearrange` turns into others: any number of batch dimensions, or none.
template <class Rearrange>
ValueId on_images(OpCall& call, const Rearrange& rearrange)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    if (e.rank(self).value_or(0) <= 4) {
        const Batched x = Batched::of(e, self, 4);
        return x.undo(e, rearrange(x.value));
    }
    const Ints dims = call.shape(self);
    Ints images(dims.end() - 3, dims.end());
    images.insert(images.begin(), -1);
    const ValueId rearranged = rearrange(e.reshape(self, view_of(images)));
    Ints result(dims.begin(), dims.end() - 3);
    const Ints made = call.shape(rearranged);
    result.insert(result.end(), made.begin() + 1, made.end());
    return reshape_exactly(e, rearranged, result);
}

ValueId shuffled_pixels(OpCall& call, ValueId x)
{
    Emitter& e = call.e();
    const std::int64_t factor = call.integer("upscale_factor");
    if (!is_integral(call.dtype_of(x)))
        return e.emit("DepthToSpace", {x}, {{"blocksize", factor}, {"mode", "CRD"}});
    // ONNX Runtime's DepthToSpace takes reals only.
    const Ints dims = call.shape(x);
    const std::int64_t channels = dims[1] / (factor * factor);
    const Ints blocks{dims[0], channels, factor, factor, dims[2], dims[3]};
    const ValueId turned = e.transpose(reshape_exactly(e, x, blocks), {0, 1, 4, 2, 5, 3});
    return reshape_exactly(e, turned, {dims[0], channels, dims[2] * factor, dims[3] * factor});
}

Outputs pixel_shuffle(OpCall& call)
{
    return on_images(call, [&](ValueId x) { return shuffled_pixels(call, x); });
}

ValueId unshuffled_pixels(OpCall& call, ValueId x)
{
    // ONNX's SpaceToDepth orders its channels the other way round, so spell it out.
    Emitter& e = call.e();
    const std::int64_t factor = call.integer("downscale_factor");
    const Ints dims = call.shape(x);
    const Ints blocks{dims[0], dims[1], dims[2] / factor, factor, dims[3] / factor, factor};
    const ValueId turned = e.transpose(reshape_exactly(e, x, blocks), {0, 1, 3, 5, 2, 4});
    return reshape_exactly(
        e, turned, {dims[0], dims[1] * factor * factor, dims[2] / factor, dims[3] / factor});
}

Outputs pixel_unshuffle(OpCall& call)
{
    return on_images(call, [&](ValueId x) { return unshuffled_pixels(call, x); });
}

Outputs channel_shuffle(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t groups = call.integer("groups");
    const auto shape = e.shape(x);
    if (!shape || shape->size() < 3 || !(*shape)[1].known())
        call.refuse_for_shapes("the number of channels is not known");
    const std::int64_t channels = (*shape)[1].value;
    // [N, C, ...] as [N, groups, C/groups, rest], with the two middle axes exchanged.
    const Ints grouped{0, groups, channels / groups, -1};
    const ValueId turned = e.transpose(e.reshape(x, view_of(grouped)), {0, 2, 1, 3});
    return e.reshape(turned, e.shape_of(x));
}

template <bool Upper>
Outputs triangle(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const DType dtype = call.dtype_of(x);
    const ValueId diagonal = call.scalar_as("diagonal", DType::Int64);
    if (e.opset() >= 14)
        return e.emit("Trilu", {x, diagonal}, {{"upper", Upper}});
    // Opset 13 has no Trilu: keep where column - row >= diagonal (upper) or <= diagonal (lower).
    if (call.rank("self") < 2)
        call.refuse("a matrix is needed");
    auto numbers = [&e, x](std::int64_t axis) {
        return e.emit("Range", {e.scalar(DType::Int64, std::int64_t{0}), e.size_of(x, axis),
                                e.scalar(DType::Int64, std::int64_t{1})});
    };
    const ValueId offset = e.sub(numbers(-1), e.unsqueeze(numbers(-2), {1}));
    const ValueId keep = e.emit(Upper ? "GreaterOrEqual" : "LessOrEqual", {offset, diagonal});
    return e.emit("Where", {keep, x, e.scalar(dtype, 0.0)});
}

/// With `xy` the first two axes change places.
Lowered grids(OpCall& call, bool xy)
{
    Emitter& e = call.e();
    std::vector<ValueId> axes = call.tensors("tensors");
    const bool swap = xy && axes.size() >= 2;
    if (swap)
        std::swap(axes[0], axes[1]);
    const std::size_t rank = axes.size();
    std::vector<ValueId> sizes;
    for (ValueId& axis : axes) {
        axis = e.reshape(axis, view_of(Ints{-1}));
        sizes.push_back(e.shape_of(axis));
    }
    const ValueId shape = e.concat(sizes, 0);
    std::vector<Lowered> made;
    for (std::size_t i = 0; i < rank; ++i) {
        Ints column(rank, 1);
        column[i] = -1;
        const ValueId grid = e.expand(e.reshape(axes[i], view_of(column)), shape);
        made.push_back(Lowered::tensor(grid));
    }
    if (swap)
        std::swap(made[0], made[1]);
    return Lowered::list(std::move(made));
}

Outputs meshgrid(OpCall& call)
{
    return grids(call, call.string("indexing") == "xy");
}

Outputs repeat_interleave(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("self");
    const std::int64_t repeats = call.integer("repeats");
    std::int64_t axis = 0;
    if (call.has("dim"))
        axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    else
        x = e.reshape(x, view_of(Ints{-1}));
    const auto rank = call.rank_of(x);
    Ints counts(static_cast<std::size_t>(*rank + 1), 1);
    counts[static_cast<std::size_t>(axis + 1)] = repeats;
    const ValueId tiled = e.emit("Tile", {e.unsqueeze(x, {axis + 1}), e.constant(view_of(counts))});
    Ints wanted(static_cast<std::size_t>(*rank), 0);
    if (const auto shape = e.static_shape(x)) {
        wanted = *shape;
        wanted[static_cast<std::size_t>(axis)] *= repeats;
        return e.reshape(tiled, view_of(wanted));
    }
    std::vector<ValueId> parts;
    for (std::int64_t i = 0; i < *rank; ++i)
        parts.push_back(i == axis ? e.constant({-1}) : e.unsqueeze(e.size_of(x, i), {0}));
    return e.reshape(tiled, e.concat(std::move(parts), 0));
}

constexpr OpEntry entries[] = {
    {"aten::view(Tensor self, SymInt[] size) -> Tensor", view},
    {"aten::view.dtype(Tensor self, ScalarType dtype) -> Tensor", view_dtype, "same dtype only"},
    {"aten::_unsafe_view(Tensor self, SymInt[] size) -> Tensor", view},
    {"aten::_reshape_alias(Tensor self, SymInt[] size, SymInt[] stride) -> Tensor", view},
    {"aten::reshape(Tensor self, SymInt[] shape) -> Tensor", reshape},
    {"aten::view_as(Tensor self, Tensor other) -> Tensor", view_as},
    {"aten::reshape_as(Tensor self, Tensor other) -> Tensor", view_as},
    {"aten::flatten.using_ints(Tensor self, int start_dim=0, int end_dim=-1) -> Tensor", flatten},
    {"aten::unflatten.int(Tensor self, int dim, SymInt[] sizes) -> Tensor", unflatten},
    {"aten::unsqueeze(Tensor self, int dim) -> Tensor", unsqueeze},
    {"aten::squeeze(Tensor self) -> Tensor", squeeze},
    {"aten::squeeze.dim(Tensor self, int dim) -> Tensor", squeeze_dim},
    {"aten::squeeze.dims(Tensor self, int[] dim) -> Tensor", squeeze_dim},
    {"aten::transpose.int(Tensor self, int dim0, int dim1) -> Tensor", transpose},
    {"aten::swapaxes(Tensor self, int axis0, int axis1) -> Tensor",
     [](OpCall& call) -> Outputs {
         const std::int64_t rank = call.rank("self");
         Ints permutation = iota(0, rank);
         std::swap(permutation[static_cast<std::size_t>(
                       call.normalize_axis(call.integer("axis0"), rank))],
                   permutation[static_cast<std::size_t>(
                       call.normalize_axis(call.integer("axis1"), rank))]);
         return call.e().transpose(call.tensor("self"), std::move(permutation));
     }},
    {"aten::swapdims(Tensor self, int dim0, int dim1) -> Tensor", transpose},
    {"aten::permute(Tensor self, int[] dims) -> Tensor", permute},
    {"aten::t(Tensor self) -> Tensor", reverse_axes},
    {"aten::numpy_T(Tensor self) -> Tensor", reverse_axes},
    {"aten::mT(Tensor self) -> Tensor", transpose_last_two},
    {"aten::movedim.int(Tensor self, int source, int destination) -> Tensor", movedim},
    {"aten::movedim.intlist(Tensor self, int[] source, int[] destination) -> Tensor", movedim},
    {"aten::moveaxis.int(Tensor self, int source, int destination) -> Tensor", movedim},
    {"aten::expand(Tensor self, SymInt[] size, *, bool implicit=False) -> Tensor", expand},
    {"aten::broadcast_to(Tensor self, SymInt[] size) -> Tensor", expand},
    {"aten::expand_as(Tensor self, Tensor other) -> Tensor", expand_as},
    {"aten::repeat(Tensor self, SymInt[] repeats) -> Tensor", repeat<false>},
    {"aten::tile(Tensor self, SymInt[] dims) -> Tensor", repeat<true>},
    {"aten::select.int(Tensor self, int dim, SymInt index) -> Tensor", select},
    {"aten::slice.Tensor(Tensor self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt "
     "step=1) -> Tensor",
     slice},
    {"aten::resize_(Tensor self, SymInt[] size, *, MemoryFormat? memory_format=None) -> Tensor",
     resize, "only to the shape that it has"},
    {"aten::resize_as_(Tensor self, Tensor the_template, *, MemoryFormat? memory_format=None) -> "
     "Tensor",
     resize, "only to the shape that it has"},
    {"aten::narrow(Tensor self, int dim, SymInt start, SymInt length) -> Tensor", narrow},
    {"aten::flip(Tensor self, int[] dims) -> Tensor", flip},
    {"aten::roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor", roll},
    {"aten::pixel_shuffle(Tensor self, int upscale_factor) -> Tensor", pixel_shuffle},
    {"aten::pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor", pixel_unshuffle},
    {"aten::channel_shuffle(Tensor self, int groups) -> Tensor", channel_shuffle},
    {"aten::tril(Tensor self, int diagonal=0) -> Tensor", triangle<false>},
    {"aten::triu(Tensor self, int diagonal=0) -> Tensor", triangle<true>},
    {"aten::meshgrid(Tensor[] tensors) -> Tensor[]",
     [](OpCall& call) -> Outputs { return grids(call, false); }},
    {"aten::meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]", meshgrid},
    {"aten::repeat_interleave.self_int(Tensor self, SymInt repeats, int? dim=None, *, SymInt? "
     "output_size=None) -> "
     "Tensor",
     repeat_interleave},
};

} // namespace

std::vector<std::int64_t> moved_axes(OpCall& call, std::int64_t rank, const Ints& source,
                                     const Ints& destination)
{
    Ints permutation(static_cast<std::size_t>(rank), -1);
    std::vector<bool> taken(static_cast<std::size_t>(rank), false);
    for (std::size_t i = 0; i < source.size() && i < destination.size(); ++i) {
        const std::int64_t from = call.normalize_axis(source[i], rank);
        permutation[static_cast<std::size_t>(call.normalize_axis(destination[i], rank))] = from;
        taken[static_cast<std::size_t>(from)] = true;
    }
    std::size_t next = 0;
    for (std::int64_t& axis : permutation) {
        if (axis >= 0)
            continue;
        while (taken[next])
            ++next;
        axis = static_cast<std::int64_t>(next++);
    }
    return permutation;
}

std::span<const OpEntry> shape_ops()
{
    return entries;
}

} // namespace strata::ops
