// Models run by ONNX Runtime, where it is on the machine.
#include "onnx/onnx_reader.h"
#include "onnx/onnx_writer.h"
#include "runtime/onnx_runtime.h"

#include <QtTest>
#include <cstring>
#include <functional>

using namespace strata;

#ifdef __SANITIZE_ADDRESS__
// ONNX Runtime keeps a few bytes until the program ends, however many sessions there were.
extern "C" const char* __lsan_default_suppressions()
{
    return "leak:libonnxruntime.so";
}
#endif

namespace {

QString zoo(const char* file)
{
    return QStringLiteral(STRATA_TEST_DATA "/zoo/") + file;
}

std::unique_ptr<OnnxSession> open(const QString& path)
{
    auto session = open_onnx_session(path.toStdString());
    if (!session)
        qFatal("%s", session.error().text().c_str());
    return std::move(*session);
}

/// y = Identity(x) for one element type.
void write_identity(const QString& path, DType type)
{
    OnnxModel model;
    model.ir_version = 8;
    model.opsets = {{"", 16}};
    model.graphs[0].name = model.intern("identity");
    for (const char* name : {"x", "y"}) {
        const ValueId value = model.add_value(0, name);
        model.values[value].dtype = type;
        model.values[value].has_shape = true;
        model.values[value].shape = {Dim::unknown(), Dim::of(3)};
    }
    model.graphs[0].inputs = {0};
    model.graphs[0].outputs = {1};
    OnnxNode node;
    node.op_type = model.intern("Identity");
    node.inputs = {0};
    node.outputs = {1};
    model.add_node(0, std::move(node));
    TaskContext task;
    const auto written = write_onnx(model, path.toStdString(), {}, task);
    if (!written)
        qFatal("%s", written.error().text().c_str());
}

} // namespace

#define NEEDS_RUNTIME()                                                                            \
    if (onnx_runtime_version().empty())                                                            \
    QSKIP("ONNX Runtime is not on this machine")

class TestOnnxRuntime : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void version()
    {
        NEEDS_RUNTIME();
        QVERIFY(QRegularExpression(R"(^1\.\d+\.\d+)")
                    .match(QString::fromStdString(onnx_runtime_version()))
                    .hasMatch());
    }
    void agreesWithPyTorch_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("model");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("metadata") << "sid/shared_module"
                                  << "shared_module.dynamo.onnx" << 1e-4;
        QTest::newRow("branches") << "sid/control_flow_if"
                                  << "control_flow_if.script.legacy.onnx" << 1e-4;
        QTest::newRow("half") << "sid/half_mlp"
                              << "half_mlp.dynamo.onnx" << 2e-3;
    }
    void agreesWithPyTorch()
    {
        NEEDS_RUNTIME();
        QFETCH(QString, folder);
        QFETCH(QString, model);
        QFETCH(double, tolerance);
        const std::string data = zoo("").toStdString() + folder.toStdString();
        const auto input = read_tensor_proto(data + "/input_0.pb");
        const auto expected = read_tensor_proto(data + "/output_0.pb");
        QVERIFY(input && expected);
        // The file as it is, and as Strata writes it again.
        QTemporaryDir temporary;
        TaskContext task;
        const auto read = read_onnx(data + "/" + model.toStdString(), task);
        QVERIFY(read);
        const std::string again = temporary.filePath("again.onnx").toStdString();
        QVERIFY(write_onnx(*read->model, again, {}, task));
        for (const std::string& path : {data + "/" + model.toStdString(), again}) {
            const auto session = open(QString::fromStdString(path));
            QCOMPARE(session->input_names().size(), std::size_t{1});
            const auto outputs = session->run({*input}, task);
            QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
            QCOMPARE(outputs->at(0).name, session->output_names().at(0));
            const auto difference =
                compare_tensors(outputs->at(0).tensor, *expected, tolerance, tolerance);
            QVERIFY(difference);
            QVERIFY2(difference->ok, std::to_string(difference->max_abs).c_str());
        }
    }
    void externalData()
    {
        NEEDS_RUNTIME();
        QTemporaryDir temporary;
        TaskContext task;
        const auto read = read_onnx(zoo("misc/cnn_external.onnx").toStdString(), task);
        QVERIFY(read);
        const QString path = temporary.filePath("m.onnx");
        const auto written = write_onnx(*read->model, path.toStdString(),
                                        {.external_data = true, .external_threshold = 1}, task);
        QVERIFY(written && !written->external_file.empty());
        std::vector<Tensor> inputs;
        for (const ValueId id : read->model->graphs[0].inputs) {
            std::vector<std::int64_t> shape;
            for (const Dim& dim : read->model->values[id].shape)
                shape.push_back(dim.known() ? dim.value : 2);
            inputs.push_back(Tensor::filled(read->model->values[id].dtype, shape, 0.5));
        }
        const auto expected = open(zoo("misc/cnn_external.onnx"))->run(inputs, task);
        const auto actual = open(path)->run(inputs, task);
        QVERIFY(expected && actual);
        const auto difference = compare_tensors(actual->at(0).tensor, expected->at(0).tensor, 0, 0);
        QVERIFY(difference && difference->ok);
    }
    void elementTypes_data()
    {
        QTest::addColumn<int>("type");
        for (const DType type :
             {DType::Float32, DType::Float64, DType::Float16, DType::BFloat16, DType::Bool,
              DType::UInt8, DType::Int8, DType::UInt16, DType::Int16, DType::UInt32, DType::Int32,
              DType::UInt64, DType::Int64})
            QTest::newRow(std::string(to_string(type)).c_str()) << static_cast<int>(type);
    }
    void elementTypes()
    {
        NEEDS_RUNTIME();
        QFETCH(int, type);
        const auto dtype = static_cast<DType>(type);
        QTemporaryDir folder;
        write_identity(folder.filePath("m.onnx"), dtype);
        const auto session = open(folder.filePath("m.onnx"));
        std::vector<std::byte> bytes(bytes_for(dtype, 6));
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::byte>(i & 1);
        TaskContext task;
        const auto outputs = session->run({Tensor::from_bytes(dtype, {2, 3}, bytes)}, task);
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        const Tensor& result = outputs->at(0).tensor;
        QCOMPARE(result.dtype, dtype);
        QCOMPARE(result.shape, (std::vector<std::int64_t>{2, 3}));
        std::vector<std::byte> scratch;
        const auto actual = result.contiguous_bytes(scratch);
        QVERIFY(actual);
        QVERIFY(std::equal(actual->begin(), actual->end(), bytes.begin(), bytes.end()));
    }
    void emptyTensor()
    {
        NEEDS_RUNTIME();
        QTemporaryDir folder;
        write_identity(folder.filePath("m.onnx"), DType::Float32);
        TaskContext task;
        const auto outputs = open(folder.filePath("m.onnx"))
                                 ->run({Tensor::from_bytes(DType::Float32, {0, 3}, {})}, task);
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(outputs->at(0).tensor.shape, (std::vector<std::int64_t>{0, 3}));
    }
    void refusals()
    {
        NEEDS_RUNTIME();
        QTemporaryDir folder;
        const QString path = folder.filePath("m.onnx");
        write_identity(path, DType::Float32);
        const auto session = open(path);
        TaskContext task;
        QCOMPARE(session->run({}, task).error().code, ErrorCode::Usage);
        // Wrong element type, wrong shape: ONNX Runtime's own words.
        QVERIFY(!session->run({Tensor::filled(DType::Int64, {2, 3}, 1)}, task));
        QVERIFY(!session->run({Tensor::filled(DType::Float32, {2, 4}, 1)}, task));
        Tensor text;
        text.dtype = DType::String;
        text.shape = {1, 3};
        text.strings = {"a", "b", "c"};
        const auto refused = session->run({text}, task);
        QCOMPARE(refused.error().code, ErrorCode::MissingFeature);
        QVERIFY(QString::fromStdString(refused.error().text()).contains("string"));
        // A tensor with a shape but no data.
        Tensor hollow;
        hollow.dtype = DType::Float32;
        hollow.shape = {2, 3};
        QVERIFY(!session->run({hollow}, task));

        const auto missing = open_onnx_session(folder.filePath("missing.onnx").toStdString());
        QVERIFY(!missing);
        QVERIFY(QString::fromStdString(missing.error().text()).contains("missing.onnx"));

        std::stop_source source;
        source.request_stop();
        TaskContext stopped(source.get_token());
        const auto cancelled = session->run({Tensor::filled(DType::Float32, {2, 3}, 1)}, stopped);
        QCOMPARE(cancelled.error().code, ErrorCode::Cancelled);
    }
    void notFound()
    {
        qputenv("STRATA_ONNXRUNTIME", "/no/such/library.so");
        const auto session = open_onnx_session(zoo("misc/cnn_external.onnx").toStdString());
        const std::string version_text = onnx_runtime_version();
        qunsetenv("STRATA_ONNXRUNTIME");
        QVERIFY(!session);
        QCOMPARE(session.error().code, ErrorCode::MissingFeature);
        QVERIFY(QString::fromStdString(session.error().text()).contains("fetch_onnxruntime.sh"));
        QVERIFY(version_text.empty());
    }
};

QTEST_APPLESS_MAIN(TestOnnxRuntime)
#include "tst_onnx_runtime.moc"
