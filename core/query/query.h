// The query language of the search box and of `--query`: which nodes are meant.
//
//   op:Conv module:layer1.* conf<0.6          all three
//   orphan or kind:synthetic                  one of the two
//   -reviewed:yes (op:Cast or op:Identity)    not reviewed, and a Cast or an Identity
//   shape:[1,*,56,56] param>1M "exact words"
//
//   query := and ("or" and)*        and  := unary+        unary := ("-" | "not") unary | "(" query
//   ")" | term term  := FIELD OP VALUE | FLAG | TEXT     OP := ":" "=" "!=" "<" "<=" ">" ">="
//
// VALUE and TEXT are words, "quoted text" (with \" and \\), or /regular expressions/ (RE2).
// ":" compares text as a whole, without case, with * and ? as wildcards; "=" exactly. Numbers take
// the suffixes K, M, G. TEXT alone looks for itself in names, operators, modules and values.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace strata {

enum class QueryOp : std::uint8_t {
    Matches,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual
};

/// What can be asked for. The order is that of query_fields().
enum class QueryField : std::uint8_t {
    Text, ///< a word alone
    Op,
    Name,
    Module,
    Under,
    Class,
    Confidence,
    Kind,
    Evidence,
    Category,
    AnyShape,
    InShape,
    OutShape,
    DType,
    Rank,
    Parameters,
    Bytes,
    Value,
    Initializer,
    Attribute,
    Domain,
    Origin,
    Source,
    Call,
    Depth,
    Reviewed,
    Note,
    Orphan,
    Root,
    Contradicted,
    Body
};

/// How the values of a field compare.
enum class QueryFieldKind : std::uint8_t { Text, Number, Dims, Flag };

struct QueryFieldInfo {
    QueryField field;
    std::string_view name;
    std::string_view alias; ///< may be empty
    QueryFieldKind kind;
    std::string_view meaning; ///< for help and completion
    std::string_view example;
};
/// All fields that can be written, for help, completion and documentation.
const std::vector<QueryFieldInfo>& query_fields();

/// Text to compare with: compiled once. All kinds take time linear in the text.
class TextPattern {
public:
    enum class Kind : std::uint8_t { Substring, Glob, Exact, Regex };

    TextPattern() = default;
    TextPattern(Kind kind, std::string text);
    bool matches(std::string_view text) const;
    /// What is wrong with a regular expression; such a pattern matches nothing.
    const std::string& error() const { return m_error; }
    const std::string& text() const { return m_text; }
    Kind kind() const { return m_kind; }

private:
    Kind m_kind = Kind::Substring;
    std::string m_text; ///< lower case for Substring and Glob
    std::string m_error;
    std::shared_ptr<const re2::RE2> m_regex;
};

/// One dimension of a shape pattern.
struct DimPattern {
    enum class Kind : std::uint8_t { Number, Symbol, AnyOne, AnyMany };
    Kind kind = Kind::AnyOne;
    std::int64_t number = 0;
    std::string symbol;
};

struct QueryTerm {
    enum class Kind : std::uint8_t { And, Or, Not, Field };
    Kind kind = Kind::And;
    std::vector<QueryTerm> terms; ///< And, Or: any number; Not: one

    QueryField field = QueryField::Text;
    QueryOp op = QueryOp::Matches;
    TextPattern pattern;
    double number = 0.0;
    std::vector<DimPattern> shape;
    std::string attribute; ///< Attribute: the name before the second "="
    bool has_attribute_value = false;
};

/// An empty text gives a query that every node matches. Errors are Usage and say at which column
/// what was expected.
Result<QueryTerm> parse_query(std::string_view text);

} // namespace strata
