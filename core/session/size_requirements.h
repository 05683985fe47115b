// What a model's operators ask of sizes that are not known yet.
#pragma once

#include "ir/onnx_model.h"
#include "passes/dim_expression.h"

#include <vector>

namespace strata {

/// The product of some dimensions.
using SizeFactors = std::vector<DimExpression>;

/// Something that must hold where the model runs.
struct SizeRequirement {
    enum class Kind { Equal, Multiple, Positive };
    Kind kind = Kind::Equal;
    SizeFactors left;
    SizeFactors right; ///< Multiple: what `left` is divided by; Positive: none
};

/// Of the main graph's operators, from the dimensions that shape inference has written into the
/// model: matrix products, reshapes, joined and broadcast tensors, windows that must fit. At most a
/// few thousand; linear in the graph.
std::vector<SizeRequirement> size_requirements(const OnnxModel& model);

} // namespace strata
