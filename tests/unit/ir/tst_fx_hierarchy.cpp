// Splitting the flat graph into one graph per module call.
#include <QtTest>

#include "ir/fx_hierarchy.h"
#include "ir/fx_text.h"
#include "unit/ir/random_fx.h"

#include <map>
#include <set>

using namespace strata;

class FxHierarchyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void repeatedAndNestedCalls();
    void callInsideABranch();
    void interruptedCallIsOneCall();
    void callThatNeedsItsCallerIsSplit();
    void allSixKinds();
    void randomGraphsKeepTheirMeaning();
};

namespace {

struct Split {
    ModuleTree modules;
    FxGraph flat;
    std::vector<ModuleGraph> graphs;

    explicit Split(const char* text)
    {
        auto parsed = parse_fx(text, modules);
        if (!parsed)
            qFatal("%s", parsed.error().text().c_str());
        flat = std::move(*parsed);
        const auto complaints = verify_fx(flat);
        if (!complaints.empty())
            qFatal("%s", complaints.front().c_str());
        graphs = split_by_module(flat, modules);
    }
    /// The nodes of a call's graph, one a line, without frames and sources.
    QString text(FrameId frame) const
    {
        QStringList lines;
        for (const QString& line :
             QString::fromStdString(print_fx(graphs[frame].graph, modules)).split('\n'))
            if (!line.startsWith("frame") && !line.startsWith("source") && !line.isEmpty())
                lines << line;
        return lines.join('\n');
    }
};

} // namespace

void FxHierarchyTest::repeatedAndNestedCalls()
{
    const Split split(R"(
frame 0: ""
frame 1: "block" parent=0
frame 2: "block.relu" parent=1
frame 3: "block.relu" call=1 parent=1
%x : tensor = placeholder[x]()
%w : tensor = get_attr[block.weight]() {frame=1}
%a : tensor = call_function[aten::mul](%x, %w) {frame=1}
%b : tensor = call_function[aten::relu](%a) {frame=2}
%c : tensor = call_function[aten::neg](%b) {frame=1}
%d : tensor = call_function[aten::relu](%c) {frame=3}
output[output](%d)
)");
    QCOMPARE(split.graphs.size(), std::size_t{4});
    QCOMPARE(split.text(0), QString("%x : tensor = placeholder[x]()\n"
                                    "%d : tensor = call_module[block](%x)\n"
                                    "output[output](%d)"));
    QCOMPARE(split.text(1), QString("%x : tensor = placeholder[x]()\n"
                                    "%w : tensor = get_attr[block.weight]()\n"
                                    "%a : tensor = call_function[aten::mul](%x, %w)\n"
                                    "%b : tensor = call_module[block.relu](%a)\n"
                                    "%c : tensor = call_function[aten::neg](%b)\n"
                                    "%d : tensor = call_module[block.relu@1](%c)\n"
                                    "output[output](%d)"));
    QCOMPARE(split.text(3), QString("%c : tensor = placeholder[c]()\n"
                                    "%d : tensor = call_function[aten::relu](%c)\n"
                                    "output[output](%d)"));
    // flat_nodes: made nodes stand for none.
    const std::vector<FxNodeId> expected{no_index, 1, 2, no_index, 4, no_index, no_index};
    QCOMPARE(split.graphs[1].flat_nodes, expected);
}

void FxHierarchyTest::callInsideABranch()
{
    const Split split(R"(
frame 0: ""
frame 1: "a" parent=0
%x : tensor = placeholder[x]()
%c : bool = call_function[aten::gt](%x, 0)
%y : tensor = call_function[prim::If](%c)
  block() {
    %r : tensor = call_function[aten::relu](%x) {frame=1}
    %s : tensor = call_function[aten::neg](%r) {frame=1}
    return(%s)
  }
  block() {
    return(%x)
  }
output[output](%y)
)");
    QCOMPARE(split.text(0), QString("%x : tensor = placeholder[x]()\n"
                                    "%c : bool = call_function[aten::gt](%x, 0)\n"
                                    "%y : tensor = call_function[prim::If](%c)\n"
                                    "  block() {\n"
                                    "    %s : tensor = call_module[a](%x)\n"
                                    "    return(%s)\n"
                                    "  }\n"
                                    "  block() {\n"
                                    "    return(%x)\n"
                                    "  }\n"
                                    "output[output](%y)"));
    QCOMPARE(split.text(1), QString("%x : tensor = placeholder[x]()\n"
                                    "%r : tensor = call_function[aten::relu](%x)\n"
                                    "%s : tensor = call_function[aten::neg](%r)\n"
                                    "output[output](%s)"));
}

void FxHierarchyTest::interruptedCallIsOneCall()
{
    const Split split(R"(
frame 0: ""
frame 1: "a" parent=0
%x : tensor = placeholder[x]()
%p : tensor = call_function[aten::relu](%x) {frame=1}
%q : tensor = call_function[aten::neg](%x)
%u : tensor = call_function[aten::abs](%p)
%r : tensor = call_function[aten::add](%p, %q) {frame=1}
output[output](%r, %u)
)");
    QCOMPARE(split.text(0), QString("%x : tensor = placeholder[x]()\n"
                                    "%q : tensor = call_function[aten::neg](%x)\n"
                                    "%p : tensor, %r : tensor = call_module[a](%x, %q)\n"
                                    "%u : tensor = call_function[aten::abs](%p)\n"
                                    "output[output](%r, %u)"));
    QCOMPARE(verify_fx(split.graphs[0].graph), std::vector<std::string>());
}

void FxHierarchyTest::callThatNeedsItsCallerIsSplit()
{
    const Split split(R"(
frame 0: ""
frame 1: "a" parent=0
%x : tensor = placeholder[x]()
%p : tensor = call_function[aten::relu](%x) {frame=1}
%q : tensor = call_function[aten::neg](%p)
%r : tensor = call_function[aten::add](%p, %q) {frame=1}
output[output](%r)
)");
    QCOMPARE(split.text(0), QString("%x : tensor = placeholder[x]()\n"
                                    "%p : tensor = call_module[a](%x)\n"
                                    "%q : tensor = call_function[aten::neg](%p)\n"
                                    "%r : tensor = call_module[a](%p, %q)\n"
                                    "output[output](%r)"));
    QCOMPARE(split.text(1), QString("%x : tensor = placeholder[x]()\n"
                                    "%q : tensor = placeholder[q]()\n"
                                    "%p : tensor = call_function[aten::relu](%x)\n"
                                    "%r : tensor = call_function[aten::add](%p, %q)\n"
                                    "output[output](%p, %r)"));
}

void FxHierarchyTest::allSixKinds()
{
    const Split split(R"(
frame 0: ""
frame 1: "a" parent=0
%x : tensor = placeholder[x]()
%w : tensor = get_attr[w]()
%y : tensor = call_function[aten::mul](%x, %w)
%z : tensor = call_method[view](%y, -1)
%a : tensor = call_function[aten::relu](%z) {frame=1}
output[output](%a)
)");
    std::set<FxKind> kinds;
    for (const FxNode& node : split.graphs[0].graph.nodes)
        kinds.insert(node.kind);
    QCOMPARE(kinds.size(), std::size_t{6});
}

// Every flat node is in exactly one graph with the same arguments, and calls fit their graphs.
void FxHierarchyTest::randomGraphsKeepTheirMeaning()
{
    for (std::uint32_t seed = 1; seed <= 80; ++seed) {
        test::RandomFx random(seed);
        random.make(30);
        const FxGraph& flat = random.graph;
        const auto graphs = split_by_module(flat, random.modules);
        QCOMPARE(graphs.size(), flat.frames.size());
        std::vector<int> seen(flat.nodes.size(), 0);
        for (FrameId frame = 0; frame < graphs.size(); ++frame) {
            const ModuleGraph& part = graphs[frame];
            QCOMPARE(part.frame, frame);
            const auto complaints = verify_fx(part.graph);
            QVERIFY2(complaints.empty(), complaints.empty() ? "" : complaints.front().c_str());
            QCOMPARE(part.flat_nodes.size(), part.graph.nodes.size());
            for (FxNodeId id = 0; id < part.graph.nodes.size(); ++id) {
                if (part.flat_nodes[id] == no_index)
                    continue;
                const FxNode& copy = part.graph.nodes[id];
                const FxNode& original = flat.nodes[part.flat_nodes[id]];
                ++seen[part.flat_nodes[id]];
                QCOMPARE(original.frame, frame);
                QCOMPARE(copy.target, original.target);
                // Values keep their names, so equal names mean the same value.
                std::vector<std::string> a;
                std::vector<std::string> b;
                visit_uses(original, [&](FxValueId v) { a.push_back(flat.values[v].name); });
                visit_uses(copy, [&](FxValueId v) { b.push_back(part.graph.values[v].name); });
                QCOMPARE(b, a);
            }
            // What goes into a call is what its graph takes.
            std::map<std::string, std::set<std::string>> given;
            std::map<std::string, std::set<std::string>> taken;
            for (const FxNode& node : part.graph.nodes) {
                if (node.kind != FxKind::CallModule)
                    continue;
                visit_uses(node, [&](FxValueId v) {
                    given[node.target].insert(part.graph.values[v].name);
                });
                for (FxValueId v : node.outputs)
                    taken[node.target].insert(part.graph.values[v].name);
            }
            for (FrameId child = 1; child < graphs.size(); ++child) {
                if (flat.frames[child].parent != frame || graphs[child].graph.nodes.size() <= 1)
                    continue;
                std::string target = random.modules[flat.frames[child].module].fqn;
                if (flat.frames[child].call > 0)
                    target += "@" + std::to_string(flat.frames[child].call);
                QVERIFY2(given.count(target) || taken.count(target) ||
                             graphs[child].graph.placeholders().empty(),
                         target.c_str());
                for (FxNodeId id : graphs[child].graph.placeholders())
                    QVERIFY(given[target].count(graphs[child].graph.nodes[id].target));
                visit_uses(graphs[child].graph.nodes[graphs[child].graph.output_node()],
                           [&](FxValueId v) {
                               QVERIFY(taken[target].count(graphs[child].graph.values[v].name));
                           });
            }
        }
        for (FxNodeId id = 0; id < seen.size(); ++id)
            QVERIFY2(seen[id] == 1, std::to_string(id).c_str());
    }
}

QTEST_APPLESS_MAIN(FxHierarchyTest)
#include "tst_fx_hierarchy.moc"
