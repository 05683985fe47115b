#include "lowering/ops/families.h"
#include "lowering/ops/iterate.h"
#include "lowering/ops/op_name.h"
#include "lowering/ops/type_promotion.h"

#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace strata::ops {
namespace {

/// Functions that ONNX Runtime has for float32 only; doubles go through float32 there.
constexpr bool float32_only(std::string_view op)
{
    for (const std::string_view known :
         {"Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Erf"})
        if (op == known)
            return true;
    return false;
}

ValueId emit_float(OpCall& call, std::string_view op, ValueId x)
{
    Emitter& e = call.e();
    if (call.dtype_of(x) != DType::Float64 || !float32_only(op))
        return e.emit(op, {x});
    return e.cast(e.emit(op, {e.cast(x, DType::Float32)}), DType::Float64);
}

/// f(x) in floating point.
template <Name Op>
Outputs float_unary(OpCall& call)
{
    return emit_float(call, Op.text, as_float(call, "self"));
}
/// f(x) in x's own dtype.
template <Name Op>
Outputs own_unary(OpCall& call)
{
    return call.e().emit(Op.text, {call.tensor("self")});
}
/// f(x) that leaves integers and bools as they are (ceil, floor, round, trunc).
template <Name Op>
Outputs rounding(OpCall& call)
{
    const ValueId x = call.tensor("self");
    return is_floating_point(call.dtype_of(x)) ? call.e().emit(Op.text, {x}) : x;
}
template <Name Op>
Outputs binary(OpCall& call)
{
    const Operands operands = promoted(call, "self", "other");
    return call.e().emit(Op.text, {operands.a, operands.b});
}
template <Name Op>
Outputs float_binary(OpCall& call)
{
    const Operands operands = promoted_to_float(call, "self", "other");
    return call.e().emit(Op.text, {operands.a, operands.b});
}

/// Bools and unsigned bytes are computed in int32 where ONNX Runtime has no kernel for them.
ValueId emit_for_small_types(OpCall& call, std::string_view op, ValueId a, ValueId b, DType dtype)
{
    Emitter& e = call.e();
    const bool small = bits_per_element(dtype) < 32 && !is_floating_point(dtype);
    if (!small)
        return e.emit(op, {a, b});
    return e.cast(e.emit(op, {e.cast(a, DType::Int32), e.cast(b, DType::Int32)}), dtype);
}

ValueId like(OpCall& call, ValueId x, double value)
{
    return call.e().scalar(call.dtype_of(x), value);
}

/// alpha * b, and nothing when alpha is 1.
ValueId scaled(OpCall& call, ValueId b, DType dtype)
{
    if (const auto* alpha = call.arg("alpha").as<std::int64_t>(); alpha && *alpha == 1)
        return b;
    if (const auto* alpha = call.arg("alpha").as<double>(); alpha && *alpha == 1)
        return b;
    return call.e().mul(b, call.scalar_as("alpha", dtype));
}

Outputs add(OpCall& call)
{
    const Operands o = promoted(call, "self", "other");
    if (o.dtype == DType::Bool)
        return call.e().emit("Or", {o.a, o.b});
    return emit_for_small_types(call, "Add", o.a, scaled(call, o.b, o.dtype), o.dtype);
}

Outputs sub(OpCall& call)
{
    const Operands o = promoted(call, "self", "other");
    return emit_for_small_types(call, "Sub", o.a, scaled(call, o.b, o.dtype), o.dtype);
}

Outputs rsub(OpCall& call)
{
    const Operands o = promoted(call, "self", "other");
    return emit_for_small_types(call, "Sub", o.b, scaled(call, o.a, o.dtype), o.dtype);
}

Outputs mul(OpCall& call)
{
    const Operands o = promoted(call, "self", "other");
    if (o.dtype == DType::Bool)
        return call.e().emit("And", {o.a, o.b});
    return emit_for_small_types(call, "Mul", o.a, o.b, o.dtype);
}

Outputs true_divide(OpCall& call)
{
    return float_binary<"Div">(call);
}

/// floor(a / b); for integers by way of the remainder, as ONNX's integer division truncates.
ValueId floor_divide(OpCall& call, const Operands& o)
{
    Emitter& e = call.e();
    if (is_floating_point(o.dtype)) {
        // PyTorch computes (a - fmod(a, b)) / b and corrects the sign, which is the floor of the
        // exact quotient.
        const ValueId rest = e.emit("Mod", {o.a, o.b}, {{"fmod", 1}});
        const ValueId zero = like(call, o.a, 0);
        const ValueId quotient = e.div(e.sub(o.a, rest), o.b);
        const ValueId inexact = e.emit("Not", {e.emit("Equal", {rest, zero})});
        const ValueId signs_differ =
            e.emit("Xor", {e.emit("Less", {rest, zero}), e.emit("Less", {o.b, zero})});
        const ValueId lower = e.emit("And", {inexact, signs_differ});
        const ValueId corrected = e.sub(quotient, e.cast(lower, o.dtype));
        // The quotient of two floats can miss its integer by a rounding error. Division by zero
        // gives infinities.
        const ValueId rounded = e.emit("Round", {corrected});
        return e.emit("Where", {e.emit("Equal", {o.b, zero}), e.div(o.a, o.b), rounded});
    }
    const DType wide = bits_per_element(o.dtype) < 32 ? DType::Int32 : o.dtype;
    const ValueId a = e.cast(o.a, wide);
    const ValueId b = e.cast(o.b, wide);
    const ValueId rest = e.emit("Mod", {a, b});
    return e.cast(e.div(e.sub(a, rest), b), o.dtype);
}

ValueId truncate(OpCall& call, ValueId x)
{
    // ONNX has no Trunc: sign(x) * floor(|x|).
    Emitter& e = call.e();
    return e.mul(e.emit("Sign", {x}), e.emit("Floor", {e.emit("Abs", {x})}));
}

Outputs divide_with_mode(OpCall& call)
{
    if (!call.has("rounding_mode"))
        return true_divide(call);
    Emitter& e = call.e();
    const Operands o = promoted(call, "self", "other");
    if (call.string("rounding_mode") == "floor")
        return floor_divide(call, o);
    if (is_floating_point(o.dtype))
        return truncate(call, e.div(o.a, o.b));
    return emit_for_small_types(call, "Div", o.a, o.b, o.dtype);
}

Outputs floor_divide_op(OpCall& call)
{
    return floor_divide(call, promoted(call, "self", "other"));
}

Outputs remainder(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted(call, "self", "other");
    if (!is_floating_point(o.dtype))
        return emit_for_small_types(call, "Mod", o.a, o.b, o.dtype);
    // fmod takes the dividend's sign, Python's remainder the divisor's.
    const ValueId rest = e.emit("Mod", {o.a, o.b}, {{"fmod", 1}});
    const ValueId zero = like(call, o.a, 0);
    const ValueId wrong_sign =
        e.emit("And", {e.emit("Not", {e.emit("Equal", {rest, zero})}),
                       e.emit("Xor", {e.emit("Less", {rest, zero}), e.emit("Less", {o.b, zero})})});
    return e.emit("Where", {wrong_sign, e.add(rest, o.b), rest});
}

Outputs fmod(OpCall& call)
{
    const Operands o = promoted(call, "self", "other");
    if (bits_per_element(o.dtype) < 32 && is_integer(o.dtype)) {
        Emitter& e = call.e();
        return e.cast(
            e.emit("Mod", {e.cast(o.a, DType::Int32), e.cast(o.b, DType::Int32)}, {{"fmod", 1}}),
            o.dtype);
    }
    return call.e().emit("Mod", {o.a, o.b}, {{"fmod", 1}});
}

/// x to a power, by squaring: exact as far as the type goes, and wrapping beyond, as PyTorch's.
/// ONNX Runtime's Pow computes in double precision.
ValueId integer_power(Emitter& e, ValueId x, std::int64_t exponent)
{
    if (exponent == 0)
        return e.add(e.mul(x, e.scalar(e.dtype(x), std::int64_t{0})),
                     e.scalar(e.dtype(x), std::int64_t{1}));
    ValueId result = no_id;
    while (true) {
        if (exponent % 2 == 1)
            result = result == no_id ? x : e.mul(result, x);
        exponent /= 2;
        if (exponent == 0)
            return result;
        x = e.mul(x, x);
    }
}

/// The same with exponents that are tensors, bit by bit.
ValueId integer_powers(Emitter& e, ValueId base, ValueId exponent, DType dtype)
{
    const auto number = [&e](std::int64_t value) { return e.scalar(DType::Int64, value); };
    const ValueId x = e.cast(base, DType::Int64);
    const ValueId given = e.cast(exponent, DType::Int64);
    // As many as both together have, all of them 1.
    const ValueId ones = e.add(e.mul(e.add(x, given), number(0)), number(1));
    const ValueId result =
        loop(e, number(63), {ones, x, e.emit("Max", {given, number(0)})},
             [&](ValueId, const std::vector<ValueId>& carried) -> Step {
                 const ValueId odd =
                     e.emit("Equal", {e.emit("Mod", {carried[2], number(2)}), number(1)});
                 const ValueId rest = e.div(carried[2], number(2));
                 const ValueId left = e.reduce("ReduceSum", e.emit("Sign", {rest}), {}, false);
                 return {{e.emit("Where", {odd, e.mul(carried[0], carried[1]), carried[0]}),
                          e.mul(carried[1], carried[1]), rest},
                         e.emit("Greater", {left, number(0)})};
             })
            .front();
    if (!is_signed_integer(dtype))
        return e.cast(result, dtype);
    // Negative powers: those of 1 and -1 are integers, all others are 0.
    const ValueId odd = e.emit("Mod", {given, number(2)});
    const ValueId sign =
        e.emit("Where", {e.emit("Equal", {x, number(-1)}), e.sub(number(1), e.mul(odd, number(2))),
                         e.cast(e.emit("Equal", {x, number(1)}), DType::Int64)});
    return e.cast(e.emit("Where", {e.emit("Less", {given, number(0)}), sign, result}), dtype);
}

Outputs pow(OpCall& call)
{
    Emitter& e = call.e();
    const DType dtype = result_type(call, {"self", "exponent"});
    // Squares and roots are what models are made of.
    if (call.is_scalar("exponent") && is_floating_point(dtype) &&
        !call.arg("exponent").as<LoweredScalar>()) {
        const double exponent = call.number("exponent");
        const ValueId x = operand(call, "self", dtype);
        if (exponent == 1)
            return x;
        if (exponent == 2)
            return e.mul(x, x);
        if (exponent == 0.5)
            return e.emit("Sqrt", {x});
        if (exponent == -1)
            return e.emit("Reciprocal", {x});
        return e.emit("Pow", {x, e.scalar(dtype, exponent)});
    }
    const ValueId base = operand(call, "self", dtype);
    if (is_integer(dtype) && call.is_scalar("exponent") &&
        !call.arg("exponent").as<LoweredScalar>() && call.integer("exponent") >= 0)
        return integer_power(e, base, call.integer("exponent"));
    const ValueId exponent = operand(call, "exponent", dtype);
    if (is_integer(dtype) && !(e.known_constant(base) && e.known_constant(exponent)))
        return integer_powers(e, base, exponent, dtype);
    const ValueId result = e.emit("Pow", {base, exponent});
    if (!is_signed_integer(dtype) || call.is_scalar("exponent"))
        return result;
    // A negative power of the integer 0 is 0 for PyTorch.
    const ValueId zero = e.scalar(dtype, std::int64_t{0});
    const ValueId undefined =
        e.emit("And", {e.emit("Equal", {base, zero}), e.emit("Less", {exponent, zero})});
    return e.emit("Where", {undefined, zero, result});
}

Outputs rsqrt(OpCall& call)
{
    return call.e().emit("Reciprocal", {call.e().emit("Sqrt", {as_float(call, "self")})});
}

Outputs absolute(OpCall& call)
{
    const ValueId x = call.tensor("self");
    return call.dtype_of(x) == DType::Bool ? x : call.e().emit("Abs", {x});
}

Outputs trunc(OpCall& call)
{
    const ValueId x = call.tensor("self");
    return is_floating_point(call.dtype_of(x)) ? truncate(call, x) : x;
}

Outputs frac(OpCall& call)
{
    const ValueId x = call.tensor("self");
    return call.e().sub(x, truncate(call, x));
}

Outputs round_decimals(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t decimals = call.integer("decimals");
    if (!is_floating_point(call.dtype_of(x)))
        return x;
    const ValueId factor = like(call, x, std::pow(10.0, std::abs(static_cast<double>(decimals))));
    if (decimals >= 0)
        return e.div(e.emit("Round", {e.mul(x, factor)}), factor);
    return e.mul(e.emit("Round", {e.div(x, factor)}), factor);
}

Outputs exp2(OpCall& call)
{
    const ValueId x = as_float(call, "self");
    return call.e().emit("Pow", {like(call, x, 2), x});
}

Outputs expm1(OpCall& call)
{
    // 2 sinh(x/2) exp(x/2) keeps its digits near zero, where exp(x) - 1 loses them.
    Emitter& e = call.e();
    const ValueId x = as_float(call, "self");
    const ValueId half = e.mul(x, like(call, x, 0.5));
    const ValueId product = e.mul(emit_float(call, "Sinh", half), e.emit("Exp", {half}));
    const ValueId near = e.emit("Less", {e.emit("Abs", {x}), like(call, x, 1)});
    return e.emit("Where", {near, e.mul(product, like(call, half, 2)),
                            e.sub(e.emit("Exp", {x}), like(call, x, 1))});
}

Outputs log1p(OpCall& call)
{
    // log(1+x) * x / ((1+x) - 1), which is exact where 1+x rounds (Kahan).
    Emitter& e = call.e();
    const ValueId x = as_float(call, "self");
    const ValueId one = like(call, x, 1);
    const ValueId sum = e.add(x, one);
    const ValueId rounded = e.sub(sum, one);
    const ValueId log = e.emit("Log", {sum});
    const ValueId corrected = e.mul(log, e.div(x, rounded));
    const ValueId plain =
        e.emit("Or", {e.emit("Equal", {rounded, like(call, x, 0)}), e.emit("IsInf", {rounded})});
    const ValueId tiny = e.emit("Equal", {rounded, like(call, x, 0)});
    return e.emit("Where", {plain, e.emit("Where", {tiny, x, log}), corrected});
}

template <int Base>
Outputs log_base(OpCall& call)
{
    const ValueId x = as_float(call, "self");
    return call.e().mul(call.e().emit("Log", {x}),
                        like(call, x, 1 / std::log(static_cast<double>(Base))));
}

Outputs erfc(OpCall& call)
{
    const ValueId x = as_float(call, "self");
    return call.e().sub(like(call, x, 1), emit_float(call, "Erf", x));
}

Outputs atan2(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted_to_float(call, "self", "other");
    constexpr double pi = 3.14159265358979323846;
    const ValueId y = o.a;
    const ValueId x = o.b;
    const ValueId zero = like(call, x, 0);
    // Of two infinities the quotient is 1 or -1.
    const ValueId infinity = like(call, x, std::numeric_limits<double>::infinity());
    const ValueId both_infinite = e.emit("And", {e.emit("Equal", {e.emit("Abs", {x}), infinity}),
                                                 e.emit("Equal", {e.emit("Abs", {y}), infinity})});
    const ValueId signs = e.mul(e.emit("Sign", {x}), e.emit("Sign", {y}));
    const ValueId base =
        emit_float(call, "Atan", e.emit("Where", {both_infinite, signs, e.div(y, x)}));
    // Signs of zeros decide quadrants too: 1/-0 is negative infinity.
    const ValueId y_negative =
        e.emit("Or", {e.emit("Less", {y, zero}),
                      e.emit("And", {e.emit("Equal", {y, zero}),
                                     e.emit("Less", {e.emit("Reciprocal", {y}), zero})})});
    const ValueId half_turn = e.emit("Where", {y_negative, like(call, x, -pi), like(call, x, pi)});
    const ValueId x_negative =
        e.emit("Or", {e.emit("Less", {x, zero}),
                      e.emit("And", {e.emit("Equal", {x, zero}),
                                     e.emit("Less", {e.emit("Reciprocal", {x}), zero})})});
    const ValueId general = e.add(base, e.emit("Where", {x_negative, half_turn, zero}));
    // 0/0 is not a number, but the angle of (0, 0) is 0 or half a turn.
    const ValueId both_zero =
        e.emit("And", {e.emit("Equal", {x, zero}), e.emit("Equal", {y, zero})});
    return e.emit("Where", {both_zero, e.emit("Where", {x_negative, half_turn, y}), general});
}

Outputs clamp(OpCall& call)
{
    Emitter& e = call.e();
    const DType dtype = result_type(call, {"self", "min", "max"});
    ValueId x = operand(call, "self", dtype);
    if (!call.has("min") && !call.has("max"))
        return x;
    const bool scalars =
        (!call.has("min") || call.is_scalar("min")) && (!call.has("max") || call.is_scalar("max"));
    const ValueId low = call.has("min") ? operand(call, "min", dtype) : no_id;
    const ValueId high = call.has("max") ? operand(call, "max", dtype) : no_id;
    const bool clip_type = is_floating_point(dtype) || bits_per_element(dtype) >= 32;
    if (scalars && clip_type && low != no_id && high != no_id) {
        const auto lowest = call.number("min");
        const auto highest = call.number("max");
        if (lowest <= highest)
            return e.emit("Clip", {x, low, high});
    } else if (scalars && clip_type) {
        // A bound that is left out would be the largest number, which infinity is not.
        const auto open = [&](ValueId bound, double sign) {
            return bound == no_id && is_floating_point(dtype)
                       ? e.scalar(dtype, sign * std::numeric_limits<double>::infinity())
                       : bound;
        };
        return e.emit("Clip", {x, open(low, -1), open(high, 1)});
    }
    if (low != no_id)
        x = emit_for_small_types(call, "Max", x, low, dtype);
    return high == no_id ? x : emit_for_small_types(call, "Min", x, high, dtype);
}

Outputs clamp_min(OpCall& call)
{
    const Operands o = promoted(call, "self", "min");
    return emit_for_small_types(call, "Max", o.a, o.b, o.dtype);
}

Outputs clamp_max(OpCall& call)
{
    const Operands o = promoted(call, "self", "max");
    return emit_for_small_types(call, "Min", o.a, o.b, o.dtype);
}

template <Name Op>
Outputs extremum(OpCall& call)
{
    const Operands o = promoted(call, "self", "other");
    return emit_for_small_types(call, Op.text, o.a, o.b, o.dtype);
}

/// fmin/fmax: a NaN loses against a number.
template <Name Op>
Outputs extremum_of_numbers(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted(call, "self", "other");
    const ValueId best = emit_for_small_types(call, Op.text, o.a, o.b, o.dtype);
    if (!is_floating_point(o.dtype))
        return best;
    return e.emit("Where", {e.emit("IsNaN", {o.a}), o.b,
                            e.emit("Where", {e.emit("IsNaN", {o.b}), o.a, best})});
}

Outputs lerp(OpCall& call)
{
    Emitter& e = call.e();
    const DType dtype = float_result_type(call, {"self", "end"});
    // From the nearer end, as PyTorch does.
    const ValueId start = operand(call, "self", dtype);
    const ValueId end = operand(call, "end", dtype);
    const ValueId weight = operand(call, "weight", dtype);
    const ValueId way = e.sub(end, start);
    const auto from_start = [&] { return e.add(start, e.mul(weight, way)); };
    const auto from_end = [&] {
        return e.sub(end, e.mul(way, e.sub(like(call, weight, 1), weight)));
    };
    if (call.is_scalar("weight") && !call.arg("weight").as<LoweredScalar>())
        return std::abs(call.number("weight")) < 0.5 ? from_start() : from_end();
    const ValueId near_start = e.emit("Less", {e.emit("Abs", {weight}), like(call, weight, 0.5)});
    return e.emit("Where", {near_start, from_start(), from_end()});
}

template <Name Op>
Outputs add_combined(OpCall& call)
{
    Emitter& e = call.e();
    const DType dtype = result_type(call, {"self", "tensor1", "tensor2"});
    ValueId term =
        e.emit(Op.text, {operand(call, "tensor1", dtype), operand(call, "tensor2", dtype)});
    if (!call.is_scalar("value") || call.arg("value").as<LoweredScalar>() ||
        call.number("value") != 1)
        term = e.mul(term, call.scalar_as("value", dtype));
    return e.add(operand(call, "self", dtype), term);
}

Outputs hypot(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted_to_float(call, "self", "other");
    const ValueId infinity = like(call, o.a, std::numeric_limits<double>::infinity());
    const ValueId a = e.emit("Abs", {o.a});
    const ValueId b = e.emit("Abs", {o.b});
    const ValueId infinite =
        e.emit("Or", {e.emit("Equal", {a, infinity}), e.emit("Equal", {b, infinity})});
    // The larger one is taken out, so that no square overflows or vanishes.
    const ValueId large = e.emit("Max", {a, b});
    const ValueId small = e.emit("Min", {a, b});
    const ValueId zero = e.emit("Equal", {large, like(call, o.a, 0)});
    const ValueId ratio = e.div(small, e.emit("Where", {zero, like(call, o.a, 1), large}));
    const ValueId root = e.emit("Sqrt", {e.add(e.mul(ratio, ratio), like(call, o.a, 1))});
    return e.emit("Where", {infinite, infinity, e.mul(large, root)});
}

Outputs xlogy(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted_to_float(call, "self", "other");
    const ValueId zero = like(call, o.a, 0);
    const ValueId product = e.mul(o.a, e.emit("Log", {o.b}));
    const ValueId result = e.emit("Where", {e.emit("Equal", {o.a, zero}), zero, product});
    return e.emit("Where", {e.emit("IsNaN", {o.b}), o.b, result});
}

Outputs copysign(OpCall& call)
{
    Emitter& e = call.e();
    const Operands o = promoted_to_float(call, "self", "other");
    const ValueId zero = like(call, o.b, 0);
    const ValueId negative =
        e.emit("Or", {e.emit("Less", {o.b, zero}),
                      e.emit("And", {e.emit("Equal", {o.b, zero}),
                                     e.emit("Less", {e.emit("Reciprocal", {o.b}), zero})})});
    const ValueId magnitude = e.emit("Abs", {o.a});
    return e.emit("Where", {negative, e.emit("Neg", {magnitude}), magnitude});
}

constexpr OpEntry entries[] = {
    {"aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", add},
    {"aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", add},
    {"aten::sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", sub},
    {"aten::sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", sub},
    {"aten::subtract.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", sub},
    {"aten::rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", rsub},
    {"aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", rsub},
    {"aten::mul.Tensor(Tensor self, Tensor other) -> Tensor", mul},
    {"aten::mul.Scalar(Tensor self, Scalar other) -> Tensor", mul},
    {"aten::multiply.Tensor(Tensor self, Tensor other) -> Tensor", mul},
    {"aten::multiply.Scalar(Tensor self, Scalar other) -> Tensor", mul},
    {"aten::div.Tensor(Tensor self, Tensor other) -> Tensor", true_divide},
    {"aten::div.Scalar(Tensor self, Scalar other) -> Tensor", true_divide},
    {"aten::div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor",
     divide_with_mode},
    {"aten::div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor",
     divide_with_mode},
    {"aten::divide.Tensor(Tensor self, Tensor other) -> Tensor", true_divide},
    {"aten::true_divide.Tensor(Tensor self, Tensor other) -> Tensor", true_divide},
    {"aten::true_divide.Scalar(Tensor self, Scalar other) -> Tensor", true_divide},
    {"aten::floor_divide(Tensor self, Tensor other) -> Tensor", floor_divide_op},
    {"aten::floor_divide.Scalar(Tensor self, Scalar other) -> Tensor", floor_divide_op},
    {"aten::remainder.Tensor(Tensor self, Tensor other) -> Tensor", remainder},
    {"aten::remainder.Scalar(Tensor self, Scalar other) -> Tensor", remainder},
    {"aten::remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", remainder},
    {"aten::fmod.Tensor(Tensor self, Tensor other) -> Tensor", fmod},
    {"aten::fmod.Scalar(Tensor self, Scalar other) -> Tensor", fmod},
    {"aten::pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", pow},
    {"aten::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", pow},
    {"aten::pow.Scalar(Scalar self, Tensor exponent) -> Tensor", pow},
    {"aten::neg(Tensor self) -> Tensor", own_unary<"Neg">},
    {"aten::abs(Tensor self) -> Tensor", absolute},
    {"aten::ceil(Tensor self) -> Tensor", rounding<"Ceil">},
    {"aten::floor(Tensor self) -> Tensor", rounding<"Floor">},
    {"aten::round(Tensor self) -> Tensor", rounding<"Round">},
    {"aten::round.decimals(Tensor self, *, int decimals) -> Tensor", round_decimals},
    {"aten::trunc(Tensor self) -> Tensor", trunc},
    {"aten::fix(Tensor self) -> Tensor", trunc},
    {"aten::frac(Tensor self) -> Tensor", frac},
    {"aten::exp(Tensor self) -> Tensor", float_unary<"Exp">},
    {"aten::exp2(Tensor self) -> Tensor", exp2},
    {"aten::expm1(Tensor self) -> Tensor", expm1},
    {"aten::log(Tensor self) -> Tensor", float_unary<"Log">},
    {"aten::log1p(Tensor self) -> Tensor", log1p},
    {"aten::log2(Tensor self) -> Tensor", log_base<2>},
    {"aten::log10(Tensor self) -> Tensor", log_base<10>},
    {"aten::sqrt(Tensor self) -> Tensor", float_unary<"Sqrt">},
    {"aten::rsqrt(Tensor self) -> Tensor", rsqrt},
    {"aten::reciprocal(Tensor self) -> Tensor", float_unary<"Reciprocal">},
    {"aten::sin(Tensor self) -> Tensor", float_unary<"Sin">},
    {"aten::cos(Tensor self) -> Tensor", float_unary<"Cos">},
    {"aten::tan(Tensor self) -> Tensor", float_unary<"Tan">},
    {"aten::asin(Tensor self) -> Tensor", float_unary<"Asin">},
    {"aten::acos(Tensor self) -> Tensor", float_unary<"Acos">},
    {"aten::atan(Tensor self) -> Tensor", float_unary<"Atan">},
    {"aten::sinh(Tensor self) -> Tensor", float_unary<"Sinh">},
    {"aten::cosh(Tensor self) -> Tensor", float_unary<"Cosh">},
    {"aten::asinh(Tensor self) -> Tensor", float_unary<"Asinh">},
    {"aten::acosh(Tensor self) -> Tensor", float_unary<"Acosh">},
    {"aten::atanh(Tensor self) -> Tensor", float_unary<"Atanh">},
    {"aten::atan2(Tensor self, Tensor other) -> Tensor", atan2},
    {"aten::erf(Tensor self) -> Tensor", float_unary<"Erf">},
    {"aten::erfc(Tensor self) -> Tensor", erfc},
    {"aten::clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", clamp},
    {"aten::clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", clamp},
    {"aten::clip(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", clamp},
    {"aten::clamp_min(Tensor self, Scalar min) -> Tensor", clamp_min},
    {"aten::clamp_min.Tensor(Tensor self, Tensor min) -> Tensor", clamp_min},
    {"aten::clamp_max(Tensor self, Scalar max) -> Tensor", clamp_max},
    {"aten::clamp_max.Tensor(Tensor self, Tensor max) -> Tensor", clamp_max},
    {"aten::minimum(Tensor self, Tensor other) -> Tensor", extremum<"Min">},
    {"aten::maximum(Tensor self, Tensor other) -> Tensor", extremum<"Max">},
    {"aten::min.other(Tensor self, Tensor other) -> Tensor", extremum<"Min">},
    {"aten::max.other(Tensor self, Tensor other) -> Tensor", extremum<"Max">},
    {"aten::fmin(Tensor self, Tensor other) -> Tensor", extremum_of_numbers<"Min">},
    {"aten::fmax(Tensor self, Tensor other) -> Tensor", extremum_of_numbers<"Max">},
    {"aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor", lerp},
    {"aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor", lerp},
    {"aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
     add_combined<"Mul">},
    {"aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
     add_combined<"Div">},
    {"aten::hypot(Tensor self, Tensor other) -> Tensor", hypot},
    {"aten::xlogy.Tensor(Tensor self, Tensor other) -> Tensor", xlogy},
    {"aten::copysign.Tensor(Tensor self, Tensor other) -> Tensor", copysign},
    {"aten::copysign.Scalar(Tensor self, Scalar other) -> Tensor", copysign},
};

} // namespace

std::span<const OpEntry> elementwise_ops()
{
    return entries;
}

} // namespace strata::ops
