// Where PyTorch's tensors lie in memory, as far as it decides what shares memory with what.
#pragma once

#include "lowering/op_call.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace strata {

/// How a tensor lies in memory where PyTorch runs the model.
struct MemoryLayout {
    bool contiguous = false; ///< row-major, without gaps
    /// In elements; empty where they are not known, or follow from `contiguous` and the shape.
    std::vector<std::int64_t> strides;
};

/// What an operator that copies or does not (reshape, contiguous) does.
enum class Sharing : std::uint8_t { Unknown, Shares, Copies };

struct ViewLayout {
    Sharing sharing = Sharing::Unknown;
    MemoryLayout layout; ///< of the result
};

using StaticShape = std::optional<std::vector<std::int64_t>>;

/// Of a tensor of that shape with these strides; nothing is known without a shape.
MemoryLayout layout_with(std::vector<std::int64_t> strides, const StaticShape& shape);

/// What a view operator makes of a base that lies in memory in this way. `view` is its call.
ViewLayout layout_of_view(OpCall& view, const MemoryLayout& base, const StaticShape& base_shape,
                          const StaticShape& shape);

/// True for operators whose result is contiguous whatever they read.
bool makes_contiguous(std::string_view target);
/// True for operators whose result is contiguous where all their tensors are.
bool keeps_contiguous(std::string_view target);

/// True for operators that return their argument itself where there is nothing to do: views, and
/// conversions to what the tensor is already. All others give memory of their own.
bool returns_argument(std::string_view target);

} // namespace strata
