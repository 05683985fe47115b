// What the executions that one copy of a node stands for have in common.
#pragma once

#include "ir/execution_trace.h"

#include <optional>
#include <span>
#include <vector>

namespace strata {

/// The value that all executions agree on; for integer tensors the elements. Nothing otherwise.
std::optional<FxArg> common_value(const ExecutionTrace& trace,
                                  std::span<const TraceRecordId> executions, std::size_t output);

/// `declared` with the rank, and where `shapes` the dimensions, that all executions agree on.
FxType refined_type(const ExecutionTrace& trace, std::span<const TraceRecordId> executions,
                    std::size_t output, FxType declared, bool shapes);

} // namespace strata
