#include "layout/text_metrics.h"

#include <vector>

namespace strata {

namespace {

bool continues_character(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

} // namespace

double FixedTextMetrics::width(std::string_view text, TextStyle style) const
{
    std::size_t count = 0;
    for (const char c : text)
        count += continues_character(c) ? 0 : 1;
    const double each = style == TextStyle::Title ? 7.0 : style == TextStyle::Body ? 6.5 : 6.0;
    return static_cast<double>(count) * each;
}

double FixedTextMetrics::line_height(TextStyle style) const
{
    return style == TextStyle::Title ? 17.0 : style == TextStyle::Body ? 15.0 : 14.0;
}

std::string elide_middle(std::string_view text, TextStyle style, double max_width,
                         const TextMetrics& metrics)
{
    // A width is only asked for short texts: names in files can be megabytes long.
    constexpr std::size_t longest = 400;
    if (text.size() <= longest && metrics.width(text, style) <= max_width)
        return std::string(text);
    std::vector<std::size_t> starts; // of the characters near both ends
    const auto add_range = [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            if (!continues_character(text[i]))
                starts.push_back(i);
        }
    };
    if (text.size() <= longest)
        add_range(0, text.size());
    else {
        add_range(0, longest / 2);
        add_range(text.size() - longest / 2, text.size());
    }
    const auto joined = [&](std::size_t keep) {
        const std::size_t head = (keep + 1) / 2;
        const std::size_t tail = keep - head;
        std::string result(text.substr(0, head < starts.size() ? starts[head] : text.size()));
        result += "…";
        if (tail > 0)
            result += text.substr(starts[starts.size() - tail]);
        return result;
    };
    std::size_t low = 0;
    std::size_t high = starts.empty() ? 0 : starts.size() - 1;
    while (low < high) {
        const std::size_t keep = (low + high + 1) / 2;
        if (metrics.width(joined(keep), style) <= max_width)
            low = keep;
        else
            high = keep - 1;
    }
    return joined(low);
}

} // namespace strata
