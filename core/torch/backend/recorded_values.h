// LibTorch's values as a trace keeps them.
#pragma once

#include "ir/execution_trace.h"

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

namespace strata::torch_module {

RecordedValue record_value(const c10::IValue& value);
/// Nothing for values that are not tensors, or of element types without an order.
std::optional<ValueStatistics> value_statistics(const c10::IValue& value);
/// The tensors in a value, depth first; numbers as rank-0 tensors.
void flatten_tensors(const c10::IValue& value, std::vector<Tensor>& outputs);
/// LibTorch's type for a type of the FX graph; Any where that does not say it.
c10::TypePtr torch_type(const FxType& type);
/// The type that a value has by itself.
c10::TypePtr type_of_value(const c10::IValue& value);

} // namespace strata::torch_module
