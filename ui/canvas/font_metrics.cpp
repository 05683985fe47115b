#include "ui/canvas/font_metrics.h"

#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <algorithm>

namespace strata {

FontTextMetrics::FontTextMetrics()
{
    constexpr std::array roles{FontRole::Title, FontRole::Body, FontRole::Small};
    for (std::size_t i = 0; i < roles.size(); ++i) {
        const QFontMetricsF metrics(Theme::font(roles[i]));
        for (std::size_t c = 32; c < 127; ++c)
            m_fonts[i].advance[c] = metrics.horizontalAdvance(QChar(static_cast<char16_t>(c)));
        m_fonts[i].wide = metrics.horizontalAdvance(QChar(0x4e00));
        m_fonts[i].sign = std::max(metrics.horizontalAdvance(QChar(0x00d7)),
                                   metrics.horizontalAdvance(QChar(0x2026)));
        m_fonts[i].height = metrics.height();
    }
}

double FontTextMetrics::width(std::string_view text, TextStyle style) const
{
    const Font& font = m_fonts[static_cast<std::size_t>(style)];
    double sum = 0.0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80)
            sum += font.advance[byte];
        else if (byte >= 0xe3) // scripts with wide characters begin here
            sum += font.wide;
        else if (byte >= 0xc0)
            sum += font.sign;
    }
    return sum;
}

double FontTextMetrics::line_height(TextStyle style) const
{
    return m_fonts[static_cast<std::size_t>(style)].height;
}

} // namespace strata
