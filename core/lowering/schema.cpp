#include "lowering/schema.h"

#include <cctype>
#include <charconv>
#include <fmt/format.h>

namespace strata {
namespace {

std::string_view trim(std::string_view text)
{
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.remove_suffix(1);
    return text;
}

/// Position of the first `wanted` outside brackets and quotes; npos when there is none.
std::size_t find_top_level(std::string_view text, char wanted)
{
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"' || c == '\'')
            quoted = !quoted;
        if (quoted)
            continue;
        if (c == wanted && depth == 0)
            return i;
        if (c == '(' || c == '[')
            ++depth;
        if (c == ')' || c == ']')
            --depth;
    }
    return std::string_view::npos;
}

std::vector<std::string_view> split_top_level(std::string_view text)
{
    std::vector<std::string_view> parts;
    while (!trim(text).empty()) {
        const std::size_t comma = find_top_level(text, ',');
        parts.push_back(trim(text.substr(0, comma)));
        if (comma == std::string_view::npos)
            break;
        text.remove_prefix(comma + 1);
    }
    return parts;
}

/// Drops alias annotations: "Tensor(a!)", "Tensor(a -> *)[]".
std::string without_aliases(std::string_view type)
{
    std::string plain;
    for (std::size_t i = 0; i < type.size(); ++i) {
        const bool alias = type[i] == '(' && i + 1 < type.size() &&
                           std::islower(static_cast<unsigned char>(type[i + 1])) && i >= 6 &&
                           type.substr(i - 6, 6) == "Tensor";
        if (alias)
            i = type.find(')', i);
        else
            plain += type[i];
    }
    return plain;
}

Result<FxArg> parse_default(std::string_view text, std::string_view type)
{
    if (text == "None")
        return FxArg(FxNone{});
    if (text == "True" || text == "False")
        return FxArg(text == "True");
    if (text == "Mean") // at::Reduction
        return FxArg(std::int64_t{1});
    if (text == "Sum")
        return FxArg(std::int64_t{2});
    if (text.front() == '"' || text.front() == '\'')
        return FxArg(std::string(text.substr(1, text.size() - 2)));
    if (text.front() == '[') {
        FxArg::List items;
        for (std::string_view part : split_top_level(text.substr(1, text.size() - 2))) {
            STRATA_TRY(FxArg item, parse_default(part, type));
            items.push_back(std::move(item));
        }
        return FxArg(std::move(items));
    }
    std::int64_t integer = 0;
    if (auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
        error == std::errc() && end == text.data() + text.size()) {
        if (type.starts_with("float"))
            return FxArg(static_cast<double>(integer));
        return FxArg(integer);
    }
    double number = 0;
    if (auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        error == std::errc() && end == text.data() + text.size())
        return FxArg(number);
    if (text == "long")
        return FxArg(DType::Int64);
    return FxArg(FxEnum{std::string(text)});
}

} // namespace

Result<OpSchema> parse_schema(std::string_view text)
{
    auto malformed = [&](std::string_view why) {
        return failure(ErrorCode::Internal,
                       fmt::format("Malformed operator schema '{}': {}.", text, why));
    };
    const std::size_t open = text.find('(');
    const std::size_t arrow = text.rfind("->");
    if (open == std::string_view::npos || arrow == std::string_view::npos)
        return malformed("no argument list or no result");
    const std::size_t close = text.rfind(')', arrow);
    if (close == std::string_view::npos || close < open)
        return malformed("unbalanced parentheses");
    OpSchema schema;
    schema.target = std::string(trim(text.substr(0, open)));
    if (schema.target.ends_with(".default"))
        schema.target.resize(schema.target.size() - 8);
    bool keyword_only = false;
    for (std::string_view part : split_top_level(text.substr(open + 1, close - open - 1))) {
        if (part == "*") {
            keyword_only = true;
            continue;
        }
        SchemaArg arg;
        arg.keyword_only = keyword_only;
        const std::size_t equals = find_top_level(part, '=');
        const std::string_view declaration = trim(part.substr(0, equals));
        const std::size_t space = declaration.rfind(' ');
        if (space == std::string_view::npos)
            return malformed(fmt::format("argument '{}' has no name", part));
        arg.type = without_aliases(trim(declaration.substr(0, space)));
        arg.name = std::string(declaration.substr(space + 1));
        if (equals != std::string_view::npos) {
            const std::string_view value = trim(part.substr(equals + 1));
            if (value.empty())
                return malformed(fmt::format("argument '{}' has an empty default", arg.name));
            STRATA_TRY(arg.default_value, parse_default(value, arg.type));
        }
        schema.args.push_back(std::move(arg));
    }
    const std::string_view result = trim(text.substr(arrow + 2));
    if (result.starts_with('('))
        schema.returns = split_top_level(result.substr(1, result.size() - 2)).size();
    return schema;
}

} // namespace strata
