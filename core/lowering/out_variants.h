// Operators that write their results into tensors they are given: "aten::add.out",
// "aten::topk.values". They are lowered as the operators that give the results out.
#pragma once

#include "lowering/op_registry.h"

#include <string_view>

namespace strata {

/// True for overloads whose last arguments are the tensors that take the results, as many as there
/// are results.
bool has_out_arguments(std::string_view target);

/// The operator that computes the same and gives it out: its arguments are the first ones of
/// `target`. Null when none is registered.
const OpRegistry::Op* without_out_arguments(const OpRegistry& registry, std::string_view target);

} // namespace strata
