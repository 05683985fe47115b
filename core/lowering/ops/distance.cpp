#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/singular_values.h"
#include "lowering/ops/type_promotion.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The p-norm over the axes, which count from the front.
Expr norm(Expr x, double p, const Ints& axes, bool keep_dims)
{
    if (x.dtype() == DType::Float16) // squares of halves soon exceed what a half can hold
        return norm(x.cast(DType::Float32), p, axes, keep_dims).cast(DType::Float16);
    if (p == infinity)
        return abs(x).reduce("ReduceMax", axes, keep_dims);
    if (p == -infinity)
        return abs(x).reduce("ReduceMin", axes, keep_dims);
    if (p == 0)
        return (!(x == 0.0)).cast(x.dtype()).reduce("ReduceSum", axes, keep_dims);
    if (p == 1)
        return abs(x).reduce("ReduceSum", axes, keep_dims);
    if (p == 2)
        return sqrt((x * x).reduce("ReduceSum", axes, keep_dims));
    return pow(pow(abs(x), p).reduce("ReduceSum", axes, keep_dims), 1 / p);
}

struct Two {
    Expr a;
    Expr b;
    std::int64_t rank; ///< of the two broadcast together
};
Two two(OpCall& call, std::string_view a, std::string_view b)
{
    const Operands o = promoted_to_float(call, a, b);
    return {{call.e(), o.a}, {call.e(), o.b}, std::max(call.rank(a), call.rank(b))};
}

Outputs cosine_similarity(OpCall& call)
{
    const Two given = two(call, "x1", "x2");
    const bool numbers = given.rank == 0;
    const Expr a = numbers ? given.a.unsqueeze(0) : given.a;
    const Expr b = numbers ? given.b.unsqueeze(0) : given.b;
    const std::int64_t whole = std::max<std::int64_t>(given.rank, 1);
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), whole);
    const double epsilon = call.number("eps");
    const auto unit = [&call, axis, whole, epsilon](Expr x) {
        // An operand of lower rank has the axis further to the front, or not at all.
        const std::int64_t own = axis - (whole - *call.rank_of(x.id()));
        if (own < 0)
            call.refuse("an input does not have the dimension");
        return x / max(norm(x, 2, {own}, true), epsilon);
    };
    // The norms are those of the broadcast vectors.
    const auto along = [&call, axis, whole](const Expr& x) {
        const auto shape = call.e().shape(x.id());
        const std::int64_t own = axis - (whole - *call.rank_of(x.id()));
        return own < 0 ? Dim{} : (*shape)[static_cast<std::size_t>(own)];
    };
    if (along(a).known() && along(b).known() && along(a).value != along(b).value)
        call.refuse("the two inputs differ in size along 'dim'",
                    "Expand the smaller one along that dimension first.");
    return (unit(a) * unit(b)).reduce("ReduceSum", {axis}).id();
}

Outputs pairwise_distance(OpCall& call)
{
    // Integers are subtracted as such, and wrap around.
    const Operands o = promoted(call, "x1", "x2");
    const std::int64_t rank = std::max(call.rank("x1"), call.rank("x2"));
    const Expr a(call.e(), o.a);
    const Expr b(call.e(), o.b);
    const DType real = is_integral(o.dtype) ? DType::Float32 : o.dtype;
    return norm((a - b).cast(real) + call.number("eps"), call.number("p"), {rank - 1},
                call.boolean("keepdim"))
        .id();
}

Outputs cdist(OpCall& call)
{
    if (is_integral(call.dtype_of(call.tensor("x1"))))
        call.refuse("distances between vectors of integers", "Convert them to float32.");
    const auto [a, b, rank] = two(call, "x1", "x2");
    const Expr from = a.unsqueeze(*call.rank_of(a.id()) - 1);
    const Expr to = b.unsqueeze(*call.rank_of(b.id()) - 2);
    return norm(from - to, call.number("p"), {rank}, false).id();
}

Outputs pdist(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t count = call.shape(x).front();
    Ints first;
    Ints second;
    for (std::int64_t i = 0; i < count; ++i)
        for (std::int64_t j = i + 1; j < count; ++j) {
            first.push_back(i);
            second.push_back(j);
        }
    const auto rows = [&](const Ints& numbers) {
        return Expr(e, e.emit("Gather", {x, e.constant(std::span<const std::int64_t>(numbers))},
                              {{"axis", 0}}));
    };
    return norm(rows(first) - rows(second), call.number("p"), {1}, false).id();
}

Outputs dist(OpCall& call)
{
    const auto [a, b, rank] = two(call, "self", "other");
    const Expr difference = rank == 0 ? (a - b).unsqueeze(0) : a - b;
    return norm(difference, call.number("p"), {}, false).id();
}

Outputs renorm(OpCall& call)
{
    const Expr x(call.e(), call.tensor("self"));
    const std::int64_t rank = call.rank("self");
    const std::int64_t kept = call.normalize_axis(call.integer("dim"), rank);
    Ints axes = iota(0, rank);
    axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(kept));
    if (axes.empty())
        call.refuse("renorm needs at least two dimensions");
    const double limit = call.number("maxnorm");
    const Expr length = norm(x, call.number("p"), axes, true);
    return (x * where(length > limit, limit * (length + 1e-7).apply("Reciprocal"), 1)).id();
}

/// The cross product: parts of the axis of size 3 turned by one and by two.
Outputs cross(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted(call, "self", "other");
    std::int64_t axis = 0; // from the end, as the operands may differ in rank
    if (call.has("dim")) {
        const std::int64_t rank = std::max(call.rank("self"), call.rank("other"));
        axis = call.normalize_axis(call.integer("dim"), rank) - rank;
    } else {
        const std::vector<std::int64_t> shape = call.shape(o.a);
        const auto three = std::find(shape.begin(), shape.end(), 3);
        axis = static_cast<std::int64_t>(three - shape.end());
    }
    if (axis == 0)
        call.refuse("no dimension has size 3");
    const auto turned = [&](ValueId x, std::initializer_list<std::int64_t> order) {
        return Expr(e, e.emit("Gather", {x, e.constant(order)}, {{"axis", axis}}));
    };
    return (turned(o.a, {1, 2, 0}) * turned(o.b, {2, 0, 1}) -
            turned(o.a, {2, 0, 1}) * turned(o.b, {1, 2, 0}))
        .id();
}

/// Every product of two elements: [a0, 1, a1, 1] times [1, b0, 1, b1], merged pairwise.
Outputs kron(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted(call, "self", "other");
    const std::int64_t rank = std::max(call.rank("self"), call.rank("other"));
    const auto widened = [&](ValueId x) {
        return e.unsqueeze(x, iota(0, rank - *call.rank_of(x)));
    };
    const ValueId a = widened(o.a);
    const ValueId b = widened(o.b);
    Ints odd;
    Ints even;
    for (std::int64_t i = 0; i < rank; ++i) {
        even.push_back(2 * i);
        odd.push_back(2 * i + 1);
    }
    const ValueId product =
        e.emit(o.dtype == DType::Bool ? "And" : "Mul", {e.unsqueeze(a, odd), e.unsqueeze(b, even)});
    return e.reshape(product, e.mul(e.shape_of(a), e.shape_of(b)));
}

/// Norms of matrices. `p` is 1, 2 or infinity, or their negatives.
Expr matrix_norm(OpCall& call, Expr x, double p, const Ints& dims, bool keep_dims)
{
    const std::int64_t rank = *call.rank_of(x.id());
    if (dims.size() != 2)
        call.refuse("a matrix norm needs two dimensions");
    const std::int64_t rows = call.normalize_axis(dims[0], rank);
    const std::int64_t columns = call.normalize_axis(dims[1], rank);
    if (std::abs(p) == 2)
        return reduced_singular_values(call, x, dims, p > 0 ? "ReduceMax" : "ReduceMin", keep_dims);
    if (std::abs(p) != 1 && std::abs(p) != infinity)
        call.refuse("this is no matrix norm", "Use the Frobenius norm, 1, 2 or infinity.");
    const bool by_column = std::abs(p) == 1;
    const Expr sums = abs(x).reduce("ReduceSum", {by_column ? rows : columns}, true);
    const Expr result =
        sums.reduce(p > 0 ? "ReduceMax" : "ReduceMin", {by_column ? columns : rows}, true);
    return keep_dims ? result
                     : Expr(call.e(), call.e().squeeze(result.id(), {std::min(rows, columns),
                                                                     std::max(rows, columns)}));
}

Expr own_float(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = as_float(call, "self");
    if (!call.rank_of(x))
        call.refuse_for_shapes("the rank of 'self' is not known");
    return {e, e.cast(x, call.dtype("dtype", DType::Unknown))};
}

Ints all_axes(OpCall& call, std::string_view name)
{
    Ints axes = call.has(name) ? call.ints(name) : iota(0, call.rank("self"));
    for (std::int64_t& axis : axes)
        axis = call.normalize_axis(axis, call.rank("self"));
    return axes;
}

Outputs linalg_norm(OpCall& call)
{
    const Expr x = own_float(call);
    const bool keep_dims = call.boolean("keepdim");
    const Ints axes = all_axes(call, "dim");
    if (!call.has("ord"))
        return norm(x, 2, axes, keep_dims).id();
    const bool matrix = axes.size() == 2;
    if (matrix)
        return matrix_norm(call, x, call.number("ord"), axes, keep_dims).id();
    if (axes.size() > 1)
        call.refuse("a norm over more than two dimensions");
    return norm(x, call.number("ord"), axes, keep_dims).id();
}

Outputs matrix_norm_by_number(OpCall& call)
{
    return matrix_norm(call, own_float(call), call.number("ord"), call.ints("dim"),
                       call.boolean("keepdim"))
        .id();
}

Outputs norm_by_name(OpCall& call)
{
    const std::string name = call.string("ord");
    if (name == "nuc")
        return reduced_singular_values(call, own_float(call), all_axes(call, "dim"), "ReduceSum",
                                       call.boolean("keepdim"))
            .id();
    if (name != "fro")
        call.refuse("unknown norm '" + name + "'");
    return norm(own_float(call), 2, all_axes(call, "dim"), call.boolean("keepdim")).id();
}

constexpr std::string_view simple_norms = "ord 2, -2 and 'nuc' need known sizes, up to 128";

constexpr OpEntry entries[] = {
    {"aten::cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor",
     cosine_similarity},
    {"aten::pairwise_distance(Tensor x1, Tensor x2, float p=2.0, float eps=1e-06, bool "
     "keepdim=False) -> Tensor",
     pairwise_distance},
    {"aten::cdist(Tensor x1, Tensor x2, float p=2.0, int? compute_mode=None) -> Tensor", cdist},
    {"aten::_cdist_forward(Tensor x1, Tensor x2, float p, int? compute_mode) -> Tensor", cdist},
    {"aten::pdist(Tensor self, float p=2.0) -> Tensor", pdist, "known shapes"},
    {"aten::_pdist_forward(Tensor self, float p=2.0) -> Tensor", pdist, "known shapes"},
    {"aten::dist(Tensor self, Tensor other, Scalar p=2) -> Tensor", dist},
    {"aten::renorm(Tensor self, Scalar p, int dim, Scalar maxnorm) -> Tensor", renorm},
    {"aten::cross(Tensor self, Tensor other, int? dim=None) -> Tensor", cross},
    {"aten::linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor", cross},
    {"aten::kron(Tensor self, Tensor other) -> Tensor", kron},
    {"aten::linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     linalg_norm, simple_norms},
    {"aten::linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     norm_by_name, simple_norms},
    {"aten::linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     matrix_norm_by_number, simple_norms},
    {"aten::linalg_matrix_norm.str_ord(Tensor self, str ord='fro', int[] dim=[-2, -1], bool "
     "keepdim=False, *, ScalarType? dtype=None) -> Tensor",
     norm_by_name, simple_norms},
};

} // namespace

std::span<const OpEntry> distance_ops()
{
    return entries;
}

} // namespace strata::ops
