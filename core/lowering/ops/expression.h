// Formulas over ONNX values, written as formulas: Expr a; (a * a + 1.0) emits a Mul and an Add.
#pragma once

#include "lowering/op_call.h"

#include <initializer_list>
#include <string_view>

namespace strata::ops {

/// A value and the emitter that computes with it. Plain numbers take the dtype of the other side.
/// Both sides of an operator have the same dtype, as in ONNX.
class Expr {
public:
    Expr(Emitter& emitter, ValueId value) : m_emitter(&emitter), m_value(value) {}
    operator ValueId() const { return m_value; }
    Emitter& e() const { return *m_emitter; }
    DType dtype() const { return m_emitter->dtype(m_value); }

    Expr number(double value) const { return {*m_emitter, m_emitter->scalar(dtype(), value)}; }
    Expr cast(DType to) const { return {*m_emitter, m_emitter->cast(m_value, to)}; }
    /// Nodes of one input; functions that ONNX Runtime has for float32 only are computed there.
    Expr apply(std::string_view op) const;
    Expr with(std::string_view op, Expr other) const
    {
        return {*m_emitter, m_emitter->emit(op, {m_value, other.m_value})};
    }
    Expr operator-() const { return apply("Neg"); }

private:
    Emitter* m_emitter;
    ValueId m_value;
};

inline Expr operator+(Expr a, Expr b)
{
    return a.with("Add", b);
}
inline Expr operator-(Expr a, Expr b)
{
    return a.with("Sub", b);
}
inline Expr operator*(Expr a, Expr b)
{
    return a.with("Mul", b);
}
inline Expr operator/(Expr a, Expr b)
{
    return a.with("Div", b);
}
inline Expr operator+(Expr a, double b)
{
    return a + a.number(b);
}
inline Expr operator-(Expr a, double b)
{
    return a - a.number(b);
}
inline Expr operator*(Expr a, double b)
{
    return a * a.number(b);
}
inline Expr operator/(Expr a, double b)
{
    return a / a.number(b);
}
inline Expr operator+(double a, Expr b)
{
    return b.number(a) + b;
}
inline Expr operator-(double a, Expr b)
{
    return b.number(a) - b;
}
inline Expr operator*(double a, Expr b)
{
    return b.number(a) * b;
}
inline Expr operator/(double a, Expr b)
{
    return b.number(a) / b;
}
inline Expr operator<(Expr a, Expr b)
{
    return a.with("Less", b);
}
inline Expr operator>(Expr a, Expr b)
{
    return a.with("Greater", b);
}
inline Expr operator<(Expr a, double b)
{
    return a < a.number(b);
}
inline Expr operator>(Expr a, double b)
{
    return a > a.number(b);
}
inline Expr operator&(Expr a, Expr b)
{
    return a.with("And", b);
}
inline Expr operator|(Expr a, Expr b)
{
    return a.with("Or", b);
}
inline Expr operator!(Expr a)
{
    return a.apply("Not");
}
inline Expr equal(Expr a, Expr b)
{
    return a.with("Equal", b);
}
inline Expr equal(Expr a, double b)
{
    return equal(a, a.number(b));
}
inline Expr where(Expr condition, Expr a, Expr b)
{
    return {a.e(), a.e().emit("Where", {condition, a, b})};
}
inline Expr where(Expr condition, double a, Expr b)
{
    return where(condition, b.number(a), b);
}
inline Expr where(Expr condition, Expr a, double b)
{
    return where(condition, a, a.number(b));
}
inline Expr exp(Expr x)
{
    return x.apply("Exp");
}
inline Expr log(Expr x)
{
    return x.apply("Log");
}
inline Expr sqrt(Expr x)
{
    return x.apply("Sqrt");
}
inline Expr abs(Expr x)
{
    return x.apply("Abs");
}
inline Expr floor(Expr x)
{
    return x.apply("Floor");
}
inline Expr sin(Expr x)
{
    return x.apply("Sin");
}
inline Expr cos(Expr x)
{
    return x.apply("Cos");
}
inline Expr is_nan(Expr x)
{
    return x.apply("IsNaN");
}
/// c0 + x (c1 + x (c2 + ...)).
Expr polynomial(Expr x, std::initializer_list<double> coefficients);

} // namespace strata::ops
