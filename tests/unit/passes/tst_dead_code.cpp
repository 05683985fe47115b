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
