#include "session/infer_inputs.h"

#include "session/shape_hints.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace strata {
namespace {

constexpr std::array<std::int64_t, plausible_attempts> sizes{224, 32, 64, 28,  299, 256,
                                                             128, 96, 16, 112, 48,  8};

InferredInput from_hint(const ShapeHint& hint)
{
    InferredInput result;
    result.dtype = hint.dtype;
    result.is_index = hint.is_index;
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
    return sizes[attempt % sizes.size()];
}

LoweringInput plausible_input(const InferredInput& inferred, std::size_t attempt)
{
    LoweringInput input;
    input.dtype = inferred.dtype == DType::Unknown ? DType::Float32 : inferred.dtype;
    std::vector<std::int64_t> shape;
    const std::int64_t size = plausible_size(attempt);
    if (inferred.dims) {
        shape = *inferred.dims;
        for (std::size_t i = 0; i < shape.size(); ++i)
            if (shape[i] < 0)
                shape[i] = i == 0 ? 1 : size;
    } else {
        const std::vector<std::size_t> ranks = plausible_ranks(inferred);
        shape.assign(ranks[attempt % ranks.size()], -1);
        const std::size_t rank = shape.size();
        for (std::size_t i = 0; i < inferred.trailing.size() && i < rank; ++i)
            shape[rank - 1 - i] = inferred.trailing[inferred.trailing.size() - 1 - i];
        if (inferred.channels && rank > 1)
            shape[1] = *inferred.channels;
        const bool image = rank >= 4 || inferred.channels;
        for (std::size_t i = 0; i < rank; ++i)
            if (shape[i] < 0)
                shape[i] = i == 0 && (rank > 1 || inferred.is_index) ? 1
                           : i == 1 && image                         ? 3
                           : image                                   ? size
                                                                     : 16;
    }
    input.shape.emplace();
    for (const std::int64_t dim : shape)
        input.shape->push_back({dim, {}});
    return input;
}

} // namespace strata
