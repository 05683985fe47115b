// Inference through bodies and functions.
#include <QtTest>

#include "unit/passes/infer_harness.h"

using namespace strata;

class InferModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void branchesThatAgree();
    void branchesOfDifferentTypes();
    void loopKeepsStableShapes();
    void loopDropsGrowingDimensions();
    void scanTakesAxesApart();
    void functionCallsAreTypedOneByOne();
    void recursionEnds();
};

namespace {

struct Builder {
    OnnxModel model;
    ValueFacts facts;
    int counter = 0;

    Builder() { model.opsets.push_back({"", 17}); }
    ValueId input(const QString& spec) { return test::add_input(model, facts, spec, counter++); }
    ValueId untyped(GraphId graph)
    {
        return model.add_value(graph, "v" + std::to_string(counter++));
    }
    ValueId param(GraphId graph)
    {
        const ValueId id = untyped(graph);
        model.graphs[graph].inputs.push_back(id);
        return id;
    }
    std::vector<ValueId> node(GraphId graph, const char* op, std::vector<ValueId> inputs,
                              int outputs = 1, const QString& attributes = {},
                              std::vector<std::pair<const char*, GraphId>> bodies = {},
                              const char* domain = "")
    {
        OnnxNode made;
        made.op_type = model.intern(op);
        made.domain = model.intern(domain);
        made.inputs = std::move(inputs);
        for (const QString& attribute : attributes.split(' ', Qt::SkipEmptyParts))
            test::add_attribute(model, made, attribute);
        for (const auto& [name, body] : bodies) {
            Attribute attribute;
            attribute.name = model.intern(name);
            attribute.kind = AttributeKind::Graph;
            attribute.value = std::vector<GraphId>{body};
            made.attributes.push_back(std::move(attribute));
        }
        for (int i = 0; i < outputs; ++i)
            made.outputs.push_back(untyped(graph));
        const auto results = made.outputs;
        const NodeId id = model.add_node(graph, std::move(made));
        for (const auto& [name, body] : bodies)
            model.graphs[body].owner = id;
        return results;
    }
    QString type(ValueId id) { return QString::fromStdString(model.type_text(id)); }
};

constexpr GraphId main_graph = OnnxModel::main_graph;

} // namespace

void InferModelTest::branchesThatAgree()
{
    Builder b;
    const ValueId condition = b.input("bool[]");
    const ValueId x = b.input("float32[n,3,4]");
    const ValueId y = b.input("float32[n,5,4]");
    const GraphId yes = b.model.add_graph("then");
    const GraphId no = b.model.add_graph("else");
    b.model.graphs[yes].outputs = b.node(yes, "Relu", {x});
    b.model.graphs[no].outputs = b.node(no, "Neg", {y});
    const auto out =
        b.node(main_graph, "If", {condition}, 1, {}, {{"then_branch", yes}, {"else_branch", no}});
    infer_model(b.model, b.facts);
    QCOMPARE(b.type(out[0]), QString("float32[n,?,4]"));
    QCOMPARE(b.type(b.model.graphs[yes].outputs[0]), QString("float32[n,3,4]"));
}

void InferModelTest::branchesOfDifferentTypes()
{
    Builder b;
    const ValueId condition = b.input("bool[]");
    const ValueId x = b.input("float32[n]");
    const ValueId y = b.input("int64[n]");
    const GraphId yes = b.model.add_graph("then");
    const GraphId no = b.model.add_graph("else");
    b.model.graphs[yes].outputs = b.node(yes, "Relu", {x});
    b.model.graphs[no].outputs = b.node(no, "Neg", {y});
    const auto out =
        b.node(main_graph, "If", {condition}, 1, {}, {{"then_branch", yes}, {"else_branch", no}});
    infer_model(b.model, b.facts);
    QCOMPARE(b.type(out[0]), QString("unknown"));
    QCOMPARE(infer_node(b.model, b.model.values[out[0]].producer, b.facts),
             std::string("If: output 0 is float32 or int64"));
}

void InferModelTest::loopKeepsStableShapes()
{
    Builder b;
    const ValueId trips = b.input("int64[]");
    const ValueId initial = b.input("float32[n,8]");
    const GraphId body = b.model.add_graph("body");
    b.param(body);
    const ValueId condition = b.param(body);
    const ValueId state = b.param(body);
    const auto next = b.node(body, "Tanh", {state});
    const auto sum = b.node(body, "ReduceSum", {next[0]}, 1, "keepdims=0");
    b.model.graphs[body].outputs = {condition, next[0], sum[0]};
    const auto out = b.node(main_graph, "Loop", {trips, no_id, initial}, 2, {}, {{"body", body}});
    infer_model(b.model, b.facts);
    QCOMPARE(b.type(out[0]), QString("float32[n,8]"));
    QCOMPARE(b.type(out[1]), QString("float32[?]"));
    QCOMPARE(b.type(state), QString("float32[n,8]"));
    QCOMPARE(b.type(condition), QString("bool[]"));
}

void InferModelTest::loopDropsGrowingDimensions()
{
    Builder b;
    const ValueId trips = b.input("int64[]");
    const ValueId initial = b.input("float32[1,8]");
    const GraphId body = b.model.add_graph("body");
    b.param(body);
    const ValueId condition = b.param(body);
    const ValueId state = b.param(body);
    const auto next = b.node(body, "Concat", {state, state}, 1, "axis=0");
    b.model.graphs[body].outputs = {condition, next[0]};
    const auto out = b.node(main_graph, "Loop", {trips, no_id, initial}, 1, {}, {{"body", body}});
    infer_model(b.model, b.facts);
    QCOMPARE(b.type(out[0]), QString("float32[?,8]"));
    QCOMPARE(b.type(state), QString("float32[?,8]"));
}

void InferModelTest::scanTakesAxesApart()
{
    Builder b;
    const ValueId initial = b.input("float32[b,4]");
    const ValueId sequence = b.input("float32[b,t,4]");
    const GraphId body = b.model.add_graph("body");
    const ValueId state = b.param(body);
    const ValueId element = b.param(body);
    const auto next = b.node(body, "Add", {state, element});
    b.model.graphs[body].outputs = {next[0], next[0]};
    const auto out =
        b.node(main_graph, "Scan", {initial, sequence}, 2,
               "num_scan_inputs=1 scan_input_axes=[1] scan_output_axes=[-1]", {{"body", body}});
    infer_model(b.model, b.facts);
    QCOMPARE(b.type(element), QString("float32[b,4]"));
    QCOMPARE(b.type(out[0]), QString("float32[b,4]"));
    QCOMPARE(b.type(out[1]), QString("float32[b,4,t]"));
}

void InferModelTest::functionCallsAreTypedOneByOne()
{
    Builder b;
    const GraphId body = b.model.add_graph("f");
    const ValueId param = b.param(body);
    const auto inner = b.node(body, "Transpose", {param}, 1, "perm=[0]");
    b.model.graphs[body].outputs = inner;
    // The attribute is a reference to the caller's "order".
    OnnxNode& transpose = b.model.nodes.back();
    transpose.attributes[0].ref_name = b.model.intern("order");
    transpose.attributes[0].value = std::monostate{};
    OnnxFunction function;
    function.domain = b.model.intern("my.domain");
    function.name = b.model.intern("Swap");
    function.body = body;
    function.opsets = {{StringId::Empty, 17}};
    b.model.functions.push_back(function);
    b.model.graphs[body].function = 0;
    const auto first =
        b.node(main_graph, "Swap", {b.input("float32[n,3]")}, 1, "order=[1,0]", {}, "my.domain");
    const auto second =
        b.node(main_graph, "Swap", {b.input("int64[2,3,4]")}, 1, "order=[2,0,1]", {}, "my.domain");
    const auto third =
        b.node(main_graph, "Swap", {b.input("int64[2,3,4]")}, 1, {}, {}, "my.domain");
    infer_model(b.model, b.facts);
    QCOMPARE(b.type(first[0]), QString("float32[3,n]"));
    QCOMPARE(b.type(second[0]), QString("int64[4,2,3]"));
    QCOMPARE(b.type(third[0]), QString("unknown")); // the attribute is missing: nothing is guessed
}

void InferModelTest::recursionEnds()
{
    Builder b;
    const GraphId body = b.model.add_graph("f");
    const ValueId param = b.param(body);
    OnnxFunction function;
    function.domain = b.model.intern("d");
    function.name = b.model.intern("F");
    function.body = body;
    b.model.functions.push_back(function);
    b.model.graphs[body].outputs = b.node(body, "F", {param}, 1, {}, {}, "d");
    const auto out = b.node(main_graph, "F", {b.input("float32[1]")}, 1, {}, {}, "d");
    infer_model(b.model, b.facts);
    QCOMPARE(b.type(out[0]), QString("unknown"));
}

QTEST_APPLESS_MAIN(InferModelTest)
#include "tst_infer_model.moc"
