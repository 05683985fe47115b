// Formulas over ONNX values, written as formulas: Expr a; (a * a + 1.0) emits a Mul and an Add.
#pragma once

#include "lowering/op_call.h"

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace strata::ops {

/// A value and the emitter that computes with it. Plain numbers take the dtype of the other side.
/// Both sides of an operator have the same dtype, as in ONNX.
class Expr {
public:
    Expr(Emitter& emitter, ValueId value) : m_emitter(&emitter), m_value(value) {}
    operator ValueId() const { return m_value; }
    ValueId id() const { return m_value; }
    Emitter& e() const { return *m_emitter; }
    DType dtype() const { return m_emitter->dtype(m_value); }

    Expr number(double value) const { return {*m_emitter, m_emitter->coefficient(dtype(), value)}; }
    Expr cast(DType to) const { return {*m_emitter, m_emitter->cast(m_value, to)}; }
    /// Nodes of one input; functions that ONNX Runtime has for float32 only are computed there.
    Expr apply(std::string_view op) const;
    /// Nodes of two inputs.
    Expr apply(std::string_view op, Expr other) const
    {
        return {*m_emitter, m_emitter->emit(op, {m_value, other.m_value})};
    }
    Expr unsqueeze(std::int64_t axis) const
    {
        return {*m_emitter, m_emitter->unsqueeze(m_value, {axis})};
    }
    Expr squeeze(std::int64_t axis) const
    {
        return {*m_emitter, m_emitter->squeeze(m_value, {axis})};
    }
    /// A reduction over the axes, which count from the front; over everything when there are none.
    /// A rank-0 tensor is what it is.
    Expr reduce(std::string_view op, std::vector<std::int64_t> axes = {},
                bool keep_dims = false) const
    {
        if (m_emitter->rank(m_value) == 0)
            return *this;
        return {*m_emitter, m_emitter->reduce(op, m_value, std::move(axes), keep_dims)};
    }
    Expr operator-() const { return apply("Neg"); }

private:
    Emitter* m_emitter;
    ValueId m_value;
};

inline Expr operator+(Expr a, Expr b)
{
    return a.apply("Add", b);
}
inline Expr operator-(Expr a, Expr b)
{
    return a.apply("Sub", b);
}
inline Expr operator*(Expr a, Expr b)
{
    return a.apply("Mul", b);
}
inline Expr operator/(Expr a, Expr b)
{
    return a.apply("Div", b);
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
    return a.apply("Less", b);
}
inline Expr operator>(Expr a, Expr b)
{
    return a.apply("Greater", b);
}
inline Expr operator<(Expr a, double b)
{
    return a < a.number(b);
}
inline Expr operator>(Expr a, double b)
{
    return a > a.number(b);
}
// Not && and ||, which would promise not to evaluate the second operand.
inline Expr operator&(Expr a, Expr b)
{
    return a.apply("And", b);
}
inline Expr operator|(Expr a, Expr b)
{
    return a.apply("Or", b);
}
inline Expr operator!(Expr a)
{
    return a.apply("Not");
}
inline Expr operator==(Expr a, Expr b)
{
    return a.apply("Equal", b);
}
inline Expr operator==(Expr a, double b)
{
    return a == a.number(b);
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
inline Expr pow(Expr a, double b)
{
    return a.apply("Pow", a.number(b));
}
inline Expr max(Expr a, Expr b)
{
    return a.apply("Max", b);
}
inline Expr max(Expr a, double b)
{
    return max(a, a.number(b));
}
inline Expr min(Expr a, Expr b)
{
    return a.apply("Min", b);
}
inline Expr min(Expr a, double b)
{
    return min(a, a.number(b));
}
inline Expr is_nan(Expr x)
{
    return x.apply("IsNaN");
}
/// c0 + x (c1 + x (c2 + ...)).
Expr polynomial(Expr x, std::initializer_list<double> coefficients);

} // namespace strata::ops
