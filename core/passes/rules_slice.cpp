// Slices, gathers and joins that undo or continue each other.
#include "passes/rules.h"

#include <algorithm>
#include <array>

namespace strata {
namespace {

using Ints = std::vector<std::int64_t>;

struct SliceParts {
    Ints starts, ends, axes, steps;
};

/// What a Slice selects, when all of it is known.
std::optional<SliceParts> parts_of(const Rewriter& r, NodeId node)
{
    SliceParts parts;
    const auto rank = r.rank(r.input(node, 0));
    const auto starts = r.ints(r.input(node, 1));
    const auto ends = r.ints(r.input(node, 2));
    const auto axes = ints_of(r, node, "axes", 3);
    const auto steps = ints_of(r, node, "steps", 4);
    if (!rank || !starts || !ends || !axes || !steps || starts->size() != ends->size())
        return std::nullopt;
    parts = {*starts, *ends, *axes, *steps};
    if (parts.axes.empty())
        for (std::size_t i = 0; i < starts->size(); ++i)
            parts.axes.push_back(static_cast<std::int64_t>(i));
    if (parts.steps.empty())
        parts.steps.assign(starts->size(), 1);
    for (std::int64_t& axis : parts.axes)
        axis += axis < 0 ? static_cast<std::int64_t>(*rank) : 0;
    if (parts.axes.size() != starts->size() || parts.steps.size() != starts->size())
        return std::nullopt;
    return parts;
}

/// Slices of different axes.
bool merge_slices(Rewriter& r, NodeId node)
{
    const ValueId between = r.input(node, 0);
    const NodeId before = r.producer(between, "Slice");
    if (before == no_id || !r.has_one_reader(between))
        return false;
    auto first = parts_of(r, before);
    const auto second = parts_of(r, node);
    if (!first || !second ||
        std::any_of(second->axes.begin(), second->axes.end(), [&](std::int64_t axis) {
            return std::find(first->axes.begin(), first->axes.end(), axis) != first->axes.end();
        }))
        return false;
    auto append = [](Ints& to, const Ints& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(first->starts, second->starts);
    append(first->ends, second->ends);
    append(first->axes, second->axes);
    append(first->steps, second->steps);
    const ValueId x = r.input(before, 0);
    r.set_inputs(node, {x, r.add_ints(first->starts), r.add_ints(first->ends),
                        r.add_ints(first->axes), r.add_ints(first->steps)});
    r.unite_origins(node, before);
    return true;
}

std::optional<std::int64_t> axis_of(const Rewriter& r, NodeId node, ValueId ranked,
                                    std::int64_t fallback)
{
    const auto rank = r.rank(ranked);
    std::int64_t axis = r.model().int_attribute(node, "axis", fallback);
    if (!rank)
        return std::nullopt;
    axis += axis < 0 ? static_cast<std::int64_t>(*rank) : 0;
    if (axis < 0 || axis >= static_cast<std::int64_t>(*rank))
        return std::nullopt;
    return axis;
}

/// A join of joins along the same axis.
bool merge_concats(Rewriter& r, NodeId node)
{
    const auto axis = axis_of(r, node, r.output(node), 0);
    std::vector<ValueId> inputs;
    std::vector<NodeId> merged;
    for (const ValueId input : r.model().nodes[node].inputs) {
        const NodeId before = r.producer(input, "Concat");
        if (axis && before != no_id && r.has_one_reader(input) &&
            axis_of(r, before, input, 0) == axis) {
            const std::vector<ValueId>& parts = r.model().nodes[before].inputs;
            inputs.insert(inputs.end(), parts.begin(), parts.end());
            merged.push_back(before);
        } else {
            inputs.push_back(input);
        }
    }
    if (merged.empty())
        return false;
    r.set_inputs(node, std::move(inputs));
    for (const NodeId before : merged)
        r.unite_origins(node, before);
    return true;
}

/// All parts of a Split, joined again in their order.
bool join_of_split(Rewriter& r, NodeId node)
{
    const std::vector<ValueId>& inputs = r.model().nodes[node].inputs;
    if (inputs.empty() || inputs.front() == no_id)
        return false;
    const NodeId split = r.producer(inputs.front(), "Split");
    if (split == no_id || r.model().nodes[split].outputs != inputs)
        return false;
    const ValueId x = r.input(split, 0);
    const auto axis = axis_of(r, node, x, 0);
    return axis && axis_of(r, split, x, 0) == axis && bypass(r, node, x);
}

/// The shape without an axis, and with 1 in its place.
Shape without_axis(Shape shape, std::int64_t axis)
{
    shape.erase(shape.begin() + axis);
    return shape;
}

bool is_known(const Shape& shape)
{
    return std::none_of(shape.begin(), shape.end(),
                        [](const Dim& dim) { return dim == Dim::unknown(); });
}

/// One element of an axis, and the axis put back with the size 1.
bool keep_gathered_axis(Rewriter& r, NodeId node)
{
    OnnxModel& model = r.model();
    const ValueId between = r.input(node, 0);
    const NodeId gather = r.producer(between, "Gather");
    if (gather == no_id || !r.has_one_reader(between))
        return false;
    const ValueId x = r.input(gather, 0);
    const auto axis = axis_of(r, gather, x, 0);
    const auto index = r.constant(r.input(gather, 1));
    const ValueId result = r.output(node);
    if (!axis || !index || !index->shape.empty() || !model.values[result].has_shape)
        return false;
    Shape kept = model.values[x].shape;
    kept[static_cast<std::size_t>(*axis)] = Dim::of(1);
    const auto numbers = index->to_int64s();
    if (!numbers || kept != model.values[result].shape || !is_known(kept))
        return false;
    r.set_input(gather, 1, r.add_ints(*numbers));
    model.values[between].shape = kept;
    return bypass(r, node, between);
}

/// A slice of one element, and its axis taken out.
bool gather_sliced_element(Rewriter& r, NodeId node)
{
    OnnxModel& model = r.model();
    const ValueId between = r.input(node, 0);
    const NodeId slice = r.producer(between, "Slice");
    if (slice == no_id || !r.has_one_reader(between))
        return false;
    const auto parts = parts_of(r, slice);
    const ValueId x = r.input(slice, 0);
    const ValueId result = r.output(node);
    if (!parts || parts->axes.size() != 1 || !model.values[result].has_shape ||
        !model.values[between].has_shape)
        return false;
    const std::int64_t axis = parts->axes.front();
    const auto place = static_cast<std::size_t>(axis);
    if (axis < 0 || place >= model.values[x].shape.size())
        return false;
    const Dim size = model.values[x].shape[place];
    const Shape wanted = without_axis(model.values[between].shape, axis);
    std::int64_t start = parts->starts.front();
    if (!size.known() || model.values[between].shape[place] != Dim::of(1) ||
        wanted != model.values[result].shape || !is_known(wanted))
        return false;
    start += start < 0 ? size.value : 0;
    if (start < 0 || start >= size.value)
        return false; // clamped: rare, and then not worth it
    r.set_op(slice, "Gather");
    r.set_attribute(slice, "axis", axis);
    r.set_inputs(slice, {x, r.add_initializer("const", Tensor::scalar_int64(start))});
    model.values[between].shape = wanted;
    return bypass(r, node, between);
}

constexpr RuleEntry rules[] = {
    {"Slice", merge_slices},
    {"Concat", merge_concats},
    {"Concat", join_of_split},
    {"Unsqueeze", keep_gathered_axis},
    {"Reshape", keep_gathered_axis},
    {"Squeeze", gather_sliced_element},
    {"Reshape", gather_sliced_element},
};

} // namespace

std::span<const RuleEntry> slice_rules()
{
    return rules;
}

} // namespace strata
