// Attaching a source model, filtering, why a node is where it is: driven by real events.
#include "tool_samples.h"

#include "layout/graph_walk.h"
#include "support/inspection_builder.h"
#include "ui/compare/compare_window.h"
#include "ui/models/evidence_candidates.h"
#include "ui/models/fx_kinds.h"
#include "ui/models/node_filter.h"
#include "ui/panels/evidence_view.h"
#include "ui/panels/filter_panel.h"
#include "ui/panels/problems_panel.h"
#include "ui/panels/search_bar.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/range_bar.h"
#include "ui/widgets/section.h"
#include "ui/window/export_dialog.h"
#include "ui/window/main_window.h"
#include "ui/window/source_attachment.h"

using namespace strata;
using namespace strata::ui;
using namespace std::chrono_literals;
using namespace strata::tests;

class TestTools : public QObject {
    Q_OBJECT

    QTemporaryDir m_settings;
    QTemporaryDir m_files;

    QString file(const char* name) { return makeFile(m_files, name); }

    std::unique_ptr<MainWindow> openedWindow(const Services& with)
    {
        return openWindow(with, file("a.onnx"), Animation::Off);
    }

    static QAction* dropAction(MainWindow& window, const QString& path, const char* name)
    {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(&window, &enter);
        QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &drop);
        auto* menu = window.findChild<QMenu*>(QStringLiteral("dropMenu"));
        return menu ? menu->findChild<QAction*>(QString::fromLatin1(name)) : nullptr;
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(m_settings, "tools"); }
    void init() { QSettings().clear(); }
    void cleanup() { QVERIFY(JobRunner::waitForWorkers(5000)); }

    void attachingKeepsWhatIsSelectedAndOpen()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        auto* attach = child<QAction>(*window, "attachSource");
        auto* detach = child<QAction>(*window, "detachSource");
        QVERIFY(attach->isEnabled());
        QVERIFY(!detach->isEnabled());
        settle(window->canvas());
        QVERIFY(window->expandModule(QStringLiteral("layer1")));
        settle(window->canvas());
        window->selection()->select(Target::ofNode(4), nullptr);
        QCOMPARE(window->inspection()->coverage.all.orphans, 2U);

        auto* source = window->findChild<SourceAttachment*>();
        source->attach(file("net.pt"));
        QTRY_VERIFY(!window->isBusy());
        QCOMPARE(window->inspection()->coverage.all.orphans, 0U);
        QCOMPARE(window->selection()->current(), Target::ofNode(4));
        settle(window->canvas());
        QVERIFY(window->canvas()->isExpanded(*window->inspection()->modules.find("layer1")));
        QCOMPARE(window->canvas()->selectedNode(), 4U);
        QVERIFY(window->messageBar()->text().contains(QStringLiteral("Orphans: 2 → 0")));
        QVERIFY(child<QLabel>(*window, "summary")->text().contains(QStringLiteral("net.pt")));
        // It stays an ONNX file: nothing to export, nothing unsaved.
        QVERIFY(!window->isWindowModified());
        QVERIFY(detach->isEnabled());
        detach->trigger();
        QTRY_VERIFY(!window->isBusy());
        QCOMPARE(window->inspection()->coverage.all.orphans, 2U);
        QVERIFY(!detach->isEnabled());
    }

    void reloadingKeepsWhatIsFolded()
    {
        FakeCore core;
        core.inspection = test::transformer_model(6);
        const auto window = openedWindow(core.services());
        GraphCanvas* canvas = window->canvas();
        settle(canvas);
        QVERIFY(window->expandModule(QStringLiteral("layers")));
        settle(canvas);
        const ModuleId third = *window->inspection()->modules.find("layers.2");
        for (const bool all : {false, true}) {
            canvas->setRepeatsFolded(all);
            settle(canvas);
            canvas->setRepeatFolded(third, !all);
            settle(canvas);
            QCOMPARE(canvas->isRepeatFolded(third), !all);
            const InspectionPtr before = window->inspection();
            window->reload();
            QTRY_VERIFY(window->inspection() != before);
            settle(canvas);
            QTRY_COMPARE(canvas->isRepeatFolded(third), !all);
        }
    }

    void reloadingWithEverythingOpenKeepsTheWindowAwake()
    {
        FakeCore core;
        core.inspection = test::transformer_model(500); // 4 500 modules
        const auto window = openedWindow(core.services());
        GraphCanvas* canvas = window->canvas();
        const auto drawn = [canvas] { return canvas->scene() && !canvas->isLayoutRunning(); };
        QVERIFY(QTest::qWaitFor(drawn, 60000));
        canvas->expandAll();
        QVERIFY(QTest::qWaitFor(drawn, 60000));
        const ModuleId deep = *window->inspection()->modules.find("layers.400.attn");
        QVERIFY(canvas->isExpanded(deep));
        const InspectionPtr before = window->inspection();
        qint64 longest = 0;
        QElapsedTimer beat;
        QTimer timer;
        connect(&timer, &QTimer::timeout, &timer, [&] {
            longest = std::max(longest, beat.elapsed());
            beat.restart();
        });
        beat.start();
        timer.start(0);
        window->reload();
        QTRY_VERIFY(window->inspection() != before);
        QVERIFY(QTest::qWaitFor(drawn, 60000));
        timer.stop();
        QVERIFY(canvas->isExpanded(deep));
        QVERIFY2(longest < 1000, qPrintable(QString::number(longest)));
        qInfo() << "longest absence of the ui thread, ms:" << longest;
    }

    void attachingCanBeCancelledAndFail()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        auto* source = window->findChild<SourceAttachment*>();
        core.delay = 150ms;
        source->attach(file("net.pt"));
        QVERIFY(window->isBusy());
        QVERIFY(!child<QAction>(*window, "attachSource")->isEnabled());
        QTest::keyClick(window.get(), Qt::Key_Escape);
        QVERIFY(!window->isBusy());
        QVERIFY(JobRunner::waitForWorkers(5000));
        QVERIFY(source->source().isEmpty());
        core.delay = 0ms;
        core.error = Error{ErrorCode::CannotRead, "net.pt is cut off.", {}};
        QSignalSpy failed(window.get(), &MainWindow::failed);
        source->attach(file("net.pt"));
        QVERIFY(failed.wait());
        QVERIFY(window->messageBar()->text().contains(QStringLiteral("cut off")));
        QCOMPARE(window->inspection()->coverage.all.orphans, 2U);
    }

    void anArchiveOfSeveralModelsAsksForOne()
    {
        FakeCore core;
        core.models = {"encoder", "decoder"};
        const auto window = openedWindow(toolServices(core));
        auto* source = window->findChild<SourceAttachment*>();
        source->attach(file("net.pt2"));
        QTRY_VERIFY(window->findChild<QInputDialog*>(QStringLiteral("modelChooser")));
        auto* dialog = window->findChild<QInputDialog*>(QStringLiteral("modelChooser"));
        dialog->setTextValue(QStringLiteral("decoder"));
        dialog->accept();
        QTRY_VERIFY(!source->source().isEmpty());
        QCOMPARE(source->model(), QStringLiteral("decoder"));
    }

    void aDroppedSourceOffersToAttachOrOpen()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        QAction* attach = dropAction(*window, file("net.pt"), "dropAttach");
        QVERIFY(attach);
        attach->trigger();
        auto* source = window->findChild<SourceAttachment*>();
        QTRY_VERIFY(source->source().endsWith(QStringLiteral("net.pt")));
        delete window->findChild<QMenu*>(QStringLiteral("dropMenu"));
        QAction* open = dropAction(*window, file("net.pt"), "dropOpen");
        QVERIFY(open);
        const int before = core.opened;
        open->trigger();
        QTRY_COMPARE(core.opened.load(), before + 1);
        QTRY_VERIFY(!window->isBusy());
    }

    void filterSaysItsQuery()
    {
        NodeFilter filter;
        QVERIFY(filter.isEmpty());
        QCOMPARE(filter.query(), QString());
        filter.kinds[static_cast<std::size_t>(EvidenceKind::Parameter)] = true;
        filter.kinds[static_cast<std::size_t>(EvidenceKind::ScopeName)] = true;
        filter.low = 30;
        filter.high = 90;
        filter.categories[static_cast<std::size_t>(Category::Functions)] = true;
        filter.contradicted = true;
        QCOMPARE(filter.query(),
                 QStringLiteral("(kind:parameter or kind:scope-name) conf>=0.30 conf<=0.90 "
                                "category:functions contradicted"));
        // Every kind and category is a word of the grammar.
        TaskContext task;
        const auto sample = sampleInspection();
        for (std::size_t kind = 0; kind < evidence_kind_count; ++kind) {
            NodeFilter one;
            one.kinds[kind] = true;
            const auto kept = applyFilter(*sample, one, task);
            QVERIFY(kept);
            QCOMPARE((*kept)->count, sample->coverage.kinds[kind]);
        }
        for (std::size_t category = 0; category < category_count; ++category) {
            NodeFilter one;
            one.categories[category] = true;
            const auto kept = applyFilter(*sample, one, task);
            QVERIFY(kept);
            QCOMPARE((*kept)->count, sample->coverage.categories[category].total);
        }
    }

    void filteringWorksEverywhereAtOnce()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        settle(window->canvas());
        FilterPanel* panel = window->filterPanel();
        QVERIFY(!panel->isVisible());
        QTest::keyClick(window.get(), Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(panel->isVisible());
        // Only orphans: nodes 4 and 7 of 8.
        auto* orphans = child<QAbstractButton>(*panel, "kind-6");
        QTest::mouseClick(orphans, Qt::LeftButton);
        QTRY_COMPARE(window->canvas()->keptCount(), std::size_t{2});
        QCOMPARE(child<QLabel>(*panel, "filterCount")->text(), QStringLiteral("2 of 8 nodes"));
        QCOMPARE(child<QLabel>(*panel, "filterQuery")->text(), QStringLiteral("kind:synthetic"));
        QAbstractItemModel* lists = window->problemsPanel()->orphanView()->model();
        QCOMPARE(lists->rowCount(), 2);
        // No module holds an orphan, so the tree is empty.
        QCOMPARE(child<QTreeView>(*window, "moduleTree")->model()->rowCount(), 0);
        // Parameters instead: the orphans are gone, conv and what is around it is there.
        QTest::mouseClick(orphans, Qt::LeftButton);
        QTest::mouseClick(child<QAbstractButton>(*panel, "kind-1"), Qt::LeftButton);
        QTRY_COMPARE(window->canvas()->keptCount(), std::size_t{1});
        QCOMPARE(lists->rowCount(), 0);
        QTest::keyClick(window.get(), Qt::Key_F8);
        QVERIFY(window->statusBar()->currentMessage().contains(QStringLiteral("filter")));
        auto* tree = child<QTreeView>(*window, "moduleTree")->model();
        QModelIndex at = tree->index(0, 0);
        QStringList path;
        while (at.isValid()) {
            QCOMPARE(tree->rowCount(at.parent()), 1);
            path += at.data().toString();
            at = tree->index(0, 0, at);
        }
        QCOMPARE(path.size(), 4); // Net, layer1, 0, conv
        // The search finds within the filter.
        window->searchBar()->setQuery(QStringLiteral("op:Conv"));
        QTRY_VERIFY(!window->searchBar()->isSearching());
        QCOMPARE(window->searchBar()->found(), std::vector<NodeId>{2});
        window->searchBar()->setQuery({});
        QTRY_VERIFY(!window->searchBar()->isSearching());
        QTRY_COMPARE(window->canvas()->keptCount(), std::size_t{1});
        QTest::mouseClick(child<QToolButton>(*panel, "filterReset"), Qt::LeftButton);
        QTRY_COMPARE(window->canvas()->keptCount(), std::size_t{8});
        QCOMPARE(lists->rowCount(), 2);
    }

    void theRangeIsDraggedAndMovedByKeys()
    {
        RangeBar bar;
        bar.resize(300, bar.sizeHint().height());
        bar.show();
        QSignalSpy changed(&bar, &RangeBar::rangeChanged);
        QTest::mousePress(&bar, Qt::LeftButton, {}, QPoint(bar.xOf(2), 50));
        QTest::mouseMove(&bar, QPoint(bar.xOf(40), 50));
        QTest::mouseRelease(&bar, Qt::LeftButton, {}, QPoint(bar.xOf(40), 50));
        QCOMPARE(bar.low(), 40);
        QCOMPARE(bar.high(), 100);
        QTest::keyClick(&bar, Qt::Key_Right);
        QCOMPARE(bar.low(), 45);
        QTest::keyClick(&bar, Qt::Key_Up);
        QTest::keyClick(&bar, Qt::Key_Left);
        QCOMPARE(bar.high(), 95);
        // The handles do not pass each other.
        QTest::mousePress(&bar, Qt::LeftButton, {}, QPoint(bar.xOf(94), 50));
        QTest::mouseMove(&bar, QPoint(bar.xOf(10), 50));
        QTest::mouseRelease(&bar, Qt::LeftButton, {}, QPoint(bar.xOf(10), 50));
        QCOMPARE(bar.low(), bar.high());
        QTest::mouseDClick(&bar, Qt::LeftButton);
        QCOMPARE(bar.low(), 0);
        QCOMPARE(bar.high(), 100);
        QVERIFY(changed.count() >= 4);
    }

    void whyHereShowsTheRunnersUp()
    {
        const auto sample = sampleInspection();
        const ModuleTree& modules = sample->modules;
        NodeAttribution node = sample->attribution[2];
        node.evidence = {{EvidenceKind::Parameter, 0.95, *modules.find("layer1.0.conv"), "weight"},
                         {EvidenceKind::ScopeName, 0.4, *modules.find("layer1.0.conv"), "name"},
                         {EvidenceKind::Consensus, 0.5, *modules.find("layer1"), "around"},
                         {EvidenceKind::StructuralMatch, 0.7, *modules.find("fc"), "pattern"}};
        const auto found = evidenceCandidates(node, modules);
        using Relation = EvidenceCandidate::Relation;
        QCOMPARE(found.size(), std::size_t{3});
        QCOMPARE(found[0].relation, Relation::Decided);
        QCOMPARE(found[0].confidence, 0.95);
        QCOMPARE(found[0].pieces, (std::vector<std::size_t>{0, 1}));
        QCOMPARE(found[1].module, *modules.find("fc"));
        QCOMPARE(found[1].relation, Relation::Contradicts);
        QCOMPARE(found[2].relation, Relation::Coarser);
        const auto orphan = evidenceCandidates(sample->attribution[4], modules);
        QCOMPARE(orphan.size(), std::size_t{1});
        QCOMPARE(orphan[0].relation, Relation::Made);

        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        auto* why = child<QAction>(*window, "whyHere");
        QVERIFY(!why->isEnabled());
        window->selection()->select(Target::ofNode(0), nullptr);
        QVERIFY(why->isEnabled());
        QVERIFY(child<QLabel>(*window, "evidenceSummary")
                    ->text()
                    .contains(QStringLiteral("One other module")));
        child<Section>(*window, "evidenceSection")->setExpanded(false);
        QTest::keyClick(window.get(), Qt::Key_F4);
        QVERIFY(child<EvidenceView>(*window, "evidenceView")->isVisible());
        // A click on the runner-up shows that module.
        BarRow* other = nullptr;
        for (BarRow* bar : child<EvidenceView>(*window, "evidenceView")->findChildren<BarRow*>())
            if (bar->label() == QLatin1String("fc"))
                other = bar;
        QVERIFY(other);
        QTest::mouseClick(other, Qt::LeftButton);
        QCOMPARE(window->selection()->current(), Target::ofModule(*modules.find("fc")));
    }

    void fxNodesAreCountedByModule()
    {
        Program program;
        program.modules = ModuleTree("Net");
        const ModuleId a = program.modules.add(root_module, "a", "A");
        const ModuleId b = program.modules.add(a, "b", "B");
        FxGraph& graph = program.graph;
        if (graph.frames.empty())
            graph.add_frame(root_module, 0, no_index);
        const FrameId in_a = graph.add_frame(a, 0, 0);
        const FrameId in_b = graph.add_frame(b, 0, in_a);
        const FrameId again = graph.add_frame(b, 1, in_a);
        const auto add = [&](FxKind kind, FrameId frame) {
            FxNode node;
            node.kind = kind;
            node.target = "aten::relu";
            node.frame = frame;
            graph.add_node(FxGraph::main_block, node, {}, {});
        };
        add(FxKind::Placeholder, 0);
        add(FxKind::CallFunction, in_a);
        add(FxKind::CallFunction, in_b);
        add(FxKind::CallFunction, again);
        add(FxKind::GetAttr, in_b);
        add(FxKind::Output, 0);
        TaskContext task;
        const auto counts = countFxKinds(program, task);
        QVERIFY(counts);
        QCOMPARE((*counts)[b], (FxKindCounts{0, 1, 2, 0, 0, 0}));
        QCOMPARE((*counts)[a], (FxKindCounts{0, 1, 3, 0, 2, 0}));
        QCOMPARE((*counts)[root_module], (FxKindCounts{1, 1, 3, 0, 3, 1}));
    }

    void anotherStrategyTranslatesAgain()
    {
        FakeCore core;
        MainWindow window(core.services());
        window.show();
        QSignalSpy opened(&window, &MainWindow::modelOpened);
        window.openFile(file("net.pt"));
        QVERIFY(opened.wait());
        QCOMPARE(core.opened.load(), 1);
        ExportDialog dialog(m_files.filePath(QStringLiteral("out.onnx")), {}, QStringLiteral("fx"));
        auto* choice = child<QComboBox>(dialog, "exportStrategy");
        auto* note = child<QLabel>(dialog, "exportStrategyNote");
        QVERIFY(note->text().contains(QStringLiteral("FX")));
        QVERIFY(!note->text().contains(QStringLiteral("again")));
        QSignalSpy exported(&window, &MainWindow::exported);
        window.exportTo(dialog.path(), dialog.options());
        QVERIFY(exported.wait());
        QCOMPARE(core.opened.load(), 1);
        choice->setCurrentIndex(choice->findData(static_cast<int>(Strategy::Htp)));
        QVERIFY(note->text().contains(QStringLiteral("again")));
        window.exportTo(dialog.path(), dialog.options());
        QVERIFY(exported.wait());
        QCOMPARE(core.opened.load(), 2);
        QCOMPARE(core.options.strategy, Strategy::Htp);
    }

    void partsOfTheGraphAreShownAlone()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        GraphCanvas* canvas = window->canvas();
        settle(canvas);
        window->expandModule(QStringLiteral("*"));
        settle(canvas);
        const std::size_t all = canvas->scene()->box_of_node.size();
        QCOMPARE(all, std::size_t{8});
        const auto drawn = [&] {
            std::vector<NodeId> nodes;
            for (const auto& [node, box] : canvas->scene()->box_of_node)
                nodes.push_back(node);
            std::sort(nodes.begin(), nodes.end());
            return nodes;
        };
        auto* everything = child<QAction>(*window, "showEverything");
        QVERIFY(!everything->isEnabled());
        window->selection()->select(Target::ofNode(3), nullptr);
        child<QAction>(*window, "neighbours1")->trigger();
        QTRY_COMPARE(drawn(), (std::vector<NodeId>{2, 3, 4}));
        QVERIFY(child<QFrame>(*window, "partBar")->isVisible());
        QVERIFY(child<QLabel>(*window, "partText")->text().contains(QStringLiteral("3 of 8")));
        QTest::mouseClick(child<QPushButton>(*window, "partEverything"), Qt::LeftButton);
        QTRY_COMPARE(drawn().size(), all);
        child<QAction>(*window, "neighbours3")->trigger();
        QTRY_COMPARE(drawn(), (std::vector<NodeId>{0, 1, 2, 3, 4, 5, 6}));
        everything->trigger();
        QTRY_COMPARE(drawn().size(), all);

        // Two nodes chosen by hand, and what lies between them.
        auto* path = child<QAction>(*window, "showPath");
        QVERIFY(!path->isEnabled());
        canvas->fitToView();
        QTest::qWait(30);
        QTest::mouseClick(canvas->viewport(), Qt::LeftButton, {}, placeOf(canvas, 4));
        QTest::mouseClick(canvas->viewport(), Qt::LeftButton, Qt::ControlModifier,
                          placeOf(canvas, 1));
        QCOMPARE(canvas->chosenNodeIds(), (std::vector<NodeId>{1, 4}));
        QVERIFY(path->isEnabled());
        path->trigger();
        QTRY_COMPARE(drawn(), (std::vector<NodeId>{1, 2, 3, 4}));
        // Going to a hidden node brings everything back.
        window->selection()->select(Target::ofNode(7), nullptr);
        QTRY_COMPARE(drawn().size(), all);

        // A module alone.
        window->selection()->select(Target::ofModule(*window->inspection()->modules.find("layer1")),
                                    nullptr);
        canvas->clearChosen();
        child<QAction>(*window, "isolate")->trigger();
        QTRY_COMPARE(drawn(), (std::vector<NodeId>{1, 2, 3}));
    }

    void aRubberBandChoosesWhatItTakesIn()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        GraphCanvas* canvas = window->canvas();
        canvas->setLegendVisible(false);
        canvas->setMinimapVisible(false);
        window->expandModule(QStringLiteral("*"));
        settle(canvas);
        canvas->fitToView();
        QTest::qWait(30);
        const double zoom = canvas->zoom();
        const QPoint shift(static_cast<int>(160 * zoom), static_cast<int>(40 * zoom));
        const QPoint from = placeOf(canvas, 4) - shift;
        const QPoint to = placeOf(canvas, 4) + shift;
        QSignalSpy chosen(canvas, &GraphCanvas::chosenChanged);
        QTest::mousePress(canvas->viewport(), Qt::LeftButton, Qt::ShiftModifier, from);
        for (int i = 1; i <= 6; ++i)
            QTest::mouseMove(canvas->viewport(), from + (to - from) * i / 6);
        QTest::mouseRelease(canvas->viewport(), Qt::LeftButton, Qt::ShiftModifier, to);
        QCOMPARE(chosen.count(), 1);
        QVERIFY(canvas->chosenNodes().at(4));
        QVERIFY(!canvas->chosenNodes().at(0));
        canvas->setFocus();
        QTest::keyClick(canvas, Qt::Key_Escape);
        QVERIFY(canvas->chosenNodeIds().empty());
    }

    void constantsAreWhatNoInputReaches()
    {
        const auto sample = sampleInspection();
        const auto model = std::const_pointer_cast<OnnxModel>(sample->model);
        const auto add = [&](const char* op, std::vector<ValueId> inputs) {
            OnnxNode node;
            node.op_type = model->intern(op);
            node.inputs = std::move(inputs);
            node.outputs = {model->add_value(OnnxModel::main_graph, op)};
            sample->attribution.push_back(sample->attribution[0]);
            const NodeId id = model->add_node(OnnxModel::main_graph, std::move(node));
            return std::pair(id, model->nodes[id].outputs[0]);
        };
        const auto [constant, value] = add("Constant", {});
        const auto [negated, negative] = add("Neg", {value});
        const auto [random, noise] = add("RandomNormal", {});
        const auto [sum, total] = add("Sum", {negative, noise});
        TaskContext task;
        const auto tree = make_display_tree(*sample, task);
        QVERIFY(tree);
        const auto found = constant_nodes(*model, **tree, task);
        QVERIFY(found);
        for (NodeId node = 0; node < found->size(); ++node)
            QCOMPARE((*found)[node], node == constant || node == negated);
        QVERIFY(!(*found)[random] && !(*found)[sum]);
        QVERIFY(total != no_id);
    }

    void theContextMenuCopies()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        GraphCanvas* canvas = window->canvas();
        window->expandModule(QStringLiteral("*"));
        settle(canvas);
        canvas->fitToView();
        QTest::qWait(30);
        const QPoint place = placeOf(canvas, 0);
        QContextMenuEvent event(QContextMenuEvent::Mouse, place,
                                canvas->viewport()->mapToGlobal(place));
        QApplication::sendEvent(canvas->viewport(), &event);
        auto* menu = child<QMenu>(*window, "canvasMenu");
        QStringList texts;
        for (QAction* action : menu->actions())
            texts += QString(action->text()).remove(QLatin1Char('&'));
        for (const char* text :
             {"Isolate", "Neighbours", "Hide constants", "Why here?", "Copy the node's name",
              "Copy the module's path", "Copy as DOT", "Copy as image"})
            QVERIFY2(texts.contains(QString::fromLatin1(text)), text);
        menu->actions().at(texts.indexOf(QStringLiteral("Copy the node's name")))->trigger();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("/conv1/Conv"));
        menu->close();
        QSignalSpy copied(child<QObject>(*window, "canvasTools"), SIGNAL(copied()));
        child<QAction>(*window, "copyDot")->trigger();
        QVERIFY(copied.wait());
        QCOMPARE(QApplication::clipboard()->text(),
                 QStringLiteral("digraph {\n  node [shape=box, style=rounded];\n  n0 "
                                "[label=\"Conv\\n/conv1/Conv\", tooltip=\"conv1\"];\n}\n"));
        child<QAction>(*window, "copyPicture")->trigger();
        QVERIFY(copied.wait());
        const QImage image = QApplication::clipboard()->image();
        QVERIFY(image.width() > 100 && image.height() > image.width());
    }

    void backForwardAndBookmarks()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        settle(window->canvas());
        auto* back = child<QAction>(*window, "historyBack");
        auto* forward = child<QAction>(*window, "historyForward");
        QVERIFY(!back->isEnabled() && !forward->isEnabled());
        Selection* selection = window->selection();
        selection->select(Target::ofNode(0), nullptr);
        selection->select(Target::ofModule(2), nullptr);
        selection->select(Target::ofNode(5), nullptr);
        QTest::keyClick(window.get(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(selection->current(), Target::ofModule(2));
        QTest::keyClick(window.get(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(selection->current(), Target::ofNode(0));
        QVERIFY(!back->isEnabled());
        QTest::keyClick(window.get(), Qt::Key_Right, Qt::AltModifier);
        QCOMPARE(selection->current(), Target::ofModule(2));
        selection->select(Target::ofNode(7), nullptr); // forgets node 5
        QVERIFY(!forward->isEnabled());

        QTest::keyClick(window.get(), Qt::Key_B, Qt::ControlModifier);
        selection->select(Target::ofModule(2), nullptr);
        QTest::keyClick(window.get(), Qt::Key_B, Qt::ControlModifier);
        selection->select(Target::ofNode(3), nullptr); // has no name
        QTest::keyClick(window.get(), Qt::Key_B, Qt::ControlModifier);
        QTest::keyClick(window.get(), Qt::Key_1, Qt::AltModifier);
        QCOMPARE(selection->current(), Target::ofNode(7));
        // They are there when the file is opened again.
        QSignalSpy opened(window.get(), &MainWindow::modelOpened);
        window->openFile(file("a.onnx"));
        QVERIFY(opened.wait());
        QVERIFY(!back->isEnabled());
        QTest::keyClick(window.get(), Qt::Key_2, Qt::AltModifier);
        QCOMPARE(selection->current(), Target::ofModule(2));
        QTest::keyClick(window.get(), Qt::Key_3, Qt::AltModifier);
        QCOMPARE(selection->current(), Target::ofNode(3));
        QTest::keyClick(window.get(), Qt::Key_B, Qt::ControlModifier); // takes it away
        QCOMPARE(child<QMenu>(*window, "bookmarkMenu")->actions().size(), 4);
    }

    void everyShortcutMeansOneThing()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        QHash<QString, QString> taken;
        for (const QAction* action : window->findChildren<QAction*>())
            for (const QKeySequence& keys : action->shortcuts()) {
                if (action->shortcutContext() == Qt::WidgetShortcut ||
                    action->shortcutContext() == Qt::WidgetWithChildrenShortcut)
                    continue;
                const QString text = keys.toString();
                QVERIFY2(!taken.contains(text),
                         qPrintable(text + QStringLiteral(": ") + taken.value(text) +
                                    QStringLiteral(", ") + action->text()));
                taken.insert(text, action->text());
            }
        QVERIFY(taken.size() > 20);
    }

    void withoutOrphansTheKeySaysSo()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        QTest::keyClick(window.get(), Qt::Key_F8);
        QCOMPARE(window->statusBar()->currentMessage(), QStringLiteral("Orphan 1 of 2"));
        QTest::keyClick(window.get(), Qt::Key_F8, Qt::ShiftModifier);
        QCOMPARE(window->statusBar()->currentMessage(),
                 QStringLiteral("Orphan 2 of 2, from the end again"));
        window->findChild<SourceAttachment*>()->attach(file("net.pt"));
        QTRY_VERIFY(!window->isBusy());
        QTest::keyClick(window.get(), Qt::Key_F8);
        QVERIFY(window->statusBar()->currentMessage().startsWith(QStringLiteral("No orphans")));
    }

    void theMainWindowComparesWhatItShows()
    {
        FakeCore core;
        const auto window = openedWindow(toolServices(core));
        QVERIFY(child<QAction>(*window, "compareWith")->isEnabled());
        QPointer<CompareWindow> compare = window->compareWith(file("b.onnx"));
        QVERIFY(compare);
        QSignalSpy compared(compare, &CompareWindow::compared);
        QVERIFY(compared.wait());
        QCOMPARE(compare->comparison()->a, window->inspection());
        compare->close();
        QTRY_VERIFY(compare.isNull());
    }
};

QTEST_MAIN(TestTools)
#include "tst_tools.moc"
