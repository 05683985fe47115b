// Adaptive pooling, apart from the pooling family because of its size.
#pragma once

#include "lowering/ops/building_blocks.h"

namespace strata::ops {

/// Output of size 1 becomes a global pooling, sizes that divide the input an ordinary one, and
/// every other size a product with averaging matrices. `spatial` is 1, 2 or 3.
template <std::size_t spatial>
Outputs adaptive_average_pool(OpCall& call);
extern template Outputs adaptive_average_pool<1>(OpCall&);
extern template Outputs adaptive_average_pool<2>(OpCall&);
extern template Outputs adaptive_average_pool<3>(OpCall&);

/// Values and indices (flat within a plane). Sizes that divide the input become a MaxPool, others
/// gather each window.
template <std::size_t spatial>
Outputs adaptive_max_pool(OpCall& call);
extern template Outputs adaptive_max_pool<1>(OpCall&);
extern template Outputs adaptive_max_pool<2>(OpCall&);
extern template Outputs adaptive_max_pool<3>(OpCall&);

} // namespace strata::ops
