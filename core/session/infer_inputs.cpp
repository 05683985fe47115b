#include "session/infer_inputs.h"

#include "session/shape_hints.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace strata {
namespace {

constexpr std::array<std::int64_t, plausible_attempts> usual_sizes{224, 32, 64, 28,  299, 256,
                                                                   128, 96, 16, 112, 48,  8};

InferredInput from_hint(const ShapeHint& hint)
{
    InferredInput result;
    result.dtype = hint.dtype;
    result.is_index = hint.is_index;
    result.is_offset = hint.is_offset;
    result.because = hint.because;
    result.min_rank = hint.min_rank;
    if (hint.rank) {
        // Code for a single sample may stand beside that for a batch; axes that are named exist.
        const std::size_t rank = std::max(*hint.rank, hint.min_rank);
        result.dims = std::vector<std::int64_t>(rank, -1);
        for (const auto& [axis, size] : hint.back)
            if (axis < rank)
                (*result.dims)[rank - 1 - axis] = size;
        for (const auto& [axis, size] : hint.front)
            if (axis < rank)
                (*result.dims)[axis] = size;
        return result;
    }
    for (std::size_t axis = 0; hint.back.contains(axis); ++axis)
        result.trailing.insert(result.trailing.begin(), hint.back.at(axis));
    if (!result.trailing.empty())
        result.features = result.trailing.back();
    if (const auto first = hint.front.find(0); first != hint.front.end())
        result.first = first->second;
    if (const auto channels = hint.front.find(1); channels != hint.front.end()) {
        result.channels = channels->second;
        result.min_rank = std::max<std::size_t>(result.min_rank, 2);
    }
    return result;
}

/// Ranks to try where none is known, in this order.
std::vector<std::size_t> plausible_ranks(const InferredInput& inferred)
{
    std::vector<std::size_t> usual{2, 4, 3, 1};
    if (inferred.channels)
        usual = {4, 3, 2, 5};
    else if (inferred.features)
        usual = {2, 3, 4};
    else if (inferred.is_index)
        usual = {2, 1};
    const std::size_t least = std::max(inferred.min_rank, inferred.trailing.size());
    std::erase_if(usual, [&](std::size_t rank) { return rank < least; });
    if (usual.empty())
        usual.push_back(least);
    return usual;
}

} // namespace

std::vector<InferredInput> infer_inputs(const Program& program)
{
    const std::vector<ShapeHint> hints = shape_hints(program);
    std::vector<InferredInput> inputs;
    for (const FxNodeId id : program.graph.placeholders()) {
        const FxValueId value = program.graph.nodes[id].outputs.front();
        const FxType& type = program.graph.values[value].type;
        InferredInput input = from_hint(hints[value]);
        if (type.shape) {
            input = {};
            input.dims.emplace();
            for (const FxDim& dim : *type.shape)
                input.dims->push_back(dim.value);
        }
        if (type.dtype != DType::Unknown)
            input.dtype = type.dtype;
        inputs.push_back(std::move(input));
    }
    return inputs;
}

LoweringInput symbolic_input(const InferredInput& inferred, const std::string& name)
{
    LoweringInput input;
    input.dtype = inferred.dtype == DType::Unknown ? DType::Float32 : inferred.dtype;
    if (!inferred.dims)
        return input;
    input.shape.emplace();
    for (std::size_t i = 0; i < inferred.dims->size(); ++i) {
        const std::int64_t dim = (*inferred.dims)[i];
        input.shape->push_back(dim >= 0 ? FxDim{dim, {}}
                                        : FxDim{-1, fmt::format("{}_dim{}", name, i)});
    }
    return input;
}

std::int64_t plausible_size(std::size_t attempt)
{
    return usual_sizes[attempt % usual_sizes.size()];
}

namespace {

/// Volumes and clips: a cube has many elements.
constexpr std::int64_t largest_of_volumes = 32;
/// Small ones for what is tried beside the usual sizes.
constexpr std::array<std::size_t, 2> small_sizes{11, 8};
constexpr std::size_t most_rank_choices = 24;

LoweringInput shaped_input(const InferredInput& inferred, std::size_t rank_choice,
                           std::int64_t size, std::int64_t first)
{
    LoweringInput input;
    input.dtype = inferred.dtype == DType::Unknown ? DType::Float32 : inferred.dtype;
    std::vector<std::int64_t> shape;
    if (inferred.dims) {
        shape = *inferred.dims;
        const std::int64_t side = shape.size() > 4 ? std::min(size, largest_of_volumes) : size;
        for (std::size_t i = 0; i < shape.size(); ++i)
            if (shape[i] < 0)
                shape[i] = i == 0 ? first : side;
    } else {
        const std::vector<std::size_t> ranks = plausible_ranks(inferred);
        shape.assign(ranks[rank_choice % ranks.size()], -1);
        const std::size_t rank = shape.size();
        for (std::size_t i = 0; i < inferred.trailing.size() && i < rank; ++i)
            shape[rank - 1 - i] = inferred.trailing[inferred.trailing.size() - 1 - i];
        if (inferred.channels && rank > 1)
            shape[1] = *inferred.channels;
        if (inferred.first && rank > inferred.trailing.size())
            shape[0] = *inferred.first;
        const bool image = rank >= 4 || inferred.channels;
        for (std::size_t i = 0; i < rank; ++i)
            if (shape[i] < 0)
                shape[i] = i == 0 && (rank > 1 || inferred.is_index) ? first
                           : i == 1 && image                         ? 3
                           : image                                   ? size
                                                                     : 16;
    }
    input.shape.emplace();
    for (const std::int64_t dim : shape)
        input.shape->push_back({dim, {}});
    return input;
}

} // namespace

LoweringInput fitting_input(const InferredInput& inferred, const std::string& name,
                            const SymbolSizes& fitting)
{
    LoweringInput input = plausible_input(inferred, 0);
    const LoweringInput symbols = symbolic_input(inferred, name);
    for (std::size_t axis = 0; symbols.shape && axis < symbols.shape->size(); ++axis)
        if (const auto it = fitting.find((*symbols.shape)[axis].symbol); it != fitting.end())
            (*input.shape)[axis] = {it->second, {}};
    return input;
}

LoweringInput plausible_input(const InferredInput& inferred, std::size_t attempt)
{
    return shaped_input(inferred, attempt, plausible_size(attempt), 1);
}

std::vector<PlausibleChoice> plausible_choices(const std::vector<InferredInput>& inputs)
{
    std::vector<PlausibleChoice> choices;
    for (std::size_t attempt = 0; attempt < plausible_attempts; ++attempt)
        choices.push_back({attempt, std::vector<std::size_t>(inputs.size(), attempt), false});
    std::size_t open = 0;
    std::size_t combinations = 1;
    for (const InferredInput& input : inputs)
        if (!input.dims) {
            ++open;
            combinations = std::min(combinations * plausible_ranks(input).size(),
                                    most_rank_choices * most_rank_choices);
        }
    if (open > 1)
        for (std::size_t number = 0; number < std::min(combinations, most_rank_choices); ++number) {
            PlausibleChoice choice{small_sizes.back(), {}, false};
            std::size_t left = number;
            for (const InferredInput& input : inputs) {
                const std::size_t ranks = input.dims ? 1 : plausible_ranks(input).size();
                choice.ranks.push_back(left % ranks);
                left /= ranks;
            }
            choices.push_back(std::move(choice));
        }
    if (inputs.size() > 1)
        for (const std::size_t size : small_sizes)
            choices.push_back({size, std::vector<std::size_t>(inputs.size(), 0), true});
    return choices;
}

LoweringInput plausible_input(const std::vector<InferredInput>& inputs, std::size_t index,
                              const PlausibleChoice& choice)
{
    const std::int64_t size = plausible_size(choice.size);
    // What picks rows of another input needs more than one to pick from.
    const bool picks =
        inputs.size() > 1 && std::any_of(inputs.begin(), inputs.end(),
                                         [](const InferredInput& input) { return input.is_index; });
    return shaped_input(inputs[index], choice.ranks[index], size,
                        choice.all_alike ? size
                        : picks          ? 2
                                         : 1);
}

} // namespace strata
