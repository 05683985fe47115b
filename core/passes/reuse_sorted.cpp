// The first of what is sorted already is the largest: nobody has to look for it again.
//
// max(dim) takes the element at the place that ArgMax tells. Where the same numbers have been
// sorted along the same axis, it is the first of the sorted ones.
#include "passes/passes.h"
#include "passes/rewriter.h"

#include <optional>
#include <unordered_map>
#include <vector>

namespace strata {
namespace {

/// The elements of `x`, ordered along the axis by their keys.
struct SortedElements {
    ValueId x = no_id;
    ValueId sorted = no_id;
    std::int64_t axis = 0;
    bool largest = true;
};
using SortedByKeys = std::unordered_map<ValueId, std::vector<SortedElements>>;

std::int64_t from_front(std::int64_t axis, std::size_t rank)
{
    return axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
}

/// GatherElements by the places of a TopK.
void remember_sorted(const Rewriter& r, NodeId node, SortedByKeys& known)
{
    const OnnxModel& model = r.model();
    const ValueId places = r.input(node, 1);
    const NodeId order = r.producer(places, "TopK");
    const auto rank = r.rank(r.input(node, 0));
    if (order == no_id || !rank || *rank == 0 || model.nodes[order].outputs.size() != 2 ||
        model.nodes[order].outputs[1] != places || model.int_attribute(order, "sorted", 1) == 0)
        return;
    const std::int64_t axis = from_front(model.int_attribute(node, "axis", 0), *rank);
    const auto count = r.ints(r.input(order, 1));
    if (axis != from_front(model.int_attribute(order, "axis", -1), *rank) || !count ||
        count->size() != 1 || count->front() < 1)
        return;
    known[r.input(order, 0)].push_back(
        {r.input(node, 0), r.output(node), axis, model.int_attribute(order, "largest", 1) != 0});
}

/// GatherND by the place of an extremum of each row becomes the first of what is sorted.
bool take_first(Rewriter& r, NodeId node, const SortedByKeys& known)
{
    const OnnxModel& model = r.model();
    const ValueId x = r.input(node, 0);
    const ValueId place = r.input(node, 1);
    const auto rank = r.rank(x);
    const NodeId largest = r.producer(place, "ArgMax");
    const NodeId search = largest != no_id ? largest : r.producer(place, "ArgMin");
    if (search == no_id || !rank || *rank == 0)
        return false;
    const std::int64_t last = static_cast<std::int64_t>(*rank) - 1;
    const auto entries = known.find(r.input(search, 0));
    if (entries == known.end() || model.int_attribute(node, "batch_dims", 0) != last ||
        model.int_attribute(search, "keepdims", 1) == 0 ||
        model.int_attribute(search, "select_last_index", 0) != 0 ||
        from_front(model.int_attribute(search, "axis", 0), *rank) != last)
        return false;
    for (const SortedElements& entry : entries->second) {
        if (entry.x != x || entry.axis != last || entry.largest != (largest != no_id))
            continue;
        const ValueId first = r.add_initializer("const", Tensor::scalar_int64(0));
        const NodeId sorting = model.values[entry.sorted].producer;
        r.set_op(node, "Gather");
        r.set_inputs(node, {entry.sorted, first});
        r.set_attribute(node, "axis", last);
        r.unite_origins(sorting, search);
        return true;
    }
    return false;
}

} // namespace

bool reuse_sorted(OnnxModel& model)
{
    Rewriter rewriter(model);
    for (const OnnxGraph& graph : model.graphs) {
        SortedByKeys known;
        for (const NodeId node : graph.nodes) {
            if (!rewriter.is_live(node))
                continue;
            if (rewriter.is(node, "GatherElements"))
                remember_sorted(rewriter, node, known);
            else if (rewriter.is(node, "GatherND"))
                take_first(rewriter, node, known);
        }
    }
    return rewriter.changed();
}

} // namespace strata
