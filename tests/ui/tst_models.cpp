// The models that the window's views show, with Qt's own model tester on each.
#include "sample_inspection.h"
#include "support/inspection_builder.h"
#include "ui/panels/module_costs.h"

#include "ui/models/diagnostics_model.h"
#include "ui/models/format.h"
#include "ui/models/module_tree_model.h"
#include "ui/models/node_list_model.h"
#include "ui/models/node_models.h"
#include "ui/models/orphan_model.h"

#include <QAbstractItemModelTester>
#include <QtTest>

using namespace strata;
using namespace strata::ui;

namespace {

/// The model as text: indentation is depth, cells are joined by "|".
QStringList printed(const QAbstractItemModel& model, const QModelIndex& parent = {}, int depth = 0)
{
    QStringList lines;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(parent); ++column)
            cells += model.index(row, column, parent).data().toString();
        lines += QString(depth * 2, QLatin1Char(' ')) + cells.join(QLatin1Char('|'));
        lines += printed(model, model.index(row, 0, parent), depth + 1);
    }
    return lines;
}

QStringList names(const QAbstractItemModel& model, const QModelIndex& parent = {}, int depth = 0)
{
    QStringList lines;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        lines += QString(depth, QLatin1Char('.')) + index.data().toString();
        lines += names(model, index, depth + 1);
    }
    return lines;
}

QString narrowSpace(const char* text)
{
    return QString::fromUtf8(text).replace(QLatin1Char('~'), QChar(0x202f));
}

} // namespace

class TestModels : public QObject {
    Q_OBJECT
    using Tester = QAbstractItemModelTester;
    static constexpr auto fatal = Tester::FailureReportingMode::QtTest;

private Q_SLOTS:
    void operationsAreCountedByModule()
    {
        test::InspectionBuilder b("Costs");
        const ModuleId block = b.module("block", "Block");
        const ModuleId conv = b.module("block.conv", "Conv2d");
        b.input("x", {1, 3, 8, 8});
        b.parameter("w", {4, 3, 3, 3});
        b.parameter("m", {64, 10});
        const NodeId first = b.node(conv, "Conv", {"x", "w"}, "c", {1, 4, 6, 6});
        const NodeId relu = b.node(block, "Relu", {"c"}, "r", {1, 4, 6, 6});
        b.node(block, "Reshape", {"r"}, "f", {2, 64});
        const NodeId product = b.node(root_module, "MatMul", {"f", "m"}, "y", {2, 10});
        b.output("y");
        b.model().values[b.model().nodes[product].outputs[0]].shape[0] = Dim::of(2);
        const auto inspection = b.finish();
        // 4 x 6 x 6 outputs of 3 x 3 x 3 products; 2 x 10 outputs of 64 products.
        QCOMPARE(nodeOperations(*inspection->model, first), 2.0 * 144 * 27);
        QCOMPARE(nodeOperations(*inspection->model, relu), 0.0);
        QCOMPARE(nodeOperations(*inspection->model, product), 2.0 * 20 * 64);
        TaskContext task;
        const auto costs = *moduleCosts(*inspection, task);
        QCOMPARE(costs[conv].operations, 7776.0);
        QCOMPARE(costs[block].operations, 7776.0);
        QCOMPARE(costs[root_module].operations, 7776.0 + 2560.0);
        QCOMPARE(costs[root_module].unknown, std::uint64_t{0});
        b.model().values[b.model().nodes[product].outputs[0]].shape[0] = Dim::unknown();
        QCOMPARE((*moduleCosts(*inspection, task))[root_module].unknown, std::uint64_t{1});
        QCOMPARE((*moduleCosts(*inspection, task))[block].unknown, std::uint64_t{0});
    }

    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void moduleTree()
    {
        ModuleTreeModel model;
        Tester tester(&model, fatal);
        QCOMPARE(model.rowCount(), 0);
        model.setInspection(tests::sampleInspection());
        // Counted by hand from the picture in sample_inspection.h. 6 of 8 nodes have a module; the
        // mean is (1 + 0.85 + 0.95 + 0.5 + 0.2 + 1 + 1 + 0.2) / 8 = 0.7125.
        const QStringList expected{QStringLiteral("Net|Net|95|8|75.0~%|0.71"),
                                   QStringLiteral("  conv1|Conv2d|48|1|100~%|1.00"),
                                   QStringLiteral("  layer1|Sequential|36|3|100~%|0.77"),
                                   QStringLiteral("    0|Block|36|3|100~%|0.77"),
                                   QStringLiteral("      conv|Conv2d|36|1|100~%|0.95"),
                                   QStringLiteral("      act|ReLU||1|100~%|0.85"),
                                   QStringLiteral("  fc|Linear|11|2|100~%|1.00"),
                                   QStringLiteral("  drop|Dropout||||")};
        QStringList wanted = expected;
        wanted.replaceInStrings(QStringLiteral("~"), QString(QChar(0x202f)));
        QCOMPARE(printed(model), wanted);
        model.setInspection(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void moduleTreeIndexes()
    {
        ModuleTreeModel model;
        const auto inspection = tests::sampleInspection();
        model.setInspection(inspection);
        for (ModuleId id = 0; id < inspection->modules.size(); ++id) {
            const QModelIndex index = model.indexOf(id);
            QVERIFY(index.isValid());
            QCOMPARE(ModuleTreeModel::moduleOf(index), id);
            QCOMPARE(ModuleTreeModel::moduleOf(index.parent()), inspection->modules[id].parent);
            QCOMPARE(model.index(index.row(), 0, index.parent()), index);
        }
        QVERIFY(!model.indexOf(static_cast<ModuleId>(inspection->modules.size())).isValid());
        const QModelIndex block = model.indexOf(*inspection->modules.find("layer1.0"));
        QCOMPARE(block.data(ModuleTreeModel::FqnRole).toString(), QStringLiteral("layer1.0"));
    }

    void sharedParameterCountsOnce()
    {
        auto inspection = tests::sampleInspection();
        // conv also owns conv1's weight (48 elements): its own sum grows, the root's does not.
        auto shared = inspection->modules[*inspection->modules.find("conv1")].tensors.front();
        inspection->modules.at(*inspection->modules.find("layer1.0.conv"))
            .tensors.push_back(shared);
        ModuleTreeModel model;
        model.setInspection(inspection);
        auto parameters = [&](const char* fqn) {
            return model.indexOf(*inspection->modules.find(fqn), ModuleTreeModel::Parameters)
                .data()
                .toString();
        };
        QCOMPARE(parameters("layer1.0.conv"), QStringLiteral("84"));
        QCOMPARE(parameters("layer1"), QStringLiteral("84"));
        QCOMPARE(parameters(""), QStringLiteral("95"));
    }

    void filter_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("expected");
        auto row = [](const char* name, const char* text, const char* expected) {
            QTest::newRow(name) << QString::fromUtf8(text)
                                << QString::fromUtf8(expected).split(QLatin1Char(' '),
                                                                     Qt::SkipEmptyParts);
        };
        row("empty", "", "Net .conv1 .layer1 ..0 ...conv ...act .fc .drop");
        row("by path", "layer1.0.a", "Net .layer1 ..0 ...act");
        row("by class", "relu", "Net .layer1 ..0 ...act");
        row("by operator", "gemm", "Net .fc");
        row("two words must both match", "conv2d layer1", "Net .layer1 ..0 ...conv");
        row("nothing", "no such thing", "");
    }
    void filter()
    {
        QFETCH(QString, text);
        QFETCH(QStringList, expected);
        ModuleTreeModel model;
        Tester tester(&model, fatal);
        model.setInspection(tests::sampleInspection());
        model.setFilter({text, nullptr});
        QCOMPARE(names(model), expected);
        model.setFilter({});
        QCOMPARE(names(model).size(), 8);
    }

    void orphans()
    {
        OrphanModel model;
        Tester tester(&model, fatal);
        model.setInspection(tests::sampleInspection());
        QCOMPARE(printed(model),
                 (QStringList{QStringLiteral("Identity_7|Identity|/Functions/Identity|main/4"),
                              QStringLiteral("Cast_9|Cast|/Functions/Cast|main/7")}));
        QCOMPARE(model.index(1, 0).data(OrphanModel::NodeIdRole).toUInt(), 7U);
        model.setInspection(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void diagnostics()
    {
        DiagnosticsModel model;
        Tester tester(&model, fatal);
        const auto inspection = tests::sampleInspection();
        model.setInspection(inspection);
        // The diagnostic that only repeats the unsupported operator is left out.
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.count(Severity::Error), 1);
        QCOMPARE(model.count(Severity::Warning), 1);
        const QString message = model.index(0, DiagnosticsModel::Message).data().toString();
        QVERIFY(message.contains(QStringLiteral("aten::linalg_qr")));
        QVERIFY(message.contains(QStringLiteral("Use a constant mode.")));
        QVERIFY(model.index(0, DiagnosticsModel::Where)
                    .data()
                    .toString()
                    .contains(QStringLiteral("net.py:40")));
        QCOMPARE(model.targetOf(0), Target::ofNode(6));
        QCOMPARE(model.targetOf(1), Target::ofNode(2));
        QCOMPARE(model.targetOf(2), Target::ofModule(*inspection->modules.find("drop")));
        QVERIFY(model.targetOf(3).isEmpty());
    }

    void locating()
    {
        const auto inspection = tests::sampleInspection();
        QCOMPARE(locate(*inspection, "main/4"), Target::ofNode(4));
        QCOMPARE(locate(*inspection, "/fc/Gemm"), Target::ofNode(5));
        QCOMPARE(locate(*inspection, "layer1.0"),
                 Target::ofModule(*inspection->modules.find("layer1.0")));
        QVERIFY(locate(*inspection, "main/99").isEmpty());
        QVERIFY(locate(*inspection, "net.py:12").isEmpty());
        QVERIFY(locate(*inspection, "").isEmpty());
    }

    void nodeValues()
    {
        const auto inspection = tests::sampleInspection();
        const auto consumers = std::make_shared<ConsumerTable>(inspection->model->consumers());
        NodeValuesModel inputs(NodeValuesModel::Direction::Inputs);
        NodeValuesModel outputs(NodeValuesModel::Direction::Outputs);
        Tester input_tester(&inputs, fatal);
        Tester output_tester(&outputs, fatal);
        inputs.setNode(inspection, 0, consumers);
        outputs.setNode(inspection, 0, consumers);
        QCOMPARE(printed(inputs),
                 (QStringList{QStringLiteral("0|x|float32[1,3,8,8]|graph input"),
                              QStringLiteral("1|conv1.weight|float32[4,3,2,2]|initializer")}));
        QCOMPARE(printed(outputs),
                 QStringList{QStringLiteral("0|a|float32[1,4,7,7]|to /layer1/0/act/Relu")});
        QCOMPARE(outputs.index(0, 0).data(NodeValuesModel::NeighbourRole).toUInt(), 1U);
        outputs.setNode(inspection, 7, consumers);
        QVERIFY(printed(outputs).front().endsWith(QStringLiteral("graph output")));
        outputs.setNode(inspection, 999, consumers);
        QCOMPARE(outputs.rowCount(), 0);
    }

    void attributes()
    {
        AttributesModel model;
        Tester tester(&model, fatal);
        model.setNode(tests::sampleInspection(), 0);
        QCOMPARE(
            printed(model),
            (QStringList{QStringLiteral("kernel_shape|[2, 2]|ints"),
                         QStringLiteral("pads|[1, 1, 1, 1, 1, 1, 1, 1, … (20 in all)]|ints")}));
    }

    void nodeList()
    {
        NodeListModel model;
        Tester tester(&model, fatal);
        model.setInspection(
            tests::sampleInspection(),
            [](const OnnxNode&, const NodeAttribution& node) { return node.confidence < 0.6; });
        QCOMPARE(
            printed(model),
            (QStringList{QStringLiteral("Add #3|Add|layer1.0|0.50|Consensus"),
                         QStringLiteral("Identity_7|Identity|/Functions/Identity|0.20|Synthetic"),
                         QStringLiteral("Cast_9|Cast|/Functions/Cast|0.20|Synthetic")}));
    }

    void shares()
    {
        // A reviewer must be able to tell all from nearly all, and none from nearly none.
        QCOMPARE(formatShare(1.0), narrowSpace("100~%"));
        QCOMPARE(formatShare(0.99999), narrowSpace("99.9~%"));
        QCOMPARE(formatShare(0.00001), narrowSpace("0.1~%"));
        QCOMPARE(formatShare(0.0), narrowSpace("0~%"));
        QCOMPARE(formatShortCount(999), QStringLiteral("999"));
        QCOMPARE(formatShortCount(999'999), narrowSpace("1.0~M"));
        QCOMPARE(formatShortCount(25'557'032), narrowSpace("25.6~M"));
    }

    void aLargeTreeIsFilteredInTheBackground()
    {
        auto inspection = std::make_shared<Inspection>();
        ModuleTree modules("Wide");
        for (int i = 0; i < 30'000; ++i) {
            const ModuleId block = modules.add(root_module, "b" + std::to_string(i), "Block");
            modules.add(block, i == 7000 ? "special" : "part", "Linear");
        }
        inspection->modules = std::move(modules);
        ModuleTreeModel model;
        model.setInspection(inspection);
        QCOMPARE(model.levels(), (std::vector<std::size_t>{1, 30'000, 30'000}));
        QSignalSpy arranged(&model, &ModuleTreeModel::arranged);
        QElapsedTimer timer;
        timer.start();
        model.setFilter({QStringLiteral("part"), nullptr}); // overtaken by the next one
        model.setFilter({QStringLiteral("special"), nullptr});
        QVERIFY2(timer.elapsed() < 10, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(arranged.wait());
        QCOMPARE(names(model), (QStringList{QStringLiteral("Wide"), QStringLiteral(".b7000"),
                                            QStringLiteral("..special")}));
        QCOMPARE(model.levels(), (std::vector<std::size_t>{1, 1, 1}));
        QVERIFY(!model.indexOf(*inspection->modules.find("b1")).isValid());
        QCOMPARE(arranged.size(), 1);
        model.setFilter({});
        QCOMPARE(model.rowCount(model.index(0, 0)), 30'000);
    }

    void longListsAreSortedAndFilteredInTheBackground()
    {
        const auto inspection = test::flat_model(30'000);
        NodeListModel model;
        Tester tester(&model, fatal);
        QSignalSpy changed(&model, &NodeTableModel::rowsChanged);
        model.setInspection(inspection,
                            [](const OnnxNode&, const NodeAttribution&) { return true; });
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(changed.wait());
        // More than anybody reads is counted, not shown.
        QCOMPARE(model.total(), std::size_t{30'000});
        QCOMPARE(model.rowCount(), static_cast<int>(NodeTableModel::most_rows));
        auto kept = std::make_shared<FilteredNodes>();
        kept->nodes.assign(30'000, false);
        for (const NodeId node : {3U, 20U, 25'000U})
            kept->nodes[node] = true;
        model.setKept(kept);
        QVERIFY(changed.wait());
        QCOMPARE(model.nodes(), (std::vector<NodeId>{3, 20, 25'000}));
        const QPersistentModelIndex last = model.index(2, 0);
        // Text, not number: node 25000 makes v25001, which comes between v21 and v4.
        model.sort(NodeListModel::Name, Qt::AscendingOrder);
        QVERIFY(changed.wait());
        QCOMPARE(model.nodes(), (std::vector<NodeId>{20, 25'000, 3}));
        QCOMPARE(last.data(NodeTableModel::NodeIdRole).toUInt(), 25'000U);
        QCOMPARE(last.row(), 1);
        model.setKept(nullptr);
        model.setInspection(nullptr, {});
        QCOMPARE(model.rowCount(), 0);
    }

    void largeTree()
    {
        // 100 000 modules, one row: parent and child must not walk siblings.
        auto inspection = std::make_shared<Inspection>();
        ModuleTree modules("Wide");
        for (int i = 0; i < 100'000; ++i)
            modules.add(root_module, std::to_string(i), "Linear");
        inspection->modules = std::move(modules);
        ModuleTreeModel model;
        model.setInspection(inspection);
        const QModelIndex root = model.index(0, 0);
        QCOMPARE(model.rowCount(root), 100'000);
        QElapsedTimer timer;
        timer.start();
        for (int row = 0; row < 100'000; ++row)
            QCOMPARE(model.index(row, 0, root).parent(), root);
        QVERIFY2(timer.elapsed() < 2000, "finding parents is not O(1)");
    }
};

QTEST_GUILESS_MAIN(TestModels)
#include "tst_models.moc"
