// Small constant tensors as plain arrays of numbers, for exact evaluation.
#pragma once

#include "passes/infer/context.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace strata::infer {

/// A tensor with its elements as int64 (integers, booleans) or double (reals).
struct Array {
    DType dtype = DType::Unknown;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> ints;
    std::vector<double> reals;

    bool is_real() const { return is_floating_point(dtype); }
    std::size_t size() const { return is_real() ? reals.size() : ints.size(); }
};

/// Integers, booleans, and floating-point types of 16 to 64 bits.
bool is_supported(DType type);

/// A real as the type holds it; the number itself for float64.
double round_to(DType type, double value);

/// An integer as the type holds it: wrapped around, as every implementation does; 0 or 1 for bool.
std::int64_t wrap_to(DType type, std::int64_t value);

/// The elements of an input that is a known, small constant of a supported dtype.
std::optional<Array> load(const Context& c, std::size_t input);

/// The array as a tensor; nothing when its dtype is not supported.
std::optional<Tensor> store(const Array& array);

std::int64_t count_of(const std::vector<std::int64_t>& shape);

/// The result's shape as the rule found it; nothing unless it is known and small.
std::optional<std::vector<std::int64_t>> output_shape(Context& c);

std::vector<std::size_t> row_major_strides(const std::vector<std::int64_t>& shape);

/// For each element of a tensor of `shape` the index of the element of `from` that is broadcast to
/// it.
std::vector<std::size_t> broadcast_indices(const std::vector<std::int64_t>& from,
                                           const std::vector<std::int64_t>& shape);

/// Evaluates one node, or nothing.
using Evaluate = std::optional<Array> (*)(Context&);
struct Evaluator {
    std::string_view op;
    Evaluate evaluate;
};
/// Functions of real numbers, matrices, windows and reductions (constant_functions.cpp).
std::span<const Evaluator> function_evaluators();

/// An array whose elements are those of `source` at `indices`.
Array pick(const Array& source, std::vector<std::int64_t> shape,
           const std::vector<std::size_t>& indices);

} // namespace strata::infer
