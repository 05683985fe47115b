// What can be said of a model's inputs when nobody gave any: from the weights of the operators that
// read them.
#pragma once

#include "ir/program.h"
#include "lowering/lower.h"
#include "session/fitting_sizes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace strata {

/// What is known of one placeholder.
struct InferredInput {
    DType dtype = DType::Unknown;
    /// Dimensions where the rank is known: >= 0 fixed by a weight, -1 free.
    std::optional<std::vector<std::int64_t>> dims;
    /// The last dimension where only that is known (linear layers take any rank).
    std::optional<std::int64_t> features;
    /// The second dimension where only that is known (normalisations take several ranks).
    std::optional<std::int64_t> channels;
    /// The first dimension where only that is known: the code picks that many items.
    std::optional<std::int64_t> first;
    bool is_index = false;              ///< it indexes an embedding or picks elements
    bool is_offset = false;             ///< where bags of an embedding begin: zeros will do
    std::size_t min_rank = 0;           ///< axes that the code names
    std::vector<std::int64_t> trailing; ///< the last dimensions, as far as they are known
    std::string because;                ///< the weight that told first: "conv1.weight"
};

/// What shape_hints() says about the placeholders, or the types of the file where it has them.
std::vector<InferredInput> infer_inputs(const Program& program);

/// The input as symbols: "x_dim0" where a dimension is free.
LoweringInput symbolic_input(const InferredInput& inferred, const std::string& name);

/// The same with sizes: those in `fitting` under the names that symbolic_input() gives, else usual
/// ones.
LoweringInput fitting_input(const InferredInput& inferred, const std::string& name,
                            const SymbolSizes& fitting);

/// The `attempt`-th plausible concrete input (batch 1, usual image sizes, ...); the list repeats.
LoweringInput plausible_input(const InferredInput& inferred, std::size_t attempt);
inline constexpr std::size_t plausible_attempts = 12;
/// Sizes of images, sequences, ... in the order they are tried.
std::int64_t plausible_size(std::size_t attempt);

/// One try for all inputs of a model together.
struct PlausibleChoice {
    std::size_t size = 0;           ///< index of plausible_size()
    std::vector<std::size_t> ranks; ///< parallel to the inputs: which of the plausible ranks
    bool all_alike = false;         ///< the first axes have the size of the others, too
};
/// What to try, in this order: usual sizes, then other ranks of several inputs, then batches as
/// large as the other sizes, for inputs that have axes in common. A few dozen at most.
std::vector<PlausibleChoice> plausible_choices(const std::vector<InferredInput>& inputs);
/// What the `index`-th input is in a choice.
LoweringInput plausible_input(const std::vector<InferredInput>& inputs, std::size_t index,
                              const PlausibleChoice& choice);

} // namespace strata
