#include "lowering/ops/bits.h"

#include "lowering/ops/expression.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace strata::ops {
namespace {

// Bits are taken apart along a new last axis, combined there, and added up again.
struct Bits {
    Expr below;    ///< bits 0 to 62 along a new last axis, as int64
    Expr negative; ///< the sign bit, as bool
};

/// 2^0, 2^1, ... (`count` numbers).
Expr weights_of_bits(Emitter& e, int count)
{
    std::vector<std::int64_t> weights;
    for (int bit = 0; bit < count; ++bit)
        weights.push_back(std::int64_t{1} << bit);
    return {e, e.constant(std::span<const std::int64_t>(weights))};
}

Expr bit_number(Emitter& e, std::int64_t value)
{
    return {e, e.scalar(DType::Int64, value)};
}

/// x / y rounded down, for y > 0; ONNX's Mod of integers takes the divisor's sign.
Expr floor_quotient(Expr x, Expr y)
{
    return (x - x.apply("Mod", y)) / y;
}

Bits bits_of(Emitter& e, ValueId x)
{
    const Expr wide(e, e.cast(x, DType::Int64));
    const Expr column(e, e.unsqueeze(wide, {e.rank(x).value_or(0)}));
    const Expr shifted = floor_quotient(column, weights_of_bits(e, 63));
    return {shifted.apply("Mod", bit_number(e, 2)), wide < bit_number(e, 0)};
}

ValueId from_bits(Emitter& e, const Bits& bits, DType dtype)
{
    const std::int64_t axis = e.rank(bits.below).value_or(1) - 1;
    // ONNX Runtime sums int64 as doubles, which hold 53 bits: two halves are exact.
    const auto half = [&](std::int64_t from, std::int64_t to) {
        const Expr part(e, e.slice(bits.below, axis, from, to));
        const Expr weighted = part * weights_of_bits(e, static_cast<int>(to - from));
        return Expr(e, e.reduce("ReduceSum", weighted, {axis}, false));
    };
    const Expr magnitude = half(0, 32) + half(32, 63) * bit_number(e, std::int64_t{1} << 32);
    const Expr sign =
        bits.negative.cast(DType::Int64) * bit_number(e, std::numeric_limits<std::int64_t>::min());
    return e.cast(magnitude + sign, dtype);
}

/// 2 to the power of each count, which is kept within the table.
Expr power_of_two(Emitter& e, Expr count)
{
    const Expr within = count.apply("Max", bit_number(e, 0)).apply("Min", bit_number(e, 62));
    return {e, e.emit("Gather", {weights_of_bits(e, 63), within}, {{"axis", 0}})};
}

} // namespace

ValueId combine_bits(Emitter& e, Bitwise how, ValueId x, ValueId y, DType dtype)
{
    const Bits a = bits_of(e, x);
    const Bits b = bits_of(e, y);
    const std::string_view name = how == Bitwise::And ? "And" : how == Bitwise::Or ? "Or" : "Xor";
    const Expr negative(e, e.emit(name, {a.negative, b.negative}));
    const Expr below = how == Bitwise::And  ? a.below * b.below
                       : how == Bitwise::Or ? a.below.apply("Max", b.below)
                                            : (a.below + b.below).apply("Mod", bit_number(e, 2));
    return from_bits(e, {below, negative}, dtype);
}

ValueId shift_bits(Emitter& e, bool left, ValueId value, ValueId by, DType dtype)
{
    const Expr x(e, e.cast(value, DType::Int64));
    const Expr count(e, e.cast(by, DType::Int64));
    const Expr factor = power_of_two(e, count);
    const Expr beyond = count > bit_number(e, 62);
    if (left) {
        const Expr far =
            where(count == bit_number(e, 63), x * factor * bit_number(e, 2), bit_number(e, 0));
        return e.cast(where(beyond, far, x * factor), dtype);
    }
    const Expr far = -((x < bit_number(e, 0)).cast(DType::Int64));
    return e.cast(where(beyond, far, floor_quotient(x, factor)), dtype);
}

} // namespace strata::ops
