// Attaching a source model, and two models side by side: driven by real events.
#include "fake_core.h"
#include "sample_inspection.h"

#include "ui/canvas/graph_canvas.h"
#include "ui/compare/compare_window.h"
#include "ui/compare/differences_panel.h"
#include "ui/compare/view_sync.h"
#include "ui/models/count_pair_model.h"
#include "ui/models/node_pair_model.h"
#include "ui/panels/problems_panel.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/main_window.h"
#include "ui/window/source_attachment.h"

#include <QAbstractItemModelTester>
#include <QtTest>
#include <QtWidgets>

using namespace strata;
using namespace strata::ui;
using namespace std::chrono_literals;
using strata::tests::FakeCore;
using strata::tests::sampleInspection;

namespace {

template <class T>
T* child(QWidget& widget, const char* name)
{
    T* found = widget.findChild<T*>(QString::fromLatin1(name));
    if (!found)
        qFatal("no child called %s", name);
    return found;
}

/// The sample as a file that nobody knows the source of.
std::shared_ptr<Inspection> onnxSample()
{
    auto result = sampleInspection();
    result->program = nullptr;
    result->format = ModelFormat::Onnx;
    result->strategy = "none";
    result->model_hash = "same";
    result->unsupported.clear();
    return result;
}

/// The sample with two orphans fewer, one warning about a parameter, and its source.
std::shared_ptr<Inspection> attributedSample()
{
    auto result = onnxSample();
    auto program = std::make_shared<Program>(*sampleInspection()->program);
    result->program = program;
    for (NodeAttribution& node : result->attribution)
        if (node.synthetic) {
            node.synthetic = false;
            node.module = *result->modules.find("fc");
            node.kind = EvidenceKind::StructuralMatch;
            node.confidence = 0.7;
        }
    result->coverage = compute_coverage(*result->model, result->modules, result->attribution);
    return result;
}

/// The sample with another attribute at node 0, and a Neg (node 8) after everything.
std::shared_ptr<Inspection> changedSample()
{
    auto result = onnxSample();
    const auto model = std::const_pointer_cast<OnnxModel>(result->model);
    model->nodes[0].attributes[0].value = std::vector<std::int64_t>{3, 3};
    const ValueId last = model->graphs[OnnxModel::main_graph].outputs.front();
    const ValueId made = model->add_value(OnnxModel::main_graph, "negated");
    OnnxNode node;
    node.op_type = model->intern("Neg");
    node.name = model->intern("/fc/Neg");
    node.inputs = {last};
    node.outputs = {made};
    model->add_node(OnnxModel::main_graph, std::move(node));
    result->attribution.push_back(result->attribution[5]);
    return result;
}

} // namespace

class TestTools : public QObject {
    Q_OBJECT

    QTemporaryDir m_settings;
    QTemporaryDir m_files;

    QString file(const char* name)
    {
        const QString path = m_files.filePath(QString::fromLatin1(name));
        QFile written(path);
        if (written.open(QIODevice::WriteOnly))
            written.write("model");
        return path;
    }

    /// Opens "b.onnx" as the changed sample and everything else as the plain one.
    Services services(FakeCore& core)
    {
        Services made = core.services();
        made.open = [&core](const std::filesystem::path& path, const ExportOptions&,
                            TaskContext& task) -> JobResult {
            ++core.opened;
            task.begin("load", 100);
            std::this_thread::sleep_for(core.delay);
            if (core.error)
                return tl::unexpected(*core.error);
            auto result = path.filename() == "b.onnx" ? changedSample() : onnxSample();
            result->path = path;
            return result;
        };
        made.audit = [&core](const std::filesystem::path& path, const AuditOptions& options,
                             TaskContext& task) -> JobResult {
            task.begin("attribute", 100);
            std::this_thread::sleep_for(core.delay);
            if (core.error)
                return tl::unexpected(*core.error);
            if (!core.models.empty() && options.source && options.source_model.empty())
                return failure(ErrorCode::Usage, "There are several models.");
            auto result = options.source ? attributedSample() : onnxSample();
            result->path = path;
            if (options.source)
                std::const_pointer_cast<Program>(result->program)->path = *options.source;
            return result;
        };
        made.compare = &compare_inspections;
        return made;
    }

    std::unique_ptr<MainWindow> openedWindow(const Services& with)
    {
        auto window = std::make_unique<MainWindow>(with);
        window->canvas()->setAnimated(false);
        window->show();
        if (!QTest::qWaitForWindowActive(window.get()))
            qFatal("the window does not become active");
        QSignalSpy opened(window.get(), &MainWindow::modelOpened);
        window->openFile(file("a.onnx"));
        if (!opened.wait())
            qFatal("the model was not opened");
        return window;
    }

    static void settle(GraphCanvas* canvas)
    {
        QTRY_VERIFY(canvas->scene() && !canvas->isLayoutRunning());
        QTest::qWait(30);
    }

    static QPoint placeOf(GraphCanvas* canvas, NodeId node)
    {
        const auto& scene = *canvas->scene();
        const Rect& rect = scene.boxes[scene.box_of_node.at(node)].rect;
        return canvas->toViewport(QPointF(rect.center().x, rect.center().y)).toPoint();
    }

    std::unique_ptr<CompareWindow> comparedWindow(FakeCore& core)
    {
        auto window = std::make_unique<CompareWindow>(services(core));
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
    void initTestCase()
    {
        QCoreApplication::setOrganizationName(QStringLiteral("StrataTest"));
        QCoreApplication::setApplicationName(QStringLiteral("tools"));
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
        QLocale::setDefault(QLocale::c());
        initAppearance();
        applyAppearance(ThemeChoice::Light);
    }
    void init() { QSettings().clear(); }
    void cleanup() { QVERIFY(JobRunner::waitForWorkers(5000)); }

    void attachingKeepsWhatIsSelectedAndOpen()
    {
        FakeCore core;
        const auto window = openedWindow(services(core));
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

    void attachingCanBeCancelledAndFail()
    {
        FakeCore core;
        const auto window = openedWindow(services(core));
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
        const auto window = openedWindow(services(core));
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
        const auto window = openedWindow(services(core));
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

    void comparingCanBeCancelledAndFail()
    {
        FakeCore core;
        core.delay = 150ms;
        CompareWindow window(services(core));
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

    void theMainWindowComparesWhatItShows()
    {
        FakeCore core;
        const auto window = openedWindow(services(core));
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
