// Singular values by one-sided Jacobi rotations in float64: a Loop that turns pairs of columns
// until all are orthogonal. Only what is unique is stated: values, not vectors, whose signs are
// the algorithm's choice.
#include "lowering/ops/singular_values.h"

#include "lowering/ops/factorization.h"
#include "lowering/ops/families.h"
#include "lowering/ops/iterate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

constexpr std::int64_t most_columns = 128;
/// How often all pairs are turned; the errors square with each.
constexpr std::int64_t sweeps = 14;

/// Orthogonal columns A V, their lengths, and V below them.
struct Rotated {
    Expr columns;           ///< [..., rows, n]
    Expr vectors;           ///< [..., n, n], the first rows of V
    Expr lengths;           ///< [..., n]
    std::int64_t count = 0; ///< without a column that pads
};

struct Sizes {
    std::int64_t rows, columns;
};

Sizes sizes_of(OpCall& call, Expr x)
{
    const auto shape = call.e().shape(x);
    if (!shape || shape->size() < 2)
        call.refuse("a matrix is needed");
    const Dim rows = (*shape)[shape->size() - 2];
    const Dim columns = shape->back();
    if (!rows.known() || !columns.known())
        call.refuse_for_shapes("the size of the matrix is not known");
    if (std::min(rows.value, columns.value) > most_columns)
        call.refuse("singular values of more than " + std::to_string(most_columns) +
                    " rows and columns");
    return {rows.value, columns.value};
}

/// One round of the tournament: the first stays, the others move on by one place.
Ints next_round(std::int64_t half)
{
    Ints order{0};
    if (half > 1)
        order.push_back(half);
    for (std::int64_t i = 1; i + 1 < half; ++i)
        order.push_back(i);
    for (std::int64_t i = 1; i < half; ++i)
        order.push_back(half + i);
    order.push_back(half > 1 ? half - 1 : half);
    return order;
}

/// `x` is [..., rows, columns] with no more columns than rows, in float64.
Rotated rotate(OpCall& call, Expr x, Sizes size)
{
    Emitter& e = call.e();
    const std::int64_t axis = *e.rank(x) - 1;
    const std::int64_t width = size.columns + size.columns % 2;
    const std::int64_t half = width / 2;
    if (width != size.columns) {
        Ints pads(2 * static_cast<std::size_t>(axis + 1), 0);
        pads.back() = 1;
        x = Expr(e, e.emit("Pad", {x, e.constant(std::span<const std::int64_t>(pads)),
                                   e.scalar(DType::Float64, 0.0)}));
    }
    // V is what the same rotations make of the identity below.
    const Expr front(e, e.slice(e.shape_of(x), 0, 0, -2));
    const Expr unit = identity(e, DType::Float64, width);
    const ValueId batch_shape = e.concat({front, e.constant({width, width})}, 0);
    const Expr stacked(e, e.concat({x, e.expand(unit, batch_shape)}, axis - 1));
    const auto top = [&](Expr part) { return Expr(e, e.slice(part, axis - 1, 0, size.rows)); };
    const Ints order = next_round(half);
    const std::int64_t trips = sweeps * std::max<std::int64_t>(width - 1, 1);
    const ValueId turned = loop(
        e, e.scalar(DType::Int64, trips), {stacked}, [&](ValueId, const auto& carried) -> Step {
            const Expr left(e, e.slice(carried[0], axis, 0, half));
            const Expr right(e, e.slice(carried[0], axis, half, width));
            const auto sum = [&](Expr a, Expr b) {
                return Expr(e, e.reduce("ReduceSum", top(a) * top(b), {axis - 1}, true));
            };
            const Expr alpha = sum(left, left);
            const Expr beta = sum(right, right);
            const Expr gamma = sum(left, right);
            const Expr parallel = abs(gamma) > sqrt(alpha * beta) * 1e-17;
            const Expr zeta = (beta - alpha) / (where(parallel, gamma, 1.0) * 2.0);
            const Expr steep = 1.0 / (abs(zeta) + sqrt(zeta * zeta + 1.0));
            const Expr tangent = where(parallel, where(zeta < 0.0, -steep, steep), 0.0);
            const Expr cosine = 1.0 / sqrt(tangent * tangent + 1.0);
            const Expr sine = cosine * tangent;
            const Expr joined(
                e, e.concat({cosine * left - sine * right, sine * left + cosine * right}, axis));
            return {{e.emit("Gather", {joined, e.constant(std::span<const std::int64_t>(order))},
                            {{"axis", axis}})},
                    no_id};
        })[0];
    const Expr columns = top(Expr(e, turned));
    const Expr vectors(e, e.slice(turned, axis - 1, size.rows, size.rows + size.columns));
    const Expr lengths = sqrt(Expr(e, e.reduce("ReduceSum", columns * columns, {axis - 1}, false)));
    return {columns, vectors, lengths, size.columns};
}

/// Zeros for each matrix of the batch, in the shape that the last two sizes are replaced with,
/// where there is nothing to be computed.
std::optional<Expr> without_elements(Expr x, DType dtype, const Ints& replaced)
{
    Emitter& e = x.e();
    if (!has_no_elements(e, x))
        return std::nullopt;
    Ints shape = *e.static_shape(x);
    shape.resize(shape.size() - 2);
    shape.insert(shape.end(), replaced.begin(), replaced.end());
    return Expr(e, zeros(e, dtype, shape));
}

Rotated rotated(OpCall& call, Expr x, Sizes size)
{
    const Expr wide = x.cast(DType::Float64);
    if (size.columns > size.rows)
        return rotate(call, transposed(wide), {size.columns, size.rows});
    return rotate(call, wide, size);
}

Expr sorted(const Rotated& r)
{
    Emitter& e = r.lengths.e();
    return {e, e.emit_many("TopK", {r.lengths, e.constant({r.count})}, 2,
                           {{"axis", *e.rank(r.lengths) - 1}})[0]};
}

} // namespace

Expr singular_values(OpCall& call, Expr x)
{
    const Sizes size = sizes_of(call, x);
    if (const auto none = without_elements(x, x.dtype(), {std::min(size.rows, size.columns)}))
        return *none;
    return sorted(rotated(call, x, size)).cast(x.dtype());
}

Expr reduced_singular_values(OpCall& call, Expr x, Ints dims, std::string_view reduction,
                             bool keep_dims)
{
    Emitter& e = call.e();
    if (dims.size() != 2)
        call.refuse("a matrix norm needs two dimensions");
    const std::int64_t rank = e.rank(x).value_or(0);
    for (std::int64_t& dim : dims)
        dim = call.normalize_axis(dim, rank);
    Ints order = iota(0, rank);
    for (const std::int64_t dim : dims)
        std::erase(order, dim);
    order.insert(order.end(), dims.begin(), dims.end());
    const Expr turned(e, e.transpose(x, std::move(order)));
    const auto none = without_elements(turned, x.dtype(), {});
    if (none && reduction != "ReduceSum")
        call.refuse("a norm of a matrix without elements");
    const Expr result =
        none ? *none : Expr(e, e.reduce(reduction, singular_values(call, turned), {-1}, false));
    std::sort(dims.begin(), dims.end());
    return keep_dims ? Expr(e, e.unsqueeze(result, std::move(dims))) : result;
}

namespace {

Expr real_matrix(OpCall& call, std::string_view name)
{
    const Expr x(call.e(), call.tensor(name));
    if (x.dtype() != DType::Float32 && x.dtype() != DType::Float64)
        call.refuse("singular values of other dtypes than float32 and float64");
    return x;
}

/// The symmetric matrix that one triangle says.
Expr symmetric(OpCall& call, Expr x, bool upper)
{
    return triangle(call, x, upper, 0) + transposed(triangle(call, x, upper, upper ? 1 : -1));
}

Expr maybe_symmetric(OpCall& call, std::string_view name, bool hermitian)
{
    const Expr x = real_matrix(call, name);
    return hermitian ? symmetric(call, x, false) : x;
}

Outputs svd_values(OpCall& call)
{
    return ValueId(singular_values(call, real_matrix(call, "A")));
}

constexpr std::string_view no_vectors = "the values only: the signs of vectors are not determined";

[[noreturn]] void refuse_vectors(OpCall& call)
{
    call.refuse("the vectors of this decomposition are not determined, and ONNX has none",
                "Ask for the values only, or compute it outside of the exported model.");
}

Outputs old_svd(OpCall& call)
{
    if (call.boolean("compute_uv"))
        refuse_vectors(call);
    Emitter& e = call.e();
    const Expr x = real_matrix(call, "self");
    const Sizes size = sizes_of(call, x);
    const std::int64_t rank = *e.rank(x);
    const auto zeros_of = [&](std::int64_t side) {
        const ValueId front = e.slice(e.shape_of(x), 0, 0, rank - 2);
        return e.expand(e.scalar(x.dtype(), 0.0), e.concat({front, e.constant({side, side})}, 0));
    };
    return Outputs::tensors(
        {zeros_of(size.rows), singular_values(call, x), zeros_of(size.columns)});
}

/// Decomposed programs' svd: without vectors the first and last result are empty.
Outputs svd_without_vectors(OpCall& call)
{
    if (call.boolean("compute_uv"))
        refuse_vectors(call);
    const ValueId empty = zeros(call.e(), call.dtype_of(call.tensor("A")), Ints{0});
    return Outputs::tensors({empty, singular_values(call, real_matrix(call, "A")), empty});
}

/// Eigenvalues of a symmetric matrix, the least first: singular values once a shift has made all
/// positive.
Expr eigenvalues(OpCall& call, std::string_view name, const std::string& triangle_name)
{
    Emitter& e = call.e();
    const Expr given = real_matrix(call, name);
    const Sizes size = sizes_of(call, given);
    if (size.rows != size.columns)
        call.refuse("the matrix is not square");
    if (const auto none = without_elements(given, given.dtype(), {size.rows}))
        return *none;
    const bool upper = triangle_name == "U" || triangle_name == "u";
    const Expr x = symmetric(call, given, upper).cast(DType::Float64);
    const std::int64_t axis = *e.rank(x) - 1;
    const Expr row_sums(e, e.reduce("ReduceSum", abs(x), {axis}, true));
    const Expr shift(e, e.reduce("ReduceMax", row_sums, {axis - 1}, true));
    const Expr shifted = x + shift * identity(e, DType::Float64, size.rows);
    const Expr largest_first = sorted(rotate(call, shifted, size)) - shift.squeeze(axis);
    return Expr(e,
                e.slice(largest_first, axis - 1, -1, std::numeric_limits<std::int64_t>::min(), -1))
        .cast(given.dtype());
}

Outputs eigenvalues_only(OpCall& call)
{
    return ValueId(eigenvalues(call, "self", call.string("UPLO")));
}

Outputs symmetric_eigenvalues(OpCall& call)
{
    if (call.boolean("compute_v"))
        refuse_vectors(call);
    const ValueId empty = zeros(call.e(), call.dtype_of(call.tensor("A")), Ints{0});
    return Outputs::tensors({eigenvalues(call, "A", call.string("UPLO")), empty});
}

Outputs old_symmetric_eigenvalues(OpCall& call)
{
    if (call.boolean("eigenvectors"))
        refuse_vectors(call);
    const ValueId empty = zeros(call.e(), call.dtype_of(call.tensor("self")), Ints{0});
    return Outputs::tensors({eigenvalues(call, "self", call.boolean("upper") ? "U" : "L"), empty});
}

/// The size below which a singular value counts as zero: [..., 1], in float64. `atol` and `rtol`
/// are None, numbers or tensors.
Expr least_value(OpCall& call, Expr largest, Sizes size, DType dtype, std::string_view atol_name,
                 std::string_view rtol_name)
{
    Emitter& e = call.e();
    const double step = dtype == DType::Float64 ? std::numeric_limits<double>::epsilon()
                                                : double{std::numeric_limits<float>::epsilon()};
    const double usual = step * static_cast<double>(std::max(size.rows, size.columns));
    const auto given = [&](std::string_view name) {
        const Expr value(e, call.scalar_as(name, DType::Float64));
        return e.rank(value) == 0 ? value : value.unsqueeze(*e.rank(value));
    };
    const bool has_atol = !atol_name.empty() && call.has(atol_name);
    const bool has_rtol = !rtol_name.empty() && call.has(rtol_name);
    const Expr atol = has_atol ? given(atol_name) : Expr(e, e.scalar(DType::Float64, 0.0));
    Expr rtol(e, e.scalar(DType::Float64, usual));
    if (has_rtol)
        rtol = given(rtol_name);
    else if (has_atol)
        rtol = where(atol > 0.0, 0.0, atol.number(usual) + atol * 0.0);
    return max(atol + largest * 0.0, rtol * largest);
}

Expr largest_of(Expr lengths)
{
    Emitter& e = lengths.e();
    return {e, e.reduce("ReduceMax", lengths, {*e.rank(lengths) - 1}, true)};
}

Outputs rank_with(OpCall& call, std::string_view self, std::string_view atol, std::string_view rtol)
{
    Emitter& e = call.e();
    const Expr x = maybe_symmetric(call, self, call.boolean("hermitian"));
    const Sizes size = sizes_of(call, x);
    if (const auto none = without_elements(x, DType::Int64, {}))
        return ValueId(*none);
    const Rotated r = rotated(call, x, size);
    const Expr least = least_value(call, largest_of(r.lengths), size, x.dtype(), atol, rtol);
    return e.reduce("ReduceSum", (r.lengths > least).cast(DType::Int64), {-1}, false);
}

Outputs matrix_rank(OpCall& call)
{
    return rank_with(call, "input", "atol", "rtol");
}

/// One tolerance, which is absolute.
Outputs matrix_rank_within(OpCall& call)
{
    Emitter& e = call.e();
    const std::string_view self = call.target() == "aten::linalg_matrix_rank" ? "self" : "input";
    const Expr x = maybe_symmetric(call, self, call.boolean("hermitian"));
    const Sizes size = sizes_of(call, x);
    if (const auto none = without_elements(x, DType::Int64, {}))
        return ValueId(*none);
    const Rotated r = rotated(call, x, size);
    const Expr tol(e, call.scalar_as("tol", DType::Float64));
    const Expr least = e.rank(tol) == 0 ? tol : tol.unsqueeze(*e.rank(tol));
    return e.reduce("ReduceSum", (r.lengths > least).cast(DType::Int64), {-1}, false);
}

/// V diag(1 / s^2) (A V)' without the values that count as zero; `x` is [..., rows, columns].
Expr pseudoinverse(OpCall& call, Expr x, std::string_view atol, std::string_view rtol)
{
    Emitter& e = call.e();
    const Sizes size = sizes_of(call, x);
    if (const auto none = without_elements(x, x.dtype(), {size.columns, size.rows}))
        return *none;
    const Rotated r = rotated(call, x, size);
    const Expr least = least_value(call, largest_of(r.lengths), size, x.dtype(), atol, rtol);
    const Expr counts = r.lengths > least;
    const Expr squares = r.lengths * r.lengths;
    const Expr weights = where(counts, 1.0 / where(counts, squares, 1.0), 0.0);
    const std::int64_t axis = *e.rank(x) - 1;
    const Expr inverse = product(r.vectors * weights.unsqueeze(axis - 1), transposed(r.columns));
    return (size.columns > size.rows ? transposed(inverse) : inverse).cast(x.dtype());
}

Outputs pinv(OpCall& call)
{
    const Expr x = maybe_symmetric(call, "self", call.boolean("hermitian"));
    return ValueId(pseudoinverse(call, x, "atol", "rtol"));
}
Outputs pinv_relative(OpCall& call)
{
    const Expr x = maybe_symmetric(call, "self", call.boolean("hermitian"));
    return ValueId(pseudoinverse(call, x, "", "rcond"));
}
Outputs pinverse(OpCall& call)
{
    return ValueId(pseudoinverse(call, real_matrix(call, "self"), "", "rcond"));
}

/// Least squares by the pseudoinverse.
Outputs least_squares(OpCall& call)
{
    Emitter& e = call.e();
    const std::string driver = call.has("driver") ? call.string("driver") : "gelsy";
    const Expr a = real_matrix(call, "self");
    const Sizes size = sizes_of(call, a);
    const ValueId b = call.tensor("b");
    if (has_no_elements(e, a) || has_no_elements(e, b))
        call.refuse("least squares without elements");
    const Ints b_shape = call.shape(b);
    const Ints a_shape = call.shape(a);
    const bool vector = b_shape.size() == 1 || b_shape == Ints(a_shape.begin(), a_shape.end() - 1);
    const auto last = static_cast<std::int64_t>(b_shape.size());
    const Expr right(e, vector ? e.unsqueeze(b, {last}) : b);
    const Expr solved = product(pseudoinverse(call, a, "", "rcond"), right);

    const ValueId none = zeros(e, a.dtype(), Ints{0});
    Lowered residuals = Lowered::tensor(none);
    Lowered rank = Lowered::tensor(zeros(e, DType::Int64, Ints{0}));
    Lowered values = Lowered::tensor(none);
    if (driver == "gels") { // takes the rank for granted
        const Expr rest = right - product(a, solved);
        if (size.rows > size.columns)
            residuals = Lowered::tensor(e.reduce("ReduceSum", rest * rest, {-2}, false));
    } else {
        const Rotated r = rotated(call, a, size);
        const Expr least = least_value(call, largest_of(r.lengths), size, a.dtype(), "", "rcond");
        rank = Lowered::tensor(
            e.reduce("ReduceSum", (r.lengths > least).cast(DType::Int64), {-1}, false));
        if (driver != "gelsy")
            values = Lowered::tensor(sorted(r).cast(a.dtype()));
        // Whether there are any depends on the rank.
        if (size.rows > size.columns)
            residuals = Lowered(LoweredUndefined{});
    }
    return Outputs(
        std::vector<Lowered>{Lowered::tensor(vector ? e.squeeze(solved, {-1}) : ValueId(solved)),
                             residuals, rank, values});
}

Outputs condition(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x = real_matrix(call, "self");
    const Sizes size = sizes_of(call, x);
    const Lowered& p = call.arg("p");
    const auto* name = p.as<std::string>();
    const double number = p.is_none() ? 2.0 : name ? 0.0 : call.number("p");
    const bool spectral = !name && std::abs(number) == 2.0;
    if (!spectral && (!name || size.rows != size.columns))
        call.refuse("this condition number needs the inverse",
                    "Use 2, -2, 'fro' or 'nuc', or compute the norms of matrix and inverse.");
    const Expr s = sorted(rotated(call, x, size));
    const auto total = [&](Expr v) { return Expr(e, e.reduce("ReduceSum", v, {-1}, false)); };
    Expr result = s;
    if (spectral) {
        const auto extreme = [&](std::string_view op) {
            return Expr(e, e.reduce(op, s, {-1}, false));
        };
        result = number > 0 ? extreme("ReduceMax") / extreme("ReduceMin")
                            : extreme("ReduceMin") / extreme("ReduceMax");
    } else if (*name == "nuc") {
        result = total(s) * total(1.0 / s);
    } else if (*name == "fro") {
        result = sqrt(total(s * s)) * sqrt(total(1.0 / (s * s)));
    } else {
        call.refuse("the condition number '" + *name + "'");
    }
    return ValueId(result.cast(x.dtype()));
}

Outputs nuclear_norm(OpCall& call)
{
    const Expr x = real_matrix(call, "self");
    Ints dims{0, 1};
    if (call.target() == "aten::nuclear_norm.dim")
        dims = call.ints("dim");
    else if (call.rank("self") != 2)
        call.refuse("a matrix is needed");
    return ValueId(
        reduced_singular_values(call, x, std::move(dims), "ReduceSum", call.boolean("keepdim")));
}

/// Taylor's series of the matrix divided by a power of two, squared as often.
Outputs matrix_exponential(OpCall& call)
{
    Emitter& e = call.e();
    const Expr x = real_matrix(call, "self");
    const Sizes size = sizes_of(call, x);
    if (size.rows != size.columns)
        call.refuse("the matrix is not square");
    const Expr a = x.cast(DType::Float64);
    const std::int64_t axis = *e.rank(x) - 1;
    const Expr sums(e, e.reduce("ReduceSum", abs(a), {axis}, true));
    const Expr norm(e, e.reduce("ReduceMax", sums, {}, false));
    const Expr bounded = min(max(norm, 1e-3), 1e9);
    const Expr halvings = max((log(bounded) / std::log(2.0)).apply("Ceil") + 1.0, 0.0);
    const Expr scaled = a / halvings.number(2.0).apply("Pow", halvings);
    const Expr unit = identity(e, DType::Float64, size.rows);
    constexpr int terms = 18;
    Expr sum = scaled / double{terms} + unit;
    for (int k = terms - 1; k > 0; --k)
        sum = product(scaled, sum) / static_cast<double>(k) + unit;
    const ValueId squared =
        loop(e, halvings.cast(DType::Int64), {sum}, [&](ValueId, const auto& carried) -> Step {
            const Expr now(e, carried[0]);
            return {{product(now, now)}, no_id};
        })[0];
    return ValueId(Expr(e, squared).cast(x.dtype()));
}

constexpr std::string_view limits = "float32 and float64 with known sizes, up to 128";

constexpr OpEntry entries[] = {
    {"aten::linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor", svd_values, limits},
    {"aten::svd(Tensor self, bool some=True, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor "
     "V)",
     old_svd, no_vectors},
    {"aten::_linalg_svd(Tensor A, bool full_matrices=False, bool compute_uv=True, *, str? "
     "driver=None) -> (Tensor U, Tensor S, Tensor Vh)",
     svd_without_vectors, no_vectors},
    {"aten::linalg_eigvalsh(Tensor self, str UPLO='L') -> Tensor", eigenvalues_only, limits, 14},
    {"aten::_linalg_eigh(Tensor A, str UPLO='L', bool compute_v=True) -> (Tensor eigenvalues, "
     "Tensor eigenvectors)",
     symmetric_eigenvalues, no_vectors, 14},
    {"aten::symeig(Tensor self, bool eigenvectors=False, bool upper=True) -> (Tensor eigenvalues, "
     "Tensor eigenvectors)",
     old_symmetric_eigenvalues, no_vectors, 14},
    {"aten::linalg_matrix_rank.atol_rtol_tensor(Tensor input, *, Tensor? atol=None, Tensor? "
     "rtol=None, bool hermitian=False) -> Tensor",
     matrix_rank, limits},
    {"aten::linalg_matrix_rank.atol_rtol_float(Tensor self, *, float? atol=None, float? "
     "rtol=None, bool hermitian=False) -> Tensor",
     [](OpCall& call) -> Outputs { return rank_with(call, "self", "atol", "rtol"); }, limits},
    {"aten::linalg_matrix_rank(Tensor self, float tol, bool hermitian=False) -> Tensor",
     matrix_rank_within, limits},
    {"aten::linalg_matrix_rank.tol_tensor(Tensor input, Tensor tol, bool hermitian=False) -> "
     "Tensor",
     matrix_rank_within, limits},
    {"aten::linalg_pinv.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool "
     "hermitian=False) -> Tensor",
     pinv, limits},
    {"aten::linalg_pinv.atol_rtol_tensor(Tensor self, *, Tensor? atol=None, Tensor? rtol=None, "
     "bool hermitian=False) -> Tensor",
     pinv, limits},
    {"aten::linalg_pinv(Tensor self, float rcond, bool hermitian=False) -> Tensor", pinv_relative,
     limits},
    {"aten::linalg_pinv.rcond_tensor(Tensor self, Tensor rcond, bool hermitian=False) -> Tensor",
     pinv_relative, limits},
    {"aten::pinverse(Tensor self, float rcond=1e-15) -> Tensor", pinverse, limits},
    {"aten::linalg_lstsq(Tensor self, Tensor b, float? rcond=None, *, str? driver=None) -> (Tensor "
     "solution, Tensor residuals, Tensor rank, Tensor singular_values)",
     least_squares, "known sizes; residuals of more rows than columns only with the driver gels"},
    {"aten::linalg_cond(Tensor self, Scalar? p=None) -> Tensor", condition,
     "p 2 and -2; known sizes, up to 128"},
    {"aten::linalg_cond.p_str(Tensor self, str p) -> Tensor", condition, limits},
    {"aten::nuclear_norm(Tensor self, bool keepdim=False) -> Tensor", nuclear_norm, limits},
    {"aten::nuclear_norm.dim(Tensor self, int[2] dim, bool keepdim=False) -> Tensor", nuclear_norm,
     limits},
    {"aten::linalg_matrix_exp(Tensor self) -> Tensor", matrix_exponential, limits},
    {"aten::matrix_exp(Tensor self) -> Tensor", matrix_exponential, limits},
};

} // namespace

std::span<const OpEntry> singular_value_ops()
{
    return entries;
}

} // namespace strata::ops
