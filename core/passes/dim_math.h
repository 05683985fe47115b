// Arithmetic on dimensions that may be symbols: what shape inference needs to say "2*h" or
// "h//2+1".
#pragma once

#include "ir/onnx_model.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// One integer of shape arithmetic: a number (unlike in Dim also a negative one), an expression in
/// dimension symbols, or unknown.
struct ShapeInt {
    enum class Kind : std::uint8_t { Unknown, Number, Symbol };
    Kind kind = Kind::Unknown;
    std::int64_t number = 0;           ///< when Number
    StringId symbol = StringId::Empty; ///< when Symbol: the expression's text

    static ShapeInt unknown() { return {}; }
    static ShapeInt of(std::int64_t value) { return {Kind::Number, value, StringId::Empty}; }
    bool is_number() const { return kind == Kind::Number; }
    bool is_symbol() const { return kind == Kind::Symbol; }
    bool is_known() const { return kind != Kind::Unknown; }
    friend bool operator==(const ShapeInt&, const ShapeInt&) = default;
};

/// Computes with ShapeInts. Results are canonical: sums of products of symbols, so that "h*2" and
/// "2*h" meet. What cannot be stated exactly becomes unknown. Symbols are dimensions, so they are
/// not negative.
class DimMath {
public:
    /// New expressions are interned in `strings`, which must outlive this.
    explicit DimMath(StringPool& strings) : m_strings(strings) {}

    /// A dimension as a ShapeInt. A symbol that spells a number is that number.
    ShapeInt from_dim(const Dim& dim) const;
    /// A dimension of a shape: negative numbers become unknown.
    Dim to_dim(const ShapeInt& value) const;
    /// An element of a shape computation: negative numbers become a symbol that spells them ("-1").
    Dim to_element(const ShapeInt& value) const;

    ShapeInt add(const ShapeInt& a, const ShapeInt& b) const;
    ShapeInt sub(const ShapeInt& a, const ShapeInt& b) const;
    ShapeInt mul(const ShapeInt& a, const ShapeInt& b) const;
    /// Rounds down. Unknown for a divisor that is zero.
    ShapeInt floor_div(const ShapeInt& a, const ShapeInt& b) const;
    ShapeInt ceil_div(const ShapeInt& a, std::int64_t b) const;
    /// a / b when the division leaves no rest whatever the symbols are; unknown otherwise.
    ShapeInt exact_div(const ShapeInt& a, const ShapeInt& b) const;
    /// ONNX's Div of integers: rounds towards zero.
    ShapeInt truncating_div(const ShapeInt& a, const ShapeInt& b) const;
    /// Python's modulo (ONNX's Mod without fmod).
    ShapeInt mod(const ShapeInt& a, const ShapeInt& b) const;
    ShapeInt min(const ShapeInt& a, const ShapeInt& b) const;
    ShapeInt max(const ShapeInt& a, const ShapeInt& b) const;

    ShapeInt product(const std::vector<ShapeInt>& factors) const;
    ShapeInt product(const Shape& shape) const;

    /// Whether both are known and the same whatever the symbols are.
    bool equal(const ShapeInt& a, const ShapeInt& b) const;
    bool equal(const Dim& a, const Dim& b) const { return equal(from_dim(a), from_dim(b)); }
    /// Whether the value is certainly not negative.
    bool is_non_negative(const ShapeInt& value) const;

private:
    StringPool& m_strings;
};

} // namespace strata
