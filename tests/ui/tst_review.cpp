// The review in the window, driven by real events: triage by keyboard, many at once, modules, undo,
// notes, merging, what it changes elsewhere, and that it is on disk.
#include "fake_core.h"
#include "sample_inspection.h"
#include "window_test.h"

#include "review/review_file.h"
#include "ui/canvas/graph_canvas.h"
#include "ui/models/module_tree_model.h"
#include "ui/panels/inspector_panel.h"
#include "ui/panels/module_panel.h"
#include "ui/panels/search_bar.h"
#include "ui/review/module_picker.h"
#include "ui/review/review_feature.h"
#include "ui/review/review_panel.h"
#include "ui/review/review_progress.h"
#include "ui/review/review_section.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/main_window.h"

#include <QtTest>
#include <QtWidgets>

using namespace strata;
using namespace strata::ui;
using namespace strata::tests;

namespace {

QStringList list(std::initializer_list<const char*> texts)
{
    QStringList result;
    for (const char* text : texts)
        result += QString::fromUtf8(text);
    return result;
}

} // namespace

class TestReview : public QObject {
    Q_OBJECT

    QTemporaryDir m_settings;
    std::unique_ptr<QTemporaryDir> m_files;
    FakeCore m_core;
    std::unique_ptr<MainWindow> m_window;
    ReviewFeature* m_feature = nullptr;
    ReviewPanel* m_panel = nullptr;

    QString file(const char* name) const { return m_files->filePath(QString::fromLatin1(name)); }
    std::filesystem::path reviewFile() const { return file("net.pt.review.json").toStdString(); }
    ReviewSnapshotPtr review() const { return m_feature->controller()->snapshot(); }
    void settle() { QTRY_VERIFY(m_panel->isReady()); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(m_panel->queue(), key, modifiers);
    }
    QStringList queue() const
    {
        QStringList names;
        for (int row = 0; row < m_panel->queueModel()->rowCount(); ++row)
            names += m_panel->queueModel()->index(row, ReviewQueueModel::Name).data().toString();
        return names;
    }
    ReviewVerdict verdict(NodeId node) const { return review()->overlay.nodes[node].verdict; }

    void open()
    {
        m_window = openWindow(m_core.services(), makeFile(*m_files, "net.pt"));
        m_feature = m_window->findChild<ReviewFeature*>();
        QVERIFY(m_feature);
        m_panel = m_feature->panel();
        QTRY_VERIFY(review() != nullptr);
        settle();
        m_feature->show(); // with the first node of the queue selected
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(m_settings, "review"); }
    void init()
    {
        QSettings().clear();
        ReviewController::setAuthor(QStringLiteral("Ann"));
        m_files = std::make_unique<QTemporaryDir>();
        open();
    }
    void cleanup()
    {
        m_window.reset();
        QVERIFY(JobRunner::waitForWorkers(5000));
    }

    void modelsKeepTheRules()
    {
        ReviewQueueModel queueModel;
        ReviewConflictModel conflicts;
        ReviewHistoryModel history;
        QAbstractItemModelTester a(&queueModel), b(&conflicts), c(&history);
        QAbstractItemModelTester d(m_panel->queueModel());
        QAbstractItemModelTester tree(m_window->modulePanel()->model());
        TaskContext task;
        queueModel.setRows(review(), ReviewQueueModel::rowsOf(*review(), QueueFilter::All, -1,
                                                              Qt::AscendingOrder, task));
        QCOMPARE(queueModel.rowCount(), 8);
        press(Qt::Key_A);
        settle();
        queueModel.setReview(review());
        conflicts.setReview(review());
        history.setReview(review());
        QCOMPARE(history.rowCount(), 1);
        for (int column = 0; column < ReviewQueueModel::ColumnCount; ++column)
            for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder})
                QCOMPARE(ReviewQueueModel::rowsOf(*review(), QueueFilter::All, column, order, task)
                             .size(),
                         std::size_t(8));
        queueModel.setReview(nullptr);
        QCOMPARE(queueModel.rowCount(), 0);
    }

    void aLongQueueIsWhole()
    {
        // Three lots of rows, and the last row is wanted first.
        auto many = std::make_shared<ReviewSnapshot>(*review());
        const std::size_t count = 2 * static_cast<std::size_t>(ReviewQueueModel::rows_at_once) + 7;
        const std::shared_ptr<Inspection> inspection = sampleInspection();
        const auto model = std::const_pointer_cast<OnnxModel>(inspection->model);
        while (model->nodes.size() < count)
            model->nodes.push_back(OnnxNode(model->nodes.front()));
        inspection->attribution.resize(count, inspection->attribution.front());
        many->inspection = inspection;
        many->overlay.nodes.resize(count);
        TaskContext task;
        auto rows = ReviewQueueModel::rowsOf(*many, QueueFilter::All, -1, Qt::AscendingOrder, task);
        QCOMPARE(rows.size(), count);
        ReviewQueueModel model_of_rows;
        QAbstractItemModelTester tester(&model_of_rows);
        tester.setUseFetchMore(false); // it would fetch while rows are being inserted
        model_of_rows.setRows(many, rows);
        QCOMPARE(model_of_rows.totalRows(), static_cast<int>(count));
        QVERIFY(model_of_rows.rowCount() < model_of_rows.totalRows());
        const NodeId last = rows.back();
        const int row = model_of_rows.rowOf(last);
        QCOMPARE(row, static_cast<int>(count) - 1);
        QVERIFY(row < model_of_rows.rowCount());
        QCOMPARE(model_of_rows.index(row, 0).data(ReviewQueueModel::NodeIdRole).toUInt(), last);
        QVERIFY(!model_of_rows.canFetchMore({}));
        QCOMPARE(model_of_rows.rowOf(no_id), -1);
    }

    void triageByKeyboard()
    {
        // Orphans, then what evidence contradicts, then by confidence.
        QCOMPARE(queue(),
                 list({"Identity_7", "Cast_9", "/conv1/Conv", "Add #3", "/layer1/0/act/Relu"}));
        press(Qt::Key_A); // the first orphan rightly has no module; on to the next by itself
        press(Qt::Key_V);
        press(Qt::Key_R);
        settle();
        QCOMPARE(verdict(4), ReviewVerdict::Accepted);
        QVERIFY(review()->overlay.nodes[7].marked);
        QCOMPARE(verdict(0), ReviewVerdict::Rejected);
        QCOMPARE(queue(), list({"Add #3", "/layer1/0/act/Relu"}));
        QCOMPARE(m_window->selection()->current(), Target::ofNode(3));
        // It is saved already.
        const auto saved = load_review(reviewFile());
        QVERIFY(saved);
        QCOMPARE(saved->events().size(), std::size_t(3));
        QCOMPARE(saved->events()[0].who, std::string("Ann"));
        auto* progress = child<ReviewProgress>(*m_panel, "reviewProgress");
        QCOMPARE(progress->counts().done(), std::uint64_t(3));
        QCOMPARE(progress->counts().total, std::uint64_t(5));
        QVERIFY(child<QLabel>(*m_panel, "reviewProgressText")
                    ->text()
                    .contains(QLatin1String("3 of 5")));
        // 6 of 8 nodes had a module; one has none any more.
        const QString figures = child<QLabel>(*m_panel, "reviewFigures")->text();
        QVERIFY2(figures.contains(u'\u2192'), qPrintable(figures));
        QCOMPARE(review()->overlay.figures.after.attributed, std::uint64_t(5));
        // The machine's own figures stay.
        QCOMPARE(m_window->inspection()->coverage.all.attributed, std::uint64_t(6));
    }

    void undoAndRedo()
    {
        press(Qt::Key_A);
        press(Qt::Key_R);
        settle();
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
        settle();
        QCOMPARE(verdict(7), ReviewVerdict::None);
        QCOMPARE(verdict(4), ReviewVerdict::Accepted);
        QCOMPARE(queue().first(), QStringLiteral("Cast_9"));
        QTest::mouseClick(child<QToolButton>(*m_panel, "reviewUndo"), Qt::LeftButton);
        settle();
        QVERIFY(!child<QToolButton>(*m_panel, "reviewUndo")->isEnabled());
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        settle();
        QCOMPARE(verdict(4), ReviewVerdict::Accepted);
        QCOMPARE(verdict(7), ReviewVerdict::Rejected);
        // After closing and opening again all of it is there, and can still be undone.
        m_window.reset();
        open();
        QCOMPARE(verdict(7), ReviewVerdict::Rejected);
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
        settle();
        QCOMPARE(verdict(7), ReviewVerdict::None);
    }

    void reassignWithThePicker()
    {
        QTest::keyClicks(child<QLineEdit>(*m_panel, "reviewWhy"), QStringLiteral("runs there"));
        press(Qt::Key_M);
        auto* edit = child<QLineEdit>(*m_window, "modulePickerEdit");
        auto* list = child<QListView>(*m_window, "modulePickerList");
        QVERIFY(m_panel->picker()->isVisible());
        // With nothing typed, the modules of its neighbours: the Add before and the Gemm behind.
        QStringList offered;
        for (int row = 0; row < list->model()->rowCount(); ++row)
            offered += list->model()->index(row, 0).data().toString();
        QVERIFY2(offered.size() >= 2 && offered[0].startsWith(QLatin1String("layer1.0")) &&
                     offered[1].startsWith(QLatin1String("fc")),
                 qPrintable(offered.join(u'|')));
        QTest::keyClicks(edit, QStringLiteral("l1conv"));
        QTRY_VERIFY(m_panel->picker()->isReady() && list->model()->rowCount() == 1);
        QTest::keyClick(edit, Qt::Key_Return);
        QVERIFY(!m_panel->picker()->isVisible());
        settle();
        QCOMPARE(verdict(4), ReviewVerdict::Reassigned);
        QCOMPARE(review()->overlay.nodes[4].module,
                 *m_window->inspection()->modules.find("layer1.0.conv"));
        QCOMPARE(load_review(reviewFile())->events()[0].why, std::string("runs there"));
        QVERIFY(child<QLineEdit>(*m_panel, "reviewWhy")->text().isEmpty());
        QVERIFY(m_panel->queue()->hasFocus());
        // Escape leaves everything as it is.
        press(Qt::Key_M);
        QTest::keyClick(edit, Qt::Key_Escape);
        QVERIFY(!m_panel->picker()->isVisible());
        settle();
        QCOMPARE(review()->log->events().size(), std::size_t(1));
    }

    void manyAtOnceAreOneStep()
    {
        press(Qt::Key_Down, Qt::ShiftModifier);
        press(Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(m_panel->nodes().size(), std::size_t(3));
        press(Qt::Key_A);
        settle();
        QCOMPARE(review()->overlay.figures.accepted, std::uint64_t(3));
        QCOMPARE(review()->log->events().size(), std::size_t(1));
        m_feature->controller()->undo();
        settle();
        QCOMPARE(review()->overlay.figures.accepted, std::uint64_t(0));
    }

    void wholeModules()
    {
        const ModuleId layer = *m_window->inspection()->modules.find("layer1");
        m_window->selection()->select(Target::ofModule(layer), m_window->modulePanel());
        QCOMPARE(m_panel->module(), layer);
        QVERIFY(
            child<QLabel>(*m_panel, "reviewTarget")->toolTip().contains(QLatin1String("layer1")));
        QTest::mouseClick(child<QToolButton>(*m_panel, "reviewAccept"), Qt::LeftButton);
        settle();
        QCOMPARE(review()->overlay.figures.accepted, std::uint64_t(3));
        // Tree, inspector, and the query say so.
        const QModelIndex row = m_window->modulePanel()->model()->indexOf(layer);
        QVERIFY(!row.data(Qt::DecorationRole).value<QIcon>().isNull());
        QVERIFY(row.data(Qt::ToolTipRole).toString().contains(QLatin1String("3 of 3")));
        auto* facts = child<FactGrid>(*m_window, "reviewFacts");
        QCOMPARE(facts->value(QStringLiteral("Decision")), QStringLiteral("Accepted"));
        QCOMPARE(facts->value(QStringLiteral("By")), QStringLiteral("Ann"));
        m_window->searchBar()->setQuery(QStringLiteral("reviewed:yes"));
        QTRY_COMPARE(m_window->searchBar()->found().size(), std::size_t(3));
        m_feature->controller()->undo();
        QTRY_COMPARE(m_window->searchBar()->found().size(), std::size_t(0));
        m_window->searchBar()->setQuery(QStringLiteral("reviewed:no"));
        QTRY_COMPARE(m_window->searchBar()->found().size(), std::size_t(8));
    }

    void notes()
    {
        press(Qt::Key_N);
        auto* edit = child<QLineEdit>(*m_panel, "reviewNoteEdit");
        QVERIFY(edit->isVisible());
        QTest::keyClicks(edit, QStringLiteral("ask <b>Bea</b>"));
        QTest::keyClick(edit, Qt::Key_Return);
        settle();
        QVERIFY(!edit->isVisible());
        QCOMPARE(review()->overlay.node_notes.at(4), std::string("ask <b>Bea</b>"));
        QCOMPARE(child<FactGrid>(*m_window, "reviewFacts")->value(QStringLiteral("Note")),
                 QStringLiteral("ask <b>Bea</b>"));
        QVERIFY(!review()->overlay.nodes[4].reviewed()); // a note is not a judgement
        m_window->searchBar()->setQuery(QStringLiteral("note:*bea*"));
        QTRY_COMPARE(m_window->searchBar()->found().size(), std::size_t(1));
        press(Qt::Key_N);
        QCOMPARE(edit->text(), QStringLiteral("ask <b>Bea</b>"));
        QTest::keyClick(edit, Qt::Key_Escape);
        QVERIFY(!edit->isVisible());
    }

    void nodesFromElsewhere()
    {
        // The Gemm is sure and not in the queue; decisions are about it all the same.
        m_window->selection()->select(Target::ofNode(5), nullptr);
        QCOMPARE(m_panel->nodes(), std::vector<NodeId>{5});
        QTest::keyClick(m_window.get(), Qt::Key_J, Qt::ControlModifier | Qt::ShiftModifier);
        settle();
        QCOMPARE(verdict(5), ReviewVerdict::Rejected);
        auto* filter = child<QComboBox>(*m_panel, "reviewFilter");
        filter->setCurrentIndex(2);
        settle();
        QCOMPARE(queue(), list({"/fc/Gemm"}));
        press(Qt::Key_Down);
        press(Qt::Key_X);
        settle();
        QCOMPARE(verdict(5), ReviewVerdict::None);
        // F9 goes through what is open.
        filter->setCurrentIndex(0);
        settle();
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QCOMPARE(m_window->selection()->current(), Target::ofNode(4));
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QCOMPARE(m_window->selection()->current(), Target::ofNode(7));
    }

    void sortingByAColumn()
    {
        auto* header = m_panel->queue()->header();
        const QPoint name(header->sectionViewportPosition(ReviewQueueModel::Name) + 20,
                          header->height() / 2);
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, name);
        settle();
        QStringList sorted = queue();
        sorted.sort();
        QCOMPARE(queue(), sorted);
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, name);
        settle();
        std::reverse(sorted.begin(), sorted.end());
        QCOMPARE(queue(), sorted);
    }

    void mergingShowsDisagreement()
    {
        press(Qt::Key_A);
        settle();
        // Bea, who saw none of it, rejects the same node, and accepts another.
        TaskContext task;
        auto ids = NodeIdentities::of(*m_window->inspection()->model, task);
        ReviewSession bea(m_window->inspection(),
                          std::make_shared<const NodeIdentities>(std::move(*ids)), {}, "Bea");
        QVERIFY(
            bea.decide({ReviewAction::Reject, {4}, {}, no_module, "", ""}, "2026-01-01T00:00:00Z"));
        QVERIFY(
            bea.decide({ReviewAction::Accept, {5}, {}, no_module, "", ""}, "2026-01-01T00:00:01Z"));
        QVERIFY(save_review(bea.log(), file("bea.review.json").toStdString()));
        QSignalSpy merged(m_feature->controller(), &ReviewController::merged);
        m_feature->controller()->mergeFile(file("bea.review.json"));
        QVERIFY(merged.wait());
        QCOMPARE(merged[0][1].toInt(), 2);
        QCOMPARE(merged[0][2].toInt(), 1);
        settle();
        QCOMPARE(verdict(5), ReviewVerdict::Accepted);
        auto* conflicts = child<QTreeView>(*m_panel, "reviewConflicts");
        QCOMPARE(conflicts->model()->rowCount(), 1);
        QVERIFY(conflicts->model()->index(0, 1).data().toString().contains(QLatin1String("Bea")));
        auto* tabs = child<QTabWidget>(*m_panel, "reviewTabs");
        QVERIFY(tabs->tabText(1).contains(u'1'));
        tabs->setCurrentIndex(1);
        QTest::mouseClick(conflicts->viewport(), Qt::LeftButton, {},
                          conflicts->visualRect(conflicts->model()->index(0, 0)).center());
        QCOMPARE(m_window->selection()->current(), Target::ofNode(4));
        // Deciding again settles it.
        m_panel->decide(ReviewAction::Accept);
        settle();
        QCOMPARE(conflicts->model()->rowCount(), 0);
        QCOMPARE(load_review(reviewFile())->events().size(), std::size_t(4));
    }

    void damagedFilesAreToldAndLeftAlone()
    {
        m_window.reset();
        QFile damaged(file("net.pt.review.json"));
        QVERIFY(damaged.open(QIODevice::WriteOnly));
        damaged.write("{ not a review");
        damaged.close();
        open();
        QTRY_VERIFY(m_window->messageBar()->isVisible());
        press(Qt::Key_A);
        settle();
        QCOMPARE(verdict(4), ReviewVerdict::Accepted);
        QVERIFY(damaged.open(QIODevice::ReadOnly));
        QCOMPARE(damaged.readAll(), QByteArray("{ not a review"));
    }

    void exportsTakeTheReviewAlong()
    {
        press(Qt::Key_A);
        settle();
        QSignalSpy exported(m_window.get(), &MainWindow::exported);
        m_window->exportTo(file("out.onnx"), {});
        QVERIFY(exported.wait());
        settle();
        const auto beside = load_review(file("out.review.json").toStdString());
        QVERIFY(beside);
        QCOMPARE(beside->events().size(), std::size_t(1));
    }

    void nothingIsWrittenBeforeADecision()
    {
        settle();
        QVERIFY(!QFile::exists(file("net.pt.review.json")));
        m_window->closeModel();
        QVERIFY(review() == nullptr);
        QCOMPARE(m_panel->queueModel()->rowCount(), 0);
        QVERIFY(!m_panel->isEnabled());
    }

    void everythingHasAName()
    {
        for (const QWidget* widget : m_panel->findChildren<QWidget*>())
            if (widget->focusPolicy() != Qt::NoFocus && widget->isVisible() &&
                !widget->inherits("QTabBar") && !widget->inherits("QHeaderView") &&
                !qobject_cast<const QAbstractScrollArea*>(widget->parentWidget()) &&
                !qobject_cast<const QTabWidget*>(widget))
                QVERIFY2(!widget->accessibleName().isEmpty(),
                         qPrintable(widget->objectName() + u' ' +
                                    QString::fromLatin1(widget->metaObject()->className())));
    }
};

QTEST_MAIN(TestReview)
#include "tst_review.moc"
