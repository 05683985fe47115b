// The language of the program.
#pragma once

#include <QString>
#include <QStringList>

namespace strata::ui {

/// What the program speaks: "de", "en".
QStringList availableLanguages();
/// How a language calls itself: "Deutsch".
QString languageName(const QString& language);
/// What the command line, else the settings, else the system ask for; English when that is nothing
/// the program speaks. `asked` may be empty.
QString chooseLanguage(const QString& asked);
/// "system" or one of the languages: for the next start.
QString storedLanguage();
void storeLanguage(const QString& language);
/// Texts from now on, those of Qt included, as far as they are installed, and numbers are in this
/// language. Before the first widget is made. False when its texts are not there.
bool installLanguage(const QString& language);

} // namespace strata::ui
