// Chains of nodes that only give the same elements another shape are one Reshape, or nothing.
#include "passes/rules.h"

#include <algorithm>
#include <array>

namespace strata {
namespace {

using Ints = std::vector<std::int64_t>;

constexpr std::array<std::string_view, 4> reshaping{"Reshape", "Squeeze", "Unsqueeze", "Flatten"};

constexpr std::array<std::string_view, 10> reductions{
    "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd",
    "ReduceL1",   "ReduceL2",  "ArgMax",    "ArgMin",    "ReduceLogSumExp"};

template <std::size_t N>
NodeId producer_of(const Rewriter& r, ValueId value, const std::array<std::string_view, N>& ops)
{
    for (const std::string_view op : ops)
        if (const NodeId node = r.producer(value, op); node != no_id)
            return node;
    return no_id;
}

/// The dimensions that are not 1, in order, as the places where they are.
std::vector<std::size_t> places_of_size(const Shape& shape)
{
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] != Dim::of(1))
            places.push_back(i);
    return places;
}

/// Whether a Transpose moves nothing but axes of size 1.
bool moves_no_elements(const Rewriter& r, NodeId node)
{
    const ValueId x = r.input(node, 0);
    const auto permutation = permutation_of(r, node);
    if (!permutation || !r.rank(x) || permutation->size() != *r.rank(x))
        return false;
    const std::vector<std::size_t> places = places_of_size(r.model().values[x].shape);
    std::size_t next = 0;
    for (const std::int64_t from : *permutation) {
        const auto place = static_cast<std::size_t>(from);
        if (std::find(places.begin(), places.end(), place) == places.end())
            continue;
        if (places[next] != place)
            return false;
        ++next;
    }
    return true;
}

/// What Reshape's second input has to say to get from one value's shape to the other's: numbers, 0
/// for a dimension that stays where it is, -1 for one that follows from the others.
std::optional<Ints> reshape_target(const Rewriter& r, ValueId from, ValueId to)
{
    const OnnxModel& model = r.model();
    if (!model.values[to].has_shape)
        return std::nullopt;
    const Shape& shape = model.values[to].shape;
    const Shape* before = model.values[from].has_shape ? &model.values[from].shape : nullptr;
    Ints target;
    bool open = false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i].known()) {
            if (shape[i].value == 0)
                return std::nullopt; // 0 means something else to Reshape
            target.push_back(shape[i].value);
        } else if (before && i < before->size() && (*before)[i] == shape[i] &&
                   shape[i] != Dim::unknown()) {
            target.push_back(0);
        } else if (!open) {
            target.push_back(-1);
            open = true;
        } else {
            return std::nullopt;
        }
    }
    return target;
}

/// Makes the node a Reshape of `x`.
bool become_reshape(Rewriter& r, NodeId node, ValueId x)
{
    const auto target = reshape_target(r, x, r.output(node));
    if (!target)
        return false;
    r.set_op(node, "Reshape");
    r.set_inputs(node, {x, r.add_ints(*target)});
    return true;
}

/// A reduction that keeps its axes as 1, and a node that takes them out.
bool drop_kept_axes(Rewriter& r, NodeId node)
{
    const ValueId between = r.input(node, 0);
    const NodeId reduction = producer_of(r, between, reductions);
    OnnxModel& model = r.model();
    if (reduction == no_id || !r.has_one_reader(between) ||
        model.int_attribute(reduction, "keepdims", 1) == 0)
        return false;
    const bool by_index = r.is(reduction, "ArgMax") || r.is(reduction, "ArgMin");
    const auto axes = by_index ? std::optional(Ints{model.int_attribute(reduction, "axis", 0)})
                               : ints_of(r, reduction, "axes", 1);
    const auto rank = r.rank(r.input(reduction, 0));
    const ValueId result = r.output(node);
    if (!axes || !rank || !model.values[result].has_shape)
        return false;
    const Shape before = model.values[between].has_shape ? model.values[between].shape : Shape{};
    if (before.size() != *rank)
        return false;
    Shape without;
    for (std::size_t i = 0; i < *rank; ++i) {
        const bool reduced = std::any_of(axes->begin(), axes->end(), [&](std::int64_t axis) {
            return axis + (axis < 0 ? static_cast<std::int64_t>(*rank) : 0) ==
                   static_cast<std::int64_t>(i);
        });
        if (!reduced && !axes->empty())
            without.push_back(before[i]);
    }
    const Shape& wanted = model.values[result].shape;
    if (without != wanted || std::any_of(wanted.begin(), wanted.end(),
                                         [](const Dim& dim) { return dim == Dim::unknown(); }))
        return false;
    r.set_attribute(reduction, "keepdims", std::int64_t{0});
    model.values[between].shape = wanted;
    return bypass(r, node, between);
}

/// A reduction that drops its axes, and a node that puts them back as 1.
bool keep_dropped_axes(Rewriter& r, NodeId node)
{
    const ValueId between = r.input(node, 0);
    const NodeId reduction = producer_of(r, between, reductions);
    OnnxModel& model = r.model();
    if (reduction == no_id || !r.has_one_reader(between) ||
        model.int_attribute(reduction, "keepdims", 1) != 0)
        return false;
    const bool by_index = r.is(reduction, "ArgMax") || r.is(reduction, "ArgMin");
    const auto axes = by_index ? std::optional(Ints{model.int_attribute(reduction, "axis", 0)})
                               : ints_of(r, reduction, "axes", 1);
    const ValueId x = r.input(reduction, 0);
    const ValueId result = r.output(node);
    if (!axes || !r.rank(x) || !model.values[result].has_shape)
        return false;
    Shape kept = model.values[x].shape;
    for (std::size_t i = 0; i < kept.size(); ++i)
        if (axes->empty() || std::any_of(axes->begin(), axes->end(), [&](std::int64_t axis) {
                return axis + (axis < 0 ? static_cast<std::int64_t>(kept.size()) : 0) ==
                       static_cast<std::int64_t>(i);
            }))
            kept[i] = Dim::of(1);
    const Shape& wanted = model.values[result].shape;
    if (kept != wanted || std::any_of(wanted.begin(), wanted.end(),
                                      [](const Dim& dim) { return dim == Dim::unknown(); }))
        return false;
    r.set_attribute(reduction, "keepdims", std::int64_t{1});
    model.values[between].shape = wanted;
    return bypass(r, node, between);
}

/// Reshape after a node that reshapes too, or after a Transpose of axes of size 1.
bool merge(Rewriter& r, NodeId node)
{
    const ValueId between = r.input(node, 0);
    NodeId before = producer_of(r, between, reshaping);
    if (before == no_id) {
        before = r.producer(between, "Transpose");
        if (before == no_id || !moves_no_elements(r, before))
            return drop_kept_axes(r, node) || keep_dropped_axes(r, node);
    }
    const ValueId x = r.input(before, 0);
    if (same_shape(r, x, r.output(node)) && bypass(r, node, x))
        return true;
    if (!become_reshape(r, node, x))
        return false;
    r.unite_origins(node, before);
    return true;
}

/// A Transpose of axes of size 1 after a node that reshapes.
bool transpose_after_reshape(Rewriter& r, NodeId node)
{
    const NodeId before = producer_of(r, r.input(node, 0), reshaping);
    if (before == no_id || !moves_no_elements(r, node) || !r.has_one_reader(r.input(node, 0)))
        return false;
    const ValueId x = r.input(before, 0);
    if (same_shape(r, x, r.output(node)) && bypass(r, node, x))
        return true;
    if (!become_reshape(r, node, x))
        return false;
    r.unite_origins(node, before);
    return true;
}

constexpr RuleEntry rules[] = {
    {"Reshape", merge},
    {"Squeeze", merge},
    {"Unsqueeze", merge},
    {"Flatten", merge},
    {"Transpose", transpose_after_reshape},
};

} // namespace

std::span<const RuleEntry> reshape_rules()
{
    return rules;
}

} // namespace strata
