#include "ui/theme/theme.h"

#include <QFontDatabase>
#include <QGuiApplication>
#include <algorithm>
#include <array>
#include <cmath>

namespace strata {

namespace {

QColor rgb(unsigned value)
{
    return QColor::fromRgb(value);
}

struct Stop {
    double at;
    unsigned color;
};

// Blue to amber differs in lightness and along the blue-yellow axis, which red-green colour
// blindness leaves intact.
constexpr std::array<Stop, 7> light_scale{{{0.0, 0xd9480f},
                                           {0.2, 0xef8e19},
                                           {0.3, 0xe9a93a},
                                           {0.5, 0xb9b36b},
                                           {0.7, 0x6aa89f},
                                           {0.85, 0x3d8fb0},
                                           {1.0, 0x2366a8}}};
constexpr std::array<Stop, 7> dark_scale{{{0.0, 0xe8590c},
                                          {0.2, 0xf59f3a},
                                          {0.3, 0xefb95a},
                                          {0.5, 0xcbc77f},
                                          {0.7, 0x83c3b2},
                                          {0.85, 0x5fb2d3},
                                          {1.0, 0x5a9de6}}};

// Hues that stay apart with every kind of colour blindness (Paul Tol's "muted" scheme:
// https://personal.sron.nl/~pault/), lightened for the dark theme; the last one is the rest.
constexpr std::array<unsigned, 10> light_classes{0x4053a8, 0x3f9fc9, 0x2f8f7f, 0x2f7a3a, 0x8a8a2a,
                                                 0xc9a227, 0xc4576a, 0x8a2a5b, 0x9f4a94, 0x8a94a3};
constexpr std::array<unsigned, 10> dark_classes{0x8b9bf0, 0x7cc8ea, 0x5cc4b2, 0x79c27e, 0xbdbd6a,
                                                0xe8d080, 0xe68a98, 0xd1739f, 0xcb86c2, 0x98a2b0};

double luminance(const QColor& color)
{
    const auto linear = [](double c) {
        return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

} // namespace

Theme Theme::light()
{
    Theme theme;
    theme.canvas = rgb(0xf7f8fa);
    theme.surface = rgb(0xffffff);
    theme.surfaceRaised = rgb(0xf1f3f6);
    theme.outline = rgb(0xd5dae1);
    theme.outlineStrong = rgb(0x8a94a3);
    theme.text = rgb(0x1b2330);
    theme.textMuted = rgb(0x5b6675);
    theme.accent = rgb(0x3554d1);
    theme.accentText = rgb(0xffffff);
    theme.edge = rgb(0x9aa5b4);
    theme.edgeHighlight = rgb(0x3554d1);
    theme.terminal = rgb(0x46536a);
    theme.orphan = rgb(0xc2410c);
    theme.info = rgb(0x2366a8);
    theme.success = rgb(0x1f7a5c);
    theme.warning = rgb(0xb45309);
    theme.error = rgb(0xb42318);
    return theme;
}

Theme Theme::darkTheme()
{
    Theme theme;
    theme.dark = true;
    theme.canvas = rgb(0x15181d);
    theme.surface = rgb(0x21262e);
    theme.surfaceRaised = rgb(0x2a303a);
    theme.outline = rgb(0x3b434f);
    theme.outlineStrong = rgb(0x748092);
    theme.text = rgb(0xe7ebf1);
    theme.textMuted = rgb(0xa3aebd);
    theme.accent = rgb(0x8aa4ff);
    theme.accentText = rgb(0x10131a);
    theme.edge = rgb(0x6a7686);
    theme.edgeHighlight = rgb(0x9db2ff);
    theme.terminal = rgb(0xb4c0d2);
    theme.orphan = rgb(0xff9b63);
    theme.info = rgb(0x5a9de6);
    theme.success = rgb(0x5cc49a);
    theme.warning = rgb(0xf0b04f);
    theme.error = rgb(0xf28b82);
    return theme;
}

Theme Theme::fromPalette(const QPalette& palette)
{
    return palette.color(QPalette::Window).lightnessF() < 0.5F ? darkTheme() : light();
}

QPalette Theme::palette() const
{
    QPalette result;
    result.setColor(QPalette::Window, canvas);
    result.setColor(QPalette::WindowText, text);
    result.setColor(QPalette::Base, surface);
    result.setColor(QPalette::AlternateBase, mix(surface, surfaceRaised, 0.6));
    result.setColor(QPalette::Text, text);
    result.setColor(QPalette::PlaceholderText, textMuted);
    result.setColor(QPalette::Button, surfaceRaised);
    result.setColor(QPalette::ButtonText, text);
    result.setColor(QPalette::BrightText, error);
    result.setColor(QPalette::ToolTipBase, surfaceRaised);
    result.setColor(QPalette::ToolTipText, text);
    result.setColor(QPalette::Highlight, accent);
    result.setColor(QPalette::HighlightedText, accentText);
    result.setColor(QPalette::Link, accent);
    result.setColor(QPalette::LinkVisited, mix(accent, textMuted, 0.4));
    result.setColor(QPalette::Light, mix(surfaceRaised, QColor(Qt::white), dark ? 0.08 : 0.6));
    result.setColor(QPalette::Midlight, mix(surfaceRaised, outline, 0.3));
    result.setColor(QPalette::Mid, outline);
    result.setColor(QPalette::Dark, outlineStrong);
    result.setColor(QPalette::Shadow, dark ? QColor(Qt::black) : outlineStrong);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        result.setColor(QPalette::Disabled, role, mix(canvas, textMuted, 0.6));
    return result;
}

QColor Theme::confidenceColor(double confidence) const
{
    const auto& scale = dark ? dark_scale : light_scale;
    const double value = std::clamp(confidence, 0.0, 1.0);
    for (std::size_t i = 1; i < scale.size(); ++i) {
        if (value > scale[i].at)
            continue;
        const double share = (value - scale[i - 1].at) / (scale[i].at - scale[i - 1].at);
        return mix(rgb(scale[i - 1].color), rgb(scale[i].color), share);
    }
    return rgb(scale.back().color);
}

QColor Theme::classColor(std::size_t index, std::size_t count, bool ordered) const
{
    if (!ordered)
        return rgb((dark ? dark_classes : light_classes)[std::min<std::size_t>(index, 9)]);
    const double share =
        count > 1 ? static_cast<double>(index) / static_cast<double>(count - 1) : 1.0;
    // From a quiet grey over green blue to violet: darker is more on light ground, brighter on
    // dark.
    const QColor none = mix(surface, textMuted, 0.45);
    const QColor middle = rgb(dark ? 0x49b6ad : 0x2a8c93);
    const QColor most = rgb(dark ? 0xd9b4ff : 0x4b1d87);
    return share < 0.5 ? mix(none, middle, share * 2) : mix(middle, most, share * 2 - 1);
}

QColor Theme::differenceColor(DifferenceClass difference) const
{
    switch (difference) {
    case DifferenceClass::Same:
        break;
    case DifferenceClass::Changed:
        return rgb(dark ? 0xe3b341 : 0xb98900);
    case DifferenceClass::Removed:
        return rgb(dark ? 0xff8a5c : 0xcf4a17);
    case DifferenceClass::Added:
        return rgb(dark ? 0x6cb6ff : 0x1f6fc4);
    case DifferenceClass::Fused:
        return rgb(dark ? 0xc39bf0 : 0x7d4bb3);
    }
    return mix(surface, outlineStrong, 0.55);
}

QColor Theme::readableOn(const QColor& background)
{
    // The WCAG contrast with black equals that with white at a luminance of 0.179.
    return luminance(background) > 0.179 ? rgb(0x10131a) : QColor(Qt::white);
}

QColor Theme::depthTint(unsigned depth) const
{
    // Alternating steps stay apart at any depth without running into black or white.
    const QColor ink = dark ? rgb(0x7d93c4) : rgb(0x4a64a8);
    const double share = (dark ? 0.07 : 0.045) + 0.035 * std::min(depth, 4U) + (depth % 2U) * 0.015;
    return mix(canvas, ink, share);
}

QColor Theme::depthOutline(unsigned depth) const
{
    const QColor ink = dark ? rgb(0x7d93c4) : rgb(0x4a64a8);
    return mix(canvas, ink, 0.28 + 0.05 * std::min(depth, 5U));
}

QColor Theme::mix(const QColor& base, const QColor& over, double share)
{
    const auto part = [share](float a, float b) {
        return static_cast<float>(a + (b - a) * std::clamp(share, 0.0, 1.0));
    };
    return QColor::fromRgbF(part(base.redF(), over.redF()), part(base.greenF(), over.greenF()),
                            part(base.blueF(), over.blueF()), part(base.alphaF(), over.alphaF()));
}

QFont Theme::font(FontRole role)
{
    QFont font = role == FontRole::Mono ? QFontDatabase::systemFont(QFontDatabase::FixedFont)
                                        : QGuiApplication::font();
    font.setHintingPreference(QFont::PreferNoHinting); // the canvas draws it at any scale
    switch (role) {
    case FontRole::Title:
        font.setPixelSize(13);
        font.setWeight(QFont::DemiBold);
        break;
    case FontRole::Body:
        font.setPixelSize(12);
        break;
    case FontRole::Small:
        font.setPixelSize(11);
        break;
    case FontRole::Heading:
        font.setPixelSize(15);
        font.setWeight(QFont::DemiBold);
        break;
    case FontRole::Mono:
        font.setPixelSize(12);
        break;
    }
    return font;
}

} // namespace strata
