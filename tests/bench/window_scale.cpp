// How fast the window is with a large model, and how long its thread is ever busy.
//
//   window_scale [NODES...]        default: 10000 100000
//
// A made-up decoder of that many nodes is handed to the window as if it had been opened; then it is
// panned, zoomed, expanded and collapsed with events. Run with QT_QPA_PLATFORM=offscreen or under
// a display. Times are in milliseconds; "stall" is the longest time without a look at the events.
#include "../support/inspection_builder.h"
#include "ui/canvas/graph_canvas.h"
#include "ui/dashboard/dashboard_feature.h"
#include "ui/dashboard/dashboard_page.h"
#include "ui/jobs/watched_application.h"
#include "ui/review/review_feature.h"
#include "ui/review/review_panel.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QComboBox>
#include <QElapsedTimer>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>
#include <QWheelEvent>
#include <cstdio>
#include <fstream>
#include <string>

using namespace strata;
using namespace strata::ui;

namespace {

double resident_mb()
{
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line))
        if (line.starts_with("VmRSS:"))
            return std::stod(line.substr(6)) / 1024.0;
    return 0.0;
}

/// Lets the window work until `done` holds and nothing is left to be drawn.
template <class Done>
double until(const Done& done)
{
    QElapsedTimer clock;
    clock.start();
    while (!done() && clock.elapsed() < 120000)
        QApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
    QApplication::processEvents();
    return static_cast<double>(clock.nsecsElapsed()) / 1e6;
}

void measure(int nodes)
{
    const double before = resident_mb();
    auto model = test::transformer_model(nodes / 16);
    const double of_model = resident_mb();
    const Services services{[&](const std::filesystem::path&, const ExportOptions&,
                                TaskContext&) -> JobResult { return model; },
                            {}};
    MainWindow window(services);
    window.resize(1440, 900);
    window.show();
    QTest::qWait(200);
    WatchedApplication& watchdog = *static_cast<WatchedApplication*>(qApp);
    watchdog.reset();
    GraphCanvas& canvas = *window.canvas();
    canvas.setAnimated(false);
    const auto drawn = [&] { return canvas.scene() && !canvas.isLayoutRunning(); };
    const auto row = [&](const char* what, double ms) {
        QTest::qWait(50);
        std::printf("%8d  %-28s %9.1f ms   stall %6.1f ms %-36s %7.0f MB\n", nodes, what, ms,
                    watchdog.longest(), qPrintable(watchdog.longestWhat()), resident_mb());
        std::fflush(stdout);
        watchdog.reset();
    };

    window.openFile(QStringLiteral("made-up.onnx"));
    row("first picture", until(drawn));
    std::printf("%8d  %-28s %9.0f bytes a node (model %.0f MB)\n", nodes, "memory of the window",
                (resident_mb() - of_model) * 1048576 / nodes, of_model - before);

    const ModuleId layers = *model->modules.find("layers");
    const ModuleId layer = *model->modules.find("layers.3");
    const ModuleId attention = *model->modules.find("layers.3.attn");
    model.reset(); // the window alone keeps it
    canvas.expand(layers);
    row("expand all layers' container", until(drawn));
    canvas.expand(layer);
    row("expand one layer", until(drawn));
    canvas.expand(attention);
    row("expand one attention", until(drawn));
    canvas.collapse(layer);
    row("collapse the layer", until(drawn));

    QElapsedTimer clock;
    clock.start();
    constexpr int frames = 120;
    for (int i = 0; i < frames; ++i) {
        const QPointF at = canvas.viewport()->rect().center();
        QWheelEvent wheel(at, canvas.viewport()->mapToGlobal(at), {}, {0, i < 60 ? 20 : -20},
                          Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(canvas.viewport(), &wheel);
        canvas.viewport()->repaint();
    }
    std::printf("%8d  %-28s %9.1f ms a frame\n", nodes, "zooming",
                static_cast<double>(clock.nsecsElapsed()) / 1e6 / frames);
    watchdog.reset();

    canvas.setColorBy(ColorBy::OperatorType);
    row("colour by operator", until(drawn));

    auto& review = *window.findChild<ReviewFeature*>();
    const auto reviewed = [&] {
        return review.controller()->snapshot() && review.panel()->isReady();
    };
    row("review ready", until(reviewed));
    review.show();
    window.findChild<QComboBox*>(QStringLiteral("reviewFilter"))->setCurrentIndex(3);
    row("review: every node listed", until(reviewed));
    review.panel()->step(1);
    review.panel()->decide(ReviewAction::Accept);
    row("review: accept a node", until(reviewed));
    review.panel()->queue()->selectAll();
    row("review: select all", 0.0);
    review.panel()->decide(ReviewAction::Accept);
    row("review: accept all", until(reviewed));
    review.controller()->undo();
    row("review: undo that", until(reviewed));
    auto& dashboard = *window.findChild<DashboardFeature*>();
    dashboard.setShown(true);
    row("dashboard", until([&] { return dashboard.page()->isReady(); }));
    window.closeModel();
    QTest::qWait(200);
    row("close", 0.0);
}

} // namespace

int main(int argc, char** argv)
{
    QStandardPaths::setTestModeEnabled(true);
    const WatchedApplication app(argc, argv);
    const QTemporaryDir folder; // the review is saved beside the model, which has no folder
    QDir::setCurrent(folder.path());
    if (argc == 1) {
        measure(10000);
        measure(100000);
    }
    for (int i = 1; i < argc; ++i)
        measure(std::stoi(argv[i]));
}
