// The graph canvas, driven with real events.
#include "layout/box_content.h"
#include "support/inspection_builder.h"
#include "ui/canvas/box_colors.h"
#include "ui/canvas/graph_canvas.h"
#include "ui/canvas/legend.h"
#include "ui/canvas/legend_row.h"
#include "ui/canvas/minimap.h"
#include "ui/canvas/scene_painter.h"

#include <QMenu>
#include <QPointer>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>

using namespace strata;
using namespace strata::test;

namespace {

/// A shown canvas with its first layout done.
struct Fixture {
    explicit Fixture(std::shared_ptr<const Inspection> model) : inspection(std::move(model))
    {
        canvas.setAnimated(false);
        canvas.resize(1000, 800);
        canvas.show();
        canvas.setFocus();
        canvas.setInspection(inspection);
        settle();
    }
    bool settle()
    {
        return QTest::qWaitFor([&] { return canvas.scene() && !canvas.isLayoutRunning(); }, 10000);
    }
    ModuleId module(const char* fqn) const { return *inspection->modules.find(fqn); }
    const SceneBox& box(ModuleId id) const
    {
        return canvas.scene()->boxes[canvas.scene()->box_of_group.at(id)];
    }
    QPoint middle(const SceneBox& box) const
    {
        return canvas.toViewport({box.rect.center().x, box.rect.center().y}).toPoint();
    }
    /// A place of the container that no child covers: its header.
    QPoint header(const SceneBox& box) const
    {
        return canvas.toViewport({box.rect.right() - 12, box.rect.y + 8}).toPoint();
    }

    std::shared_ptr<const Inspection> inspection;
    GraphCanvas canvas;
};

} // namespace

class TestCanvas : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void first_layout_shows_everything()
    {
        Fixture f(small_model());
        QVERIFY(f.canvas.scene());
        QCOMPARE(f.canvas.scene()->boxes.size(), std::size_t{8});
        for (const SceneBox& box : f.canvas.scene()->boxes)
            QVERIFY(f.canvas.viewport()->rect().contains(f.middle(box)));
    }

    void double_click_opens_in_place_and_closes()
    {
        Fixture f(small_model());
        const ModuleId layer = f.module("layer1");
        QSignalSpy changed(&f.canvas, &GraphCanvas::expansionChanged);
        const QPointF corner = f.canvas.toViewport({f.box(layer).rect.x, f.box(layer).rect.y});
        QTest::mouseDClick(f.canvas.viewport(), Qt::LeftButton, {}, f.middle(f.box(layer)));
        QVERIFY(f.settle());
        QVERIFY(f.canvas.isExpanded(layer));
        QCOMPARE(f.box(layer).kind, BoxKind::Container);
        const QPointF after = f.canvas.toViewport({f.box(layer).rect.x, f.box(layer).rect.y});
        QVERIFY((after - corner).manhattanLength() < 1.0);
        QTest::mouseDClick(f.canvas.viewport(), Qt::LeftButton, {}, f.header(f.box(layer)));
        QVERIFY(f.settle());
        QVERIFY(!f.canvas.isExpanded(layer));
        QCOMPARE(changed.count(), 2);
        QCOMPARE(changed[1][1].toBool(), false);
    }

    void badge_opens_with_one_click()
    {
        Fixture f(small_model());
        const ModuleId layer = f.module("layer1");
        const QPointF badge = badgeRect(f.box(layer), f.box(layer).rect).center();
        QTest::mouseClick(f.canvas.viewport(), Qt::LeftButton, {},
                          f.canvas.toViewport(badge).toPoint());
        QVERIFY(f.settle());
        QVERIFY(f.canvas.isExpanded(layer));
        QCOMPARE(f.canvas.selectedModule(), layer);
    }

    void click_selects_and_background_clears()
    {
        Fixture f(small_model());
        QSignalSpy nodes(&f.canvas, &GraphCanvas::nodeSelected);
        QSignalSpy modules(&f.canvas, &GraphCanvas::moduleSelected);
        const NodeId relu = 1;
        const SceneBox& box = f.canvas.scene()->boxes[f.canvas.scene()->box_of_node.at(relu)];
        QTest::mouseClick(f.canvas.viewport(), Qt::LeftButton, {}, f.middle(box));
        QCOMPARE(f.canvas.selectedNode(), relu);
        QCOMPARE(nodes.count(), 1);
        QTest::mouseClick(f.canvas.viewport(), Qt::LeftButton, {}, f.middle(f.box(f.module("fc"))));
        QCOMPARE(f.canvas.selectedNode(), no_id);
        QCOMPARE(f.canvas.selectedModule(), f.module("fc"));
        QCOMPARE(modules.count(), 1);
        QTest::mouseClick(f.canvas.viewport(), Qt::LeftButton, {}, QPoint(990, 4));
        QCOMPARE(f.canvas.selectedModule(), no_module);
    }

    void keys_follow_the_data()
    {
        Fixture f(small_model());
        f.canvas.selectModule(f.module("stem"));
        QTest::keyClick(&f.canvas, Qt::Key_Down);
        QCOMPARE(f.canvas.selectedNode(), NodeId{1}); // the Relu after it
        QTest::keyClick(&f.canvas, Qt::Key_Down);
        QCOMPARE(f.canvas.selectedModule(), f.module("layer1"));
        QTest::keyClick(&f.canvas, Qt::Key_Return);
        QVERIFY(f.settle());
        QVERIFY(f.canvas.isExpanded(f.module("layer1")));
        QTest::keyClick(&f.canvas, Qt::Key_Backspace);
        QVERIFY(f.settle());
        QVERIFY(!f.canvas.isExpanded(f.module("layer1")));
        QTest::keyClick(&f.canvas, Qt::Key_Up);
        QCOMPARE(f.canvas.selectedNode(), NodeId{1});
    }

    void sideways_keys_go_through_the_branches()
    {
        // One value with three readers; what stands below them is not one of them.
        InspectionBuilder b("Fan");
        b.input("x", {1, 64});
        const NodeId root = b.node(root_module, "Relu", {"x"}, "r");
        for (const char* name : {"a", "b", "c"})
            b.node(root_module, "Tanh", {"r"}, name);
        b.node(root_module, "Exp", {"a"}, "deep");
        b.node(root_module, "Concat", {"deep", "b", "c"}, "sum");
        b.output("sum");
        Fixture f(b.finish());
        f.canvas.selectNode(root);
        const auto press = [&](Qt::Key key) {
            QTest::keyClick(&f.canvas, key);
            return f.canvas.selectedNode();
        };
        std::set<NodeId> seen{press(Qt::Key_Down)};
        seen.insert(press(Qt::Key_Right));
        const NodeId last = press(Qt::Key_Right);
        seen.insert(last);
        QCOMPARE(seen, (std::set<NodeId>{1, 2, 3}));
        QCOMPARE(press(Qt::Key_Right), last); // there is no fourth
        QCOMPARE(press(Qt::Key_Up), root);
        // Up from where they meet, down the same way again.
        f.canvas.selectNode(5);
        press(Qt::Key_Up);
        const NodeId second = press(Qt::Key_Right);
        QCOMPARE(press(Qt::Key_Down), NodeId{5});
        QCOMPARE(press(Qt::Key_Up), second);
    }

    void keys_and_wheel_zoom()
    {
        Fixture f(small_model());
        QSignalSpy zoomed(&f.canvas, &GraphCanvas::zoomChanged);
        QTest::keyClick(&f.canvas, Qt::Key_0);
        QCOMPARE(f.canvas.zoom(), 1.0);
        QTest::keyClick(&f.canvas, Qt::Key_Plus);
        QCOMPARE(f.canvas.zoom(), 1.25);
        QTest::keyClick(&f.canvas, Qt::Key_Minus);
        QCOMPARE(f.canvas.zoom(), 1.0);
        const QPointF at(500, 400);
        const QPointF before = f.canvas.toScene(at);
        QWheelEvent wheel(at, f.canvas.mapToGlobal(at), {}, QPoint(0, 240), Qt::NoButton, {},
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(f.canvas.viewport(), &wheel);
        QVERIFY(f.canvas.zoom() > 1.2);
        QVERIFY((f.canvas.toScene(at) - before).manhattanLength() < 0.5);
        QVERIFY(zoomed.count() >= 3);
    }

    void dragging_pans_and_does_not_select()
    {
        Fixture f(small_model());
        const QPointF before = f.canvas.toViewport({0, 0});
        const QPoint start = f.middle(f.box(f.module("fc")));
        QTest::mousePress(f.canvas.viewport(), Qt::LeftButton, {}, start);
        QTest::mouseMove(f.canvas.viewport(), start + QPoint(30, 0));
        QTest::mouseMove(f.canvas.viewport(), start + QPoint(60, -20));
        QTest::mouseRelease(f.canvas.viewport(), Qt::LeftButton, {}, start + QPoint(60, -20));
        QCOMPARE(f.canvas.toViewport({0, 0}) - before, QPointF(60, -20));
        QCOMPARE(f.canvas.selectedModule(), no_module);
    }

    void reveal_opens_what_is_in_the_way()
    {
        Fixture f(deep_model(40));
        f.canvas.revealNode(1);
        QTRY_VERIFY(f.canvas.scene()->box_of_node.contains(1));
        QVERIFY(f.settle());
        const SceneBox& box = f.canvas.scene()->boxes[f.canvas.scene()->box_of_node.at(1)];
        QVERIFY((f.middle(box) - f.canvas.viewport()->rect().center()).manhattanLength() < 4);
        QCOMPARE(f.canvas.selectedNode(), NodeId{1});
    }

    void reveal_before_the_first_layout_is_not_lost()
    {
        GraphCanvas canvas;
        canvas.setAnimated(false);
        canvas.resize(800, 600);
        canvas.show();
        canvas.setInspection(small_model());
        canvas.revealNode(2);
        QTRY_VERIFY(canvas.scene() && canvas.scene()->box_of_node.contains(2));
        QCOMPARE(canvas.selectedNode(), NodeId{2});
    }

    void overtaken_layouts_are_dropped()
    {
        Fixture f(transformer_model(60));
        QSignalSpy finished(&f.canvas, &GraphCanvas::layoutFinished);
        f.canvas.expandAll();
        f.canvas.collapseAll();
        f.canvas.setInspection(small_model());
        QVERIFY(f.settle());
        QTest::qWait(300); // an old answer would come now
        QCOMPARE(finished.count(), 1);
        QCOMPARE(f.canvas.scene()->boxes.size(), std::size_t{8});
    }

    void closing_while_a_layout_runs()
    {
        auto canvas = std::make_unique<GraphCanvas>();
        canvas->setInspection(transformer_model(200));
        canvas->expandAll();
        const QPointer<GraphCanvas> watched(canvas.get());
        canvas.reset(); // must neither crash nor hang
        QVERIFY(watched.isNull());
    }

    void expand_all_shows_all_nodes()
    {
        Fixture f(transformer_model(4));
        f.canvas.expandAll();
        QVERIFY(f.settle());
        QCOMPARE(f.canvas.scene()->box_of_node.size(), f.inspection->model->nodes.size());
        f.canvas.collapseAll();
        QVERIFY(f.settle());
        QVERIFY(f.canvas.scene()->box_of_node.size() < 5);
    }

    void no_model_shows_text_and_survives_keys()
    {
        GraphCanvas canvas;
        canvas.resize(400, 300);
        canvas.show();
        for (const int key : {Qt::Key_Down, Qt::Key_Return, Qt::Key_F, Qt::Key_Backspace})
            QTest::keyClick(&canvas, static_cast<Qt::Key>(key));
        canvas.setInspection(std::make_shared<Inspection>());
        canvas.revealNode(3);
        canvas.fitToView();
        QVERIFY(!canvas.grab().isNull());
        QVERIFY(!canvas.scene());
    }

    void modules_in_ranges_open_and_are_revealed()
    {
        const auto model = transformer_model(500); // 500 layers are shown in ranges
        const auto module = [&](const char* fqn) { return *model->modules.find(fqn); };
        GraphCanvas canvas;
        canvas.setAnimated(false);
        canvas.resize(1000, 800);
        canvas.show();
        canvas.setInspection(model);
        canvas.expand(module("layers.77")); // before anything is laid out
        const auto settled = [&] {
            return QTest::qWaitFor([&] { return canvas.scene() && !canvas.isLayoutRunning(); },
                                   10000);
        };
        QVERIFY(settled());
        const auto kind = [&](const char* fqn) {
            const auto& boxes = canvas.scene()->box_of_group;
            const auto it = boxes.find(module(fqn));
            return it == boxes.end() ? BoxKind::Input : canvas.scene()->boxes[it->second].kind;
        };
        QCOMPARE(kind("layers.77"), BoxKind::Container);
        QCOMPARE(kind("layers.78"), BoxKind::Group);
        QCOMPARE(kind("layers.300"), BoxKind::Input); // in a range that is closed

        canvas.revealModule(module("layers.300.attn"));
        QVERIFY(settled());
        QCOMPARE(kind("layers.300.attn"), BoxKind::Group);
        canvas.revealNode(static_cast<NodeId>(model->model->nodes.size() - 1));
        QVERIFY(settled());
        QVERIFY(canvas.scene()->box_of_node.contains(
            static_cast<NodeId>(model->model->nodes.size() - 1)));
    }

    void folded_repeats_unfold_where_they_are()
    {
        Fixture f(transformer_model(12));
        f.canvas.expand(f.module("layers"));
        QVERIFY(f.settle());
        const ModuleId third = f.module("layers.3");
        QCOMPARE(f.canvas.repeatCount(third), std::size_t{12});
        QCOMPARE(f.canvas.repeatCount(f.module("layers")), std::size_t{0});
        QVERIFY(!f.canvas.isRepeatFolded(third)); // not unless it is asked for
        f.canvas.setRepeatsFolded(true);
        QVERIFY(f.settle());
        const auto stack = [&]() -> const SceneBox* {
            for (const SceneBox& box : f.canvas.scene()->boxes)
                if (box.group_kind == GroupKind::Repeat)
                    return &box;
            return nullptr;
        };
        QVERIFY(stack());
        QVERIFY(!f.canvas.scene()->box_of_group.contains(third));
        f.canvas.fitToView();
        // A click shows the first of them; a double click unfolds it in its place.
        QTest::mouseClick(f.canvas.viewport(), Qt::LeftButton, {}, f.middle(*stack()));
        QCOMPARE(f.canvas.selectedModule(), f.module("layers.0"));
        const QPointF corner = f.canvas.toViewport({stack()->rect.x, stack()->rect.y});
        QTest::mouseDClick(f.canvas.viewport(), Qt::LeftButton, {}, f.middle(*stack()));
        QVERIFY(f.settle());
        QVERIFY(!stack());
        const SceneBox& first = f.box(f.module("layers.0"));
        QVERIFY((f.canvas.toViewport({first.rect.x, first.rect.y}) - corner).manhattanLength() < 1);
        // One run again, then all of them.
        f.canvas.setRepeatFolded(third, true);
        QVERIFY(f.settle());
        QVERIFY(stack());
        f.canvas.setRepeatsFolded(false);
        QVERIFY(f.settle());
        QVERIFY(!stack());
    }

    void what_is_revealed_is_unfolded()
    {
        Fixture f(transformer_model(12));
        f.canvas.setRepeatsFolded(true);
        QVERIFY(f.settle());
        f.canvas.revealModule(f.module("layers.7"));
        QVERIFY(f.settle());
        QTRY_VERIFY(f.canvas.scene()->box_of_group.contains(f.module("layers.7")));
        // q, k and v stay one card until one of them is looked for.
        const ModuleId value = f.module("layers.7.attn.v_proj");
        QVERIFY(f.canvas.isRepeatFolded(value));
        const NodeId node = 2 + 7 * 16 + 3; // norm, q, k, v
        f.canvas.revealNode(node);
        QVERIFY(f.settle());
        QTRY_VERIFY(f.canvas.scene()->box_of_node.contains(node));
        QVERIFY(!f.canvas.isRepeatFolded(value));
        QVERIFY(f.canvas.isRepeatFolded(f.module("layers.6.attn.v_proj")));
        QVERIFY(f.canvas.viewport()->rect().contains(
            f.middle(f.canvas.scene()->boxes[f.canvas.scene()->box_of_node.at(node)])));
    }

    void the_overview_goes_where_it_is_clicked()
    {
        Fixture f(small_model());
        auto* map = f.canvas.findChild<Minimap*>();
        QVERIFY(map);
        f.canvas.viewport()->repaint();
        QVERIFY(!map->isVisible()); // everything is in view
        f.canvas.setZoom(4.0);
        f.canvas.viewport()->repaint();
        QVERIFY(map->isVisible());
        const SceneBox& last = f.canvas.scene()->boxes.back();
        const QPointF target(last.rect.center().x, last.rect.center().y);
        QTest::mouseClick(map, Qt::LeftButton, {}, map->toMap(target).toPoint());
        // Within what a pixel of the map is worth.
        const QPointF middle = f.canvas.toScene(
            QPointF(f.canvas.viewport()->width(), f.canvas.viewport()->height()) / 2);
        const double pixel = 1.0 / (map->toMap({1, 0}) - map->toMap({0, 0})).x();
        QVERIFY(std::abs(middle.x() - target.x()) <= pixel + 20);
        QVERIFY(std::abs(middle.y() - target.y()) <= pixel + 20);
        f.canvas.setMinimapVisible(false);
        f.canvas.viewport()->repaint();
        QVERIFY(!map->isVisible());
    }

    void colours_mean_what_the_legend_says()
    {
        Fixture f(small_model());
        f.canvas.expandAll();
        QVERIFY(f.settle());
        auto* legend = f.canvas.findChild<Legend*>();
        QVERIFY(legend);
        f.canvas.setColorBy(ColorBy::OperatorType);
        QVERIFY(f.settle());
        const auto rows = legend->findChildren<LegendRow*>();
        QStringList names;
        for (const LegendRow* row : rows)
            names += row->text();
        // Three Convs and three Relus; equal counts stand in the order of the alphabet.
        QCOMPARE(names.mid(0, 2), QStringList({QStringLiteral("Conv"), QStringLiteral("Relu")}));
        // The middle of a Conv's bar has the first colour, whatever the theme is.
        const Theme theme = Theme::fromPalette(f.canvas.palette());
        const Scene& scene = *f.canvas.scene();
        const SceneBox& conv = scene.boxes[scene.box_of_node.at(0)];
        f.canvas.setZoom(1.0);
        f.canvas.revealNode(0);
        f.canvas.selectNode(no_id);
        const QPoint bar = f.canvas.toViewport({conv.rect.x + 2, conv.rect.center().y}).toPoint();
        const QImage picture = f.canvas.viewport()->grab().toImage();
        QCOMPARE(picture.pixelColor(bar), theme.classColor(0, names.size(), false));
    }

    void times_can_be_chosen_when_they_were_measured()
    {
        const auto timed = std::make_shared<Inspection>(*small_model());
        const auto program = std::make_shared<Program>();
        FxNode node;
        node.outputs = {program->graph.add_value("conv2d", {})};
        program->graph.nodes.push_back(node);
        timed->program = program;
        timed->profile = {{2, 0.005, std::nullopt}};
        timed->attribution[0].origins = {"conv2d"};
        Fixture f(timed);
        auto* mode = f.canvas.findChild<QToolButton*>(QStringLiteral("legendMode"));
        QAction* times = mode->menu()->actions().at(static_cast<int>(ColorBy::ExecutionTime));
        QVERIFY(times->isEnabled());
        times->trigger();
        QVERIFY(f.settle());
        QCOMPARE(f.canvas.colorBy(), ColorBy::ExecutionTime);
        QStringList rows;
        for (const LegendRow* row : f.canvas.findChildren<LegendRow*>())
            rows += row->text();
        QCOMPARE(rows,
                 (QStringList{QStringLiteral("Not measured"), QStringLiteral("1 ms to 10 ms")}));
        // Without a measured run it cannot be chosen, and says what to do.
        f.canvas.setInspection(small_model());
        QVERIFY(f.settle());
        QCOMPARE(f.canvas.colorBy(), ColorBy::Confidence);
        QVERIFY(!times->isEnabled());
        QVERIFY(times->toolTip().contains(QStringLiteral("Measure times")));
    }

    void a_group_has_the_colour_of_what_stands_for_it()
    {
        const Theme theme = Theme::fromPalette(QPalette());
        NodeClasses classes;
        classes.classes.resize(3);
        classes.of_group.resize(1);
        classes.of_group[0] = {1, 7, 2};
        SceneBox box;
        box.kind = BoxKind::Group;
        box.group = 0;
        const BoxColors colors{theme, &classes, nullptr};
        // What most of its nodes are.
        classes.by = ColorBy::OperatorType;
        QCOMPARE(colors.of(box), theme.classColor(1, 3, false));
        // Of a scale the highest step, or one slow node among many would not be seen.
        classes.by = ColorBy::ExecutionTime;
        classes.ordered = true;
        QCOMPARE(colors.of(box), theme.classColor(2, 3, true));
        // Wrong numbers are not one step more.
        classes.by = ColorBy::ParityError;
        QVERIFY(colors.of(box) != theme.classColor(2, 3, true));
    }

    void a_click_in_the_legend_dims_the_others()
    {
        Fixture f(small_model());
        f.canvas.setColorBy(ColorBy::OperatorType);
        QVERIFY(f.settle());
        QCOMPARE(f.canvas.keptCount(), std::size_t{14});
        auto rows = f.canvas.findChild<Legend*>()->findChildren<LegendRow*>();
        QTest::mouseClick(rows[0], Qt::LeftButton);
        QVERIFY(f.settle());
        QCOMPARE(f.canvas.keptCount(), std::size_t{3}); // the Convs
        QTest::mouseClick(rows[1], Qt::LeftButton);
        QVERIFY(f.settle());
        QCOMPARE(f.canvas.keptCount(), std::size_t{6}); // and the Relus
        // A query narrows further.
        std::vector<bool> nodes(14);
        nodes[0] = nodes[12] = true;
        f.canvas.setKeptNodes(std::make_shared<const std::vector<bool>>(nodes));
        QVERIFY(f.settle());
        QCOMPARE(f.canvas.keptCount(), std::size_t{1});
        f.canvas.setKeptNodes(nullptr);
        auto* all = f.canvas.findChild<QToolButton*>(QStringLiteral("legendAll"));
        QTest::mouseClick(all, Qt::LeftButton);
        QVERIFY(f.settle());
        QCOMPARE(f.canvas.keptCount(), std::size_t{14});
        // Another model starts without switches.
        QTest::mouseClick(rows[0], Qt::LeftButton);
        f.canvas.setInspection(transformer_model(1));
        QVERIFY(f.settle());
        QCOMPARE(f.canvas.keptCount(), std::size_t{18});
    }
};

QTEST_MAIN(TestCanvas)
#include "tst_canvas.moc"
