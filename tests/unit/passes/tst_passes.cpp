// The clean-up passes and the verifier of ONNX models.
#include <QDirIterator>
#include <QtTest>

#include "onnx/onnx_reader.h"
#include "passes/dead_code.h"
#include "passes/pass_manager.h"
#include "passes/passes.h"
#include "passes/verify_model.h"
#include "unit/passes/model_builder.h"

#include <functional>

using namespace strata;
using test::ModelBuilder;

class PassesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void identitiesGo();
    void identityThatNamesAnOutputStays();
    void equalConstantsAreShared();
    void commonSubexpressionsMerge();
    void differentNodesStay_data();
    void differentNodesStay();
    void constantsFold();
    void overridableDefaultsDoNotFold();
    void verifierFinds_data();
    void verifierFinds();
    void managerNamesTheBrokenPass();
    void realFilesStayValid();
};

void PassesTest::identitiesGo()
{
    ModelBuilder b;
    const ValueId x = b.input("float32[2]");
    const ValueId r = b.one("Relu", {x});
    const ValueId i = b.one("Identity", {b.one("Identity", {r})});
    b.give_out(b.one("Neg", {i}));
    b.stamp();
    QVERIFY(eliminate_identity(b.model));
    QCOMPARE(verify_model(b.model), std::vector<std::string>());
    QCOMPARE(b.model.nodes[3].inputs, std::vector<ValueId>{r});
    // The producer took over the origins of both.
    QCOMPARE(b.model.provenance[0].origins, (std::vector<FxNodeId>{0, 1, 2}));
    QVERIFY(!eliminate_identity(b.model));
    const auto ids = remove_dead_code(b.model);
    QCOMPARE(b.ops(), (QStringList{"Relu", "Neg"}));
    QCOMPARE(ids, (std::vector<NodeId>{0, no_id, no_id, 1}));
    QCOMPARE(b.model.provenance.size(), std::size_t{2});
    QCOMPARE(verify_model(b.model), std::vector<std::string>());
}

void PassesTest::identityThatNamesAnOutputStays()
{
    ModelBuilder b;
    const ValueId x = b.input("float32[2]");
    b.give_out(b.one("Identity", {x}));
    QVERIFY(!eliminate_identity(b.model));
    QCOMPARE(b.model.nodes[0].inputs, std::vector<ValueId>{x});
}

void PassesTest::equalConstantsAreShared()
{
    ModelBuilder b;
    const ValueId x = b.input("int64[2]");
    const ValueId c1 = b.input("int64{1,2}");
    const ValueId c2 = b.input("int64{1,2}");
    const ValueId c3 = b.input("int64{1,3}");
    const ValueId c4 = b.input("int64{1,2}");
    const ValueId c5 = b.input("int32{1,0,2,0}"); // the same bytes as another type and shape
    const ValueId a = b.one("Add", {x, c1});
    const ValueId d = b.one("Add", {a, c2});
    const ValueId e = b.one("Add", {d, c3});
    b.give_out(b.one("Add", {e, c4}));
    b.give_out(b.one("Neg", {c5}));
    const ValueId c6 = b.input("int64{1,2}"); // made of no weight
    b.give_out(b.one("Abs", {c6}));
    const std::string kept(b.model.text(b.model.values[c4].name));
    const auto weight_of = [&](std::string_view name) {
        return name.starts_with(kept) ? std::string_view(kept) : std::string_view{};
    };
    // Made of the weight, and equal to others.
    b.model.values[c1].name = b.model.intern(kept + ".Reshape");
    b.model.values[c2].name = b.model.intern(kept + ".Cast");
    QVERIFY(share_equal_constants(b.model, weight_of));
    QCOMPARE(b.model.nodes[1].inputs[1], c1);
    QCOMPARE(b.model.nodes[2].inputs[1], c3);
    QCOMPARE(b.model.nodes[3].inputs[1], c4);
    QCOMPARE(b.model.nodes[4].inputs[0], c5);
    QCOMPARE(b.model.nodes[5].inputs[0], c6);
    QCOMPARE(verify_model(b.model), std::vector<std::string>());
    QVERIFY(!share_equal_constants(b.model, weight_of));
}

void PassesTest::commonSubexpressionsMerge()
{
    ModelBuilder b;
    const ValueId x = b.input("float32[2,3]");
    const ValueId t1 = b.one("Transpose", {x}, "perm=[1,0]");
    const ValueId t2 = b.one("Transpose", {x}, "perm=[1,0]");
    const ValueId n1 = b.one("Neg", {t1});
    const ValueId n2 = b.one("Neg", {t2});
    b.stamp(1);
    const ValueId t3 = b.one("Transpose", {x}, "perm=[1,0]");
    b.stamp(2); // another module
    b.give_out(b.one("Add", {n1, n2}));
    b.give_out(b.one("Abs", {t3}));
    b.stamp(1);
    QVERIFY(eliminate_common_subexpressions(b.model));
    QCOMPARE(b.model.nodes[5].inputs, (std::vector<ValueId>{n1, n1}));
    QCOMPARE(b.model.nodes[6].inputs, std::vector<ValueId>{t1});
    QCOMPARE(b.model.provenance[0].frame, FrameId{1});
    QCOMPARE(b.model.provenance[0].origins, (std::vector<FxNodeId>{0, 1, 4}));
    QCOMPARE(b.model.provenance[2].origins, (std::vector<FxNodeId>{2, 3}));
    QCOMPARE(verify_model(b.model), std::vector<std::string>());
    QVERIFY(!eliminate_common_subexpressions(b.model));
}

void PassesTest::differentNodesStay_data()
{
    QTest::addColumn<QString>("op");
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("second");
    QTest::newRow("attributes differ") << "Transpose"
                                       << "perm=[1,0]"
                                       << "perm=[0,1]";
    QTest::newRow("one has none") << "Softmax"
                                  << "axis=1"
                                  << "";
    QTest::newRow("random") << "RandomNormalLike"
                            << ""
                            << "";
    QTest::newRow("dropout") << "Dropout"
                             << ""
                             << "";
}

void PassesTest::differentNodesStay()
{
    QFETCH(QString, op);
    QFETCH(QString, first);
    QFETCH(QString, second);
    ModelBuilder b;
    const ValueId x = b.input("float32[2,2]");
    const std::string name = op.toStdString();
    const ValueId a = b.one(name.c_str(), {x}, first);
    const ValueId c = b.one(name.c_str(), {x}, second);
    b.give_out(b.one("Add", {a, c}));
    QVERIFY(!eliminate_common_subexpressions(b.model));
    QCOMPARE(b.model.nodes[2].inputs, (std::vector<ValueId>{a, c}));
}

void PassesTest::constantsFold()
{
    ModelBuilder b;
    const ValueId x = b.input("float32[2,3]");
    const ValueId shape = b.one("Shape", {x});
    const ValueId doubled = b.one("Mul", {shape, b.input("int64{1,2}")});
    const ValueId rows = b.one("Gather", {doubled, b.input("int64:1")}, "axis=0");
    b.give_out(b.one("ConstantOfShape", {doubled}));
    b.give_out(rows); // a result of the graph stays computed
    infer_model(b.model, b.facts);
    PassLog log;
    QVERIFY(fold_constants(b.model, b.facts, &log));
    const std::vector<FoldedNode>& folded = log.folded;
    QCOMPARE(verify_model(b.model), std::vector<std::string>());
    QCOMPARE(folded.size(), std::size_t{1});
    QCOMPARE(folded[0].node, 1u);
    const ValueId constant = b.model.nodes[3].inputs[0];
    QVERIFY(b.model.values[constant].initializer != no_id);
    QCOMPARE(std::string(b.model.text(b.model.values[constant].name)), folded[0].initializer);
    const auto numbers =
        b.model.initializers[b.model.values[constant].initializer].tensor.to_int64s();
    QCOMPARE(*numbers, (std::vector<std::int64_t>{2, 6}));
    QVERIFY(!fold_constants(b.model, b.facts));
    remove_dead_code(b.model);
    QCOMPARE(b.ops(), (QStringList{"Gather", "ConstantOfShape"}));
}

void PassesTest::overridableDefaultsDoNotFold()
{
    ModelBuilder b;
    const ValueId c = b.input("int64{2,3}");
    b.model.graphs[0].inputs.push_back(c); // a default that callers may override
    const ValueId doubled = b.one("Add", {c, c});
    b.give_out(b.one("Neg", {doubled}));
    infer_model(b.model, b.facts);
    QVERIFY(known_ints(b.model, b.facts, doubled).has_value());
    QVERIFY(!fold_constants(b.model, b.facts));
}

using Damage = std::function<void(OnnxModel&)>;
Q_DECLARE_METATYPE(Damage)

void PassesTest::verifierFinds_data()
{
    QTest::addColumn<Damage>("damage");
    QTest::addColumn<QString>("complaint");
    auto row = [](const char* name, Damage damage, const char* complaint) {
        QTest::newRow(name) << damage << complaint;
    };
    row(
        "order", [](OnnxModel& m) { std::swap(m.graphs[0].nodes[0], m.graphs[0].nodes[1]); },
        "which is not defined before it");
    row(
        "missing value", [](OnnxModel& m) { m.nodes[0].inputs[0] = 99; },
        "names value 99, which does not exist");
    row(
        "inner value outside", [](OnnxModel& m) { m.nodes[1].inputs[0] = 5; },
        "which is not defined before it");
    row(
        "equal names", [](OnnxModel& m) { m.values[2].name = m.values[0].name; },
        "two values are called 'in0'");
    row(
        "equal node names", [](OnnxModel& m) { m.nodes[1].name = m.nodes[0].name; },
        "two nodes are called");
    row(
        "wrong producer", [](OnnxModel& m) { m.values[2].producer = 1; },
        "does not say that it is output 0");
    row(
        "wrong graph", [](OnnxModel& m) { m.nodes[0].graph = 1; },
        "names another graph than the one that lists it");
    row(
        "listed twice", [](OnnxModel& m) { m.graphs[0].nodes.push_back(0); }, "is listed 2 times");
    row(
        "initializer", [](OnnxModel& m) { m.values[1].initializer = no_id; },
        "does not say that it is initializer 0");
    row(
        "provenance", [](OnnxModel& m) { m.provenance.resize(1); }, "provenance has 1 entries");
    row(
        "graph output", [](OnnxModel& m) { m.graphs[0].outputs[0] = 5; }, "an output of graph");
    row(
        "owner", [](OnnxModel& m) { m.graphs[1].owner = 0; }, "names another owner");
    row(
        "missing body",
        [](OnnxModel& m) { m.nodes[2].attributes[0].value = std::vector<GraphId>{77}; },
        "has body 77, which does not exist");
    row(
        "no name", [](OnnxModel& m) { m.values[2].name = StringId::Empty; }, "has no name");
    row(
        "defined twice", [](OnnxModel& m) { m.nodes[1].outputs[0] = m.nodes[0].outputs[0]; },
        "is defined twice");
}

void PassesTest::verifierFinds()
{
    QFETCH(Damage, damage);
    QFETCH(QString, complaint);
    // Values: 0 x, 1 weight, 2 mul, 3 neg, 4 chosen, 5 in the body; nodes: 0 Mul, 1 Neg, 2 If, 3 in
    // the body.
    ModelBuilder b;
    const ValueId x = b.input("float32[2]");
    const ValueId w = b.input("float32{1,2}");
    const ValueId m = b.one("Mul", {x, w});
    const ValueId n = b.one("Neg", {m});
    const GraphId body = b.model.add_graph("body");
    const GraphId other = b.model.add_graph("other");
    const auto chosen =
        b.node("If", {n}, {}, 1, 0, {{"then_branch", body}, {"else_branch", other}});
    const ValueId inner = b.one("Abs", {m}, {}, body);
    b.give_out(inner, body);
    b.give_out(m, other);
    b.give_out(chosen[0]);
    QCOMPARE(inner, 5u);
    QCOMPARE(verify_model(b.model), std::vector<std::string>());
    damage(b.model);
    QString all;
    for (const std::string& found : verify_model(b.model))
        all += QString::fromStdString(found) + "\n";
    QVERIFY2(all.contains(complaint), qPrintable(all));
}

void PassesTest::managerNamesTheBrokenPass()
{
    ModelBuilder b;
    const ValueId x = b.input("float32[2]");
    b.give_out(b.one("Neg", {b.one("Identity", {x})}));
    const std::vector<Pass> passes{
        {"first", eliminate_identity},
        {"second",
         [](OnnxModel& model) {
             model.nodes[1].inputs[0] = 12345;
             return true;
         }},
    };
    TaskContext task;
    const auto reports = run_passes(b.model, passes, task, VerifyPasses::Yes);
    QVERIFY(!reports);
    QCOMPARE(reports.error().code, ErrorCode::Internal);
    QVERIFY(reports.error().text().find("after the pass 'second'") != std::string::npos);
}

void PassesTest::realFilesStayValid()
{
    QDirIterator files(QStringLiteral(STRATA_TEST_DATA) + "/zoo", {"*.onnx"}, QDir::Files,
                       QDirIterator::Subdirectories);
    int count = 0;
    while (files.hasNext()) {
        const std::string path = files.next().toStdString();
        TaskContext task;
        const auto read = read_onnx(path, task);
        QVERIFY2(read.has_value(), path.c_str());
        OnnxModel& model = *read->model;
        const auto inputs = model.graphs[0].inputs;
        const auto outputs = model.graphs[0].outputs;
        ValueFacts facts;
        infer_model(model, facts);
        const auto reports = run_passes(model, clean_up_passes(facts), task, VerifyPasses::Yes);
        QVERIFY2(reports.has_value(),
                 (path + ": " + (reports ? "" : reports.error().text())).c_str());
        QCOMPARE(model.graphs[0].inputs, inputs);
        QCOMPARE(model.graphs[0].outputs, outputs);
        remove_dead_code(model);
        const auto complaints = verify_model(model);
        QVERIFY2(complaints.empty(),
                 (path + ": " + (complaints.empty() ? "" : complaints.front())).c_str());
        ++count;
    }
    QVERIFY(count > 10);
}

QTEST_APPLESS_MAIN(PassesTest)
#include "tst_passes.moc"
