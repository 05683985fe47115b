// Writing: protobuf's own classes must read what the model says, and nothing may be lost.
#include "onnx/onnx_reader.h"
#include "onnx/onnx_writer.h"
#include "unit/onnx/proto_truth.h"

#include <QtTest>
#include <filesystem>
#include <set>

using namespace strata;

namespace {

QString zoo(const char* file)
{
    return QStringLiteral(STRATA_TEST_DATA "/zoo/") + file;
}

std::shared_ptr<OnnxModel> read(const QString& path)
{
    TaskContext task;
    auto result = read_onnx(path.toStdString(), task);
    if (!result)
        qFatal("%s", result.error().text().c_str());
    return result->model;
}

OnnxWriteResult write(const OnnxModel& model, const QString& path,
                      const OnnxWriteOptions& options = {})
{
    TaskContext task;
    auto result = write_onnx(model, path.toStdString(), options, task);
    if (!result)
        qFatal("%s", result.error().text().c_str());
    return *result;
}

Tensor floats(std::vector<std::int64_t> shape, float first)
{
    std::size_t count = 1;
    for (const std::int64_t dim : shape)
        count *= static_cast<std::size_t>(dim);
    std::vector<std::byte> bytes(count * sizeof(float));
    for (std::size_t i = 0; i < count; ++i) {
        const float value = first + static_cast<float>(i);
        std::memcpy(bytes.data() + i * sizeof(float), &value, sizeof(float));
    }
    return Tensor::from_bytes(DType::Float32, std::move(shape), std::move(bytes));
}

/// y = MatMul(x, w) + b, with metadata on the MatMul; made as the exporter makes models.
std::unique_ptr<OnnxModel> made_model(Tensor weight, Tensor bias)
{
    auto model = std::make_unique<OnnxModel>();
    model->ir_version = 10;
    model->opsets = {{"", 17}};
    model->producer_name = "strata";
    model->metadata = {{"key", "value"}};
    model->graphs[0].name = model->intern("main");
    auto typed = [&](std::string_view name) {
        const ValueId value = model->add_value(0, name);
        model->values[value].dtype = DType::Float32;
        model->values[value].has_shape = true;
        model->values[value].shape = {Dim{-1, model->intern("batch")}, Dim::of(4)};
        return value;
    };
    const ValueId x = typed("x");
    const ValueId middle = typed("middle");
    const ValueId y = typed("y");
    model->graphs[0].inputs = {x};
    model->graphs[0].outputs = {y};
    const std::uint32_t w = model->add_initializer(0, "fc.weight", std::move(weight));
    const std::uint32_t b = model->add_initializer(0, "fc.bias", std::move(bias));
    OnnxNode matmul;
    matmul.op_type = model->intern("MatMul");
    matmul.name = model->intern("/fc/MatMul");
    matmul.inputs = {x, model->initializers[w].value};
    matmul.outputs = {middle};
    const NodeId node = model->add_node(0, std::move(matmul));
    model->set_metadata(node, "strata.module", "fc");
    model->set_metadata(node, "strata.confidence", "1");
    OnnxNode add;
    add.op_type = model->intern("Add");
    add.name = model->intern("/fc/Add");
    add.inputs = {middle, model->initializers[b].value};
    add.outputs = {y};
    model->add_node(0, std::move(add));
    return model;
}

std::set<std::string> files_in(const QTemporaryDir& folder)
{
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path().toStdString()))
        names.insert(entry.path().filename().string());
    return names;
}

} // namespace

class TestOnnxWriter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundTrip_data();
    void roundTrip();
    void madeModel();
    void metadataIsFieldNine();
    void nothingIsLost();
    void everyAttributeKind();
    void otherTypesComeBack();
    void externalData();
    void externalThreshold();
    void sharedWeightsAreWrittenOnce();
    void overwritesItsOwnSource();
    void removedInitializersStayAway();
    void cancelLeavesNothing();
    void missingDataLeaveNothing();
    void checkerFindsErrors();
    void checkerSaysWhatItCannotCheck();
};

void TestOnnxWriter::roundTrip_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<bool>("checkable"); // by libonnx 1.12: opset 17
    for (const char* file :
         {"sid/control_flow_if/control_flow_if.script.legacy.onnx",
          "sid/lstmcell_loop/lstmcell_loop.script.legacy.onnx",
          "sid/shared_module/shared_module.dynamo.onnx", "sid/half_mlp/half_mlp.dynamo.onnx",
          "sid/bf16_mlp/bf16_mlp.legacy.onnx",
          "trixie/control_flow_cond/control_flow_cond.dynamo.onnx",
          "torch113/gnn_adj/gnn_adj.legacy.onnx", "misc/cnn_external.onnx"})
        QTest::newRow(file) << zoo(file) << QString(file).contains("legacy");
}

void TestOnnxWriter::roundTrip()
{
    QFETCH(QString, file);
    QFETCH(bool, checkable);
    QTemporaryDir folder;
    const auto first = read(file);
    const QString once = folder.filePath("once.onnx");
    const OnnxWriteResult written = write(*first, once);
    QCOMPARE(written.bytes, std::filesystem::file_size(once.toStdString()));
    // The written file says what the model says, and the second model what the source said.
    std::string difference = test::difference_from_proto(*first, once.toStdString());
    QVERIFY2(difference.empty(), difference.c_str());
    const auto second = read(once);
    difference = test::difference_from_proto(*second, file.toStdString());
    QVERIFY2(difference.empty(), difference.c_str());
    for (NodeId node = 0; node < first->nodes.size(); ++node) {
        QCOMPARE(second->nodes[node].metadata.size(), first->nodes[node].metadata.size());
        for (const auto& [key, value] : first->nodes[node].metadata)
            QCOMPARE(second->metadata_value(node, first->text(key)), first->text(value));
    }
    // Writing is deterministic, and a second pass changes nothing.
    const QString twice = folder.filePath("twice.onnx");
    write(*second, twice);
    QCOMPARE(test::file_bytes(twice.toStdString()), test::file_bytes(once.toStdString()));
    const Status checked = check_onnx(once.toStdString());
    if (checkable)
        QVERIFY2(checked.has_value(), checked ? "" : checked.error().text().c_str());
    else
        QVERIFY(checked || checked.error().code == ErrorCode::MissingFeature);
}

void TestOnnxWriter::madeModel()
{
    QTemporaryDir folder;
    const QString path = folder.filePath("m.onnx");
    write(*made_model(floats({4, 4}, 1), floats({4}, -1)), path);
    const onnx::ModelProto proto = test::parse_model(path.toStdString());
    QCOMPARE(proto.ir_version(), 10);
    QCOMPARE(proto.opset_import_size(), 1);
    QVERIFY(proto.opset_import(0).has_domain());
    QCOMPARE(proto.metadata_props(0).key(), std::string("key"));
    const onnx::GraphProto& graph = proto.graph();
    QCOMPARE(graph.node_size(), 2);
    QCOMPARE(graph.node(0).op_type(), std::string("MatMul"));
    QCOMPARE(graph.node(0).input(1), std::string("fc.weight"));
    QCOMPARE(graph.node(1).input(0), std::string("middle"));
    QCOMPARE(graph.initializer_size(), 2);
    QCOMPARE(graph.initializer(0).dims(1), std::int64_t{4});
    float value = 0;
    std::memcpy(&value, graph.initializer(0).raw_data().data() + 15 * sizeof(float), sizeof(float));
    QCOMPARE(value, 16.0F);
    // Types of intermediate values are there for other viewers; those of inputs are not repeated.
    QCOMPARE(graph.value_info_size(), 1);
    QCOMPARE(graph.value_info(0).name(), std::string("middle"));
    QCOMPARE(graph.value_info(0).type().tensor_type().shape().dim(0).dim_param(),
             std::string("batch"));
    const Status checked = check_onnx(path.toStdString());
    QVERIFY2(checked.has_value(), checked ? "" : checked.error().text().c_str());
}

void TestOnnxWriter::metadataIsFieldNine()
{
    QTemporaryDir folder;
    const QString path = folder.filePath("m.onnx");
    write(*made_model(floats({4, 4}, 1), floats({4}, -1)), path);
    // NodeProto.metadata_props is field 9 (tag 0x4a) with StringStringEntryProto: key 1, value 2.
    const std::string entry = std::string("\x4a\x13\x0a\x0d") + "strata.module" + "\x12\x02" + "fc";
    QVERIFY(test::file_bytes(path.toStdString()).find(entry) != std::string::npos);
}

void TestOnnxWriter::nothingIsLost()
{
    // Things that the representation has no place for.
    onnx::ModelProto proto;
    proto.set_ir_version(8);
    proto.add_opset_import()->set_version(17);
    proto.mutable_graph()->set_name("g");
    proto.add_training_info()->mutable_algorithm()->set_name("training");
    onnx::TensorAnnotation* annotation = proto.mutable_graph()->add_quantization_annotation();
    annotation->set_tensor_name("x");
    onnx::SparseTensorProto* sparse = proto.mutable_graph()->add_sparse_initializer();
    sparse->add_dims(5);
    sparse->mutable_values()->set_name("s");
    sparse->mutable_values()->set_data_type(onnx::TensorProto::FLOAT);
    sparse->mutable_values()->add_dims(1);
    sparse->mutable_values()->add_float_data(2);
    sparse->mutable_indices()->set_data_type(onnx::TensorProto::INT64);
    sparse->mutable_indices()->add_dims(1);
    sparse->mutable_indices()->add_int64_data(3);
    onnx::TensorProto* tensor = proto.mutable_graph()->add_initializer();
    tensor->set_name("w");
    tensor->set_data_type(onnx::TensorProto::INT64);
    tensor->add_int64_data(7);
    tensor->set_doc_string("documented");
    onnx::ValueInfoProto* input = proto.mutable_graph()->add_input();
    input->set_name("x");
    input->set_doc_string("an input");

    QTemporaryDir folder;
    const QString source = folder.filePath("source.onnx");
    {
        std::ofstream file(source.toStdString(), std::ios::binary);
        proto.SerializeToOstream(&file);
    }
    const QString path = folder.filePath("again.onnx");
    write(*read(source), path);
    const onnx::ModelProto again = test::parse_model(path.toStdString());
    QCOMPARE(again.training_info(0).algorithm().name(), std::string("training"));
    QCOMPARE(again.graph().quantization_annotation(0).tensor_name(), std::string("x"));
    QCOMPARE(again.graph().sparse_initializer_size(), 1);
    QCOMPARE(again.graph().sparse_initializer(0).indices().int64_data(0), std::int64_t{3});
    QCOMPARE(again.graph().initializer_size(), 1);
    QCOMPARE(again.graph().initializer(0).doc_string(), std::string("documented"));
    QCOMPARE(again.graph().input(0).doc_string(), std::string("an input"));
}

void TestOnnxWriter::everyAttributeKind()
{
    onnx::ModelProto proto;
    proto.set_ir_version(8);
    proto.add_opset_import()->set_version(17);
    proto.mutable_graph()->set_name("g");
    onnx::NodeProto* node = proto.mutable_graph()->add_node();
    node->set_op_type("Everything");
    node->set_domain("test");
    auto add = [&](const char* name, onnx::AttributeProto::AttributeType type) {
        onnx::AttributeProto* attribute = node->add_attribute();
        attribute->set_name(name);
        attribute->set_type(type);
        return attribute;
    };
    add("f", onnx::AttributeProto::FLOAT)->set_f(-0.5F);
    add("i", onnx::AttributeProto::INT)->set_i(-3);
    add("s", onnx::AttributeProto::STRING)->set_s(std::string("a\0b", 3));
    add("no_floats", onnx::AttributeProto::FLOATS);
    add("no_ints", onnx::AttributeProto::INTS);
    auto* list = add("floats", onnx::AttributeProto::FLOATS);
    list->add_floats(1);
    list->add_floats(std::numeric_limits<float>::infinity());
    auto* ints = add("ints", onnx::AttributeProto::INTS);
    ints->add_ints(std::numeric_limits<std::int64_t>::min());
    ints->add_ints(300);
    auto* texts = add("strings", onnx::AttributeProto::STRINGS);
    texts->add_strings("");
    texts->add_strings("two");
    auto* tensor = add("t", onnx::AttributeProto::TENSOR)->mutable_t();
    tensor->set_data_type(onnx::TensorProto::UINT8);
    tensor->add_dims(3);
    tensor->set_raw_data("abc");
    auto* tensors = add("tensors", onnx::AttributeProto::TENSORS);
    tensors->add_tensors()->CopyFrom(*tensor);
    tensors->add_tensors()->CopyFrom(*tensor);
    auto* graphs = add("graphs", onnx::AttributeProto::GRAPHS);
    graphs->add_graphs()->set_name("one");
    graphs->add_graphs()->set_name("two");
    auto* type = add("tp", onnx::AttributeProto::TYPE_PROTO);
    type->mutable_tp()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::BOOL);
    auto* sparse = add("sparse", onnx::AttributeProto::SPARSE_TENSOR);
    sparse->mutable_sparse_tensor()->add_dims(9);

    QTemporaryDir folder;
    const QString source = folder.filePath("source.onnx");
    {
        std::ofstream file(source.toStdString(), std::ios::binary);
        proto.SerializeToOstream(&file);
    }
    const auto model = read(source);
    const QString path = folder.filePath("again.onnx");
    write(*model, path);
    const onnx::ModelProto again = test::parse_model(path.toStdString());
    QCOMPARE(again.graph().node(0).SerializeAsString(), node->SerializeAsString());
    QCOMPARE(std::get<std::string>(model->attribute(0, "s")->value), std::string("a\0b", 3));
    QCOMPARE(model->attribute(0, "graphs")->kind, AttributeKind::Graphs);
    QCOMPARE(model->bodies(0).size(), std::size_t{2});
}

void TestOnnxWriter::otherTypesComeBack()
{
    onnx::ModelProto proto;
    proto.set_ir_version(8);
    proto.add_opset_import()->set_version(17);
    proto.mutable_graph()->set_name("g");
    auto add = [&](const char* name) {
        onnx::ValueInfoProto* info = proto.mutable_graph()->add_input();
        info->set_name(name);
        return info->mutable_type();
    };
    onnx::TypeProto* element = add("s")->mutable_sequence_type()->mutable_elem_type();
    onnx::TypeProto::Tensor* tensor = element->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto::FLOAT);
    tensor->mutable_shape()->add_dim()->set_dim_value(12);
    tensor->mutable_shape()->add_dim()->set_dim_param("Max(1, u0) \"x\"]");
    tensor->mutable_shape()->add_dim();
    tensor->mutable_shape()->add_dim()->set_dim_param("batch");
    onnx::TypeProto::Map* map = add("m")->mutable_map_type();
    map->set_key_type(onnx::TensorProto::STRING);
    map->mutable_value_type()->CopyFrom(*element);
    add("o")->mutable_optional_type()->mutable_elem_type()->CopyFrom(*element);
    add("sparse")->mutable_sparse_tensor_type()->set_elem_type(onnx::TensorProto::DOUBLE);
    add("nothing")->mutable_sequence_type();

    QTemporaryDir folder;
    const QString source = folder.filePath("source.onnx");
    {
        std::ofstream file(source.toStdString(), std::ios::binary);
        proto.SerializeToOstream(&file);
    }
    const QString path = folder.filePath("again.onnx");
    write(*read(source), path);
    const onnx::ModelProto again = test::parse_model(path.toStdString());
    for (int i = 0; i < proto.graph().input_size(); ++i)
        QCOMPARE(again.graph().input(i).SerializeAsString(),
                 proto.graph().input(i).SerializeAsString());
}

void TestOnnxWriter::externalData()
{
    QTemporaryDir folder;
    const QString path = folder.filePath("m.onnx");
    const auto model = made_model(floats({300, 300}, 0), floats({512}, 5));
    const OnnxWriteResult written = write(*model, path, {.external_data = true});
    QCOMPARE(written.external_file.filename().string(), std::string("m.onnx.data"));
    QCOMPARE(files_in(folder), (std::set<std::string>{"m.onnx", "m.onnx.data"}));
    QCOMPARE(written.bytes, std::filesystem::file_size(path.toStdString()) +
                                std::filesystem::file_size(written.external_file));
    const onnx::ModelProto proto = test::parse_model(path.toStdString());
    for (const onnx::TensorProto& tensor : proto.graph().initializer()) {
        QCOMPARE(tensor.data_location(), onnx::TensorProto::EXTERNAL);
        QCOMPARE(tensor.external_data(0).value(), std::string("m.onnx.data"));
        QVERIFY(!tensor.has_raw_data());
    }
    // The large one stands at a page.
    QCOMPARE(proto.graph().initializer(0).external_data(1).key(), std::string("offset"));
    QCOMPARE(std::stoul(proto.graph().initializer(0).external_data(1).value()) % 4096, 0UL);
    const auto again = read(path);
    QCOMPARE(again->initializers[1].tensor.to_doubles().value()[511], 516.0);
    QCOMPARE(again->initializers[0].tensor.to_doubles().value()[89999], 89999.0);
}

void TestOnnxWriter::externalThreshold()
{
    QTemporaryDir folder;
    const QString path = folder.filePath("m.onnx");
    // 16 bytes of bias stay inside, 64 bytes of weight go out.
    const auto model = made_model(floats({4, 4}, 0), floats({4}, 5));
    write(*model, path, {.external_data = true, .external_threshold = 64});
    const onnx::ModelProto proto = test::parse_model(path.toStdString());
    QCOMPARE(proto.graph().initializer(0).data_location(), onnx::TensorProto::EXTERNAL);
    QCOMPARE(proto.graph().initializer(1).raw_data().size(), std::size_t{16});
    const Status checked = check_onnx(path.toStdString());
    QVERIFY2(checked.has_value(), checked ? "" : checked.error().text().c_str());

    // Nothing is large enough: no second file.
    const QString other = folder.filePath("other.onnx");
    const OnnxWriteResult written = write(*model, other, {.external_data = true});
    QVERIFY(written.external_file.empty());
    QVERIFY(!files_in(folder).contains("other.onnx.data"));
}

void TestOnnxWriter::sharedWeightsAreWrittenOnce()
{
    QTemporaryDir folder;
    const QString path = folder.filePath("m.onnx");
    const Tensor weight = floats({16, 16}, 0);
    const OnnxWriteResult written =
        write(*made_model(weight, weight), path, {.external_data = true});
    QCOMPARE(std::filesystem::file_size(written.external_file), std::uintmax_t{1024});
    const auto again = read(path);
    QCOMPARE(again->initializers[0].tensor.storage.get(),
             again->initializers[1].tensor.storage.get());
}

void TestOnnxWriter::overwritesItsOwnSource()
{
    QTemporaryDir folder;
    const QString path = folder.filePath("m.onnx");
    write(*made_model(floats({32, 32}, 3), floats({4}, 5)), path, {.external_data = true});
    const auto model = read(path);
    model->set_metadata(0, "strata.tag", "/Model");
    write(*model, path, {.external_data = true});
    const auto again = read(path);
    QCOMPARE(again->metadata_value(0, "strata.tag"), std::string_view("/Model"));
    QCOMPARE(again->initializers[0].tensor.to_doubles().value()[1023], 1026.0);
    // And without external data, the weights move inside.
    write(*again, path);
    QCOMPARE(test::parse_model(path.toStdString()).graph().initializer(0).raw_data().size(),
             std::size_t{4096});
}

void TestOnnxWriter::removedInitializersStayAway()
{
    QTemporaryDir folder;
    const QString path = folder.filePath("m.onnx");
    const auto model = made_model(floats({4, 4}, 1), floats({4}, -1));
    // As a pass takes one out: the value no longer points to it.
    model->values[model->initializers[1].value].initializer = no_id;
    write(*model, path);
    QCOMPARE(test::parse_model(path.toStdString()).graph().initializer_size(), 1);
}

void TestOnnxWriter::cancelLeavesNothing()
{
    QTemporaryDir folder;
    const auto model = made_model(floats({2048, 2048}, 0), floats({4}, 5));
    // Stop in the middle: on the first report of progress with bytes written.
    std::stop_source source;
    TaskContext task(source.get_token(), [&](const Progress& progress) {
        if (progress.phase == "write")
            source.request_stop();
    });
    for (const bool external : {false, true}) {
        const auto result =
            write_onnx(*model, folder.filePath("m.onnx").toStdString(),
                       {.external_data = external, .external_threshold = 1024}, task);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
        QVERIFY(files_in(folder).empty());
    }
}

void TestOnnxWriter::missingDataLeaveNothing()
{
    QTemporaryDir folder;
    Tensor broken = floats({4, 4}, 0);
    broken.storage_offset = 1; // reaches beyond its storage
    for (const bool external : {false, true}) {
        TaskContext task;
        const auto result =
            write_onnx(*made_model(broken, floats({4}, 5)), folder.filePath("m.onnx").toStdString(),
                       {.external_data = external, .external_threshold = 1}, task);
        QVERIFY(!result);
        QVERIFY(files_in(folder).empty());
    }
    TaskContext task;
    broken.storage = nullptr;
    const auto result = write_onnx(*made_model(broken, floats({4}, 5)),
                                   folder.filePath("m.onnx").toStdString(), {}, task);
    QVERIFY(!result);
    QVERIFY(QString::fromStdString(result.error().text()).contains("fc.weight"));
    QVERIFY(!write_onnx(*made_model(floats({4, 4}, 0), floats({4}, 5)),
                        folder.filePath("no/such/folder.onnx").toStdString(), {}, task));
}

void TestOnnxWriter::checkerFindsErrors()
{
    QTemporaryDir folder;
    const QString path = folder.filePath("m.onnx");
    const auto model = made_model(floats({4, 4}, 1), floats({4}, -1));
    model->nodes[1].inputs.pop_back(); // Add with one input
    write(*model, path);
    const Status checked = check_onnx(path.toStdString());
    QVERIFY(!checked);
    QCOMPARE(checked.error().code, ErrorCode::CannotRead);
}

void TestOnnxWriter::checkerSaysWhatItCannotCheck()
{
    QTemporaryDir folder;
    const QString path = folder.filePath("m.onnx");
    const auto model = made_model(floats({4, 4}, 1), floats({4}, -1));
    model->opsets[0].version = 9999;
    write(*model, path);
    const Status checked = check_onnx(path.toStdString());
    QVERIFY(!checked);
    QCOMPARE(checked.error().code, ErrorCode::MissingFeature);
}

QTEST_APPLESS_MAIN(TestOnnxWriter)
#include "tst_onnx_writer.moc"
