#include "ui/window/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QSettings>
#include <QTranslator>

// Must be used outside of any namespace; a static library's resources are only linked so.
static void initTranslations()
{
    Q_INIT_RESOURCE(translations);
}

namespace strata::ui {

namespace {

const QString language_key = QStringLiteral("language");
const QString system_name = QStringLiteral("system");
const QString english = QStringLiteral("en");

} // namespace

QStringList availableLanguages()
{
    return {QStringLiteral("de"), english};
}

QString languageName(const QString& language)
{
    QString name = QLocale(language).nativeLanguageName();
    if (language == english)
        name = QStringLiteral("English"); // not "American English"
    return name;
}

QString storedLanguage()
{
    const QString stored = QSettings().value(language_key, system_name).toString();
    return availableLanguages().contains(stored) ? stored : system_name;
}

void storeLanguage(const QString& language)
{
    QSettings().setValue(language_key, language);
}

QString chooseLanguage(const QString& asked)
{
    const QString wanted = asked.isEmpty() ? storedLanguage() : asked;
    if (availableLanguages().contains(wanted))
        return wanted;
    // The first that people want and the program speaks.
    const QStringList wishes = QLocale::system().uiLanguages();
    for (const QString& wish : wishes) {
        const QString language = QLocale(wish).name().section(QLatin1Char('_'), 0, 0);
        if (availableLanguages().contains(language))
            return language;
    }
    return english;
}

bool installLanguage(const QString& language)
{
    initTranslations();
    // Numbers in the form of the language, unless the system is of that language: then its country
    // counts, too.
    if (QLocale::system().language() != QLocale(language).language())
        QLocale::setDefault(QLocale(language));
    auto* qt = new QTranslator(qApp);
    if (qt->load(QStringLiteral("qtbase_") + language,
                 QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(qt);
    auto* own = new QTranslator(qApp);
    return own->load(QStringLiteral(":/i18n/strata_%1.qm").arg(language)) &&
           QCoreApplication::installTranslator(own);
}

} // namespace strata::ui
