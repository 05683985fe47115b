// The text form of FX graphs and the verifier.
#include <QtTest>

#include "ir/fx_text.h"
#include "unit/ir/random_fx.h"

#include <cmath>
#include <functional>
#include <limits>

using namespace strata;

class FxTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsWhatTheHeaderShows();
    void printsDeterministically();
    void roundTripOfRandomGraphs();
    void numbersKeepTheirKind();
    void errors_data();
    void errors();
    void verifierRules_data();
    void verifierRules();
};

namespace {

constexpr const char* example = R"fx(# a comment
frame 0: "" class="Net"
frame 1: "conv1" class="Conv2d" parent=0 src=0
frame 2: "relu" class="ReLU" parent=0
frame 3: "relu" class="ReLU" call=1 parent=0
source 0: "model.py":12 function="forward" text="x = self.conv1(x)"
%x : tensor<float32>[1, 3, h, ?] = placeholder[x]()
%w : tensor<float32>[8, 3, 3, 3] = get_attr[conv1.weight]() {frame=1, tensor=0}
%y : tensor = call_function[aten::conv2d](%x, %w, None, [1, 1], groups=1) {frame=1, src=0}
%c : bool = call_method[item](%y)
%z : tensor<float32> = call_function[prim::If](%c)
  block() {
    %a : tensor = call_function[aten::relu](%y) {frame=2}
    return(%a)
  }
  block() {
    return(%y)
  }
%n : int, %l : list<tensor> = call_function[prim::Two]("text", dtype(int64), enum(cpu), 1.5, -2)
output[output](%z, [%n])
)fx";

FxGraph parsed(const std::string& text)
{
    ModuleTree modules;
    auto graph = parse_fx(text, modules);
    if (!graph)
        qFatal("%s", graph.error().text().c_str());
    return std::move(*graph);
}

} // namespace

void FxTextTest::readsWhatTheHeaderShows()
{
    ModuleTree modules;
    const auto graph = parse_fx(example, modules);
    QVERIFY2(graph.has_value(), graph ? "" : graph.error().text().c_str());
    QCOMPARE(verify_fx(*graph), std::vector<std::string>());
    QCOMPARE(graph->frames.size(), std::size_t{4});
    QCOMPARE(graph->frames[3].call, 1u);
    QCOMPARE(graph->frames[1].call_site, 0u);
    QCOMPARE(modules[graph->frames[1].module].fqn, std::string("conv1"));
    QCOMPARE(modules[graph->frames[1].module].class_name, std::string("Conv2d"));
    QCOMPARE(modules[root_module].class_name, std::string("Net"));
    QCOMPARE(graph->sources[0].text, std::string("x = self.conv1(x)"));
    QCOMPARE(graph->blocks[FxGraph::main_block].nodes.size(), std::size_t{7});
    const FxNode& conv = graph->nodes[2];
    QCOMPARE(conv.kind, FxKind::CallFunction);
    QCOMPARE(conv.target, std::string("aten::conv2d"));
    QCOMPARE(conv.args.size(), std::size_t{4});
    QVERIFY(conv.args[2].is_none());
    QVERIFY(conv.args[3] == FxArg(FxArg::List{FxArg(std::int64_t{1}), FxArg(std::int64_t{1})}));
    QCOMPARE(conv.kwargs[0].name, std::string("groups"));
    QCOMPARE(conv.frame, 1u);
    QCOMPARE(graph->nodes[1].tensor, 0u);
    const FxValue& x = graph->values[graph->nodes[0].outputs[0]];
    QCOMPARE(x.type.dtype, DType::Float32);
    QCOMPARE(x.type.shape->at(1).value, std::int64_t{3});
    QCOMPARE(x.type.shape->at(2).symbol, std::string("h"));
    QVERIFY(!x.type.shape->at(3).known() && x.type.shape->at(3).symbol.empty());
    const FxNode& branch = graph->nodes[4];
    QCOMPARE(branch.blocks.size(), std::size_t{2});
    QVERIFY(graph->blocks[branch.blocks[1]].nodes.empty());
    QCOMPARE(graph->blocks[branch.blocks[0]].owner, 4u);
}

void FxTextTest::printsDeterministically()
{
    ModuleTree modules;
    const auto graph = parse_fx(example, modules);
    QVERIFY(graph.has_value());
    std::string expected(example);
    expected.erase(0, expected.find('\n') + 1); // comments are not kept
    QCOMPARE(QString::fromStdString(print_fx(*graph, modules)), QString::fromStdString(expected));
}

void FxTextTest::roundTripOfRandomGraphs()
{
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        test::RandomFx random(seed);
        random.make(25);
        QCOMPARE(verify_fx(random.graph), std::vector<std::string>());
        const std::string text = print_fx(random.graph, random.modules);
        ModuleTree modules;
        const auto back = parse_fx(text, modules);
        QVERIFY2(back.has_value(), back ? "" : (back.error().text() + "\n" + text).c_str());
        QCOMPARE(verify_fx(*back), std::vector<std::string>());
        QCOMPARE(QString::fromStdString(print_fx(*back, modules)), QString::fromStdString(text));
        QCOMPARE(back->nodes.size(), random.graph.nodes.size());
        QCOMPARE(back->frames.size(), random.graph.frames.size());
        for (FxNodeId id = 0; id < back->nodes.size(); ++id) {
            const FxNode& a = random.graph.nodes[id];
            const FxNode& b = back->nodes[id];
            QCOMPARE(b.kind, a.kind);
            QCOMPARE(b.target, a.target);
            QCOMPARE(b.frame, a.frame);
            QCOMPARE(b.tensor, a.tensor);
            QCOMPARE(b.args.size(), a.args.size());
            for (std::size_t i = 0; i < a.outputs.size(); ++i)
                QVERIFY(back->values[b.outputs[i]].type == random.graph.values[a.outputs[i]].type);
        }
        for (FrameId id = 0; id < back->frames.size(); ++id)
            QCOMPARE(modules[back->frames[id].module].fqn,
                     random.modules[random.graph.frames[id].module].fqn);
    }
}

void FxTextTest::numbersKeepTheirKind()
{
    FxGraph graph;
    FxNode node;
    node.target = "f";
    const double infinity = std::numeric_limits<double>::infinity();
    node.args = {FxArg(2.0),       FxArg(std::int64_t{2}),
                 FxArg(1e300),     FxArg(0.1),
                 FxArg(-1e-7),     FxArg(infinity),
                 FxArg(-infinity), FxArg(std::numeric_limits<std::int64_t>::min()),
                 FxArg(-0.0),      FxArg(std::numeric_limits<double>::quiet_NaN())};
    graph.add_node(FxGraph::main_block, node, {}, {});
    ModuleTree modules;
    const auto back = parse_fx(print_fx(graph, modules), modules);
    QVERIFY2(back.has_value(), back ? "" : back.error().text().c_str());
    const auto& args = back->nodes[0].args;
    for (std::size_t i = 0; i + 1 < node.args.size(); ++i)
        QVERIFY2(args[i] == node.args[i], std::to_string(i).c_str());
    QVERIFY(std::isnan(std::get<double>(args.back().value)));
    QVERIFY(std::signbit(std::get<double>(args[8].value)));
}

void FxTextTest::errors_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("message");
    auto row = [](const char* text, const char* message) {
        QTest::newRow(text) << text << message;
    };
    row("%x : tensor = placeholder[x]()\noutput[output](%y)",
        "line 2, column 17: value '%y' is not defined before its use");
    row("%x : tensor = placeholder[x](\n", "line 2, column 1: expected an argument");
    row("%x : tensr = placeholder[x]()", "line 1, column 6: 'tensr' is not a type");
    row("%x : tensor = place[x]()", "line 1, column 15: 'place' is not a kind of node");
    row("%x : int = placeholder[x]()\n%x : int = placeholder[x]()",
        "line 2, column 2: value '%x' is defined twice");
    row("frame 1: \"\"", "line 1, column 7: expected frame 0, found frame 1");
    row("frame 0: \"\"\nframe 1: \"a\" parent=1", "line 2, column 21: parent 1 of frame 1");
    row("frame 0: \"\" src=3", "line 1, column 17: there is no source 3");
    row("output[output]() {frame=7}", "line 1, column 25: there is no frame 7");
    row("output[output](\"abc", "line 1, column 16: the string is not closed");
    row("output[output](\"\\q\")", "unknown escape '\\q'");
    row("output[output](99999999999999999999)", "expected an integer");
    row("output[output](1.2.3)", "'1.2.3' is not a number");
    row("%x : tensor[-3] = placeholder[x]()", "a dimension is negative");
    row("%x : tensor<what> = placeholder[x]()", "'what' is not an element type");
    row("output[output]() {colour=1}", "unknown property 'colour'");
    row("%z : int = call_function[prim::If]()\n block() { }",
        "line 2, column 12: the block has no return");
}

void FxTextTest::errors()
{
    QFETCH(QString, text);
    QFETCH(QString, message);
    ModuleTree modules;
    const auto graph = parse_fx(text.toStdString(), modules);
    QVERIFY(!graph.has_value());
    QCOMPARE(graph.error().code, ErrorCode::CannotRead);
    const QString actual = QString::fromStdString(graph.error().text());
    QVERIFY2(actual.contains(message), qPrintable(actual));
    // Deep nesting ends in an error as well, not in a crash.
    ModuleTree more;
    QVERIFY(!parse_fx("output[output](" + std::string(100000, '['), more));
    QVERIFY(!parse_fx(
        "%x : " +
            [] {
                std::string types;
                for (int i = 0; i < 50000; ++i)
                    types += "list<";
                return types;
            }(),
        more));
}

using Damage = std::function<void(FxGraph&)>;
Q_DECLARE_METATYPE(Damage)

void FxTextTest::verifierRules_data()
{
    QTest::addColumn<Damage>("damage");
    QTest::addColumn<QString>("complaint");
    auto row = [](const char* name, Damage damage, const char* complaint) {
        QTest::newRow(name) << damage << complaint;
    };
    // Nodes: 0 x, 1 w, 2 y=conv, 3 c, 4 z=If (5 a=relu in its first block), 6 Two, 7 output.
    row(
        "use before definition",
        [](FxGraph& g) { std::swap(g.blocks[0].nodes[2], g.blocks[0].nodes[3]); },
        "uses '%y', which is not defined before it");
    row(
        "use of an inner value",
        [](FxGraph& g) { g.nodes[7].args[0] = FxRef{g.nodes[5].outputs[0]}; },
        "uses '%a', which is not defined before it");
    row(
        "use of nothing", [](FxGraph& g) { g.nodes[7].args[0] = FxRef{999}; },
        "uses value 999, which does not exist");
    row(
        "use in a return", [](FxGraph& g) { g.blocks[2].results[0] = FxRef{999}; },
        "the return of block 2 uses value 999");
    row(
        "own result in a body",
        [](FxGraph& g) { g.blocks[2].results[0] = FxRef{g.nodes[4].outputs[0]}; },
        "uses '%z', which is not defined before it");
    row(
        "parent after child", [](FxGraph& g) { g.frames[1].parent = 2; },
        "the parent of frame 1 does not come before it");
    row(
        "root with parent", [](FxGraph& g) { g.frames[0].parent = 0; }, "frame 0 has a parent");
    row(
        "no output", [](FxGraph& g) { g.blocks[0].nodes.pop_back(); },
        "does not end with an output node");
    row(
        "output in the middle",
        [](FxGraph& g) { std::swap(g.blocks[0].nodes[5], g.blocks[0].nodes[6]); },
        "is not the last node of the main block");
    row(
        "equal names", [](FxGraph& g) { g.values[1].name = g.values[0].name; },
        "are both called '%x'");
    row(
        "missing branch", [](FxGraph& g) { g.nodes[4].blocks.pop_back(); }, "has 1 blocks, not 2");
    row(
        "result missing", [](FxGraph& g) { g.blocks[1].results.clear(); },
        "returns 0 values, not 1");
    row(
        "blocks of an ordinary node",
        [](FxGraph& g) { std::swap(g.nodes[2].blocks, g.nodes[4].blocks); }, "has 2 blocks, not 0");
    row(
        "frame out of range", [](FxGraph& g) { g.nodes[2].frame = 40; },
        "names frame 40, which does not exist");
    row(
        "source out of range", [](FxGraph& g) { g.nodes[2].source = 40; },
        "names source 40, which does not exist");
    row(
        "listed twice", [](FxGraph& g) { g.blocks[1].nodes.push_back(2); }, "is listed 2 times");
    row(
        "wrong block", [](FxGraph& g) { g.nodes[2].block = 1; },
        "does not say that it is in block 0");
    row(
        "wrong producer", [](FxGraph& g) { g.values[0].node = 3; },
        "does not say that it is output 0");
    row(
        "block used twice", [](FxGraph& g) { g.nodes[4].blocks[1] = g.nodes[4].blocks[0]; },
        "belongs to several nodes");
    row(
        "placeholder without value", [](FxGraph& g) { g.nodes[0].outputs.clear(); },
        "defines 0 values, not 1");
}

void FxTextTest::verifierRules()
{
    QFETCH(Damage, damage);
    QFETCH(QString, complaint);
    FxGraph graph = parsed(example);
    QCOMPARE(verify_fx(graph), std::vector<std::string>());
    damage(graph);
    QString all;
    for (const std::string& found : verify_fx(graph))
        all += QString::fromStdString(found) + "\n";
    QVERIFY2(all.contains(complaint), qPrintable(all));
}

QTEST_APPLESS_MAIN(FxTextTest)
#include "tst_fx_text.moc"
