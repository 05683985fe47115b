// Symbolic sizes: the SymPy expressions that torch.export writes as sympy.srepr() text.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// "Mul(Integer(2), Symbol('s27', positive=True, integer=True))" as a tree.
struct SymExpr {
    enum class Kind : std::uint8_t { Integer, Real, Symbol, Call };
    Kind kind = Kind::Integer;
    std::int64_t integer = 0;
    double real = 0;
    std::string name; ///< of a Symbol, or of the function: "Add", "FloorDiv"
    std::vector<SymExpr> args;

    friend bool operator==(const SymExpr&, const SymExpr&) = default;
};

/// Parses srepr text; keyword arguments (assumptions of symbols) are left out. Fails with
/// CannotRead and the position for anything else, for deep nesting and for numbers that do not fit.
Result<SymExpr> parse_srepr(std::string_view text);

/// The expression as the text of a dimension: "2*s27", "s53*s53", "(s0+1)//2", "max(s0,1)".
/// Functions without a common spelling keep their name: "ModularIndexing(s0,2,4)".
std::string dim_text(const SymExpr& expression);

/// dim_text() of srepr text. Files before PyTorch 2.5 hold plain formulas ("s0 + 2*s1"), which are
/// kept, without blanks, as is whatever else cannot be read.
std::string dim_text_of_srepr(std::string_view text);

} // namespace strata
