// Alignment of two graphs, and growth of modules where only weights have names.
#include "hierarchy/align/align.h"
#include "hierarchy/attribute.h"
#include "hierarchy/changed_constants.h"
#include "hierarchy/changed_operators.h"
#include "hierarchy/exchanged_tensors.h"
#include "hierarchy/folded_tensors.h"
#include "hierarchy/growth_evidence.h"
#include "hierarchy/structural_evidence.h"

#include "support/sketch.h"

#include <QTest>
#include <cstring>
#include <map>

using namespace strata;

namespace {

/// Which node of the reference each node of the file got, by the names of their results.
std::string aligned(Sketch& file, Sketch& reference)
{
    const auto left = align::build_flow(file.model());
    const auto right = align::build_flow(reference.model());
    const TaskContext task;
    const auto matches = align::align_graphs(left, right, task);
    std::string text;
    for (NodeId id = 0; matches && id < matches->size(); ++id)
        text += (id > 0 ? " " : "") + file.output_of(id) + "=" +
                reference.output_of((*matches)[id].reference);
    return text;
}

/// The flow of a model where weights of one name are one tensor.
align::FlowGraph mark_weights(const OnnxModel& model, std::map<std::string, std::uint32_t>& numbers)
{
    align::FlowGraph graph = align::build_flow(model);
    for (align::FlowNode& node : graph.nodes)
        for (const align::FlowInput& input : node.inputs)
            if (input.initializer != no_id) {
                const ValueId value = model.initializers[input.initializer].value;
                const std::string name(model.text(model.values[value].name));
                node.tensors.push_back(
                    numbers.emplace(name, static_cast<std::uint32_t>(numbers.size()))
                        .first->second);
            }
    return graph;
}

/// As aligned(), where weights of one name are one tensor.
std::string aligned_by_weights(Sketch& file, Sketch& reference)
{
    std::map<std::string, std::uint32_t> numbers;
    const align::FlowGraph left = mark_weights(file.model(), numbers);
    const align::FlowGraph right = mark_weights(reference.model(), numbers);
    const TaskContext task;
    const auto matches = align::align_graphs(left, right, task);
    std::string text;
    for (NodeId id = 0; matches && id < matches->size(); ++id)
        text += (id > 0 ? " " : "") + file.output_of(id) + "=" +
                reference.output_of((*matches)[id].reference);
    return text;
}

/// What the file is said to have otherwise: "operator of the reference: detail" each.
std::string changes(Sketch& file, Sketch& reference)
{
    std::map<std::string, std::uint32_t> numbers;
    const align::FlowGraph left = mark_weights(file.model(), numbers);
    const align::FlowGraph right = mark_weights(reference.model(), numbers);
    const TaskContext task;
    const auto matches = align::align_graphs(left, right, task);
    if (!matches)
        return "error";
    std::vector<OperatorChange> found =
        changed_operators(file.model(), left, reference.model(), right, *matches);
    const std::vector<std::uint32_t> none_here(file.model().initializers.size(), no_index);
    const std::vector<std::uint32_t> none_there(reference.model().initializers.size(), no_index);
    const auto constants = changed_constants(file.model(), left, reference.model(), right, *matches,
                                             none_here, none_there, task);
    if (!constants)
        return "error";
    found.insert(found.end(), constants->begin(), constants->end());
    std::string text;
    for (const OperatorChange& change : found)
        text += fmt::format("{}: {};", reference.output_of(change.reference),
                            change.node == no_id ? "missing" : change.detail);
    return text;
}

} // namespace

class TestAlign : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void attentionReachesBackToItsProjections()
    {
        // q, k and v lost the names of their weights; the scale of the scores and the axes turned
        // for k and v alone are the attention's work, what it is added to is not.
        Sketch file("h = MatMul(x, w:block.enter.weight)\n"
                    "m = Sigmoid(y)\n"
                    "t = Transpose(h)\n"
                    "q = MatMul(h, w:onnx::MatMul_1)\n"
                    "k = MatMul(t, w:onnx::MatMul_2)\n"
                    "v = MatMul(t, w:onnx::MatMul_3)\n"
                    "kt = Transpose(k)\n"
                    "s = MatMul(q, kt)\n"
                    "sm = Add(s, m)\n"
                    "p = Softmax(sm)\n"
                    "c = MatMul(p, v)\n"
                    "ct = Transpose(c)\n"
                    "o = MatMul(ct, w:block.attn.out_proj.weight)\n"
                    "r = Add(h, o)\n"
                    "f = MatMul(r, w:block.leave.weight)\n");
        for (const char* name : {"t", "q", "k", "v", "kt", "s", "sm", "p", "c", "ct", "o"})
            QCOMPARE(grown(file, name), std::string("block.attn"));
        QCOMPARE(grown(file, "h"), std::string("block.enter"));
    }

    void untrainedNormalisationIsAbsorbed()
    {
        // Its weights are equal to others', so that they are no tensor of the source in particular.
        Sketch file("a = Conv(x, w:conv)\nb = Relu(a)\n");
        Sketch reference("p = Conv(x, w:conv)\nn = BatchNormalization(p, w:ones)\nq = Relu(n)\n");
        std::map<std::string, std::uint32_t> numbers;
        align::FlowGraph left = mark_weights(file.model(), numbers);
        align::FlowGraph right = mark_weights(reference.model(), numbers);
        left.nodes[file.node("a")].scaled = true;
        right.nodes[reference.node("n")].tensors.clear();
        const TaskContext task;
        const auto matches = align::align_graphs(left, right, task);
        QVERIFY(matches);
        QCOMPARE((*matches)[file.node("a")].last, reference.node("n"));
    }

    void whatMeetsNoDataIsFolded()
    {
        // A layer over a learned query, and a bias that a constant is added behind.
        Sketch reference("q = MatMul(w:query, w:layer)\n"
                         "s = Softmax(q)\n"
                         "p = Conv(x, w:conv)\n"
                         "m = Add(p, w:mean)\n"
                         "y = Mul(m, s)\n");
        std::map<std::string, std::uint32_t> numbers;
        const align::FlowGraph graph = mark_weights(reference.model(), numbers);
        const auto folded = tensors_without_data(graph, numbers.size());
        for (const auto& [name, tensor] : numbers)
            QCOMPARE(static_cast<bool>(folded[tensor]), name == "query" || name == "layer");
        std::vector<bool> arrived(graph.nodes.size(), true);
        QVERIFY(!is_moved_by_next(graph, arrived, reference.node("p")));
        arrived[reference.node("m")] = false;
        QVERIFY(is_moved_by_next(graph, arrived, reference.node("p")));
    }

    void exchangedMatricesBetweenTheirBiases()
    {
        // Before and behind, the graphs differ, so that the data flow alone tells no places.
        Sketch file("t = Tanh(x)\n"
                    "a = MatMul(t, w:B)\n"
                    "b = Add(a, w:first)\n"
                    "r = Relu(b)\n"
                    "c = MatMul(r, w:A)\n"
                    "d = Add(c, w:second)\n"
                    "s = Softmax(d)\n");
        Sketch reference("a = MatMul(x, w:A)\n"
                         "b = Add(a, w:first)\n"
                         "r = Relu(b)\n"
                         "c = MatMul(r, w:B)\n"
                         "d = Add(c, w:second)\n"
                         "s = Sigmoid(d)\n");
        std::map<std::string, std::uint32_t> numbers;
        align::FlowGraph left = mark_weights(file.model(), numbers);
        align::FlowGraph right = mark_weights(reference.model(), numbers);
        Program source;
        source.tensors.resize(numbers.size());
        for (const auto& [name, tensor] : numbers)
            source.tensors[tensor].shape =
                name.size() == 1 ? std::vector<std::int64_t>{4, 4} : std::vector<std::int64_t>{4};
        const TaskContext task;
        auto exchanged = exchanged_tensors(left, right, source, task);
        QVERIFY(exchanged);
        std::sort(exchanged->begin(), exchanged->end());
        std::vector<std::pair<std::uint32_t, std::uint32_t>> expected{
            {numbers.at("A"), numbers.at("B")}, {numbers.at("B"), numbers.at("A")}};
        std::sort(expected.begin(), expected.end());
        QCOMPARE(*exchanged, expected);
        // The graphs are what they were.
        QCOMPARE(left.nodes[file.node("a")].tensors, std::vector<std::uint32_t>{numbers.at("B")});
    }

    void equalGraphs()
    {
        Sketch file("a = Relu(x)\nb = Sigmoid(a)\nc = Add(a, b)\n");
        Sketch reference("p = Relu(x)\nq = Sigmoid(p)\nr = Add(p, q)\n");
        QCOMPARE(aligned(file, reference), std::string("a=p b=q c=r"));
    }

    void orderInTheFileDoesNotMatter()
    {
        Sketch file("b = Tanh(y)\na = Relu(x)\nc = Sub(a, b)\n");
        Sketch reference("p = Relu(x)\nq = Tanh(y)\nr = Sub(p, q)\n");
        QCOMPARE(aligned(file, reference), std::string("b=q a=p c=r"));
    }

    void insertedAndMissingNodes()
    {
        // A conversion more in the file, a reshape less.
        Sketch file("c = Cast(x)\na = Relu(c)\nb = Softmax(a)\n");
        Sketch reference("p = Relu(x)\ns = Reshape(p)\nq = Softmax(s)\n");
        const std::string result = aligned(file, reference);
        QVERIFY2(result.find("a=p") != std::string::npos, result.c_str());
        QVERIFY2(result.find("b=q") != std::string::npos, result.c_str());
    }

    void fusedOperatorStandsForItsParts()
    {
        Sketch file("a = Relu(x)\ng = Gelu(a)\nb = Softmax(g)\n");
        Sketch reference("p = Relu(x)\nd = Div(p, k)\ne = Erf(d)\nm = Mul(p, e)\nq = Softmax(m)\n");
        const std::string result = aligned(file, reference);
        QVERIFY2(result.find("a=p") != std::string::npos, result.c_str());
        QVERIFY2(result.find("g=d") != std::string::npos ||
                     result.find("g=e") != std::string::npos ||
                     result.find("g=m") != std::string::npos,
                 result.c_str());
        QVERIFY2(result.find("b=q") != std::string::npos, result.c_str());
    }

    void residualBelongsToTheBlockItsInputEnters()
    {
        Sketch file("c0 = Conv(x, w:block.0.conv1.weight)\n"
                    "r0 = Relu(c0)\n"
                    "d0 = Conv(r0, w:block.0.conv2.weight)\n"
                    "s0 = Add(d0, x)\n"
                    "t0 = Relu(s0)\n"
                    "c1 = Conv(t0, w:block.1.conv1.weight)\n"
                    "r1 = Relu(c1)\n"
                    "d1 = Conv(r1, w:block.1.conv2.weight)\n"
                    "s1 = Add(d1, t0)\n"
                    "t1 = Relu(s1)\n"
                    "f = MatMul(t1, w:head.weight)\n");
        QCOMPARE(grown(file, "c0"), std::string("block.0.conv1"));
        QCOMPARE(grown(file, "r1"), std::string("block.1"));
        QCOMPARE(grown(file, "s1"), std::string("block.1"));
        QCOMPARE(grown(file, "t1"), std::string("block.1"));
    }

    void sumAroundAnAttentionIsNotPartOfIt()
    {
        std::string text;
        std::string x = "x";
        for (const char* i : {"0", "1"}) {
            const std::string block = std::string("h.") + i;
            text += "n" + block + " = LayerNormalization(" + x + ", w:" + block + ".ln.weight)\n";
            text += "q" + block + " = MatMul(n" + block + ", w:" + block + ".attn.q.weight)\n";
            text += "v" + block + " = MatMul(n" + block + ", w:" + block + ".attn.v.weight)\n";
            text += "s" + block + " = Softmax(q" + block + ")\n";
            text += "m" + block + " = MatMul(s" + block + ", v" + block + ")\n";
            text += "o" + block + " = MatMul(m" + block + ", w:" + block + ".attn.o.weight)\n";
            text += "a" + block + " = Add(o" + block + ", " + x + ")\n";
            x = "a" + block;
        }
        Sketch file(text);
        QCOMPARE(grown(file, "sh.1"), std::string("h.1.attn"));
        QCOMPARE(grown(file, "mh.0"), std::string("h.0.attn"));
        QCOMPARE(grown(file, "ah.0"), std::string("h.0"));
        QCOMPARE(grown(file, "ah.1"), std::string("h.1"));
    }

    void spelledOutNormalisationBelongsToItsScale()
    {
        Sketch file("u = MatMul(x, w:first.weight)\n"
                    "m = ReduceMean(u)\n"
                    "d = Sub(u, m)\n"
                    "p = Pow(d, two)\n"
                    "v = ReduceMean(p)\n"
                    "s = Sqrt(v)\n"
                    "n = Div(d, s)\n"
                    "g = Mul(n, w:norm.weight)\n"
                    "b = Add(g, w:norm.bias)\n");
        for (const char* name : {"m", "d", "p", "v", "s", "n", "g", "b"})
            QCOMPARE(grown(file, name), std::string("norm"));
        QCOMPARE(grown(file, "u"), std::string("first"));
    }

    void spelledOutOperatorIsOneNodeOfTheSource()
    {
        // The file is of an older opset: it has no LayerNormalization.
        Sketch file("u = MatMul(x, w:first)\n"
                    "m = ReduceMean(u)\n"
                    "d = Sub(u, m)\n"
                    "p = Pow(d, two)\n"
                    "v = ReduceMean(p)\n"
                    "s = Sqrt(v)\n"
                    "n = Div(d, s)\n"
                    "g = Mul(n, w:scale)\n"
                    "y = MatMul(g, w:last)\n");
        Sketch source("a = MatMul(x, w:first)\n"
                      "norm = LayerNormalization(a, w:scale)\n"
                      "y = MatMul(norm, w:last)\n");
        QCOMPARE(aligned_by_weights(file, source),
                 std::string("u=a m=norm d=norm p=norm v=norm s=norm n=norm g=norm y=y"));
    }

    void gateBelongsToTheModuleOfItsParts()
    {
        Sketch file("c = Conv(x, w:block.0.conv.weight)\n"
                    "p = GlobalAveragePool(c)\n"
                    "a = Conv(p, w:block.0.se.fc1.weight)\n"
                    "r = Relu(a)\n"
                    "b = Conv(r, w:block.0.se.fc2.weight)\n"
                    "s = HardSigmoid(b)\n"
                    "m = Mul(c, s)\n"
                    "o = Conv(m, w:block.0.out.weight)\n"
                    "z = Conv(o, w:block.1.conv.weight)\n");
        for (const char* name : {"p", "r", "s", "m"})
            QCOMPARE(grown(file, name), std::string("block.0.se"));
    }

    void gateOfASequenceBelongsToWhatHoldsTheSequence()
    {
        Sketch file("c = Conv(x, w:net.conv.weight)\n"
                    "p = ReduceMean(c)\n"
                    "a = MatMul(p, w:net.se.fc.0.weight)\n"
                    "r = Relu(a)\n"
                    "b = MatMul(r, w:net.se.fc.2.weight)\n"
                    "s = Sigmoid(b)\n"
                    "m = Mul(c, s)\n"
                    "o = Conv(m, w:net.out.weight)\n");
        QCOMPARE(grown(file, "p"), std::string("net.se"));
        QCOMPARE(grown(file, "r"), std::string("net.se.fc"));
        QCOMPARE(grown(file, "m"), std::string("net.se"));
    }

    void unnamedConvolutionsOfABranch()
    {
        // A normalisation was folded into the convolutions, so their weights have no names; the
        // gate in the middle tells which block it is.
        const std::string branch = "e = Conv(x, w:77)\n"
                                   "f = Relu(e)\n"
                                   "p = GlobalAveragePool(f)\n"
                                   "a = Conv(p, w:blocks.0.se.fc1.weight)\n"
                                   "b = Conv(a, w:blocks.0.se.fc2.weight)\n"
                                   "s = Sigmoid(b)\n"
                                   "m = Mul(f, s)\n"
                                   "o = Conv(m, w:78)\n"
                                   "y = Add(o, x)\n"
                                   "z = Conv(y, w:head.weight)\n";
        Sketch file("x = Conv(image, w:stem.weight)\n" + branch);
        for (const char* name : {"e", "f", "o", "y"})
            QCOMPARE(grown(file, name), std::string("blocks.0"));
        QCOMPARE(grown(file, "m"), std::string("blocks.0.se"));
        // A list without a missing number has no place for unnamed ones: laterals of a pyramid.
        Sketch pyramid("x = Conv(image, w:stem.weight)\n"
                       "l0 = Conv(x, w:lateral.0.weight)\n"
                       "c = Conv(x, w:79)\n"
                       "l1 = Conv(c, w:lateral.1.weight)\n"
                       "u = Resize(l1)\n"
                       "y = Add(l0, u)\n"
                       "z = Conv(y, w:head.weight)\n");
        QVERIFY(grown(pyramid, "c") != "lateral");
        QVERIFY(grown(pyramid, "y") != "lateral");
    }

    void missingNumbersHaveAPlace()
    {
        // Pooling and Flatten are children 0 and 1 of the head: it has a child 2.
        Sketch file("c = Conv(x, w:stem.weight)\n"
                    "r = Relu(c)\n"
                    "p = GlobalAveragePool(r)\n"
                    "f = Flatten(p)\n"
                    "y = Gemm(f, w:head.2.weight)\n");
        QCOMPARE(grown(file, "p"), std::string("head"));
        QCOMPARE(grown(file, "f"), std::string("head"));
        QCOMPARE(grown(file, "r"), std::string(""));
        // One number is not enough for both: a Dropout was there.
        Sketch other("c = Conv(x, w:stem.weight)\n"
                     "r = Relu(c)\n"
                     "p = GlobalAveragePool(r)\n"
                     "f = Flatten(p)\n"
                     "y = Gemm(f, w:head.1.weight)\n");
        QCOMPARE(grown(other, "p"), std::string(""));
        QCOMPARE(grown(other, "f"), std::string(""));
    }

    void branchesBesideANumberedChild()
    {
        // A list of activations, each on the same input; only the one with a weight is named.
        Sketch file("u = MatMul(x, w:first.weight)\n"
                    "a = Relu(u)\n"
                    "sa = ReduceSum(a)\n"
                    "b = Sigmoid(u)\n"
                    "b2 = Mul(u, b)\n"
                    "sb = ReduceSum(b2)\n"
                    "c = PRelu(u, w:acts.2.weight)\n"
                    "sc = ReduceSum(c)\n"
                    "s = Add(sa, sb)\n"
                    "t = Add(s, sc)\n");
        for (const char* name : {"a", "b", "b2"})
            QCOMPARE(grown(file, name), std::string("acts"));
        QCOMPARE(grown(file, "sa"), std::string(""));
    }

    void sequencesAddNothingUp()
    {
        std::string text = "u = MatMul(x, w:inp.weight)\n";
        std::string x = "u";
        for (const std::string i : {"0", "1"}) {
            text += "a" + i + " = MatMul(" + x + ", w:blocks." + i + ".0.weight)\n";
            text += "r" + i + " = Relu(a" + i + ")\n";
            text += "b" + i + " = MatMul(r" + i + ", w:blocks." + i + ".2.weight)\n";
            text += "s" + i + " = Add(b" + i + ", " + x + ")\n";
            x = "s" + i;
        }
        Sketch file(text + "y = MatMul(" + x + ", w:out.weight)\n");
        QCOMPARE(grown(file, "r1"), std::string("blocks.1"));
        QCOMPARE(grown(file, "s0"), std::string(""));
        QCOMPARE(grown(file, "s1"), std::string(""));
    }

    void listsOfLeavesRunNothing()
    {
        // The norms are called one by one, between the convolutions.
        Sketch file("a = MatMul(x, w:convs.0.lin.weight)\n"
                    "b = BatchNormalization(a, w:bns.0.weight)\n"
                    "r = Elu(b)\n"
                    "c = MatMul(r, w:convs.1.lin.weight)\n"
                    "d = BatchNormalization(c, w:bns.1.weight)\n"
                    "s = Elu(d)\n"
                    "y = MatMul(s, w:out.weight)\n");
        QCOMPARE(grown(file, "r"), std::string(""));
        QCOMPARE(grown(file, "s"), std::string(""));
        // These run one after the other.
        Sketch sequence("a = Conv(x, w:net.0.weight)\n"
                        "b = BatchNormalization(a, w:net.1.weight)\n"
                        "r = Elu(b)\n"
                        "c = Conv(r, w:net.3.weight)\n"
                        "y = MatMul(c, w:out.weight)\n");
        QCOMPARE(grown(sequence, "r"), std::string("net"));
    }

    void blocksThatStartAlike()
    {
        // What comes before differs, the Resize does not: it is the block's.
        Sketch file("a = Conv(x, w:mid.weight)\n"
                    "u = Resize(a, w:1)\n"
                    "b = Conv(u, w:ups.0.up.conv.weight)\n"
                    "c = Conv(b, w:ups.0.out.weight)\n"
                    "v = Resize(c, w:2)\n"
                    "d = Conv(v, w:ups.1.up.conv.weight)\n"
                    "y = Conv(d, w:ups.1.out.weight)\n");
        QCOMPARE(grown(file, "u"), std::string("ups.0.up"));
        QCOMPARE(grown(file, "v"), std::string("ups.1.up"));
        // A function before ends what came before.
        Sketch other("a = Conv(x, w:stem.weight)\n"
                     "r = Tanh(a)\n"
                     "b = Conv(r, w:blocks.0.c.weight)\n"
                     "d = Conv(b, w:blocks.0.e.weight)\n"
                     "s = Tanh(d)\n"
                     "e = Conv(s, w:blocks.1.c.weight)\n"
                     "y = Conv(e, w:blocks.1.e.weight)\n");
        QCOMPARE(grown(other, "r"), std::string(""));
    }

    void turnedNormalisation()
    {
        Sketch file("a = Conv(x, w:features.0.weight)\n"
                    "t = Transpose(a)\n"
                    "n = LayerNormalization(t, w:features.1.weight)\n"
                    "u = Transpose(n)\n"
                    "y = Conv(u, w:features.2.weight)\n");
        QCOMPARE(grown(file, "t"), std::string("features.1"));
        QCOMPARE(grown(file, "u"), std::string("features.1"));
        // Both numbers beside it are missing: these turn the axes.
        Sketch apart("a = Conv(x, w:features.0.weight)\n"
                     "t = Transpose(a)\n"
                     "n = LayerNormalization(t, w:features.2.weight)\n"
                     "u = Transpose(n)\n"
                     "y = Conv(u, w:features.4.weight)\n");
        QCOMPARE(grown(apart, "t"), std::string("features"));
        QCOMPARE(grown(apart, "u"), std::string("features"));
    }

    void whoAddsResidualsUp()
    {
        const auto text = [](const std::string& norm, const std::string& first,
                             const std::string& second) {
            std::string result = "x = MatMul(image, w:stem.weight)\n";
            std::string x = "x";
            for (const std::string& name : {first, second}) {
                const std::string i = std::to_string(result.size());
                result += "n" + i + " = " + norm + "(" + x + ", w:" + name + ".norm.weight)\n";
                result += "a" + i + " = MatMul(n" + i + ", w:" + name + ".up.weight)\n";
                result += "b" + i + " = MatMul(a" + i + ", w:" + name + ".down.weight)\n";
                x = name == first ? "s0" : "s1";
                result += x + " = Add(b" + i + ", " + (name == first ? "x" : "s0") + ")\n";
            }
            return result + "y = MatMul(" + x + ", w:out.weight)\n";
        };
        // Parts of a block that normalise first are called as x + part(x).
        Sketch parts(text("LayerNormalization", "block.ff", "block.conv"));
        QCOMPARE(grown(parts, "s0"), std::string("block"));
        // Blocks of a stack add up themselves.
        Sketch stack(text("LayerNormalization", "layers.0", "layers.1"));
        QCOMPARE(grown(stack, "s0"), std::string("layers.0"));
        QCOMPARE(grown(stack, "s1"), std::string("layers.1"));
        // And so do those of convolutions, whatever they are called.
        Sketch named(text("BatchNormalization", "net.first", "net.second"));
        QCOMPARE(grown(named, "s0"), std::string("net.first"));
    }

    void nothingRunsBeforeTheFirstOfASequence()
    {
        Sketch file("s = Sin(t)\n"
                    "c = Cos(t)\n"
                    "e = Concat(s, c)\n"
                    "a = MatMul(e, w:time.mlp.0.weight)\n"
                    "r = Relu(a)\n"
                    "b = MatMul(r, w:time.mlp.2.weight)\n"
                    "g1 = Sigmoid(b)\n"
                    "p = MatMul(g1, w:first.emb.weight)\n"
                    "p2 = MatMul(p, w:first.out.weight)\n"
                    "g2 = Sigmoid(b)\n"
                    "q = MatMul(g2, w:second.emb.weight)\n"
                    "q2 = MatMul(q, w:second.out.weight)\n"
                    "y = Add(p2, q2)\n");
        QCOMPARE(grown(file, "e"), std::string("time"));
        QCOMPARE(grown(file, "r"), std::string("time.mlp"));
        // The same function twice: once in each of the modules that need it.
        QCOMPARE(grown(file, "g1"), std::string("first"));
        QCOMPARE(grown(file, "g2"), std::string("second"));
    }

    void branchThatStartsWithAMissingChild()
    {
        Sketch file("c = Conv(x, w:stem.weight)\n"
                    "r = Relu(c)\n"
                    "a = Conv(r, w:mixed.branch1.weight)\n"
                    "p = MaxPool(r)\n"
                    "b = Conv(p, w:mixed.branch2.1.conv.weight)\n"
                    "b2 = Conv(b, w:mixed.branch2.1.second.weight)\n"
                    "y = Concat(a, b2)\n");
        QCOMPARE(grown(file, "p"), std::string("mixed.branch2"));
        QCOMPARE(grown(file, "r"), std::string(""));
    }

    void recurrentCellsSpelledOut()
    {
        Sketch file("i = Gemm(x, w:cell.weight_ih)\n"
                    "j = Gemm(h, w:cell.weight_hh)\n"
                    "s = Add(i, j)\n"
                    "g = Split(s)\n"
                    "a = Sigmoid(g)\n"
                    "t = Tanh(g)\n"
                    "k = Mul(a, c)\n"
                    "l = Mul(a, t)\n"
                    "n = Add(k, l)\n"
                    "o = Tanh(n)\n"
                    "p = Mul(a, o)\n"
                    "u = Unsqueeze(p, w:1)\n"
                    "y = MatMul(u, w:out.weight)\n");
        for (const char* name : {"s", "g", "a", "k", "n", "p"})
            QCOMPARE(grown(file, name), std::string("cell"));
        QCOMPARE(grown(file, "u"), std::string(""));
        // An operator does all that itself: what follows is the caller's.
        Sketch whole("r = LSTM(x, w:rnn.weight_ih_l0, w:rnn.weight_hh_l0)\n"
                     "t = Tanh(r)\n"
                     "y = MatMul(t, w:out.weight)\n");
        QCOMPARE(grown(whole, "t"), std::string(""));
    }

    void masksAreMadeWhereDataComeIn()
    {
        Sketch file("e = MatMul(x, w:bert.embed.weight)\n"
                    "k = Cast(mask)\n"
                    "m = Mul(k, big)\n"
                    "a = MatMul(e, w:bert.encoder.layer.0.attn.q.weight)\n"
                    "b = Add(a, m)\n"
                    "c = MatMul(b, w:bert.encoder.layer.0.attn.o.weight)\n"
                    "d = MatMul(c, w:bert.encoder.layer.1.attn.q.weight)\n"
                    "f = Add(d, m)\n"
                    "g = MatMul(f, w:bert.encoder.layer.1.attn.o.weight)\n"
                    "y = MatMul(g, w:head.weight)\n");
        QCOMPARE(grown(file, "k"), std::string("bert"));
        QCOMPARE(grown(file, "m"), std::string("bert"));
        QCOMPARE(grown(file, "b"), std::string("bert.encoder.layer.0.attn"));
    }

    void operatorsThatChanged()
    {
        const char* const text = "a = MatMul(x, w:1)\n"
                                 "b = Relu(a)\n"
                                 "c = MatMul(b, w:2)\n"
                                 "d = Add(c, x)\n"
                                 "e = MatMul(d, w:3)\n"
                                 "f = Tanh(e)\n";
        Sketch reference(text);
        reference.make_output("f");
        const auto with = [&](const std::string& from, const std::string& to) {
            std::string changed = text;
            changed.replace(changed.find(from), from.size(), to);
            Sketch file(changed);
            file.make_output("f");
            return changes(file, reference);
        };
        QCOMPARE(QString::fromStdString(with("", "")), QString());
        QCOMPARE(QString::fromStdString(with("b = Relu(a)", "b = Sigmoid(a)")),
                 QString("b: Sigmoid for Relu;"));
        QCOMPARE(QString::fromStdString(with("b = Relu(a)", "b = Identity(a)")),
                 QString("b: missing;"));
        QCOMPARE(QString::fromStdString(with("d = Add(c, x)", "d = Identity(c)")),
                 QString("d: missing;"));
        Sketch file(text);
        file.make_output("f");
        Tensor& weight = file.model().initializers[1].tensor;
        weight = Tensor::from_bytes(weight.dtype, weight.shape, std::vector<std::byte>(128));
        QCOMPARE(QString::fromStdString(changes(file, reference)),
                 QString("c: input 2 has other numbers;"));
    }

    void nothingSpeaks()
    {
        // Three equal blocks and a head, no names: groups by structure, marked as made up.
        Sketch file("a0 = MatMul(x, w:1)\n"
                    "b0 = Add(a0, w:2)\n"
                    "r0 = Relu(b0)\n"
                    "a1 = MatMul(r0, w:3)\n"
                    "b1 = Add(a1, w:4)\n"
                    "r1 = Relu(b1)\n"
                    "a2 = MatMul(r1, w:5)\n"
                    "b2 = Add(a2, w:6)\n"
                    "r2 = Relu(b2)\n"
                    "h = MatMul(r2, w:7)\n");
        TaskContext task;
        const auto found = attribute_nodes(file.model(), nullptr, task);
        QVERIFY(found);
        const auto path = [&](const char* name) {
            const NodeAttribution& node = found->nodes[file.node(name)];
            return node.synthetic && node.module == no_module && node.confidence == 0.2
                       ? node.synthetic_path
                       : std::string("not synthetic");
        };
        QCOMPARE(path("a1"), path("b1"));
        QVERIFY(path("a1") != path("r1"));
        QCOMPARE(path("a0"), std::string("/Blocks/0.0/MatMul.0"));
        QCOMPARE(path("b2"), std::string("/Blocks/0.2/MatMul.0"));
        QCOMPARE(path("r2"), std::string("/Blocks/0.2/Relu.1"));
        QCOMPARE(path("h"), std::string("/Segments/MatMul.0"));
    }
};

QTEST_GUILESS_MAIN(TestAlign)
#include "tst_align.moc"
