// Reading: what protobuf's own classes say about a file is what the model must say.
#include "onnx/onnx_reader.h"
#include "unit/onnx/proto_truth.h"

#include <QtTest>
#include <filesystem>
#include <sys/resource.h>

using namespace strata;

namespace {

QString zoo(const char* file)
{
    return QStringLiteral(STRATA_TEST_DATA "/zoo/") + file;
}

OnnxReadResult read(const QString& path)
{
    TaskContext task;
    auto result = read_onnx(path.toStdString(), task);
    if (!result)
        qFatal("%s", result.error().text().c_str());
    return std::move(*result);
}

/// Writes a ModelProto made in a test.
QString save(const QTemporaryDir& folder, const onnx::ModelProto& model)
{
    const QString path = folder.filePath("model.onnx");
    std::ofstream file(path.toStdString(), std::ios::binary);
    model.SerializeToOstream(&file);
    return path;
}

onnx::ModelProto small_model()
{
    onnx::ModelProto model;
    model.set_ir_version(8);
    auto* opset = model.add_opset_import();
    opset->set_domain("");
    opset->set_version(17);
    model.mutable_graph()->set_name("g");
    return model;
}

onnx::ValueInfoProto* typed(onnx::ValueInfoProto* info, const char* name, int type)
{
    info->set_name(name);
    info->mutable_type()->mutable_tensor_type()->set_elem_type(type);
    return info;
}

onnx::NodeProto* add_node(onnx::GraphProto* graph, const char* op,
                          std::initializer_list<const char*> inputs,
                          std::initializer_list<const char*> outputs)
{
    onnx::NodeProto* node = graph->add_node();
    node->set_op_type(op);
    for (const char* input : inputs)
        node->add_input(input);
    for (const char* output : outputs)
        node->add_output(output);
    return node;
}

int count_code(const OnnxReadResult& result, std::string_view code)
{
    return static_cast<int>(
        std::count_if(result.diagnostics.begin(), result.diagnostics.end(),
                      [&](const Diagnostic& entry) { return entry.code == code; }));
}

} // namespace

class TestOnnxReader : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithProtobuf_data();
    void agreesWithProtobuf();
    void nodeMetadata();
    void bodiesSeeValuesAround();
    void functionTypes();
    void weightsStayInTheFile();
    void filesOfManyGigabytes();
    void unknownVersionsAndFields();
    void otherTypes();
    void unsortedNodes();
    void invalidNames();
    void manyProblemsAreCounted();
    void defaultsOfInputs();
};

void TestOnnxReader::agreesWithProtobuf_data()
{
    QTest::addColumn<QString>("file");
    for (const char* file :
         {"sid/control_flow_if/control_flow_if.script.legacy.onnx",
          "sid/lstmcell_loop/lstmcell_loop.script.legacy.onnx",
          "sid/shared_module/shared_module.dynamo.onnx", "sid/half_mlp/half_mlp.dynamo.onnx",
          "sid/bf16_mlp/bf16_mlp.legacy.onnx",
          "trixie/control_flow_cond/control_flow_cond.dynamo.onnx",
          "torch113/gnn_adj/gnn_adj.legacy.onnx", "misc/cnn_external.onnx"})
        QTest::newRow(file) << zoo(file);
}

void TestOnnxReader::agreesWithProtobuf()
{
    QFETCH(QString, file);
    const OnnxReadResult result = read(file);
    const std::string difference = test::difference_from_proto(*result.model, file.toStdString());
    QVERIFY2(difference.empty(), difference.c_str());
}

void TestOnnxReader::nodeMetadata()
{
    // As `protoc --decode_raw` shows the first node of this file.
    const auto model = read(zoo("sid/shared_module/shared_module.dynamo.onnx")).model;
    const NodeId node = model->graphs[0].nodes.at(0);
    QCOMPARE(model->text(model->nodes[node].name), std::string_view("node_layer_norm"));
    QCOMPARE(model->nodes[node].metadata.size(), std::size_t{5});
    QCOMPARE(model->metadata_value(node, "pkg.torch.onnx.name_scopes"),
             std::string_view("['', 'block', 'block.norm', 'layer_norm']"));
    QVERIFY(model->metadata_value(node, "namespace")
                .starts_with(": __main__.SharedModule/block: __main__.ResidualMLPBlock/"));
}

void TestOnnxReader::bodiesSeeValuesAround()
{
    onnx::ModelProto proto = small_model();
    onnx::GraphProto* graph = proto.mutable_graph();
    typed(graph->add_input(), "c", onnx::TensorProto::BOOL);
    typed(graph->add_input(), "x", onnx::TensorProto::FLOAT);
    add_node(graph, "Relu", {"x"}, {"r"});
    onnx::NodeProto* branch = add_node(graph, "If", {"c"}, {"y"});
    for (const char* name : {"then_branch", "else_branch"}) {
        onnx::AttributeProto* attribute = branch->add_attribute();
        attribute->set_name(name);
        attribute->set_type(onnx::AttributeProto::GRAPH);
        onnx::GraphProto* body = attribute->mutable_g();
        body->set_name(name);
        // "x" is a name of its own in the first branch, and the input in the second.
        if (std::string_view(name) == "then_branch") {
            add_node(body, "Neg", {"r"}, {"x"});
            add_node(body, "Abs", {"x"}, {"b"});
        } else {
            add_node(body, "Add", {"r", "x"}, {"b"});
        }
        body->add_output()->set_name("b");
    }
    typed(graph->add_output(), "y", onnx::TensorProto::FLOAT);

    QTemporaryDir folder;
    const OnnxReadResult result = read(save(folder, proto));
    const OnnxModel& model = *result.model;
    const ValueId x = model.graphs[0].inputs.at(1);
    const ValueId r = model.nodes[model.graphs[0].nodes.at(0)].outputs.at(0);
    const auto bodies = model.bodies(model.graphs[0].nodes.at(1));
    QCOMPARE(bodies.size(), std::size_t{2});
    const OnnxNode& neg = model.nodes[model.graphs[bodies[0]].nodes.at(0)];
    const OnnxNode& abs = model.nodes[model.graphs[bodies[0]].nodes.at(1)];
    const OnnxNode& add = model.nodes[model.graphs[bodies[1]].nodes.at(0)];
    QCOMPARE(neg.inputs.at(0), r);
    QVERIFY(neg.outputs.at(0) != x);
    QCOMPARE(abs.inputs.at(0), neg.outputs.at(0));
    QCOMPARE(add.inputs, (std::vector<ValueId>{r, x}));
    QVERIFY(result.diagnostics.empty());
}

void TestOnnxReader::functionTypes()
{
    // Field 12 of FunctionProto is newer than the protobuf classes of some libonnx versions: it is
    // written by hand here.
    onnx::ModelProto proto = small_model();
    onnx::FunctionProto* function = proto.add_functions();
    function->set_name("F");
    function->set_domain("test");
    function->add_input("a");
    function->add_output("b");
    onnx::NodeProto* node = function->add_node();
    node->set_op_type("Relu");
    node->add_input("a");
    node->add_output("b");
    onnx::ValueInfoProto info;
    typed(&info, "a", onnx::TensorProto::FLOAT16)
        ->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->add_dim()
        ->set_dim_param("n");
    const std::string content = info.SerializeAsString();
    QVERIFY(content.size() < 128);
    const std::string field =
        std::string{static_cast<char>(12 << 3 | 2), static_cast<char>(content.size())} + content;
    QVERIFY(function->MergeFromString(field));

    QTemporaryDir folder;
    const auto model = read(save(folder, proto)).model;
    QCOMPARE(model->functions.size(), std::size_t{1});
    const OnnxGraph& body = model->graphs[model->functions[0].body];
    QCOMPARE(body.function, 0U);
    const OnnxValue& input = model->values[body.inputs.at(0)];
    QCOMPARE(input.dtype, DType::Float16);
    QCOMPARE(model->text(input.shape.at(0).symbol), std::string_view("n"));
}

void TestOnnxReader::weightsStayInTheFile()
{
    const auto model = read(zoo("misc/cnn_external.onnx")).model;
    bool seen = false;
    for (const Initializer& entry : model->initializers) {
        if (model->text(model->values[entry.value].name) != "conv1.weight")
            continue;
        seen = true;
        std::vector<std::byte> scratch;
        const auto first = entry.tensor.contiguous_bytes(scratch);
        const auto second = entry.tensor.contiguous_bytes(scratch);
        QVERIFY(first && second);
        QVERIFY(scratch.empty());
        QCOMPARE(first->data(), second->data());
        QCOMPARE(first->size(), entry.tensor.byte_count());
    }
    QVERIFY(seen);
}

void TestOnnxReader::filesOfManyGigabytes()
{
    // y = Gemm(x, w) with a w of 3 GB inside the file, and another of 5 GB beside it. Both files
    // have holes instead of weights: reading these would take memory and time, reading the
    // structure does not.
    constexpr std::uint64_t inside = 3ULL << 30;
    constexpr std::uint64_t beside = 5ULL << 30;
    const auto field = [](std::uint32_t number, std::uint64_t size) {
        std::string text;
        for (std::uint64_t value : {std::uint64_t{number} << 3 | 2, size}) {
            while (value >= 0x80) {
                text += static_cast<char>(value | 0x80);
                value >>= 7;
            }
            text += static_cast<char>(value);
        }
        return text;
    };
    const auto message = [&](std::uint32_t number, const auto& proto) {
        const std::string bytes = proto.SerializeAsString();
        return field(number, bytes.size()) + bytes;
    };
    onnx::GraphProto graph;
    add_node(&graph, "Gemm", {"x", "w"}, {"y"});
    graph.add_input()->set_name("x");
    graph.add_output()->set_name("y");
    onnx::TensorProto outer;
    outer.set_name("outer");
    outer.set_data_type(onnx::TensorProto::FLOAT);
    outer.add_dims(4);
    outer.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : {std::pair<std::string, std::string>{"location", "w.data"},
                                     {"offset", std::to_string(beside - 16)},
                                     {"length", "16"}}) {
        onnx::StringStringEntryProto* entry = outer.add_external_data();
        entry->set_key(key);
        entry->set_value(value);
    }
    *graph.add_initializer() = outer;
    onnx::TensorProto weight;
    weight.set_name("w");
    weight.set_data_type(onnx::TensorProto::FLOAT);
    weight.add_dims(1 << 15);
    weight.add_dims(static_cast<std::int64_t>(inside >> 17));
    const std::string head = weight.SerializeAsString() + field(9, inside);
    const std::string before = graph.SerializeAsString();
    const std::string opening = field(5, head.size() + inside) + head;
    onnx::ModelProto model;
    model.set_ir_version(8);
    const std::string start = model.SerializeAsString() +
                              field(7, before.size() + opening.size() + inside) + before + opening;
    onnx::OperatorSetIdProto opset;
    opset.set_version(17);

    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("large.onnx").toStdString();
    const std::filesystem::path data = folder.filePath("w.data").toStdString();
    const auto write = [](const std::filesystem::path& to, const std::string& first,
                          std::uint64_t hole, const std::string& last) {
        std::ofstream(to, std::ios::binary) << first;
        std::error_code error;
        std::filesystem::resize_file(to, first.size() + hole, error);
        std::ofstream(to, std::ios::binary | std::ios::app) << last;
        return !error;
    };
    if (!write(path, start, inside, message(8, opset)) ||
        !write(data, {}, beside - 4, std::string("\0\0\x80\x3f", 4)))
        QSKIP("files of this size cannot be made here");
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const long peak = usage.ru_maxrss;
    const OnnxReadResult result = read(QString::fromStdString(path.string()));
    getrusage(RUSAGE_SELF, &usage);
    QVERIFY2(usage.ru_maxrss - peak < 32 * 1024, std::to_string(usage.ru_maxrss - peak).c_str());
    QCOMPARE(result.model->nodes.size(), std::size_t{1});
    QCOMPARE(result.model->initializers.size(), std::size_t{2});
    QCOMPARE(result.model->initializers[1].tensor.byte_count(), inside);
    // The last float of the file beside it, behind 5 GB of nothing.
    const auto bytes = result.model->initializers[0].tensor.storage->bytes();
    QVERIFY(bytes);
    QCOMPARE(bytes->size(), std::size_t{16});
    QCOMPARE(std::to_integer<int>((*bytes)[15]), 0x3f);
}

void TestOnnxReader::unknownVersionsAndFields()
{
    onnx::ModelProto proto = small_model();
    proto.set_ir_version(4711);
    proto.mutable_opset_import(0)->set_version(9999);
    onnx::OperatorSetIdProto* other = proto.add_opset_import();
    other->set_domain("some.company");
    other->set_version(3);
    add_node(proto.mutable_graph(), "FutureOp", {}, {"y"})->set_domain("some.company");
    // Field 900 of the node: a string.
    QVERIFY(
        proto.mutable_graph()->mutable_node(0)->MergeFromString(std::string("\xa2\x38\x02hi", 5)));
    QTemporaryDir folder;
    const OnnxReadResult result = read(save(folder, proto));
    QCOMPARE(result.model->ir_version, std::int64_t{4711});
    QCOMPARE(result.model->opset(), std::int64_t{9999});
    QCOMPARE(count_code(result, "newer-opset"), 1);
    QCOMPARE(count_code(result, "newer-ir-version"), 1);
    QCOMPARE(result.model->text(result.model->nodes.at(0).extra),
             std::string_view("\xa2\x38\x02hi", 5));
}

void TestOnnxReader::otherTypes()
{
    onnx::ModelProto proto = small_model();
    onnx::GraphProto* graph = proto.mutable_graph();
    onnx::ValueInfoProto* sequence = graph->add_input();
    sequence->set_name("s");
    onnx::TypeProto* element =
        sequence->mutable_type()->mutable_sequence_type()->mutable_elem_type();
    element->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
    onnx::ValueInfoProto* map = graph->add_input();
    map->set_name("m");
    map->mutable_type()->mutable_map_type()->set_key_type(onnx::TensorProto::INT64);
    map->mutable_type()
        ->mutable_map_type()
        ->mutable_value_type()
        ->mutable_tensor_type()
        ->set_elem_type(onnx::TensorProto::DOUBLE);
    onnx::ValueInfoProto* optional = graph->add_input();
    optional->set_name("o");
    optional->mutable_type()->mutable_optional_type()->mutable_elem_type()->CopyFrom(
        sequence->type());
    QTemporaryDir folder;
    const auto model = read(save(folder, proto)).model;
    auto value = [&](std::size_t i) { return model->values[model->graphs[0].inputs.at(i)]; };
    auto text = [&](std::size_t i) { return model->text(value(i).type_text); };
    QCOMPARE(value(0).kind, ValueKind::Sequence);
    QCOMPARE(text(0), std::string_view("seq(tensor(float))"));
    QCOMPARE(value(1).kind, ValueKind::Map);
    QCOMPARE(text(1), std::string_view("map(int64,tensor(double))"));
    QCOMPARE(value(2).kind, ValueKind::Optional);
    QCOMPARE(text(2), std::string_view("optional(seq(tensor(float)))"));
}

void TestOnnxReader::unsortedNodes()
{
    onnx::ModelProto proto = small_model();
    typed(proto.mutable_graph()->add_input(), "x", onnx::TensorProto::FLOAT);
    add_node(proto.mutable_graph(), "Relu", {"late"}, {"y"});
    add_node(proto.mutable_graph(), "Neg", {"x"}, {"late"});
    QTemporaryDir folder;
    const OnnxReadResult result = read(save(folder, proto));
    QCOMPARE(count_code(result, "not-sorted"), 1);
    QCOMPARE(result.model->nodes.at(0).inputs.at(0), result.model->nodes.at(1).outputs.at(0));
    QCOMPARE(result.model->values[result.model->nodes[0].inputs[0]].producer, NodeId{1});
}

void TestOnnxReader::invalidNames()
{
    onnx::ModelProto proto = small_model();
    onnx::GraphProto* graph = proto.mutable_graph();
    typed(graph->add_input(), "x", onnx::TensorProto::FLOAT);
    add_node(graph, "Relu", {"x"}, {"y"});
    add_node(graph, "Neg", {"x"}, {"y"});
    add_node(graph, "Add", {"y", "nowhere"}, {"z"});
    add_node(graph, "Add", {"y", "nowhere"}, {"w"});
    QTemporaryDir folder;
    const OnnxReadResult result = read(save(folder, proto));
    QCOMPARE(count_code(result, "duplicate-name"), 1);
    QCOMPARE(count_code(result, "undefined-value"), 1);
    const OnnxModel& model = *result.model;
    QCOMPARE(model.nodes.at(2).inputs.at(0), model.nodes.at(0).outputs.at(0));
    QCOMPARE(model.nodes.at(2).inputs.at(1), model.nodes.at(3).inputs.at(1));
    QVERIFY(model.nodes.at(1).outputs.at(0) != model.nodes.at(0).outputs.at(0));
}

void TestOnnxReader::manyProblemsAreCounted()
{
    onnx::ModelProto proto = small_model();
    for (int i = 0; i < 130; ++i)
        add_node(proto.mutable_graph(), "Relu", {("missing" + std::to_string(i)).c_str()}, {});
    QTemporaryDir folder;
    const OnnxReadResult result = read(save(folder, proto));
    // 50 of a kind, and one line that counts the other 80.
    QCOMPARE(result.diagnostics.size(), std::size_t{51});
    QVERIFY(result.diagnostics.back().message.starts_with("80 more"));
}

void TestOnnxReader::defaultsOfInputs()
{
    onnx::ModelProto proto = small_model();
    onnx::GraphProto* graph = proto.mutable_graph();
    typed(graph->add_input(), "w", onnx::TensorProto::FLOAT);
    onnx::TensorProto* tensor = graph->add_initializer();
    tensor->set_name("w");
    tensor->add_dims(2);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->add_float_data(1.5F);
    tensor->add_float_data(-2.0F);
    QTemporaryDir folder;
    const OnnxReadResult result = read(save(folder, proto));
    QVERIFY(result.diagnostics.empty());
    QCOMPARE(result.model->values.size(), std::size_t{1});
    QCOMPARE(result.model->values[0].initializer, 0U);
    QCOMPARE(result.model->initializers[0].tensor.to_doubles().value(),
             (std::vector<double>{1.5, -2.0}));
}

QTEST_APPLESS_MAIN(TestOnnxReader)
#include "tst_onnx_reader.moc"
