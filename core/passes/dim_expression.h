// Sums of products of dimension symbols with integer coefficients: the canonical form behind
// DimMath.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// A polynomial over atoms. An atom is a symbol ("h"), a rounded quotient or a rest ("(h+1)//2",
/// "h%3"), or a text that is not understood, taken as a whole. Operations return nothing on
/// overflow.
class DimExpression {
public:
    using Monomial = std::vector<std::string>; ///< sorted atoms; empty: the constant term

    static DimExpression number(std::int64_t value);
    static DimExpression atom(std::string text);
    /// Never fails: a text outside the grammar is one atom.
    static DimExpression parse(std::string_view text);

    std::optional<std::int64_t> as_number() const;
    bool is_non_negative() const;
    /// Parses back to the same expression.
    std::string text() const;
    const std::map<Monomial, std::int64_t>& terms() const { return m_terms; }

    std::optional<DimExpression> plus(const DimExpression& other) const;
    std::optional<DimExpression> times(const DimExpression& other) const;
    std::optional<DimExpression> times(std::int64_t factor) const;
    /// The quotient when the division leaves no rest.
    std::optional<DimExpression> divided_exactly(const DimExpression& divisor) const;
    /// floor(this / divisor) for divisor > 0.
    std::optional<DimExpression> floor_divided(std::int64_t divisor) const;
    /// this mod divisor, not negative, for divisor > 0.
    std::optional<DimExpression> modulo(std::int64_t divisor) const;

    friend bool operator==(const DimExpression&, const DimExpression&) = default;

private:
    bool add_term(const Monomial& monomial, std::int64_t coefficient); ///< false on overflow

    std::map<Monomial, std::int64_t> m_terms; ///< no zero coefficients
};

} // namespace strata
