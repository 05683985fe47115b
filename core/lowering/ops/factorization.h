// Matrices of a known small size, factorized step by step. Leading dimensions are batches.
#pragma once

#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"

#include <string_view>
#include <vector>

namespace strata::ops {

/// A batch of matrices with its sizes.
struct Matrix {
    Expr value;
    std::vector<std::int64_t> shape;
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t row_axis() const { return static_cast<std::int64_t>(shape.size()) - 2; }
    std::int64_t column_axis() const { return row_axis() + 1; }
};

/// A float32 or float64 matrix that is small enough to be spelled out; refuses others.
Matrix small_matrix(OpCall& call, ValueId id);
Matrix square_matrix(OpCall& call, std::string_view name);
/// The same sizes with other values.
Matrix like(const Matrix& m, ValueId value);
Matrix transposed(const Matrix& m);
Expr transposed(Expr x);
Expr rows_of(const Matrix& m, std::int64_t from, std::int64_t to);
Expr columns_of(const Matrix& m, std::int64_t from, std::int64_t to);
Expr product(Expr a, Expr b);
/// A constant [size, size].
Expr identity(Emitter& e, DType dtype, std::int64_t size);
/// Identity matrices in the batch of `m`.
Expr identities(const Matrix& m, std::int64_t size);
ValueId zeros(Emitter& e, DType dtype, const std::vector<std::int64_t>& shape);
/// The part above or below a diagonal, the rest zero. Needs opset 14.
Expr triangle(OpCall& call, Expr x, bool upper, std::int64_t diagonal = 0);
/// Whether nothing is to be computed, as the tensor has no elements.
bool is_empty(OpCall& call, std::string_view name);

/// LAPACK's packed LU of row-exchanged A: the unit lower factor below the diagonal of the upper.
struct Lu {
    Matrix packed;
    std::vector<ValueId> pivots; ///< [..., 1, 1] each, counted from 0
    Expr carried;                ///< the right side with its rows exchanged alike
};
Lu lu_of(const Matrix& a, const Expr* right);
/// LAPACK's pivots: from 1, int32, [..., steps].
ValueId pivots_of(const Lu& lu);
/// Rows k and `pivot` ([..., 1, 1]) exchanged.
Expr exchange_rows(Expr x, std::int64_t k, Expr pivot);
/// X of A X = B for triangular A.
Expr solve_triangle(const Matrix& a, Expr b, bool upper, bool unit);
/// X of A X = B.
Expr solve_matrix(const Matrix& a, Expr b);
Expr inverse_of(const Matrix& a);
/// Q, complete, of `count` reflections that are packed below the diagonal of `a`.
Expr product_of_reflections(const Matrix& a, ValueId tau, std::int64_t count);
/// The determinant of a square matrix.
Expr determinant(OpCall& call, std::string_view name);

inline constexpr std::string_view small_sizes = "up to 32 rows and columns, known at export";

} // namespace strata::ops
