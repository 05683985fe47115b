// Operators that move elements around: stacking, turning, taking and putting by position.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <algorithm>
#include <limits>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;
constexpr std::int64_t end_of_axis = std::numeric_limits<std::int64_t>::max();

std::span<const std::int64_t> view_of(const Ints& values)
{
    return values;
}

ValueId flat(Emitter& e, ValueId x)
{
    return e.reshape(x, view_of(Ints{-1}));
}

/// A constant int64 tensor.
ValueId table(Emitter& e, const Ints& shape, const Ints& values)
{
    return e.reshape(e.constant(view_of(values)), view_of(shape));
}

ValueId reversed(Emitter& e, ValueId x, std::int64_t axis)
{
    return e.slice(x, axis, -1, std::numeric_limits<std::int64_t>::min(), -1);
}

Lowered list_of(const std::vector<ValueId>& ids)
{
    std::vector<Lowered> items;
    for (const ValueId id : ids)
        items.push_back(Lowered::tensor(id));
    return Lowered::list(std::move(items));
}

/// The shape that shapes broadcast to; refuses when they do not.
Ints broadcast(OpCall& call, const Ints& a, const Ints& b)
{
    Ints result(std::max(a.size(), b.size()), 1);
    for (std::size_t i = 0; i < result.size(); ++i) {
        const std::int64_t left = i < a.size() ? a[a.size() - 1 - i] : 1;
        const std::int64_t right = i < b.size() ? b[b.size() - 1 - i] : 1;
        if (left != right && left != 1 && right != 1)
            call.refuse("the shapes do not broadcast");
        result[result.size() - 1 - i] = left == 1 ? right : left;
    }
    return result;
}

Outputs broadcast_tensors(OpCall& call)
{
    Emitter& e = call.e();
    std::vector<ValueId> tensors = call.tensors("tensors");
    Ints common;
    for (const ValueId id : tensors)
        common = broadcast(call, common, call.shape(id));
    for (ValueId& id : tensors)
        if (call.shape(id) != common)
            id = e.expand(id, e.constant(view_of(common)));
    return list_of(tensors);
}

ValueId at_least(OpCall& call, ValueId x, std::int64_t wanted)
{
    Emitter& e = call.e();
    const auto rank = call.rank_of(x);
    if (!rank)
        call.refuse_for_shapes("the rank of a tensor is not known");
    std::int64_t have = *rank;
    if (have == 0)
        x = e.unsqueeze(x, {0}), ++have;
    if (have == 1 && wanted > 1)
        x = e.unsqueeze(x, {0}), ++have;
    if (have == 2 && wanted > 2)
        x = e.unsqueeze(x, {2});
    return x;
}

template <std::int64_t Rank>
Outputs at_least_one(OpCall& call)
{
    return at_least(call, call.tensor("self"), Rank);
}

template <std::int64_t Rank>
Outputs at_least_list(OpCall& call)
{
    std::vector<ValueId> tensors = call.tensors("tensors");
    for (ValueId& id : tensors)
        id = at_least(call, id, Rank);
    return list_of(tensors);
}

std::vector<ValueId> promoted_list(OpCall& call, std::string_view name)
{
    std::vector<ValueId> ids = call.tensors(name);
    DType common = DType::Unknown;
    for (const ValueId id : ids)
        common =
            common == DType::Unknown ? call.dtype_of(id) : promote_types(common, call.dtype_of(id));
    for (ValueId& id : ids)
        id = call.e().cast(id, common);
    return ids;
}

Outputs column_stack(OpCall& call)
{
    Emitter& e = call.e();
    std::vector<ValueId> columns = promoted_list(call, "tensors");
    for (ValueId& id : columns)
        if (call.rank_of(id).value_or(2) < 2)
            id = e.reshape(id, view_of(Ints{-1, 1}));
    return e.concat(std::move(columns), 1);
}

Outputs cartesian_product(OpCall& call)
{
    Emitter& e = call.e();
    const std::vector<ValueId> tensors = call.tensors("tensors");
    if (tensors.size() == 1)
        return tensors.front();
    Ints shape;
    for (const ValueId id : tensors)
        shape.push_back(call.shape(id).front());
    std::vector<ValueId> columns;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        Ints own(tensors.size(), 1);
        own[i] = -1;
        const ValueId grid =
            e.expand(e.reshape(tensors[i], view_of(own)), e.constant(view_of(shape)));
        columns.push_back(e.reshape(grid, view_of(Ints{-1, 1})));
    }
    return e.concat(std::move(columns), 1);
}

/// All choices of `left` places from `from` on, appended to `out`.
void choose(Ints& chosen, std::int64_t from, std::int64_t extent, std::int64_t left, bool again,
            Ints& out)
{
    if (left == 0) {
        out.insert(out.end(), chosen.begin(), chosen.end());
        return;
    }
    for (std::int64_t i = from; i < extent; ++i) {
        chosen.push_back(i);
        choose(chosen, again ? i : i + 1, extent, left - 1, again, out);
        chosen.pop_back();
    }
}

Outputs combinations(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t extent = call.shape(x).front();
    const std::int64_t r = call.integer("r");
    if (r < 1 || r > 8 || extent > 64)
        call.refuse("so many combinations are not listed in a file");
    Ints chosen;
    Ints places;
    choose(chosen, 0, extent, r, call.boolean("with_replacement"), places);
    const auto count = static_cast<std::int64_t>(places.size()) / r;
    return e.emit("Gather", {x, table(e, {count, r}, places)}, {{"axis", 0}});
}

template <std::int64_t Axis>
Outputs flip_axis(OpCall& call)
{
    return reversed(call.e(), call.tensor("self"), Axis);
}

/// The conjugate transpose of real tensors.
Outputs adjoint(OpCall& call)
{
    Ints permutation = iota(0, call.rank("self"));
    if (permutation.empty())
        return call.tensor("self");
    if (permutation.size() < 2)
        call.refuse("a matrix is needed");
    std::swap(permutation[permutation.size() - 1], permutation[permutation.size() - 2]);
    return call.e().transpose(call.tensor("self"), std::move(permutation));
}

Outputs ravel(OpCall& call)
{
    return flat(call.e(), call.tensor("self"));
}

Outputs narrow(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId start = e.reshape(call.scalar_as("start", DType::Int64), view_of(Ints{1}));
    const ValueId axis = e.constant({call.integer("dim")});
    const ValueId x = call.tensor("self");
    // A negative start counts from the end, where start + length may be 0.
    const std::int64_t place = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const ValueId extent = e.unsqueeze(e.size_of(x, place), {0});
    const ValueId negative = e.emit("Less", {start, e.constant({0})});
    const ValueId first = e.emit("Where", {negative, e.add(start, extent), start});
    const ValueId length = e.constant({call.integer("length")});
    return e.emit("Slice", {x, first, e.add(first, length), axis});
}

/// Rows of `source` put at `places` (rank-1) of an axis of x, in a functional way.
/// Where elements are not zero, one row each.
ValueId positions(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId flags = e.cast(x, DType::Bool);
    if (call.rank_of(x) != 0)
        return e.transpose(e.emit("NonZero", {flags}), {1, 0});
    // A number has no coordinates: a row of none where it is not zero.
    const ValueId rows = e.transpose(e.emit("NonZero", {e.unsqueeze(flags, {0})}), {1, 0});
    return e.slice(rows, 1, 0, 0);
}

Outputs nonzero(OpCall& call)
{
    return positions(call);
}

Outputs nonzero_numpy(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t rank = std::max<std::int64_t>(call.rank("self"), 1);
    const ValueId x = call.tensor("self");
    const ValueId flags = e.cast(call.rank_of(x) == 0 ? e.unsqueeze(x, {0}) : x, DType::Bool);
    const ValueId rows = e.emit("NonZero", {flags});
    std::vector<ValueId> columns;
    for (std::int64_t i = 0; i < rank; ++i)
        columns.push_back(e.squeeze(e.slice(rows, 0, i, i + 1), {0}));
    return list_of(columns);
}

Outputs repeat_interleave(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("self");
    std::int64_t axis = 0;
    if (call.has("dim"))
        axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    else
        x = flat(e, x);
    const ValueId extent = e.unsqueeze(e.size_of(x, axis), {0});
    const ValueId repeats = e.expand(flat(e, e.cast(call.tensor("repeats"), DType::Int64)), extent);
    const ValueId zero = e.scalar(DType::Int64, std::int64_t{0});
    const ValueId ends = e.emit("CumSum", {repeats, zero});
    const ValueId total = e.reduce("ReduceSum", repeats, {0}, false);
    const ValueId places = e.emit("Range", {zero, total, e.scalar(DType::Int64, std::int64_t{1})});
    // The element that a place belongs to is the number of runs that end before it.
    const ValueId passed =
        e.emit("GreaterOrEqual", {e.unsqueeze(places, {1}), e.unsqueeze(ends, {0})});
    const ValueId element = e.reduce("ReduceSum", e.cast(passed, DType::Int64), {1}, false);
    return e.emit("Gather", {x, element}, {{"axis", axis}});
}

constexpr OpEntry entries[] = {
    {"aten::broadcast_tensors(Tensor[] tensors) -> Tensor[]", broadcast_tensors},
    {"aten::atleast_1d(Tensor self) -> Tensor", at_least_one<1>},
    {"aten::atleast_1d.Sequence(Tensor[] tensors) -> Tensor[]", at_least_list<1>},
    {"aten::atleast_2d(Tensor self) -> Tensor", at_least_one<2>},
    {"aten::atleast_2d.Sequence(Tensor[] tensors) -> Tensor[]", at_least_list<2>},
    {"aten::atleast_3d(Tensor self) -> Tensor", at_least_one<3>},
    {"aten::atleast_3d.Sequence(Tensor[] tensors) -> Tensor[]", at_least_list<3>},
    {"aten::column_stack(Tensor[] tensors) -> Tensor", column_stack},
    {"aten::cartesian_prod(Tensor[] tensors) -> Tensor", cartesian_product},
    {"aten::combinations(Tensor self, int r=2, bool with_replacement=False) -> Tensor",
     combinations},
    {"aten::fliplr(Tensor self) -> Tensor", flip_axis<1>},
    {"aten::flipud(Tensor self) -> Tensor", flip_axis<0>},
    {"aten::mH(Tensor self) -> Tensor", adjoint},
    {"aten::matrix_H(Tensor self) -> Tensor", adjoint},
    {"aten::ravel(Tensor self) -> Tensor", ravel},
    {"aten::narrow.Tensor(Tensor self, int dim, Tensor start, SymInt length) -> Tensor", narrow},
    {"aten::nonzero(Tensor self) -> Tensor", nonzero},
    {"aten::argwhere(Tensor self) -> Tensor", nonzero},
    {"aten::nonzero_numpy(Tensor self) -> Tensor[]", nonzero_numpy},
    {"aten::repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, SymInt? "
     "output_size=None) -> Tensor",
     repeat_interleave},
};

} // namespace

std::span<const OpEntry> rearranging_ops()
{
    return entries;
}

} // namespace strata::ops
