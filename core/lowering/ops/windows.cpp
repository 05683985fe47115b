// Sliding windows over a dimension, and sums into places of one.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"

#include <fmt/format.h>

namespace strata::ops {
namespace {

/// Windows of `size` every `step` along a dimension; the windows become a new last dimension.
Outputs unfold(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId input = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    const std::int64_t size = call.integer("size");
    const std::int64_t step = call.integer("step");
    if (rank == 0)
        call.refuse("'self' has no dimensions");
    const std::int64_t axis = call.normalize_axis(call.integer("dimension"), rank);
    const Dim length = (*e.shape(input))[static_cast<std::size_t>(axis)];
    if (!length.known())
        call.refuse_for_shapes(fmt::format("the size of dimension {} is not known", axis));
    if (step <= 0 || size < 0 || size > length.value)
        call.refuse(
            fmt::format("windows of {} every {} in a dimension of {}", size, step, length.value));
    const std::int64_t count = (length.value - size) / step + 1;
    std::vector<std::int64_t> places;
    for (std::int64_t window = 0; window < count; ++window)
        for (std::int64_t i = 0; i < size; ++i)
            places.push_back(window * step + i);
    Tensor table = Tensor::int64s(places);
    table.shape = {count, size};
    const ValueId gathered =
        e.emit("Gather", {input, e.constant(std::move(table), "windows")}, {{"axis", axis}});
    // [..., count, size, ...]: the windows go to the end.
    std::vector<std::int64_t> order = iota(0, axis + 1);
    for (std::int64_t i = axis + 2; i <= rank; ++i)
        order.push_back(i);
    order.push_back(axis + 1);
    return e.transpose(gathered, order);
}

/// self with alpha * source added at the places `index` of one dimension; places may repeat.
Outputs index_add(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    if (rank == 0 || e.rank(call.tensor("index")) == 0)
        call.refuse("'self' or 'index' has no dimensions");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), rank);
    ValueId source = call.tensor("source");
    if (!call.is_scalar("alpha") || call.number("alpha") != 1.0)
        source = e.mul(source, call.scalar_as("alpha", call.dtype_of(source)));
    std::vector<std::int64_t> others;
    for (std::int64_t i = 0; i < rank; ++i)
        if (i != axis)
            others.push_back(i);
    const ValueId index = e.expand(e.unsqueeze(call.tensor("index"), others), e.shape_of(source));
    return e.emit("ScatterElements", {self, index, source}, {{"axis", axis}, {"reduction", "add"}});
}

constexpr OpEntry entries[] = {
    {"aten::unfold(Tensor self, int dimension, int size, int step) -> Tensor", unfold,
     "the dimension's size known"},
    {"aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> "
     "Tensor",
     index_add,
     {},
     16},
};

} // namespace

std::span<const OpEntry> window_ops()
{
    return entries;
}

} // namespace strata::ops
