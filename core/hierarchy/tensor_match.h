// Which of a source model's tensors a tensor in an ONNX file was made from, by content.
#pragma once

#include "base/task.h"
#include "ir/onnx_model.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace strata {

/// How a tensor of the file relates to the source's.
enum class TensorChange : std::uint8_t {
    Same,       ///< the same elements in the same order; the shape may differ
    Transposed, ///< the last two dimensions (of a matrix) swapped
    Cast,       ///< in half precision, perhaps transposed too
    Parts,      ///< cut out of it, or joined from several source tensors
    Scaled      ///< rows scaled and shifted: a normalisation folded in, or quantised
};
std::string_view to_string(TensorChange change); ///< "same", "transposed", ...

struct TensorMatch {
    std::uint32_t source = 0; ///< index into the source's tensors
    TensorChange change = TensorChange::Same;
    /// False: it is this tensor, but some of its numbers are others.
    bool exact = true;
};

/// Per tensor of `tensors`: the source tensors whose content it has, in order; several when equal
/// tensors are several times in the source (biases of zeros) or it was joined from several. Exact
/// relations are found by hashes, scaled ones by the correlation of some samples, and then compared
/// number by number. Linear in the bytes; tensors whose bytes cannot be read match nothing.
Result<std::vector<std::vector<TensorMatch>>> match_tensors(std::span<const Tensor* const> tensors,
                                                            std::span<const Tensor> source,
                                                            TaskContext& task);

} // namespace strata
