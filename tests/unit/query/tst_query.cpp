#include "query/match_query.h"
#include "query/query.h"
#include "support/inspection_builder.h"

#include <QtTest>

using namespace strata;

namespace {

QStringList names(const Inspection& inspection, const QueryTerm& query, ReviewLookup review = {})
{
    TaskContext task;
    QStringList found;
    const auto nodes = QueryMatcher(inspection, query, std::move(review)).find_all(task);
    for (const NodeId id : *nodes) {
        const auto name = inspection.model->text(inspection.model->nodes[id].name);
        found += QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    }
    return found;
}

/// Two layers with everything that can be asked for.
std::shared_ptr<const Inspection> make_model()
{
    test::InspectionBuilder b("Net");
    const ModuleId layer = b.module("layer1", "Sequential");
    const ModuleId conv = b.module("layer1.conv", "Conv2d");
    const ModuleId other = b.module("layer10", "Linear");
    b.input("x", {1, 3, 56, 56});
    b.parameter("layer1.conv.weight", {64, 3, 3, 3}); // 1728 elements
    b.parameter("layer10.weight", {1000, 2000});      // 2 million elements
    b.node(conv, "Conv", {"x", "layer1.conv.weight"}, "c", {1, 64, 56, 56});
    b.node(layer, "Relu", {"c"}, "r", {1, 64, 56, 56}, EvidenceKind::Consensus);
    b.node(no_module, "ConvTranspose", {"r"}, "t", {1, 2000});
    b.node(other, "MatMul", {"t", "layer10.weight"}, "m", {1, 1000}, EvidenceKind::Parameter);
    b.node(root_module, "Softmax", {"m"}, "p", {1, 1000});
    b.output("p");
    OnnxModel& model = b.model();
    Attribute group;
    group.name = model.intern("kernel_shape");
    group.kind = AttributeKind::Ints;
    group.value = std::vector<std::int64_t>{3, 3};
    model.nodes[0].attributes.push_back(group);
    // The batch of the last output is a symbol.
    model.values[model.nodes[4].outputs[0]].shape[0] = Dim{-1, model.intern("batch")};
    Attribution& a = b.inspection().attribution;
    a[0].origins = {"conv2d_1"};
    a[0].source = "net.py:12";
    a[1].call = 2;
    a[1].confidence = 0.5;
    a[3].confidence = 0.95;
    a[3].evidence = {{EvidenceKind::Parameter, 0.95, other, "initializer 'layer10.weight'"},
                     {EvidenceKind::Consensus, 0.5, layer, "neighbours"}};
    return b.finish();
}

} // namespace

class TestQuery : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matches_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("expected"); // results of the nodes, by letter
        const auto row = [](const char* query, const char* expected) {
            QTest::newRow(query) << query << expected;
        };
        row("", "c r t m p");
        row("  ", "c r t m p");
        row("op:Conv", "c"); // not ConvTranspose
        row("op:conv", "c");
        row("op=conv", "");
        row("op:Conv*", "c t");
        row("op:/^Conv|Mat/", "c t m");
        row("op!=Relu", "c t m p");
        row("conv", "c t"); // by name and by operator
        row("module:layer1", "r");
        row("module:layer1.*", "c");
        row("under:layer1", "c r");
        row("under:\"\"", "c r m p");
        row("module:\"\"", "p");
        row("class:Linear", "m");
        row("conf<0.6", "r t");
        row("conf=0.95", "m");
        row("conf>=95%", "c m p");
        row("kind:synthetic", "t");
        row("orphan", "t");
        row("orphan:no", "c r m p");
        row("-orphan", "c r m p");
        row("not orphan", "c r m p");
        row("root", "p");
        row("contradicted", "m");
        row("evidence:consensus", "m");
        row("shape:[1,*,56,56]", "c r t");
        row("out:[1,*,56,56]", "c r");
        row("out:[...,1000]", "m p");
        row("out:[batch,1000]", "p");
        row("out:[batch,...]", "p");
        row("in:[1,3,56,56]", "c");
        row("shape!=[1,*,56,56]", "m p");
        row("param>1M", "m");
        row("param=1728", "c");
        row("bytes>=6.9K", "c m");
        row("rank=4", "c r");
        row("value:r", "r t");
        row("init:*.weight", "c m");
        row("attr:kernel_shape", "c");
        row("attr:kernel_shape=3,3", "c");
        row("attr:kernel_shape=1,1", "");
        row("fx:conv2d*", "c");
        row("source:net.py:12", "c");
        row("call>0", "r");
        row("depth=2", "c");
        row("op:Conv or op:Relu", "c r");
        row("op:Conv or op:Relu conf<0.6", "c r");
        row("(op:Conv or op:Relu) conf<0.6", "r");
        row("-(op:Conv or op:Relu)", "t m p");
        row("op:Conv and under:layer1", "c");
        row("dtype:float32 rank=2", "t m p");
        row("/c/Conv", "c"); // a name, not a regular expression
        row("\"/c/Conv\"", "c");
        row("body", "");
        row("domain:ai.onnx op:Relu", "r");
        row("category:functions", "c r t m p");
    }
    void matches()
    {
        QFETCH(QString, query);
        QFETCH(QString, expected);
        const auto model = make_model();
        const auto parsed = parse_query(query.toStdString());
        QVERIFY2(parsed, parsed ? "" : parsed.error().text().c_str());
        QStringList found;
        for (const QString& name : names(*model, *parsed))
            found += name.mid(1, name.lastIndexOf('/') - 1);
        QCOMPARE(found.join(' '), expected);
    }

    void reviewState()
    {
        const auto model = make_model();
        const ReviewLookup review = [](NodeId node) {
            return node == 2 ? ReviewState{true, "seen by hand"} : ReviewState{};
        };
        QCOMPARE(names(*model, *parse_query("reviewed:yes"), review).size(), 1);
        QCOMPARE(names(*model, *parse_query("reviewed:no"), review).size(), 4);
        QCOMPARE(names(*model, *parse_query("note:*hand*"), review).size(), 1);
        QCOMPARE(names(*model, *parse_query("reviewed"), {}).size(), 0);
    }

    void errors_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("says");
        QTest::newRow("unknown field") << "oops:Conv"
                                       << "column 1: there is no field \"oops\"";
        QTest::newRow("no value") << "op:"
                                  << "column 4: a value must follow";
        QTest::newRow("not a number") << "conf<many"
                                      << "column 6: \"many\" is not a number";
        QTest::newRow("ordered text") << "op<Conv"
                                      << "\"op\" has no order";
        QTest::newRow("open parenthesis") << "a (b"
                                          << "column 3: this \"(\" is not closed";
        QTest::newRow("closing alone") << "a) b"
                                       << "column 2: there is no \"(\"";
        QTest::newRow("open quotation") << "\"a"
                                        << "column 1: this quotation mark";
        QTest::newRow("regex") << "op:/a(/"
                               << "column 4: this is not a regular expression";
        QTest::newRow("shape") << "shape:1,2"
                               << "a shape is written [1,*,56,56]";
        QTest::newRow("flag") << "reviewed:maybe"
                              << "neither yes nor no";
        QTest::newRow("or alone") << "or a"
                                  << "column 1: something must stand before \"or\"";
        QTest::newRow("or at the end") << "a or"
                                       << "something must follow \"or\"";
        QTest::newRow("negation at the end") << "a -"
                                             << "must follow the negation";
    }
    void errors()
    {
        QFETCH(QString, query);
        QFETCH(QString, says);
        const auto parsed = parse_query(query.toStdString());
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::Usage);
        QVERIFY2(QString::fromStdString(parsed.error().text()).contains(says),
                 parsed.error().text().c_str());
    }

    void deepNestingIsAnError()
    {
        QVERIFY(!parse_query(std::string(100000, '(')));
        QVERIFY(!parse_query(std::string(100000, '-')));
        QVERIFY(!parse_query(std::string(100000, '-') + "a"));
    }

    void manyWildcardsStayLinear()
    {
        // Naive backtracking would not end.
        std::string stars, text(5000, 'a');
        for (int i = 0; i < 200; ++i)
            stars += "*a";
        const TextPattern glob(TextPattern::Kind::Glob, stars + "*b");
        QVERIFY(!glob.matches(text));
        const TextPattern regex(TextPattern::Kind::Regex, "(a+)+b");
        QVERIFY(!regex.matches(text));
    }

    void everyFieldHasAnExampleThatParses()
    {
        QStringList seen;
        for (const QueryFieldInfo& info : query_fields()) {
            const QString name = QString::fromUtf8(info.name.data(), int(info.name.size()));
            QVERIFY2(!seen.contains(name), info.name.data());
            seen += name;
            const auto parsed = parse_query(info.example);
            QVERIFY2(parsed, info.name.data());
            QCOMPARE(parsed->kind, QueryTerm::Kind::Field);
            QCOMPARE(parsed->field, info.field);
        }
    }

    void cancels()
    {
        std::stop_source stop;
        stop.request_stop();
        TaskContext task(stop.get_token());
        const auto model = make_model();
        const auto found = QueryMatcher(*model, *parse_query("orphan")).find_all(task);
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestQuery)
#include "tst_query.moc"
