// Weights with a factor per channel that are computed when somebody reads them. Internal to
// core/passes.
#pragma once

#include "ir/tensor.h"

#include <cstdint>
#include <vector>

namespace strata {

/// Where the channels of a weight are. In row-major order the elements come in rows of `channels`
/// runs of `run` elements each; every `rows_per_group` rows the next `channels` factors apply.
struct ChannelLayout {
    std::int64_t channels = 1;
    std::int64_t run = 1;
    std::int64_t rows_per_group = 1;
};

/// The weight with each element multiplied by its channel's factor, in the same type and shape.
/// Takes no memory for the elements before they are read. Floating-point types only; the factors
/// must cover the weight.
Tensor scaled_weight(Tensor weight, std::vector<double> factors, ChannelLayout layout);

} // namespace strata
