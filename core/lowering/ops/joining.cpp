#include "lowering/ops/families.h"

#include <algorithm>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// The tensors of a list in their common dtype.
std::vector<ValueId> promoted_list(OpCall& call, std::vector<ValueId> ids)
{
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

std::int64_t known_extent(OpCall& call, ValueId x, std::int64_t axis)
{
    const auto shape = call.e().shape(x);
    if (!shape || !(*shape)[static_cast<std::size_t>(axis)].known())
        call.refuse_for_shapes("the number of pieces depends on a size that is not known");
    return (*shape)[static_cast<std::size_t>(axis)].value;
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
    return split_into(call, x, axis, piece_sizes(known_extent(call, x, axis), size));
}

Outputs split_with_sizes(OpCall& call)
{
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    return split_into(call, call.tensor("self"), axis, call.ints("split_sizes"));
}

Outputs chunk(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const std::int64_t extent = known_extent(call, x, axis);
    const std::int64_t chunks = call.integer("chunks");
    if (chunks <= 0)
        call.refuse("the number of chunks must be positive");
    if (extent == 0)
        return split_into(call, x, axis, Ints(static_cast<std::size_t>(chunks), 0));
    return split_into(call, x, axis, piece_sizes(extent, (extent + chunks - 1) / chunks));
}

Outputs tensor_split_sections(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const std::int64_t extent = known_extent(call, x, axis);
    const std::int64_t sections = call.integer("sections");
    if (sections <= 0)
        call.refuse("the number of sections must be positive");
    Ints sizes;
    for (std::int64_t i = 0; i < sections; ++i)
        sizes.push_back(extent / sections + (i < extent % sections ? 1 : 0));
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
    const std::int64_t extent = known_extent(call, x, axis);
    const Ints sizes = sizes_between(extent, call.ints("indices"));
    return split_into(call, x, axis, sizes);
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
    const std::int64_t extent = known_extent(call, x, axis);
    Ints sizes;
    if constexpr (Sections) {
        const std::int64_t sections = call.integer("sections");
        if (sections <= 0 || extent % sections != 0)
            call.refuse("the sections do not divide the dimension");
        sizes.assign(static_cast<std::size_t>(sections), extent / sections);
    } else {
        sizes = sizes_between(extent, call.ints("indices"));
    }
    return split_into(call, x, axis, sizes);
}

Outputs unbind(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const std::int64_t extent = known_extent(call, x, axis);
    std::vector<Lowered> items;
    if (extent > 1) {
        for (const ValueId piece :
             e.emit_many("Split", {x}, static_cast<std::size_t>(extent), {{"axis", axis}}))
            items.push_back(Lowered::tensor(e.squeeze(piece, {axis})));
    } else if (extent == 1) {
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
