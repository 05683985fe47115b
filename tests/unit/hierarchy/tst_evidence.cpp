// Every kind of evidence by itself, on small models written down here.
#include "hierarchy/category.h"
#include "hierarchy/function_evidence.h"
#include "hierarchy/infer_modules.h"
#include "hierarchy/neighbour_evidence.h"
#include "hierarchy/parameter_evidence.h"
#include "hierarchy/python_text.h"
#include "hierarchy/recorded_evidence.h"
#include "hierarchy/scope_evidence.h"

#include <QtTest>

using namespace strata;

namespace {

/// Adds a node with one new output, named as the node.
NodeId add(OnnxModel& model, const char* op, const char* name, std::vector<ValueId> inputs,
           GraphId graph = OnnxModel::main_graph)
{
    OnnxNode node;
    node.op_type = model.intern(op);
    node.name = model.intern(name);
    node.inputs = std::move(inputs);
    node.outputs = {model.add_value(graph, std::string(name) + "_out")};
    return model.add_node(graph, std::move(node));
}

ValueId output(const OnnxModel& model, NodeId node)
{
    return model.nodes[node].outputs.front();
}

ValueId weight(OnnxModel& model, const char* name)
{
    const std::uint32_t index =
        model.add_initializer(OnnxModel::main_graph, name, Tensor::scalar_int64(1));
    return model.initializers[index].value;
}

using Scope = std::vector<std::pair<std::string, std::string>>;

} // namespace

class TestEvidence : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void python_strings();
    void python_lists();
    void namespaces();
    void recorded_from_torch();
    void recorded_from_strata();
    void malformed_metadata_is_no_evidence();
    void unknown_module_is_a_diagnostic();
    void parameters_by_source();
    void shared_parameters_tell_nothing();
    void parameters_by_name();
    void scope_names_data();
    void scope_names();
    void scope_calls();
    void wrapped_and_dotted_names();
    void recorded_by_classes();
    void inferred_tree();
    void consensus_and_ancestor();
    void neighbours_through_bodies_and_functions();
    void copies_of_parameters();
    void functions_stand_for_modules();
    void synthetic_paths();
    void categories();
};

void TestEvidence::python_strings()
{
    // What CPython's repr() gives.
    QCOMPARE(python_repr("conv1"), std::string("'conv1'"));
    QCOMPARE(python_repr("it's"), std::string("\"it's\""));
    QCOMPARE(python_repr("a'b\"c"), std::string("'a\\'b\"c'"));
    QCOMPARE(python_repr("a\nb\\"), std::string("'a\\nb\\\\'"));
    QCOMPARE(python_repr(1e-05), std::string("1e-05"));
    QCOMPARE(python_repr(1.0), std::string("1.0"));
    QCOMPARE(python_repr(0.1), std::string("0.1"));
}

void TestEvidence::python_lists()
{
    const std::vector<std::string> scopes{"", "layer1", "it's"};
    const std::string text = python_list(scopes);
    QCOMPARE(text, std::string("['', 'layer1', \"it's\"]"));
    QCOMPARE(parse_python_list(text).value(), scopes);
    QCOMPARE(parse_python_list(" [ ] ").value().size(), std::size_t{0});
    QCOMPARE(parse_python_list("['a',]").value().size(), std::size_t{1});
    for (const char* bad : {"", "[", "['a'", "['a' 'b']", "['a'] x", "[1]", "['a\\", "('a',)"})
        QVERIFY2(!parse_python_list(bad), bad);
}

void TestEvidence::namespaces()
{
    const auto path = parse_namespace(
        ": torchvision.models.resnet.ResNet/layer1: torch.nn.modules.container.Sequential/"
        "layer1.0: torchvision.models.resnet.BasicBlock/conv2d: aten.conv2d.default");
    QVERIFY(path.has_value());
    QCOMPARE(*path, (Scope{{"", "torchvision.models.resnet.ResNet"},
                           {"layer1", "torch.nn.modules.container.Sequential"},
                           {"layer1.0", "torchvision.models.resnet.BasicBlock"}}));
    QVERIFY(!parse_namespace("resnet/layer1"));
    QVERIFY(!parse_namespace(""));
}

void TestEvidence::recorded_from_torch()
{
    OnnxModel model;
    const NodeId node = add(model, "Conv", "node_conv2d", {});
    model.set_metadata(node, "pkg.torch.onnx.name_scopes",
                       "['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d_1']");
    model.set_metadata(node, "pkg.torch.onnx.class_hierarchy",
                       "['m.ResNet', 'torch.nn.modules.container.Sequential', 'm.Block', "
                       "'torch.nn.modules.conv.Conv2d', 'aten.conv2d.default']");
    model.set_metadata(node, "pkg.torch.onnx.fx_node",
                       "%conv2d_1 : [num_users=1] = call_function[target=x](args = (), kwargs = "
                       "{})");
    model.set_metadata(node, "pkg.torch.onnx.stack_trace",
                       "File \"/a/net.py\", line 5, in forward\n    return self.f(x)\n  File "
                       "\"/b/conv.py\", line 554, in forward\n    return self._conv_forward(x)");
    const auto scope = recorded_scope(model, node);
    QVERIFY(scope.has_value());
    QCOMPARE(scope->fqn(), std::string("layer1.0.conv1"));
    QCOMPARE(scope->path.back().second, std::string("torch.nn.modules.conv.Conv2d"));
    QCOMPARE(scope->kind, EvidenceKind::Recorded);
    QCOMPARE(scope->origins, std::vector<std::string>{"conv2d_1"});
    QCOMPARE(scope->source, std::string("/b/conv.py:554"));
}

void TestEvidence::recorded_from_strata()
{
    OnnxModel model;
    const NodeId root = add(model, "Relu", "a", {});
    model.set_metadata(root, "strata.module", ""); // the root: present and empty
    model.set_metadata(root, "strata.origins", "relu,relu_1");
    const auto at_root = recorded_scope(model, root);
    QVERIFY(at_root.has_value());
    QCOMPARE(at_root->fqn(), std::string());
    QCOMPARE(at_root->kind, EvidenceKind::Recorded);
    QCOMPARE(at_root->origins, (std::vector<std::string>{"relu", "relu_1"}));

    const NodeId audited = add(model, "Relu", "b", {});
    model.set_metadata(audited, "strata.module", "block");
    model.set_metadata(audited, "strata.call", "2");
    model.set_metadata(audited, "strata.evidence", "consensus");
    model.set_metadata(audited, "strata.confidence", "0.5");
    const auto concluded = recorded_scope(model, audited);
    QVERIFY(concluded.has_value());
    QCOMPARE(concluded->kind, EvidenceKind::Consensus); // an audit's conclusion is no record
    QCOMPARE(concluded->confidence, 0.5);
    QCOMPARE(concluded->call, 2U);
}

void TestEvidence::malformed_metadata_is_no_evidence()
{
    OnnxModel model;
    const NodeId node = add(model, "Relu", "a", {});
    model.set_metadata(node, "pkg.torch.onnx.name_scopes", "['', 'layer1'");
    model.set_metadata(node, "namespace", "somewhere");
    QVERIFY(!recorded_scope(model, node));
    QVERIFY(!recorded_scope(model, add(model, "Relu", "b", {})));
}

void TestEvidence::unknown_module_is_a_diagnostic()
{
    OnnxModel model;
    const NodeId node = add(model, "Relu", "a", {});
    model.set_metadata(node, "strata.module", "elsewhere");
    const ModuleTree tree("Net");
    Diagnostics diagnostics;
    QVERIFY(recorded_evidence(recorded_scopes(model), tree, diagnostics).empty());
    QCOMPARE(diagnostics.items().size(), std::size_t{1});
    QCOMPARE(diagnostics.items().front().code, std::string("unknown-module"));
}

void TestEvidence::parameters_by_source()
{
    ModuleTree tree("Net");
    const ModuleId fc = tree.add(root_module, "fc", "Linear", "torch.nn.modules.linear.Linear");
    tree.at(fc).tensors.push_back({"weight", 0, true, true});
    OnnxModel model;
    add(model, "Gemm", "a", {weight(model, "fc.weight")});
    add(model, "Gemm", "b", {weight(model, "fc.scale")}); // the source has no such tensor
    const auto found = parameter_evidence(model, tree);
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found.front().node, NodeId{0});
    QCOMPARE(found.front().evidence.module, fc);
    QCOMPARE(found.front().evidence.confidence, default_confidence(EvidenceKind::Parameter));
}

void TestEvidence::shared_parameters_tell_nothing()
{
    ModuleTree tree("Net");
    for (const char* name : {"embed", "head"})
        tree.at(tree.add(root_module, name, "Linear")).tensors.push_back({"weight", 0, true, true});
    OnnxModel model;
    add(model, "MatMul", "a", {weight(model, "embed.weight")});
    QVERIFY(parameter_evidence(model, tree).empty());
}

void TestEvidence::parameters_by_name()
{
    QVERIFY(is_parameter_name("layer1.0.conv1.weight"));
    QVERIFY(is_parameter_name("conv1.weight_bias"));
    for (const char* name : {"onnx::Conv_265", "val_3", "a..b", ".b", "a.", "a/b.weight", "list.0"})
        QVERIFY2(!is_parameter_name(name), name);
    OnnxModel model;
    add(model, "Conv", "a", {weight(model, "layer1.0.conv1.weight")});
    const ModuleTree tree = infer_modules(model, recorded_scopes(model));
    const auto found = parameter_evidence(model, tree);
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(tree[found.front().evidence.module].fqn, std::string("layer1.0.conv1"));
    QVERIFY(tree[found.front().evidence.module].inferred);
}

void TestEvidence::scope_names_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("fqn"); // "-": no path
    QTest::newRow("legacy") << "/layer1/layer1.0/conv1/Conv"
                            << "layer1.0.conv1";
    QTest::newRow("ours") << "/layer1/0/conv1/Conv_1"
                          << "layer1.0.conv1";
    QTest::newRow("module list") << "/resnet/encoder/stages.0/layers.0/layer/layer.0/conv/Conv"
                                 << "resnet.encoder.stages.0.layers.0.layer.0.conv";
    QTest::newRow("nested sequential") << "/features/features.0/features.0.0/Conv"
                                       << "features.0.0";
    QTest::newRow("repeated sequential") << "/layer_1/layer.0_1/Conv"
                                         << "layer_1.0_1";
    QTest::newRow("root") << "/Relu"
                          << "";
    QTest::newRow("fused") << "fused /layer1/layer1.0/conv1/Conv"
                           << "layer1.0.conv1";
    QTest::newRow("tensorflow") << "model/block1/conv/Conv2D"
                                << "model.block1.conv";
    QTest::newRow("keras result") << "StatefulPartitionedCall/model/block1/Relu:0"
                                  << "model.block1";
    QTest::newRow("tf2onnx") << "StatefulPartitionedCall/model/conv2d/Conv2D__6"
                             << "model.conv2d";
    QTest::newRow("nested calls")
        << "StatefulPartitionedCall/StatefulPartitionedCall_1/model/dense/MatMul"
        << "model.dense";
    QTest::newRow("operator's own scope") << "model/dense_1/Tensordot/MatMul"
                                          << "model.dense_1";
    QTest::newRow("variable") << "model/conv2d/BiasAdd/ReadVariableOp:0"
                              << "model.conv2d";
    QTest::newRow("norm's own scope") << "model/batch_normalization/batchnorm/add_1"
                                      << "model.batch_normalization";
    QTest::newRow("function layer") << "model/tf.nn.relu_1/Relu"
                                    << "model.tf_nn_relu_1";
    QTest::newRow("lite") << "model/re_lu/Relu;model/bn/FusedBatchNormV3;model/conv2d/BiasAdd"
                          << "model.re_lu";
    QTest::newRow("slim") << "InceptionV1/Mixed_3b/Branch_0/Conv2d_0a_1x1/Relu"
                          << "InceptionV1.Mixed_3b.Branch_0.Conv2d_0a_1x1";
    QTest::newRow("runtime fusion") << "/norm/Mul/LayerNormFusion/"
                                    << "norm";
    QTest::newRow("two runtime fusions")
        << "/attn/MatMul_1/MatmulTransposeFusion//MatMulScaleFusion/"
        << "attn";
    QTest::newRow("module called fusion") << "/CrossFusion/Conv"
                                          << "CrossFusion";
    QTest::newRow("not a path") << "onnx::Conv/1"
                                << "-";
    QTest::newRow("dynamo") << "node_conv2d"
                            << "-";
    QTest::newRow("numbered") << "Conv_0"
                              << "-";
    QTest::newRow("empty part") << "/a//Conv"
                                << "-";
    QTest::newRow("no operator") << "/a/"
                                 << "-";
    QTest::newRow("empty") << ""
                           << "-";
}

void TestEvidence::scope_names()
{
    QFETCH(QString, name);
    QFETCH(QString, fqn);
    const auto scope = parse_scope_name(name.toStdString());
    QCOMPARE(scope ? QString::fromStdString(scope->fqn()) : QString("-"), fqn);
}

void TestEvidence::scope_calls()
{
    ModuleTree tree("Net");
    const ModuleId block = tree.add(root_module, "block", "Block");
    const ModuleId fc = tree.add(block, "fc", "Linear");
    const ModuleId numbered = tree.add(root_module, "conv_1", "Conv2d");
    const auto match = [&](const char* name) { return match_scope(*parse_scope_name(name), tree); };
    QCOMPARE(match("/block/fc/Gemm")->module, fc);
    QCOMPARE(match("/block/fc/Gemm")->call, 0U);
    QCOMPARE(match("/block_2/Add")->module, block);
    QCOMPARE(match("/block_2/Add")->call, 2U);
    QCOMPARE(match("/block/fc_1/Gemm")->module, fc);
    QCOMPARE(match("/block/fc_1/Gemm")->call, 1U);
    QCOMPARE(match("/conv_1/Conv")->module, numbered); // a module's own name goes first
    QCOMPARE(match("/conv_1/Conv")->call, 0U);
    QVERIFY(!match("/other/Conv"));
}

void TestEvidence::wrapped_and_dotted_names()
{
    ModuleTree tree("Net");
    const ModuleId block = tree.add(root_module, "block", "Block");
    const ModuleId fc = tree.add(block, "fc", "Linear");
    OnnxModel model;
    const NodeId wrapped = add(model, "Gemm", "/model/block/fc/Gemm", {});
    const NodeId around = add(model, "Relu", "/model/block/Relu", {});
    const NodeId dotted = add(model, "Gemm", "block.fc.Gemm_7", {});
    const NodeId other = add(model, "Gemm", "val.0", {});
    const NodeId by_result = add(model, "Add", "", {});
    model.values[output(model, by_result)].name = model.intern("/model/block/Add_output_0");
    std::map<NodeId, ModuleId> found;
    for (const NodeEvidence& item : scope_evidence(model, tree))
        found[item.node] = item.evidence.module;
    QCOMPARE(found.at(wrapped), fc);
    QCOMPARE(found.at(around), block);
    QCOMPARE(found.at(dotted), fc);
    QCOMPARE(found.at(by_result), block);
    QVERIFY(!found.contains(other));
}

void TestEvidence::recorded_by_classes()
{
    ModuleTree tree("Bert");
    const ModuleId encoder = tree.add(root_module, "encoder", "Encoder");
    const ModuleId list = tree.add(encoder, "layer", "ModuleList");
    tree.add(list, "0", "Layer");
    const ModuleId second = tree.add(list, "1", "Layer");
    const ModuleId attention = tree.add(second, "attention", "Attention");
    OnnxModel model;
    const NodeId node = add(model, "MatMul", "m", {});
    model.set_metadata(node, "winml.hierarchy.tag", "/Bert/Encoder/Layer.1/Attention");
    Diagnostics diagnostics;
    const auto found = recorded_evidence(recorded_scopes(model), tree, diagnostics);
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found.front().evidence.module, attention);
    QCOMPARE(found.front().evidence.kind, EvidenceKind::Recorded);
    // Without a source the classes stand in for the names.
    const ModuleTree inferred = infer_modules(model, recorded_scopes(model));
    QVERIFY(inferred.find("Encoder.1.Attention").has_value());
}

void TestEvidence::inferred_tree()
{
    OnnxModel model;
    add(model, "Gemm", "/block/fc/Gemm", {weight(model, "block.fc.weight")});
    add(model, "Gemm", "/block_1/fc_1/Gemm", {weight(model, "onnx::MatMul_1")});
    add(model, "Relu", "/head/Relu", {});
    const NodeId recorded = add(model, "Relu", "x", {});
    model.set_metadata(recorded, "namespace",
                       ": pkg.Net/act: torch.nn.ReLU/relu: aten.relu.default");
    const ModuleTree tree = infer_modules(model, recorded_scopes(model));
    QCOMPARE(tree[root_module].class_name, std::string("Net"));
    QCOMPARE(tree[*tree.find("act")].class_name, std::string("ReLU"));
    QVERIFY(tree.find("head").has_value());
    QVERIFY(!tree.find("block_1"));
    QCOMPARE(tree[*tree.find("block.fc")].calls, 2U);
    QCOMPARE(tree.size(), std::size_t{5}); // root, act, block, block.fc, head
}

void TestEvidence::consensus_and_ancestor()
{
    // a(block.one) -> b -> c(block.one);  d(block.two);  e reads a and d
    ModuleTree tree("Net");
    const ModuleId block = tree.add(root_module, "block", "Block");
    const ModuleId one = tree.add(block, "one", "A");
    const ModuleId two = tree.add(block, "two", "B");
    OnnxModel model;
    const NodeId a = add(model, "Conv", "a", {});
    const NodeId b = add(model, "Relu", "b", {output(model, a)});
    const NodeId c = add(model, "Conv", "c", {output(model, b)});
    const NodeId d = add(model, "Conv", "d", {});
    const NodeId e = add(model, "Add", "e", {output(model, a), output(model, d)});
    const NodeId lonely = add(model, "Neg", "lonely", {});
    std::vector<KnownModule> known(model.nodes.size());
    known[a] = known[c] = {one, 0};
    known[d] = {two, 0};
    TaskContext task;
    const auto found = neighbour_evidence(model, tree, known, task);
    QVERIFY(found.has_value());
    QMap<NodeId, Evidence> by_node;
    for (const NodeEvidence& item : *found)
        by_node.insert(item.node, item.evidence);
    QCOMPARE(by_node.keys(), (QList<NodeId>{b, e}));
    QCOMPARE(by_node[b].kind, EvidenceKind::Consensus);
    QCOMPARE(by_node[b].module, one);
    QCOMPARE(by_node[e].kind, EvidenceKind::CommonAncestor);
    QCOMPARE(by_node[e].module, block);
    QVERIFY(!by_node.contains(lonely));

    std::stop_source stop;
    stop.request_stop();
    TaskContext cancelled(stop.get_token());
    const auto none = neighbour_evidence(model, tree, known, cancelled);
    QVERIFY(!none && none.error().code == ErrorCode::Cancelled);
}

void TestEvidence::neighbours_through_bodies_and_functions()
{
    ModuleTree tree("Net");
    const ModuleId gate = tree.add(root_module, "gate", "Gate");
    OnnxModel model;
    const NodeId branch = add(model, "If", "if", {});
    const GraphId body = model.add_graph("then", branch);
    const NodeId inside = add(model, "Relu", "inside", {}, body);
    const GraphId function_graph = model.add_graph("gelu");
    const NodeId in_function = add(model, "Erf", "n0", {}, function_graph);
    OnnxFunction function;
    function.domain = model.intern("lib");
    function.name = model.intern("gelu");
    function.body = function_graph;
    model.functions.push_back(function);
    model.graphs[function_graph].function = 0;
    OnnxNode call;
    call.op_type = model.intern("gelu");
    call.domain = model.intern("lib");
    const NodeId caller = model.add_node(OnnxModel::main_graph, call);
    std::vector<KnownModule> known(model.nodes.size());
    known[branch] = known[caller] = {gate, 0};
    TaskContext task;
    const auto found = neighbour_evidence(model, tree, known, task);
    QCOMPARE(found->size(), std::size_t{2});
    for (const NodeEvidence& item : *found) {
        QVERIFY(item.node == inside || item.node == in_function);
        QCOMPARE(item.evidence.module, gate);
    }
}

void TestEvidence::copies_of_parameters()
{
    // Two equal biases: the exporter keeps one and copies it for the other.
    OnnxModel model;
    const ValueId kept = weight(model, "layers.0.fc.bias");
    const NodeId copy = add(model, "Identity", "Identity_0", {kept});
    model.values[output(model, copy)].name = model.intern("layers.1.fc.bias");
    const ValueId x = model.add_value(OnnxModel::main_graph, "x");
    const NodeId first = add(model, "Add", "a", {x, kept});
    const NodeId second = add(model, "Add", "b", {output(model, first), output(model, copy)});
    const ModuleTree tree = infer_modules(model, {});
    std::map<NodeId, std::string> places;
    for (const NodeEvidence& item : parameter_evidence(model, tree))
        places[item.node] = tree[item.evidence.module].fqn;
    QCOMPARE(places[first], std::string("layers.0.fc"));
    QCOMPARE(places[second], std::string("layers.1.fc"));
}

void TestEvidence::functions_stand_for_modules()
{
    // Block(x, scale, weight) { n = Norm(x, scale); y = MatMul(n, weight); z = Relu(y) }, called
    // for blocks.0 and blocks.1; Norm { m = Mul(x, scale) }; Head(x, weight) called once.
    OnnxModel model;
    const auto function = [&](const char* name, std::vector<const char*> inputs) {
        const GraphId body = model.add_graph(name);
        for (const char* input : inputs)
            model.graphs[body].inputs.push_back(model.add_value(body, input));
        OnnxFunction entry;
        entry.domain = model.intern("lib");
        entry.name = model.intern(name);
        entry.body = body;
        model.graphs[body].function = static_cast<std::uint32_t>(model.functions.size());
        model.functions.push_back(entry);
        return body;
    };
    const auto call = [&](const char* name, std::vector<ValueId> inputs, GraphId graph) {
        const NodeId id = add(model, name, name, std::move(inputs), graph);
        model.nodes[id].domain = model.intern("lib");
        return id;
    };
    const GraphId norm = function("Norm", {"x", "scale"});
    const GraphId block = function("Block", {"x", "scale", "weight"});
    const GraphId head = function("Head", {"x", "weight"});
    const auto inputs = [&](GraphId graph) { return model.graphs[graph].inputs; };
    const NodeId mul = add(model, "Mul", "m", inputs(norm), norm);
    const NodeId inner = call("Norm", {inputs(block)[0], inputs(block)[1]}, block);
    const NodeId product =
        add(model, "MatMul", "y", {output(model, inner), inputs(block)[2]}, block);
    const NodeId last = add(model, "MatMul", "h", inputs(head), head);
    ValueId x = model.add_value(OnnxModel::main_graph, "x");
    std::vector<NodeId> blocks;
    for (const std::string name : {"blocks.0", "blocks.1"}) {
        // The second shares the scale of the first, through a copy.
        const ValueId scale = name == "blocks.0"
                                  ? weight(model, "blocks.0.norm.weight")
                                  : output(model, add(model, "Identity", "copy", {x}));
        blocks.push_back(call("Block", {x, scale, weight(model, (name + ".fc.weight").c_str())},
                              OnnxModel::main_graph));
        x = output(model, blocks.back());
    }
    const NodeId called = call("Head", {x, weight(model, "head.weight")}, OnnxModel::main_graph);
    const ModuleTree tree = infer_modules(model, {});
    std::map<NodeId, NodeEvidence> found;
    for (const NodeEvidence& item : function_evidence(model, tree, initializer_owners(model, tree)))
        found.emplace(item.node, item);
    const auto place = [&](NodeId id) { return tree[found.at(id).evidence.module].fqn; };
    QCOMPARE(place(blocks[0]), std::string("blocks.0"));
    QCOMPARE(place(blocks[1]), std::string("blocks.1"));
    QCOMPARE(place(called), std::string("head"));
    QCOMPARE(place(last), std::string("head"));
    QCOMPARE(found.at(last).evidence.kind, EvidenceKind::Parameter);
    // Bodies that both share.
    QCOMPARE(place(product), std::string("blocks"));
    QCOMPARE(place(mul), std::string("blocks"));
    QCOMPARE(found.at(product).evidence.kind, EvidenceKind::CommonAncestor);
    // A call hands parameters on: they do not tell where it is by themselves.
    for (const NodeEvidence& item : parameter_evidence(model, tree))
        QVERIFY(item.node != blocks[0] && item.node != called);
}

void TestEvidence::synthetic_paths()
{
    OnnxModel model;
    const ValueId input = model.add_value(OnnxModel::main_graph, "image");
    model.graphs[OnnxModel::main_graph].inputs.push_back(input);
    const NodeId cast = add(model, "Cast", "cast", {input});
    const NodeId constant = add(model, "Constant", "pi", {});
    const NodeId view =
        add(model, "Reshape", "view", {output(model, cast), output(model, constant)});
    const NodeId relu = add(model, "Relu", "relu", {output(model, view)});
    const NodeId last = add(model, "Identity", "last", {output(model, relu)});
    model.graphs[OnnxModel::main_graph].outputs.push_back(output(model, last));
    QCOMPARE(synthetic_path(model, cast), std::string("/Inputs/image"));
    QCOMPARE(synthetic_path(model, constant), std::string("/Attributes/pi_out"));
    QCOMPARE(synthetic_path(model, view), std::string("/Methods/Reshape"));
    QCOMPARE(synthetic_path(model, relu), std::string("/Functions/Relu"));
    QCOMPARE(synthetic_path(model, last), std::string("/Outputs/last_out"));
    QCOMPARE(synthetic_category("/Inputs/image"), Category::Inputs);
    QCOMPARE(synthetic_category("/Functions/Relu"), Category::Functions);
}

void TestEvidence::categories()
{
    OnnxModel model;
    const NodeId plain = add(model, "Relu", "a", {});
    const NodeId reader = add(model, "Mul", "b", {weight(model, "block.scale")});
    Module torch_module;
    torch_module.qualified_class = "torch.nn.modules.conv.Conv2d";
    Module custom;
    custom.fqn = "block";
    custom.qualified_class = "models.Block";
    custom.tensors.push_back({"scale", 0, true, true});
    FxNode function;
    function.kind = FxKind::CallFunction;
    FxNode method;
    method.kind = FxKind::CallMethod;
    FxNode placeholder;
    placeholder.kind = FxKind::Placeholder;
    QCOMPARE(module_category(model, plain, torch_module, &function), Category::TorchModules);
    QCOMPARE(module_category(model, plain, custom, &function), Category::Functions);
    QCOMPARE(module_category(model, plain, custom, &method), Category::Methods);
    QCOMPARE(module_category(model, reader, custom, &function), Category::CustomModules);
    QCOMPARE(module_category(model, plain, custom, nullptr), Category::CustomModules);
    QCOMPARE(module_category(model, plain, torch_module, &placeholder), Category::Inputs);
}

QTEST_APPLESS_MAIN(TestEvidence)
#include "tst_evidence.moc"
