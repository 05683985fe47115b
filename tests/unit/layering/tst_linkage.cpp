// What the built programs load when they start: the command line no Qt, and nobody LibTorch, which
// is a module that is loaded when a TorchScript file is opened.
#include <QFileInfo>
#include <QProcess>
#include <QtTest>

class TestLinkage : public QObject {
    Q_OBJECT

    /// The libraries that the loader would map for a program or library, indirect ones too.
    static QStringList libraries(const QString& file)
    {
        QProcess ldd;
        ldd.start(QStringLiteral("ldd"), {file});
        if (!ldd.waitForFinished(30000) || ldd.exitCode() != 0)
            return {};
        QStringList names;
        for (const QString& line : QString::fromUtf8(ldd.readAllStandardOutput()).split('\n'))
            if (const QString name = line.trimmed().section(' ', 0, 0); !name.isEmpty())
                names.append(name);
        return names;
    }

    static QString built(const QString& name)
    {
        return QStringLiteral(STRATA_BIN_DIR) + QLatin1Char('/') + name;
    }

private Q_SLOTS:
    void loads_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QStringList>("needed"); // shows that ldd's answer is understood
        QTest::addColumn<QStringList>("unwanted");
        const QStringList torch{"libtorch", "libc10", "libtorch_cpu"};
        QTest::newRow("strata-cli")
            << built("strata-cli") << QStringList{"libstrata_core", "libc.so"}
            << QStringList{"libQt6"} + torch;
        QTest::newRow("libstrata_core")
            << built("../lib/libstrata_core.so") << QStringList{"libonnx", "libc.so"}
            << QStringList{"libQt6"} + torch;
        if (QFileInfo::exists(built("strata")))
            QTest::newRow("strata")
                << built("strata") << QStringList{"libstrata_core", "libQt6Widgets"} << torch;
    }
    void loads()
    {
        QFETCH(QString, file);
        QFETCH(QStringList, needed);
        QFETCH(QStringList, unwanted);
        QVERIFY2(QFileInfo::exists(file), qPrintable(file + " has not been built"));
        const QStringList found = libraries(file);
        auto has = [&](const QString& prefix) {
            return std::any_of(found.begin(), found.end(),
                               [&](const QString& name) { return name.startsWith(prefix); });
        };
        for (const QString& prefix : needed)
            QVERIFY2(has(prefix), qPrintable("not loaded: " + prefix));
        for (const QString& prefix : unwanted)
            QVERIFY2(!has(prefix), qPrintable("loaded at the start: " + prefix));
    }
};

QTEST_APPLESS_MAIN(TestLinkage)
#include "tst_linkage.moc"
