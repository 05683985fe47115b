#include "lowering/ops/expression.h"

#include <algorithm>
#include <iterator>

namespace strata::ops {

Expr Expr::apply(std::string_view op) const
{
    static constexpr std::string_view float32_only[] = {"Tan",  "Asin",  "Acos",  "Atan",  "Sinh",
                                                        "Cosh", "Asinh", "Acosh", "Atanh", "Erf"};
    const bool narrow =
        dtype() == DType::Float64 &&
        std::find(std::begin(float32_only), std::end(float32_only), op) != std::end(float32_only);
    if (!narrow)
        return {*m_emitter, m_emitter->emit(op, {m_value})};
    const Expr x = cast(DType::Float32);
    return Expr(*m_emitter, m_emitter->emit(op, {x})).cast(DType::Float64);
}

Expr polynomial(Expr x, std::initializer_list<double> coefficients)
{
    auto next = std::rbegin(coefficients);
    Expr sum = x.number(*next);
    while (++next != std::rend(coefficients))
        sum = sum * x + *next;
    return sum;
}

} // namespace strata::ops
