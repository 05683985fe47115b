// The look of the program: Fusion with palettes of our own, light and dark.
#pragma once

#include <QString>

#include <optional>

class QPalette;

namespace strata::ui {

enum class ThemeChoice { System, Light, Dark };

/// "system", "light", "dark": the command line's and the settings' spelling.
QString toString(ThemeChoice choice);
std::optional<ThemeChoice> parseThemeChoice(const QString& text);

/// Remembers what the system's palette says, before anything is changed. Call once, right after the
/// application object is made.
void initAppearance();
/// Sets style and palette of the whole application. Widgets learn of it by PaletteChange.
void applyAppearance(ThemeChoice choice);
ThemeChoice currentThemeChoice();
/// What is in force now.
bool isDarkAppearance();

/// The palette for light or dark, for tests and pictures.
QPalette makePalette(bool dark);

} // namespace strata::ui
