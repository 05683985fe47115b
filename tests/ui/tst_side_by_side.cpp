// Two nodes or modules side by side: pinned with the keyboard, followed, read, swapped.
#include "tool_samples.h"

#include "ui/sidebyside/side_by_side_panel.h"
#include "ui/sidebyside/subject_details.h"

#include <QAbstractItemModelTester>

using namespace strata;
using namespace strata::ui;
using namespace strata::tests;

class TestSideBySide : public QObject {
    Q_OBJECT

    QTemporaryDir m_settings;
    QTemporaryDir m_files;

    /// "left|mark|right" of a property in a group; empty where it is not shown.
    static QString row(SideBySidePanel& panel, const QString& group, const QString& property)
    {
        auto* view = child<QTreeView>(panel, "sideBySideTable");
        const QAbstractItemModel& model = *view->model();
        for (int i = 0; i < model.rowCount(); ++i) {
            const QModelIndex head = model.index(i, 0);
            if (head.data().toString() != group || view->isRowHidden(i, {}))
                continue;
            for (int j = 0; j < model.rowCount(head); ++j)
                if (model.index(j, 0, head).data().toString() == property &&
                    !view->isRowHidden(j, head))
                    return QStringList{
                        model.index(j, SideBySidePanel::Left, head).data().toString(),
                        model.index(j, SideBySidePanel::Mark, head).data().toString(),
                        model.index(j, SideBySidePanel::Right, head).data().toString()}
                        .join(QLatin1Char('|'));
        }
        return {};
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(m_settings, "sidebyside"); }
    void init() { QSettings().clear(); }
    void cleanup() { QVERIFY(JobRunner::waitForWorkers(5000)); }

    void pinningAndFollowing()
    {
        FakeCore core;
        const auto window =
            openWindow(toolServices(core), makeFile(m_files, "a.onnx"), Animation::Off);
        auto* panel = child<SideBySidePanel>(*window, "sideBySide");
        QAbstractItemModelTester tester(child<QTreeView>(*panel, "sideBySideTable")->model());
        QVERIFY(!panel->isVisible());
        QVERIFY(!child<QAction>(*window, "pinForComparison")->isEnabled());

        window->selection()->select(Target::ofNode(0));
        QTest::keyClick(window.get(), Qt::Key_K, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(panel->isVisible());
        QCOMPARE(panel->left(), Target::ofNode(0));
        QVERIFY(child<QLabel>(*panel, "sideBySideHint")->text().contains(QStringLiteral("pinned")));

        // Two convolutions: the same operator, only one with attributes.
        window->selection()->select(Target::ofNode(2));
        QCOMPARE(panel->right(), Target::ofNode(2));
        QCOMPARE(row(*panel, QStringLiteral("Facts"), QStringLiteral("Operator")),
                 QStringLiteral("Conv||Conv"));
        QCOMPARE(row(*panel, QStringLiteral("Facts"), QStringLiteral("Module")),
                 QStringLiteral("conv1|≠|layer1.0.conv"));
        QCOMPARE(row(*panel, QStringLiteral("Attributes"), QStringLiteral("kernel_shape")),
                 QStringLiteral("[2, 2]|≠|–"));
        QVERIFY(panel->differences() > 2);

        // Only differences; the whole as text.
        child<QCheckBox>(*panel, "sideBySideOnly")->click();
        QVERIFY(row(*panel, QStringLiteral("Facts"), QStringLiteral("Operator")).isEmpty());
        QVERIFY(!row(*panel, QStringLiteral("Facts"), QStringLiteral("Module")).isEmpty());
        child<QToolButton>(*panel, "sideBySideCopy")->click();
        QVERIFY(QGuiApplication::clipboard()->text().contains(
            QStringLiteral("Module\tconv1\t≠\tlayer1.0.conv")));

        child<QToolButton>(*panel, "sideBySideSwap")->click();
        QCOMPARE(panel->left(), Target::ofNode(2));
        QCOMPARE(row(*panel, QStringLiteral("Facts"), QStringLiteral("Module")),
                 QStringLiteral("layer1.0.conv|≠|conv1"));
        // To look at a side does not put another there.
        QTest::mouseClick(child<QToolButton>(*panel, "sideBySideRight"), Qt::LeftButton);
        QCOMPARE(window->selection()->current(), Target::ofNode(0));
        QCOMPARE(panel->right(), Target::ofNode(0));
        QCOMPARE(panel->left(), Target::ofNode(2));

        child<QToolButton>(*panel, "sideBySideClear")->click();
        QVERIFY(panel->left().isEmpty());
        window->selection()->select(Target::ofNode(5));
        QVERIFY(panel->right().isEmpty());
    }

    void theTwoThatAreChosen()
    {
        FakeCore core;
        const auto window =
            openWindow(toolServices(core), makeFile(m_files, "a.onnx"), Animation::Off);
        auto* panel = child<SideBySidePanel>(*window, "sideBySide");
        auto* action = child<QAction>(*window, "compareChosen");
        window->expandModule(QStringLiteral("*"));
        settle(window->canvas());
        QVERIFY(!action->isEnabled());
        QTest::mouseClick(window->canvas()->viewport(), Qt::LeftButton, {},
                          placeOf(window->canvas(), 1));
        QTest::mouseClick(window->canvas()->viewport(), Qt::LeftButton, Qt::ControlModifier,
                          placeOf(window->canvas(), 5));
        QVERIFY(action->isEnabled());
        action->trigger();
        QCOMPARE(panel->left(), Target::ofNode(1));
        QCOMPARE(panel->right(), Target::ofNode(5));
        QCOMPARE(row(*panel, QStringLiteral("Facts"), QStringLiteral("Operator")),
                 QStringLiteral("Relu|≠|Gemm"));
    }

    void modulesAndTheirWeights()
    {
        const auto inspection = sampleInspection();
        // conv1.weight is 0.5 everywhere; another of its shape with one element changed.
        auto program = std::make_shared<Program>(*inspection->program);
        std::vector<float> numbers(48, 0.5F);
        numbers[7] = -1.5F;
        std::vector<std::byte> bytes(numbers.size() * sizeof(float));
        std::memcpy(bytes.data(), numbers.data(), bytes.size());
        program->tensors[1] = Tensor::from_bytes(DType::Float32, {4, 3, 2, 2}, bytes);
        inspection->program = program;
        SideBySidePanel panel;
        panel.setInspection(inspection);
        const Target conv1 = Target::ofModule(*inspection->modules.find("conv1"));
        const Target conv = Target::ofModule(*inspection->modules.find("layer1.0.conv"));
        panel.compare(conv1, conv);
        QCOMPARE(row(panel, QStringLiteral("Facts"), QStringLiteral("Class")),
                 QStringLiteral("Conv2d||Conv2d"));
        QTRY_COMPARE(row(panel, QStringLiteral("weight"), QStringLiteral("Minimum")),
                     QStringLiteral("0.5|≠|-1.5"));
        QCOMPARE(row(panel, QStringLiteral("weight"), QStringLiteral("Maximum")),
                 QStringLiteral("0.5||0.5"));
        QCOMPARE(row(panel, QStringLiteral("weight"), QStringLiteral("Type")),
                 QStringLiteral("float32[4,3,2,2]||float32[4,3,2,2]"));
        QCOMPARE(
            row(panel, QStringLiteral("weight"), QStringLiteral("Largest difference of elements")),
            QStringLiteral("2||2"));
        // Another model: nothing of the old one is left.
        panel.setInspection(nullptr);
        QVERIFY(panel.left().isEmpty() && panel.right().isEmpty());
    }
};

QTEST_MAIN(TestSideBySide)
#include "tst_side_by_side.moc"
