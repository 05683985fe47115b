// Less usual elementwise operators: exact integer arithmetic, tests of numbers, powers of two.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <cstdint>
#include <limits>

namespace strata::ops {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double infinity = std::numeric_limits<double>::infinity();

Expr self(OpCall& call)
{
    return {call.e(), as_float(call, "self")};
}

Outputs is_close(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted_to_float(call, "self", "other");
    const Expr a(e, o.a);
    const Expr b(e, o.b);
    const Expr allowed = abs(b) * call.number("rtol") + call.number("atol");
    const Expr difference = abs(a - b);
    // An infinite difference is never allowed, whatever the tolerance.
    const Expr near = (!(difference > allowed)) & (difference < infinity);
    const Expr close = (a == b) | near;
    if (!call.boolean("equal_nan"))
        return ValueId(close);
    return ValueId(close | (is_nan(a) & is_nan(b)));
}

Outputs is_real(OpCall& call)
{
    Emitter& e = call.e();
    return e.expand(e.scalar(DType::Bool, std::int64_t{1}), e.shape_of(call.tensor("self")));
}

Outputs is_positive_infinity(OpCall& call)
{
    return ValueId((self(call) == infinity));
}
Outputs is_negative_infinity(OpCall& call)
{
    return ValueId((self(call) == -infinity));
}

Outputs sign(OpCall& call)
{
    const ValueId x = call.tensor("self");
    if (call.dtype_of(x) == DType::Bool)
        return x;
    Emitter& e = call.e();
    const ValueId result = e.emit("Sign", {x});
    if (!is_floating_point(call.dtype_of(x)))
        return result;
    // PyTorch's sign of NaN is 0.
    return e.emit("Where", {e.emit("IsNaN", {x}), e.scalar(call.dtype_of(x), 0.0), result});
}

Outputs angle(OpCall& call)
{
    const Expr x = self(call);
    return ValueId(where(is_nan(x), x, where(x < 0.0, pi, x.number(0))));
}

Outputs square(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("self");
    if (call.dtype_of(x) == DType::Bool)
        x = e.cast(x, DType::Int64); // a power, so not a bool again
    return e.mul(x, x);
}

Outputs heaviside(OpCall& call)
{
    const Operands o = promoted(call, "self", "values");
    Emitter& e = call.e();
    if (o.dtype == DType::Bool)
        return e.emit("Or", {o.a, o.b});
    const Expr x(e, o.a);
    return ValueId(
        where(x == 0.0, Expr(e, o.b),
              where(is_integral(o.dtype) ? x < x : is_nan(x), 0.0, (x > 0.0).cast(o.dtype))));
}

// Integers as bits. Up to opset 17 ONNX has no bitwise operators, so bits are taken apart along a
// new last axis, combined there, and added up again.
struct Bits {
    Expr below;    ///< bits 0 to 62 along a new last axis, as int64
    Expr negative; ///< the sign bit, as bool
};

/// 2^0, 2^1, ... (`count` numbers).
Expr bit_weights(Emitter& e, int count)
{
    std::vector<std::int64_t> weights;
    for (int bit = 0; bit < count; ++bit)
        weights.push_back(std::int64_t{1} << bit);
    return {e, e.constant(std::span<const std::int64_t>(weights))};
}

Expr integer(Emitter& e, std::int64_t value)
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
    const Expr shifted = floor_quotient(column, bit_weights(e, 63));
    return {shifted.apply("Mod", integer(e, 2)), wide < integer(e, 0)};
}

ValueId from_bits(Emitter& e, const Bits& bits, DType dtype)
{
    const std::int64_t axis = e.rank(bits.below).value_or(1) - 1;
    // ONNX Runtime sums int64 as doubles, which hold 53 bits: two halves are exact.
    const auto half = [&](std::int64_t from, std::int64_t to) {
        const Expr part(e, e.slice(bits.below, axis, from, to));
        const Expr weighted = part * bit_weights(e, static_cast<int>(to - from));
        return Expr(e, e.reduce("ReduceSum", weighted, {axis}, false));
    };
    const Expr magnitude = half(0, 32) + half(32, 63) * integer(e, std::int64_t{1} << 32);
    const Expr sign =
        bits.negative.cast(DType::Int64) * integer(e, std::numeric_limits<std::int64_t>::min());
    return e.cast(magnitude + sign, dtype);
}

enum class Bitwise { And, Or, Xor };

template <Bitwise Op>
Outputs bitwise(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted(call, "self", "other");
    constexpr std::string_view name = Op == Bitwise::And ? "And" : Op == Bitwise::Or ? "Or" : "Xor";
    if (o.dtype == DType::Bool)
        return e.emit(name, {o.a, o.b});
    if (!is_integer(o.dtype))
        call.refuse("bitwise operations take integers and bools");
    if (!e.rank(o.a) || !e.rank(o.b))
        call.refuse_for_shapes("the rank of an operand is not known");
    const Bits a = bits_of(e, o.a);
    const Bits b = bits_of(e, o.b);
    const Expr negative(e, e.emit(name, {a.negative, b.negative}));
    const auto below = [&] {
        if constexpr (Op == Bitwise::And)
            return a.below * b.below;
        else if constexpr (Op == Bitwise::Or)
            return a.below.apply("Max", b.below);
        else
            return (a.below + b.below).apply("Mod", integer(e, 2));
    };
    return from_bits(e, {below(), negative}, o.dtype);
}

/// 2 to the power of each count, which is kept within the table.
Expr power_of_two(Emitter& e, Expr count)
{
    const Expr within = count.apply("Max", integer(e, 0)).apply("Min", integer(e, 62));
    return {e, e.emit("Gather", {bit_weights(e, 63), within}, {{"axis", 0}})};
}

template <bool Left>
Outputs shift(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted(call, "self", "other");
    if (!is_integer(o.dtype))
        call.refuse("shifts take integers");
    const Expr x(e, e.cast(o.a, DType::Int64));
    const Expr count(e, e.cast(o.b, DType::Int64));
    const Expr factor = power_of_two(e, count);
    const Expr beyond = count > integer(e, 62);
    if constexpr (Left) {
        const Expr far = where(count == integer(e, 63), x * factor * integer(e, 2), integer(e, 0));
        return e.cast(where(beyond, far, x * factor), o.dtype);
    } else {
        const Expr far = -((x < integer(e, 0)).cast(DType::Int64));
        return e.cast(where(beyond, far, floor_quotient(x, factor)), o.dtype);
    }
}

#define STRATA_BITWISE(name, op)                                                                   \
    {"aten::" name ".Tensor(Tensor self, Tensor other) -> Tensor", bitwise<op>},                   \
    {                                                                                              \
        "aten::" name ".Scalar(Tensor self, Scalar other) -> Tensor", bitwise<op>                  \
    }

constexpr OpEntry entries[] = {
    {"aten::isclose(Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool "
     "equal_nan=False) -> Tensor",
     is_close},
    {"aten::isreal(Tensor self) -> Tensor", is_real},
    {"aten::isposinf(Tensor self) -> Tensor", is_positive_infinity},
    {"aten::isneginf(Tensor self) -> Tensor", is_negative_infinity},
    {"aten::sign(Tensor self) -> Tensor", sign},
    {"aten::angle(Tensor self) -> Tensor", angle},
    {"aten::square(Tensor self) -> Tensor", square},
    {"aten::heaviside(Tensor self, Tensor values) -> Tensor", heaviside},
    STRATA_BITWISE("bitwise_and", Bitwise::And),
    STRATA_BITWISE("bitwise_or", Bitwise::Or),
    STRATA_BITWISE("bitwise_xor", Bitwise::Xor),
    STRATA_BITWISE("__and__", Bitwise::And),
    STRATA_BITWISE("__or__", Bitwise::Or),
    STRATA_BITWISE("__xor__", Bitwise::Xor),
    {"aten::bitwise_left_shift.Tensor(Tensor self, Tensor other) -> Tensor", shift<true>},
    {"aten::bitwise_right_shift.Tensor(Tensor self, Tensor other) -> Tensor", shift<false>},
    {"aten::__lshift__.Tensor(Tensor self, Tensor other) -> Tensor", shift<true>},
    {"aten::__rshift__.Tensor(Tensor self, Tensor other) -> Tensor", shift<false>},
    {"aten::__lshift__.Scalar(Tensor self, Scalar other) -> Tensor", shift<true>},
    {"aten::__rshift__.Scalar(Tensor self, Scalar other) -> Tensor", shift<false>},
};
#undef STRATA_BITWISE

} // namespace

std::span<const OpEntry> arithmetic_ops()
{
    return entries;
}

} // namespace strata::ops
