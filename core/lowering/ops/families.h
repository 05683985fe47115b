// The one list of operator families. A family is a file beside this one.
#pragma once

#include "lowering/op_registry.h"

#include <span>

namespace strata::ops {

std::span<const OpEntry> activation_ops();
std::span<const OpEntry> attention_ops();
std::span<const OpEntry> convolution_ops();
std::span<const OpEntry> elementwise_ops();
std::span<const OpEntry> embedding_ops();
std::span<const OpEntry> linear_ops();
std::span<const OpEntry> noop_ops(); ///< dropout in eval mode, copies, conversions
std::span<const OpEntry> normalization_ops();
std::span<const OpEntry> pooling_ops();
std::span<const OpEntry> reduction_ops();
std::span<const OpEntry> shape_ops();
std::span<const OpEntry> creation_ops();

} // namespace strata::ops
