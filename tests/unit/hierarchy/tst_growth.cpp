// How modules grow where only weights have names: siblings, branches, wrappers, lists with gaps.
#include "hierarchy/attribute.h"
#include "hierarchy/tensor_workers.h"
#include "support/sketch.h"

#include <QTest>

using namespace strata;

class TestGrowth : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aroundParallelChildren()
    {
        // A gate chooses between experts that read one value; its weight has no name.
        Sketch file("n = MatMul(x, w:norm.weight)\n"
                    "g = MatMul(n, w:17)\n"
                    "p = Softmax(g)\n"
                    "a = MatMul(n, w:moe.experts.0.up.weight)\n"
                    "b = Relu(a)\n"
                    "c = MatMul(b, w:moe.experts.0.down.weight)\n"
                    "d = Mul(c, p)\n"
                    "e = MatMul(n, w:moe.experts.1.up.weight)\n"
                    "f = Relu(e)\n"
                    "h = MatMul(f, w:moe.experts.1.down.weight)\n"
                    "i = Mul(h, p)\n"
                    "s = Add(d, i)\n"
                    "y = MatMul(s, w:head.weight)\n");
        for (const char* node : {"g", "p", "d", "i", "s"})
            QCOMPARE(grown(file, node), std::string("moe"));
        QCOMPARE(grown(file, "b"), std::string("moe.experts.0"));
    }

    void kinStandsElsewhere()
    {
        // Three modules of one class in different places: each ends with what all end with, and
        // none with what only one is followed by.
        Sketch file("a = Conv(x, w:stem.conv.weight)\n"
                    "b = Elu(a)\n"
                    "c = Conv(b, w:body.one.conv.weight)\n"
                    "d = Elu(c)\n"
                    "s = Split(d)\n"
                    "e = Conv(s, w:body.two.conv.weight)\n"
                    "f = Elu(e)\n"
                    "g = MatMul(f, w:head.weight)\n");
        QCOMPARE(grown(file, "b"), std::string("stem"));
        QCOMPARE(grown(file, "d"), std::string("body.one"));
        QCOMPARE(grown(file, "s"), std::string("body"));
        QCOMPARE(grown(file, "f"), std::string("body.two"));
    }

    void wrapperOfOneModule()
    {
        Sketch file("a = Conv(x, w:embed.proj.weight)\n"
                    "r = Reshape(a, w:shape)\n"
                    "t = Transpose(r)\n"
                    "b = MatMul(t, w:head.weight)\n"
                    "u = Relu(b)\n");
        QCOMPARE(grown(file, "r"), std::string("embed"));
        QCOMPARE(grown(file, "t"), std::string("embed"));
        QCOMPARE(grown(file, "u"), std::string(""));
    }

    void listWithUnnamedChildren()
    {
        // Normalisations were folded into all but the last convolutions, whose names got lost.
        Sketch file("a = Conv(x, w:1)\n"
                    "b = Sigmoid(a)\n"
                    "c = Conv(b, w:2)\n"
                    "d = Sigmoid(c)\n"
                    "e = Conv(d, w:net.2.cls.weight)\n"
                    "f = Conv(d, w:net.2.box.weight)\n"
                    "g = Concat(e, f)\n");
        for (const char* node : {"a", "b", "c", "d"})
            QCOMPARE(grown(file, node), std::string("net"));
    }

    void onTheWayBetweenKnownNodes()
    {
        // What runs between two nodes of 'body.cell' is in there, whatever the data flow says: the
        // scale comes from the graph's input. 'down' is called by the root alone, and what is read
        // again may be a second call.
        Sketch file("a = MatMul(x, w:body.cell.style.weight)\n"
                    "r = Reshape(x, w:shape)\n"
                    "m = Mul(r, a)\n"
                    "b = Conv(m, w:body.cell.conv.weight)\n"
                    "c = Conv(b, w:down.weight)\n"
                    "d = MatMul(c, w:body.cell.style.weight)\n");
        for (const char* node : {"r", "m"})
            QCOMPARE(grown(file, node), std::string("body.cell"));
    }

    void startsLikeItsKin()
    {
        // Two layers that start by turning and picking, after different things.
        Sketch file("a = Conv(x, w:stem.weight)\n"
                    "t = Transpose(a)\n"
                    "g = Gather(t, i)\n"
                    "s = Sub(g, t)\n"
                    "b = MatMul(s, w:edges.0.fc.weight)\n"
                    "c = MatMul(b, w:edges.0.out.weight)\n"
                    "u = Transpose(c)\n"
                    "h = Gather(u, i)\n"
                    "v = Sub(h, u)\n"
                    "d = MatMul(v, w:edges.1.fc.weight)\n"
                    "e = MatMul(d, w:edges.1.out.weight)\n"
                    "y = MatMul(e, w:head.weight)\n");
        for (const char* node : {"t", "g", "s"})
            QCOMPARE(grown(file, node), std::string("edges.0"));
        for (const char* node : {"u", "h", "v"})
            QCOMPARE(grown(file, node), std::string("edges.1"));
    }

    void smallModulesBeforeAChild()
    {
        // Children 0 (a gate; its input is also read elsewhere) and 1 (a dropout that is gone).
        Sketch file("a = Conv(x, w:in.weight)\n"
                    "s = Sigmoid(a)\n"
                    "m = Mul(a, s)\n"
                    "b = MatMul(m, w:block.mlp.2.weight)\n"
                    "q = Unsqueeze(b, w:axes)\n"
                    "n = Add(q, a)\n"
                    "c = Conv(n, w:block.out.weight)\n");
        for (const char* node : {"s", "m"})
            QCOMPARE(grown(file, node), std::string("block.mlp"));
        QCOMPARE(grown(file, "q"), std::string("block")); // no module of a sequence stacks
    }

    void tablesThatAreNotCalled()
    {
        // The root reads the table of 'queries', which it never calls; 'fc' reads its own weight;
        // 'pos' is read by the root and by 'fc'.
        Program program;
        const ModuleId queries = program.modules.add(root_module, "queries", "Embedding");
        const ModuleId fc = program.modules.add(root_module, "fc", "Linear");
        const ModuleId pos = program.modules.add(root_module, "pos", "Embedding");
        program.tensors.resize(3);
        FxGraph& graph = program.graph;
        const FrameId called = graph.add_frame(fc, 0, 0);
        for (std::uint32_t tensor = 0; tensor < 3; ++tensor) {
            FxNode read;
            read.kind = FxKind::GetAttr;
            read.tensor = tensor;
            graph.add_node(FxGraph::main_block, read, {"w"}, {FxType::tensor()});
        }
        const auto use = [&](FxValueId value, FrameId frame) {
            FxNode node;
            node.target = "aten::add.Tensor";
            node.args = {FxArg(FxArg::List{FxArg(FxRef{value})})};
            node.frame = frame;
            graph.add_node(FxGraph::main_block, node, {"y"}, {FxType::tensor()});
        };
        use(0, 0);
        use(1, called);
        use(2, 0);
        use(2, called);
        const std::vector<ModuleId> expected{root_module, fc, no_module};
        QCOMPARE(tensor_workers(program, {queries, fc, pos}), expected);
    }
};

QTEST_GUILESS_MAIN(TestGrowth)
#include "tst_growth.moc"
