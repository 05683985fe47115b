#include "passes/dim_math.h"

#include "passes/dim_expression.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata {
namespace {

constexpr std::size_t max_text = 80; // longer expressions are as good as unknown to a reader

ShapeInt from_expression(StringPool& strings, const std::optional<DimExpression>& expression)
{
    if (!expression)
        return ShapeInt::unknown();
    if (const auto number = expression->as_number())
        return ShapeInt::of(*number);
    const std::string text = expression->text();
    if (text.size() > max_text)
        return ShapeInt::unknown();
    return {ShapeInt::Kind::Symbol, 0, strings.intern(text)};
}

DimExpression to_expression(const StringPool& strings, const ShapeInt& value)
{
    return value.is_number() ? DimExpression::number(value.number)
                             : DimExpression::parse(strings.view(value.symbol));
}

bool both_numbers(const ShapeInt& a, const ShapeInt& b)
{
    return a.is_number() && b.is_number();
}

bool both_known(const ShapeInt& a, const ShapeInt& b)
{
    return a.is_known() && b.is_known();
}

} // namespace

ShapeInt DimMath::from_dim(const Dim& dim) const
{
    if (dim.known())
        return ShapeInt::of(dim.value);
    if (dim.symbol == StringId::Empty)
        return ShapeInt::unknown();
    const std::string_view text = m_strings.view(dim.symbol);
    // A leading digit or minus is how to_element() spells numbers that a Dim cannot hold.
    if (text.front() == '-' || (text.front() >= '0' && text.front() <= '9'))
        if (const auto number = DimExpression::parse(text).as_number())
            return ShapeInt::of(*number);
    return {ShapeInt::Kind::Symbol, 0, dim.symbol};
}

Dim DimMath::to_dim(const ShapeInt& value) const
{
    if (value.is_number())
        return value.number >= 0 ? Dim::of(value.number) : Dim::unknown();
    return value.is_symbol() ? Dim{-1, value.symbol} : Dim::unknown();
}

Dim DimMath::to_element(const ShapeInt& value) const
{
    if (value.is_number() && value.number < 0)
        return Dim{-1, m_strings.intern(fmt::format("{}", value.number))};
    return to_dim(value);
}

ShapeInt DimMath::add(const ShapeInt& a, const ShapeInt& b) const
{
    if (both_numbers(a, b)) {
        std::int64_t sum = 0;
        return __builtin_add_overflow(a.number, b.number, &sum) ? ShapeInt::unknown()
                                                                : ShapeInt::of(sum);
    }
    if (a == ShapeInt::of(0))
        return b;
    if (b == ShapeInt::of(0))
        return a;
    if (!both_known(a, b))
        return ShapeInt::unknown();
    return from_expression(m_strings,
                           to_expression(m_strings, a).plus(to_expression(m_strings, b)));
}

ShapeInt DimMath::sub(const ShapeInt& a, const ShapeInt& b) const
{
    return add(a, mul(ShapeInt::of(-1), b));
}

ShapeInt DimMath::mul(const ShapeInt& a, const ShapeInt& b) const
{
    if (both_numbers(a, b)) {
        std::int64_t product = 0;
        return __builtin_mul_overflow(a.number, b.number, &product) ? ShapeInt::unknown()
                                                                    : ShapeInt::of(product);
    }
    if (a == ShapeInt::of(0) || b == ShapeInt::of(0))
        return ShapeInt::of(0);
    if (a == ShapeInt::of(1))
        return b;
    if (b == ShapeInt::of(1))
        return a;
    if (!both_known(a, b))
        return ShapeInt::unknown();
    return from_expression(m_strings,
                           to_expression(m_strings, a).times(to_expression(m_strings, b)));
}

ShapeInt DimMath::floor_div(const ShapeInt& a, const ShapeInt& b) const
{
    if (b == ShapeInt::of(1))
        return a;
    if (!both_known(a, b) || b == ShapeInt::of(0))
        return ShapeInt::unknown();
    if (!b.is_number())
        return exact_div(a, b);
    if (b.number < 0)
        return b.number == INT64_MIN ? ShapeInt::unknown()
                                     : floor_div(mul(a, ShapeInt::of(-1)), ShapeInt::of(-b.number));
    return from_expression(m_strings, to_expression(m_strings, a).floor_divided(b.number));
}

ShapeInt DimMath::ceil_div(const ShapeInt& a, std::int64_t b) const
{
    return floor_div(add(a, ShapeInt::of(b - 1)), ShapeInt::of(b));
}

ShapeInt DimMath::exact_div(const ShapeInt& a, const ShapeInt& b) const
{
    if (b == ShapeInt::of(1))
        return a;
    if (!both_known(a, b) || b == ShapeInt::of(0))
        return ShapeInt::unknown();
    return from_expression(
        m_strings, to_expression(m_strings, a).divided_exactly(to_expression(m_strings, b)));
}

ShapeInt DimMath::truncating_div(const ShapeInt& a, const ShapeInt& b) const
{
    if (both_numbers(a, b)) {
        if (b.number == 0 || (a.number == INT64_MIN && b.number == -1))
            return ShapeInt::unknown();
        return ShapeInt::of(a.number / b.number);
    }
    // Rounding towards zero and down agree where nothing is negative.
    if (!is_non_negative(a) || !is_non_negative(b))
        return exact_div(a, b);
    return floor_div(a, b);
}

ShapeInt DimMath::mod(const ShapeInt& a, const ShapeInt& b) const
{
    if (!a.is_known() || !b.is_number() || b.number <= 0)
        return ShapeInt::unknown();
    return from_expression(m_strings, to_expression(m_strings, a).modulo(b.number));
}

ShapeInt DimMath::min(const ShapeInt& a, const ShapeInt& b) const
{
    if (!both_known(a, b))
        return ShapeInt::unknown();
    if (both_numbers(a, b))
        return ShapeInt::of(std::min(a.number, b.number));
    const ShapeInt difference = sub(b, a);
    if (is_non_negative(difference))
        return a;
    return is_non_negative(sub(a, b)) ? b : ShapeInt::unknown();
}

ShapeInt DimMath::max(const ShapeInt& a, const ShapeInt& b) const
{
    const ShapeInt low = min(a, b);
    if (!low.is_known())
        return ShapeInt::unknown();
    return low == a ? b : a;
}

ShapeInt DimMath::product(const std::vector<ShapeInt>& factors) const
{
    ShapeInt result = ShapeInt::of(1);
    // A zero makes the product zero even where other factors are unknown.
    for (const ShapeInt& factor : factors)
        if (factor == ShapeInt::of(0))
            return factor;
    for (const ShapeInt& factor : factors) {
        result = mul(result, factor);
        if (!result.is_known())
            break;
    }
    return result;
}

ShapeInt DimMath::product(const Shape& shape) const
{
    std::vector<ShapeInt> factors;
    factors.reserve(shape.size());
    for (const Dim& dim : shape)
        factors.push_back(from_dim(dim));
    return product(factors);
}

bool DimMath::equal(const ShapeInt& a, const ShapeInt& b) const
{
    if (!both_known(a, b))
        return false;
    if (a == b)
        return true;
    if (both_numbers(a, b))
        return false;
    return to_expression(m_strings, a) == to_expression(m_strings, b);
}

bool DimMath::is_non_negative(const ShapeInt& value) const
{
    if (value.is_number())
        return value.number >= 0;
    return value.is_symbol() && to_expression(m_strings, value).is_non_negative();
}

} // namespace strata
