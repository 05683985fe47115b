// Whole files as other frameworks' converters name them, and what their names say together.
#include "hierarchy/attribute.h"
#include "hierarchy/scope_evidence.h"

#include <QTest>
#include <map>

using namespace strata;

namespace {

NodeId add(OnnxModel& model, const char* op, const char* name, std::vector<ValueId> inputs)
{
    OnnxNode node;
    node.op_type = model.intern(op);
    node.name = model.intern(name);
    node.inputs = std::move(inputs);
    node.outputs = {model.add_value(OnnxModel::main_graph, "")};
    return model.add_node(OnnxModel::main_graph, std::move(node));
}

ValueId output(const OnnxModel& model, NodeId node)
{
    return model.nodes[node].outputs.front();
}

ValueId weight(OnnxModel& model, const char* name)
{
    const std::uint32_t index = model.add_initializer(OnnxModel::main_graph, name,
                                                      Tensor::filled(DType::Float32, {4, 4}, 1.0));
    return model.initializers[index].value;
}

/// The FQN that each node is given in the end.
std::map<NodeId, std::string> modules_of(const OnnxModel& model)
{
    TaskContext task;
    const auto found = attribute_nodes(model, nullptr, task);
    std::map<NodeId, std::string> result;
    for (NodeId id = 0; id < found->nodes.size(); ++id)
        result[id] = found->nodes[id].synthetic ? found->nodes[id].synthetic_path
                                                : found->modules[found->nodes[id].module].fqn;
    return result;
}

} // namespace

class TestFrameworkNames : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keras_names();
    void paddle_names();
    void scope_outweighs_owner();
    void mxnet_names();
};

void TestFrameworkNames::mxnet_names()
{
    // MXNet calls nodes and their results alike; weights carry the layer's name.
    OnnxModel model;
    const auto named = [&](const char* op, const char* name, std::vector<ValueId> inputs) {
        const NodeId id = add(model, op, name, std::move(inputs));
        model.values[output(model, id)].name = model.intern(name);
        return id;
    };
    const ValueId image = model.add_value(OnnxModel::main_graph, "data");
    model.graphs[OnnxModel::main_graph].inputs.push_back(image);
    const NodeId conv =
        named("Conv", "stage1_unit1_conv1", {image, weight(model, "stage1_unit1_conv1_weight")});
    const NodeId bn = named("BatchNormalization", "stage1_unit1_bn1",
                            {output(model, conv), weight(model, "stage1_unit1_bn1_gamma"),
                             weight(model, "stage1_unit1_bn1_beta"),
                             weight(model, "stage1_unit1_bn1_moving_mean"),
                             weight(model, "stage1_unit1_bn1_moving_var")});
    const NodeId relu = named("Relu", "stage1_unit1_relu1", {output(model, bn)});
    const NodeId gemm = named("Gemm", "fc1", {output(model, relu), weight(model, "fc1_weight")});
    const auto modules = modules_of(model);
    QCOMPARE(modules.at(conv), std::string("stage1.unit1.conv1"));
    QCOMPARE(modules.at(bn), std::string("stage1.unit1.bn1"));
    QCOMPARE(modules.at(relu), std::string("stage1.unit1.relu1"));
    QCOMPARE(modules.at(gemm), std::string("fc1"));
    // Numbers without kinds, and kinds without numbers, are names of other sorts.
    for (const char* name : {"node_conv2d_1", "Conv_0", "relu", "fused_matmul1", "conv1_", "_a1"})
        QVERIFY2(!parse_numbered_levels(name), name);
}

void TestFrameworkNames::keras_names()
{
    // As tf2onnx writes a small Keras model: numbered layers are layers of their own, weights are
    // called after where they are read, helpers have no scope.
    OnnxModel model;
    const std::string call = "StatefulPartitionedCall/model/";
    const auto path = [&](const char* rest) { return call + rest; };
    const NodeId first = add(model, "Conv", path("conv2d/Conv2D").c_str(), {});
    const NodeId second =
        add(model, "Conv", path("conv2d_1/Conv2D").c_str(), {output(model, first)});
    const NodeId relu = add(model, "Relu", path("re_lu/Relu").c_str(), {output(model, second)});
    const NodeId flat =
        add(model, "Reshape", path("flatten/Reshape").c_str(), {output(model, relu)});
    const NodeId dense =
        add(model, "MatMul", "", // its name was lost
            {output(model, flat),
             weight(model, "StatefulPartitionedCall/model/dense_1/MatMul/ReadVariableOp:0")});
    const NodeId helper =
        add(model, "Add", "Add__12", {output(model, dense), output(model, dense)});
    const NodeId softmax =
        add(model, "Softmax", path("dense_1/Softmax").c_str(), {output(model, helper)});
    const auto found = modules_of(model);
    QCOMPARE(found.at(first), std::string("model.conv2d"));
    QCOMPARE(found.at(second), std::string("model.conv2d_1"));
    QCOMPARE(found.at(relu), std::string("model.re_lu"));
    QCOMPARE(found.at(flat), std::string("model.flatten"));
    QCOMPARE(found.at(dense), std::string("model.dense_1"));
    QCOMPARE(found.at(softmax), std::string("model.dense_1"));
    QVERIFY2(found.at(helper).starts_with("model"), found.at(helper).c_str());
}

void TestFrameworkNames::paddle_names()
{
    OnnxModel model;
    const auto call = [&](const NodeId id, const char* name) {
        model.values[output(model, id)].name = model.intern(name);
        return id;
    };
    const NodeId conv =
        call(add(model, "Conv", "p2o.Conv.0", {weight(model, "conv2d_0.w_0")}), "conv2d_0.tmp_0");
    const NodeId norm = call(add(model, "BatchNormalization", "p2o.BatchNormalization.0",
                                 {output(model, conv), weight(model, "batch_norm_0.w_0"),
                                  weight(model, "batch_norm_0.b_0")}),
                             "batch_norm_0.tmp_2");
    const NodeId relu =
        call(add(model, "Relu", "p2o.Relu.0", {output(model, norm)}), "relu_0.tmp_0");
    const NodeId linear = call(
        add(model, "MatMul", "p2o.MatMul.0", {output(model, relu), weight(model, "linear_1.w_0")}),
        "linear_1.tmp_0");
    const auto found = modules_of(model);
    QCOMPARE(found.at(conv), std::string("conv2d_0"));
    QCOMPARE(found.at(norm), std::string("batch_norm_0"));
    QCOMPARE(found.at(relu), std::string("relu_0"));
    QCOMPARE(found.at(linear), std::string("linear_1"));
    QVERIFY(!parse_layer_result("p2o.helper.tmp_1"));
    QVERIFY(!parse_layer_result("relu_0.tmp_"));
    QVERIFY(!parse_layer_result(".tmp_0"));
}

void TestFrameworkNames::scope_outweighs_owner()
{
    // The attention multiplies with the weight of its child and never calls that.
    OnnxModel model;
    const NodeId node =
        add(model, "MatMul", "/attention/MatMul_3", {weight(model, "attention.proj.weight")});
    const NodeId own =
        add(model, "MatMul", "/attention/query/MatMul", {weight(model, "attention.query.weight")});
    const auto found = modules_of(model);
    QCOMPARE(found.at(node), std::string("attention"));
    QCOMPARE(found.at(own), std::string("attention.query"));
}

QTEST_APPLESS_MAIN(TestFrameworkNames)
#include "tst_framework_names.moc"
