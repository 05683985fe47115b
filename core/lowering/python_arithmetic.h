// Python's arithmetic and comparisons on numbers, strings and lists.
#pragma once

#include "lowering/emitter.h"
#include "lowering/lowered.h"

#include <optional>
#include <string_view>
#include <vector>

namespace strata {

/// The result of "aten::add", "aten::floordiv", "aten::eq", "prim::min", ... on Python values;
/// nothing when the operator or the kinds of its arguments are not Python's. Known numbers give
/// known numbers; run-time scalars give a small ONNX computation.
std::optional<Lowered> evaluate_python_arithmetic(Emitter& emitter, std::string_view op,
                                                  const std::vector<Lowered>& args);

/// Python's == as far as it is known now.
std::optional<bool> python_equal(const Lowered& a, const Lowered& b);

} // namespace strata
