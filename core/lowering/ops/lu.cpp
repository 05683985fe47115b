// What is done with LU and QR factorizations: taking them apart, solving with them, and the
// determinants and solutions of decomposed programs.
#include "lowering/ops/factorization.h"
#include "lowering/ops/families.h"

#include <algorithm>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// Row k's exchange partner of LAPACK's pivots, counted from 0: [..., 1, 1].
Expr pivot_of(Emitter& e, ValueId pivots, std::int64_t k)
{
    const std::int64_t axis = e.rank(pivots).value_or(1) - 1;
    const Expr number(e, e.cast(e.slice(pivots, axis, k, k + 1), DType::Int64));
    const Expr from_zero = number - Expr(e, e.scalar(DType::Int64, std::int64_t{1}));
    return from_zero.unsqueeze(axis + 1);
}

/// The rows of x exchanged as the factorization did, or back again.
Expr exchanged(Expr x, ValueId pivots, std::int64_t count, bool back)
{
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t k = back ? count - 1 - i : i;
        x = exchange_rows(x, k, pivot_of(x.e(), pivots, k));
    }
    return x;
}

struct Triangles {
    ValueId lower = no_id;
    ValueId upper = no_id;
};

Triangles triangles(OpCall& call, const Matrix& packed)
{
    Emitter& e = call.e();
    const std::int64_t size = std::min(packed.rows, packed.columns);
    Ints left = packed.shape;
    left.back() = size;
    Matrix square = packed;
    const Expr below = triangle(call, columns_of(packed, 0, size), false, -1);
    // Ones on the diagonal of [rows, size].
    Expr ones = identity(e, packed.value.dtype(), packed.rows);
    if (size < packed.rows)
        ones = Expr(e, e.slice(ones, 1, 0, size));
    return {below + ones, triangle(call, rows_of(packed, 0, size), true)};
}

Outputs lu(OpCall& call)
{
    if (!call.boolean("pivot"))
        call.refuse("an LU factorization without exchanging rows");
    const Matrix a = small_matrix(call, call.tensor("A"));
    const Expr unit = identities(a, a.rows);
    const Lu factors = lu_of(a, &unit);
    const Triangles parts = triangles(call, factors.packed);
    return Outputs::tensors({transposed(factors.carried), parts.lower, parts.upper});
}

Outputs lu_unpack(OpCall& call)
{
    Emitter& e = call.e();
    const Matrix packed = small_matrix(call, call.tensor("LU_data"));
    const ValueId empty = zeros(e, packed.value.dtype(), Ints{0});
    ValueId permutation = empty;
    if (call.boolean("unpack_pivots"))
        permutation =
            transposed(exchanged(identities(packed, packed.rows), call.tensor("LU_pivots"),
                                 std::min(packed.rows, packed.columns), false));
    Triangles parts{empty, empty};
    if (call.boolean("unpack_data"))
        parts = triangles(call, packed);
    return Outputs::tensors({permutation, parts.lower, parts.upper});
}

/// X of A X = B, or of the transposed A, by A's factors.
Expr solve_by_factors(const Matrix& packed, ValueId pivots, Expr b, bool flipped)
{
    if (!flipped) {
        const Expr ordered = exchanged(b, pivots, packed.rows, false);
        return solve_triangle(packed, solve_triangle(packed, ordered, false, true), true, false);
    }
    const Matrix turned = transposed(packed);
    const Expr inner = solve_triangle(turned, b, false, false);
    return exchanged(solve_triangle(turned, inner, true, true), pivots, packed.rows, true);
}

/// The shape of `b` in the batch that it has together with the factors.
Ints shape_with_batch(const Ints& b, const Ints& factors)
{
    Ints shape(b.end() - 2, b.end());
    for (std::size_t i = 3; i <= std::max(b.size(), factors.size()); ++i) {
        const std::int64_t x = i <= b.size() ? b[b.size() - i] : 1;
        const std::int64_t y = i <= factors.size() ? factors[factors.size() - i] : 1;
        shape.insert(shape.begin(), x == 1 ? y : x);
    }
    return shape;
}

Expr with_batch(OpCall& call, Expr b, const Matrix& packed)
{
    Emitter& e = call.e();
    const Ints shape = shape_with_batch(call.shape(b), packed.shape);
    return {e, e.expand(b, e.constant(std::span<const std::int64_t>(shape)))};
}

ValueId empty_solution(OpCall& call, ValueId b, ValueId factors)
{
    const Ints own = call.shape(b);
    const Ints shape = shape_with_batch(own, call.shape(factors));
    return zeros(call.e(), call.dtype_of(b), shape);
}

Outputs lu_solve(OpCall& call)
{
    if (is_empty(call, "LU_data") || is_empty(call, "self"))
        return empty_solution(call, call.tensor("self"), call.tensor("LU_data"));
    const Matrix packed = square_matrix(call, "LU_data");
    const Expr b = with_batch(call, {call.e(), call.tensor("self")}, packed);
    return ValueId(solve_by_factors(packed, call.tensor("LU_pivots"), b, false));
}

Outputs linalg_lu_solve(OpCall& call)
{
    if (is_empty(call, "LU") || is_empty(call, "B"))
        return empty_solution(call, call.tensor("B"), call.tensor("LU"));
    const Matrix packed = square_matrix(call, "LU");
    const ValueId pivots = call.tensor("pivots");
    const bool adjoint = call.boolean("adjoint");
    const Expr b = with_batch(call, {call.e(), call.tensor("B")}, packed);
    if (call.boolean("left"))
        return ValueId(solve_by_factors(packed, pivots, b, adjoint));
    // X A = B is A' X' = B'.
    return ValueId(transposed(solve_by_factors(packed, pivots, transposed(b), !adjoint)));
}

/// LAPACK's reflections: R above and on the diagonal, their vectors below, and their factors.
Outputs packed_reflections(OpCall& call)
{
    Emitter& e = call.e();
    if (is_empty(call, "self")) {
        Ints tau = call.shape(call.tensor("self"));
        const std::int64_t columns = tau.back();
        tau.pop_back();
        tau.back() = std::min(tau.back(), columns);
        return Outputs::tensors(
            {call.tensor("self"), zeros(e, call.dtype_of(call.tensor("self")), tau)});
    }
    const Matrix a = small_matrix(call, call.tensor("self"));
    Matrix rest = a; // rows and columns from k on
    std::vector<ValueId> factors;
    std::vector<ValueId> columns;
    const std::int64_t steps = std::min(a.rows, a.columns);
    std::vector<std::vector<ValueId>> above(static_cast<std::size_t>(a.columns));
    for (std::int64_t k = 0; k < steps; ++k) {
        const std::int64_t height = a.rows - k;
        const Expr head(e, e.slice(columns_of(rest, 0, 1), a.row_axis(), 0, 1));
        Expr corner = head;
        Expr factor = head * 0.0;
        ValueId tail = no_id;
        if (height > 1) {
            const Expr below(e, e.slice(columns_of(rest, 0, 1), a.row_axis(), 1, height));
            const auto square_sum = [&](Expr v) {
                return Expr(e, e.reduce("ReduceSum", v * v, {a.row_axis()}, true));
            };
            const Expr squares = square_sum(below);
            const Expr nothing = squares == 0.0;
            const Expr length = sqrt(head * head + squares);
            const Expr target = where(head < 0.0, length, -length);
            corner = where(nothing, head, target);
            factor = where(nothing, 0.0, (target - head) / where(nothing, 1.0, target));
            const Expr scaled = below / where(nothing, 1.0, head - target);
            tail = scaled;
            if (rest.columns > 1) {
                const Expr one = head * 0.0 + 1.0;
                const Expr v(e, e.concat({one, scaled}, a.row_axis()));
                const Expr right = columns_of(rest, 1, rest.columns);
                const Expr reflected = right - v * factor * product(transposed(v), right);
                rest = like(rest, reflected);
            }
        } else if (rest.columns > 1) {
            rest = like(rest, columns_of(rest, 1, rest.columns));
        }
        factors.push_back(e.squeeze(factor, {a.column_axis()}));
        std::vector<ValueId> column = std::move(above[static_cast<std::size_t>(k)]);
        column.push_back(corner);
        if (tail != no_id)
            column.push_back(tail);
        columns.push_back(e.concat(std::move(column), a.row_axis()));
        rest.columns -= 1;
        for (std::int64_t j = 0; j < rest.columns; ++j) {
            const Expr part = columns_of(rest, j, j + 1);
            above[static_cast<std::size_t>(k + 1 + j)].push_back(e.slice(part, a.row_axis(), 0, 1));
        }
        if (rest.columns > 0 && height > 1) {
            rest = like(rest, e.slice(rest.value, a.row_axis(), 1, height));
            rest.rows = height - 1;
        }
    }
    for (std::int64_t j = steps; j < a.columns; ++j)
        columns.push_back(e.concat(std::move(above[static_cast<std::size_t>(j)]), a.row_axis()));
    return Outputs::tensors({e.concat(std::move(columns), a.column_axis()),
                             e.concat(std::move(factors), a.row_axis())});
}

Outputs times_reflections(OpCall& call)
{
    if (is_empty(call, "input3") || is_empty(call, "self")) // nothing, or no reflections
        return call.tensor("input3");
    const Matrix a = small_matrix(call, call.tensor("self"));
    const ValueId tau = call.tensor("input2");
    const Expr q = product_of_reflections(a, tau, call.shape(tau).back());
    const Expr c(call.e(), call.tensor("input3"));
    const Expr turned = call.boolean("transpose") ? transposed(q) : q;
    return ValueId(call.boolean("left") ? product(turned, c) : product(c, turned));
}

/// Results that only the gradient reads.
Lowered unread()
{
    return Lowered(LoweredUndefined{});
}

Outputs det_with_factors(OpCall& call)
{
    return Outputs(
        std::vector<Lowered>{Lowered::tensor(determinant(call, "A")), unread(), unread()});
}

Outputs slogdet_with_factors(OpCall& call)
{
    const Expr value = determinant(call, "A");
    return Outputs(std::vector<Lowered>{Lowered::tensor(value.apply("Sign")),
                                        Lowered::tensor(log(abs(value))), unread(), unread()});
}

std::int64_t product_of(const Ints& sizes)
{
    std::int64_t all = 1;
    for (const std::int64_t size : sizes)
        all *= size;
    return all;
}

/// A matrix of all first dimensions against all others.
Matrix flattened(OpCall& call, ValueId value, const Ints& front, const Ints& back)
{
    Emitter& e = call.e();
    const Ints shape{product_of(front), product_of(back)};
    if (shape[0] != shape[1])
        call.refuse("the dimensions do not make a square matrix");
    return small_matrix(call, e.reshape(value, std::span<const std::int64_t>(shape)));
}

Outputs tensor_inverse(OpCall& call)
{
    const ValueId self = call.tensor("self");
    const Ints shape = call.shape(self);
    const std::int64_t split = call.integer("ind");
    if (split <= 0 || split > static_cast<std::int64_t>(shape.size()))
        call.refuse("'ind' is out of range");
    const Ints front(shape.begin(), shape.begin() + split);
    Ints result(shape.begin() + split, shape.end());
    const Matrix a = flattened(call, self, front, result);
    result.insert(result.end(), front.begin(), front.end());
    return call.e().reshape(inverse_of(a), std::span<const std::int64_t>(result));
}

Outputs tensor_solve(OpCall& call)
{
    Emitter& e = call.e();
    ValueId self = call.tensor("self");
    const ValueId other = call.tensor("other");
    Ints shape = call.shape(self);
    const auto rank = static_cast<std::int64_t>(shape.size());
    if (call.has("dims")) { // to the end, in that order
        Ints order = iota(0, rank);
        Ints moved;
        for (const std::int64_t dim : call.ints("dims"))
            moved.push_back(call.normalize_axis(dim, rank));
        for (const std::int64_t dim : moved)
            std::erase(order, dim);
        order.insert(order.end(), moved.begin(), moved.end());
        Ints sizes;
        for (const std::int64_t dim : order)
            sizes.push_back(shape[static_cast<std::size_t>(dim)]);
        self = e.transpose(self, order);
        shape = sizes;
    }
    const Ints front = call.shape(other);
    if (front.size() > shape.size())
        call.refuse("'other' has more dimensions than 'self'");
    const Ints back(shape.begin() + static_cast<std::ptrdiff_t>(front.size()), shape.end());
    const Matrix a = flattened(call, self, front, back);
    const Expr b(e, e.reshape(other, std::span<const std::int64_t>(Ints{a.rows, 1})));
    return e.reshape(solve_matrix(a, b), std::span<const std::int64_t>(back));
}

constexpr OpEntry entries[] = {
    {"aten::linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)", lu,
     small_sizes, 14},
    {"aten::lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool "
     "unpack_pivots=True) -> (Tensor P, Tensor L, Tensor U)",
     lu_unpack, small_sizes, 14},
    {"aten::lu_solve(Tensor self, Tensor LU_data, Tensor LU_pivots) -> Tensor", lu_solve,
     small_sizes},
    {"aten::linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool "
     "adjoint=False) -> Tensor",
     linalg_lu_solve, small_sizes},
    {"aten::geqrf(Tensor self) -> (Tensor a, Tensor tau)", packed_reflections, small_sizes},
    {"aten::ormqr(Tensor self, Tensor input2, Tensor input3, bool left=True, bool "
     "transpose=False) -> Tensor",
     times_reflections, small_sizes},
    {"aten::_linalg_det(Tensor A) -> (Tensor result, Tensor LU, Tensor pivots)", det_with_factors,
     small_sizes},
    {"aten::_linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet, Tensor LU, Tensor pivots)",
     slogdet_with_factors, small_sizes},
    {"aten::linalg_tensorinv(Tensor self, int ind=2) -> Tensor", tensor_inverse, small_sizes},
    {"aten::linalg_tensorsolve(Tensor self, Tensor other, int[]? dims=None) -> Tensor",
     tensor_solve, small_sizes},
};

} // namespace

std::span<const OpEntry> lu_ops()
{
    return entries;
}

} // namespace strata::ops
