#include "ui/window/appearance.h"

#include "ui/theme/theme.h"
#include "ui/window/style_sheet.h"

#include <QApplication>
#include <QPalette>
#include <QStyleFactory>

namespace strata::ui {

namespace {

struct State {
    bool system_dark = false;
    ThemeChoice choice = ThemeChoice::System;
    bool dark = false;
    bool styled = false;
};
State& state()
{
    static State instance;
    return instance;
}

} // namespace

QString toString(ThemeChoice choice)
{
    switch (choice) {
    case ThemeChoice::Light:
        return QStringLiteral("light");
    case ThemeChoice::Dark:
        return QStringLiteral("dark");
    case ThemeChoice::System:
        break;
    }
    return QStringLiteral("system");
}

std::optional<ThemeChoice> parseThemeChoice(const QString& text)
{
    for (ThemeChoice choice : {ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark})
        if (toString(choice) == text)
            return choice;
    return std::nullopt;
}

QPalette makePalette(bool dark)
{
    return (dark ? Theme::darkTheme() : Theme::light()).palette();
}

void initAppearance()
{
    state().system_dark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
}

void applyAppearance(ThemeChoice choice)
{
    State& s = state();
    s.choice = choice;
    s.dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && s.system_dark);
    if (!s.styled) {
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
        s.styled = true;
    }
    QApplication::setPalette(makePalette(s.dark));
    qApp->setStyleSheet(styleSheet(s.dark ? Theme::darkTheme() : Theme::light()));
}

ThemeChoice currentThemeChoice()
{
    return state().choice;
}

bool isDarkAppearance()
{
    return state().dark;
}

} // namespace strata::ui
