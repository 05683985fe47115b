// Flat tensors as the arguments of a TorchScript method, nested as its signature wants them.
#pragma once

#include "ir/program.h"

#include <ATen/core/function_schema.h>
#include <vector>

namespace strata::torch_module {

/// The arguments after self. Where every input has a name of the form that fx_expand_inputs.h
/// describes ("x", "states.0", "batch.image"), they go by name: arguments that none names get their
/// default value, or None. Otherwise they go by position, depth first; a list takes all that is
/// left, and dicts cannot be given so. Throws Stop (Usage) when inputs are missing or left over.
/// The tensors are copies: a model may write into its inputs.
std::vector<c10::IValue> pack_inputs(const c10::FunctionSchema& schema,
                                     const std::vector<SampleTensor>& inputs);

} // namespace strata::torch_module
