// The window's program, run as a process.
#include <QtTest>

#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QXmlStreamReader>

class TestProgram : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    struct Run {
        int status = -1;
        QByteArray out;
        QByteArray err;
    };

    enum class Display { Offscreen, None };

    Run run(const QStringList& arguments, bool trace_libraries = false,
            Display display = Display::Offscreen)
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        if (display == Display::None)
            for (const char* variable : {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"})
                environment.remove(QString::fromLatin1(variable));
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"), m_folder.path());
        if (trace_libraries)
            environment.insert(QStringLiteral("LD_DEBUG"), QStringLiteral("files"));
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(STRATA_BIN_DIR "/strata"), arguments);
        if (!process.waitForFinished(60000)) {
            process.kill();
            process.waitForFinished();
            return {};
        }
        return {process.exitCode(), process.readAllStandardOutput(),
                process.readAllStandardError()};
    }

    QString picture() const { return m_folder.filePath(QStringLiteral("window.png")); }
    static QString onnxFile()
    {
        return QStringLiteral(STRATA_TEST_DATA
                              "/zoo/sid/control_flow_if/control_flow_if.script.legacy.onnx");
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!QFileInfo::exists(QStringLiteral(STRATA_BIN_DIR "/strata")))
            QSKIP("the program is not built");
    }
    void init() { QFile::remove(picture()); }

    void versionAndHelp()
    {
        const Run version = run({QStringLiteral("--version")});
        QCOMPARE(version.status, 0);
        QVERIFY(version.out.contains("0."));
        const Run help = run({QStringLiteral("--help")});
        QCOMPARE(help.status, 0);
        for (const char* option : {"--screenshot", "--select", "--expand", "--compare", "--theme",
                                   "--size", "--single-instance", "--report", "--scale"})
            QVERIFY2(help.out.contains(option), option);
    }

    void pictureOfAnOnnxFileWithoutLoadingTorch()
    {
        const Run result = run({QStringLiteral("--screenshot"), picture(), QStringLiteral("--size"),
                                QStringLiteral("1000x700"), QStringLiteral("--theme"),
                                QStringLiteral("dark"), onnxFile()},
                               true);
        QCOMPARE(result.status, 0);
        const QImage image(picture());
        QCOMPARE(image.size(), QSize(1000, 700));
        QVERIFY(image.pixelColor(500, 5).lightness() < 128);
        // The trace works, and LibTorch is not in it.
        QVERIFY(result.err.contains("libQt6Core"));
        QVERIFY(!result.err.contains("libtorch"));
        QVERIFY(!result.err.contains("libc10"));
    }

    void pictureOfAComparison()
    {
        const Run result =
            run({QStringLiteral("--compare"), onnxFile(), QStringLiteral("--screenshot"), picture(),
                 QStringLiteral("--size"), QStringLiteral("1000x700"), onnxFile()});
        QCOMPARE(result.status, 0);
        QCOMPARE(QImage(picture()).size(), QSize(1000, 700));
        // One file alone has nothing to be compared with; a missing one is named.
        QCOMPARE(run({QStringLiteral("--compare"), onnxFile()}).status, 2);
        const Run missing =
            run({QStringLiteral("--compare"), m_folder.filePath(QStringLiteral("missing.onnx")),
                 QStringLiteral("--screenshot"), picture(), onnxFile()});
        QCOMPARE(missing.status, 3);
        QVERIFY(missing.err.contains("missing.onnx"));
    }

    /// A script gets no picture of another place than the one it asked for.
    void placesThatAreNotThere()
    {
        const QStringList to_picture{QStringLiteral("--screenshot"), picture(), onnxFile()};
        const Run module =
            run(QStringList{QStringLiteral("--expand"), QStringLiteral("encodr")} + to_picture);
        QCOMPARE(module.status, 2);
        QVERIFY2(module.err.contains("There is no module “encodr”"), module.err.constData());
        QVERIFY(!QFileInfo::exists(picture()));
        const QString wrong = QStringLiteral("If_99x");
        const Run node = run(QStringList{QStringLiteral("--select"), wrong} + to_picture);
        QCOMPARE(node.status, 2);
        QVERIFY(!QFileInfo::exists(picture()));
        const Run report = run(
            {QStringLiteral("--select"), wrong, QStringLiteral("--report"),
             QStringLiteral("svg:") + m_folder.filePath(QStringLiteral("place.svg")), onnxFile()});
        QCOMPARE(report.status, 2);
        const Run compared = run(QStringList{QStringLiteral("--compare"), onnxFile(),
                                             QStringLiteral("--select"), wrong} +
                                 to_picture);
        QCOMPARE(compared.status, 2);
        QVERIFY(!QFileInfo::exists(picture()));
        QCOMPARE(
            run(QStringList{QStringLiteral("--expand"), QStringLiteral("*")} + to_picture).status,
            0);
        QVERIFY(QFileInfo::exists(picture()));
    }

    void reports()
    {
        const QStringList formats{
            QStringLiteral("html"), QStringLiteral("pdf"),  QStringLiteral("md"),
            QStringLiteral("csv"),  QStringLiteral("json"), QStringLiteral("graphml"),
            QStringLiteral("dot"),  QStringLiteral("svg"),  QStringLiteral("png")};
        const auto file = [&](const QString& name) { return m_folder.filePath(name); };
        QStringList arguments{onnxFile()};
        for (const QString& format : formats)
            arguments += {QStringLiteral("--report"),
                          format + QLatin1Char(':') + file(QStringLiteral("r.") + format)};
        const Run all = run(arguments, false, Display::None);
        QCOMPARE(all.status, 0);
        const auto content = [&](const QString& format) {
            QFile written(file(QStringLiteral("r.") + format));
            return written.open(QIODevice::ReadOnly) ? written.readAll() : QByteArray();
        };
        for (const QString& format : formats)
            QVERIFY2(!content(format).isEmpty(), qPrintable(format));
        QVERIFY(content(QStringLiteral("pdf")).startsWith("%PDF-"));
        QVERIFY(content(QStringLiteral("pdf")).count("/Type /Page\n") >= 2);
        QVERIFY(content(QStringLiteral("html")).contains("<html"));
        // The picture's size in SVG is that at 100 %.
        QSize size;
        QXmlStreamReader svg(content(QStringLiteral("svg")));
        while (!svg.atEnd())
            if (svg.readNext() == QXmlStreamReader::StartElement && svg.name() == u"svg") {
                const QStringList box =
                    svg.attributes().value(QStringLiteral("viewBox")).toString().split(u' ');
                QCOMPARE(box.size(), 4);
                size = QSizeF(box[2].toDouble(), box[3].toDouble()).toSize();
            }
        QVERIFY2(!svg.hasError(), qPrintable(svg.errorString()));
        const QSize doubled = QImage(file(QStringLiteral("r.png"))).size();
        QVERIFY(qAbs(doubled.width() - 2 * size.width()) <= 2);
        QVERIFY(qAbs(doubled.height() - 2 * size.height()) <= 2);
        const auto status = [&](const QStringList& more) {
            return run(more + QStringList{onnxFile()}).status;
        };
        QCOMPARE(status({QStringLiteral("--report"),
                         QStringLiteral("png:") + file(QStringLiteral("half.png")),
                         QStringLiteral("--scale"), QStringLiteral("50")}),
                 0);
        const QSize half = QImage(file(QStringLiteral("half.png"))).size();
        QVERIFY(qAbs(4 * half.width() - doubled.width()) <= 4);

        QCOMPARE(status({QStringLiteral("--report"), QStringLiteral("doc:x")}), 2);
        QCOMPARE(status({QStringLiteral("--report"), QStringLiteral("png:x.png"),
                         QStringLiteral("--scale"), QStringLiteral("big")}),
                 2);
        QCOMPARE(run({QStringLiteral("--report"), QStringLiteral("md:x.md")}).status, 2);
        QCOMPARE(status({QStringLiteral("--report"), QStringLiteral("md:/no/such/folder/x.md")}),
                 5);
        // Too many pixels: nothing is written, and the scale that works is told.
        const QString large = file(QStringLiteral("large.png"));
        const Run refused = run({QStringLiteral("--report"), QStringLiteral("png:") + large,
                                 QStringLiteral("--scale"), QStringLiteral("6400"), onnxFile()});
        QCOMPARE(refused.status, 5);
        QVERIFY2(refused.err.contains("A scale of up to"), refused.err.constData());
        QVERIFY(!QFileInfo::exists(large));
    }

    void withoutADisplay()
    {
        const Run window = run({onnxFile()}, false, Display::None);
        QCOMPARE(window.status, 2);
        QVERIFY2(window.err.contains("DISPLAY"), window.err.constData());
        const Run taken =
            run({QStringLiteral("--screenshot"), picture(), onnxFile()}, false, Display::None);
        QCOMPARE(taken.status, 0);
        QVERIFY(!QImage(picture()).isNull());
    }

    void aSecondStartHandsOverItsFiles()
    {
        // Both see the same settings and the same runtime folder.
        const auto start = [this](QProcess& process, const QStringList& arguments) {
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
            environment.insert(QStringLiteral("XDG_CONFIG_HOME"), m_folder.path());
            environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), m_folder.path());
            process.setProcessEnvironment(environment);
            process.start(QStringLiteral(STRATA_BIN_DIR "/strata"), arguments);
        };
        QFile::setPermissions(m_folder.path(), QFileDevice::ReadOwner | QFileDevice::WriteOwner |
                                                   QFileDevice::ExeOwner);
        const QString copy = m_folder.filePath(QStringLiteral("handed over.onnx"));
        QVERIFY(QFile::copy(onnxFile(), copy));
        QProcess first;
        start(first, {QStringLiteral("--single-instance"), onnxFile()});
        const QString socket = m_folder.filePath(QStringLiteral("strata.socket"));
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(socket), 20000);
        QProcess second;
        start(second, {QStringLiteral("--single-instance"), copy});
        QVERIFY(second.waitForFinished(20000));
        QCOMPARE(second.exitCode(), 0);
        QCOMPARE(first.state(), QProcess::Running);
        const auto recent = [this] {
            return QSettings(m_folder.filePath(QStringLiteral("Strata/strata.conf")),
                             QSettings::IniFormat)
                .value(QStringLiteral("recentFiles"))
                .toStringList();
        };
        QTRY_VERIFY_WITH_TIMEOUT(recent().contains(copy), 20000);
        first.kill();
        first.waitForFinished();
        // What is left behind by a program that was killed is no obstacle.
        QProcess third;
        start(third, {QStringLiteral("--single-instance"), copy});
        QVERIFY(!third.waitForFinished(1500));
        third.kill();
        third.waitForFinished();
    }

    void wrongUsage()
    {
        QCOMPARE(run({QStringLiteral("--theme"), QStringLiteral("purple")}).status, 2);
        QCOMPARE(run({QStringLiteral("--size"), QStringLiteral("large")}).status, 2);
        QCOMPARE(run({QStringLiteral("--no-such-option")}).status, 2);
    }

    void fileThatCannotBeRead()
    {
        const Run result = run({QStringLiteral("--screenshot"), picture(),
                                m_folder.filePath(QStringLiteral("missing.onnx"))});
        QCOMPARE(result.status, 3);
        QVERIFY(result.err.contains("missing.onnx"));
        QVERIFY(!QFileInfo::exists(picture()));
    }
};

QTEST_GUILESS_MAIN(TestProgram)
#include "tst_program.moc"
