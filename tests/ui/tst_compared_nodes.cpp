// Comparing nodes with PyTorch from the menu: what is asked for, how it is coloured, what is said.
#include "fake_core.h"
#include "window_test.h"

#include "ui/canvas/legend_row.h"
#include "ui/models/selection.h"
#include "ui/widgets/message_bar.h"

using namespace strata;
using namespace strata::ui;
using namespace strata::tests;

class TestComparedNodes : public QObject {
    Q_OBJECT

    QTemporaryDir m_settings;
    QTemporaryDir m_files;

    /// A model that exports, with these differences.
    static std::shared_ptr<Inspection> model(std::vector<NodeParity> parity)
    {
        auto made = std::make_shared<Inspection>(*sampleInspection());
        made->unsupported.clear();
        made->parity = std::move(parity);
        if (!made->parity.empty())
            made->parity.resize(made->model->nodes.size());
        return made;
    }
    /// Opens the sample, then compares its nodes: the answer is `result`.
    static std::unique_ptr<MainWindow> compared(FakeCore& core, const QString& file,
                                                std::shared_ptr<Inspection> result)
    {
        core.inspection = model({});
        auto window = openWindow(core.services(), file, Animation::Off);
        QAction* colors = window->findChild<QAction*>(
            QStringLiteral("colours%1").arg(static_cast<int>(ColorBy::ParityError)));
        if (colors->isEnabled() || !colors->toolTip().contains(QStringLiteral("Compare nodes")))
            qFatal("differences are offered before anything was compared");
        core.inspection = std::move(result);
        QSignalSpy opened(window.get(), &MainWindow::modelOpened);
        window->findChild<QAction*>(QStringLiteral("compareNodes"))->trigger();
        if (!opened.wait())
            qFatal("the nodes were not compared");
        return window;
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(m_settings, "compared"); }
    void init() { QSettings().clear(); }
    void cleanup() { QVERIFY(JobRunner::waitForWorkers(5000)); }

    void differencesAreColouredAndTheFirstIsShown()
    {
        FakeCore core;
        // Larger than others, but within the tolerances; small, but beyond them.
        const auto window =
            compared(core, makeFile(m_files, "net.pt"),
                     model({{true, true, 1e-5, 2e-2, 0}, {true, false, 1e-3, 1e-5, 0}}));
        QVERIFY(core.options.parity);
        QCOMPARE(window->canvas()->colorBy(), ColorBy::ParityError);
        const auto rows = [&] {
            QStringList names;
            for (const LegendRow* row : window->canvas()->findChildren<LegendRow*>())
                names += row->text();
            return names;
        };
        QTRY_VERIFY(rows().contains(QStringLiteral("Beyond the tolerances")));
        QCOMPARE(rows(),
                 (QStringList{QStringLiteral("Not compared"), QStringLiteral("0.0001 and more"),
                              QStringLiteral("Beyond the tolerances")}));
        QCOMPARE(window->messageBar()->tone(), Tone::Warning);
        QCOMPARE(window->messageBar()->text(),
                 QStringLiteral("1 of 2 nodes that were compared differ from PyTorch."));
        for (QAbstractButton* button : window->messageBar()->findChildren<QAbstractButton*>())
            if (button->text() == QStringLiteral("Show the first"))
                button->click();
        QVERIFY(window->selection()->current().isNode());
        QCOMPARE(window->selection()->current().node, NodeId(1));
    }

    void agreementIsTold()
    {
        FakeCore core;
        const auto window =
            compared(core, makeFile(m_files, "net.pt"), model({{true, true, 0.0, 0.0, 0}}));
        QCOMPARE(window->messageBar()->tone(), Tone::Success);
        QCOMPARE(window->canvas()->colorBy(), ColorBy::ParityError);
    }

    void whyNothingWasComparedIsTold()
    {
        FakeCore core;
        const auto result = model({});
        result->diagnostics.push_back({Severity::Warning,
                                       std::string(nodes_not_compared),
                                       "ONNX Runtime was not found.",
                                       {}});
        const auto window = compared(core, makeFile(m_files, "net.pt"), result);
        QCOMPARE(window->messageBar()->tone(), Tone::Warning);
        QCOMPARE(window->messageBar()->text(), QStringLiteral("ONNX Runtime was not found."));
        QCOMPARE(window->canvas()->colorBy(), ColorBy::Confidence);
    }
};

QTEST_MAIN(TestComparedNodes)
#include "tst_compared_nodes.moc"
