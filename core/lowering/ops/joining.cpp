#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/sizes.h"
#include "lowering/python_value.h"
#include "lowering/size_limits.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// The tensors of a list in their common dtype.
std::vector<ValueId> promoted_list(OpCall& call, std::vector<ValueId> ids)
{
    if (ids.empty())
        call.refuse("the list of tensors is empty");
    DType dtype = DType::Unknown;
    for (const ValueId id : ids)
        dtype =
            dtype == DType::Unknown ? call.dtype_of(id) : promote_types(dtype, call.dtype_of(id));
    for (ValueId& id : ids)
        id = call.e().cast(id, dtype);
    return ids;
}

Outputs concatenate(OpCall& call)
{
    std::vector<ValueId> ids = promoted_list(call, call.tensors("tensors"));
    // PyTorch lets empty vectors of any rank take part and ignores them.
    std::vector<ValueId> used;
    for (const ValueId id : ids) {
        const auto shape = call.e().static_shape(id);
        if (!shape || *shape != Ints{0})
            used.push_back(id);
    }
    if (used.empty())
        return ids.front();
    std::int64_t axis = call.integer("dim");
    if (const auto rank = call.rank_of(used.front()))
        axis = call.normalize_axis(axis, *rank);
    return call.e().concat(std::move(used), axis);
}

Outputs stack(OpCall& call)
{
    Emitter& e = call.e();
    const std::vector<ValueId> ids = promoted_list(call, call.tensors("tensors"));
    std::int64_t axis = call.integer("dim");
    if (const auto rank = call.rank_of(ids.front()))
        axis = call.normalize_axis(axis, *rank + 1);
    std::vector<ValueId> parts;
    for (const ValueId id : ids)
        parts.push_back(e.unsqueeze(id, {axis}));
    return e.concat(std::move(parts), axis);
}

/// hstack, vstack, dstack: at least `rank` dimensions each, then along `axis`.
template <int Rank, int Axis>
Outputs stack_at_least(OpCall& call)
{
    Emitter& e = call.e();
    std::vector<ValueId> parts;
    for (ValueId id : promoted_list(call, call.tensors("tensors"))) {
        const auto rank = call.rank_of(id);
        if (!rank)
            call.refuse_for_shapes("the rank of a tensor in the list is not known");
        if constexpr (Rank >= 2) {
            if (*rank == 0)
                id = e.unsqueeze(id, {0});
            if (*rank <= 1)
                id = e.unsqueeze(id, {0});
            if (Rank == 3 && *rank <= 2)
                id = e.unsqueeze(id, {2});
        } else if (*rank == 0) {
            id = e.unsqueeze(id, {0});
        }
        parts.push_back(id);
    }
    // hstack of vectors joins them end to end, of anything larger side by side.
    const std::int64_t axis = Rank == 1 && call.rank_of(parts.front()).value_or(2) > 1 ? 1 : Axis;
    return e.concat(std::move(parts), axis);
}

Lowered tensor_list(const std::vector<ValueId>& ids)
{
    std::vector<Lowered> items;
    for (const ValueId id : ids)
        items.push_back(Lowered::tensor(id));
    return Lowered::list(std::move(items));
}

/// Splits into pieces of the given sizes.
Lowered split_into(OpCall& call, ValueId x, std::int64_t axis, const Ints& sizes)
{
    Emitter& e = call.e();
    if (sizes.size() == 1)
        return tensor_list({x});
    return tensor_list(e.emit_many("Split", {x, e.constant(std::span<const std::int64_t>(sizes))},
                                   sizes.size(), {{"axis", axis}}));
}

/// Splits into `count` pieces of sizes that are only known when the model runs (rank-1 int64).
Lowered split_at_run_time(OpCall& call, ValueId x, std::int64_t axis, ValueId sizes,
                          std::size_t count)
{
    if (count == 1)
        return tensor_list({x});
    return tensor_list(call.e().emit_many("Split", {x, sizes}, count, {{"axis", axis}}));
}

/// 0, 1, ... , count - 1.
Expr numbers_up_to(Emitter& e, std::int64_t count)
{
    return {e, e.constant(std::span<const std::int64_t>(iota(0, count)))};
}

/// The pieces between positions, as slices have them: Python's rules for negative numbers and those
/// past the end.
Lowered slices_between(OpCall& call, ValueId x, std::int64_t axis, const Ints& indices)
{
    std::vector<ValueId> pieces;
    std::int64_t start = 0;
    for (const std::int64_t index : indices) {
        pieces.push_back(call.e().slice(x, axis, start, index));
        start = index;
    }
    pieces.push_back(call.e().slice(x, axis, start, std::numeric_limits<std::int64_t>::max()));
    return tensor_list(pieces);
}

Lowered run_time_list(RuntimeItems items)
{
    PythonList list;
    list.runtime = std::move(items);
    return Lowered(std::make_shared<PythonList>(std::move(list)));
}

Ints piece_sizes(std::int64_t extent, std::int64_t size)
{
    Ints sizes;
    for (std::int64_t done = 0; done < extent; done += size)
        sizes.push_back(std::min(size, extent - done));
    return sizes.empty() ? Ints{0} : sizes;
}

Outputs split(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const std::int64_t size = call.integer("split_size");
    if (size <= 0)
        call.refuse("the size of the pieces must be positive");
    if (const auto extent = size_if_known(call.e(), x, axis))
        return split_into(call, x, axis, piece_sizes(*extent, size));
    Emitter& e = call.e();
    RuntimeItems items;
    items.sequence = e.emit("SplitToSequence", {x, e.scalar(DType::Int64, size)}, {{"axis", axis}});
    items.dtype = call.dtype_of(x);
    items.shape = e.shape(x);
    if (items.shape)
        (*items.shape)[static_cast<std::size_t>(axis)] = Dim::unknown();
    return run_time_list(std::move(items));
}

Outputs split_with_sizes(OpCall& call)
{
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const ValueId x = call.tensor("self");
    const ValueId sizes = call.int_tensor("split_sizes");
    if (const auto known = call.e().known_ints(sizes))
        return split_into(call, x, axis, *known);
    const auto* items = sequence_items(call.arg("split_sizes"));
    if (!items)
        call.refuse("the number of pieces is only known when the model runs");
    return split_at_run_time(call, x, axis, sizes, items->size());
}

Outputs chunk(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const auto extent = size_if_known(call.e(), x, axis);
    const std::int64_t chunks = call.integer("chunks");
    if (chunks <= 0)
        call.refuse("the number of chunks must be positive");
    if (extent == 0)
        return split_into(call, x, axis, Ints(static_cast<std::size_t>(chunks), 0));
    if (extent)
        return split_into(call, x, axis, piece_sizes(*extent, (*extent + chunks - 1) / chunks));
    // As many pieces as asked for. Where the axis turns out to be too short for that, PyTorch gives
    // fewer and here the last ones are empty; code that unpacks them does not get so far.
    Emitter& e = call.e();
    const auto count = static_cast<double>(chunks);
    const Expr length(e, e.size_of(x, axis));
    const Expr size = (length + (count - 1)) / count;
    const Expr sizes = min(max(length - numbers_up_to(e, chunks) * size, 0.0), size);
    return split_at_run_time(call, x, axis, sizes.id(), static_cast<std::size_t>(chunks));
}

Outputs tensor_split_sections(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const auto extent = size_if_known(call.e(), x, axis);
    const std::int64_t sections = call.integer("sections");
    if (sections <= 0)
        call.refuse("the number of sections must be positive");
    result_count(sections);
    if (!extent) {
        // The first ones are longer by one when the length is no multiple.
        Emitter& e = call.e();
        const auto count = static_cast<double>(sections);
        const Expr length(e, e.size_of(x, axis));
        Ints from_end = iota(0, sections);
        std::reverse(from_end.begin(), from_end.end());
        const Expr rest(e, e.constant(std::span<const std::int64_t>(from_end)));
        return split_at_run_time(call, x, axis, ((length + rest) / count).id(),
                                 static_cast<std::size_t>(sections));
    }
    Ints sizes;
    for (std::int64_t i = 0; i < sections; ++i)
        sizes.push_back(*extent / sections + (i < *extent % sections ? 1 : 0));
    return split_into(call, x, axis, sizes);
}

/// The sizes of the pieces between indices.
Ints sizes_between(std::int64_t extent, const Ints& indices)
{
    Ints sizes;
    std::int64_t done = 0;
    auto position = [extent](std::int64_t index) {
        return std::clamp<std::int64_t>(index < 0 ? index + extent : index, 0, extent);
    };
    for (const std::int64_t index : indices) {
        sizes.push_back(std::max<std::int64_t>(0, position(index) - done));
        done = std::max(done, position(index));
    }
    sizes.push_back(extent - done);
    return sizes;
}

Outputs tensor_split_indices(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const auto extent = size_if_known(call.e(), x, axis);
    const Ints indices = call.ints("indices");
    return extent ? split_into(call, x, axis, sizes_between(*extent, indices))
                  : slices_between(call, x, axis, indices);
}

/// hsplit, vsplit, dsplit: along the second, first and third dimension; a vector has only one.
template <std::int64_t Axis, bool Sections>
Outputs split_along(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    const std::int64_t axis = Axis == 1 && rank == 1 ? 0 : Axis;
    if (axis >= rank)
        call.refuse("the tensor has too few dimensions");
    const auto extent = size_if_known(call.e(), x, axis);
    if constexpr (Sections) {
        const std::int64_t sections = call.integer("sections");
        if (sections <= 0 || (extent && *extent % sections != 0))
            call.refuse("the sections do not divide the dimension");
        const auto count = static_cast<std::size_t>(sections);
        if (extent)
            return split_into(call, x, axis, Ints(count, *extent / sections));
        return sections == 1
                   ? tensor_list({x})
                   : tensor_list(call.e().emit_many("Split", {x}, count, {{"axis", axis}}));
    } else {
        const Ints indices = call.ints("indices");
        return extent ? split_into(call, x, axis, sizes_between(*extent, indices))
                      : slices_between(call, x, axis, indices);
    }
}

Outputs unbind(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const auto extent = size_if_known(call.e(), x, axis);
    if (!extent) {
        Ints permutation = iota(0, call.rank("self"));
        std::rotate(permutation.begin(), permutation.begin() + axis,
                    permutation.begin() + axis + 1);
        RuntimeItems rows;
        rows.stacked = e.transpose(x, std::move(permutation));
        rows.dtype = call.dtype_of(x);
        rows.shape = e.shape(x);
        if (rows.shape)
            rows.shape->erase(rows.shape->begin() + axis);
        return run_time_list(std::move(rows));
    }
    std::vector<Lowered> items;
    if (*extent > 1) {
        for (const ValueId piece :
             e.emit_many("Split", {x}, static_cast<std::size_t>(*extent), {{"axis", axis}}))
            items.push_back(Lowered::tensor(e.squeeze(piece, {axis})));
    } else if (*extent == 1) {
        items.push_back(Lowered::tensor(e.squeeze(x, {axis})));
    }
    return Lowered::list(std::move(items));
}

constexpr OpEntry entries[] = {
    {"aten::cat(Tensor[] tensors, int dim=0) -> Tensor", concatenate},
    {"aten::concat(Tensor[] tensors, int dim=0) -> Tensor", concatenate},
    {"aten::concatenate(Tensor[] tensors, int dim=0) -> Tensor", concatenate},
    {"aten::stack(Tensor[] tensors, int dim=0) -> Tensor", stack},
    {"aten::hstack(Tensor[] tensors) -> Tensor", stack_at_least<1, 0>},
    {"aten::vstack(Tensor[] tensors) -> Tensor", stack_at_least<2, 0>},
    {"aten::dstack(Tensor[] tensors) -> Tensor", stack_at_least<3, 2>},
    {"aten::split.Tensor(Tensor self, SymInt split_size, int dim=0) -> Tensor[]", split},
    {"aten::split.sizes(Tensor self, SymInt[] split_sizes, int dim=0) -> Tensor[]",
     split_with_sizes},
    {"aten::split_with_sizes(Tensor self, SymInt[] split_sizes, int dim=0) -> Tensor[]",
     split_with_sizes},
    {"aten::chunk(Tensor self, int chunks, int dim=0) -> Tensor[]", chunk},
    {"aten::unsafe_chunk(Tensor self, int chunks, int dim=0) -> Tensor[]", chunk},
    {"aten::unsafe_split.Tensor(Tensor self, SymInt split_size, int dim=0) -> Tensor[]", split},
    {"aten::tensor_split.sections(Tensor self, SymInt sections, int dim=0) -> Tensor[]",
     tensor_split_sections},
    {"aten::tensor_split.indices(Tensor self, SymInt[] indices, int dim=0) -> Tensor[]",
     tensor_split_indices},
    {"aten::hsplit.int(Tensor self, int sections) -> Tensor[]", split_along<1, true>},
    {"aten::hsplit.array(Tensor self, int[] indices) -> Tensor[]", split_along<1, false>},
    {"aten::vsplit.int(Tensor self, int sections) -> Tensor[]", split_along<0, true>},
    {"aten::vsplit.array(Tensor self, int[] indices) -> Tensor[]", split_along<0, false>},
    {"aten::dsplit.int(Tensor self, int sections) -> Tensor[]", split_along<2, true>},
    {"aten::dsplit.array(Tensor self, int[] indices) -> Tensor[]", split_along<2, false>},
    {"aten::unbind.int(Tensor self, int dim=0) -> Tensor[]", unbind},
};

} // namespace

std::span<const OpEntry> joining_ops()
{
    return entries;
}

} // namespace strata::ops
