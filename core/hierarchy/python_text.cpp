#include "hierarchy/python_text.h"

#include <cmath>
#include <fmt/format.h>

namespace strata {
namespace {

/// Cursor over a literal.
struct Reader {
    std::string_view text;
    std::size_t at = 0;

    bool done() const { return at >= text.size(); }
    void skip_spaces()
    {
        while (!done() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t'))
            ++at;
    }
    bool take(char wanted)
    {
        skip_spaces();
        if (done() || text[at] != wanted)
            return false;
        ++at;
        return true;
    }
    std::optional<std::string> string()
    {
        skip_spaces();
        if (done() || (text[at] != '\'' && text[at] != '"'))
            return std::nullopt;
        const char quote = text[at++];
        std::string result;
        while (!done() && text[at] != quote) {
            char c = text[at++];
            if (c == '\\') {
                if (done())
                    return std::nullopt;
                c = text[at++];
                if (c == 'n')
                    c = '\n';
                else if (c == 't')
                    c = '\t';
                else if (c == 'r')
                    c = '\r';
                else if (c != '\\' && c != '\'' && c != '"')
                    result += '\\'; // other escapes are kept as they are written
            }
            result += c;
        }
        if (done())
            return std::nullopt;
        ++at;
        return result;
    }
};

} // namespace

std::string python_repr(std::string_view text)
{
    const bool has_single = text.find('\'') != std::string_view::npos;
    const bool has_double = text.find('"') != std::string_view::npos;
    const char quote = has_single && !has_double ? '"' : '\'';
    std::string result(1, quote);
    for (const char c : text) {
        if (c == quote || c == '\\')
            result += '\\';
        if (c == '\n')
            result += "\\n";
        else if (c == '\t')
            result += "\\t";
        else if (c == '\r')
            result += "\\r";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            result += c;
    }
    return result + quote;
}

std::string python_repr(double number)
{
    if (std::isnan(number))
        return "nan";
    if (std::isinf(number))
        return number > 0 ? "inf" : "-inf";
    // fmt gives the shortest digits and switches to exponents where Python does, but for large
    // numbers; "{}" of 1.0 is "1".
    std::string text = fmt::format("{}", number);
    if (text.find_first_of(".e") == std::string::npos)
        text += ".0";
    return text;
}

std::string python_list(std::span<const std::string> items)
{
    std::string result = "[";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0)
            result += ", ";
        result += python_repr(items[i]);
    }
    return result + "]";
}

std::optional<std::vector<std::string>> parse_python_list(std::string_view text)
{
    Reader reader{text};
    if (!reader.take('['))
        return std::nullopt;
    std::vector<std::string> items;
    if (!reader.take(']')) {
        while (true) {
            std::optional<std::string> item = reader.string();
            if (!item)
                return std::nullopt;
            items.push_back(std::move(*item));
            if (reader.take(']'))
                break;
            if (!reader.take(','))
                return std::nullopt;
            if (reader.take(']')) // a trailing comma is fine in Python
                break;
        }
    }
    reader.skip_spaces();
    if (!reader.done())
        return std::nullopt;
    return items;
}

} // namespace strata
