// Zeros around a convolution's input are its own padding.
#include "passes/rules.h"

#include <algorithm>

namespace strata {
namespace {

using Ints = std::vector<std::int64_t>;

/// Whether a Pad puts zeros around spatial axes; its pads then.
std::optional<Ints> zero_pads(const Rewriter& r, NodeId pad)
{
    if (const Attribute* mode = r.model().attribute(pad, "mode"))
        if (const auto* text = std::get_if<std::string>(&mode->value); text && *text != "constant")
            return std::nullopt;
    const auto rank = r.rank(r.input(pad, 0));
    const auto pads = r.ints(r.input(pad, 1));
    if (!rank || *rank < 3 || !pads || pads->size() != 2 * *rank || r.input(pad, 3) != no_id ||
        std::any_of(pads->begin(), pads->end(), [](auto p) { return p < 0; }) || (*pads)[0] != 0 ||
        (*pads)[1] != 0 || (*pads)[*rank] != 0 || (*pads)[*rank + 1] != 0)
        return std::nullopt;
    if (const ValueId value = r.input(pad, 2); value != no_id) {
        const auto tensor = r.constant(value);
        const auto numbers = tensor ? tensor->to_doubles() : Result<std::vector<double>>{};
        if (!tensor || !numbers || numbers->size() != 1 || numbers->front() != 0.0)
            return std::nullopt;
    }
    return pads;
}

bool conv(Rewriter& r, NodeId node)
{
    const NodeId pad = r.producer(r.input(node, 0), "Pad");
    if (pad == no_id || !r.has_one_reader(r.input(node, 0)))
        return false;
    if (const Attribute* automatic = r.model().attribute(node, "auto_pad"))
        if (const auto* text = std::get_if<std::string>(&automatic->value);
            text && *text != "NOTSET")
            return false;
    const auto around = zero_pads(r, pad);
    if (!around)
        return false;
    const std::size_t rank = around->size() / 2;
    Ints pads(2 * (rank - 2), 0);
    if (const Attribute* given = r.model().attribute(node, "pads"))
        if (const auto* own = std::get_if<Ints>(&given->value); own && own->size() == pads.size())
            pads = *own;
    for (std::size_t i = 0; i < rank - 2; ++i) {
        pads[i] += (*around)[i + 2];
        pads[i + rank - 2] += (*around)[i + 2 + rank];
    }
    r.set_attribute(node, "pads", std::move(pads));
    r.set_input(node, 0, r.input(pad, 0));
    r.unite_origins(node, pad);
    return true;
}

constexpr RuleEntry rules[] = {{"Conv", conv}};

} // namespace

std::span<const RuleEntry> padding_rules()
{
    return rules;
}

} // namespace strata
