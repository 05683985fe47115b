// Recursive descent over the grammar in query.h.
#include "query/query.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace strata {
namespace {

// Deeper nesting is a mistake or an attack: each level costs stack.
constexpr int max_depth = 100;

struct Failure {
    std::size_t at;
    std::string message;
};

bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const QueryFieldInfo* find_field(std::string_view name)
{
    for (const QueryFieldInfo& info : query_fields())
        if (info.name == name || (!info.alias.empty() && info.alias == name))
            return &info;
    return nullptr;
}

/// A word, a quoted text or a regular expression.
struct Word {
    enum class Kind : std::uint8_t { Plain, Quoted, Regex };
    Kind kind = Kind::Plain;
    std::string text;
    std::size_t at = 0;
};

class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    QueryTerm parse()
    {
        QueryTerm term = parse_or(0);
        skip_space();
        if (m_at < m_text.size())
            fail("there is no \"(\" for this \")\"");
        return term;
    }

private:
    [[noreturn]] void fail(std::string message) const { fail_at(m_at, std::move(message)); }
    [[noreturn]] static void fail_at(std::size_t at, std::string message)
    {
        throw Failure{at, std::move(message)};
    }

    void skip_space()
    {
        while (m_at < m_text.size() && is_space(m_text[m_at]))
            ++m_at;
    }
    bool at_end() const { return m_at >= m_text.size(); }

    /// Takes the keyword when it stands here as a word of its own.
    bool take_keyword(std::string_view keyword)
    {
        skip_space();
        if (m_text.size() - m_at < keyword.size())
            return false;
        for (std::size_t i = 0; i < keyword.size(); ++i)
            if (std::tolower(static_cast<unsigned char>(m_text[m_at + i])) != keyword[i])
                return false;
        const std::size_t end = m_at + keyword.size();
        if (end < m_text.size() && !is_space(m_text[end]) && m_text[end] != '(')
            return false;
        m_at = end;
        return true;
    }

    QueryTerm parse_or(int depth)
    {
        if (depth > max_depth)
            fail(fmt::format("more than {} nested parentheses", max_depth));
        QueryTerm either;
        either.kind = QueryTerm::Kind::Or;
        either.terms.push_back(parse_and(depth));
        while (take_keyword("or")) {
            skip_space();
            if (at_end() || m_text[m_at] == ')')
                fail("something must follow \"or\"");
            either.terms.push_back(parse_and(depth));
        }
        return either.terms.size() == 1 ? std::move(either.terms.front()) : either;
    }

    QueryTerm parse_and(int depth)
    {
        QueryTerm all;
        for (;;) {
            skip_space();
            if (at_end() || m_text[m_at] == ')')
                break;
            const std::size_t before = m_at;
            if (take_keyword("or")) {
                if (all.terms.empty())
                    fail_at(before, "something must stand before \"or\"");
                m_at = before;
                break;
            }
            if (take_keyword("and")) {
                if (all.terms.empty())
                    fail_at(before, "something must stand before \"and\"");
                continue;
            }
            all.terms.push_back(parse_unary(depth));
        }
        return all.terms.size() == 1 ? std::move(all.terms.front()) : all;
    }

    QueryTerm parse_unary(int depth)
    {
        if (depth > max_depth)
            fail(fmt::format("more than {} nested parentheses", max_depth));
        skip_space();
        const bool minus = !at_end() && m_text[m_at] == '-';
        if (minus)
            ++m_at;
        if (minus || take_keyword("not")) {
            skip_space();
            if (at_end() || m_text[m_at] == ')')
                fail("something must follow the negation");
            QueryTerm negated;
            negated.kind = QueryTerm::Kind::Not;
            negated.terms.push_back(parse_unary(depth + 1));
            return negated;
        }
        if (!at_end() && m_text[m_at] == '(') {
            const std::size_t open = m_at++;
            QueryTerm inner = parse_or(depth + 1);
            skip_space();
            if (at_end())
                fail_at(open, "this \"(\" is not closed");
            ++m_at;
            return inner;
        }
        return parse_term();
    }

    Word parse_word(bool value)
    {
        Word word;
        word.at = m_at;
        if (!at_end() && m_text[m_at] == '"')
            return quoted(std::move(word));
        if (!at_end() && m_text[m_at] == '/' && closes_regex())
            return regex(std::move(word));
        int brackets = 0;
        while (!at_end()) {
            const char c = m_text[m_at];
            if (c == '[')
                ++brackets;
            else if (c == ']')
                --brackets;
            else if (brackets <= 0 &&
                     (is_space(c) || c == ')' || (!value && (c == '(' || is_operator(c)))))
                break;
            word.text += c;
            ++m_at;
        }
        return word;
    }

    static bool is_operator(char c)
    {
        return c == ':' || c == '=' || c == '<' || c == '>' || c == '!';
    }

    Word quoted(Word word)
    {
        word.kind = Word::Kind::Quoted;
        for (++m_at; !at_end() && m_text[m_at] != '"'; ++m_at) {
            if (m_text[m_at] == '\\' && m_at + 1 < m_text.size())
                ++m_at;
            word.text += m_text[m_at];
        }
        if (at_end())
            fail_at(word.at, "this quotation mark is not closed");
        ++m_at;
        return word;
    }

    /// Node names begin with "/" too: it is a regular expression when a word ends in "/" later on.
    bool closes_regex() const
    {
        for (std::size_t i = m_at + 2; i < m_text.size(); ++i)
            if (m_text[i] == '/' && m_text[i - 1] != '\\' &&
                (i + 1 == m_text.size() || is_space(m_text[i + 1]) || m_text[i + 1] == ')'))
                return true;
        return false;
    }

    Word regex(Word word)
    {
        word.kind = Word::Kind::Regex;
        for (++m_at; !at_end(); ++m_at) {
            const bool ends = m_text[m_at] == '/' && m_text[m_at - 1] != '\\' &&
                              (m_at + 1 == m_text.size() || is_space(m_text[m_at + 1]) ||
                               m_text[m_at + 1] == ')');
            if (ends)
                break;
            word.text += m_text[m_at];
        }
        ++m_at;
        return word;
    }

    std::optional<QueryOp> take_operator()
    {
        const auto take = [&](std::string_view text) {
            if (m_text.substr(m_at, text.size()) != text)
                return false;
            m_at += text.size();
            return true;
        };
        if (take("!="))
            return QueryOp::NotEqual;
        if (take("<="))
            return QueryOp::LessEqual;
        if (take(">="))
            return QueryOp::GreaterEqual;
        if (take("<"))
            return QueryOp::Less;
        if (take(">"))
            return QueryOp::Greater;
        if (take("="))
            return QueryOp::Equal;
        if (take(":"))
            return QueryOp::Matches;
        return std::nullopt;
    }

    QueryTerm parse_term()
    {
        const std::size_t start = m_at;
        Word key = parse_word(false);
        QueryTerm term;
        term.kind = QueryTerm::Kind::Field;
        if (key.kind == Word::Kind::Plain) {
            std::string name = key.text;
            std::transform(name.begin(), name.end(), name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            const QueryFieldInfo* info = find_field(name);
            const std::size_t before_op = m_at;
            const std::optional<QueryOp> op = take_operator();
            if (info && (op || info->kind == QueryFieldKind::Flag))
                return field_term(*info, op);
            if (op && !info && is_identifier(key.text))
                fail_at(start, fmt::format("there is no field \"{}\"; fields are {}", key.text,
                                           field_list()));
            // "/layer1/conv:0" and the like are names, whatever they contain.
            if (op) {
                m_at = before_op;
                while (!at_end() && !is_space(m_text[m_at]) && m_text[m_at] != ')')
                    key.text += m_text[m_at++];
            }
            if (key.text.empty())
                fail("this cannot begin a term");
        }
        term.pattern = text_pattern(key, true);
        return term;
    }

    static bool is_identifier(std::string_view text)
    {
        return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
            return std::isalpha(c) || c == '_';
        });
    }

    static std::string field_list()
    {
        std::string list;
        for (const QueryFieldInfo& info : query_fields())
            list += (list.empty() ? "" : ", ") + std::string(info.name);
        return list;
    }

    static TextPattern text_pattern(const Word& word, bool alone)
    {
        if (word.kind == Word::Kind::Regex) {
            TextPattern pattern(TextPattern::Kind::Regex, word.text);
            if (!pattern.error().empty())
                fail_at(word.at,
                        fmt::format("this is not a regular expression: {}", pattern.error()));
            return pattern;
        }
        const bool wild =
            word.kind == Word::Kind::Plain && word.text.find_first_of("*?") != std::string::npos;
        if (alone && !wild)
            return {TextPattern::Kind::Substring, word.text};
        if (alone)
            return {TextPattern::Kind::Glob, "*" + word.text + "*"};
        // A glob without wildcards is equality without case; in quotes wildcards are themselves.
        if (word.kind == Word::Kind::Quoted && word.text.find_first_of("*?") != std::string::npos)
            return {TextPattern::Kind::Exact, word.text};
        return {TextPattern::Kind::Glob, word.text};
    }

    QueryTerm field_term(const QueryFieldInfo& info, std::optional<QueryOp> op)
    {
        QueryTerm term;
        term.kind = QueryTerm::Kind::Field;
        term.field = info.field;
        term.op = op.value_or(QueryOp::Matches);
        if (!op) {
            term.number = 1.0;
            return term;
        }
        const std::size_t at = m_at;
        Word word = parse_word(true);
        if (word.text.empty() && word.kind == Word::Kind::Plain)
            fail_at(at, fmt::format("a value must follow, for example {}", info.example));
        const bool ordering =
            *op != QueryOp::Matches && *op != QueryOp::Equal && *op != QueryOp::NotEqual;
        if (ordering && info.kind != QueryFieldKind::Number)
            fail_at(at, fmt::format("\"{}\" has no order: use \":\", \"=\" or \"!=\"", info.name));
        switch (info.kind) {
        case QueryFieldKind::Number:
            term.number = number(word);
            break;
        case QueryFieldKind::Flag:
            term.number = flag(word) ? 1.0 : 0.0;
            break;
        case QueryFieldKind::Dims:
            term.shape = shape(word);
            break;
        case QueryFieldKind::Text:
            text_value(term, word);
            break;
        }
        return term;
    }

    static void text_value(QueryTerm& term, Word& word)
    {
        if (term.field == QueryField::Attribute) {
            const std::size_t equal = word.text.find('=');
            term.attribute = word.text.substr(0, equal);
            term.has_attribute_value = equal != std::string::npos;
            word.text = term.has_attribute_value ? word.text.substr(equal + 1) : std::string();
        }
        const bool exact = term.op == QueryOp::Equal && word.kind != Word::Kind::Regex;
        term.pattern =
            exact ? TextPattern(TextPattern::Kind::Exact, word.text) : text_pattern(word, false);
    }

    static double number(const Word& word)
    {
        double value = 0.0;
        const char* begin = word.text.data();
        const char* end = begin + word.text.size();
        const auto [rest, error] = std::from_chars(begin, end, value);
        if (error == std::errc() && rest + 1 >= end) {
            const char suffix = rest == end ? '\0' : static_cast<char>(std::toupper(*rest));
            switch (suffix) {
            case '\0':
                return value;
            case 'K':
                return value * 1e3;
            case 'M':
                return value * 1e6;
            case 'G':
                return value * 1e9;
            case '%':
                return value / 100.0;
            default:
                break;
            }
        }
        fail_at(word.at, fmt::format("\"{}\" is not a number such as 0.6, 60%, 12, 4K, 1.5M or 2G",
                                     word.text));
    }

    static bool flag(const Word& word)
    {
        for (const char* yes : {"yes", "true", "1"})
            if (word.text == yes)
                return true;
        for (const char* no : {"no", "false", "0"})
            if (word.text == no)
                return false;
        fail_at(word.at, fmt::format("\"{}\" is neither yes nor no", word.text));
    }

    static std::vector<DimPattern> shape(const Word& word)
    {
        std::string_view text = word.text;
        if (text.size() < 2 || text.front() != '[' || text.back() != ']')
            fail_at(word.at, "a shape is written [1,*,56,56]: * is any size, ... any number of "
                             "dimensions");
        text = text.substr(1, text.size() - 2);
        std::vector<DimPattern> dims;
        while (!text.empty()) {
            const std::size_t comma = text.find(',');
            std::string_view item = text.substr(0, comma);
            text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
            while (!item.empty() && is_space(item.front()))
                item.remove_prefix(1);
            while (!item.empty() && is_space(item.back()))
                item.remove_suffix(1);
            dims.push_back(dim(item, word.at));
        }
        return dims;
    }

    static DimPattern dim(std::string_view item, std::size_t at)
    {
        DimPattern dim;
        if (item == "*" || item == "?")
            return dim;
        if (item == "...") {
            dim.kind = DimPattern::Kind::AnyMany;
            return dim;
        }
        const auto [rest, error] =
            std::from_chars(item.data(), item.data() + item.size(), dim.number);
        if (error == std::errc() && rest == item.data() + item.size()) {
            dim.kind = DimPattern::Kind::Number;
            return dim;
        }
        if (item.empty())
            fail_at(at, "a dimension is missing between the commas");
        dim.kind = DimPattern::Kind::Symbol;
        dim.symbol = std::string(item);
        return dim;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

} // namespace

Result<QueryTerm> parse_query(std::string_view text)
{
    try {
        return Parser(text).parse();
    } catch (const Failure& e) {
        return failure(ErrorCode::Usage, fmt::format("column {}: {}", e.at + 1, e.message));
    }
}

} // namespace strata
