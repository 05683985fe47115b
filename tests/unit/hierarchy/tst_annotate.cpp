// Metadata as PyTorch writes it, and attribution from end to end on real files of PyTorch's
// exporters.
#include "hierarchy/annotate.h"
#include "hierarchy/attribute.h"
#include "onnx/onnx_reader.h"

#include <QElapsedTimer>
#include <QtTest>
#include <set>

using namespace strata;

namespace {

/// ResNet(layer1: Sequential(0: Conv2d)), the shape of torchvision's; one conv2d in layer1.0's
/// second call, and a cast that came from the input.
Program make_program()
{
    Program program;
    program.modules = ModuleTree("ResNet");
    program.modules.at(root_module).qualified_class = "torchvision.models.resnet.ResNet";
    const ModuleId layer = program.modules.add(root_module, "layer1", "Sequential",
                                               "torch.nn.modules.container.Sequential");
    const ModuleId conv = program.modules.add(layer, "0", "Conv2d", "torch.nn.modules.conv.Conv2d");
    FxGraph& g = program.graph;
    const SourceId outer = g.add_source({"/m/resnet.py", 285, "forward", "return self.f(x)"});
    const SourceId inner = g.add_source({"/m/conv.py", 554, "forward", "return F.conv2d("});
    const FrameId layer_frame = g.add_frame(layer, 0, 0, outer);
    // A method that the module calls on itself: no new module.
    const FrameId conv_frame = g.add_frame(conv, 1, layer_frame);
    const FrameId self_frame = g.add_frame(conv, 1, conv_frame);
    FxNode input;
    input.kind = FxKind::Placeholder;
    input.target = "x";
    g.add_node(0, input, {"x"}, {FxType::tensor()});
    FxNode weight;
    weight.kind = FxKind::GetAttr;
    weight.target = "layer1.0.weight";
    weight.tensor = 0;
    g.add_node(0, weight, {"layer1_0_weight"}, {FxType::tensor()});
    FxNode stride;
    stride.target = "prim::ListConstruct";
    stride.args = {FxArg(std::int64_t{2}), FxArg(std::int64_t{2})};
    g.add_node(0, stride, {"list"}, {FxType::list(FxType::of(FxType::Kind::Int))});
    FxNode node;
    node.target = "aten::conv2d";
    node.args = {FxArg(FxRef{0}), FxArg(FxRef{1}), FxArg(FxNone{}), FxArg(FxRef{2}),
                 FxArg(FxArg::List{FxArg(std::int64_t{1}), FxArg(1e-05), FxArg(true)})};
    node.frame = self_frame;
    node.source = inner;
    g.add_node(0, node, {"conv2d"}, {FxType::tensor()});
    FxNode relu;
    relu.target = "aten::add.Tensor";
    relu.args = {FxArg(FxRef{3})};
    relu.kwargs = {{"alpha", FxArg(std::int64_t{1})}};
    g.add_node(0, relu, {"add"}, {FxType::tensor()});
    return program;
}

NodeId add_node(OnnxModel& model, const char* op)
{
    OnnxNode node;
    node.op_type = model.intern(op);
    return model.add_node(OnnxModel::main_graph, std::move(node));
}

/// The model has one Linear under two names; PyTorch's metadata and weights use one each.
std::string one_name(const std::string& fqn)
{
    return fqn == "second" ? "first" : fqn;
}

std::string zoo(const char* file)
{
    return std::string(STRATA_TEST_DATA) + "/zoo/" + file;
}

std::shared_ptr<OnnxModel> read(const char* file)
{
    TaskContext task;
    auto result = read_onnx(zoo(file), task);
    return result ? result->model : nullptr;
}

} // namespace

class TestAnnotate : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void formats_are_pytorchs();
    void lowered_models_are_recorded();
    void recorded_is_never_overwritten();
    void pytorch_exports_are_recorded_data();
    void pytorch_exports_are_recorded();
    void stripped_metadata_leaves_good_evidence();
    void legacy_names();
    void audits_are_annotated();
    void a_hundred_thousand_nodes();
};

void TestAnnotate::formats_are_pytorchs()
{
    const Program program = make_program();
    OnnxModel model;
    const NodeId conv = add_node(model, "Conv");
    const NodeId add = add_node(model, "Add");
    model.provenance = {{3, 3, {2, 3}}, {0, 4, {4}}};
    annotate_provenance(model, program);
    annotate_provenance(model, program); // twice: one value per key all the same

    QCOMPARE(model.metadata_value(conv, "strata.module"), std::string_view("layer1.0"));
    QCOMPARE(model.metadata_value(conv, "strata.call"), std::string_view("1"));
    QCOMPARE(model.metadata_value(conv, "strata.tag"),
             std::string_view("/ResNet/Sequential.layer1/Conv2d.0"));
    QCOMPARE(model.metadata_value(conv, "strata.confidence"), std::string_view("1.0"));
    QCOMPARE(model.metadata_value(conv, "strata.evidence"), std::string_view("recorded"));
    QCOMPARE(model.metadata_value(conv, "strata.origins"), std::string_view("list,conv2d"));
    QVERIFY(!model.has_metadata(conv, "strata.synthetic"));
    // As torch.onnx.export(dynamo=True) writes them (PyTorch 2.14).
    QCOMPARE(model.metadata_value(conv, "namespace"),
             std::string_view(": torchvision.models.resnet.ResNet/layer1: "
                              "torch.nn.modules.container.Sequential/layer1.0: "
                              "torch.nn.modules.conv.Conv2d/conv2d: aten.conv2d.default"));
    QCOMPARE(model.metadata_value(conv, "pkg.torch.onnx.class_hierarchy"),
             std::string_view("['torchvision.models.resnet.ResNet', "
                              "'torch.nn.modules.container.Sequential', "
                              "'torch.nn.modules.conv.Conv2d', 'aten.conv2d.default']"));
    QCOMPARE(model.metadata_value(conv, "pkg.torch.onnx.name_scopes"),
             std::string_view("['', 'layer1', 'layer1.0', 'conv2d']"));
    QCOMPARE(model.metadata_value(conv, "pkg.torch.onnx.fx_node"),
             std::string_view("%conv2d : [num_users=1] = "
                              "call_function[target=torch.ops.aten.conv2d.default](args = (%x, "
                              "%layer1_0_weight, None, [2, 2], [1, 1e-05, True]), kwargs = {})"));
    QCOMPARE(model.metadata_value(conv, "pkg.torch.onnx.stack_trace"),
             std::string_view("File \"/m/resnet.py\", line 285, in forward\n    return "
                              "self.f(x)\n  File \"/m/conv.py\", line 554, in forward\n    return "
                              "F.conv2d("));

    QVERIFY(model.has_metadata(add, "strata.module")); // the root: present, empty
    QCOMPARE(model.metadata_value(add, "strata.module"), std::string_view(""));
    QVERIFY(!model.has_metadata(add, "strata.call"));
    QVERIFY(!model.has_metadata(add, "pkg.torch.onnx.stack_trace"));
    QCOMPARE(model.metadata_value(add, "pkg.torch.onnx.fx_node"),
             std::string_view("%add : [num_users=0] = "
                              "call_function[target=torch.ops.aten.add.Tensor](args = (%conv2d,), "
                              "kwargs = {alpha: 1})"));
    for (const OnnxNode& node : model.nodes) {
        std::set<StringId> keys;
        for (const auto& [key, value] : node.metadata)
            QVERIFY(keys.insert(key).second);
    }
}

void TestAnnotate::lowered_models_are_recorded()
{
    const Program program = make_program();
    OnnxModel model;
    add_node(model, "Conv");
    model.provenance = {{3, 3, {2, 3}}};
    TaskContext task;
    const auto result = attribute_nodes(model, &program, task);
    QVERIFY(result.has_value());
    const NodeAttribution& node = result->nodes.front();
    QCOMPARE(node.kind, EvidenceKind::Recorded);
    QCOMPARE(node.confidence, 1.0);
    QCOMPARE(result->modules[node.module].fqn, std::string("layer1.0"));
    QCOMPARE(node.call, 1U);
    QCOMPARE(node.category, Category::TorchModules);
    QCOMPARE(node.origins, (std::vector<std::string>{"list", "conv2d"}));
    QCOMPARE(node.source, std::string("/m/conv.py:554"));
}

void TestAnnotate::recorded_is_never_overwritten()
{
    // Recorded says `b`, the weight and the name say `a`.
    OnnxModel model;
    const auto weight =
        model.add_initializer(OnnxModel::main_graph, "a.weight", Tensor::scalar_int64(1));
    const NodeId node = add_node(model, "Conv");
    model.nodes[node].name = model.intern("/a/Conv");
    model.nodes[node].inputs = {model.initializers[weight].value};
    model.set_metadata(node, "strata.module", "b");
    TaskContext task;
    const auto result = attribute_nodes(model, nullptr, task);
    QCOMPARE(result->modules[result->nodes[0].module].fqn, std::string("b"));
    QCOMPARE(result->nodes[0].kind, EvidenceKind::Recorded);
    // All evidence is kept, strongest first, and the contradiction is told.
    QCOMPARE(result->nodes[0].evidence.size(), std::size_t{3});
    QCOMPARE(result->nodes[0].evidence[1].kind, EvidenceKind::Parameter);
    QCOMPARE(result->nodes[0].evidence[2].kind, EvidenceKind::ScopeName);
    QCOMPARE(result->diagnostics.size(), std::size_t{1});
    QCOMPARE(result->diagnostics[0].code, std::string("contradicting-evidence"));
}

void TestAnnotate::pytorch_exports_are_recorded_data()
{
    QTest::addColumn<QString>("file");
    QTest::newRow("2.14") << "sid/shared_module/shared_module.dynamo.onnx";
    QTest::newRow("2.14 cnn") << "sid/simple_cnn/simple_cnn.dynamo.onnx";
}

void TestAnnotate::pytorch_exports_are_recorded()
{
    QFETCH(QString, file);
    const auto model = read(file.toUtf8().constData());
    QVERIFY(model);
    TaskContext task;
    const auto result = attribute_nodes(*model, nullptr, task);
    QVERIFY(result.has_value());
    const Coverage coverage = compute_coverage(*model, result->modules, result->nodes);
    QCOMPARE(coverage.all.total, model->nodes.size());
    QCOMPARE(coverage.all.recorded, coverage.all.total);
    for (NodeId id = 0; id < model->nodes.size(); ++id)
        for (const ValueId input : model->nodes[id].inputs) {
            // The truth of the names: a.b.weight feeds a node of a.b.
            if (input == no_id || model->values[input].initializer == no_id)
                continue;
            const std::string name(model->text(model->values[input].name));
            if (name.find('.') == std::string::npos)
                continue;
            QCOMPARE(one_name(result->modules[result->nodes[id].module].fqn),
                     one_name(name.substr(0, name.rfind('.'))));
        }
    const auto linear = result->modules.find(file.contains("cnn") ? "fc" : "first");
    QVERIFY(linear.has_value());
    QCOMPARE(result->modules[*linear].qualified_class,
             std::string("torch.nn.modules.linear.Linear"));
}

void TestAnnotate::stripped_metadata_leaves_good_evidence()
{
    // The same file without its metadata: what is found then can be measured against it.
    const char* file = "sid/shared_module/shared_module.dynamo.onnx";
    const auto truth_model = read(file);
    const auto stripped = read(file);
    QVERIFY(truth_model && stripped);
    for (OnnxNode& node : stripped->nodes)
        node.metadata.clear();
    TaskContext task;
    const auto truth = attribute_nodes(*truth_model, nullptr, task);
    const auto found = attribute_nodes(*stripped, nullptr, task);
    QVERIFY(truth.has_value() && found.has_value());
    std::size_t by_parameter = 0;
    for (NodeId id = 0; id < stripped->nodes.size(); ++id) {
        QVERIFY(found->nodes[id].kind != EvidenceKind::Recorded);
        if (found->nodes[id].kind != EvidenceKind::Parameter)
            continue;
        ++by_parameter;
        QCOMPARE(one_name(found->modules[found->nodes[id].module].fqn),
                 one_name(truth->modules[truth->nodes[id].module].fqn));
    }
    QVERIFY(by_parameter >= 9); // three blocks with a norm and two linear layers each
}

void TestAnnotate::legacy_names()
{
    const auto model = read("sid/shared_module/shared_module.legacy.onnx");
    QVERIFY(model);
    TaskContext task;
    const auto result = attribute_nodes(*model, nullptr, task);
    QMap<QString, NodeId> by_name;
    for (NodeId id = 0; id < model->nodes.size(); ++id)
        by_name.insert(QString::fromUtf8(model->text(model->nodes[id].name).data()), id);
    const auto check = [&](const char* name, const char* fqn, unsigned call, EvidenceKind kind) {
        const NodeAttribution& node = result->nodes[by_name.value(name, 0)];
        QVERIFY2(by_name.contains(name), name);
        QCOMPARE(result->modules[node.module].fqn, std::string(fqn));
        QCOMPARE(node.call, call);
        QCOMPARE(node.kind, kind);
    };
    check("/block/act/Erf", "block.act", 0, EvidenceKind::ScopeName);
    check("/block/act_2/Erf", "block.act", 2, EvidenceKind::ScopeName);
    check("/block/fc1_1/Gemm", "block.fc1", 1, EvidenceKind::Parameter);
    check("/block_1/Add", "block", 1, EvidenceKind::ScopeName);
    check("/Relu", "", 0, EvidenceKind::ScopeName);
}

void TestAnnotate::audits_are_annotated()
{
    OnnxModel model;
    const NodeId known = add_node(model, "Conv");
    const NodeId orphan = add_node(model, "Neg");
    const NodeId ours = add_node(model, "Relu");
    model.set_metadata(known, "vendor", "kept");
    model.set_metadata(known, "strata.synthetic", "true"); // of an earlier audit
    model.set_metadata(ours, "strata.module", "recorded.here");
    ModuleTree tree("Net");
    Attribution attribution(3);
    attribution[known].module = tree.add(root_module, "conv", "Conv2d");
    attribution[known].synthetic = false;
    attribution[known].kind = EvidenceKind::Parameter;
    attribution[known].confidence = 0.95;
    attribution[orphan].synthetic_path = "/Functions/Neg";
    attribution[orphan].confidence = 0.2;
    attribution[ours].module = root_module;
    attribution[ours].synthetic = false;
    attribution[ours].kind = EvidenceKind::Recorded;
    annotate_attribution(model, tree, attribution);
    QCOMPARE(model.metadata_value(known, "strata.module"), std::string_view("conv"));
    QCOMPARE(model.metadata_value(known, "strata.confidence"), std::string_view("0.95"));
    QCOMPARE(model.metadata_value(known, "strata.evidence"), std::string_view("parameter"));
    QCOMPARE(model.metadata_value(known, "vendor"), std::string_view("kept"));
    QVERIFY(!model.has_metadata(known, "strata.synthetic"));
    QCOMPARE(model.metadata_value(orphan, "strata.synthetic"), std::string_view("true"));
    QCOMPARE(model.metadata_value(orphan, "strata.tag"), std::string_view("/Functions/Neg"));
    QVERIFY(!model.has_metadata(orphan, "strata.module"));
    QCOMPARE(model.metadata_value(ours, "strata.module"), std::string_view("recorded.here"));
}

void TestAnnotate::a_hundred_thousand_nodes()
{
    // A chain of 100 000 nodes, every tenth with a weight; the rest is found by its neighbours.
    OnnxModel model;
    ValueId last = model.add_value(OnnxModel::main_graph, "x");
    for (int i = 0; i < 100000; ++i) {
        OnnxNode node;
        node.op_type = model.intern("Conv");
        node.inputs = {last};
        if (i % 10 == 0) {
            const std::string name =
                "layers." + std::to_string(i / 100) + ".conv.weight" + std::to_string(i % 100);
            const auto index = model.add_initializer(OnnxModel::main_graph, name, Tensor{});
            node.inputs.push_back(model.initializers[index].value);
        }
        last = model.add_value(OnnxModel::main_graph, "v" + std::to_string(i));
        node.outputs = {last};
        model.add_node(OnnxModel::main_graph, std::move(node));
    }
    TaskContext task;
    QElapsedTimer timer;
    timer.start();
    const auto result = attribute_nodes(model, nullptr, task);
    const Coverage coverage = compute_coverage(model, result->modules, result->nodes);
    // It takes some tenths of a second; anything that grows with the square takes minutes.
    QVERIFY2(timer.elapsed() < 20000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(coverage.all.total, std::uint64_t{100000});
    QCOMPARE(coverage.all.attributed, std::uint64_t{100000});
    QCOMPARE(coverage.kinds[static_cast<std::size_t>(EvidenceKind::Parameter)],
             std::uint64_t{10000});
    qInfo("100 000 nodes in %lld ms", static_cast<long long>(timer.elapsed()));
}

QTEST_APPLESS_MAIN(TestAnnotate)
#include "tst_annotate.moc"
