// Relu and Clip one after the other are one Clip.
#include "passes/rules.h"

#include <algorithm>
#include <limits>

namespace strata {
namespace {

/// Bounds that are known.
struct Bounds {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
};

std::optional<double> number(const Rewriter& r, ValueId value, double fallback)
{
    if (value == no_id)
        return fallback;
    const auto tensor = r.constant(value);
    const auto numbers = tensor ? tensor->to_doubles() : Result<std::vector<double>>{};
    if (!tensor || !numbers || numbers->size() != 1)
        return std::nullopt;
    return numbers->front();
}

/// The bounds of a Relu or Clip; nothing when they are computed or not in order.
std::optional<Bounds> bounds_of(const Rewriter& r, NodeId node)
{
    Bounds bounds;
    if (r.is(node, "Relu")) {
        bounds.low = 0.0;
        return bounds;
    }
    const auto low = number(r, r.input(node, 1), bounds.low);
    const auto high = number(r, r.input(node, 2), bounds.high);
    if (!low || !high || !(*low <= *high))
        return std::nullopt;
    return Bounds{*low, *high};
}

bool merge(Rewriter& r, NodeId node)
{
    const ValueId between = r.input(node, 0);
    NodeId before = r.producer(between, "Relu");
    if (before == no_id)
        before = r.producer(between, "Clip");
    if (before == no_id || !r.has_one_reader(between))
        return false;
    const DType dtype = r.model().values[between].dtype;
    const auto first = bounds_of(r, before);
    const auto second = bounds_of(r, node);
    if (!is_floating_point(dtype) || !first || !second)
        return false;
    const double low = std::clamp(first->low, second->low, second->high);
    const double high = std::clamp(first->high, second->low, second->high);
    // Bounds that are there already are used again.
    auto bound = [&](double value, std::size_t index) {
        for (const NodeId source : {node, before}) {
            const ValueId given = r.is(source, "Clip") ? r.input(source, index) : no_id;
            if (given != no_id && number(r, given, value) == value)
                return given;
        }
        return r.add_initializer("const", Tensor::scalar(dtype, value));
    };
    // A bound that is left out would be the largest number, which infinity is not.
    const ValueId x = r.input(before, 0);
    std::vector<ValueId> inputs{x, bound(low, 1), bound(high, 2)};
    r.set_op(node, "Clip");
    r.set_inputs(node, std::move(inputs));
    r.unite_origins(node, before);
    return true;
}

constexpr RuleEntry rules[] = {{"Relu", merge}, {"Clip", merge}};

} // namespace

std::span<const RuleEntry> clamp_rules()
{
    return rules;
}

} // namespace strata
