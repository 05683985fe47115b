// Matrix factorizations, spelled out for matrices of a known small size: ONNX has none. Leading
// dimensions are batches.
#include "lowering/ops/factorization.h"

#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <algorithm>
#include <string>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;
constexpr std::int64_t largest = 32; // rows or columns; the number of nodes grows with them

/// A column [count, 1] of `dtype` whose elements are f(row).
template <class F>
Expr column_of(Emitter& e, DType dtype, std::int64_t count, F f)
{
    Ints values;
    for (std::int64_t i = 0; i < count; ++i)
        values.push_back(f(i));
    const Ints shape{count, 1};
    const ValueId id = e.reshape(e.constant(std::span<const std::int64_t>(values)),
                                 std::span<const std::int64_t>(shape));
    return {e, e.cast(id, dtype)};
}

} // namespace

Matrix small_matrix(OpCall& call, ValueId id)
{
    const Ints shape = call.shape(id);
    if (shape.size() < 2)
        call.refuse("a matrix is needed");
    if (call.dtype_of(id) != DType::Float32 && call.dtype_of(id) != DType::Float64)
        call.refuse("factorizations of other dtypes than float32 and float64");
    const std::int64_t rows = shape[shape.size() - 2];
    const std::int64_t columns = shape.back();
    if (rows > largest || columns > largest)
        call.refuse("a factorization of more than " + std::to_string(largest) +
                        " rows or columns would be spelled out in too many nodes",
                    "Compute it outside of the exported model.");
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        call.refuse("a factorization of an empty tensor");
    return {Expr(call.e(), id), shape, rows, columns};
}

Matrix square_matrix(OpCall& call, std::string_view name)
{
    Matrix result = small_matrix(call, call.tensor(name));
    if (result.rows != result.columns)
        call.refuse("the matrix is not square");
    return result;
}

Matrix like(const Matrix& m, ValueId value)
{
    Matrix result = m;
    result.value = Expr(m.value.e(), value);
    return result;
}

Expr rows_of(const Matrix& m, std::int64_t from, std::int64_t to)
{
    return {m.value.e(), m.value.e().slice(m.value, m.row_axis(), from, to)};
}

Expr columns_of(const Matrix& m, std::int64_t from, std::int64_t to)
{
    return {m.value.e(), m.value.e().slice(m.value, m.column_axis(), from, to)};
}

Expr product(Expr a, Expr b)
{
    return a.apply("MatMul", b);
}

Expr transposed(Expr x)
{
    Ints order = iota(0, x.e().rank(x).value_or(2));
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    return {x.e(), x.e().transpose(x, std::move(order))};
}

Matrix transposed(const Matrix& m)
{
    Matrix result = like(m, transposed(m.value));
    std::swap(result.rows, result.columns);
    std::swap(result.shape[result.shape.size() - 1], result.shape[result.shape.size() - 2]);
    return result;
}

/// The part above or below the diagonal, the rest zero.
Expr triangle(OpCall& call, Expr x, bool upper, std::int64_t diagonal)
{
    Emitter& e = call.e();
    if (e.opset() < 14)
        call.refuse("triangles need opset 14", "Export with --opset 14 or newer.");
    return {e, e.emit("Trilu", {x, e.scalar(DType::Int64, diagonal)}, {{"upper", upper}})};
}

Expr identity(Emitter& e, DType dtype, std::int64_t size)
{
    Ints values;
    for (std::int64_t i = 0; i < size * size; ++i)
        values.push_back(i % (size + 1) == 0 ? 1 : 0);
    const Ints shape{size, size};
    const ValueId id = e.reshape(e.constant(std::span<const std::int64_t>(values)),
                                 std::span<const std::int64_t>(shape));
    return {e, e.cast(id, dtype)};
}

Expr identities(const Matrix& m, std::int64_t size)
{
    Emitter& e = m.value.e();
    Ints shape = m.shape;
    shape[shape.size() - 2] = size;
    shape.back() = size;
    return {e, e.expand(identity(e, m.value.dtype(), size),
                        e.constant(std::span<const std::int64_t>(shape)))};
}

ValueId zeros(Emitter& e, DType dtype, const Ints& shape)
{
    return e.expand(e.scalar(dtype, std::int64_t{0}),
                    e.constant(std::span<const std::int64_t>(shape)));
}

namespace {

Ints batch_of(const Matrix& m)
{
    return {m.shape.begin(), m.shape.end() - 2};
}

} // namespace

bool is_empty(OpCall& call, std::string_view name)
{
    const Ints shape = call.shape(call.tensor(name));
    return std::find(shape.begin(), shape.end(), 0) != shape.end();
}

namespace {

/// An empty matrix itself, and zeros for each of the batch.
Outputs empty_with_info(OpCall& call, std::string_view name)
{
    Ints batch = call.shape(call.tensor(name));
    batch.resize(batch.size() - 2);
    return Outputs::tensors({call.tensor(name), zeros(call.e(), DType::Int32, batch)});
}

/// The solution of an empty system: as many zeros as its right side has elements, which is none.
ValueId empty_solution(OpCall& call, std::string_view matrix_name, std::string_view right)
{
    const Ints shape = call.shape(call.tensor(right));
    if (!is_empty(call, right) || call.shape(call.tensor(matrix_name)).size() != shape.size())
        call.refuse("a factorization of an empty tensor");
    return call.tensor(right);
}

/// The lower factor, column by column.
Expr cholesky_factor(const Matrix& a)
{
    Emitter& e = a.value.e();
    std::vector<ValueId> columns;
    for (std::int64_t j = 0; j < a.rows; ++j) {
        Expr rest = columns_of(a, j, j + 1);
        if (j > 0) {
            const Expr done(e, e.concat(columns, a.column_axis()));
            const Expr row(e, e.slice(done, a.row_axis(), j, j + 1));
            rest = rest - product(done, transposed(row));
        }
        const Expr pivot(e, e.slice(rest, a.row_axis(), j, j + 1));
        const Expr kept =
            column_of(e, rest.dtype(), a.rows, [j](std::int64_t row) { return row >= j ? 1 : 0; });
        columns.push_back(rest / sqrt(pivot) * kept);
    }
    return {e, e.concat(std::move(columns), a.column_axis())};
}

} // namespace

Expr solve_triangle(const Matrix& a, Expr b, bool upper, bool unit)
{
    Emitter& e = b.e();
    const std::int64_t row_axis = e.rank(b).value_or(2) - 2;
    std::vector<ValueId> found; // in the order of the rows
    for (std::int64_t step = 0; step < a.rows; ++step) {
        const std::int64_t i = upper ? a.rows - 1 - step : step;
        const Matrix row = like(a, rows_of(a, i, i + 1));
        Expr rest(e, e.slice(b, row_axis, i, i + 1));
        if (!found.empty()) {
            const Expr known(e, e.concat(found, row_axis));
            rest = rest - product(upper ? columns_of(row, i + 1, a.columns) : columns_of(row, 0, i),
                                  known);
        }
        const Expr x = unit ? rest : rest / columns_of(row, i, i + 1);
        found.insert(upper ? found.begin() : found.end(), x);
    }
    return {e, e.concat(std::move(found), row_axis)};
}

Expr exchange_rows(Expr x, std::int64_t k, Expr pivot)
{
    Emitter& e = x.e();
    const std::int64_t row_axis = e.rank(x).value_or(2) - 2;
    const auto shape = e.shape(x);
    const std::int64_t rows = (*shape)[static_cast<std::size_t>(row_axis)].value;
    const Expr row_numbers = column_of(e, DType::Int64, rows, [](std::int64_t row) { return row; });
    const Expr at_pivot = row_numbers == pivot;
    const Expr at_k = (row_numbers == Expr(e, e.scalar(DType::Int64, k)));
    const Expr row_k(e, e.slice(x, row_axis, k, k + 1));
    const Expr row_p(e, e.reduce("ReduceSum", where(at_pivot, x, x.number(0)), {row_axis}, true));
    return where(at_k, row_p, where(at_pivot, row_k, x));
}

Lu lu_of(const Matrix& a, const Expr* right)
{
    Emitter& e = a.value.e();
    Lu lu{a, {}, right ? *right : a.value};
    const std::int64_t row_axis = a.row_axis();
    const Expr numbers = column_of(e, DType::Int64, a.rows, [](std::int64_t row) { return row; });
    for (std::int64_t k = 0; k < std::min(a.rows, a.columns); ++k) {
        const Expr column = columns_of(lu.packed, k, k + 1);
        // Rows above k are done: less than any magnitude.
        const Expr candidates =
            where(numbers < Expr(e, e.scalar(DType::Int64, k)), -1.0, abs(column));
        const Expr pivot(e, e.emit("ArgMax", {candidates}, {{"axis", row_axis}, {"keepdims", 1}}));
        lu.pivots.push_back(pivot);
        lu.packed.value = exchange_rows(lu.packed.value, k, pivot);
        if (right)
            lu.carried = exchange_rows(lu.carried, k, pivot);
        const Matrix row = like(lu.packed, rows_of(lu.packed, k, k + 1));
        const Expr below =
            column_of(e, a.value.dtype(), a.rows, [k](std::int64_t i) { return i > k ? 1 : 0; });
        const Expr factors = columns_of(lu.packed, k, k + 1) / columns_of(row, k, k + 1) * below;
        std::vector<ValueId> parts;
        if (k > 0)
            parts.push_back(columns_of(lu.packed, 0, k));
        const Expr on_diagonal = columns_of(lu.packed, k, k + 1);
        parts.push_back(on_diagonal * (1.0 - below) + factors);
        if (k + 1 < a.columns)
            parts.push_back(columns_of(lu.packed, k + 1, a.columns) -
                            factors * columns_of(row, k + 1, a.columns));
        lu.packed.value = Expr(e, e.concat(std::move(parts), a.column_axis()));
    }
    return lu;
}

Expr solve_matrix(const Matrix& a, Expr b)
{
    const Lu lu = lu_of(a, &b);
    return solve_triangle(lu.packed, solve_triangle(lu.packed, lu.carried, false, true), true,
                          false);
}

Expr inverse_of(const Matrix& a)
{
    return solve_matrix(a, identities(a, a.rows));
}

namespace {

Outputs cholesky(OpCall& call)
{
    if (is_empty(call, "self"))
        return call.tensor("self");
    const Expr lower = cholesky_factor(square_matrix(call, "self"));
    return ValueId(call.boolean("upper") ? transposed(lower) : lower);
}

Outputs cholesky_ex(OpCall& call)
{
    if (is_empty(call, "self"))
        return empty_with_info(call, "self");
    const Matrix a = square_matrix(call, "self");
    const Expr lower = cholesky_factor(a);
    return Outputs::tensors({call.boolean("upper") ? transposed(lower) : lower,
                             zeros(call.e(), DType::Int32, batch_of(a))});
}

Matrix lower_factor(OpCall& call, std::string_view name)
{
    const Matrix factor = square_matrix(call, name);
    return call.boolean("upper") ? transposed(factor) : factor;
}

Outputs cholesky_solve(OpCall& call)
{
    if (is_empty(call, "input2"))
        return empty_solution(call, "input2", "self");
    const Matrix lower = lower_factor(call, "input2");
    const Expr b(call.e(), call.tensor("self"));
    return ValueId(
        solve_triangle(transposed(lower), solve_triangle(lower, b, false, false), true, false));
}

Outputs cholesky_inverse(OpCall& call)
{
    if (is_empty(call, "self"))
        return call.tensor("self");
    Emitter& e = call.e();
    const Matrix lower = lower_factor(call, "self");
    const Expr unit(e, e.expand(identity(e, lower.value.dtype(), lower.rows),
                                e.constant(std::span<const std::int64_t>(lower.shape))));
    const Expr inverse = solve_triangle(lower, unit, false, false);
    return ValueId(product(transposed(inverse), inverse));
}

Outputs solve_triangular(OpCall& call)
{
    if (is_empty(call, "self"))
        return empty_solution(call, "self", "B");
    const Matrix a = square_matrix(call, "self");
    const Expr b(call.e(), call.tensor("B"));
    const bool upper = call.boolean("upper");
    const bool unit = call.boolean("unitriangular");
    if (call.boolean("left"))
        return ValueId(solve_triangle(a, b, upper, unit));
    return ValueId(transposed(solve_triangle(transposed(a), transposed(b), !upper, unit)));
}

Outputs triangular_solve(OpCall& call)
{
    if (is_empty(call, "A"))
        return Outputs::tensors({empty_solution(call, "A", "self"), call.tensor("A")});
    const Matrix a = square_matrix(call, "A");
    const bool flipped = call.boolean("transpose");
    const bool upper = call.boolean("upper") != flipped;
    const Expr b(call.e(), call.tensor("self"));
    return Outputs::tensors(
        {solve_triangle(flipped ? transposed(a) : a, b, upper, call.boolean("unitriangular")),
         a.value});
}

/// The shape of a solution: the batches of both sides broadcast.
Ints solution_shape(OpCall& call, std::string_view matrix_name, std::string_view right)
{
    const Ints a = call.shape(call.tensor(matrix_name));
    Ints b = call.shape(call.tensor(right));
    if (b.size() == 1 || b == Ints(a.begin(), a.end() - 1))
        return b;
    Ints shape(b.end() - 2, b.end());
    for (std::size_t i = 3; i <= std::max(a.size(), b.size()); ++i) {
        const std::int64_t size_a = i <= a.size() ? a[a.size() - i] : 1;
        const std::int64_t size_b = i <= b.size() ? b[b.size() - i] : 1;
        shape.insert(shape.begin(), size_a == 1 ? size_b : size_a);
    }
    return shape;
}

ValueId solution(OpCall& call)
{
    Emitter& e = call.e();
    const Ints shape = solution_shape(call, "A", "B");
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        return zeros(e, call.dtype_of(call.tensor("B")), shape);
    const Matrix a = square_matrix(call, "A");
    const ValueId b = call.tensor("B");
    const Ints b_shape = call.shape(b);
    Ints vectors = batch_of(a);
    vectors.push_back(a.rows);
    const bool vector = b_shape.size() == 1 || b_shape == vectors;
    const auto last = static_cast<std::int64_t>(b_shape.size());
    if (vector)
        return e.squeeze(solve_matrix(a, Expr(e, e.unsqueeze(b, {last}))), {-1});
    if (call.boolean("left"))
        return solve_matrix(a, Expr(e, b));
    return transposed(solve_matrix(transposed(a), transposed(Expr(e, b))));
}

Outputs solve(OpCall& call)
{
    return solution(call);
}

Outputs solve_ex(OpCall& call)
{
    Ints batch = call.shape(call.tensor("A"));
    batch.resize(batch.size() - 2);
    return Outputs::tensors({solution(call), zeros(call.e(), DType::Int32, batch)});
}

/// What linalg_solve is inside: the factors come with the solution, and models do not look at them.
Outputs solve_with_factors(OpCall& call)
{
    Ints batch = call.shape(call.tensor("A"));
    batch.resize(batch.size() - 2);
    return std::vector<Lowered>{Lowered::tensor(solution(call)), Lowered(LoweredUndefined{}),
                                Lowered(LoweredUndefined{}),
                                Lowered::tensor(zeros(call.e(), DType::Int32, batch))};
}

Outputs inverse(OpCall& call)
{
    if (is_empty(call, "A"))
        return call.tensor("A");
    return ValueId(inverse_of(square_matrix(call, "A")));
}

Outputs inverse_ex(OpCall& call)
{
    if (is_empty(call, "A"))
        return empty_with_info(call, "A");
    const Matrix a = square_matrix(call, "A");
    return Outputs::tensors({inverse_of(a), zeros(call.e(), DType::Int32, batch_of(a))});
}

} // namespace

ValueId pivots_of(const Lu& lu)
{
    Emitter& e = lu.packed.value.e();
    const Expr joined(e, e.concat(lu.pivots, lu.packed.row_axis()));
    const Expr numbers(e, e.squeeze(joined, {lu.packed.column_axis()}));
    return (numbers + Expr(e, e.scalar(DType::Int64, std::int64_t{1}))).cast(DType::Int32);
}

namespace {

template <bool WithInfo>
Outputs lu_factor(OpCall& call)
{
    if (!call.boolean("pivot"))
        call.refuse("an LU factorization without exchanging rows");
    const Matrix a =
        small_matrix(call, call.tensor(call.target() == "aten::_lu_with_info" ? "self" : "A"));
    const Lu lu = lu_of(a, nullptr);
    if constexpr (WithInfo)
        return Outputs::tensors(
            {lu.packed.value, pivots_of(lu), zeros(call.e(), DType::Int32, batch_of(a))});
    else
        return Outputs::tensors({lu.packed.value, pivots_of(lu)});
}

} // namespace

// ONNX Runtime has it for float32.
Expr determinant(OpCall& call, std::string_view name)
{
    Emitter& e = call.e();
    if (is_empty(call, name)) { // of a matrix without rows: 1
        Ints batch = call.shape(call.tensor(name));
        batch.resize(batch.size() - 2);
        const ValueId one = e.scalar(call.dtype_of(call.tensor(name)), std::int64_t{1});
        return {e, e.expand(one, e.constant(std::span<const std::int64_t>(batch)))};
    }
    const Matrix a = square_matrix(call, name);
    if (a.value.dtype() == DType::Float32)
        return a.value.apply("Det");
    return a.value.cast(DType::Float32).apply("Det").cast(a.value.dtype());
}

namespace {

Outputs det(OpCall& call)
{
    return ValueId(determinant(call, "A"));
}

Outputs log_determinant(OpCall& call)
{
    return ValueId(log(determinant(call, "self")));
}

Outputs sign_and_log_determinant(OpCall& call)
{
    const Expr value = determinant(call, "A");
    return Outputs::tensors({value.apply("Sign"), log(abs(value))});
}

/// Householder's reflections with LAPACK's signs; Q is complete.
struct Qr {
    Expr q;
    Expr r;
};

Qr qr_of(const Matrix& a)
{
    Emitter& e = a.value.e();
    const DType dtype = a.value.dtype();
    Matrix r = a;
    Ints whole = a.shape;
    whole.back() = a.rows;
    Expr q(e,
           e.expand(identity(e, dtype, a.rows), e.constant(std::span<const std::int64_t>(whole))));
    // The last row has nothing below it to reflect.
    for (std::int64_t k = 0; k < std::min(a.rows - 1, a.columns); ++k) {
        const auto from = [&](std::int64_t first) {
            return column_of(e, dtype, a.rows,
                             [first](std::int64_t i) { return i >= first ? 1 : 0; });
        };
        const Expr x = columns_of(r, k, k + 1) * from(k);
        const Expr tail = x * from(k + 1);
        const auto norm = [&](Expr v) {
            return Expr(e, e.reduce("ReduceL2", v, {a.row_axis()}, true));
        };
        const Expr head(e, e.slice(x, a.row_axis(), k, k + 1));
        const Expr length = norm(x);
        const Expr target = where(head < 0.0, length, -length);
        const Expr v = tail + (head - target) * (from(k) - from(k + 1));
        const Expr squared = norm(v) * norm(v);
        // Nothing below the diagonal: LAPACK leaves the column as it is.
        const Expr nothing = norm(tail) == 0.0;
        const Expr scale = where(nothing, 0.0, 2.0 / where(nothing, 1.0, squared));
        r.value = r.value - product(v * scale, product(transposed(v), r.value));
        q = q - product(product(q, v) * scale, transposed(v));
    }
    return {q, r.value};
}

/// Q and R of a tensor without elements.
Outputs empty_qr(OpCall& call, ValueId input, const std::string& mode)
{
    Emitter& e = call.e();
    Ints shape = call.shape(input);
    if (shape.size() < 2)
        call.refuse("a matrix is needed");
    const DType dtype = call.dtype_of(input);
    const std::int64_t rows = shape[shape.size() - 2];
    const std::int64_t kept = mode == "complete" ? rows : std::min(rows, shape.back());
    Ints q_shape = shape;
    q_shape.back() = kept;
    shape[shape.size() - 2] = kept;
    const ValueId r = zeros(e, dtype, shape);
    if (mode == "r")
        return Outputs::tensors({zeros(e, dtype, Ints{0}), r});
    if (mode == "complete")
        return Outputs::tensors(
            {e.expand(identity(e, dtype, rows), e.constant(std::span<const std::int64_t>(q_shape))),
             r});
    return Outputs::tensors({zeros(e, dtype, q_shape), r});
}

Outputs qr_with(OpCall& call, ValueId input, const std::string& mode)
{
    Emitter& e = call.e();
    if (has_no_elements(e, input))
        return empty_qr(call, input, mode);
    const Matrix a = small_matrix(call, input);
    const Qr full = qr_of(a);
    const Expr upper = triangle(call, full.r, true);
    const std::int64_t kept = mode == "complete" ? a.rows : std::min(a.rows, a.columns);
    const ValueId r = kept < a.rows ? e.slice(upper, a.row_axis(), 0, kept) : ValueId(upper);
    if (mode == "r")
        return Outputs::tensors({zeros(e, a.value.dtype(), Ints{0}), r});
    const ValueId q = kept < a.rows ? e.slice(full.q, a.column_axis(), 0, kept) : ValueId(full.q);
    return Outputs::tensors({q, r});
}

Outputs qr(OpCall& call)
{
    return qr_with(call, call.tensor("A"), call.string("mode"));
}

Outputs old_qr(OpCall& call)
{
    return qr_with(call, call.tensor("self"), call.boolean("some") ? "reduced" : "complete");
}

} // namespace

Expr product_of_reflections(const Matrix& a, ValueId tau, std::int64_t count)
{
    Emitter& e = a.value.e();
    const std::int64_t axis = a.row_axis();
    Expr q = identities(a, a.rows);
    for (std::int64_t k = 0; k < count; ++k) {
        const auto ones = [&](auto at) { return column_of(e, a.value.dtype(), a.rows, at); };
        const Expr v =
            columns_of(a, k, k + 1) * ones([k](std::int64_t i) { return i > k ? 1 : 0; }) +
            ones([k](std::int64_t i) { return i == k ? 1 : 0; });
        const Expr factor(e, e.unsqueeze(e.slice(tau, axis, k, k + 1), {axis}));
        q = q - product(product(q, v) * factor, transposed(v));
    }
    return q;
}

namespace {

/// Q of reflections packed below a diagonal: H1 H2 ... of [rows, columns].
Outputs householder_product(OpCall& call)
{
    const Matrix a = small_matrix(call, call.tensor("input"));
    const ValueId tau = call.tensor("tau");
    const Expr q = product_of_reflections(a, tau, call.shape(tau).back());
    return call.e().slice(q, a.column_axis(), 0, a.columns);
}

Outputs matrix_power(OpCall& call)
{
    if (is_empty(call, "self"))
        return call.tensor("self");
    const Matrix a = square_matrix(call, "self");
    Emitter& e = call.e();
    std::int64_t n = call.integer("n");
    if (n == 0)
        return e.expand(identity(e, a.value.dtype(), a.rows),
                        e.constant(std::span<const std::int64_t>(a.shape)));
    Expr base = n < 0 ? inverse_of(a) : a.value;
    n = n < 0 ? -n : n;
    if (n > 1 << 20)
        call.refuse("the exponent is too large");
    ValueId result = no_id;
    for (; n > 0; n /= 2) {
        if (n % 2 == 1)
            result = result == no_id ? ValueId(base) : ValueId(product(Expr(e, result), base));
        if (n > 1)
            base = product(base, base);
    }
    return result;
}

constexpr std::string_view small = small_sizes;

constexpr OpEntry entries[] = {
    {"aten::linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor", cholesky, small},
    {"aten::cholesky(Tensor self, bool upper=False) -> Tensor", cholesky, small},
    {"aten::linalg_cholesky_ex(Tensor self, *, bool upper=False, bool check_errors=False) -> "
     "(Tensor L, Tensor info)",
     cholesky_ex, small},
    {"aten::cholesky_solve(Tensor self, Tensor input2, bool upper=False) -> Tensor", cholesky_solve,
     small},
    {"aten::cholesky_inverse(Tensor self, bool upper=False) -> Tensor", cholesky_inverse, small},
    {"aten::linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, bool "
     "unitriangular=False) -> Tensor",
     solve_triangular, small},
    {"aten::triangular_solve(Tensor self, Tensor A, bool upper=True, bool transpose=False, bool "
     "unitriangular=False) -> (Tensor solution, Tensor cloned_coefficient)",
     triangular_solve, small},
    {"aten::linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor", solve, small},
    {"aten::_linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> "
     "(Tensor result, Tensor LU, Tensor pivots, Tensor info)",
     solve_with_factors, "result and info; up to 32 rows and columns, known at export"},
    {"aten::linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> "
     "(Tensor result, Tensor info)",
     solve_ex, small},
    {"aten::linalg_inv(Tensor A) -> Tensor", inverse, small},
    {"aten::linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)",
     inverse_ex, small},
    {"aten::inverse(Tensor A) -> Tensor", inverse, small},
    {"aten::linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)",
     lu_factor<false>, small},
    {"aten::linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> (Tensor "
     "LU, Tensor pivots, Tensor info)",
     lu_factor<true>, small},
    {"aten::_lu_with_info(Tensor self, bool pivot=True, bool check_errors=True) -> (Tensor LU, "
     "Tensor pivots, Tensor info)",
     lu_factor<true>, small},
    {"aten::linalg_det(Tensor A) -> Tensor", det, small},
    {"aten::logdet(Tensor self) -> Tensor", log_determinant, small},
    {"aten::linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)", sign_and_log_determinant,
     small},
    {"aten::linalg_qr(Tensor A, str mode='reduced') -> (Tensor Q, Tensor R)", qr, small, 14},
    {"aten::qr(Tensor self, bool some=True) -> (Tensor Q, Tensor R)", old_qr, small, 14},
    {"aten::linalg_householder_product(Tensor input, Tensor tau) -> Tensor", householder_product,
     small},
    {"aten::linalg_matrix_power(Tensor self, int n) -> Tensor", matrix_power, small},
};

} // namespace

std::span<const OpEntry> factorization_ops()
{
    return entries;
}

} // namespace strata::ops
