// Nodes whose result is one of their inputs.
#include "passes/rules.h"

#include <algorithm>
#include <numeric>

namespace strata {
namespace {

using Ints = std::vector<std::int64_t>;

bool same_type(const Rewriter& r, ValueId a, ValueId b)
{
    const auto& values = r.model().values;
    return values[a].dtype == values[b].dtype && values[a].dtype != DType::Unknown &&
           same_shape(r, a, b);
}

/// Bypasses a node whose result has the type of an input, when that means that it is the input.
bool first_input_if_same_type(Rewriter& r, NodeId node)
{
    const ValueId x = r.input(node, 0);
    return x != no_id && same_type(r, x, r.output(node)) && bypass(r, node, x);
}

bool identity(Rewriter& r, NodeId node)
{
    return bypass(r, node, r.input(node, 0));
}

bool cast(Rewriter& r, NodeId node)
{
    const ValueId x = r.input(node, 0);
    const auto& values = r.model().values;
    return x != no_id && values[x].dtype != DType::Unknown &&
           values[x].dtype == values[r.output(node)].dtype && bypass(r, node, x);
}

bool transpose(Rewriter& r, NodeId node)
{
    const auto permutation = permutation_of(r, node);
    return permutation && std::is_sorted(permutation->begin(), permutation->end()) &&
           bypass(r, node, r.input(node, 0));
}

/// Along no axis anything is left out when the size stays and the steps are 1.
bool slice(Rewriter& r, NodeId node)
{
    const auto steps = ints_of(r, node, "steps", 4);
    return steps && std::all_of(steps->begin(), steps->end(), [](auto s) { return s == 1; }) &&
           first_input_if_same_type(r, node);
}

bool pad(Rewriter& r, NodeId node)
{
    const auto pads = ints_of(r, node, "pads", 1);
    return pads && std::all_of(pads->begin(), pads->end(), [](auto p) { return p == 0; }) &&
           bypass(r, node, r.input(node, 0));
}

bool tile(Rewriter& r, NodeId node)
{
    const auto repeats = r.ints(r.input(node, 1));
    return repeats &&
           std::all_of(repeats->begin(), repeats->end(), [](auto n) { return n == 1; }) &&
           bypass(r, node, r.input(node, 0));
}

bool only_input(Rewriter& r, NodeId node)
{
    return r.model().nodes[node].inputs.size() == 1 && bypass(r, node, r.input(node, 0));
}

bool only_part(Rewriter& r, NodeId node)
{
    return r.model().nodes[node].outputs.size() == 1 && first_input_if_same_type(r, node);
}

/// Inputs without elements add nothing.
bool concat(Rewriter& r, NodeId node)
{
    if (only_input(r, node))
        return true;
    const auto rank = r.rank(r.output(node));
    std::int64_t axis = r.model().int_attribute(node, "axis", 0);
    if (!rank)
        return false;
    axis += axis < 0 ? static_cast<std::int64_t>(*rank) : 0;
    std::vector<ValueId> kept;
    for (const ValueId input : r.model().nodes[node].inputs) {
        const auto shape = r.static_shape(input);
        if (!shape || axis < 0 || axis >= static_cast<std::int64_t>(shape->size()) ||
            (*shape)[static_cast<std::size_t>(axis)] != 0)
            kept.push_back(input);
    }
    if (kept.empty() || kept.size() == r.model().nodes[node].inputs.size())
        return false;
    r.set_inputs(node, std::move(kept));
    return true;
}

/// Whether the value is a constant of which all elements are this number.
bool is_filled(const Rewriter& r, ValueId value, double number)
{
    const auto tensor = r.constant(value);
    if (!tensor || tensor->element_count() == 0)
        return false;
    const auto numbers = tensor->to_doubles();
    return numbers && std::all_of(numbers->begin(), numbers->end(),
                                  [&](double element) { return element == number; });
}

/// x op neutral, and neutral op x where the operator allows it.
template <int Neutral, bool Commutes>
bool neutral(Rewriter& r, NodeId node)
{
    for (std::size_t i = 0; i < (Commutes ? 2 : 1); ++i) {
        const ValueId x = r.input(node, i);
        if (x != no_id && is_filled(r, r.input(node, 1 - i), Neutral) &&
            same_type(r, x, r.output(node)))
            return bypass(r, node, x);
    }
    return false;
}

bool where(Rewriter& r, NodeId node)
{
    const ValueId condition = r.input(node, 0);
    for (const std::size_t branch : {1, 2}) {
        const ValueId x = r.input(node, branch);
        if (is_filled(r, condition, branch == 1 ? 1.0 : 0.0) && same_type(r, x, r.output(node)))
            return bypass(r, node, x);
    }
    // where(not c, a, b) is where(c, b, a).
    const NodeId negation = r.producer(condition, "Not");
    if (negation == no_id)
        return false;
    r.set_inputs(node, {r.input(negation, 0), r.input(node, 2), r.input(node, 1)});
    r.unite_origins(node, negation);
    return true;
}

/// f(f(x)) is x.
bool twice(Rewriter& r, NodeId node)
{
    const NodeId before =
        r.producer(r.input(node, 0), r.model().text(r.model().nodes[node].op_type));
    return before != no_id && bypass(r, node, r.input(before, 0));
}

/// f(f(x)) is f(x).
bool again(Rewriter& r, NodeId node)
{
    const NodeId before =
        r.producer(r.input(node, 0), r.model().text(r.model().nodes[node].op_type));
    return before != no_id && bypass(r, node, r.input(node, 0));
}

/// A reduction over axes of size 1 that keeps them.
bool reduce(Rewriter& r, NodeId node)
{
    return r.model().int_attribute(node, "keepdims", 1) != 0 && first_input_if_same_type(r, node);
}

/// A window of one element that moves by one.
bool pool(Rewriter& r, NodeId node)
{
    for (const std::string_view name : {"kernel_shape", "strides"}) {
        const Attribute* attribute = r.model().attribute(node, name);
        const auto* sizes = attribute ? std::get_if<Ints>(&attribute->value) : nullptr;
        if (sizes ? std::any_of(sizes->begin(), sizes->end(), [](auto s) { return s != 1; })
                  : name == "kernel_shape")
            return false;
    }
    const auto& outputs = r.model().nodes[node].outputs;
    if (std::any_of(outputs.begin() + 1, outputs.end(),
                    [&](ValueId output) { return output != no_id && r.uses(output) > 0; }))
        return false;
    return first_input_if_same_type(r, node);
}

bool resize(Rewriter& r, NodeId node)
{
    const Attribute* mode = r.model().attribute(node, "coordinate_transformation_mode");
    const auto* text = mode ? std::get_if<std::string>(&mode->value) : nullptr;
    return (!text || *text != "tf_crop_and_resize") && first_input_if_same_type(r, node);
}

/// The elements 0, 1, ... of an axis, all of them.
bool gather(Rewriter& r, NodeId node)
{
    const auto indices = r.constant(r.input(node, 1));
    if (!indices || indices->shape.size() != 1 || !same_type(r, r.input(node, 0), r.output(node)))
        return false;
    const auto numbers = indices->to_int64s();
    if (!numbers)
        return false;
    Ints counted(numbers->size());
    std::iota(counted.begin(), counted.end(), 0);
    return *numbers == counted && bypass(r, node, r.input(node, 0));
}

constexpr RuleEntry rules[] = {
    {"Identity", identity},
    {"Cast", cast},
    {"Reshape", first_input_if_same_type},
    {"Flatten", first_input_if_same_type},
    {"Squeeze", first_input_if_same_type},
    {"Unsqueeze", first_input_if_same_type},
    {"Expand", first_input_if_same_type},
    {"Transpose", transpose},
    {"Slice", slice},
    {"Pad", pad},
    {"Tile", tile},
    {"Concat", concat},
    {"Split", only_part},
    {"Sum", only_input},
    {"Max", only_input},
    {"Min", only_input},
    {"Mean", only_input},
    {"Add", neutral<0, true>},
    {"Sub", neutral<0, false>},
    {"Mul", neutral<1, true>},
    {"Div", neutral<1, false>},
    {"Pow", neutral<1, false>},
    {"And", neutral<1, true>},
    {"Or", neutral<0, true>},
    {"Where", where},
    {"Not", twice},
    {"Neg", twice},
    {"Relu", again},
    {"Abs", again},
    {"Floor", again},
    {"Ceil", again},
    {"Round", again},
    {"ReduceSum", reduce},
    {"ReduceMean", reduce},
    {"ReduceMax", reduce},
    {"ReduceMin", reduce},
    {"ReduceProd", reduce},
    {"MaxPool", pool},
    {"AveragePool", pool},
    {"Resize", resize},
    {"Gather", gather},
};

} // namespace

std::span<const RuleEntry> no_op_rules()
{
    return rules;
}

} // namespace strata
