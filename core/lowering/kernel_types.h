// Which element types ONNX Runtime's CPU kernels take, so that the emitter can put casts around a
// node whose type has none.
#pragma once

#include "base/dtype.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace strata {

/// The types of one operator. Inputs and outputs that have the operator's type are bits of masks:
/// the others (indices, shapes, conditions) have types of their own.
struct KernelTypes {
    std::uint32_t types = 0; ///< one bit per DType
    std::uint32_t typed_inputs = ~0U;
    std::uint32_t typed_outputs = 1;

    bool takes(DType type) const;
};

/// Nothing for operators that take all types or that are not known here. `accumulates` is true
/// for Scatter nodes with a reduction, which have fewer.
std::optional<KernelTypes> kernel_types(std::string_view op, int opset, bool accumulates);

/// The type to compute in instead of `type`: one that the operator takes and that holds every
/// value of `type` exactly, or float32 for doubles that have no kernel. `type` itself when there is
/// none.
DType substitute_type(const KernelTypes& kernel, DType type);

} // namespace strata
