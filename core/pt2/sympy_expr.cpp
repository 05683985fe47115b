#include "pt2/sympy_expr.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace strata {
namespace {

constexpr int max_depth = 200;
/// s**4 is written out; higher powers keep their function.
constexpr std::int64_t largest_written_power = 4;

class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    Result<SymExpr> parse()
    {
        STRATA_TRY(SymExpr result, expression(0));
        skip_blanks();
        if (m_at != m_text.size())
            return wrong("something follows the expression");
        return result;
    }

private:
    tl::unexpected<Error> wrong(std::string_view what) const
    {
        return failure(ErrorCode::CannotRead,
                       fmt::format("The symbolic size '{}' cannot be read: {} at character {}.",
                                   m_text.substr(0, 120), what, m_at));
    }

    void skip_blanks()
    {
        while (m_at < m_text.size() && m_text[m_at] == ' ')
            ++m_at;
    }
    bool take(char c)
    {
        skip_blanks();
        if (m_at >= m_text.size() || m_text[m_at] != c)
            return false;
        ++m_at;
        return true;
    }
    std::string_view word()
    {
        skip_blanks();
        const std::size_t begin = m_at;
        while (m_at < m_text.size() && (std::isalnum(static_cast<unsigned char>(m_text[m_at])) ||
                                        m_text[m_at] == '_' || m_text[m_at] == '.'))
            ++m_at;
        return m_text.substr(begin, m_at - begin);
    }

    std::optional<std::string_view> quoted()
    {
        skip_blanks();
        if (m_at >= m_text.size() || (m_text[m_at] != '\'' && m_text[m_at] != '"'))
            return std::nullopt;
        const std::size_t end = m_text.find(m_text[m_at], m_at + 1);
        if (end == std::string_view::npos)
            return std::nullopt;
        const std::string_view inside = m_text.substr(m_at + 1, end - m_at - 1);
        m_at = end + 1;
        return inside;
    }

    Result<SymExpr> number()
    {
        SymExpr result;
        const char* const begin = m_text.data() + m_at;
        const char* const end = m_text.data() + m_text.size();
        const auto [rest, error] = std::from_chars(begin, end, result.integer);
        if (error == std::errc::result_out_of_range)
            return wrong("a number is too large");
        if (error == std::errc{} && (rest == end || (*rest != '.' && *rest != 'e'))) {
            m_at += static_cast<std::size_t>(rest - begin);
            return result;
        }
        const auto [real_rest, real_error] = std::from_chars(begin, end, result.real);
        if (real_error != std::errc{})
            return wrong("a number was expected");
        result.kind = SymExpr::Kind::Real;
        result.integer = 0;
        m_at += static_cast<std::size_t>(real_rest - begin);
        return result;
    }

    /// "positive=True": skips the value and says so.
    bool skip_keyword()
    {
        const std::size_t before = m_at;
        const std::string_view name = word();
        if (!name.empty() && take('=')) {
            if (!quoted())
                word();
            return true;
        }
        m_at = before;
        return false;
    }

    Result<SymExpr> expression(int depth)
    {
        if (depth > max_depth)
            return wrong("it is nested too deeply");
        skip_blanks();
        if (m_at >= m_text.size())
            return wrong("it ends too early");
        const char first = m_text[m_at];
        if (first == '-' || std::isdigit(static_cast<unsigned char>(first)))
            return number();
        const std::string_view name = word();
        if (name.empty())
            return wrong("a name was expected");
        SymExpr result;
        result.kind = SymExpr::Kind::Call;
        result.name = name;
        if (!take('('))
            return result; // oo, true, S.Half: constants by name
        while (!take(')')) {
            if (m_at >= m_text.size())
                return wrong("a bracket is not closed");
            if (!skip_keyword()) {
                if (const auto text = quoted()) {
                    SymExpr item;
                    item.kind = SymExpr::Kind::Symbol;
                    item.name = *text;
                    result.args.push_back(std::move(item));
                } else {
                    STRATA_TRY(SymExpr item, expression(depth + 1));
                    result.args.push_back(std::move(item));
                }
            }
            if (!take(',') && (m_at >= m_text.size() || m_text[m_at] != ')'))
                return wrong("',' or ')' was expected");
        }
        return simplified(std::move(result));
    }

    /// Integer(2), Symbol('s0') and Float('0.5') are leaves.
    Result<SymExpr> simplified(SymExpr call) const
    {
        if (call.args.size() != 1)
            return call;
        SymExpr& only = call.args.front();
        if (call.name == "Integer" && only.kind == SymExpr::Kind::Integer)
            return std::move(only);
        if ((call.name == "Symbol" || call.name == "Dummy") && only.kind == SymExpr::Kind::Symbol)
            return std::move(only);
        if (call.name != "Float")
            return call;
        if (only.kind == SymExpr::Kind::Integer || only.kind == SymExpr::Kind::Real) {
            only.real += static_cast<double>(only.integer);
            only.integer = 0;
            only.kind = SymExpr::Kind::Real;
            return std::move(only);
        }
        SymExpr real;
        real.kind = SymExpr::Kind::Real;
        const std::string& text = only.name;
        const auto [rest, error] =
            std::from_chars(text.data(), text.data() + text.size(), real.real);
        if (error != std::errc{} || rest != text.data() + text.size())
            return wrong("a number was expected");
        return real;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

/// How tightly a text binds, so that brackets stand only where they are needed.
enum class Binding : std::uint8_t { Sum, Quotient, Product, Atom };

struct Text {
    std::string text;
    Binding binding = Binding::Atom;
};

Text print(const SymExpr& expression);

std::string bracketed(const SymExpr& expression, Binding least)
{
    Text printed = print(expression);
    return printed.binding < least ? "(" + printed.text + ")" : std::move(printed.text);
}

std::string call_text(std::string_view name, const std::vector<SymExpr>& args)
{
    std::string text(name);
    text += '(';
    for (std::size_t i = 0; i < args.size(); ++i)
        text += (i > 0 ? "," : "") + dim_text(args[i]);
    return text + ')';
}

Text sum(const std::vector<SymExpr>& args)
{
    // Numbers last, as in "s0+1"; SymPy has them first.
    std::vector<const SymExpr*> ordered;
    for (const SymExpr& arg : args)
        ordered.push_back(&arg);
    std::stable_partition(ordered.begin(), ordered.end(),
                          [](const SymExpr* arg) { return arg->kind != SymExpr::Kind::Integer; });
    std::string text;
    for (const SymExpr* arg : ordered) {
        std::string item = bracketed(*arg, Binding::Sum);
        if (!text.empty() && !item.starts_with('-'))
            text += '+';
        text += item;
    }
    return {std::move(text), Binding::Sum};
}

bool is_integer(const SymExpr& expression, std::int64_t value)
{
    return expression.kind == SymExpr::Kind::Integer && expression.integer == value;
}

Text product(const std::vector<SymExpr>& args)
{
    std::string text;
    bool negative = false;
    for (const SymExpr& arg : args) {
        if (is_integer(arg, -1)) {
            negative = !negative;
            continue;
        }
        text += (text.empty() ? "" : "*") + bracketed(arg, Binding::Product);
    }
    if (text.empty())
        text = "1";
    // "-a*b" is a sum's part; it is bracketed in products.
    return negative ? Text{"-" + text, Binding::Sum} : Text{std::move(text), Binding::Product};
}

Text power(const SymExpr& call)
{
    const SymExpr& exponent = call.args[1];
    if (exponent.kind == SymExpr::Kind::Integer && exponent.integer >= 1 &&
        exponent.integer <= largest_written_power) {
        const std::string base = bracketed(call.args[0], Binding::Atom);
        std::string text = base;
        for (std::int64_t i = 1; i < exponent.integer; ++i)
            text += "*" + base;
        return {std::move(text), exponent.integer == 1 ? Binding::Atom : Binding::Product};
    }
    return {call_text("pow", call.args), Binding::Atom};
}

Text infix(const SymExpr& call, std::string_view sign)
{
    return {bracketed(call.args[0], Binding::Atom) + std::string(sign) +
                bracketed(call.args[1], Binding::Atom),
            Binding::Quotient};
}

Text print(const SymExpr& expression)
{
    switch (expression.kind) {
    case SymExpr::Kind::Integer:
        return {fmt::to_string(expression.integer),
                expression.integer < 0 ? Binding::Sum : Binding::Atom};
    case SymExpr::Kind::Real:
        return {fmt::to_string(expression.real),
                expression.real < 0 ? Binding::Sum : Binding::Atom};
    case SymExpr::Kind::Symbol:
        return {expression.name, Binding::Atom};
    case SymExpr::Kind::Call:
        break;
    }
    const std::string& name = expression.name;
    const std::vector<SymExpr>& args = expression.args;
    if (name == "Add" && !args.empty())
        return sum(args);
    if (name == "Mul" && !args.empty())
        return product(args);
    if (args.size() == 2) {
        if (name == "Pow" || name == "PowByNatural")
            return power(expression);
        if (name == "FloorDiv" || name == "CleanDiv")
            return infix(expression, "//");
        if (name == "Mod" || name == "PythonMod")
            return infix(expression, "%");
        if (name == "Rational")
            return infix(expression, "/");
        if (name == "CeilDiv") // -(-a//b) in terms that stay positive
            return {fmt::format("({}+{}-1)//{}", dim_text(args[0]),
                                bracketed(args[1], Binding::Quotient),
                                bracketed(args[1], Binding::Atom)),
                    Binding::Quotient};
    }
    if (args.size() == 1 && (name == "ToFloat" || name == "TruncToInt"))
        return name == "ToFloat" ? print(args[0]) : Text{call_text("trunc", args), Binding::Atom};
    static constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"Max", "max"},          {"Min", "min"},           {"Abs", "abs"},
        {"ceiling", "ceil"},     {"CeilToInt", "ceil"},    {"FloorToInt", "floor"},
        {"RoundToInt", "round"}, {"IntTrueDiv", "truediv"}};
    for (const auto& [sympy, python] : names)
        if (name == sympy)
            return {call_text(python, args), Binding::Atom};
    return {args.empty() ? name : call_text(name, args), Binding::Atom};
}

} // namespace

Result<SymExpr> parse_srepr(std::string_view text)
{
    return Parser(text).parse();
}

std::string dim_text(const SymExpr& expression)
{
    return print(expression).text;
}

std::string dim_text_of_srepr(std::string_view text)
{
    if (const auto parsed = parse_srepr(text); parsed && parsed->kind != SymExpr::Kind::Call)
        return dim_text(*parsed);
    else if (parsed && !parsed->args.empty())
        return dim_text(*parsed);
    std::string plain(text);
    std::erase(plain, ' ');
    return plain;
}

} // namespace strata
