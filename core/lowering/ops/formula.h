// Arithmetic on tensors that reads as the definition of an operator does.
#pragma once

#include "lowering/op_call.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace strata::ops {

/// A tensor in a formula. Numbers beside it become constants of its dtype; tensors beside it must
/// have the same dtype already and broadcast. The emitter must outlive it.
class Term {
public:
    Term(Emitter& emitter, ValueId id) : m_emitter(&emitter), m_id(id) {}

    ValueId id() const { return m_id; }
    Emitter& e() const { return *m_emitter; }
    DType dtype() const { return m_emitter->dtype(m_id); }

    Term number(double value) const { return {*m_emitter, m_emitter->scalar(dtype(), value)}; }
    Term apply(std::string_view op) const { return {*m_emitter, m_emitter->emit(op, {m_id})}; }
    Term apply(std::string_view op, Term other) const
    {
        return {*m_emitter, m_emitter->emit(op, {m_id, other.m_id})};
    }
    Term cast(DType to) const { return {*m_emitter, m_emitter->cast(m_id, to)}; }
    Term unsqueeze(std::int64_t axis) const
    {
        return {*m_emitter, m_emitter->unsqueeze(m_id, {axis})};
    }
    Term squeeze(std::int64_t axis) const { return {*m_emitter, m_emitter->squeeze(m_id, {axis})}; }
    /// A reduction over the axes, which count from the front; over everything when there are none.
    /// A rank-0 tensor is what it is.
    Term reduce(std::string_view op, std::vector<std::int64_t> axes = {},
                bool keep_dims = false) const
    {
        if (m_emitter->rank(m_id) == 0)
            return *this;
        return {*m_emitter, m_emitter->reduce(op, m_id, std::move(axes), keep_dims)};
    }

private:
    Emitter* m_emitter;
    ValueId m_id;
};

inline Term operator+(Term a, Term b)
{
    return a.apply("Add", b);
}
inline Term operator-(Term a, Term b)
{
    return a.apply("Sub", b);
}
inline Term operator*(Term a, Term b)
{
    return a.apply("Mul", b);
}
inline Term operator/(Term a, Term b)
{
    return a.apply("Div", b);
}
inline Term operator+(Term a, double b)
{
    return a + a.number(b);
}
inline Term operator-(Term a, double b)
{
    return a - a.number(b);
}
inline Term operator*(Term a, double b)
{
    return a * a.number(b);
}
inline Term operator/(Term a, double b)
{
    return a / a.number(b);
}
inline Term operator+(double a, Term b)
{
    return b.number(a) + b;
}
inline Term operator-(double a, Term b)
{
    return b.number(a) - b;
}
inline Term operator*(double a, Term b)
{
    return b.number(a) * b;
}
inline Term operator-(Term a)
{
    return a.apply("Neg");
}

inline Term operator<(Term a, Term b)
{
    return a.apply("Less", b);
}
inline Term operator>(Term a, Term b)
{
    return a.apply("Greater", b);
}
inline Term operator<(Term a, double b)
{
    return a < a.number(b);
}
inline Term operator>(Term a, double b)
{
    return a > a.number(b);
}
inline Term operator==(Term a, Term b)
{
    return a.apply("Equal", b);
}
inline Term operator==(Term a, double b)
{
    return a == a.number(b);
}
inline Term operator!(Term a)
{
    return a.apply("Not");
}
// Not && and ||, which would promise not to evaluate the second operand.
inline Term operator&(Term a, Term b)
{
    return a.apply("And", b);
}
inline Term operator|(Term a, Term b)
{
    return a.apply("Or", b);
}

inline Term abs(Term a)
{
    return a.apply("Abs");
}
inline Term exp(Term a)
{
    return a.apply("Exp");
}
inline Term log(Term a)
{
    return a.apply("Log");
}
inline Term sqrt(Term a)
{
    return a.apply("Sqrt");
}
inline Term pow(Term a, double b)
{
    return a.apply("Pow", a.number(b));
}
inline Term max(Term a, Term b)
{
    return a.apply("Max", b);
}
inline Term max(Term a, double b)
{
    return max(a, a.number(b));
}
inline Term min(Term a, Term b)
{
    return a.apply("Min", b);
}
inline Term min(Term a, double b)
{
    return min(a, a.number(b));
}
inline Term where(Term condition, Term a, Term b)
{
    return {a.e(), a.e().emit("Where", {condition.id(), a.id(), b.id()})};
}
inline Term where(Term condition, Term a, double b)
{
    return where(condition, a, a.number(b));
}

} // namespace strata::ops
