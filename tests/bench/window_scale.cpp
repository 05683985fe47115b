// How fast the window is with a large model, and how long its thread is ever busy.
//
//   window_scale [--rounds N] [NODES...]        default: 3 rounds; 1000 10000 100000
//
// Made-up models of that many nodes are handed to the window as if they had been opened: a decoder,
// the same one with orphans and diagnostics, and a module with as many modules in it as there are
// nodes (at most 10 000). Then the window is used. Run with QT_QPA_PLATFORM=offscreen or under a
// display. For every action the table tells how long it took until all was drawn, the longest time
// without a look at the events, and the most work that the window's thread did in one go: the best
// of all rounds each. What takes longer than a frame is named, and the exit status is 1.
#include "../support/inspection_builder.h"
#include "ui/canvas/graph_canvas.h"
#include "ui/dashboard/dashboard_feature.h"
#include "ui/dashboard/dashboard_page.h"
#include "ui/panels/coverage_panel.h"
#include "ui/panels/module_panel.h"
#include "ui/panels/search_bar.h"
#include "ui/review/review_feature.h"
#include "ui/review/review_panel.h"
#include "ui/window/appearance.h"
#include "window_measure.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTreeView>
#include <QWheelEvent>
#include <cstring>
#include <fstream>

using namespace strata;
using namespace strata::ui;
using bench::Table;
using bench::until;

namespace {

constexpr double opening_limit = 200.0;  // of one module
constexpr double keystroke_limit = 50.0; // of the locator
constexpr double bytes_limit = 2048.0;   // of the window, a node

double firstPictureLimit(int nodes)
{
    return nodes <= 10000 ? 1000.0 : 3000.0;
}

double residentMb()
{
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line))
        if (line.starts_with("VmRSS:"))
            return std::stod(line.substr(6)) / 1024.0;
    return 0.0;
}

/// The decoder with every third node an orphan, other evidence here and there, and diagnostics.
InspectionPtr doubtfulModel(int nodes)
{
    auto model = std::make_shared<Inspection>(*test::transformer_model(nodes / 16));
    for (NodeId node = 0; node < model->attribution.size(); ++node) {
        NodeAttribution& a = model->attribution[node];
        if (node % 3 == 0) {
            a.synthetic = true;
            a.module = no_module;
            a.kind = EvidenceKind::Synthetic;
            a.synthetic_path =
                "/Functions/" + std::string(model->model->text(model->model->nodes[node].op_type));
        } else if (node % 7 == 0) {
            a.kind = EvidenceKind::Consensus;
        }
        a.confidence = default_confidence(a.kind);
        if (node % 20 == 0) {
            Diagnostic told;
            told.severity = node % 40 == 0 ? Severity::Warning : Severity::Info;
            told.code = "made-up";
            told.message = "The file does not say where this node comes from, and what its "
                           "neighbours say is not of one opinion. Look at it.";
            told.where = model->model->text(model->model->nodes[node].name);
            model->diagnostics.push_back(std::move(told));
        }
    }
    model->coverage = compute_coverage(*model->model, model->modules, model->attribution);
    return model;
}

/// One module with `count` modules in it, one node each.
InspectionPtr wideModel(int count)
{
    test::InspectionBuilder b("Wide");
    b.module("bank", "ModuleList");
    b.input("x", {1, 64});
    std::string h = "x";
    for (int i = 0; i < count; ++i) {
        const ModuleId expert = b.module(fmt::format("bank.{}", i), "Expert");
        const std::string result = fmt::format("bank.{}/out", i);
        b.node(expert, "Relu", {h}, result);
        h = result;
    }
    b.output(h);
    return b.finish();
}

/// A window with this model in it; nobody else keeps the model.
class Bench {
public:
    Bench(Table& rows, InspectionPtr shown, const std::string& what, double picture_limit)
        : table(rows),
          model(std::move(shown)),
          services{[this](const std::filesystem::path&, const ExportOptions&,
                          TaskContext&) -> JobResult { return model; },
                   {}},
          window(services),
          canvas(*window.canvas())
    {
        window.resize(1440, 900);
        window.show();
        QTest::qWait(200);
        canvas.setAnimated(false);
        table.act(
            window, what, [this] { window.openFile(QStringLiteral("made-up.onnx")); },
            [this] { return drawn(); }, picture_limit);
    }

    bool drawn() const { return canvas.scene() && !canvas.isLayoutRunning(); }
    void act(const std::string& name, const std::function<void()>& action,
             const std::function<bool()>& done = {}, double limit = Table::no_limit)
    {
        table.act(window, name, action, done, limit);
    }
    void draw(const std::string& name, const std::function<void()>& action,
              double limit = Table::no_limit)
    {
        act(
            name, action, [this] { return drawn(); }, limit);
    }
    template <class T>
    T& part(const char* name)
    {
        T* found = window.findChild<T*>(QString::fromLatin1(name));
        if (!found)
            qFatal("the window has no %s", name);
        return *found;
    }
    /// One letter after the other; `answered` is reset by each.
    void type(const std::string& name, QLineEdit& edit, const QString& text,
              const std::function<bool()>& answered, double limit = Table::no_limit)
    {
        WatchedApplication& watchdog = *static_cast<WatchedApplication*>(qApp);
        watchdog.reset();
        double slowest = 0.0;
        for (const QChar letter : text) {
            QTest::keyClick(&edit, letter.toLatin1());
            slowest = std::max(slowest, until(answered));
        }
        QTest::qWait(40);
        table.add(name, slowest, watchdog.longest(), watchdog.busiest(), limit);
    }
    /// Frames of a view that is zoomed and moved: the mean and the longest.
    void frames(const std::string& name)
    {
        constexpr int count = 60;
        WatchedApplication& watchdog = *static_cast<WatchedApplication*>(qApp);
        watchdog.reset();
        QElapsedTimer clock;
        clock.start();
        const QPointF at = canvas.viewport()->rect().center();
        for (int i = 0; i < count; ++i) {
            QWheelEvent wheel(at, canvas.viewport()->mapToGlobal(at), {},
                              {i % 3 == 0 ? 30 : 0, i < count / 2 ? 12 : -12}, Qt::NoButton,
                              i % 2 == 0 ? Qt::ControlModifier : Qt::NoModifier, Qt::NoScrollPhase,
                              false);
            QApplication::sendEvent(canvas.viewport(), &wheel);
            QApplication::processEvents();
        }
        const double mean = static_cast<double>(clock.nsecsElapsed()) / 1e6 / count;
        table.add(name, mean, watchdog.longest(), watchdog.busiest(), WatchedApplication::frame_ms);
    }
    void close(const std::string& name)
    {
        act(
            name, [this] { window.closeModel(); }, [this] { return !window.inspection(); });
    }

    Table& table;
    InspectionPtr model;
    Services services;
    MainWindow window;
    GraphCanvas& canvas;
};

void measureGraph(Table& table, int nodes)
{
    auto model = test::transformer_model(nodes / 16);
    const double of_model = residentMb();
    Bench b(table, model, "open: first picture", firstPictureLimit(nodes));
    GraphCanvas& canvas = b.canvas;
    table.add("memory of the window, bytes a node", (residentMb() - of_model) * 1048576 / nodes, {},
              {}, nodes >= 10000 ? bytes_limit : Table::no_limit);
    const ModuleId layers = *model->modules.find("layers");
    const ModuleId layer = *model->modules.find("layers.3");
    const ModuleId attention = *model->modules.find("layers.3.attn");
    const QString middle = QString::fromStdString(
        std::string(model->model->text(model->model->nodes[nodes / 2].name)));
    model.reset();
    b.model.reset();
    b.draw("expand the container of all layers", [&] { canvas.expand(layers); });
    b.frames("zoom and pan there, a frame");
    b.act("fit to the view", [&] { canvas.fitToView(); });
    b.frames("zoom and pan, all of it visible");
    b.draw(
        "expand one layer", [&] { canvas.expand(layer); }, opening_limit);
    b.draw(
        "expand one attention", [&] { canvas.expand(attention); }, opening_limit);
    b.draw(
        "collapse the layer", [&] { canvas.collapse(layer); }, opening_limit);
    canvas.setAnimated(true);
    b.act(
        "expand the layer, animated", [&] { canvas.expand(layer); }, [&] { return b.drawn(); },
        opening_limit);
    QTest::qWait(250);
    b.act(
        "collapse the layer, animated", [&] { canvas.collapse(layer); }, [&] { return b.drawn(); },
        opening_limit);
    QTest::qWait(250);
    canvas.setAnimated(false);
    for (const auto& [by, name] : {std::pair{ColorBy::OperatorType, "colour by operator"},
                                   {ColorBy::ParameterBytes, "colour by parameter bytes"},
                                   {ColorBy::Confidence, "colour by confidence"}})
        b.draw(name, [&, by = by] { canvas.setColorBy(by); });

    b.act("locator: open", [&] { b.part<QAction>("findAnything").trigger(); });
    auto& edit = b.part<QLineEdit>("locatorEdit");
    QSignalSpy found(b.part<QListView>("locatorList").model(), &QAbstractItemModel::modelReset);
    b.type(
        "locator: a keystroke", edit, QStringLiteral("layers3qmat"),
        [&] {
            if (found.size() == 0)
                return false;
            found.clear();
            return true;
        },
        keystroke_limit);
    b.act(
        "locator: choose", [&] { QTest::keyClick(&edit, Qt::Key_Return); },
        [&] { return b.drawn(); });
    auto& query = b.part<QLineEdit>("query");
    query.setFocus();
    b.type("query: a keystroke", query, QStringLiteral("op:Softmax"),
           [&] { return b.drawn() && !b.window.searchBar()->isSearching(); });
    b.draw("query: next one found", [&] { QTest::keyClick(&query, Qt::Key_Return); });
    b.draw("query: all nodes found", [&] {
        query.setText(QStringLiteral("conf>0"));
        QTest::keyClick(&query, Qt::Key_Return);
    });
    b.act("query: list them", [&] { b.part<QAbstractButton>("queryList").click(); });
    b.draw("query: clear", [&] { query.clear(); });
    b.draw("select a node by name", [&] { b.window.selectByName(middle); });
    b.act("select the root",
          [&] { b.window.selection()->select(Target::ofModule(root_module), nullptr); });
    b.draw("expand everything", [&] { canvas.expandAll(); });
    b.act("everything: fit to the view", [&] { canvas.fitToView(); });
    b.frames("everything: zoom and pan, a frame");
    b.draw("everything: colour by operator", [&] { canvas.setColorBy(ColorBy::OperatorType); });
    b.draw("everything: select a node", [&] { b.window.selectByName(middle); });
    b.draw("collapse everything", [&] { canvas.collapseAll(); });
    b.draw("reload", [&] {
        b.model = b.window.inspection();
        b.window.reload();
    });
    b.model.reset();
    b.close("close");
}

void measureLists(Table& table, int nodes)
{
    Bench b(table, doubtfulModel(nodes), "open with orphans", firstPictureLimit(nodes));
    b.model.reset();
    auto& review = *b.window.findChild<ReviewFeature*>();
    const auto reviewed = [&] {
        return review.controller()->snapshot() && review.panel()->isReady();
    };
    b.act(
        "review: ready", [] {}, reviewed);
    for (const char* name : {"dockModules", "dockInspector", "dockCoverage", "dockProblems",
                             "dockFilter", "dockReview"}) {
        auto& dock = b.part<QDockWidget>(name);
        b.act(std::string("close ") + name, [&] { dock.hide(); });
        b.act(std::string("open ") + name, [&] {
            dock.show();
            dock.raise();
        });
    }
    auto& problems = b.part<QDockWidget>("dockProblems");
    auto& tabs = *qobject_cast<QTabWidget*>(problems.widget());
    b.act("problems: diagnostics", [&] {
        problems.raise();
        tabs.setCurrentIndex(1);
    });
    b.act("problems: orphans", [&] { tabs.setCurrentIndex(0); });
    auto& orphans = b.part<QTreeView>("orphanView");
    b.act("problems: orphans by name", [&] { orphans.sortByColumn(0, Qt::AscendingOrder); });
    b.act(
        "problems: next orphan", [&] { QTest::keyClick(&b.window, Qt::Key_F8); },
        [&] { return b.drawn(); });
    b.act("problems: select all orphans", [&] { orphans.selectAll(); });
    b.act("coverage: list attributed", [&] {
        Q_EMIT b.window.coveragePanel()->nodesRequested(
            QStringLiteral("all"),
            [](const OnnxNode&, const NodeAttribution& a) { return !a.synthetic; });
    });
    auto& filter = b.part<QLineEdit>("moduleFilter");
    b.type("module tree: a filter's letter", filter, QStringLiteral("q_proj"),
           [&] { return true; });
    b.act("module tree: filter cleared", [&] { filter.clear(); });
    b.act("module tree: expand all", [&] { b.window.modulePanel()->expandAll(); });
    b.act("module tree: collapse all", [&] { b.window.modulePanel()->collapseAll(); });
    auto& kind = b.part<QAbstractButton>("kind-6");
    const auto filtered = [&] { return b.drawn(); };
    b.act(
        "filter: orphans only", [&] { kind.setChecked(true); }, filtered);
    b.act(
        "filter: off", [&] { kind.setChecked(false); }, filtered);

    review.show();
    b.act(
        "review: every node listed", [&] { b.part<QComboBox>("reviewFilter").setCurrentIndex(3); },
        reviewed);
    b.act(
        "review: accept a node",
        [&] {
            review.panel()->step(1);
            review.panel()->decide(ReviewAction::Accept);
        },
        reviewed);
    b.act("review: select all", [&] { review.panel()->queue()->selectAll(); });
    b.act(
        "review: accept all", [&] { review.panel()->decide(ReviewAction::Accept); }, reviewed);
    b.act(
        "review: undo that", [&] { review.controller()->undo(); }, reviewed);
    auto& dashboard = *b.window.findChild<DashboardFeature*>();
    b.act(
        "dashboard: open", [&] { dashboard.setShown(true); },
        [&] { return dashboard.page()->isReady(); });
    b.act("dashboard: close", [&] { dashboard.setShown(false); });
    b.act("dark colours", [] { applyAppearance(ThemeChoice::Dark); });
    b.act("light colours", [] { applyAppearance(ThemeChoice::Light); });
    b.close("close with orphans");
}

void measureWide(Table& table, int nodes)
{
    const int children = std::min(nodes, 10000);
    Bench b(table, wideModel(children), "open a wide module's model", firstPictureLimit(nodes));
    const ModuleId bank = *b.window.inspection()->modules.find("bank");
    const ModuleId last = static_cast<ModuleId>(b.window.inspection()->modules.size() - 1);
    b.model.reset();
    b.draw("select the wide module",
           [&] { b.window.selection()->select(Target::ofModule(bank), nullptr); });
    b.act("open it in the tree",
          [&] { b.window.modulePanel()->view()->expand(b.window.modulePanel()->viewIndex(bank)); });
    b.draw("expand it in the graph", [&] { b.canvas.expand(bank); });
    b.draw("select its last module",
           [&] { b.window.selection()->select(Target::ofModule(last), nullptr); });
    b.draw("collapse it", [&] { b.canvas.collapse(bank); });
    b.close("close the wide module's model");
}

bool measure(int nodes, int rounds)
{
    Table table(nodes);
    for (int round = 0; round < rounds; ++round) {
        const QTemporaryDir folder; // the review is saved beside the model, which has no folder
        const QString before = QDir::currentPath();
        QDir::setCurrent(folder.path());
        measureGraph(table, nodes);
        measureLists(table, nodes);
        measureWide(table, nodes);
        QDir::setCurrent(before);
    }
    return table.print();
}

} // namespace

int main(int argc, char** argv)
{
    QStandardPaths::setTestModeEnabled(true);
    const WatchedApplication app(argc, argv);
    QCoreApplication::setOrganizationName(QStringLiteral("StrataBench"));
    applyAppearance(ThemeChoice::Light);
    int rounds = 3;
    std::vector<int> sizes;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = std::stoi(argv[++i]);
        else
            sizes.push_back(std::stoi(argv[i]));
    }
    if (sizes.empty())
        sizes = {1000, 10000, 100000};
    bool kept = true;
    for (const int nodes : sizes)
        kept = measure(nodes, rounds) && kept;
    return kept ? 0 : 1;
}
