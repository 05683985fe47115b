// Several weights as one that is put together when somebody reads it. Internal to core/passes.
#pragma once

#include "ir/tensor.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace strata {

/// The parts one after the other along an axis. Takes no memory for the elements before they are
/// read. Nothing when types or the other dimensions differ, or elements are no whole bytes.
std::optional<Tensor> joined_weight(std::vector<Tensor> parts, std::size_t axis);

} // namespace strata
