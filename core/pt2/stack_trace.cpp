#include "pt2/stack_trace.h"

#include <charconv>
#include <optional>

namespace strata {
namespace {

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

/// 'File "/a/model.py", line 12, in forward'
std::optional<SourceLocation> parse_entry(std::string_view line)
{
    constexpr std::string_view head = "File \"";
    constexpr std::string_view middle = "\", line ";
    if (!line.starts_with(head))
        return std::nullopt;
    line.remove_prefix(head.size());
    const std::size_t quote = line.find(middle);
    if (quote == std::string_view::npos)
        return std::nullopt;
    SourceLocation location;
    location.file = line.substr(0, quote);
    line.remove_prefix(quote + middle.size());
    const auto [rest, error] =
        std::from_chars(line.data(), line.data() + line.size(), location.line);
    if (error != std::errc{})
        return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(rest - line.data()));
    constexpr std::string_view in = ", in ";
    if (line.starts_with(in))
        location.function = trimmed(line.substr(in.size()));
    return location;
}

bool is_marks(std::string_view line)
{
    return line.find_first_not_of("~^ ") == std::string_view::npos;
}

/// What stands around the model in strict mode.
bool is_machinery(const SourceLocation& location)
{
    return location.file.ends_with("torch/_dynamo/functional_export.py") ||
           location.file.ends_with("torch/_dynamo/eval_frame.py") ||
           location.file.ends_with("torch/nn/modules/module.py");
}

} // namespace

std::vector<SourceLocation> parse_stack_trace(std::string_view text)
{
    std::vector<SourceLocation> calls;
    bool skipping = false; // the lines of a call that is left out
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (auto entry = parse_entry(line)) {
            skipping = is_machinery(*entry);
            if (!skipping)
                calls.push_back(std::move(*entry));
        } else if (!skipping && !calls.empty() && calls.back().text.empty() && !is_marks(line)) {
            calls.back().text = line;
        }
    }
    return calls;
}

} // namespace strata
