// PyTorch's rules for the dtype of a result
// (https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc).
#pragma once

#include "lowering/op_call.h"

#include <initializer_list>
#include <string_view>

namespace strata::ops {

/// The promoted dtype of the named arguments: tensors with dimensions decide, rank-0 tensors and
/// Python numbers only lift the category (bool < integer < floating point).
DType result_type(OpCall& call, std::initializer_list<std::string_view> names);

/// The same for operators that compute in floating point whatever they are given: integers become
/// float32.
DType float_result_type(OpCall& call, std::initializer_list<std::string_view> names);

/// An argument, number or tensor, as a tensor of the dtype.
ValueId operand(OpCall& call, std::string_view name, DType dtype);

/// Two arguments in their common dtype.
struct Operands {
    ValueId a = no_id;
    ValueId b = no_id;
    DType dtype = DType::Unknown;
};
Operands promoted(OpCall& call, std::string_view a, std::string_view b);
Operands promoted_to_float(OpCall& call, std::string_view a, std::string_view b);

/// One argument; integers and bools are cast to float32.
ValueId as_float(OpCall& call, std::string_view name);

} // namespace strata::ops
