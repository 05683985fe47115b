// The window's program.
#include "query/similar_names.h"
#include "ui/canvas/graph_canvas.h"
#include "ui/compare/compare_window.h"
#include "ui/jobs/cut_off_files.h"
#include "ui/jobs/services.h"
#include "ui/jobs/watched_application.h"
#include "ui/report/report_file.h"
#include "ui/window/appearance.h"
#include "ui/window/icons.h"
#include "ui/window/language.h"
#include "ui/window/main_window.h"
#include "ui/window/session_keeper.h"
#include "ui/window/single_instance.h"
#include "ui/window/window_list.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QSettings>
#include <QTimer>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>

using namespace strata::ui;

namespace {

// The same numbers as those of the batch program.
enum ExitStatus { done = 0, wrong_usage = 2, unreadable = 3, not_written = 5 };

void complain(const QString& text)
{
    std::fprintf(stderr, "strata: %s\n", qUtf8Printable(text));
}

/// Says which name is wrong, and which ones may have been meant.
void complainOfName(const QString& text, const strata::ui::InspectionPtr& inspection,
                    strata::NamesOf which, const QString& name)
{
    constexpr std::size_t most = 5;
    QStringList similar;
    if (inspection)
        for (const std::string& other :
             strata::similar_names(*inspection, which, name.toStdString(), most))
            similar += QApplication::translate("main", "“%1”").arg(QString::fromStdString(other));
    complain(similar.isEmpty() ? text
                               : QApplication::translate("main", "%1 Similar: %2.")
                                     .arg(text, similar.join(QStringLiteral(", "))));
}

/// Opens and selects what the command line names in a window of either kind. False, and told, when
/// something is not there.
template <class Window>
bool showPlaces(Window& window, const strata::ui::InspectionPtr& inspection,
                const QStringList& expand, const QString& select)
{
    bool all = true;
    for (const QString& module : expand)
        if (!window.expandModule(module)) {
            complainOfName(QApplication::translate("main", "There is no module “%1”.").arg(module),
                           inspection, strata::NamesOf::Modules, module);
            all = false;
        }
    if (!select.isEmpty() && !window.selectByName(select)) {
        complainOfName(
            QApplication::translate("main", "There is no node or module “%1”.").arg(select),
            inspection, strata::NamesOf::NodesAndModules, select);
        all = false;
    }
    return all;
}

std::optional<QSize> parseSize(const QString& text)
{
    const QStringList parts = text.split(QLatin1Char('x'));
    if (parts.size() != 2)
        return std::nullopt;
    const QSize size(parts[0].toInt(), parts[1].toInt());
    constexpr int most = 16384;
    if (size.width() < 200 || size.height() < 150 || size.width() > most || size.height() > most)
        return std::nullopt;
    return size;
}

/// Ends the program once the picture is written; the exit status says whether that worked.
void takeScreenshot(QWidget* window, const QString& file)
{
    // Nested layouts settle one level a round, and widgets added to them show themselves by a
    // posted call.
    for (int round = 0; round < 5; ++round)
        QCoreApplication::sendPostedEvents();
    if (window->grab().save(file)) {
        QApplication::exit(done);
        return;
    }
    complain(QApplication::translate("main", "The picture could not be written to %1.").arg(file));
    QApplication::exit(not_written);
}

/// The command line. Options are members, so that main() can ask for them by name.
struct CommandLine {
    Q_DECLARE_TR_FUNCTIONS(CommandLine)

public:
    QCommandLineParser parser;
    QCommandLineOption help = parser.addHelpOption();
    QCommandLineOption version = parser.addVersionOption();
    QCommandLineOption screenshot{QStringLiteral("screenshot"),
                                  tr("Write a picture of the window to FILE and quit."),
                                  QStringLiteral("FILE")};
    QCommandLineOption report{QStringLiteral("report"),
                              tr("Write a report and quit; can be repeated. FORMAT is one of %1.")
                                  .arg(reportFormats().join(QStringLiteral(", "))),
                              QStringLiteral("FORMAT:PATH")};
    QCommandLineOption scale{QStringLiteral("scale"),
                             tr("Of pictures in PNG, in percent (default: 200)."),
                             QStringLiteral("PERCENT"), QStringLiteral("200")};
    QCommandLineOption select{QStringLiteral("select"),
                              tr("Select a node by name, or a module by its path."),
                              QStringLiteral("NODE")};
    QCommandLineOption expand{QStringLiteral("expand"),
                              tr("Expand a module in the graph; can be repeated. * expands all."),
                              QStringLiteral("MODULE")};
    QCommandLineOption model{QStringLiteral("model"),
                             tr("Which model of a .pt2 archive that holds several."),
                             QStringLiteral("NAME")};
    QCommandLineOption compare{QStringLiteral("compare"),
                               tr("Show FILE beside OTHER, with what differs."),
                               QStringLiteral("OTHER")};
    QCommandLineOption theme{QStringLiteral("theme"), tr("light, dark or system."),
                             QStringLiteral("THEME")};
    QCommandLineOption size{QStringLiteral("size"), tr("Size of the window, as WxH."),
                            QStringLiteral("WxH")};

    QCommandLineOption single_instance{
        QStringLiteral("single-instance"),
        tr("Open the files in the Strata that is running already, if one is.")};

    QCommandLineOption language{QStringLiteral("language"),
                                tr("Language of the window: de, en or system."),
                                QStringLiteral("LANGUAGE")};

    CommandLine()
    {
        parser.setApplicationDescription(
            tr("Shows which PyTorch module every node of an ONNX graph belongs to."));
        parser.addPositionalArgument(QStringLiteral("file"),
                                     tr("Model to open: TorchScript, .pt2 or ONNX."),
                                     QStringLiteral("[FILE…]"));
        parser.addOptions({screenshot, report, scale, model, select, expand, compare, theme, size,
                           single_instance, language});
    }
};

/// Two files side by side. Returns the program's exit status when the window is closed.
int runComparison(const CommandLine& line, const QString& file, std::optional<QSize> size)
{
    CompareWindow window(Services::real());
    if (size)
        window.resize(*size);
    const QString picture = line.parser.value(line.screenshot);
    QTimer* settle = nullptr; // takes the picture
    QObject::connect(&window, &CompareWindow::compared, &window, [&] {
        const bool there =
            showPlaces(window, window.comparison()->a, line.parser.values(line.expand),
                       line.parser.value(line.select));
        // A picture of another place than the one asked for would mislead a script.
        if (!there && settle) {
            delete std::exchange(settle, nullptr);
            QApplication::exit(wrong_usage);
        }
    });
    if (!picture.isEmpty()) {
        for (strata::GraphCanvas* canvas : {window.first(), window.second()})
            canvas->setAnimated(false);
        settle = new QTimer(&window);
        settle->setSingleShot(true);
        QObject::connect(settle, &QTimer::timeout, &window, [&window, picture, settle] {
            if (window.isBusy() || window.first()->isLayoutRunning() ||
                window.second()->isLayoutRunning())
                return settle->start(10);
            takeScreenshot(&window, picture);
        });
        QObject::connect(&window, &CompareWindow::compared, settle,
                         [settle] { settle->start(10); });
        QObject::connect(&window, &CompareWindow::failed, &window, [](const QString& message) {
            complain(message);
            QApplication::exit(unreadable);
        });
    }
    window.show();
    window.compareFiles(file, line.parser.value(line.compare));
    return QApplication::exec();
}

OpenRequest requestOf(const CommandLine& line)
{
    OpenRequest request;
    const QStringList files = line.parser.positionalArguments();
    for (const QString& file : files)
        request.files += QFileInfo(file).absoluteFilePath();
    request.model = line.parser.value(line.model);
    request.select = line.parser.value(line.select);
    request.expand = line.parser.values(line.expand);
    return request;
}

/// Opens what is asked for, each file in a window; a file that is open already is only shown.
/// `missing` is called when a place that is asked for is not in the model.
void openRequest(MainWindow* window, const OpenRequest& request,
                 const std::function<void()>& missing = {})
{
    QStringList files;
    for (const QString& file : request.files) {
        const auto& windows = WindowList::instance().windows();
        const auto there = std::find_if(windows.begin(), windows.end(),
                                        [&](const MainWindow* w) { return w->filePath() == file; });
        if (there != windows.end())
            WindowList::raise(*there);
        else
            files += file;
    }
    if (request.files.isEmpty())
        WindowList::raise(window);
    if (files.isEmpty())
        return;
    MainWindow* first = window;
    if (window->inspection() || window->isBusy())
        first = WindowList::instance().open(window->services(), window);
    QObject::connect(
        first, &MainWindow::modelOpened, first,
        [first, request, missing] {
            if (!showPlaces(*first, first->inspection(), request.expand, request.select) && missing)
                missing();
        },
        Qt::SingleShotConnection);
    first->openModel(files.takeFirst(), request.model);
    WindowList::openFiles(first, files);
}

/// Calls `act` when the model is opened and no layout is outstanding; `empty`: there is no model.
/// The program ends when the model cannot be opened. Deleting what is returned calls it off.
QTimer* whenReady(MainWindow* window, bool empty, std::function<void()> act)
{
    window->canvas()->setAnimated(false);
    auto* settle = new QTimer(window);
    settle->setSingleShot(true);
    settle->setInterval(0);
    QObject::connect(settle, &QTimer::timeout, window, [window, settle, act = std::move(act)] {
        if (window->isBusy() || window->canvas()->isLayoutRunning())
            settle->start(10);
        else
            act();
    });
    QObject::connect(window, &MainWindow::modelOpened, settle, [settle] { settle->start(); });
    QObject::connect(window, &MainWindow::failed, window, [window](const QString& message) {
        complain(message);
        QApplication::exit(window->inspection() ? not_written : unreadable);
    });
    QObject::connect(window, &MainWindow::modelAsked, window, [](const QStringList& models) {
        complain(QApplication::translate("main", "The file holds several models: %1. Name one "
                                                 "with --model.")
                     .arg(models.join(QStringLiteral(", "))));
        QApplication::exit(wrong_usage);
    });
    if (empty)
        settle->start();
    return settle;
}

/// Writes one report after the other; then the program ends.
void writeReports(MainWindow* window, std::vector<ReportJob> jobs)
{
    if (jobs.empty()) {
        QApplication::exit(done);
        return;
    }
    ReportJob job = std::move(jobs.front());
    jobs.erase(jobs.begin());
    if (isPicture(job.format))
        job.drawing = window->canvas()->drawing({});
    QObject::connect(
        window, &MainWindow::reportWritten, window,
        [window, jobs = std::move(jobs)] { writeReports(window, jobs); },
        static_cast<Qt::ConnectionType>(Qt::QueuedConnection | Qt::SingleShotConnection));
    window->writeReport(job);
}

/// The reports that are asked for; nothing when one of them makes no sense, which is told.
std::optional<std::vector<ReportJob>> reportsOf(const CommandLine& line)
{
    bool number = false;
    const double scale = line.parser.value(line.scale).toDouble(&number) / 100;
    if (!number || scale < 0.01 || scale > 64) {
        complain(QApplication::translate("main", "“%1” is not a scale in percent, such as 200.")
                     .arg(line.parser.value(line.scale)));
        return std::nullopt;
    }
    std::vector<ReportJob> jobs;
    for (const QString& text : line.parser.values(line.report)) {
        auto job = parseReport(text);
        if (!job) {
            complain(QString::fromStdString(job.error().message));
            return std::nullopt;
        }
        job->scale = scale;
        jobs.push_back(*std::move(job));
    }
    return jobs;
}

/// Waits for workers that are deep inside a library: they end at their next poll. They get some
/// time, then the process ends without them: their half-written output is a temporary file that
/// nobody sees.
int endWith(int status)
{
    constexpr int patience_ms = 5000;
    if (!JobRunner::waitForWorkers(patience_ms))
        std::_Exit(status);
    return status;
}

/// Help and version are words: they must come without a display, too.
bool asksForWords(int argc, char* argv[])
{
    for (int i = 1; i < argc; ++i)
        for (const char* option : {"-h", "--help", "--help-all", "-v", "--version"})
            if (std::strcmp(argv[i], option) == 0)
                return true;
    return false;
}

/// The value of "--language de" or "--language=de"; the other options' texts depend on it.
QString askedLanguage(int argc, char* argv[])
{
    const QString option = QStringLiteral("--language");
    for (int i = 1; i < argc; ++i) {
        const QString argument = QString::fromLocal8Bit(argv[i]);
        if (argument == option && i + 1 < argc)
            return QString::fromLocal8Bit(argv[i + 1]);
        if (argument.startsWith(option + QLatin1Char('=')))
            return argument.mid(option.size() + 1);
    }
    return {};
}

bool hasOption(int argc, char* argv[], const char* option)
{
    const std::size_t length = std::strlen(option);
    return std::any_of(argv + 1, argv + argc, [&](const char* argument) {
        return std::strncmp(argument, option, length) == 0 &&
               (argument[length] == '\0' || argument[length] == '=');
    });
}

/// Qt aborts where there is no display. Pictures need none; a window says what is missing.
bool hasSomewhereToDraw(int argc, char* argv[])
{
    for (const char* variable : {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"})
        if (!qEnvironmentVariableIsEmpty(variable))
            return true;
    if (hasOption(argc, argv, "-platform") || hasOption(argc, argv, "--platform"))
        return true;
    if (hasOption(argc, argv, "--screenshot") || hasOption(argc, argv, "--report")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
        return true;
    }
    complain(QStringLiteral("There is no display to open a window on (neither DISPLAY nor "
                            "WAYLAND_DISPLAY is set). Use strata-cli, or strata --screenshot FILE "
                            "for a picture."));
    return false;
}

void nameProgram()
{
    QCoreApplication::setOrganizationName(QStringLiteral("Strata"));
    QCoreApplication::setApplicationName(QStringLiteral("strata"));
    QCoreApplication::setApplicationVersion(QStringLiteral(STRATA_VERSION));
}

} // namespace

int main(int argc, char* argv[])
{
    nameProgram();
    if (asksForWords(argc, argv)) {
        const QCoreApplication app(argc, argv);
        installLanguage(chooseLanguage(askedLanguage(argc, argv)));
        CommandLine line;
        line.parser.process(app); // prints and ends the program
        return done;
    }
    if (!hasSomewhereToDraw(argc, argv))
        return wrong_usage;
    surviveCutOffFiles();
    QApplication::setHighDpiScaleFactorRoundingPolicy(
        Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    WatchedApplication app(argc, argv);
#ifndef NDEBUG
    // Builds for developers tell when an event takes longer than a frame.
    app.setReport(WatchedApplication::frame_ms, [](const Stall& stall) {
        qWarning("the window did not answer for %.0f ms (%.0f ms of work): %s", stall.ms,
                 stall.cpu_ms, qPrintable(stall.what));
    });
#endif
    // QApplication takes over the user's locale, but files are written and graphs laid out in C
    // numbers.
    std::setlocale(LC_NUMERIC, "C");
    QApplication::setApplicationDisplayName(QStringLiteral("Strata"));
    QApplication::setDesktopFileName(QStringLiteral("org.strata.Strata"));
    QApplication::setWindowIcon(applicationIcon());
    initAppearance();

    installLanguage(chooseLanguage(askedLanguage(argc, argv)));
    CommandLine line;
    QCommandLineParser& parser = line.parser;
    if (!parser.parse(QApplication::arguments())) {
        complain(parser.errorText());
        return wrong_usage;
    }

    QString theme_name =
        QSettings().value(QStringLiteral("theme"), QStringLiteral("system")).toString();
    if (parser.isSet(line.theme))
        theme_name = parser.value(line.theme);
    const auto choice = parseThemeChoice(theme_name);
    if (!choice && parser.isSet(line.theme)) {
        complain(QApplication::translate("main", "There is no theme “%1”; use light, dark or "
                                                 "system.")
                     .arg(theme_name));
        return wrong_usage;
    }
    applyAppearance(choice.value_or(ThemeChoice::System));

    if (const QString language = parser.value(line.language);
        parser.isSet(line.language) && language != QLatin1String("system") &&
        !availableLanguages().contains(language)) {
        complain(QApplication::translate("main", "There is no language “%1”; use %2 or system.")
                     .arg(language, availableLanguages().join(QStringLiteral(", "))));
        return wrong_usage;
    }

    const QStringList files = parser.positionalArguments();
    std::optional<QSize> size;
    if (parser.isSet(line.size)) {
        size = parseSize(parser.value(line.size));
        if (!size) {
            complain(QApplication::translate("main", "“%1” is not a size such as 1400x900.")
                         .arg(parser.value(line.size)));
            return wrong_usage;
        }
    }
    if (parser.isSet(line.compare)) {
        if (files.size() != 1) {
            complain(QApplication::translate(
                "main", "Give one file to compare with: strata --compare OTHER FILE."));
            return wrong_usage;
        }
        return endWith(runComparison(line, files.front(), size));
    }
    const QString picture = parser.value(line.screenshot);
    const auto reports = reportsOf(line);
    if (!reports)
        return wrong_usage;
    if (!reports->empty() && files.size() != 1) {
        complain(QApplication::translate("main", "Give one file to report on: strata --report "
                                                 "FORMAT:PATH FILE."));
        return wrong_usage;
    }
    const bool batch = !picture.isEmpty() || !reports->empty();
    OpenRequest request = requestOf(line);
    if (batch)
        request.files = request.files.mid(0, 1); // of one window
    SingleInstance instance;
    if (parser.isSet(line.single_instance) && !batch && !instance.listen()) {
        if (instance.send(request))
            return done;
        complain(QApplication::translate("main", "No other Strata answers; this one opens a window "
                                                 "of its own."));
    }
    QObject::connect(&instance, &SingleInstance::requested, qApp, [](const OpenRequest& wanted) {
        MainWindow* front = WindowList::instance().current();
        if (!front)
            front = WindowList::instance().open(Services::real());
        openRequest(front, wanted);
    });

    std::optional<SessionKeeper> session;
    if (!batch) {
        session.emplace(Services::real());
        if (request.files.isEmpty() && session->restore() > 0)
            return endWith(QApplication::exec());
    }
    MainWindow* window = WindowList::instance().open(Services::real());
    if (size)
        window->resize(*size);
    const bool whole = !parser.isSet(line.select);
    QTimer* batch_job = nullptr;
    if (!picture.isEmpty())
        batch_job = whenReady(window, request.files.isEmpty(), [window, picture, whole] {
            if (whole)
                window->canvas()->fitToView();
            takeScreenshot(window, picture);
        });
    else if (!reports->empty())
        batch_job =
            whenReady(window, false, [window, jobs = *reports] { writeReports(window, jobs); });
    openRequest(window, request, [&batch_job] {
        // A picture of another place than the one asked for would mislead a script.
        if (batch_job) {
            delete std::exchange(batch_job, nullptr);
            QApplication::exit(wrong_usage);
        }
    });
    return endWith(QApplication::exec());
}
