// Two models side by side, driven by real events.
#include "tool_samples.h"

#include "ui/compare/compare_window.h"
#include "ui/compare/differences_panel.h"
#include "ui/compare/view_sync.h"
#include "ui/models/count_pair_model.h"
#include "ui/models/node_pair_model.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/appearance.h"
#include "ui/window/main_window.h"
#include "ui/window/session_keeper.h"
#include "ui/window/window_list.h"

#include <QAbstractItemModelTester>

using namespace strata;
using namespace strata::ui;
using namespace std::chrono_literals;
using namespace strata::tests;

class TestCompare : public QObject {
    Q_OBJECT

    QTemporaryDir m_settings;
    QTemporaryDir m_files;

    QString file(const char* name) { return makeFile(m_files, name); }

    std::unique_ptr<CompareWindow> comparedWindow(FakeCore& core)
    {
        auto window = std::make_unique<CompareWindow>(toolServices(core));
        window->resize(1200, 900);
        window->first()->setAnimated(false);
        window->second()->setAnimated(false);
        window->show();
        if (!QTest::qWaitForWindowActive(window.get()))
            qFatal("the window does not become active");
        QSignalSpy compared(window.get(), &CompareWindow::compared);
        window->compareFiles(file("a.onnx"), file("b.onnx"));
        if (!compared.wait())
            qFatal("nothing was compared");
        settle(window->first());
        settle(window->second());
        return window;
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(m_settings, "compare"); }
    void init() { QSettings().clear(); }
    void cleanup() { QVERIFY(JobRunner::waitForWorkers(5000)); }

    void modelsOfTheComparisonAreSound()
    {
        auto a = onnxSample();
        auto b = changedSample();
        TaskContext task;
        auto found = compare_inspections(*a, *b, task);
        QVERIFY(found);
        DifferencesModel model;
        DifferencesFilter filter;
        filter.setSourceModel(&model);
        NodePairModel pair;
        CountPairModel counts(QStringLiteral("Operator"));
        const QAbstractItemModelTester testers[] = {
            {&model, QAbstractItemModelTester::FailureReportingMode::QtTest},
            {&filter, QAbstractItemModelTester::FailureReportingMode::QtTest},
            {&pair, QAbstractItemModelTester::FailureReportingMode::QtTest},
            {&counts, QAbstractItemModelTester::FailureReportingMode::QtTest}};
        counts.setCounts(found->op_types);
        model.setComparison(makeComparison(a, b, std::move(*found)));
        QCOMPARE(model.count(DifferenceClass::Changed), 1U);
        QCOMPARE(model.count(DifferenceClass::Added), 1U);
        QCOMPARE(model.count(DifferenceClass::Removed), 0U);
        const QModelIndex changed = filter.indexOf(true, 0);
        QVERIFY(changed.isValid());
        QVERIFY(changed.siblingAtColumn(DifferencesModel::Detail)
                    .data()
                    .toString()
                    .contains(QStringLiteral("kernel_shape")));
        QCOMPARE(changed.siblingAtColumn(DifferencesModel::ModulePath).data().toString(),
                 QStringLiteral("conv1"));
        filter.setShown(DifferenceClass::Changed, false);
        QVERIFY(!filter.indexOf(true, 0).isValid());
        QVERIFY(filter.indexOf(false, 8).isValid());
        filter.setFilterFixedString(QStringLiteral("nowhere"));
        QCOMPARE(filter.rowCount(), 0);
        pair.setNodes(a.get(), 0, b.get(), 0);
        bool kernel_differs = false;
        for (int row = 0; row < pair.rowCount(); ++row) {
            const QModelIndex property = pair.index(row, NodePairModel::Property);
            const bool differs = property.data(NodePairModel::DiffersRole).toBool();
            const QString name = property.data().toString();
            if (name == QLatin1String("kernel_shape"))
                kernel_differs = differs;
            else
                QVERIFY2(!differs, qPrintable(name));
        }
        QVERIFY(kernel_differs);
        pair.setNodes(a.get(), no_id, b.get(), 8);
        QCOMPARE(pair.index(0, NodePairModel::First).data().toString(), QString());
        QCOMPARE(pair.index(0, NodePairModel::Second).data().toString(), QStringLiteral("Neg"));
    }

    void clickingANodeSelectsItsPartner()
    {
        FakeCore core;
        const auto window = comparedWindow(core);
        QCOMPARE(window->comparison()->classes_a->at(0), DifferenceClass::Changed);
        QCOMPARE(window->comparison()->classes_b->at(8), DifferenceClass::Added);
        QVERIFY(window->expandModule(QStringLiteral("*")));
        settle(window->first());
        settle(window->second());
        window->sync()->reveal(2, 2);
        settle(window->first());
        settle(window->second());
        QTest::mouseClick(window->first()->viewport(), Qt::LeftButton, {},
                          placeOf(window->first(), 2));
        QCOMPARE(window->second()->selectedNode(), 2U);
        settle(window->second());
        // Both lie at the same place.
        const QPoint apart = placeOf(window->first(), 2) - placeOf(window->second(), 2);
        QVERIFY2(apart.manhattanLength() <= 3,
                 qPrintable(QStringLiteral("%1 %2").arg(apart.x()).arg(apart.y())));
        QCOMPARE(window->differences()->pair()->index(0, NodePairModel::First).data().toString(),
                 QStringLiteral("Conv"));
    }

    void theViewsMoveTogetherUntilTheyAreUnlinked()
    {
        FakeCore core;
        const auto window = comparedWindow(core);
        window->expandModule(QStringLiteral("*"));
        settle(window->first());
        settle(window->second());
        window->sync()->reveal(2, 2);
        settle(window->first());
        settle(window->second());
        const auto drag = [&](const QPoint& by) {
            QWidget* view = window->first()->viewport();
            const QPoint from(20, 20);
            QTest::mousePress(view, Qt::LeftButton, {}, from);
            for (int i = 1; i <= 5; ++i)
                QTest::mouseMove(view, from + by * i / 5);
            QTest::mouseRelease(view, Qt::LeftButton, {}, from + by);
            QTest::qWait(60);
        };
        const QPoint before = placeOf(window->second(), 2);
        drag({40, -60});
        const QPoint moved = placeOf(window->second(), 2) - before;
        QVERIFY2((moved - QPoint(40, -60)).manhattanLength() <= 3,
                 qPrintable(QStringLiteral("%1 %2").arg(moved.x()).arg(moved.y())));
        QWheelEvent wheel(QPointF(200, 200), window->first()->mapToGlobal(QPointF(200, 200)), {},
                          QPoint(0, 240), Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(window->first()->viewport(), &wheel);
        QTRY_COMPARE(window->second()->zoom(), window->first()->zoom());
        child<QAction>(*window, "linkViews")->trigger();
        const QPoint still = placeOf(window->second(), 2);
        drag({-30, 30});
        QCOMPARE(placeOf(window->second(), 2), still);
    }

    void openingAModuleOpensItOnBothSides()
    {
        FakeCore core;
        const auto window = comparedWindow(core);
        const ModuleId fc = *window->comparison()->a->modules.find("fc");
        window->first()->expand(fc);
        settle(window->first());
        settle(window->second());
        QVERIFY(window->second()->isExpanded(fc));
        window->second()->collapse(fc);
        settle(window->second());
        QVERIFY(!window->first()->isExpanded(fc));
    }

    void theListNavigates()
    {
        FakeCore core;
        const auto window = comparedWindow(core);
        QTreeView* view = window->differences()->view();
        QCOMPARE(view->model()->rowCount(), 2);
        QTest::keyClick(window.get(), Qt::Key_F8);
        settle(window->first());
        settle(window->second());
        QCOMPARE(window->first()->selectedNode(), 0U);
        QCOMPARE(window->second()->selectedNode(), 0U);
        QTest::keyClick(window.get(), Qt::Key_F8);
        settle(window->second());
        QCOMPARE(window->first()->selectedNode(), no_id);
        QCOMPARE(window->second()->selectedNode(), 8U);
        QVERIFY(window->second()->scene()->box_of_node.contains(8)); // its module was opened
        QTest::keyClick(window.get(), Qt::Key_F8);                   // round the end
        QCOMPARE(window->first()->selectedNode(), 0U);
        auto* chip = child<QToolButton>(*window, "show-changed");
        QTest::mouseClick(chip, Qt::LeftButton);
        QCOMPARE(view->model()->rowCount(), 1);
        const QModelIndex row = view->model()->index(0, 0);
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(row).center());
        QCOMPARE(window->second()->selectedNode(), 8U);
    }

    void filesThatChangeAreToldAndComparedAgain()
    {
        FakeCore core;
        const auto window = comparedWindow(core);
        MessageBar* bar = window->fileChangeBar();
        QVERIFY(!bar->isVisible());
        const auto touch = [](const QString& path) {
            QFile changed(path);
            QVERIFY(changed.open(QIODevice::Append));
            changed.write("more");
        };
        QSignalSpy compared(window.get(), &CompareWindow::compared);
        for (const char* name : {"b.onnx", "a.onnx"}) {
            touch(m_files.filePath(QLatin1String(name)));
            QTRY_VERIFY_WITH_TIMEOUT(bar->isVisible(), 10000);
            QVERIFY(bar->text().contains(QLatin1String(name)));
            QVERIFY(compared.isEmpty()); // nothing is read before it is asked for
            QToolButton* reload = nullptr;
            for (QToolButton* button : bar->findChildren<QToolButton*>())
                if (button->isVisible() && button->text() == QLatin1String("Reload"))
                    reload = button;
            QVERIFY(reload);
            QTest::mouseClick(reload, Qt::LeftButton);
            QVERIFY(compared.wait());
            QVERIFY(!bar->isVisible());
            compared.clear();
        }
    }

    void comparingCanBeCancelledAndFail()
    {
        FakeCore core;
        core.delay = 150ms;
        CompareWindow window(toolServices(core));
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.compareFiles(file("a.onnx"), file("b.onnx"));
        QVERIFY(window.isBusy());
        QTest::keyClick(&window, Qt::Key_Escape);
        QVERIFY(!window.isBusy());
        QVERIFY(JobRunner::waitForWorkers(5000));
        QVERIFY(!window.comparison());
        core.delay = 0ms;
        core.error = Error{ErrorCode::CannotRead, "b.onnx is cut off.", {}};
        QSignalSpy failed(&window, &CompareWindow::failed);
        window.compareFiles(file("a.onnx"), file("b.onnx"));
        QVERIFY(failed.wait());
        QVERIFY(window.messageBar()->text().contains(QStringLiteral("cut off")));
        core.error.reset();
        QSignalSpy compared(&window, &CompareWindow::compared);
        window.compareFiles(file("a.onnx"), file("a.onnx"));
        QVERIFY(compared.wait());
        QVERIFY(window.messageBar()->text().contains(QStringLiteral("equal")));
    }

    void theNextStartOpensComparisons()
    {
        FakeCore core;
        const QString a = file("a.onnx");
        const QString b = file("b.onnx");
        Services services = core.services();
        services.compare = [](const Inspection&, const Inspection&,
                              TaskContext&) -> Result<ModelComparison> {
            return failure(ErrorCode::CannotRead, "not in this test");
        };
        const auto open = [] {
            std::vector<CompareWindow*> windows;
            for (QWidget* widget : QApplication::topLevelWidgets())
                if (auto* window = qobject_cast<CompareWindow*>(widget))
                    windows.push_back(window);
            return windows;
        };
        QRect place;
        {
            SessionKeeper keeper(services);
            MainWindow* main = WindowList::instance().open(services);
            main->openFile(a);
            QTRY_VERIFY(main->inspection());
            auto* window = new CompareWindow(services);
            window->setAttribute(Qt::WA_DeleteOnClose);
            window->show();
            window->setGeometry(60, 50, 900, 600);
            window->compareFiles(a, b);
            QTRY_VERIFY(!window->isBusy());
            place = window->geometry();
            // One that is closed is done with.
            CompareWindow closed(services);
            closed.show();
            closed.compareFiles(b, a);
            QTRY_VERIFY(!closed.isBusy());
            closed.close();
            WindowList::instance().quit();
            delete window;
        }
        QCOMPARE(SessionKeeper::stored().size(), std::size_t(2));
        SessionKeeper keeper(services);
        QCOMPARE(keeper.restore(), 2);
        QCOMPARE(WindowList::instance().windows().size(), std::size_t(1));
        QCOMPARE(open().size(), std::size_t(1));
        CompareWindow* again = open().front();
        QVERIFY(again->isVisible());
        QCOMPARE(again->firstFile(), a);
        QCOMPARE(again->secondFile(), b);
        QCOMPARE(again->geometry(), place);
        QTRY_VERIFY(!again->isBusy());
        QTRY_VERIFY(!QSettings().value(QStringLiteral("session/opening")).toBool());
        delete again;
    }
};

QTEST_MAIN(TestCompare)
#include "tst_compare.moc"
