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

using Places = std::map<std::uint32_t, std::set<std::uint32_t>>; // expected → found in its place

/// Is the node's place certain without its own tensors: by data flow alone, or by the tensors of
/// the one node that reads its result, such as the bias that is added to a product?
bool has_place(const align::FlowGraph& left, const align::FlowGraph& right,
               const std::vector<align::Match>& aligned, NodeId id)
{
    const align::Match& match = aligned[id];
    if (match.reference == no_id)
        return false;
    // Equal branches are told apart by their order only, and that is free.
    if (match.relation <= align::Relation::Parameter)
        return true;
    const auto& uses = left.nodes[id].uses;
    if (match.relation != align::Relation::Followed || uses.size() != 1)
        return false;
    const align::Match& user = aligned[uses.front().node];
    return user.reference != no_id && user.relation <= align::Relation::Parameter &&
           !left.nodes[uses.front().node].tensors.empty() &&
           std::any_of(right.nodes[match.reference].uses.begin(),
                       right.nodes[match.reference].uses.end(),
                       [&](const align::FlowUse& use) { return use.node == user.reference; });
}

/// What the file reads where the source reads a tensor, when only the tensors that `keep`s tell
/// places. The graphs are the same afterwards.
template <typename Keep>
Result<Places> find_places(align::FlowGraph& left, align::FlowGraph& right, const Program& source,
                           const Keep& keep, const TaskContext& task)
{
    TensorSets here = take_tensors(left, keep);
    TensorSets there = take_tensors(right, keep);
    const auto aligned = align::align_graphs(left, right, task);
    Places found;
    for (NodeId id = 0; aligned && id < aligned->size(); ++id) {
        if (here[id].empty() || !has_place(left, right, *aligned, id) ||
            left.nodes[id].op != right.nodes[(*aligned)[id].reference].op)
            continue;
        for (const std::uint32_t tensor : here[id]) {
            if (keep(tensor))
                continue;
            const auto same_shape = [&](std::uint32_t other) {
                return source.tensors[other].shape == source.tensors[tensor].shape;
            };
            const auto& expected = there[(*aligned)[id].reference];
            const auto& present = here[id];
            // One of its shape, so that there is no doubt about places.
            if (std::count_if(expected.begin(), expected.end(), same_shape) == 1 &&
                std::count_if(present.begin(), present.end(), same_shape) == 1)
                found[*std::find_if(expected.begin(), expected.end(), same_shape)].insert(tensor);
        }
    }
    for (std::size_t i = 0; i < left.nodes.size(); ++i)
        left.nodes[i].tensors = std::move(here[i]);
    for (std::size_t i = 0; i < right.nodes.size(); ++i)
        right.nodes[i].tensors = std::move(there[i]);
    if (!aligned)
        return tl::unexpected(aligned.error());
    return found;
}

void add_exchanged(const Places& found,
                   std::vector<std::pair<std::uint32_t, std::uint32_t>>& exchanged)
{
    for (const auto& [expected, tensors] : found) {
        if (tensors.size() != 1 || *tensors.begin() == expected)
            continue;
        const std::uint32_t other = *tensors.begin();
        const auto place = found.find(other);
        const std::pair pair(expected, other);
        if (place != found.end() && !place->second.contains(other) &&
            std::find(exchanged.begin(), exchanged.end(), pair) == exchanged.end())
            exchanged.push_back(pair);
    }
}

} // namespace

Result<std::vector<std::pair<std::uint32_t, std::uint32_t>>>
exchanged_tensors(align::FlowGraph& left, align::FlowGraph& right, const Program& source,
                  const TaskContext& task)
{
    std::map<std::vector<std::int64_t>, unsigned> shapes;
    for (const Tensor& tensor : source.tensors)
        ++shapes[tensor.shape];
    const auto is_unique = [&](std::uint32_t tensor) {
        return shapes.at(source.tensors[tensor].shape) == 1;
    };
    const auto is_vector = [&](std::uint32_t tensor) {
        return source.tensors[tensor].shape.size() < 2 || is_unique(tensor);
    };
    std::vector<std::pair<std::uint32_t, std::uint32_t>> exchanged;
    STRATA_TRY(const Places by_flow, find_places(left, right, source, is_unique, task));
    add_exchanged(by_flow, exchanged);
    STRATA_TRY(const Places by_vectors, find_places(left, right, source, is_vector, task));
    add_exchanged(by_vectors, exchanged);
    return exchanged;
}

} // namespace strata
