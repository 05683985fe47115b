#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"
#include "lowering/ops/op_name.h"
#include "lowering/ops/type_promotion.h"

#include <limits>
#include <string>

namespace strata::ops {
namespace {

ValueId like(OpCall& call, ValueId x, double value)
{
    return call.e().scalar(call.dtype_of(x), value);
}

template <Name Op, bool Negate>
Outputs comparison(OpCall& call)
{
    Emitter& e = call.e();
    Operands o = promoted(call, "self", "other");
    // Order is not defined on bools and small integers in ONNX.
    const bool equality = std::string_view(Op.text) == "Equal";
    if (is_integer(o.dtype) ? bits_per_element(o.dtype) < 32
                            : o.dtype == DType::Bool && !equality) {
        o.a = e.cast(o.a, DType::Int32);
        o.b = e.cast(o.b, DType::Int32);
    }
    const ValueId result = e.emit(Op.text, {o.a, o.b});
    return Negate ? e.emit("Not", {result}) : result;
}

ValueId as_bool(OpCall& call, std::string_view name)
{
    return call.e().cast(call.tensor(name), DType::Bool);
}

template <Name Op>
Outputs logical(OpCall& call)
{
    return call.e().emit(Op.text, {as_bool(call, "self"), as_bool(call, "other")});
}

Outputs logical_not(OpCall& call)
{
    return call.e().emit("Not", {as_bool(call, "self")});
}

Outputs bitwise_not(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    if (call.dtype_of(x) == DType::Bool)
        return e.emit("Not", {x});
    if (call.dtype_of(x) == DType::UInt8) { // 255 - x, in a type that ONNX Runtime subtracts
        const ValueId wide = e.cast(x, DType::Int32);
        return e.cast(e.sub(e.scalar(DType::Int32, std::int64_t{255}), wide), DType::UInt8);
    }
    if (!is_signed_integer(call.dtype_of(x)))
        call.refuse("bitwise_not of an unsigned integer");
    return e.emit(
        "Sub", {e.scalar(call.dtype_of(x), std::int64_t{-1}), x}); // two's complement: ~x = -1 - x
}

Outputs is_nan(OpCall& call)
{
    const ValueId x = as_float(call, "self");
    return call.e().emit("IsNaN", {x});
}

/// |x| = infinity; integers never are.
ValueId infinite(OpCall& call, ValueId x)
{
    Emitter& e = call.e();
    return e.emit("Equal",
                  {e.emit("Abs", {x}), like(call, x, std::numeric_limits<double>::infinity())});
}

Outputs is_inf(OpCall& call)
{
    return infinite(call, as_float(call, "self"));
}

Outputs is_finite(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = as_float(call, "self");
    return e.emit("Not", {e.emit("Or", {e.emit("IsNaN", {x}), infinite(call, x)})});
}

Outputs nan_to_num(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = call.tensor("self");
    const DType dtype = call.dtype_of(x);
    if (!is_floating_point(dtype))
        return x;
    const double largest = largest_number(dtype);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const ValueId high = like(call, x, call.number_or_none("posinf").value_or(largest));
    const ValueId low = like(call, x, call.number_or_none("neginf").value_or(-largest));
    const ValueId number = like(call, x, call.number_or_none("nan").value_or(0));
    const ValueId nan = e.emit("IsNaN", {x});
    x = e.emit("Where", {e.emit("Equal", {x, like(call, x, infinity)}), high, x});
    x = e.emit("Where", {e.emit("Equal", {x, like(call, x, -infinity)}), low, x});
    return e.emit("Where", {nan, number, x});
}

/// ONNX Runtime has no Where of bools; they are chosen as bytes.
ValueId choose(OpCall& call, ValueId condition, ValueId a, ValueId b, DType dtype)
{
    Emitter& e = call.e();
    const DType own = dtype == DType::Bool ? DType::UInt8 : dtype;
    return e.cast(e.emit("Where", {condition, e.cast(a, own), e.cast(b, own)}), dtype);
}

Outputs where(OpCall& call)
{
    const Operands o = promoted(call, "self", "other");
    return choose(call, as_bool(call, "condition"), o.a, o.b, o.dtype);
}

Outputs masked_fill(OpCall& call)
{
    const ValueId x = call.tensor("self");
    const DType dtype = call.dtype_of(x);
    const DType mask = call.dtype_of(call.tensor("mask"));
    // PyTorch up to 1.13 reads one byte of each of these numbers, later versions refuse.
    if (mask != DType::Bool && mask != DType::UInt8 && mask != DType::Unknown)
        call.refuse("the mask is not of bool", "Give it as a comparison, or mask.bool().");
    return choose(call, as_bool(call, "mask"), operand(call, "value", dtype), x, dtype);
}

constexpr OpEntry entries[] = {
    {"aten::eq.Tensor(Tensor self, Tensor other) -> Tensor", comparison<"Equal", false>},
    {"aten::eq.Scalar(Tensor self, Scalar other) -> Tensor", comparison<"Equal", false>},
    {"aten::ne.Tensor(Tensor self, Tensor other) -> Tensor", comparison<"Equal", true>},
    {"aten::ne.Scalar(Tensor self, Scalar other) -> Tensor", comparison<"Equal", true>},
    {"aten::lt.Tensor(Tensor self, Tensor other) -> Tensor", comparison<"Less", false>},
    {"aten::lt.Scalar(Tensor self, Scalar other) -> Tensor", comparison<"Less", false>},
    {"aten::le.Tensor(Tensor self, Tensor other) -> Tensor", comparison<"LessOrEqual", false>},
    {"aten::le.Scalar(Tensor self, Scalar other) -> Tensor", comparison<"LessOrEqual", false>},
    {"aten::gt.Tensor(Tensor self, Tensor other) -> Tensor", comparison<"Greater", false>},
    {"aten::gt.Scalar(Tensor self, Scalar other) -> Tensor", comparison<"Greater", false>},
    {"aten::ge.Tensor(Tensor self, Tensor other) -> Tensor", comparison<"GreaterOrEqual", false>},
    {"aten::ge.Scalar(Tensor self, Scalar other) -> Tensor", comparison<"GreaterOrEqual", false>},
    {"aten::logical_and(Tensor self, Tensor other) -> Tensor", logical<"And">},
    {"aten::logical_or(Tensor self, Tensor other) -> Tensor", logical<"Or">},
    {"aten::logical_xor(Tensor self, Tensor other) -> Tensor", logical<"Xor">},
    {"aten::logical_not(Tensor self) -> Tensor", logical_not},
    {"aten::bitwise_not(Tensor self) -> Tensor", bitwise_not},
    {"aten::isnan(Tensor self) -> Tensor", is_nan},
    {"aten::isinf(Tensor self) -> Tensor", is_inf},
    {"aten::isfinite(Tensor self) -> Tensor", is_finite},
    {"aten::nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> "
     "Tensor",
     nan_to_num},
    {"aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor", where},
    {"aten::where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor", where},
    {"aten::where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor", where},
    {"aten::where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor", where},
    {"aten::masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor", masked_fill},
    {"aten::masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor", masked_fill},
};

} // namespace

std::span<const OpEntry> comparison_ops()
{
    return entries;
}

} // namespace strata::ops
