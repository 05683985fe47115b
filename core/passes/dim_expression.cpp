#include "passes/dim_expression.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>

namespace strata {
namespace {

// Expressions longer than this help nobody, and chains of operations must not grow without bound.
constexpr std::size_t max_terms = 16;
constexpr int max_depth = 16;

std::int64_t floor_quotient(std::int64_t a, std::int64_t b)
{
    const std::int64_t q = a / b;
    return (a % b != 0 && (a < 0) != (b < 0)) ? q - 1 : q;
}

bool is_name_char(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == ':' ||
           c == '#';
}

bool is_simple_name(std::string_view text)
{
    return !text.empty() && !std::isdigit(static_cast<unsigned char>(text.front())) &&
           std::all_of(text.begin(), text.end(), is_name_char);
}

// The position of the matching ')' for the '(' at `open`; npos when there is none.
std::size_t closing(std::string_view text, std::size_t open)
{
    int depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
        if (text[i] == '(')
            ++depth;
        else if (text[i] == ')' && --depth == 0)
            return i;
    }
    return std::string_view::npos;
}

// Names, calls and bracketed texts stand alone in a product; quotients need brackets there.
bool stands_alone(std::string_view atom)
{
    if (is_simple_name(atom))
        return true;
    const std::size_t open = atom.find('(');
    return open != std::string_view::npos && (open == 0 || is_simple_name(atom.substr(0, open))) &&
           closing(atom, open) == atom.size() - 1;
}

class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    std::optional<DimExpression> whole()
    {
        auto result = sum(0);
        skip_space();
        return result && m_at == m_text.size() ? result : std::nullopt;
    }

private:
    void skip_space()
    {
        while (m_at < m_text.size() && m_text[m_at] == ' ')
            ++m_at;
    }
    bool take(std::string_view token)
    {
        skip_space();
        if (m_text.substr(m_at, token.size()) != token)
            return false;
        m_at += token.size();
        return true;
    }

    std::optional<DimExpression> sum(int depth)
    {
        auto left = product(depth);
        while (left) {
            const bool plus = take("+");
            if (!plus && !take("-"))
                break;
            auto right = product(depth);
            if (!right || !(right = right->times(plus ? 1 : -1)))
                return std::nullopt;
            left = left->plus(*right);
        }
        return left;
    }

    std::optional<DimExpression> product(int depth)
    {
        auto left = power(depth);
        while (left) {
            const bool quotient = take("//");
            const bool rest = !quotient && take("%");
            if (!quotient && !rest && !take("*"))
                break;
            auto right = power(depth);
            if (!right)
                return std::nullopt;
            if (!quotient && !rest) {
                left = left->times(*right);
                continue;
            }
            const auto divisor = right->as_number();
            if (!divisor || *divisor <= 0)
                return std::nullopt;
            left = quotient ? left->floor_divided(*divisor) : left->modulo(*divisor);
        }
        return left;
    }

    std::optional<DimExpression> power(int depth)
    {
        auto base = factor(depth);
        if (!base || !take("**"))
            return base;
        const auto exponent = factor(depth);
        const auto count = exponent ? exponent->as_number() : std::nullopt;
        if (!count || *count < 0 || *count > 8)
            return std::nullopt;
        std::optional<DimExpression> result = DimExpression::number(1);
        for (std::int64_t i = 0; i < *count && result; ++i)
            result = result->times(*base);
        return result;
    }

    std::optional<DimExpression> factor(int depth)
    {
        if (depth > max_depth)
            return std::nullopt;
        if (take("-")) {
            auto inner = factor(depth + 1);
            return inner ? inner->times(-1) : std::nullopt;
        }
        if (take("(")) {
            auto inner = sum(depth + 1);
            return inner && take(")") ? inner : std::nullopt;
        }
        skip_space();
        const std::size_t begin = m_at;
        while (m_at < m_text.size() && is_name_char(m_text[m_at]))
            ++m_at;
        const std::string_view word = m_text.substr(begin, m_at - begin);
        if (word.empty())
            return std::nullopt;
        if (std::isdigit(static_cast<unsigned char>(word.front()))) {
            std::int64_t value = 0;
            const auto [end, error] =
                std::from_chars(word.data(), word.data() + word.size(), value);
            if (error != std::errc() || end != word.data() + word.size())
                return std::nullopt;
            return DimExpression::number(value);
        }
        if (m_at < m_text.size() && m_text[m_at] == '(') { // a call, taken as it is
            const std::size_t end = closing(m_text, m_at);
            if (end == std::string_view::npos)
                return std::nullopt;
            m_at = end + 1;
            return DimExpression::atom(std::string(m_text.substr(begin, m_at - begin)));
        }
        return DimExpression::atom(std::string(word));
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

// "x//a" apart: x and a.
std::optional<std::pair<DimExpression, std::int64_t>> quotient_parts(const std::string& atom)
{
    const std::size_t slash = atom.rfind("//");
    if (slash == std::string::npos || slash == 0)
        return std::nullopt;
    std::int64_t divisor = 0;
    const char* const end = atom.data() + atom.size();
    const auto [rest, error] = std::from_chars(atom.data() + slash + 2, end, divisor);
    if (error != std::errc() || rest != end || divisor <= 0)
        return std::nullopt;
    return std::pair(DimExpression::parse(std::string_view(atom).substr(0, slash)), divisor);
}

std::string bracketed(const DimExpression& expression)
{
    const std::string text = expression.text();
    return stands_alone(text) ? text : "(" + text + ")";
}

} // namespace

DimExpression DimExpression::number(std::int64_t value)
{
    DimExpression result;
    if (value != 0)
        result.m_terms[{}] = value;
    return result;
}

DimExpression DimExpression::atom(std::string text)
{
    DimExpression result;
    result.m_terms[{std::move(text)}] = 1;
    return result;
}

DimExpression DimExpression::parse(std::string_view text)
{
    if (is_simple_name(text))
        return atom(std::string(text));
    if (auto result = Parser(text).whole())
        return *result;
    return atom(std::string(text));
}

bool DimExpression::add_term(const Monomial& monomial, std::int64_t coefficient)
{
    if (coefficient == 0)
        return true;
    auto [it, inserted] = m_terms.try_emplace(monomial, 0);
    if (__builtin_add_overflow(it->second, coefficient, &it->second))
        return false;
    if (it->second == 0)
        m_terms.erase(it);
    return m_terms.size() <= max_terms;
}

std::optional<std::int64_t> DimExpression::as_number() const
{
    if (m_terms.empty())
        return 0;
    if (m_terms.size() == 1 && m_terms.begin()->first.empty())
        return m_terms.begin()->second;
    return std::nullopt;
}

bool DimExpression::is_non_negative() const
{
    return std::all_of(m_terms.begin(), m_terms.end(), [](const auto& term) {
        return term.second >= 0 &&
               std::all_of(term.first.begin(), term.first.end(), [](const std::string& atom) {
                   return atom.find('-') == std::string::npos;
               });
    });
}

std::string DimExpression::text() const
{
    if (m_terms.empty())
        return "0";
    // Higher degrees first, the constant last; the map's order within a degree.
    std::vector<const std::pair<const Monomial, std::int64_t>*> order;
    for (const auto& term : m_terms)
        order.push_back(&term);
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
        // A leading minus reads badly, so positive terms come first.
        if ((a->second < 0) != (b->second < 0))
            return a->second > 0;
        return a->first.size() > b->first.size();
    });
    std::string text;
    for (const auto* term : order) {
        const auto& [monomial, coefficient] = *term;
        if (!text.empty() && coefficient > 0)
            text += '+';
        if (monomial.empty()) {
            text += fmt::format("{}", coefficient);
            continue;
        }
        if (coefficient == -1)
            text += '-';
        else if (coefficient != 1)
            text += fmt::format("{}*", coefficient);
        const bool alone = monomial.size() == 1 && coefficient == 1;
        for (std::size_t i = 0; i < monomial.size(); ++i) {
            if (i > 0)
                text += '*';
            const bool bare = stands_alone(monomial[i]) || (alone && m_terms.size() == 1) ||
                              (alone && quotient_parts(monomial[i]));
            text += bare ? monomial[i] : "(" + monomial[i] + ")";
        }
    }
    return text;
}

std::optional<DimExpression> DimExpression::plus(const DimExpression& other) const
{
    DimExpression result = *this;
    for (const auto& [monomial, coefficient] : other.m_terms)
        if (!result.add_term(monomial, coefficient))
            return std::nullopt;
    return result;
}

std::optional<DimExpression> DimExpression::times(std::int64_t factor) const
{
    return times(number(factor));
}

std::optional<DimExpression> DimExpression::times(const DimExpression& other) const
{
    DimExpression result;
    for (const auto& [left, a] : m_terms) {
        for (const auto& [right, b] : other.m_terms) {
            std::int64_t coefficient = 0;
            if (__builtin_mul_overflow(a, b, &coefficient))
                return std::nullopt;
            Monomial monomial(left.size() + right.size());
            std::merge(left.begin(), left.end(), right.begin(), right.end(), monomial.begin());
            if (monomial.size() > 8 || !result.add_term(monomial, coefficient))
                return std::nullopt;
        }
    }
    return result;
}

std::optional<DimExpression> DimExpression::divided_exactly(const DimExpression& divisor) const
{
    if (divisor.m_terms.empty())
        return std::nullopt;
    DimExpression rest = *this;
    DimExpression quotient;
    const auto& [lead, lead_coefficient] = *divisor.m_terms.rbegin();
    for (std::size_t step = 0; step < max_terms && !rest.m_terms.empty(); ++step) {
        const auto& [monomial, coefficient] = *rest.m_terms.rbegin();
        if (coefficient % lead_coefficient != 0 ||
            !std::includes(monomial.begin(), monomial.end(), lead.begin(), lead.end()))
            return std::nullopt;
        Monomial factor;
        std::set_difference(monomial.begin(), monomial.end(), lead.begin(), lead.end(),
                            std::back_inserter(factor));
        DimExpression term;
        term.m_terms[factor] = coefficient / lead_coefficient;
        auto sum = quotient.plus(term);
        auto product = divisor.times(term);
        if (!sum || !product || !(product = product->times(-1)))
            return std::nullopt;
        auto difference = rest.plus(*product);
        if (!difference)
            return std::nullopt;
        quotient = std::move(*sum);
        rest = std::move(*difference);
    }
    if (!rest.m_terms.empty())
        return std::nullopt;
    return quotient;
}

std::optional<DimExpression> DimExpression::floor_divided(std::int64_t divisor) const
{
    if (divisor == 1)
        return *this;
    // What is divisible comes out of the brackets: (2*h+5)//2 = h+2, (h-1)//2 = (h+1)//2-1.
    DimExpression whole;
    DimExpression rest;
    std::int64_t offset = 0;
    for (const auto& [monomial, coefficient] : m_terms) {
        const std::int64_t quotient = floor_quotient(coefficient, divisor);
        if (monomial.empty()) {
            offset = coefficient - quotient * divisor;
            whole.m_terms[{}] = quotient;
            if (quotient == 0)
                whole.m_terms.erase(Monomial{});
        } else if (coefficient % divisor == 0) {
            whole.m_terms[monomial] = quotient;
        } else {
            rest.m_terms[monomial] = coefficient;
        }
    }
    if (rest.m_terms.empty())
        return whole;
    // floor((floor(x/a)+r)/b) = floor((x+r*a)/(a*b))
    if (rest.m_terms.size() == 1 && rest.m_terms.begin()->second == 1 &&
        rest.m_terms.begin()->first.size() == 1) {
        if (auto parts = quotient_parts(rest.m_terms.begin()->first.front())) {
            std::int64_t inner_offset = 0;
            std::int64_t product = 0;
            if (__builtin_mul_overflow(offset, parts->second, &inner_offset) ||
                __builtin_mul_overflow(divisor, parts->second, &product))
                return std::nullopt;
            auto numerator = parts->first.plus(number(inner_offset));
            auto quotient = numerator ? numerator->floor_divided(product) : std::nullopt;
            return quotient ? whole.plus(*quotient) : std::nullopt;
        }
    }
    if (offset != 0)
        rest.m_terms[{}] = offset;
    return whole.plus(atom(fmt::format("{}//{}", bracketed(rest), divisor)));
}

std::optional<DimExpression> DimExpression::modulo(std::int64_t divisor) const
{
    DimExpression rest;
    for (const auto& [monomial, coefficient] : m_terms) {
        const std::int64_t left = coefficient - floor_quotient(coefficient, divisor) * divisor;
        if (left != 0)
            rest.m_terms[monomial] = left;
    }
    if (rest.as_number())
        return rest;
    return atom(fmt::format("{}%{}", bracketed(rest), divisor));
}

} // namespace strata
