#include "ui/widgets/colors.h"

#include "ui/theme/theme.h"

#include <QFontDatabase>

namespace strata::ui {

namespace {

bool isDark(const QPalette& palette)
{
    return palette.color(QPalette::Window).lightness() < 128;
}

} // namespace

QColor mix(const QColor& a, const QColor& b, double share)
{
    return Theme::mix(a, b, share);
}

QColor confidenceColor(double confidence, const QPalette& palette)
{
    return Theme::fromPalette(palette).confidenceColor(confidence);
}

QColor mutedText(const QPalette& palette)
{
    return palette.color(QPalette::PlaceholderText);
}

QColor hairline(const QPalette& palette)
{
    return palette.color(QPalette::Mid);
}

QColor track(const QPalette& palette)
{
    return mix(palette.color(QPalette::Window), palette.color(QPalette::WindowText),
               isDark(palette) ? 0.13 : 0.09);
}

QColor toneColor(Tone tone, const QPalette& palette)
{
    const Theme theme = Theme::fromPalette(palette);
    switch (tone) {
    case Tone::Info:
        return theme.info;
    case Tone::Success:
        return theme.success;
    case Tone::Warning:
        return theme.warning;
    case Tone::Error:
        return theme.error;
    }
    return {};
}

QFont scaled(const QFont& base, double factor, QFont::Weight weight)
{
    QFont font = base;
    if (base.pointSizeF() > 0)
        font.setPointSizeF(base.pointSizeF() * factor);
    else
        font.setPixelSize(static_cast<int>(base.pixelSize() * factor + 0.5));
    font.setWeight(weight);
    return font;
}

QFont monospace(const QFont& base)
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (base.pointSizeF() > 0)
        font.setPointSizeF(base.pointSizeF() * 0.94);
    else
        font.setPixelSize(base.pixelSize());
    return font;
}

} // namespace strata::ui
