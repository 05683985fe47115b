// Casts one after the other are one Cast where the one between loses nothing.
#include "passes/rules.h"

namespace strata {
namespace {

struct Range {
    bool real = false;
    int digits = 0; ///< bits of the integer, or of the significand
    int exponent = 0;
    bool is_signed = false;
};

std::optional<Range> range_of(DType dtype)
{
    switch (dtype) {
    case DType::Bool:
        return Range{false, 1, 0, false};
    case DType::UInt8:
        return Range{false, 8, 0, false};
    case DType::UInt16:
        return Range{false, 16, 0, false};
    case DType::UInt32:
        return Range{false, 32, 0, false};
    case DType::Int8:
        return Range{false, 7, 0, true};
    case DType::Int16:
        return Range{false, 15, 0, true};
    case DType::Int32:
        return Range{false, 31, 0, true};
    case DType::Int64:
        return Range{false, 63, 0, true};
    case DType::Float16:
        return Range{true, 11, 5, true};
    case DType::BFloat16:
        return Range{true, 8, 8, true};
    case DType::Float32:
        return Range{true, 24, 8, true};
    case DType::Float64:
        return Range{true, 53, 11, true};
    default:
        return std::nullopt;
    }
}

/// Whether every number of the one type is a number of the other.
bool holds_all_of(DType wide, DType narrow)
{
    if (wide == narrow)
        return true;
    const auto to = range_of(wide);
    const auto from = range_of(narrow);
    if (!to || !from || wide == DType::Bool)
        return false;
    if (from->real)
        return to->real && to->digits >= from->digits && to->exponent >= from->exponent;
    // float16 reaches 65504, which is more than any integer of 11 bits.
    return to->digits >= from->digits && (to->is_signed || !from->is_signed);
}

bool merge(Rewriter& r, NodeId node)
{
    const NodeId before = r.producer(r.input(node, 0), "Cast");
    if (before == no_id)
        return false;
    const ValueId x = r.input(before, 0);
    if (x == no_id ||
        !holds_all_of(r.model().values[r.output(before)].dtype, r.model().values[x].dtype))
        return false;
    if (r.model().values[x].dtype == r.model().values[r.output(node)].dtype && bypass(r, node, x))
        return true;
    r.set_input(node, 0, x);
    r.unite_origins(node, before);
    return true;
}

constexpr RuleEntry rules[] = {{"Cast", merge}};

} // namespace

std::span<const RuleEntry> cast_rules()
{
    return rules;
}

} // namespace strata
