#include "pt2/module_path.h"

#include <charconv>
#include <optional>

namespace strata {
namespace {

// What torch.export wraps around the module that is exported in strict mode.
constexpr std::string_view wrapper_name = "_export_root";
constexpr std::string_view unknown_stack = "_empty_nn_module_stack_from_metadata_hook";
constexpr int max_getattr_depth = 50;

/// Splits outside of brackets and quotes; `separator` is a single character.
std::vector<std::string_view> split_outside(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    int depth = 0;
    char quote = '\0';
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(' || c == '[') {
            ++depth;
        } else if (c == ')' || c == ']') {
            --depth;
        } else if (c == separator && depth <= 0) {
            parts.push_back(text.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    parts.push_back(text.substr(begin));
    return parts;
}

std::string_view without_blanks(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

std::string_view without_quotes(std::string_view text)
{
    text = without_blanks(text);
    if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') &&
        text.back() == text.front())
        return text.substr(1, text.size() - 2);
    return text;
}

/// The names that a path goes through. A path that begins with an expression of Python (L['self'])
/// is one from the root; `is_python` says that it did.
class PathReader {
public:
    bool is_python = false;

    void read(std::string_view path, int depth)
    {
        if (path.starts_with("getattr(") && depth < max_getattr_depth) {
            read_getattr(path, depth);
            return;
        }
        if (path.starts_with("L[")) {
            is_python = true;
            const std::size_t close = path.find(']');
            path.remove_prefix(close == std::string_view::npos ? path.size() : close + 1);
        }
        read_rest(path);
    }

    std::vector<std::string> names;

private:
    /// getattr(BASE, 'name')REST
    void read_getattr(std::string_view path, int depth)
    {
        is_python = true;
        path.remove_prefix(std::string_view("getattr(").size());
        const std::size_t end = closing_bracket(path);
        const std::vector<std::string_view> args = split_outside(path.substr(0, end), ',');
        read(without_blanks(args.front()), depth + 1);
        if (args.size() > 1)
            names.emplace_back(without_quotes(args[1]));
        if (end < path.size())
            read_rest(path.substr(end + 1));
    }

    /// The position of the ')' that closes a bracket opened before the text.
    static std::size_t closing_bracket(std::string_view text)
    {
        int depth = 1;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '(')
                ++depth;
            else if (text[i] == ')' && --depth == 0)
                return i;
        }
        return text.size();
    }

    /// ".blocks[0].fc", "blocks.0.fc"
    void read_rest(std::string_view path)
    {
        while (!path.empty()) {
            if (path.front() == '.') {
                path.remove_prefix(1);
            } else if (path.front() == '[') {
                is_python = true;
                const std::size_t close = path.find(']');
                if (close == std::string_view::npos)
                    return;
                names.emplace_back(without_quotes(path.substr(1, close - 1)));
                path.remove_prefix(close + 1);
            } else {
                const std::size_t end = path.find_first_of(".[");
                names.emplace_back(path.substr(0, end));
                path.remove_prefix(end == std::string_view::npos ? path.size() : end);
            }
        }
    }
};

std::string clean_class(std::string_view text)
{
    text = without_blanks(text);
    constexpr std::string_view prefix = "<class '";
    if (text.starts_with(prefix) && text.ends_with("'>"))
        text = text.substr(prefix.size(), text.size() - prefix.size() - 2);
    return std::string(text);
}

/// "L__self__relu@1": 1.
std::uint32_t call_index(std::string_view key)
{
    const std::size_t at = key.rfind('@');
    std::uint32_t call = 0;
    if (at == std::string_view::npos)
        return 0;
    const char* const end = key.data() + key.size();
    const auto [rest, error] = std::from_chars(key.data() + at + 1, end, call);
    return error == std::errc{} && rest == end ? call : 0;
}

} // namespace

std::string normalized_module_path(std::string_view path)
{
    PathReader reader;
    reader.read(without_blanks(path), 0);
    std::vector<std::string>& names = reader.names;
    if (reader.is_python) // modules keep their children in a dict of this name
        std::erase(names, "_modules");
    std::size_t first = 0;
    while (first < names.size() && names[first] == wrapper_name)
        ++first;
    std::string fqn;
    for (std::size_t i = first; i < names.size(); ++i)
        fqn += (fqn.empty() ? "" : ".") + names[i];
    return fqn;
}

std::string short_class_name(std::string_view qualified)
{
    // A generic class may have dots in its brackets: "pkg.Wrapper[pkg.Item]".
    const std::size_t dot = qualified.substr(0, qualified.find('[')).rfind('.');
    return std::string(dot == std::string_view::npos ? qualified : qualified.substr(dot + 1));
}

std::vector<StackedModule> parse_module_stack(std::string_view text)
{
    std::vector<StackedModule> stack;
    if (text.empty())
        return stack;
    for (const std::string_view item : split_outside(text, ';')) {
        const std::vector<std::string_view> fields = split_outside(item, ',');
        if (fields.front().starts_with(unknown_stack))
            return {};
        StackedModule module;
        module.call = call_index(fields.front());
        if (fields.size() > 1)
            module.fqn = normalized_module_path(fields[1]);
        if (fields.size() > 2)
            module.qualified_class = clean_class(fields[2]);
        if (stack.empty() && !module.fqn.empty())
            stack.emplace_back();
        if (stack.empty() || stack.back().fqn != module.fqn || stack.back().call != module.call)
            stack.push_back(std::move(module));
        else if (stack.back().qualified_class.empty())
            stack.back().qualified_class = std::move(module.qualified_class);
    }
    return stack;
}

} // namespace strata
