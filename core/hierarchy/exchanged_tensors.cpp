#include "hierarchy/exchanged_tensors.h"

#include "hierarchy/align/align.h"

#include <algorithm>
#include <map>
#include <set>

namespace strata {
namespace {

using TensorSets = std::vector<std::vector<std::uint32_t>>;

/// Takes the tensors out of a graph but for those that `keep`s.
template <typename Keep>
TensorSets take_tensors(align::FlowGraph& graph, const Keep& keep)
{
    TensorSets taken(graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        taken[i] = graph.nodes[i].tensors;
        std::erase_if(graph.nodes[i].tensors, [&](std::uint32_t tensor) { return !keep(tensor); });
    }
    return taken;
}

} // namespace

Result<std::vector<std::pair<std::uint32_t, std::uint32_t>>>
exchanged_tensors(align::FlowGraph& left, align::FlowGraph& right, const Program& source,
                  const TaskContext& task)
{
    std::map<std::vector<std::int64_t>, unsigned> shapes;
    for (const Tensor& tensor : source.tensors)
        ++shapes[tensor.shape];
    std::vector<bool> unique;
    for (const Tensor& tensor : source.tensors)
        unique.push_back(shapes[tensor.shape] == 1);
    const auto keep = [&](std::uint32_t tensor) { return unique[tensor]; };
    TensorSets here = take_tensors(left, keep);
    const TensorSets there = take_tensors(right, keep);
    const auto aligned = align::align_graphs(left, right, task);
    std::map<std::uint32_t, std::set<std::uint32_t>> found; // expected → found in its place
    for (NodeId id = 0; aligned && id < aligned->size(); ++id) {
        const align::Match& match = (*aligned)[id];
        // Equal branches are told apart by their order only, and that is free.
        if (match.reference == no_id || match.relation > align::Relation::Parameter ||
            here[id].empty() || left.nodes[id].op != right.nodes[match.reference].op)
            continue;
        for (const std::uint32_t tensor : here[id]) {
            const auto same_shape = [&](std::uint32_t other) {
                return source.tensors[other].shape == source.tensors[tensor].shape;
            };
            const auto& expected = there[match.reference];
            const auto& present = here[id];
            // One of its shape, so that there is no doubt about places.
            if (std::count_if(expected.begin(), expected.end(), same_shape) == 1 &&
                std::count_if(present.begin(), present.end(), same_shape) == 1)
                found[*std::find_if(expected.begin(), expected.end(), same_shape)].insert(tensor);
        }
    }
    for (std::size_t i = 0; i < left.nodes.size(); ++i)
        left.nodes[i].tensors = std::move(here[i]);
    if (!aligned)
        return tl::unexpected(aligned.error());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> exchanged;
    for (const auto& [expected, tensors] : found) {
        if (tensors.size() != 1 || *tensors.begin() == expected)
            continue;
        const std::uint32_t other = *tensors.begin();
        const auto place = found.find(other);
        if (place != found.end() && !place->second.contains(other))
            exchanged.emplace_back(expected, other);
    }
    return exchanged;
}

} // namespace strata
