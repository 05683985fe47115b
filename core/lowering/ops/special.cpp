#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <cmath>
#include <limits>

namespace strata::ops {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double infinity = std::numeric_limits<double>::infinity();

Expr own_float(OpCall& call, std::string_view name = "self")
{
    return {call.e(), as_float(call, name)};
}

/// sin(pi x) / (pi x), and 1 at zero.
Outputs sinc(OpCall& call)
{
    const Expr x = own_float(call);
    const Expr angle = x * pi;
    const Expr zero = x == 0.0;
    return where(zero, x.number(1), angle.apply("Sin") / where(zero, x.number(1), angle)).id();
}

Outputs sgn(OpCall& call)
{
    const Expr x(call.e(), call.tensor("self"));
    if (x.dtype() == DType::Bool)
        return x.id();
    const Expr sign = x.apply("Sign");
    // Of a NaN, PyTorch's sign is zero.
    return is_floating_point(x.dtype()) ? where(x.apply("IsNaN"), x.number(0), sign).id()
                                        : sign.id();
}

Outputs signbit(OpCall& call)
{
    const ValueId self = call.tensor("self");
    if (call.dtype_of(self) == DType::Bool || call.dtype_of(self) == DType::UInt8)
        return call.e().cast(
            call.e().sub(call.e().cast(self, DType::Int32), call.e().cast(self, DType::Int32)),
            DType::Bool);
    const Expr x(call.e(), self);
    if (!is_floating_point(x.dtype()))
        return (x < 0.0).id();
    // Negative zero: 1/-0 is negative infinity.
    return ((x < 0.0) | (x.apply("Reciprocal") == -infinity)).id();
}

/// log(exp(a) + exp(b)) without overflow; with Base2 the same with powers of two.
template <bool Base2>
Outputs log_add_exp(OpCall& call)
{
    const Operands o = promoted_to_float(call, "self", "other");
    const Expr a(call.e(), o.a);
    const Expr b(call.e(), o.b);
    const Expr top = max(a, b);
    // Two equal infinities have no difference.
    const Expr infinite = abs(a) == infinity;
    const double scale = Base2 ? std::log(2.0) : 1;
    const Expr distance = -abs(a - b);
    const Expr rest = log(exp(Base2 ? distance * scale : distance) + 1.0);
    return where(infinite & (a == b), a, top + (Base2 ? rest / scale : rest)).id();
}

Outputs ldexp(OpCall& call)
{
    // pow(2.0, other) is a float32 tensor for integers.
    Emitter& e = call.e();
    const Expr exponent = own_float(call, "other");
    const DType dtype = float_result_type(call, {"self", "other"});
    const Expr power = exponent.number(2).apply("Pow", exponent);
    return (Expr(e, operand(call, "self", dtype)) * power.cast(dtype)).id();
}

Outputs float_power(OpCall& call)
{
    const Expr base(call.e(), operand(call, "self", DType::Float64));
    const Expr exponent(call.e(), operand(call, "exponent", DType::Float64));
    return base.apply("Pow", exponent).id();
}

/// -x log(x); 0 at zero, minus infinity below.
Outputs entropy(OpCall& call)
{
    const Expr x = own_float(call);
    const Expr positive = -x * log(x);
    const Expr rest = where(x < 0.0, x.number(-infinity), 0);
    return where((x > 0.0) | x.apply("IsNaN"), positive, rest).id();
}

constexpr OpEntry entries[] = {
    {"aten::sinc(Tensor self) -> Tensor", sinc},
    {"aten::sgn(Tensor self) -> Tensor", sgn},
    {"aten::signbit(Tensor self) -> Tensor", signbit},
    {"aten::logaddexp(Tensor self, Tensor other) -> Tensor", log_add_exp<false>},
    {"aten::logaddexp2(Tensor self, Tensor other) -> Tensor", log_add_exp<true>},
    {"aten::ldexp.Tensor(Tensor self, Tensor other) -> Tensor", ldexp},
    {"aten::float_power.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", float_power},
    {"aten::float_power.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", float_power},
    {"aten::float_power.Scalar(Scalar self, Tensor exponent) -> Tensor", float_power},
    {"aten::special_entr(Tensor self) -> Tensor", entropy},
};

} // namespace

std::span<const OpEntry> special_ops()
{
    return entries;
}

} // namespace strata::ops
