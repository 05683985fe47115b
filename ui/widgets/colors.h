// Colours mixed from the palette, so that they fit light and dark.
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

namespace strata::ui {

/// `share` of `b` in `a`, 0..1.
QColor mix(const QColor& a, const QColor& b, double share);
/// Secondary text: readable on the window's background (contrast of at least 4.5).
QColor mutedText(const QPalette& palette);
/// Thin lines between areas.
QColor hairline(const QPalette& palette);
/// The empty part of a bar.
QColor track(const QPalette& palette);

/// The colour-blind-safe scale of the canvas, on the palette's background.
QColor confidenceColor(double confidence, const QPalette& palette);

enum class Tone { Info, Success, Warning, Error };
/// A strong colour for the tone, readable on the palette's background.
QColor toneColor(Tone tone, const QPalette& palette);

/// The system's fixed-width font in the given font's size, a little smaller as it looks larger.
QFont monospace(const QFont& base);
/// `base` scaled, in points or pixels, whatever it is given in.
QFont scaled(const QFont& base, double factor, QFont::Weight weight = QFont::Normal);

} // namespace strata::ui
