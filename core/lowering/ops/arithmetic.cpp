// Less usual elementwise operators: exact integer arithmetic, tests of numbers, powers of two.
#include "lowering/ops/bits.h"
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
    return combine_bits(e, Op, o.a, o.b, o.dtype);
}

template <bool Left>
Outputs shift(OpCall& call)
{
    const Operands o = promoted(call, "self", "other");
    if (!is_integer(o.dtype))
        call.refuse("shifts take integers");
    return shift_bits(call.e(), Left, o.a, o.b, o.dtype);
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
