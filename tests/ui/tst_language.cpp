// The languages: complete, with the same places for numbers and names, and really shown.
#include "fake_core.h"
#include "window_test.h"

#include "ui/window/language.h"
#include "ui/window/main_window.h"

#include <QtTest>
#include <QtWidgets>

using namespace strata;
using namespace strata::ui;
using namespace strata::tests;

namespace {

struct Message {
    QString context;
    QString source;
    QStringList translations; ///< one, or one for each plural form
    bool plural = false;
    QString state; ///< "unfinished", "vanished", "obsolete"; empty: done
};

std::vector<Message> messagesOf(const QString& language)
{
    QFile file(QStringLiteral(STRATA_SOURCE_DIR "/ui/translations/strata_%1.ts").arg(language));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s cannot be read", qPrintable(file.fileName()));
    std::vector<Message> messages;
    QXmlStreamReader xml(&file);
    QString context;
    while (!xml.atEnd()) {
        xml.readNext();
        if (xml.isEndElement() && xml.name() == u"message")
            continue;
        if (!xml.isStartElement())
            continue;
        const auto name = xml.name();
        if (name == u"name") {
            context = xml.readElementText();
        } else if (name == u"message") {
            messages.push_back(
                {context, {}, {}, xml.attributes().value(QLatin1String("numerus")) == u"yes", {}});
        } else if (name == u"source") {
            messages.back().source = xml.readElementText();
        } else if (name == u"translation") {
            messages.back().state = xml.attributes().value(QLatin1String("type")).toString();
            if (!messages.back().plural)
                messages.back().translations += xml.readElementText();
        } else if (name == u"numerusform") {
            messages.back().translations += xml.readElementText();
        }
    }
    if (xml.hasError())
        qFatal("%s: %s", qPrintable(file.fileName()), qPrintable(xml.errorString()));
    return messages;
}

QStringList places(const QString& text)
{
    static const QRegularExpression place(QStringLiteral("%L?(?:n|[1-9][0-9]?)"));
    QStringList found;
    for (auto it = place.globalMatch(text); it.hasNext();)
        found += it.next().captured();
    found.sort();
    return found;
}

qsizetype mnemonics(QString text)
{
    return text.remove(QLatin1String("&&")).count(QLatin1Char('&'));
}

QString edges(const QString& text)
{
    const QString trimmed = text.trimmed();
    const qsizetype start = text.indexOf(trimmed);
    return text.left(start) + QLatin1Char('|') + text.mid(start + trimmed.size());
}

void collect(const QMenu& menu, QStringList& doubled)
{
    QMap<QString, QString> taken;
    const QList<QAction*> actions = menu.actions();
    for (const QAction* action : actions) {
        if (action->menu())
            collect(*action->menu(), doubled);
        const QString key = QKeySequence::mnemonic(action->text()).toString();
        if (key.isEmpty())
            continue;
        if (taken.contains(key))
            doubled += QStringLiteral("%1: %2, %3").arg(menu.title(), taken[key], action->text());
        taken[key] = action->text();
    }
}

} // namespace

class TestLanguage : public QObject {
    Q_OBJECT

    QTemporaryDir m_settings;
    QTemporaryDir m_files;

private Q_SLOTS:
    void initTestCase() { prepareApplication(m_settings, "language"); }
    void cleanup() { QVERIFY(JobRunner::waitForWorkers(5000)); }

    void translationsAreComplete_data()
    {
        QTest::addColumn<QString>("language");
        QTest::newRow("de") << QStringLiteral("de");
        QTest::newRow("en") << QStringLiteral("en"); // its plurals
    }
    void translationsAreComplete()
    {
        QFETCH(QString, language);
        const std::vector<Message> messages = messagesOf(language);
        QVERIFY(messages.size() > (language == QLatin1String("en") ? 2U : 800U));
        for (const Message& message : messages) {
            const QByteArray where = QStringLiteral("%1: %2 (%3)")
                                         .arg(message.context, message.source, message.state)
                                         .toUtf8();
            QVERIFY2(message.state.isEmpty(), where.constData());
            QCOMPARE(message.translations.size(), message.plural ? 2 : 1);
            for (const QString& translation : message.translations) {
                QVERIFY2(!translation.isEmpty(), where.constData());
                QVERIFY2(places(translation) == places(message.source), where.constData());
                QVERIFY2(mnemonics(translation) == mnemonics(message.source), where.constData());
                QVERIFY2(edges(translation) == edges(message.source), where.constData());
                QVERIFY2(translation.endsWith(u'…') == message.source.endsWith(u'…'),
                         where.constData());
                // Filters of file dialogs: as many, with the same patterns.
                static const QRegularExpression patterns(QStringLiteral("\\(\\*[^)]*\\)"));
                QStringList wanted;
                QStringList got;
                for (auto it = patterns.globalMatch(message.source); it.hasNext();)
                    wanted += it.next().captured();
                for (auto it = patterns.globalMatch(translation); it.hasNext();)
                    got += it.next().captured();
                QVERIFY2(wanted == got, where.constData());
            }
        }
    }

    void everyPluralHasItsEnglishForms()
    {
        QStringList english;
        for (const Message& message : messagesOf(QStringLiteral("en")))
            english += message.context + message.source;
        for (const Message& message : messagesOf(QStringLiteral("de")))
            if (message.plural)
                QVERIFY2(english.contains(message.context + message.source),
                         qPrintable(message.source));
    }

    void theLanguageIsChosen()
    {
        QCOMPARE(chooseLanguage(QStringLiteral("de")), QStringLiteral("de"));
        QCOMPARE(chooseLanguage(QStringLiteral("en")), QStringLiteral("en"));
        storeLanguage(QStringLiteral("de"));
        QCOMPARE(chooseLanguage({}), QStringLiteral("de"));
        QCOMPARE(chooseLanguage(QStringLiteral("en")), QStringLiteral("en"));
        storeLanguage(QStringLiteral("xx")); // by hand, or of another version
        QCOMPARE(storedLanguage(), QStringLiteral("system"));
        QCOMPARE(chooseLanguage({}), QStringLiteral("en")); // tests run in C
    }

    void pluralsOfEnglish()
    {
        QVERIFY(installLanguage(QStringLiteral("en")));
        const auto left = [](int n) {
            return QCoreApplication::translate("strata::ui::JobStrip", "about %n second(s) left",
                                               nullptr, n);
        };
        QCOMPARE(left(1), QStringLiteral("about 1 second left"));
        QCOMPARE(left(5), QStringLiteral("about 5 seconds left"));
    }

    void theWindowSpeaksIt_data()
    {
        QTest::addColumn<QString>("language");
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("orphans");
        QTest::addColumn<QString>("coverage");
        QTest::newRow("en") << QStringLiteral("en") << QStringLiteral("&File")
                            << QStringLiteral("Orphans: 2") << QStringLiteral("75.0");
        QTest::newRow("de") << QStringLiteral("de") << QStringLiteral("&Datei")
                            << QStringLiteral("Waisen: 2") << QStringLiteral("75,0");
    }
    void theWindowSpeaksIt()
    {
        QFETCH(QString, language);
        QFETCH(QString, file);
        QFETCH(QString, orphans);
        QFETCH(QString, coverage);
        QVERIFY(installLanguage(language));
        FakeCore core;
        const auto window = openWindow(core.services(), makeFile(m_files, "net.pt"));
        QCOMPARE(window->fileMenu()->title(), file);
        QVERIFY(child<QLabel>(*window, "summary")->text().contains(orphans));
        QVERIFY(child<QLabel>(*window, "coverageFigure")->text().startsWith(coverage));
        QStringList doubled;
        QMap<QString, QString> bar;
        const QList<QAction*> menus = window->menuBar()->actions();
        for (const QAction* menu : menus) {
            const QString key = QKeySequence::mnemonic(menu->text()).toString();
            QVERIFY2(!bar.contains(key), qPrintable(menu->text()));
            bar[key] = menu->text();
            collect(*menu->menu(), doubled);
        }
        QVERIFY2(doubled.isEmpty(), qPrintable(doubled.join(QLatin1Char('\n'))));
        // No text of a control is cut off for being longer than the English one.
        for (const auto* button : window->findChildren<QPushButton*>())
            if (button->isVisible())
                QVERIFY2(button->width() >= button->minimumSizeHint().width(),
                         qPrintable(button->text()));
        const QString folder = qEnvironmentVariable("STRATA_TEST_PICTURES");
        if (!folder.isEmpty()) {
            QTest::qWait(300);
            window->grab().save(folder + QStringLiteral("/window-%1.png").arg(language));
        }
    }
};

QTEST_MAIN(TestLanguage)
#include "tst_language.moc"
