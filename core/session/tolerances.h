// How much two right ways to compute the same may differ.
#pragma once

#include "ir/tensor.h"
#include "session/session.h"

#include <algorithm>

namespace strata {

/// |a-b| <= atol + rtol*|b|.
struct Bounds {
    double atol = 0.0;
    double rtol = 0.0;
};

/// Half types round every step of a computation, so that two right orders of the same steps differ
/// by more than other types do. The bounds are never below these.
inline Bounds bounds_for(DType dtype, Bounds wanted)
{
    switch (dtype) {
    case DType::Float16:
        return {std::max(wanted.atol, float16_atol), std::max(wanted.rtol, float16_rtol)};
    case DType::BFloat16:
        return {std::max(wanted.atol, bfloat16_atol), std::max(wanted.rtol, bfloat16_rtol)};
    default:
        return wanted;
    }
}

} // namespace strata
