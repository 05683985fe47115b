// What normalizations have in common.
#pragma once

#include "lowering/op_call.h"

#include <cstdint>
#include <vector>

namespace strata::ops {

/// The statistics of one normalization, all kept as dimensions of size 1.
struct Standardized {
    ValueId value = no_id;
    ValueId mean = no_id;
    ValueId deviation = no_id;

    ValueId inverse_deviation(Emitter& e) const { return e.emit("Reciprocal", {deviation}); }
};

/// (x - mean) / sqrt(variance + eps) with the biased variance over `axes`.
Standardized standardize(Emitter& e, ValueId input, const std::vector<std::int64_t>& axes,
                         double eps);

/// value * weight + bias, both [C] or no_id, along dimension 1 of a tensor of that rank.
ValueId scale_channels(Emitter& e, ValueId value, ValueId weight, ValueId bias, std::int64_t rank);

} // namespace strata::ops
