// Operators on Python values (ints, lists, dicts, sizes, dtypes, ...): they are evaluated while
// lowering as far as they are known, and become small ONNX computations where they are not.
#pragma once

#include "lowering/emitter.h"
#include "lowering/lowered.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace strata {

/// Evaluates `target` ("aten::len.t", "prim::TupleUnpack", ...) on its arguments. Nothing when it
/// is not a Python operator for these arguments (tensors among them): the operator registry is
/// asked then. Lists are changed in place. Throws Refusal when the operation needs a value that
/// only exists when the model runs.
std::optional<Outputs> evaluate_python_op(Emitter& emitter, std::string_view target,
                                          const std::vector<Lowered>& args,
                                          std::size_t output_count);

/// A truth value that is known now.
std::optional<bool> known_condition(Emitter& emitter, const Lowered& value);

} // namespace strata
