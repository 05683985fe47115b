// The window driven by real events, without a display and without the core's slow parts.
#include "fake_core.h"
#include "sample_inspection.h"
#include "window_test.h"

#include "ui/canvas/graph_canvas.h"
#include "ui/models/diagnostics_model.h"
#include "ui/models/module_tree_model.h"
#include "ui/models/orphan_model.h"
#include "ui/panels/coverage_panel.h"
#include "ui/panels/inspector_panel.h"
#include "ui/panels/module_panel.h"
#include "ui/panels/problems_panel.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/value_label.h"
#include "ui/window/main_window.h"
#include "ui/window/recent_files.h"
#include "ui/window/strategy_dialog.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QToolBar>
#include <QToolButton>
#include <QtTest>
#include <QtWidgets>

#include <atomic>
#include <thread>

using namespace strata;
using namespace strata::ui;
using namespace std::chrono_literals;
using namespace strata::tests;

namespace {

void savePicture(QWidget& widget, const QString& name)
{
    const QString folder = qEnvironmentVariable("STRATA_TEST_PICTURES");
    if (folder.isEmpty())
        return;
    QTest::qWait(200);
    widget.grab().save(folder + QLatin1Char('/') + name + QStringLiteral(".png"));
}

void click(QAbstractItemView* view, const QModelIndex& index)
{
    view->scrollTo(index);
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(index).center());
}

} // namespace

class TestMainWindow : public QObject {
    Q_OBJECT

    QTemporaryDir m_settings;
    QTemporaryDir m_files;

    /// A window with the sample opened, shown and active.
    std::unique_ptr<MainWindow> openedWindow(FakeCore& core)
    {
        return openWindow(core.services(), file("net.pt"));
    }

    QString file(const char* name) { return makeFile(m_files, name); }

private Q_SLOTS:
    void initTestCase() { prepareApplication(m_settings, "window"); }
    void init() { QSettings().clear(); }
    void cleanup() { QVERIFY(JobRunner::waitForWorkers(5000)); }

    void startsEmptyAndSaysWhatToDo()
    {
        FakeCore core;
        MainWindow window(core.services());
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        auto* button = child<QPushButton>(window, "emptyStateOpen");
        QVERIFY(button->isVisible());
        QVERIFY(!window.canvas()->isVisible());
        QCOMPARE(window.windowTitle(), QStringLiteral("Strata"));
        savePicture(window, QStringLiteral("empty"));
    }

    void openingFillsEveryView()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        QVERIFY(window->canvas()->isVisible());
        QCOMPARE(window->windowTitle(), QStringLiteral("net.pt[*] – Strata"));
        QVERIFY(window->isWindowModified()); // not exported yet
        QCOMPARE(
            window->modulePanel()->model()->rowCount(window->modulePanel()->model()->index(0, 0)),
            4);
        QCOMPARE(window->problemsPanel()->orphanView()->model()->rowCount(), 2);
        QCOMPARE(window->problemsPanel()->diagnosticsView()->model()->rowCount(), 3);
        QCOMPARE(child<QLabel>(*window, "coverageFigure")->text(),
                 QStringLiteral("75.0") + QChar(0x202f) + QLatin1Char('%'));
        QVERIFY(child<QLabel>(*window, "summary")->text().contains(QStringLiteral("Orphans: 2")));
        QCOMPARE(window->canvas()->inspection(), window->inspection());
        QCOMPARE(window->recentFiles()->files().size(), 1);
        // The unsupported operator is announced, without blocking anything.
        QVERIFY(window->messageBar()->isVisible());
        QCOMPARE(window->messageBar()->tone(), Tone::Warning);
        savePicture(*window, QStringLiteral("opened"));
    }

    void treeAndCanvasFollowEachOther()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        ModulePanel* panel = window->modulePanel();
        QSignalSpy changed(window->selection(), &Selection::changed);

        const ModuleId fc = *window->inspection()->modules.find("fc");
        click(panel->view(), panel->viewIndex(fc));
        QCOMPARE(window->canvas()->selectedModule(), fc);
        QCOMPARE(window->inspectorPanel()->heading(), QStringLiteral("fc"));
        QCOMPARE(changed.count(), 1);

        // Node 2 is in layer1.0.conv, whose row is folded away.
        window->canvas()->selectNode(2);
        QCOMPARE(changed.count(), 2);
        QCOMPARE(window->selection()->current(), Target::ofNode(2));
        QCOMPARE(ModuleTreeModel::moduleOf(panel->view()->currentIndex()),
                 *window->inspection()->modules.find("layer1.0.conv"));
        QVERIFY(panel->view()->visualRect(panel->view()->currentIndex()).isValid());
        QCOMPARE(window->canvas()->selectedNode(), NodeId(2));
        QCOMPARE(window->inspectorPanel()->heading(), QStringLiteral("Conv"));

        // Arrow keys in the tree, too.
        panel->view()->setFocus();
        QTest::keyClick(panel->view(), Qt::Key_Down);
        QCOMPARE(window->canvas()->selectedModule(),
                 *window->inspection()->modules.find("layer1.0.act"));
        QCOMPARE(changed.count(), 3);

        window->canvas()->selectModule(no_module);
        QVERIFY(window->selection()->current().isEmpty());
        QCOMPARE(window->inspectorPanel()->heading(), QStringLiteral("net.pt"));
    }

    void inspectorShowsANode()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        QVERIFY(window->selectByName(QStringLiteral("/conv1/Conv")));
        InspectorPanel* inspector = window->inspectorPanel();
        QCOMPARE(inspector->subheading(), QStringLiteral("ONNX operator · ai.onnx 17"));
        QCOMPARE(inspector->facts()->value(QStringLiteral("Module")), QStringLiteral("conv1"));
        QCOMPARE(inspector->facts()->value(QStringLiteral("Tag")),
                 QStringLiteral("/Net/Conv2d.conv1"));
        QCOMPARE(inspector->evidenceTexts().size(), 2);
        QVERIFY(inspector->evidenceTexts()[0].contains(QStringLiteral("emitted for conv1")));
        // A piece of evidence against the winner says whom it speaks for.
        QVERIFY(inspector->evidenceTexts()[1].contains(QStringLiteral("speaks for fc")));
        savePicture(*window, QStringLiteral("node"));

        QVERIFY(window->selectByName(QStringLiteral("Identity_7")));
        QCOMPARE(inspector->facts()->value(QStringLiteral("Made-up path")),
                 QStringLiteral("/Functions/Identity"));
        QCOMPARE(inspector->facts()->value(QStringLiteral("Module")), QString());

        QVERIFY(window->selectByName(QStringLiteral("layer1")));
        QCOMPARE(inspector->facts()->value(QStringLiteral("Parameters")), QStringLiteral("36"));
        QCOMPARE(inspector->facts()->value(QStringLiteral("ONNX nodes")), QStringLiteral("3"));
        QVERIFY(!window->selectByName(QStringLiteral("no such thing")));
    }

    void moduleLinkIsFollowed()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        window->selectByName(QStringLiteral("/conv1/Conv"));
        const ModuleId conv1 = *window->inspection()->modules.find("conv1");
        // The link of the module's path, by keyboard: Tab marks it, Return follows it.
        QLabel* link = nullptr;
        for (QLabel* label : window->inspectorPanel()->findChildren<QLabel*>())
            if (label->text().contains(QStringLiteral("module:%1").arg(conv1)))
                link = label;
        QVERIFY(link);
        link->setFocus(Qt::TabFocusReason);
        QTest::keyClick(link, Qt::Key_Tab);
        QTest::keyClick(link, Qt::Key_Return);
        QTRY_COMPARE(window->selection()->current(), Target::ofModule(conv1));
    }

    void problemsRevealByMouseAndKeyboard()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        QTreeView* orphans = window->problemsPanel()->orphanView();
        click(orphans, orphans->model()->index(1, 0));
        QCOMPARE(window->canvas()->selectedNode(), NodeId(7));
        orphans->setFocus();
        QTest::keyClick(orphans, Qt::Key_Up);
        QTest::keyClick(orphans, Qt::Key_Return);
        QCOMPARE(window->canvas()->selectedNode(), NodeId(4));

        window->problemsPanel()->showDiagnostics();
        QTreeView* diagnostics = window->problemsPanel()->diagnosticsView();
        click(diagnostics, diagnostics->model()->index(0, 0));
        QCOMPARE(window->canvas()->selectedNode(), NodeId(6));
        QCOMPARE(ModuleTreeModel::moduleOf(window->modulePanel()->view()->currentIndex()),
                 *window->inspection()->modules.find("fc"));
        click(diagnostics, diagnostics->model()->index(2, 0));
        QCOMPARE(window->canvas()->selectedModule(), *window->inspection()->modules.find("drop"));
    }

    void diagnosticsAreFiltered()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        window->problemsPanel()->showDiagnostics();
        QTreeView* diagnostics = window->problemsPanel()->diagnosticsView();
        const QString message =
            diagnostics->model()->index(2, DiagnosticsModel::Message).data().toString();
        auto* severity = window->findChild<QComboBox*>(QStringLiteral("diagnosticsSeverity"));
        auto* text = window->findChild<QLineEdit*>(QStringLiteral("diagnosticsText"));
        QVERIFY(severity && text);
        severity->setCurrentIndex(2); // errors
        QCOMPARE(diagnostics->model()->rowCount(), 1);
        severity->setCurrentIndex(0);
        text->setText(message);
        QCOMPARE(diagnostics->model()->rowCount(), 1);
        // The row that is shown reveals what it is about, not what stood there before.
        click(diagnostics, diagnostics->model()->index(0, 0));
        QCOMPARE(window->canvas()->selectedModule(), *window->inspection()->modules.find("drop"));
        text->clear();
        QCOMPARE(diagnostics->model()->rowCount(), 3);
    }

    void strategyIsToldAndExplained()
    {
        const auto inspection = tests::sampleInspection();
        inspection->strategy = "none";
        QVERIFY(StrategyDialog::line(*inspection).isEmpty());
        inspection->strategy = "hybrid";
        inspection->strategy_reason = "one place needs a run";
        inspection->strategy_details.inputs = {"x:float32[1,3]"};
        inspection->strategy_details.inputs_from = "assumed";
        inspection->strategy_details.regions = {
            {"loop", "layer1.0", "model.py:12", "run 7 times", 1, true}};
        QVERIFY(StrategyDialog::line(*inspection).contains(QStringLiteral("one place")));
        StrategyDialog dialog(*inspection);
        dialog.show();
        auto* regions = dialog.findChild<QTreeWidget*>(QStringLiteral("regionList"));
        QVERIFY(regions);
        QCOMPARE(regions->topLevelItemCount(), 1);
        QCOMPARE(regions->topLevelItem(0)->text(2), QStringLiteral("model.py:12"));
        QSignalSpy requested(&dialog, &StrategyDialog::moduleRequested);
        click(regions, regions->model()->index(0, 0));
        QCOMPARE(requested.size(), 1);
        QCOMPARE(requested[0][0].toUInt(), *inspection->modules.find("layer1.0"));
        // The counts leave room for the modules' names.
        dialog.findChild<QTabWidget*>()->setCurrentIndex(1);
        auto* kinds = dialog.findChild<QTreeWidget*>(QStringLiteral("kindList"));
        QVERIFY(kinds);
        QTRY_VERIFY(kinds->columnWidth(0) >=
                    kinds->fontMetrics().horizontalAdvance(QStringLiteral("layer1.0.conv1")));
    }

    void orphansAreSteppedThroughByKey()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        auto press = [&](Qt::KeyboardModifiers modifiers = {}) {
            QTest::keyClick(window.get(), Qt::Key_F8, modifiers);
            return window->selection()->current().node;
        };
        QCOMPARE(press(), NodeId(4));
        QCOMPARE(press(), NodeId(7));
        QCOMPARE(press(), NodeId(4)); // round the end
        QCOMPARE(press(Qt::ShiftModifier), NodeId(7));
    }

    void coverageFiguresListTheirNodes()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        QTreeView* nodes = window->problemsPanel()->nodeView();
        QCOMPARE(nodes->model()->rowCount(), 0);
        window->findChild<QDockWidget*>(QStringLiteral("dockCoverage"))->raise();
        QTRY_VERIFY(window->coveragePanel()->isVisible());
        savePicture(*window, QStringLiteral("coverage"));
        auto* histogram = child<ConfidenceHistogram>(*window, "confidenceHistogram");
        // One node has 0.5: the sixth bar, from 0.5 to 0.6.
        QTest::mouseClick(histogram, Qt::LeftButton, {}, histogram->barRect(5).center());
        QCOMPARE(nodes->model()->rowCount(), 1);
        QCOMPARE(nodes->model()->index(0, 0).data().toString(), QStringLiteral("Add #3"));
        QCOMPARE(window->problemsPanel()->currentWidget(), nodes);
        // The last bar holds 0.9 to 1.0, both ends included: 0.95 and three times 1.0.
        QTest::mouseClick(histogram, Qt::LeftButton, {}, histogram->barRect(9).center());
        QCOMPARE(nodes->model()->rowCount(), 4);
        QTest::mouseClick(child<BarRow>(*window, "barOrphans"), Qt::LeftButton);
        QCOMPARE(window->problemsPanel()->currentWidget(), window->problemsPanel()->orphanView());
    }

    void typingFiltersTheTree()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        QTest::keyClick(window.get(), Qt::Key_F, Qt::ControlModifier);
        auto* filter = child<QLineEdit>(*window, "moduleFilter");
        QTRY_VERIFY(filter->hasFocus());
        QTest::keyClicks(filter, QStringLiteral("gemm"));
        QTreeView* tree = window->modulePanel()->view();
        const QModelIndex root = tree->model()->index(0, 0);
        QCOMPARE(tree->model()->rowCount(root), 1);
        QCOMPARE(tree->model()->index(0, 0, root).data().toString(), QStringLiteral("fc"));
        // Filtering is not selecting.
        QVERIFY(window->selection()->current().isEmpty());
        filter->clear();
        QCOMPARE(tree->model()->rowCount(root), 4);
    }

    void exporting()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        QSignalSpy exported(window.get(), &MainWindow::exported);
        QTest::keyClick(window.get(), Qt::Key_E, Qt::ControlModifier);
        auto* dialog = child<QDialog>(*window, "exportDialog");
        QTRY_VERIFY(dialog->isVisible());
        savePicture(*dialog, QStringLiteral("export"));
        auto* path = child<QLineEdit>(*dialog, "exportPath");
        auto* accept = child<QPushButton>(*dialog, "exportAccept");
        QVERIFY(path->text().endsWith(QStringLiteral("/net.onnx")));
        path->setText(QStringLiteral("/no/such/folder/net.onnx"));
        QVERIFY(!accept->isEnabled());
        path->setText(m_files.filePath(QStringLiteral("out.onnx")));
        QVERIFY(accept->isEnabled());
        auto* opset = child<QComboBox>(*dialog, "exportOpset");
        QCOMPARE(opset->count(), 8); // 13 to 20
        opset->setCurrentIndex(opset->findData(15));
        QTest::mouseClick(accept, Qt::LeftButton);
        QVERIFY(exported.wait());
        QCOMPARE(core.options.opset, 15);
        QVERIFY(core.options.sidecar);
        QCOMPARE(QString::fromStdString(core.written.string()),
                 m_files.filePath(QStringLiteral("out.onnx")));
        QVERIFY(window->messageBar()->isVisible());
        QCOMPARE(window->messageBar()->tone(), Tone::Success);
        QVERIFY(window->messageBar()->text().contains(QStringLiteral("out.onnx")));
        QVERIFY(!window->isWindowModified());
        savePicture(*window, QStringLiteral("exported"));
    }

    void writingAReport()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        QTRY_VERIFY(window->canvas()->scene());
        QSignalSpy written(window.get(), &MainWindow::reportWritten);
        QTest::keyClick(window.get(), Qt::Key_P, Qt::ControlModifier);
        auto* dialog = child<QDialog>(*window, "reportDialog");
        QTRY_VERIFY(dialog->isVisible());
        auto* format = child<QComboBox>(*dialog, "reportFormat");
        auto* path = child<QLineEdit>(*dialog, "reportPath");
        auto* accept = child<QPushButton>(*dialog, "reportAccept");
        QVERIFY(path->text().endsWith(QStringLiteral("/net-report.html")));
        QVERIFY(!child<QComboBox>(*dialog, "reportPart")->isEnabled());
        // The extension follows the format.
        format->setCurrentIndex(format->findData(QStringLiteral("png")));
        QVERIFY(path->text().endsWith(QStringLiteral("/net-report.png")));
        QVERIFY(child<QComboBox>(*dialog, "reportPart")->isEnabled());
        child<QDoubleSpinBox>(*dialog, "reportScale")->setValue(100);
        savePicture(*dialog, QStringLiteral("report"));
        path->setText(QStringLiteral("/no/such/folder/net.png"));
        QVERIFY(!accept->isEnabled());
        path->setText(m_files.filePath(QStringLiteral("net.png")));
        QVERIFY(accept->isEnabled());
        QTest::mouseClick(accept, Qt::LeftButton);
        QVERIFY(written.wait());
        const QImage image(m_files.filePath(QStringLiteral("net.png")));
        const auto scene = window->canvas()->scene();
        QVERIFY(std::abs(image.width() - scene->width - 32) <= 2);
        QVERIFY(std::abs(image.height() - scene->height - 32) <= 2);
        QCOMPARE(window->messageBar()->tone(), Tone::Success);
    }

    void cancellingTakesEffectWithinATenthOfASecond()
    {
        FakeCore core;
        core.delay = 1s;
        MainWindow window(core.services());
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QSignalSpy opened(&window, &MainWindow::modelOpened);
        window.openFile(file("slow.pt"));
        QTRY_VERIFY(core.busy);
        auto* cancel = child<QToolButton>(window, "jobCancel");
        QTRY_VERIFY(cancel->isVisible());
        QTRY_VERIFY(
            child<QLabel>(window, "jobText")->text().contains(QStringLiteral("Loading the model")));
        savePicture(window, QStringLiteral("busy"));
        QElapsedTimer timer;
        timer.start();
        QTest::mouseClick(cancel, Qt::LeftButton);
        QVERIFY(!window.isBusy());
        QVERIFY(!cancel->isVisible());
        QVERIFY2(timer.elapsed() < 100, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(core.busy); // the worker does not even know yet
        // The window can be used at once, and the late result is dropped.
        core.delay = 0ms;
        window.openFile(file("quick.pt"));
        QVERIFY(opened.wait());
        QTRY_COMPARE(JobRunner::activeWorkers(), 0);
        QTest::qWait(50);
        QCOMPARE(opened.count(), 1);
        QVERIFY(window.windowTitle().startsWith(QStringLiteral("quick.pt")));
    }

    void escapeCancels()
    {
        FakeCore core;
        core.delay = 300ms;
        MainWindow window(core.services());
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.openFile(file("slow.pt"));
        QVERIFY(window.isBusy());
        QTest::keyClick(&window, Qt::Key_Escape);
        QVERIFY(!window.isBusy());
    }

    void closingWhileAJobRuns()
    {
        FakeCore core;
        core.delay = 200ms;
        {
            MainWindow window(core.services());
            window.show();
            window.openFile(file("slow.pt"));
            QElapsedTimer timer;
            timer.start();
            window.close();
            QVERIFY(timer.elapsed() < 100);
        }
        QTRY_COMPARE(JobRunner::activeWorkers(), 0);
    }

    void failuresSayWhatAndCanBeCopied()
    {
        FakeCore core;
        core.error = Error{ErrorCode::CannotRead,
                           "This is a state dict. Save the model with "
                           "torch.jit.trace.",
                           {"in data.pkl"}};
        MainWindow window(core.services());
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QSignalSpy failed(&window, &MainWindow::failed);
        window.openFile(file("weights.pt"));
        QVERIFY(failed.wait());
        MessageBar* bar = window.messageBar();
        QVERIFY(bar->isVisible());
        QCOMPARE(bar->tone(), Tone::Error);
        QVERIFY(bar->text().contains(QStringLiteral("weights.pt")));
        QVERIFY(bar->text().contains(QStringLiteral("state dict")));
        QVERIFY(bar->details().contains(QStringLiteral("in data.pkl")));
        QTest::mouseClick(child<QToolButton>(window, "messageDetailsButton"), Qt::LeftButton);
        QVERIFY(child<QPlainTextEdit>(window, "messageDetails")->isVisible());
        savePicture(window, QStringLiteral("failure"));
        QTest::mouseClick(child<QToolButton>(window, "messageCopy"), Qt::LeftButton);
        QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("in data.pkl")));
        QTest::mouseClick(child<QToolButton>(window, "messageClose"), Qt::LeftButton);
        QVERIFY(!bar->isVisible());
        QVERIFY(window.recentFiles()->files().isEmpty());
    }

    void modelsOfAnArchiveAreChosen()
    {
        FakeCore core;
        core.models = {"encoder", "decoder"};
        MainWindow window(core.services());
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.openFile(file("both.pt2"));
        QTRY_VERIFY(window.findChild<QInputDialog*>(QStringLiteral("modelChooser")));
        auto* chooser = child<QInputDialog>(window, "modelChooser");
        QCOMPARE(chooser->comboBoxItems(),
                 (QStringList{QStringLiteral("encoder"), QStringLiteral("decoder")}));
        QVERIFY(!window.inspection());
        QVERIFY(!window.messageBar()->isVisible()); // a question, not a failure
        savePicture(window, QStringLiteral("models"));
        QSignalSpy opened(&window, &MainWindow::modelOpened);
        chooser->setTextValue(QStringLiteral("decoder"));
        chooser->accept();
        QVERIFY(opened.wait());
        QCOMPARE(core.options.model, std::string("decoder"));

        // Loading the file again does not ask again.
        core.options.model.clear();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_F5);
        QVERIFY(opened.wait());
        QCOMPARE(core.options.model, std::string("decoder"));
    }

    void droppedFilesAreOpened()
    {
        FakeCore core;
        MainWindow window(core.services());
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QSignalSpy opened(&window, &MainWindow::modelOpened);
        QMimeData text;
        text.setText(QStringLiteral("not a file"));
        QDragEnterEvent no(QPoint(300, 300), Qt::CopyAction, &text, Qt::LeftButton, {});
        QApplication::sendEvent(&window, &no);
        QVERIFY(!no.isAccepted());
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(file("dropped.onnx"))});
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(&window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(&window, &drop);
        QVERIFY(opened.wait());
        QVERIFY(window.windowTitle().startsWith(QStringLiteral("dropped.onnx")));
    }

    void stateIsRemembered()
    {
        FakeCore core;
        QSize size;
        {
            const auto window = openedWindow(core);
            window->findChild<QDockWidget*>(QStringLiteral("dockProblems"))->hide();
            window->resize(1111, 700);
            size = window->size();
            window->openFile(file("gone.pt"));
            QTRY_VERIFY(window->windowTitle().startsWith(QStringLiteral("gone.pt")));
            window->close();
        }
        QVERIFY(QFile::remove(m_files.filePath(QStringLiteral("gone.pt"))));
        MainWindow again(core.services());
        again.show();
        QVERIFY(QTest::qWaitForWindowExposed(&again));
        QVERIFY(again.findChild<QDockWidget*>(QStringLiteral("dockProblems"))->isHidden());
        QVERIFY(!again.findChild<QDockWidget*>(QStringLiteral("dockModules"))->isHidden());
        // Newer Qt makes what it restores no wider than the screen, which is narrow here.
        QCOMPARE(again.height(), size.height());
        QVERIFY(again.width() == size.width() || size.width() > again.screen()->size().width());
        QMenu menu;
        again.recentFiles()->populate(&menu);
        QVERIFY(!menu.actions()[0]->isEnabled()); // gone.pt
        QVERIFY(menu.actions()[0]->text().contains(QStringLiteral("missing")));
        QVERIFY(menu.actions()[1]->isEnabled()); // net.pt
    }

    void hundredThousandNodes()
    {
        // 1000 blocks of 100 nodes each, in a row.
        auto large = std::make_shared<Inspection>();
        auto model = std::make_shared<OnnxModel>();
        const GraphId graph = OnnxModel::main_graph;
        ValueId last = model->add_value(graph, "x");
        model->graphs[graph].inputs = {last};
        ModuleTree modules("Large");
        for (int block = 0; block < 1000; ++block) {
            const ModuleId module = modules.add(root_module, std::to_string(block), "Block");
            for (int i = 0; i < 100; ++i) {
                OnnxNode node;
                node.op_type = model->intern(i % 2 == 0 ? "Relu" : "Neg");
                const std::string name = std::to_string(block) + "/" + std::to_string(i);
                node.name = model->intern(name);
                node.inputs = {last};
                last = model->add_value(graph, "v" + name);
                node.outputs = {last};
                model->add_node(graph, std::move(node));
                NodeAttribution attribution;
                attribution.module = module;
                attribution.confidence = 0.95;
                attribution.kind = EvidenceKind::Parameter;
                attribution.synthetic = false;
                large->attribution.push_back(attribution);
            }
        }
        model->graphs[graph].outputs = {last};
        large->coverage = compute_coverage(*model, modules, large->attribution);
        large->modules = std::move(modules);
        large->model = std::move(model);

        FakeCore core;
        core.inspection = large;
        MainWindow window(core.services());
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        // How long the ui thread is away at most, seen by a timer that wants to run all the time.
        qint64 longest = 0;
        QElapsedTimer beat;
        QTimer timer;
        connect(&timer, &QTimer::timeout, &timer, [&] {
            longest = std::max(longest, beat.elapsed());
            beat.restart();
        });
        QSignalSpy opened(&window, &MainWindow::modelOpened);
        beat.start();
        timer.start(0);
        window.openFile(file("large.onnx"));
        QVERIFY(opened.wait(20000));
        QTest::qWait(300);
        window.selectByName(QStringLiteral("main/99999"));
        QTest::qWait(100);
        timer.stop();
        QCOMPARE(window.inspectorPanel()->heading(), QStringLiteral("Neg"));
        qInfo() << "longest absence of the ui thread, ms:" << longest;
        QVERIFY2(longest < 500, qPrintable(QString::number(longest)));
    }

    void closingTheModelEmptiesEveryView()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        window->selectByName(QStringLiteral("/conv1/Conv"));
        window->closeModel();
        QVERIFY(window->selection()->current().isEmpty());
        QCOMPARE(window->modulePanel()->model()->rowCount(), 0);
        QCOMPARE(window->problemsPanel()->orphanView()->model()->rowCount(), 0);
        QVERIFY(window->canvas()->inspection() == nullptr);
        QVERIFY(child<QPushButton>(*window, "emptyStateOpen")->isVisible());
    }

    void everyControlHasANameForScreenReaders()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        for (const QWidget* widget : window->findChildren<QWidget*>()) {
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            const bool control = button || qobject_cast<const QLineEdit*>(widget) ||
                                 qobject_cast<const QTreeView*>(widget);
            // Qt's own helpers: title buttons of docks, scroll buttons of tabs, clear buttons.
            if (!control || widget->objectName().startsWith(QStringLiteral("qt_")) ||
                qobject_cast<const QTabBar*>(widget->parent()) ||
                qobject_cast<const QLineEdit*>(widget->parent()))
                continue;
            const bool named = !widget->accessibleName().isEmpty() ||
                               (button && !button->text().isEmpty()) ||
                               (button && !button->toolTip().isEmpty());
            QVERIFY2(named,
                     qPrintable(QStringLiteral("%1 %2 in %3")
                                    .arg(QString::fromLatin1(widget->metaObject()->className()),
                                         widget->objectName(), widget->parent()->objectName())));
        }
    }

    void darkAndRightToLeft()
    {
        FakeCore core;
        const auto window = openedWindow(core);
        window->selectByName(QStringLiteral("/conv1/Conv"));
        applyAppearance(ThemeChoice::Dark);
        QTest::qWait(20);
        QTRY_VERIFY(window->palette().color(QPalette::Window).lightness() < 128);
        savePicture(*window, QStringLiteral("dark"));
        applyAppearance(ThemeChoice::Light);
        QTRY_VERIFY(window->palette().color(QPalette::Window).lightness() > 128);
        QApplication::setLayoutDirection(Qt::RightToLeft);
        QTest::qWait(20);
        savePicture(*window, QStringLiteral("rtl"));
        const int tree_x = window->modulePanel()->mapTo(window.get(), QPoint()).x();
        QApplication::setLayoutDirection(Qt::LeftToRight);
        QVERIFY(tree_x >= 0);
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
