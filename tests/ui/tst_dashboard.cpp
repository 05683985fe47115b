// The dashboard: its figures against counts made here, and that every part of it leads to the
// graph.
#include "fake_core.h"
#include "sample_inspection.h"
#include "window_test.h"

#include "support/inspection_builder.h"
#include "ui/canvas/graph_canvas.h"
#include "ui/dashboard/coverage_ring.h"
#include "ui/dashboard/dashboard_feature.h"
#include "ui/dashboard/dashboard_page.h"
#include "ui/dashboard/dashboard_text.h"
#include "ui/dashboard/module_icicle.h"
#include "ui/dashboard/reliability.h"
#include "ui/models/orphan_model.h"
#include "ui/panels/inspector_panel.h"
#include "ui/panels/problems_panel.h"
#include "ui/panels/search_bar.h"
#include "ui/review/review_feature.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/value_label.h"
#include "ui/window/main_window.h"
#include <QHeaderView>
#include <QLineEdit>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>

#include "query/query.h"

#include <QtTest>
#include <QtWidgets>

using namespace strata;
using namespace strata::ui;
using namespace strata::tests;

namespace {

template <class T>
T* labelled(QWidget& widget, const QString& name)
{
    for (T* one : widget.findChildren<T*>())
        if (one->accessibleName() == name)
            return one;
    qFatal("nothing is called %s", qPrintable(name));
}

} // namespace

class TestDashboard : public QObject {
    Q_OBJECT

    QTemporaryDir m_settings, m_files;
    FakeCore m_core;
    std::unique_ptr<MainWindow> m_window;
    DashboardPage* m_page = nullptr;

    void show()
    {
        QTest::keyClick(m_window.get(), Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(m_page->isVisible());
        QTRY_VERIFY(m_page->isReady());
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(m_settings, "dashboard"); }
    void init()
    {
        m_window = openWindow(m_core.services(), makeFile(m_files, "net.pt"));
        m_page = m_window->findChild<DashboardFeature*>()->page();
        show();
    }
    void cleanup()
    {
        m_window.reset();
        QFile::remove(m_files.filePath(QStringLiteral("net.pt.review.json")));
        QVERIFY(JobRunner::waitForWorkers(5000));
    }

    void figures()
    {
        // 6 of 8 nodes have a module, 3 are recorded.
        QCOMPARE(child<CoverageRing>(*m_page, "ringAttributed")->share(), 0.75);
        QCOMPARE(child<CoverageRing>(*m_page, "ringRecorded")->share(), 0.375);
        QVERIFY(!child<CoverageRing>(*m_page, "ringReviewed")->isVisible());
        QCOMPARE(child<ConfidenceHistogram>(*m_page, "dashboardHistogram")->counts()[2],
                 std::uint64_t(2));
        QVERIFY(m_window->findChild<QAction*>(QStringLiteral("dashboardAction"))->isChecked());
    }

    void ringsSetTheQuery()
    {
        QTest::mouseClick(child<CoverageRing>(*m_page, "ringAttributed"), Qt::LeftButton);
        QVERIFY(m_window->canvas()->isVisible());
        QTRY_COMPARE(m_window->searchBar()->found(), (std::vector<NodeId>{4, 7}));
        QVERIFY(!m_window->findChild<QAction*>(QStringLiteral("dashboardAction"))->isChecked());
        show();
        auto* recorded = child<CoverageRing>(*m_page, "ringRecorded");
        recorded->setFocus();
        QTest::keyClick(recorded, Qt::Key_Return);
        QTRY_COMPARE(m_window->searchBar()->found().size(), std::size_t(5));
    }

    void histogramAndBarsSetTheQuery()
    {
        auto* histogram = child<ConfidenceHistogram>(*m_page, "dashboardHistogram");
        QTest::mouseClick(histogram, Qt::LeftButton, {}, histogram->barRect(9).center());
        QTRY_COMPARE(m_window->searchBar()->found(), (std::vector<NodeId>{0, 2, 5, 6}));
        show();
        histogram->setFocus();
        QTest::keyClick(histogram, Qt::Key_Left);
        QTest::keyClick(histogram, Qt::Key_Return);
        QTRY_COMPARE(m_window->searchBar()->found(), (std::vector<NodeId>{1}));
        show();
        auto* conv =
            labelled<BarRow>(*child<QFrame>(*m_page, "cardOperators"), QStringLiteral("Conv"));
        m_page->ensureWidgetVisible(conv);
        QTest::mouseClick(conv, Qt::LeftButton);
        QTRY_COMPARE(m_window->searchBar()->found(), (std::vector<NodeId>{0, 2}));
        // Every query that the page can ask for is one.
        for (int tenth = 0; tenth < 10; ++tenth)
            QVERIFY(parse_query(tenthQuery(tenth).toStdString()));
        QVERIFY(parse_query(operatorQuery(QStringLiteral("a\"b\\c d")).toStdString()));
    }

    void icicleGoesToModules()
    {
        ModuleIcicle* icicle = m_page->icicle();
        m_page->ensureWidgetVisible(icicle);
        const Inspection& inspection = *m_window->inspection();
        const ModuleId layer = *inspection.modules.find("layer1");
        const ModuleId block = *inspection.modules.find("layer1.0");
        // As wide as its share, inside its parent, one row below it.
        const QRectF root = icicle->cellOf(root_module), cell = icicle->cellOf(layer);
        QVERIFY(std::abs(cell.width() / root.width() -
                         3.0 / inspection.coverage.with_descendants[0].total) < 0.01);
        QCOMPARE(cell.top(), root.bottom());
        QVERIFY(cell.contains(icicle->cellOf(block).center() - QPointF(0, cell.height())));
        QVERIFY(icicle->cellOf(*inspection.modules.find("drop")).isEmpty()); // no nodes
        QTest::mouseClick(icicle, Qt::LeftButton, Qt::ControlModifier, cell.center().toPoint());
        QCOMPARE(icicle->zoomed(), layer);
        QCOMPARE(icicle->cellOf(layer).width(), root.width());
        QTest::mouseClick(icicle, Qt::LeftButton, {}, icicle->cellOf(layer).center().toPoint());
        QCOMPARE(icicle->zoomed(), root_module);
        QTest::mouseClick(icicle, Qt::LeftButton, {}, icicle->cellOf(block).center().toPoint());
        QCOMPARE(m_window->selection()->current(), Target::ofModule(block));
        QVERIFY(m_window->canvas()->isVisible());
        show();
        icicle->setFocus();
        QTest::keyClick(icicle, Qt::Key_Up);
        QTest::keyClick(icicle, Qt::Key_Return);
        QCOMPARE(m_window->selection()->current(), Target::ofModule(layer));
    }

    void problemsAndUnused()
    {
        auto* unsupported = labelled<QPushButton>(*m_page, QStringLiteral("aten::linalg_qr"));
        m_page->ensureWidgetVisible(unsupported);
        QTest::mouseClick(unsupported, Qt::LeftButton);
        QCOMPARE(m_window->selection()->current(), Target::ofNode(6));
        show();
        auto* contradictions =
            labelled<QPushButton>(*m_page, QStringLiteral("Contradicting evidence"));
        m_page->ensureWidgetVisible(contradictions);
        QTest::mouseClick(contradictions, Qt::LeftButton);
        QTRY_COMPARE(m_window->searchBar()->found(), (std::vector<NodeId>{0}));
        show();
        auto* unused = labelled<QPushButton>(*m_page, QStringLiteral("drop"));
        m_page->ensureWidgetVisible(unused);
        QTest::mouseClick(unused, Qt::LeftButton);
        QCOMPARE(m_window->selection()->current(),
                 Target::ofModule(*m_window->inspection()->modules.find("drop")));
    }

    void orphansByCause()
    {
        // The Identity lies between modules; the Cast makes the output.
        auto* between = labelled<BarRow>(*m_page, orphanCauseName(OrphanCause::BetweenModules));
        m_page->ensureWidgetVisible(between);
        QTest::mouseClick(between, Qt::LeftButton);
        QCOMPARE(m_window->problemsPanel()->nodeView()->model()->rowCount(), 1);
        QCOMPARE(m_window->selection()->current(), Target::ofNode(4));
        labelled<BarRow>(*m_page, orphanCauseName(OrphanCause::AtTheBoundary));
    }

    void reviewShowsBeforeAndAfter()
    {
        auto* review = m_window->findChild<ReviewFeature*>()->controller();
        QTRY_VERIFY(review->snapshot() != nullptr);
        ReviewCommand command;
        command.action = ReviewAction::Reassign;
        command.nodes = {4};
        command.module = root_module;
        review->decide(command);
        QTRY_VERIFY(child<CoverageRing>(*m_page, "ringReviewed")->isVisible());
        QCOMPARE(child<CoverageRing>(*m_page, "ringReviewed")->share(), 0.875);
        QCOMPARE(child<CoverageRing>(*m_page, "ringAttributed")->share(), 0.75);
    }

    void narrowWindowsStack()
    {
        m_window->resize(700, 700);
        QTest::qWait(50);
        QVERIFY(m_page->widget()->width() <= m_page->viewport()->width());
        m_window->closeModel();
        QVERIFY(!m_page->isVisible());
    }

    void reliabilityTable()
    {
        QVERIFY(measuredConfidences().size() > 8);
        const auto rows = parseReliability(
            "# x\n| recorded | 1 | alone | 1 | 2 | 0.5 |\n## Reliability\n\n"
            "| evidence | its own figure | other evidence | shown | nodes | right |\n"
            "|---|---|---|---|---|---|\n"
            "| consensus | 0.7 | alone | 0.60 | 10 | 0.700 |\n"
            "| consensus | 0.8 | agreed | 0.9 | 5 | 0.8 |\n"
            "| magic | 0.9 | alone | 0.9 | 5 | 0.8 |\n"
            "| consensus | 0.9 | alone | x | 5 | 0.8 |\n"
            "## Models\n| consensus | 0.1 | alone | 0.1 | 1 | 1 |\n");
        QCOMPARE(rows.size(), std::size_t(2));
        Inspection inspection;
        for (const double confidence : {0.62, 0.95, 0.88}) {
            NodeAttribution node;
            node.kind = EvidenceKind::Consensus;
            node.confidence = confidence;
            inspection.attribution.push_back(node);
        }
        NodeAttribution other;
        other.kind = EvidenceKind::Synthetic; // not in the table: its own word
        other.confidence = 0.2;
        inspection.attribution.push_back(other);
        const Reliability made = reliabilityOf(inspection, rows);
        QCOMPARE(made.kinds[static_cast<std::size_t>(EvidenceKind::Consensus)].right,
                 (0.7 + 0.8 + 0.8) / 3);
        QCOMPARE(made.right, (0.7 + 0.8 + 0.8 + 0.2) / 4);
    }

    void causesOfOrphans()
    {
        test::InspectionBuilder b("Net");
        const ModuleId one = b.module("one", "Linear"), two = b.module("two", "Linear");
        b.input("x", {1, 8});
        b.parameter("w", {8});
        b.node(no_module, "Identity", {"w"}, "merged");
        b.node(no_module, "Mul", {"w", "w"}, "shared");
        b.node(no_module, "Cast", {"x"}, "first");
        b.node(one, "Add", {"first", "merged"}, "a");
        b.node(no_module, "Neg", {"a"}, "between");
        b.node(two, "Add", {"between", "shared"}, "c");
        b.node(no_module, "Shape", {"a"}, "size");
        b.node(two, "Reshape", {"c", "size"}, "d");
        b.node(no_module, "Abs", {"d"}, "lone0");
        b.node(no_module, "Abs", {"lone0"}, "lone1");
        b.node(no_module, "Abs", {"lone1"}, "lone2");
        b.output("lone2");
        TaskContext task;
        const auto patterns = orphan_patterns(*b.finish(), task);
        QVERIFY(patterns);
        QStringList found;
        for (const OrphanPattern& pattern : *patterns)
            found += QStringLiteral("%1 %2 %3")
                         .arg(QString::fromUtf8(to_string(pattern.cause).data()),
                              QString::fromStdString(pattern.op_type))
                         .arg(pattern.nodes.size());
        found.sort();
        const QStringList expected{
            QStringLiteral("among-orphans Abs 1"),    QStringLiteral("at-the-boundary Abs 1"),
            QStringLiteral("at-the-boundary Cast 1"), QStringLiteral("between-modules Abs 1"),
            QStringLiteral("between-modules Neg 1"),  QStringLiteral("merged-weights Identity 1"),
            QStringLiteral("shared-constant Mul 1"),  QStringLiteral("size-arithmetic Shape 1")};
        QCOMPARE(found, expected);
        for (std::size_t i = 0; i < orphan_cause_count; ++i) {
            QVERIFY(!orphanCauseName(static_cast<OrphanCause>(i)).isEmpty());
            QVERIFY(!orphanCauseFix(static_cast<OrphanCause>(i)).isEmpty());
        }
        const auto bare = test::flat_model(3);
        auto stripped = std::make_shared<Inspection>(*bare);
        for (NodeAttribution& node : stripped->attribution) {
            node.synthetic = true;
            node.module = no_module;
        }
        const auto nothing = orphan_patterns(*stripped, task);
        QVERIFY(nothing);
        for (const OrphanPattern& pattern : *nothing)
            QCOMPARE(pattern.cause, OrphanCause::NothingNamed);
    }

    void smallWindowsShowEverything()
    {
        FakeCore core;
        const auto window = openWindow(core.services(), makeFile(m_files, "small.pt"));
        for (const QSize size : {QSize(1440, 900), QSize(1024, 640)}) {
            window->resize(size);
            QTRY_COMPARE(window->size(), size); // no taller than asked for
            auto* query = window->findChild<QLineEdit*>(QStringLiteral("query"));
            QTRY_VERIFY(query->isVisible());
            QVERIFY(query->width() >= 120);
            auto* inspector = window->findChild<InspectorPanel*>();
            QVERIFY(window->selectByName(QStringLiteral("fc")));
            QTRY_VERIFY(!inspector->findChildren<ValueLabel*>().isEmpty());
            QCoreApplication::processEvents();
            // The view cuts what is wider than itself.
            QCOMPARE(inspector->widget()->width(), inspector->viewport()->width());
        }
        // Far too narrow: what has no room is behind a button, the search box too.
        window->resize(700, 640);
        auto* tools = window->findChild<QToolBar*>(QStringLiteral("toolBar"));
        tools->setFixedWidth(330);
        auto* more = tools->findChild<QToolButton*>(QStringLiteral("qt_toolbar_ext_button"));
        auto* query = window->findChild<QLineEdit*>(QStringLiteral("query"));
        QTRY_VERIFY(more->isVisible());
        QTRY_VERIFY(!query->isVisible());
        QVERIFY(!more->icon().isNull());
        QTest::mouseClick(more, Qt::LeftButton);
        QTRY_VERIFY(query->isVisible());
    }

    void columnsGiveWayButKeepTheirTitles()
    {
        FakeCore core;
        const auto window = openWindow(core.services(), makeFile(m_files, "small.pt"));
        ProblemsPanel* problems = window->problemsPanel();
        problems->showOrphans();
        const QHeaderView* header = problems->orphanView()->header();
        QTreeView* view = problems->orphanView();
        const auto room = [&](int width) {
            view->resize(width, 200);
            QCoreApplication::processEvents();
        };
        room(1000);
        QCOMPARE(header->sectionSize(OrphanModel::Name), 230);
        room(520);
        QVERIFY(header->sectionSize(OrphanModel::Name) < 230);
        QCOMPARE(header->length(), view->viewport()->width());
        room(200); // scrolls
        for (int column = 0; column < header->count(); ++column)
            if (header->sectionResizeMode(column) != QHeaderView::Stretch)
                QVERIFY2(header->sectionSize(column) >= header->sectionSizeHint(column),
                         qPrintable(QString::number(column)));
        room(1000);
        QCOMPARE(header->sectionSize(OrphanModel::Name), 230);
    }
};

QTEST_MAIN(TestDashboard)
#include "tst_dashboard.moc"
