#include "lowering/ops/diagonals.h"

#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/sizes.h"
#include "lowering/size_limits.h"

#include <algorithm>
#include <cstdlib>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

std::span<const std::int64_t> view_of(const Ints& ints)
{
    return ints;
}

/// The two axes of a diagonal, in the order given.
struct Plane {
    std::int64_t rank = 0;
    std::int64_t first = 0;
    std::int64_t second = 0;
    std::int64_t offset = 0;

    /// Brings the plane's axes to the end.
    Ints to_back() const
    {
        Ints permutation;
        for (std::int64_t axis = 0; axis < rank; ++axis)
            if (axis != first && axis != second)
                permutation.push_back(axis);
        permutation.push_back(first);
        permutation.push_back(second);
        return permutation;
    }
    Ints from_back() const
    {
        const Ints permutation = to_back();
        Ints inverse(permutation.size());
        for (std::size_t i = 0; i < permutation.size(); ++i)
            inverse[static_cast<std::size_t>(permutation[i])] = static_cast<std::int64_t>(i);
        return inverse;
    }
};

Plane plane(OpCall& call, std::int64_t rank)
{
    Plane p{rank, call.normalize_axis(call.integer("dim1"), rank),
            call.normalize_axis(call.integer("dim2"), rank), call.integer("offset")};
    if (p.first == p.second || rank < 2)
        call.refuse("a diagonal needs two different dimensions");
    return p;
}

ValueId diagonal_of(OpCall& call, ValueId x, const Plane& p)
{
    Emitter& e = call.e();
    const ValueId matrices = e.transpose(x, p.to_back());
    if (!size_if_known(e, matrices, p.rank - 2) || !size_if_known(e, matrices, p.rank - 1)) {
        // The matrices in one row; on it, the diagonal is every (columns + 1)-th element.
        const Expr rows(e, e.size_of(matrices, p.rank - 2));
        const Expr columns(e, e.size_of(matrices, p.rank - 1));
        const auto first_row = static_cast<double>(std::max<std::int64_t>(0, -p.offset));
        const auto first_column = static_cast<double>(std::max<std::int64_t>(0, p.offset));
        const Expr length = max(min(rows - first_row, columns - first_column), 0.0);
        const Expr numbers(e, numbers_below(e, length.id()));
        const Expr places = (numbers + first_row) * columns + numbers + first_column;
        Ints flat(static_cast<std::size_t>(p.rank) - 1, 0);
        flat.back() = -1;
        return e.emit("Gather", {e.reshape(matrices, view_of(flat)), places.id()},
                      {{"axis", p.rank - 2}});
    }
    const std::int64_t rows = *size_if_known(e, matrices, p.rank - 2);
    const std::int64_t columns = *size_if_known(e, matrices, p.rank - 1);
    Ints places;
    for (std::int64_t row = 0; row < rows; ++row)
        if (row + p.offset >= 0 && row + p.offset < columns)
            places.push_back(row * columns + row + p.offset);
    Ints flat(static_cast<std::size_t>(p.rank) - 1, 0);
    flat.back() = rows * columns;
    if (rows * columns == 0)
        call.refuse("a diagonal of an empty tensor");
    return e.emit("Gather", {e.reshape(matrices, view_of(flat)), e.constant(view_of(places))},
                  {{"axis", p.rank - 2}});
}

Outputs diagonal(OpCall& call)
{
    return diagonal_of(call, call.tensor("self"), plane(call, call.rank("self")));
}

/// `diagonal` [..., n] repeated to matrices: the row tells the place on it when the diagonal lies
/// to the right of the main one, the column when it lies below. Places behind its end hold
/// anything.
ValueId spread_diagonal(OpCall& call, ValueId diagonal, ValueId rows, ValueId columns, bool by_row)
{
    Emitter& e = call.e();
    const std::int64_t rank = *call.rank_of(diagonal);
    const auto length = size_if_known(e, diagonal, rank - 1);
    const auto count = e.known_ints(by_row ? rows : columns);
    ValueId places = no_id;
    if (length && count) {
        Ints numbers;
        for (std::int64_t i = 0; i < count->front(); ++i)
            numbers.push_back(std::min(i, *length - 1));
        places = e.constant(view_of(numbers));
    } else {
        // One element more, so that there is one where the diagonal turns out to be empty.
        Ints one(static_cast<std::size_t>(rank), 1);
        const ValueId zero =
            e.constant(filled_constant(call.dtype_of(diagonal), std::move(one), 0), "zero");
        const ValueId shape = e.shape_of(diagonal);
        const ValueId outer = e.concat({e.slice(shape, 0, 0, rank - 1), e.constant({1})}, 0);
        const ValueId end = e.size_of(diagonal, rank - 1);
        diagonal =
            e.concat({diagonal, rank == 1 ? zero : e.emit("Expand", {zero, outer})}, rank - 1);
        places = e.emit("Min", {numbers_below(e, by_row ? rows : columns), end});
    }
    return e.unsqueeze(e.emit("Gather", {diagonal, places}, {{"axis", rank - 1}}),
                       {by_row ? rank : rank - 1});
}

/// `diagonal` [..., n] in matrices [..., rows, columns] (sizes: rank-0 int64) that are `elsewhere`
/// apart from it.
ValueId with_diagonal(OpCall& call, ValueId diagonal, ValueId rows, ValueId columns,
                      std::int64_t offset, ValueId elsewhere)
{
    Emitter& e = call.e();
    if (size_if_known(e, diagonal, *call.rank_of(diagonal) - 1) == 0)
        return elsewhere;
    // ONNX Runtime has no Where of bools; they are chosen as bytes.
    const DType dtype = call.dtype_of(diagonal);
    const DType own = dtype == DType::Bool ? DType::UInt8 : dtype;
    const ValueId spread = spread_diagonal(call, e.cast(diagonal, own), rows, columns, offset >= 0);
    const auto height = e.known_ints(rows);
    const auto width = e.known_ints(columns);
    const ValueId row_numbers =
        height ? int_constant(e, iota(offset, height->front()), {height->front(), 1})
               : e.unsqueeze(e.add(numbers_below(e, rows), e.scalar(DType::Int64, offset)), {1});
    const ValueId column_numbers =
        width ? e.constant(view_of(iota(0, width->front()))) : numbers_below(e, columns);
    const ValueId on = e.emit("Equal", {row_numbers, column_numbers});
    return e.cast(e.emit("Where", {on, spread, e.cast(elsewhere, own)}), dtype);
}

ValueId embedded(OpCall& call, ValueId x, std::int64_t offset)
{
    Emitter& e = call.e();
    const std::int64_t rank = *call.rank_of(x);
    const auto known = size_if_known(e, x, rank - 1);
    const ValueId size = known ? e.scalar(DType::Int64, *known + std::abs(offset))
                               : e.add(e.size_of(x, rank - 1),
                                       e.scalar(DType::Int64, std::int64_t{std::abs(offset)}));
    return with_diagonal(call, x, size, size, offset, e.scalar(call.dtype_of(x), 0.0));
}

Outputs diag_embed(OpCall& call)
{
    const Plane p = plane(call, call.rank("self") + 1);
    // Swapping the axes of the result swaps the side of the diagonal with them.
    return call.e().transpose(embedded(call, call.tensor("self"), p.offset), p.from_back());
}

Outputs diag(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const std::int64_t offset = call.integer("diagonal");
    if (call.rank("self") == 1)
        return embedded(call, x, offset);
    return diagonal_of(call, x, {2, 0, 1, offset});
}

Outputs diagflat(OpCall& call)
{
    Emitter& e = call.e();
    return embedded(call, e.reshape(call.tensor("self"), view_of({-1})), call.integer("offset"));
}

Outputs trace(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId own = is_integral(call.dtype_of(x)) ? e.cast(x, DType::Int64) : x;
    return e.reduce("ReduceSum", diagonal_of(call, own, {2, 0, 1, 0}), {0}, false);
}

Outputs diagonal_scatter(OpCall& call)
{
    return write_diagonal(call, call.tensor("self"), call.tensor("src"));
}

/// A matrix, or a tensor of equal sizes whose positions [i, i, ...] are filled.
Outputs fill_diagonal(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::vector<std::int64_t> shape = call.shape(x);
    if (shape.size() < 2)
        call.refuse("at least two dimensions are needed");
    std::int64_t elements = 1;
    std::int64_t step = 0;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        step += elements;
        elements *= shape[axis];
    }
    // A high matrix starts over where the diagonal has left it, if that is asked for.
    const bool wraps = shape.size() == 2 && call.boolean("wrap");
    const std::int64_t rows = std::min(shape[0], shape.back());
    const std::int64_t end = wraps ? elements : (rows - 1) * step + 1;
    std::vector<std::int64_t> places;
    for (std::int64_t place = 0; place < end; place += step)
        places.push_back(place);
    if (rows == 0)
        return x;
    const auto count = static_cast<std::int64_t>(places.size());
    const ValueId values = e.expand(
        e.unsqueeze(call.scalar_as("fill_value", call.dtype_of(x)), {0}), e.constant({count}));
    const ValueId filled =
        e.emit("ScatterElements", {e.reshape(x, view_of({-1})),
                                   e.constant(std::span<const std::int64_t>(places)), values});
    return e.reshape(filled, e.shape_of(x));
}

constexpr OpEntry entries[] = {
    {"aten::fill_diagonal(Tensor self, Scalar fill_value, bool wrap=False) -> Tensor",
     fill_diagonal, "shapes known at export"},
    {"aten::linalg_diagonal(Tensor self, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor",
     diagonal},
    {"aten::diagonal(Tensor self, int offset=0, int dim1=0, int dim2=1) -> Tensor", diagonal},
    {"aten::diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", diag_embed},
    {"aten::diag(Tensor self, int diagonal=0) -> Tensor", diag},
    {"aten::diagflat(Tensor self, int offset=0) -> Tensor", diagflat},
    {"aten::diagonal_scatter(Tensor self, Tensor src, int offset=0, int dim1=0, int dim2=1) -> "
     "Tensor",
     diagonal_scatter},
    {"aten::trace(Tensor self) -> Tensor", trace},
};

} // namespace

ValueId write_diagonal(OpCall& call, ValueId base, ValueId part)
{
    Emitter& e = call.e();
    const auto rank = call.rank_of(base);
    if (!rank)
        call.refuse_for_shapes("the rank of a tensor whose diagonal is written is not known");
    const Plane p = plane(call, *rank);
    const ValueId matrices = e.transpose(base, p.to_back());
    const ValueId source = e.cast(part, call.dtype_of(base));
    const ValueId written = with_diagonal(call, source, e.size_of(matrices, p.rank - 2),
                                          e.size_of(matrices, p.rank - 1), p.offset, matrices);
    return e.transpose(written, p.from_back());
}

std::span<const OpEntry> diagonal_ops()
{
    return entries;
}

} // namespace strata::ops
