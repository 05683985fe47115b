#include "ir/fx_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <unordered_map>

namespace strata {
namespace {

// Text is also written by hand and by strangers: nesting is bounded.
constexpr int max_depth = 200;

struct Token {
    enum class Kind : std::uint8_t { End, Word, Number, String, Punctuation };
    Kind kind = Kind::End;
    std::string text; ///< a string's contents without quotes
    std::size_t line = 1;
    std::size_t column = 1;
};

/// Thrown inside the parser only; parse_fx turns it into an Error.
struct SyntaxError {
    Error error;
};

[[noreturn]] void fail(const Token& at, const std::string& message)
{
    throw SyntaxError{
        Error{ErrorCode::CannotRead,
              fmt::format("FX text, line {}, column {}: {}", at.line, at.column, message),
              {}}};
}

class Lexer {
public:
    explicit Lexer(std::string_view text) : m_text(text) { advance(); }

    const Token& peek() const { return m_token; }
    Token take()
    {
        Token token = std::move(m_token);
        advance();
        return token;
    }

private:
    bool at_end() const { return m_at >= m_text.size(); }
    char next()
    {
        const char c = m_text[m_at++];
        if (c == '\n') {
            ++m_line;
            m_column = 1;
        } else {
            ++m_column;
        }
        return c;
    }
    static bool is_word_char(char c)
    {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' ||
               c == ':' || c == '@';
    }

    void advance()
    {
        while (!at_end()) {
            const char c = m_text[m_at];
            if (c == '#') {
                while (!at_end() && m_text[m_at] != '\n')
                    next();
            } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                next();
            } else {
                break;
            }
        }
        m_token = Token{Token::Kind::End, {}, m_line, m_column};
        if (at_end())
            return;
        const char c = m_text[m_at];
        if (c == '"')
            return read_string();
        const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
        const bool sign = c == '-' && m_at + 1 < m_text.size() &&
                          (std::isdigit(static_cast<unsigned char>(m_text[m_at + 1])) != 0 ||
                           m_text.substr(m_at + 1, 3) == "inf");
        if (digit || sign) {
            m_token.kind = Token::Kind::Number;
            do
                m_token.text += next();
            while (!at_end() && (is_number_char(m_text[m_at]) ||
                                 ((m_text[m_at] == '+' || m_text[m_at] == '-') &&
                                  (m_token.text.back() == 'e' || m_token.text.back() == 'E'))));
            return;
        }
        if (is_word_char(c) && c != ':') {
            m_token.kind = Token::Kind::Word;
            // A colon belongs to a word only between other characters: "aten::relu", but "%x :".
            while (!at_end() && is_word_char(m_text[m_at]) &&
                   (m_text[m_at] != ':' || colon_inside()))
                m_token.text += next();
            return;
        }
        m_token.kind = Token::Kind::Punctuation;
        m_token.text = next();
    }

    static bool is_number_char(char c)
    {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '@';
    }

    bool colon_inside() const
    {
        std::size_t after = m_at;
        while (after < m_text.size() && m_text[after] == ':')
            ++after;
        return after < m_text.size() && is_word_char(m_text[after]);
    }

    void read_string()
    {
        m_token.kind = Token::Kind::String;
        next();
        while (true) {
            if (at_end() || m_text[m_at] == '\n')
                fail(m_token, "the string is not closed");
            const char c = next();
            if (c == '"')
                return;
            if (c != '\\') {
                m_token.text += c;
                continue;
            }
            if (at_end())
                fail(m_token, "the string is not closed");
            const char escape = next();
            switch (escape) {
            case 'n':
                m_token.text += '\n';
                break;
            case 't':
                m_token.text += '\t';
                break;
            case '"':
            case '\\':
                m_token.text += escape;
                break;
            case 'x': {
                unsigned value = 0;
                const std::string_view digits = m_text.substr(m_at, 2);
                const auto [end, error] =
                    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
                if (error != std::errc() || end != digits.data() + 2)
                    fail(m_token, "\\x needs two hexadecimal digits");
                next();
                next();
                m_token.text += static_cast<char>(value);
                break;
            }
            default:
                fail(m_token, fmt::format("unknown escape '\\{}'", escape));
            }
        }
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::size_t m_line = 1;
    std::size_t m_column = 1;
    Token m_token;
};

template <class T>
T integer(const Token& token)
{
    T value{};
    const char* const end = token.text.data() + token.text.size();
    const auto [rest, error] = std::from_chars(token.text.data(), end, value);
    if (token.kind != Token::Kind::Number || error != std::errc() || rest != end)
        fail(token, fmt::format("expected an integer, found '{}'", token.text));
    return value;
}

double real(const Token& token)
{
    if (token.text == "inf")
        return std::numeric_limits<double>::infinity();
    if (token.text == "-inf")
        return -std::numeric_limits<double>::infinity();
    if (token.text == "nan")
        return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    const char* const end = token.text.data() + token.text.size();
    const auto [rest, error] = std::from_chars(token.text.data(), end, value);
    if (error != std::errc() || rest != end)
        fail(token, fmt::format("'{}' is not a number", token.text));
    return value;
}

class Parser {
public:
    Parser(std::string_view text, ModuleTree& modules) : m_lexer(text), m_modules(modules) {}

    FxGraph parse()
    {
        while (peek_word("frame") || peek_word("source")) {
            if (m_lexer.take().text == "frame")
                parse_frame();
            else
                parse_source();
        }
        // Frames may name sources that are listed after them.
        for (const auto& [frame, at] : m_call_sites)
            m_graph.frames[frame].call_site = source_id(at, integer<std::uint32_t>(at));
        while (m_lexer.peek().kind != Token::Kind::End)
            parse_node(FxGraph::main_block, 0);
        return std::move(m_graph);
    }

private:
    bool peek_word(std::string_view word) const
    {
        return m_lexer.peek().kind == Token::Kind::Word && m_lexer.peek().text == word;
    }
    bool peek_mark(char mark) const
    {
        return m_lexer.peek().kind == Token::Kind::Punctuation &&
               m_lexer.peek().text.front() == mark;
    }
    bool take_mark(char mark)
    {
        if (!peek_mark(mark))
            return false;
        m_lexer.take();
        return true;
    }
    void expect_mark(char mark)
    {
        if (!take_mark(mark))
            fail(m_lexer.peek(), fmt::format("expected '{}'{}", mark, found()));
    }
    std::string found() const
    {
        return m_lexer.peek().kind == Token::Kind::End
                   ? std::string(", found the end of the text")
                   : fmt::format(", found '{}'", m_lexer.peek().text);
    }
    /// A bare word or a string; words may look like numbers ("0", "1.weight").
    std::string take_word()
    {
        const Token& token = m_lexer.peek();
        if (token.kind != Token::Kind::Word && token.kind != Token::Kind::String &&
            token.kind != Token::Kind::Number)
            fail(token, "expected a name" + found());
        std::string text = m_lexer.take().text;
        return text;
    }
    std::string take_string()
    {
        if (m_lexer.peek().kind != Token::Kind::String)
            fail(m_lexer.peek(), "expected a string in quotes" + found());
        return m_lexer.take().text;
    }
    /// `key=`: true when it is next.
    bool take_key(std::string_view key)
    {
        if (!peek_word(key))
            return false;
        m_lexer.take();
        expect_mark('=');
        return true;
    }

    void parse_frame()
    {
        const Token number = m_lexer.take();
        const auto id = integer<std::uint32_t>(number);
        expect_mark(':');
        const std::string fqn = take_string();
        CallFrame frame;
        frame.module = m_modules.ensure(fqn);
        if (take_key("class")) {
            Module& module = m_modules.at(frame.module);
            module.class_name = take_string();
            module.inferred = false;
        }
        if (take_key("call"))
            frame.call = integer<std::uint32_t>(m_lexer.take());
        if (take_key("parent")) {
            const Token parent = m_lexer.take();
            frame.parent = integer<std::uint32_t>(parent);
            if (frame.parent >= id)
                fail(parent, fmt::format("parent {} of frame {} does not come before it",
                                         frame.parent, id));
        }
        if (take_key("src"))
            m_call_sites.emplace_back(id, m_lexer.take());
        if (id != m_frames)
            fail(number, fmt::format("expected frame {}, found frame {}", m_frames, id));
        if (id == 0)
            m_graph.frames.front() = frame;
        else
            m_graph.frames.push_back(frame);
        ++m_frames;
    }

    void parse_source()
    {
        const Token number = m_lexer.take();
        if (integer<std::uint32_t>(number) != m_sources.size())
            fail(number, fmt::format("expected source {}", m_sources.size()));
        expect_mark(':');
        SourceLocation source;
        source.file = take_string();
        expect_mark(':');
        source.line = integer<std::uint32_t>(m_lexer.take());
        if (take_key("function"))
            source.function = take_string();
        if (take_key("text"))
            source.text = take_string();
        m_sources.push_back(m_graph.add_source(std::move(source)));
    }

    SourceId source_id(const Token& at, std::uint32_t number) const
    {
        if (number >= m_sources.size())
            fail(at, fmt::format("there is no source {}", number));
        return m_sources[number];
    }

    void parse_values(std::vector<std::string>& names, std::vector<FxType>& types)
    {
        do {
            expect_mark('%');
            const Token at = m_lexer.peek();
            names.push_back(take_word());
            if (m_values.contains(names.back()) ||
                std::find(names.begin(), names.end() - 1, names.back()) != names.end() - 1)
                fail(at, fmt::format("value '%{}' is defined twice", names.back()));
            expect_mark(':');
            types.push_back(parse_type(0));
        } while (take_mark(','));
    }

    void parse_node(FxBlockId block, int depth)
    {
        if (depth > max_depth)
            fail(m_lexer.peek(), "blocks are nested too deeply");
        FxNode node;
        std::vector<std::string> names;
        std::vector<FxType> types;
        if (peek_mark('%')) {
            parse_values(names, types);
            expect_mark('=');
        }
        const Token kind_at = m_lexer.peek();
        const auto kind = parse_fx_kind(take_word());
        if (!kind)
            fail(kind_at, fmt::format("'{}' is not a kind of node", kind_at.text));
        node.kind = *kind;
        expect_mark('[');
        node.target = take_word();
        expect_mark(']');
        expect_mark('(');
        parse_args(node.args, &node.kwargs, ')');
        if (take_mark('{'))
            parse_meta(node);
        const FxNodeId id = m_graph.add_node(block, std::move(node), names, std::move(types));
        // A node's own outputs are not visible in its bodies.
        while (peek_word("block"))
            parse_block(id, depth + 1);
        for (std::size_t i = 0; i < names.size(); ++i)
            m_values.emplace(names[i], m_graph.nodes[id].outputs[i]);
    }

    void parse_meta(FxNode& node)
    {
        while (!take_mark('}')) {
            const Token key = m_lexer.take();
            expect_mark('=');
            const Token at = m_lexer.take();
            const auto value = integer<std::uint32_t>(at);
            if (key.text == "frame") {
                if (value >= m_graph.frames.size())
                    fail(at, fmt::format("there is no frame {}", value));
                node.frame = value;
            } else if (key.text == "src") {
                node.source = source_id(at, value);
            } else if (key.text == "tensor") {
                node.tensor = value;
            } else {
                fail(key, fmt::format("unknown property '{}'", key.text));
            }
            if (!take_mark(',') && !peek_mark('}'))
                fail(m_lexer.peek(), "expected ',' or '}'" + found());
        }
    }

    void parse_block(FxNodeId owner, int depth)
    {
        m_lexer.take();
        const FxBlockId block = m_graph.add_block(owner);
        m_graph.nodes[owner].blocks.push_back(block);
        expect_mark('(');
        if (!peek_mark(')')) {
            std::vector<std::string> names;
            std::vector<FxType> types;
            parse_values(names, types);
            for (std::size_t i = 0; i < names.size(); ++i)
                m_values.emplace(names[i],
                                 m_graph.add_block_param(block, names[i], std::move(types[i])));
        }
        expect_mark(')');
        expect_mark('{');
        while (!peek_word("return")) {
            if (m_lexer.peek().kind == Token::Kind::End || peek_mark('}'))
                fail(m_lexer.peek(), "the block has no return");
            parse_node(block, depth);
        }
        m_lexer.take();
        expect_mark('(');
        std::vector<FxArg> results;
        parse_args(results, nullptr, ')');
        m_graph.blocks[block].results = std::move(results);
        expect_mark('}');
    }

    void parse_args(std::vector<FxArg>& args, std::vector<FxKeywordArg>* kwargs, char close,
                    int depth = 0)
    {
        if (depth > max_depth)
            fail(m_lexer.peek(), "lists are nested too deeply");
        if (take_mark(close))
            return;
        while (true) {
            const Token first = m_lexer.peek();
            if (first.kind == Token::Kind::Word || first.kind == Token::Kind::String) {
                m_lexer.take();
                if (kwargs && take_mark('=')) {
                    kwargs->push_back({first.text, parse_arg(m_lexer.take(), depth)});
                } else {
                    args.push_back(parse_arg(first, depth));
                }
            } else {
                args.push_back(parse_arg(m_lexer.take(), depth));
            }
            if (take_mark(close))
                return;
            if (!take_mark(','))
                fail(m_lexer.peek(), fmt::format("expected ',' or '{}'{}", close, found()));
        }
    }

    FxArg parse_arg(const Token& token, int depth)
    {
        switch (token.kind) {
        case Token::Kind::String:
            return FxArg(token.text);
        case Token::Kind::Number:
            if (token.text.find_first_not_of("-0123456789") == std::string::npos)
                return FxArg(integer<std::int64_t>(token));
            return FxArg(real(token));
        case Token::Kind::Word:
            if (token.text == "None")
                return FxArg(FxNone{});
            if (token.text == "True" || token.text == "False")
                return FxArg(token.text == "True");
            if (token.text == "inf" || token.text == "nan")
                return FxArg(real(token));
            if (token.text == "dtype") {
                expect_mark('(');
                const Token at = m_lexer.peek();
                const std::string name = take_word();
                const auto type = parse_dtype(name);
                if (!type && name != "unknown")
                    fail(at, fmt::format("'{}' is not an element type", name));
                expect_mark(')');
                return FxArg(type.value_or(DType::Unknown));
            }
            if (token.text == "enum") {
                expect_mark('(');
                FxEnum value{take_word()};
                expect_mark(')');
                return FxArg(std::move(value));
            }
            break;
        case Token::Kind::Punctuation:
            if (token.text == "%") {
                const Token at = m_lexer.peek();
                const std::string name = take_word();
                const auto it = m_values.find(name);
                if (it == m_values.end())
                    fail(at, fmt::format("value '%{}' is not defined before its use", name));
                return FxArg(FxRef{it->second});
            }
            if (token.text == "[") {
                FxArg::List list;
                parse_args(list, nullptr, ']', depth + 1);
                return FxArg(std::move(list));
            }
            break;
        case Token::Kind::End:
            fail(token, "expected an argument, found the end of the text");
        }
        fail(token, fmt::format("expected an argument, found '{}'", token.text));
    }

    FxType parse_type(int depth)
    {
        if (depth > max_depth)
            fail(m_lexer.peek(), "types are nested too deeply");
        if (take_mark('?'))
            return {};
        const Token name = m_lexer.peek();
        if (name.kind != Token::Kind::Word)
            fail(name, "expected a type" + found());
        m_lexer.take();
        static const std::unordered_map<std::string_view, FxType::Kind> kinds{
            {"tensor", FxType::Kind::Tensor}, {"int", FxType::Kind::Int},
            {"float", FxType::Kind::Float},   {"bool", FxType::Kind::Bool},
            {"str", FxType::Kind::String},    {"none", FxType::Kind::None},
            {"list", FxType::Kind::List},     {"tuple", FxType::Kind::Tuple},
            {"dict", FxType::Kind::Dict},     {"optional", FxType::Kind::Optional},
            {"other", FxType::Kind::Other},
        };
        const auto it = kinds.find(name.text);
        if (it == kinds.end())
            fail(name, fmt::format("'{}' is not a type", name.text));
        FxType type = FxType::of(it->second);
        if (type.kind == FxType::Kind::Tensor)
            return parse_tensor(std::move(type));
        if (type.kind >= FxType::Kind::List && type.kind <= FxType::Kind::Optional &&
            take_mark('<')) {
            do
                type.elements.push_back(parse_type(depth + 1));
            while (take_mark(','));
            expect_mark('>');
        }
        return type;
    }

    FxType parse_tensor(FxType type)
    {
        if (take_mark('<')) {
            const Token at = m_lexer.peek();
            const auto dtype = parse_dtype(take_word());
            if (!dtype)
                fail(at, fmt::format("'{}' is not an element type", at.text));
            type.dtype = *dtype;
            expect_mark('>');
        }
        if (!take_mark('['))
            return type;
        type.shape.emplace();
        if (take_mark(']'))
            return type;
        do {
            const Token at = m_lexer.take();
            FxDim dim;
            if (at.kind == Token::Kind::Number) {
                dim.value = integer<std::int64_t>(at);
                if (dim.value < 0)
                    fail(at, "a dimension is negative");
            } else if (at.kind == Token::Kind::Word || at.kind == Token::Kind::String) {
                dim.symbol = at.text;
            } else if (at.text != "?") {
                fail(at, fmt::format("'{}' is not a dimension", at.text));
            }
            type.shape->push_back(std::move(dim));
        } while (take_mark(','));
        expect_mark(']');
        return type;
    }

    Lexer m_lexer;
    ModuleTree& m_modules;
    FxGraph m_graph;
    std::uint32_t m_frames = 0;
    std::vector<std::pair<FrameId, Token>> m_call_sites;
    std::vector<SourceId> m_sources; ///< of the numbers in the text
    std::unordered_map<std::string, FxValueId> m_values;
};

} // namespace

Result<FxGraph> parse_fx(std::string_view text, ModuleTree& modules)
{
    try {
        return Parser(text, modules).parse();
    } catch (SyntaxError& problem) {
        return tl::unexpected(std::move(problem.error));
    }
}

} // namespace strata
