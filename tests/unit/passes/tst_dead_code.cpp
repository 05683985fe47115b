// What nobody needs goes; everything else keeps its meaning under new ids.
#include "passes/dead_code.h"

#include <QtTest>
#include <algorithm>
#include <string>

using namespace strata;

namespace {

NodeId add(OnnxModel& model, std::string_view op, std::vector<ValueId> inputs,
           std::vector<ValueId> outputs)
{
    OnnxNode node;
    node.op_type = model.intern(op);
    node.inputs = std::move(inputs);
    node.outputs = std::move(outputs);
    const NodeId id = model.add_node(OnnxModel::main_graph, std::move(node));
    model.provenance.push_back({0, id + 100, {id + 100}});
    return id;
}

GraphId add_body(OnnxModel& model, NodeId owner, std::string_view attribute)
{
    const auto body = static_cast<GraphId>(model.graphs.size());
    model.graphs.emplace_back();
    model.graphs[body].owner = owner;
    Attribute graph;
    graph.name = model.intern(attribute);
    graph.kind = AttributeKind::Graph;
    graph.value = std::vector<GraphId>{body};
    model.nodes[owner].attributes.push_back(std::move(graph));
    return body;
}

ValueId add_in(OnnxModel& model, GraphId body, std::string_view op, std::vector<ValueId> inputs)
{
    OnnxNode node;
    node.op_type = model.intern(op);
    node.inputs = std::move(inputs);
    const ValueId output = model.add_value(body, fmt::format("{}_{}", op, model.values.size()));
    node.outputs = {output};
    model.add_node(body, std::move(node));
    model.provenance.push_back({0, 0, {}});
    return output;
}

std::vector<std::string> operators(const OnnxModel& model)
{
    std::vector<std::string> names;
    for (const OnnxNode& node : model.nodes)
        names.emplace_back(model.text(node.op_type));
    return names;
}

std::string name_of(const OnnxModel& model, ValueId id)
{
    return std::string(model.text(model.values[id].name));
}

ValueId initializer(OnnxModel& model, std::string_view name)
{
    return model
        .initializers[model.add_initializer(OnnxModel::main_graph, name, Tensor::scalar_int64(1))]
        .value;
}

} // namespace

class DeadCodeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void removesWhatNoOutputNeeds()
    {
        OnnxModel model;
        const ValueId x = model.add_value(0, "x");
        const ValueId unused_input = model.add_value(0, "unused");
        const ValueId dead = model.add_value(0, "dead");
        const ValueId deader = model.add_value(0, "deader");
        const ValueId dead_weight = initializer(model, "dead_weight");
        const ValueId weight = initializer(model, "weight");
        const ValueId y = model.add_value(0, "y");
        model.graphs[0].inputs = {x, unused_input};
        const NodeId first = add(model, "Mul", {x, dead_weight}, {dead});
        const NodeId second = add(model, "Relu", {dead}, {deader});
        const NodeId third = add(model, "Add", {x, weight}, {y});
        model.graphs[0].outputs = {y};

        const std::vector<NodeId> renamed = remove_dead_code(model);
        QCOMPARE(renamed.at(first), no_id);
        QCOMPARE(renamed.at(second), no_id);
        QCOMPARE(renamed.at(third), NodeId{0});
        QCOMPARE(model.nodes.size(), std::size_t{1});
        QCOMPARE(model.provenance.size(), std::size_t{1});
        QCOMPARE(model.provenance[0].fx, FxNodeId{102});
        QCOMPARE(model.graphs[0].nodes, std::vector<NodeId>{0});
        QCOMPARE(model.initializers.size(), std::size_t{1});
        const ValueId kept = model.initializers[0].value;
        QVERIFY(model.text(model.values[kept].name) == "weight");
        QCOMPARE(model.values[kept].initializer, 0U);
        QCOMPARE(model.nodes[0].inputs[1], kept);
        QCOMPARE(model.graphs[0].inputs.size(), std::size_t{2});
        QVERIFY(model.text(model.values[model.graphs[0].outputs[0]].name) == "y");
        QCOMPARE(model.values[model.graphs[0].outputs[0]].producer, NodeId{0});
    }

    void dropsOptionalOutputsOnly()
    {
        OnnxModel model;
        const ValueId x = model.add_value(0, "x");
        const ValueId pooled = model.add_value(0, "pooled");
        const ValueId indices = model.add_value(0, "indices");
        const ValueId left = model.add_value(0, "left");
        const ValueId right = model.add_value(0, "right");
        model.graphs[0].inputs = {x};
        add(model, "MaxPool", {x}, {pooled, indices});
        add(model, "Split", {pooled}, {left, right});
        model.graphs[0].outputs = {left};

        remove_dead_code(model);
        QCOMPARE(model.nodes[0].outputs.size(), std::size_t{1});
        QCOMPARE(model.nodes[1].outputs.size(), std::size_t{2});
        for (const OnnxValue& value : model.values)
            QVERIFY(model.text(value.name) != "indices");
    }

    void trimsBranches()
    {
        // y, z = If(c): (Relu(x), Abs(x)) or (Neg(x), x'); only z is read.
        OnnxModel model;
        const ValueId c = model.add_value(0, "c");
        const ValueId x = model.add_value(0, "x");
        const ValueId y = model.add_value(0, "y");
        const ValueId z = model.add_value(0, "z");
        model.graphs[0].inputs = {c, x};
        const NodeId owner = add(model, "If", {c}, {y, z});
        for (const char* branch : {"then_branch", "else_branch"}) {
            const GraphId body = add_body(model, owner, branch);
            const ValueId first = add_in(model, body, "Relu", {x});
            const ValueId second = add_in(model, body, "Abs", {x});
            model.graphs[body].outputs = {first, second};
        }
        model.graphs[0].outputs = {z};

        remove_dead_code(model);
        QCOMPARE(operators(model), (std::vector<std::string>{"If", "Abs", "Abs"}));
        QCOMPARE(model.nodes[0].outputs.size(), std::size_t{1});
        for (const GraphId body : model.bodies(0)) {
            QCOMPARE(model.graphs[body].outputs.size(), std::size_t{1});
            QCOMPARE(model.values[model.graphs[body].outputs[0]].graph, body);
        }
    }

    void trimsWhatGoesRound()
    {
        // a' = Relu(a) is read; b' = Abs(b) only by itself; d' = Neg(d) by a's body: a' = Relu(a),
        // e' = Add(d, e) is read. Of the two scanned values the second is read.
        OnnxModel model;
        const ValueId trips = model.add_value(0, "trips");
        std::vector<ValueId> initial;
        std::vector<ValueId> results;
        for (const char* name : {"a", "b", "d", "e"}) {
            initial.push_back(model.add_value(0, name));
            results.push_back(model.add_value(0, fmt::format("{}_out", name)));
        }
        for (const char* name : {"scan_1", "scan_2"})
            results.push_back(model.add_value(0, name));
        model.graphs[0].inputs = {trips};
        for (const ValueId id : initial)
            model.graphs[0].inputs.push_back(id);
        std::vector<ValueId> inputs{trips, no_id};
        inputs.insert(inputs.end(), initial.begin(), initial.end());
        const NodeId owner = add(model, "Loop", inputs, results);
        const GraphId body = add_body(model, owner, "body");
        std::vector<ValueId> params;
        for (const char* name : {"i", "go", "pa", "pb", "pd", "pe"})
            params.push_back(model.add_value(body, name));
        model.graphs[body].inputs = params;
        const ValueId go = add_in(model, body, "Identity", {params[1]});
        const ValueId a = add_in(model, body, "Relu", {params[2]});
        const ValueId b = add_in(model, body, "Abs", {params[3]});
        const ValueId d = add_in(model, body, "Neg", {params[4]});
        const ValueId e = add_in(model, body, "Add", {params[4], params[5]});
        const ValueId unread = add_in(model, body, "Sin", {params[3]});
        const ValueId read = add_in(model, body, "Cos", {params[2]});
        model.graphs[body].outputs = {go, a, b, d, e, unread, read};
        model.graphs[0].outputs = {results[0], results[3], results[5]};

        remove_dead_code(model);
        QCOMPARE(operators(model),
                 (std::vector<std::string>{"Loop", "Identity", "Relu", "Neg", "Add", "Cos"}));
        // Trip count, no condition, a, d, e.
        QCOMPARE(model.nodes[0].inputs.size(), std::size_t{5});
        QCOMPARE(model.nodes[0].outputs.size(), std::size_t{4});
        QCOMPARE(model.graphs[body].inputs.size(), std::size_t{5});
        QCOMPARE(model.graphs[body].outputs.size(), std::size_t{5});
        QCOMPARE(name_of(model, model.nodes[0].inputs[3]), std::string("d"));
        QCOMPARE(name_of(model, model.nodes[0].outputs[1]), std::string("d_out"));
        QCOMPARE(name_of(model, model.nodes[0].outputs[3]), std::string("scan_2"));
        QCOMPARE(name_of(model, model.graphs[body].inputs[4]), std::string("pe"));
        QCOMPARE(model.graphs[0].inputs.size(), std::size_t{5}); // the model's inputs stay
    }

    void keepsForeignDomains()
    {
        OnnxModel model;
        const ValueId x = model.add_value(0, "x");
        model.graphs[0].inputs = {x};
        const NodeId node = add(model, "qr", {x}, {model.add_value(0, "q")});
        model.nodes[node].domain = model.intern("org.pytorch.aten");
        model.graphs[0].outputs = {x};

        remove_dead_code(model);
        QCOMPARE(model.nodes.size(), std::size_t{1});
    }

    void keepsWhatBodiesRead()
    {
        OnnxModel model;
        const ValueId condition = model.add_value(0, "condition");
        const ValueId x = model.add_value(0, "x");
        const ValueId outer = model.add_value(0, "outer");
        const ValueId y = model.add_value(0, "y");
        model.graphs[0].inputs = {condition, x};
        add(model, "Relu", {x}, {outer});
        const NodeId branch = add(model, "If", {condition}, {y});
        const GraphId body = model.add_graph("then", branch);
        const ValueId inner = model.add_value(body, "inner");
        OnnxNode node;
        node.op_type = model.intern("Neg");
        node.inputs = {outer};
        node.outputs = {inner};
        model.add_node(body, std::move(node));
        model.provenance.push_back({});
        model.graphs[body].outputs = {inner};
        Attribute attribute;
        attribute.name = model.intern("then_branch");
        attribute.kind = AttributeKind::Graph;
        attribute.value = std::vector<GraphId>{body};
        model.nodes[branch].attributes.push_back(std::move(attribute));
        model.graphs[0].outputs = {y};

        remove_dead_code(model);
        QCOMPARE(model.nodes.size(), std::size_t{3});
        QCOMPARE(model.graphs[body].nodes.size(), std::size_t{1});
        QCOMPARE(model.graphs[body].owner, branch);
    }
};

QTEST_APPLESS_MAIN(DeadCodeTest)
#include "tst_dead_code.moc"
