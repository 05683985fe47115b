// The texts of --input and --dynamic.
#include "session/session.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>

namespace strata {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

tl::unexpected<Error> bad_input(std::string_view text, std::string_view why)
{
    return failure(
        ErrorCode::Usage,
        fmt::format("'{}' does not describe an input: {}. Write NAME:DTYPE[D,D,...], for "
                    "example x:float32[1,3,224,224].",
                    text, why));
}

tl::unexpected<Error> bad_axis(std::string_view text, std::string_view why)
{
    return failure(ErrorCode::Usage, fmt::format("'{}' does not describe a dynamic axis: {}. Write "
                                                 "NAME:AXIS=SYMBOL, for example x:0=batch.",
                                                 text, why));
}

bool is_identifier(std::string_view text)
{
    return !text.empty() && !std::isdigit(static_cast<unsigned char>(text.front())) &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return c < 0x80 && (std::isalnum(c) || c == '_'); });
}

} // namespace

std::string_view to_string(Strategy strategy)
{
    switch (strategy) {
    case Strategy::Fx:
        return "fx";
    case Strategy::Htp:
        return "htp";
    case Strategy::Auto:
        break;
    }
    return "auto";
}

Result<InputSpec> parse_input_spec(std::string_view text)
{
    const std::size_t open = text.rfind('[');
    if (open == std::string_view::npos || !text.ends_with(']'))
        return bad_input(text, "it has no [shape] at its end");
    const std::string_view head = text.substr(0, open);
    const std::size_t colon = head.rfind(':');
    InputSpec spec;
    if (colon != std::string_view::npos)
        spec.name = std::string(head.substr(0, colon));
    const std::string_view type = colon == std::string_view::npos ? head : head.substr(colon + 1);
    const std::optional<DType> dtype = parse_dtype(type);
    if (!dtype)
        return bad_input(text, fmt::format("'{}' is not a dtype", type));
    spec.dtype = *dtype;
    std::string_view dims = text.substr(open + 1, text.size() - open - 2);
    while (!dims.empty()) {
        const std::size_t comma = std::min(dims.find(','), dims.size());
        const auto dim = parse_integer(dims.substr(0, comma));
        if (!dim || *dim < 0)
            return bad_input(text, fmt::format("'{}' is not a size", dims.substr(0, comma)));
        spec.shape.push_back(*dim);
        if (comma + 1 == dims.size())
            return bad_input(text, "the shape ends with a comma");
        dims.remove_prefix(std::min(comma + 1, dims.size()));
    }
    return spec;
}

Result<DynamicAxis> parse_dynamic_axis(std::string_view text)
{
    const std::size_t equals = text.rfind('=');
    if (equals == std::string_view::npos)
        return bad_axis(text, "it has no '=SYMBOL'");
    const std::string_view place = text.substr(0, equals);
    const std::size_t colon = place.rfind(':');
    if (colon == std::string_view::npos)
        return bad_axis(text, "it has no ':AXIS'");
    const auto axis = parse_integer(place.substr(colon + 1));
    if (!axis)
        return bad_axis(text, fmt::format("'{}' is not an axis", place.substr(colon + 1)));
    const std::string_view symbol = text.substr(equals + 1);
    if (!is_identifier(symbol))
        return bad_axis(text, fmt::format("'{}' is not a name", symbol));
    return DynamicAxis{std::string(place.substr(0, colon)), *axis, std::string(symbol)};
}

} // namespace strata
