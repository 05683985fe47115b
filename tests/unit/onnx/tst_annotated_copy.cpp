// The annotated copy of an audit: the same file but for the metadata of nodes.
#include "onnx/annotated_copy.h"
#include "onnx/onnx_reader.h"
#include "runtime/onnx_runtime.h"
#include "session/session.h"
#include "unit/onnx/proto_truth.h"

#include <QtTest>
#include <filesystem>

using namespace strata;
namespace fs = std::filesystem;

namespace {

fs::path zoo(const std::string& file)
{
    return fs::path(STRATA_TEST_DATA "/zoo") / file;
}

std::uint64_t varint(const std::string& bytes, std::size_t& at)
{
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.at(at++));
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80)
            return value;
    }
}

enum class Kind { Model, Graph, Function, Node, Attribute, Other };

/// What a field of a message is (onnx.proto).
Kind kind_of(Kind message, std::uint64_t field)
{
    if (message == Kind::Model)
        return field == 7 ? Kind::Graph : field == 25 ? Kind::Function : Kind::Other;
    if ((message == Kind::Graph && field == 1) || (message == Kind::Function && field == 7))
        return Kind::Node;
    if (message == Kind::Node && field == 5)
        return Kind::Attribute;
    if (message == Kind::Attribute && (field == 6 || field == 11))
        return Kind::Graph;
    return Kind::Other;
}

/// The fields of a message, one text each, without NodeProto.metadata_props.
std::string without_metadata(const std::string& bytes, Kind kind)
{
    std::string text;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t start = at;
        const std::uint64_t tag = varint(bytes, at);
        if ((tag & 7) != 2) {
            if ((tag & 7) == 0)
                varint(bytes, at);
            else
                at += (tag & 7) == 1 ? 8 : 4;
            text += bytes.substr(start, at - start);
            continue;
        }
        const std::uint64_t size = varint(bytes, at);
        const std::string payload = bytes.substr(at, size);
        at += size;
        const Kind inner = kind_of(kind, tag >> 3);
        if (kind == Kind::Node && tag >> 3 == 9)
            continue;
        // Sizes of what holds nodes differ with the metadata.
        if (inner == Kind::Other)
            text += bytes.substr(start, at - start);
        else
            text += "<" + std::to_string(tag) + without_metadata(payload, inner) + ">";
    }
    return text;
}

std::string annotate(const fs::path& file, const fs::path& output)
{
    TaskContext task;
    AuditOptions options;
    options.output = output;
    const auto done = audit_model(file, options, task);
    return done ? std::string() : done.error().text();
}

std::shared_ptr<OnnxModel> read(const fs::path& path)
{
    TaskContext task;
    auto result = read_onnx(path, task);
    return result ? result->model : nullptr;
}

std::string run(const fs::path& model, const std::vector<Tensor>& inputs)
{
    TaskContext task;
    auto session = open_onnx_session(model);
    if (!session)
        return session.error().text();
    const auto outputs = (*session)->run(inputs, task);
    if (!outputs)
        return outputs.error().text();
    std::string all;
    for (const NamedTensor& output : *outputs) {
        std::vector<std::byte> scratch;
        const auto bytes = output.tensor.contiguous_bytes(scratch);
        all +=
            output.name + std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    }
    return all;
}

void save(const onnx::ModelProto& model, const fs::path& path)
{
    std::ofstream file(path, std::ios::binary);
    model.SerializeToOstream(&file);
}

fs::path in(const QTemporaryDir& folder, const char* name)
{
    return fs::path(folder.path().toStdString()) / name;
}

/// A Relu named `name` in a graph or function.
template <class Owner>
void add_relu(Owner& owner, const char* name, const char* from, const char* to)
{
    onnx::NodeProto* node = owner.add_node();
    node->set_op_type("Relu");
    node->set_name(name);
    node->add_input(from);
    node->add_output(to);
}

} // namespace

class TestAnnotatedCopy : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingButMetadata_data();
    void nothingButMetadata();
    void sameOutputs_data();
    void sameOutputs();
    void everythingStays();
    void againAndAgain();
    void weightsBeside();
    void weightsThatLeaveTheFolder();
    void otherFile();
};

void TestAnnotatedCopy::nothingButMetadata_data()
{
    QTest::addColumn<QString>("file");
    for (const char* file :
         {"sid/simple_cnn/simple_cnn.legacy.onnx", "sid/simple_cnn/simple_cnn.dynamo.onnx",
          "sid/control_flow_if/control_flow_if.script.legacy.onnx",
          "trixie/control_flow_cond/control_flow_cond.dynamo.onnx",
          "sid/bf16_mlp/bf16_mlp.legacy.onnx", "misc/cnn_external.onnx"})
        QTest::newRow(file) << file;
}

void TestAnnotatedCopy::nothingButMetadata()
{
    QFETCH(QString, file);
    QTemporaryDir folder;
    const fs::path original = zoo(file.toStdString());
    const fs::path copy = in(folder, "copy.onnx");
    QCOMPARE(annotate(original, copy), std::string());
    const std::string before = test::file_bytes(original);
    const std::string after = test::file_bytes(copy);
    QVERIFY(before != after);
    QVERIFY(without_metadata(before, Kind::Model) == without_metadata(after, Kind::Model));
    // Every node has its tag, those in bodies and functions too.
    const auto model = read(copy);
    QVERIFY(model);
    for (NodeId id = 0; id < model->nodes.size(); ++id)
        QVERIFY(model->has_metadata(id, "strata.tag"));
}

void TestAnnotatedCopy::sameOutputs_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("input");
    QTest::newRow("plain") << "sid/simple_cnn/simple_cnn.legacy.onnx"
                           << "sid/simple_cnn";
    QTest::newRow("functions and metadata") << "sid/simple_cnn/simple_cnn.dynamo.onnx"
                                            << "sid/simple_cnn";
    QTest::newRow("bodies") << "trixie/control_flow_cond/control_flow_cond.dynamo.onnx"
                            << "trixie/control_flow_cond";
}

void TestAnnotatedCopy::sameOutputs()
{
    QFETCH(QString, file);
    QFETCH(QString, input);
    if (onnx_runtime_version().empty())
        QSKIP("ONNX Runtime is not on this machine");
    QTemporaryDir folder;
    const fs::path copy = in(folder, "copy.onnx");
    QCOMPARE(annotate(zoo(file.toStdString()), copy), std::string());
    const auto tensor = read_tensor_proto(zoo(input.toStdString()) / "input_0.pb");
    QVERIFY(tensor);
    const std::string before = run(zoo(file.toStdString()), {*tensor});
    QVERIFY(before.size() > 16);
    QVERIFY(before == run(copy, {*tensor}));
}

void TestAnnotatedCopy::everythingStays()
{
    onnx::ModelProto proto;
    proto.set_ir_version(8);
    onnx::OperatorSetIdProto* opset = proto.add_opset_import();
    opset->set_domain("ai.onnx"); // not the empty domain that means the same
    opset->set_version(17);
    onnx::GraphProto* graph = proto.mutable_graph();
    onnx::TensorProto* weight = graph->add_initializer();
    weight->set_name("fc.weight");
    weight->set_data_type(onnx::TensorProto::FLOAT);
    weight->add_dims(2);
    weight->add_float_data(1);
    weight->add_float_data(2);
    // Values that are no node's output: of a weight, and of nothing.
    for (const char* name : {"fc.weight", "x", "nobody"}) {
        onnx::ValueInfoProto* info = graph->add_value_info();
        info->set_name(name);
        info->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
    }
    onnx::SparseTensorProto* sparse = graph->add_sparse_initializer();
    sparse->add_dims(5);
    sparse->mutable_values()->set_name("sparse");
    sparse->mutable_values()->set_data_type(onnx::TensorProto::FLOAT);
    sparse->mutable_values()->add_dims(1);
    sparse->mutable_values()->add_float_data(2);
    sparse->mutable_indices()->set_data_type(onnx::TensorProto::INT64);
    sparse->mutable_indices()->add_dims(1);
    sparse->mutable_indices()->add_int64_data(3);
    graph->add_input()->set_name("x");
    graph->add_input()->set_name("go");
    graph->add_output()->set_name("z");
    onnx::NodeProto* add = graph->add_node();
    add->set_op_type("Add");
    add->add_input("x");
    add->add_input("fc.weight");
    add->add_output("y");
    onnx::NodeProto* branch = graph->add_node();
    branch->set_op_type("If");
    branch->add_input("go");
    branch->add_output("z");
    for (const char* name : {"then_branch", "else_branch"}) {
        onnx::AttributeProto* attribute = branch->add_attribute();
        attribute->set_name(name);
        attribute->set_type(onnx::AttributeProto::GRAPH);
        attribute->mutable_g()->set_name(name);
        add_relu(*attribute->mutable_g(), "in a body", "y", name);
        attribute->mutable_g()->add_output()->set_name(name);
    }
    onnx::FunctionProto* function = proto.add_functions();
    function->set_name("f");
    function->set_domain("d");
    function->add_input("a");
    function->add_output("b");
    add_relu(*function, "in a function", "a", "b");
    // Fields that no version of ONNX has: a message, a number of either size.
    const std::string unknown = "\xda\x3e\x03"
                                "abc"
                                "\xe1\x3e"
                                "12345678"
                                "\xed\x3e"
                                "1234";
    QTemporaryDir folder;
    const fs::path original = in(folder, "original.onnx");
    for (auto* fields : {proto.GetReflection()->MutableUnknownFields(&proto),
                         graph->GetReflection()->MutableUnknownFields(graph),
                         add->GetReflection()->MutableUnknownFields(add),
                         weight->GetReflection()->MutableUnknownFields(weight),
                         function->GetReflection()->MutableUnknownFields(function)})
        QVERIFY(fields->ParseFromString(unknown));
    save(proto, original);

    const fs::path copy = in(folder, "copy.onnx");
    QCOMPARE(annotate(original, copy), std::string());
    QVERIFY(without_metadata(test::file_bytes(original), Kind::Model) ==
            without_metadata(test::file_bytes(copy), Kind::Model));
    const onnx::ModelProto again = test::parse_model(copy);
    QCOMPARE(again.graph().value_info_size(), 3);
    QCOMPARE(again.graph().initializer(0).float_data(1), 2.0F);
    const auto model = read(copy);
    QCOMPARE(model->nodes.size(), std::size_t{5});
    QCOMPARE(model->metadata_value(0, "strata.module"), std::string_view("fc"));
    for (NodeId id = 0; id < 5; ++id)
        QVERIFY(model->has_metadata(id, "strata.tag"));
}

void TestAnnotatedCopy::againAndAgain()
{
    QTemporaryDir folder;
    const fs::path original = zoo("sid/simple_cnn/simple_cnn.dynamo.onnx");
    QCOMPARE(annotate(original, in(folder, "first.onnx")), std::string());
    QCOMPARE(annotate(in(folder, "first.onnx"), in(folder, "second.onnx")), std::string());
    // What the first said is replaced, not added to.
    QCOMPARE(test::file_bytes(in(folder, "second.onnx")),
             test::file_bytes(in(folder, "first.onnx")));
    // What PyTorch's exporter wrote is still there.
    const auto before = read(original);
    const auto after = read(in(folder, "second.onnx"));
    for (NodeId id = 0; id < before->nodes.size(); ++id)
        for (const auto& [key, value] : before->nodes[id].metadata)
            QCOMPARE(after->metadata_value(id, before->text(key)), before->text(value));
}

void TestAnnotatedCopy::weightsBeside()
{
    QTemporaryDir folder;
    QTemporaryDir other;
    const fs::path model = in(folder, "cnn_external.onnx");
    const fs::path data = in(folder, "cnn_external.onnx.data");
    fs::copy_file(zoo("misc/cnn_external.onnx"), model);
    fs::copy_file(zoo("misc/cnn_external.onnx.data"), data);
    // In the same folder: the same weights.
    QCOMPARE(annotate(model, in(folder, "copy.onnx")), std::string());
    QCOMPARE(std::distance(fs::directory_iterator(folder.path().toStdString()), {}),
             std::ptrdiff_t{3});
    // Elsewhere: with its weights.
    QCOMPARE(annotate(model, in(other, "copy.onnx")), std::string());
    QVERIFY(test::file_bytes(in(other, "cnn_external.onnx.data")) == test::file_bytes(data));
    QVERIFY(test::file_bytes(in(other, "copy.onnx")) == test::file_bytes(in(folder, "copy.onnx")));
    if (!onnx_runtime_version().empty())
        QVERIFY(open_onnx_session(in(other, "copy.onnx")));
    // Again is fine, but nobody's other file is overwritten.
    QCOMPARE(annotate(model, in(other, "copy.onnx")), std::string());
    std::ofstream(in(other, "cnn_external.onnx.data")) << "mine";
    fs::remove(in(other, "copy.onnx"));
    const std::string refused = annotate(model, in(other, "copy.onnx"));
    QVERIFY2(refused.find("is another file") != std::string::npos, refused.c_str());
    QCOMPARE(test::file_bytes(in(other, "cnn_external.onnx.data")), std::string("mine"));
    QVERIFY(!fs::exists(in(other, "copy.onnx")));
}

void TestAnnotatedCopy::weightsThatLeaveTheFolder()
{
    // The location is harmless as text; the link is not.
    QTemporaryDir folder;
    QTemporaryDir secret;
    QTemporaryDir other;
    fs::copy_file(zoo("misc/cnn_external.onnx"), in(folder, "cnn_external.onnx"));
    std::ofstream(in(secret, "secret")) << std::string(1 << 20, 's');
    fs::create_symlink(in(secret, "secret"), in(folder, "cnn_external.onnx.data"));
    const std::string refused = annotate(in(folder, "cnn_external.onnx"), in(other, "copy.onnx"));
    QVERIFY2(refused.find("leads out of the model's folder") != std::string::npos, refused.c_str());
    QVERIFY(fs::is_empty(other.path().toStdString()));
}

void TestAnnotatedCopy::otherFile()
{
    // The file was replaced between reading and copying.
    TaskContext task;
    const auto model = read(zoo("sid/simple_cnn/simple_cnn.legacy.onnx"));
    const auto copy = AnnotatedCopy::make(zoo("misc/cnn_external.onnx"), *model, task);
    QVERIFY(!copy);
    QVERIFY(copy.error().text().find("changed meanwhile") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestAnnotatedCopy)
#include "tst_annotated_copy.moc"
