// Files that are damaged, hostile, or not ONNX: a plain message, never a crash.
#include "onnx/onnx_reader.h"
#include "unit/onnx/proto_truth.h"

#include <QtTest>
#include <filesystem>

using namespace strata;

namespace {

QString zoo(const char* file)
{
    return QStringLiteral(STRATA_TEST_DATA "/zoo/") + file;
}

QString save(const QTemporaryDir& folder, const std::string& bytes)
{
    const QString path = folder.filePath("file.onnx");
    // Some file systems write a file to disk at once when it replaces an older content.
    std::filesystem::remove(path.toStdString());
    std::ofstream file(path.toStdString(), std::ios::binary);
    file << bytes;
    return path;
}

Result<OnnxReadResult> read(const QString& path)
{
    TaskContext task;
    return read_onnx(path.toStdString(), task);
}

/// A length-delimited field.
std::string field(unsigned number, const std::string& content)
{
    std::string bytes;
    auto varint = [&](std::uint64_t value) {
        for (; value >= 0x80; value >>= 7)
            bytes += static_cast<char>(value | 0x80);
        bytes += static_cast<char>(value);
    };
    varint(number << 3 | 2);
    varint(content.size());
    return bytes + content;
}

/// A valid model around the content of a graph.
std::string model_with_graph(const std::string& graph)
{
    return std::string("\x08\x08") + field(7, graph) + field(8, std::string("\x10\x11"));
}

/// Reads everything that is lazy, too.
void touch(const OnnxModel& model)
{
    std::vector<std::byte> scratch;
    for (const Initializer& entry : model.initializers)
        if (entry.tensor.dtype != DType::String)
            (void)entry.tensor.contiguous_bytes(scratch);
}

onnx::ModelProto external_model(const std::string& location)
{
    onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(17);
    onnx::TensorProto* tensor = model.mutable_graph()->add_initializer();
    tensor->set_name("w");
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->add_dims(2);
    tensor->set_data_location(onnx::TensorProto::EXTERNAL);
    onnx::StringStringEntryProto* entry = tensor->add_external_data();
    entry->set_key("location");
    entry->set_value(location);
    return model;
}

} // namespace

class TestOnnxBadFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void notOnnx_data();
    void notOnnx();
    void truncation_data();
    void truncation();
    void damagedBytes();
    void nestingIsBounded();
    void typeNestingIsBounded();
    void sizesAreNotTrusted_data();
    void sizesAreNotTrusted();
    void errorNamesThePlace();
    void externalEscape_data();
    void externalEscape();
    void externalLink();
    void externalMissing();
    void cancelled();
};

void TestOnnxBadFiles::notOnnx_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << QByteArray() << "is empty";
    QTest::newRow("text") << QByteArray("ir_version: 8\ngraph { }\n") << "text file";
    QTest::newRow("zip") << QByteArray("PK\x03\x04 and so on") << "zip archive";
    QTest::newRow("pickle") << QByteArray("\x80\x02}q\x00.", 6) << "pickle";
    QTest::newRow("lfs") << QByteArray("version https://git-lfs.github.com/spec/v1\noid x\n")
                         << "git lfs pull";
    QTest::newRow("only a version") << QByteArray("\x08\x08", 2) << "no graph";
    QTest::newRow("zeros") << QByteArray(100, '\0') << "no field with number 0";
}

void TestOnnxBadFiles::notOnnx()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    QTemporaryDir folder;
    const auto result = read(save(folder, bytes.toStdString()));
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::CannotRead);
    QVERIFY2(QString::fromStdString(result.error().text()).contains(says),
             result.error().text().c_str());
}

void TestOnnxBadFiles::truncation_data()
{
    QTest::addColumn<QString>("file");
    for (const char* file :
         {"sid/control_flow_if/control_flow_if.script.legacy.onnx",
          "torch113/gnn_adj/gnn_adj.legacy.onnx", "sid/bf16_mlp/bf16_mlp.legacy.onnx"})
        QTest::newRow(file) << zoo(file);
}

void TestOnnxBadFiles::truncation()
{
    QFETCH(QString, file);
    const std::string whole = test::file_bytes(file.toStdString());
    QVERIFY(whole.size() > 500);
    QVERIFY(read(file));
    QTemporaryDir folder;
    // The operator set import is the last field of these files, so every cut damages them.
    for (std::size_t size = 0; size < whole.size(); size += 1 + size / 200) {
        const auto result = read(save(folder, whole.substr(0, size)));
        QVERIFY2(!result, fmt::format("cut at {}", size).c_str());
        QCOMPARE(result.error().code, ErrorCode::CannotRead);
        QVERIFY(!result.error().message.empty());
    }
}

void TestOnnxBadFiles::damagedBytes()
{
    // Whatever a changed byte does, it is an answer and not a crash (sanitizers watch).
    std::string bytes = test::file_bytes(
        zoo("sid/control_flow_if/control_flow_if.script.legacy.onnx").toStdString());
    QTemporaryDir folder;
    int opened = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        for (const char value : {'\xff', '\x00', '\x7f'}) {
            const char before = std::exchange(bytes[at], value);
            if (const auto result = read(save(folder, bytes))) {
                ++opened;
                touch(*result->model);
            }
            bytes[at] = before;
        }
    }
    QVERIFY(opened > 0);
}

void TestOnnxBadFiles::nestingIsBounded()
{
    // NodeProto{attribute{name "b", g{node{...}}, type GRAPH}} in itself, again and again.
    auto nested = [](int depth) {
        std::string graph;
        for (int i = 0; i < depth; ++i) {
            const std::string attribute =
                field(1, "b") + field(6, graph) + std::string("\xa0\x01\x05", 3);
            graph = field(1, field(4, "If") + field(5, attribute));
        }
        return model_with_graph(graph);
    };
    QTemporaryDir folder;
    QVERIFY(read(save(folder, nested(20))));
    const auto result = read(save(folder, nested(2000)));
    QVERIFY(!result);
    QVERIFY2(QString::fromStdString(result.error().text()).contains("nested"),
             result.error().text().c_str());
}

void TestOnnxBadFiles::typeNestingIsBounded()
{
    auto nested = [](int depth) {
        std::string type = field(1, std::string("\x08\x01"));
        for (int i = 0; i < depth; ++i)
            type = field(4, field(1, type));
        return model_with_graph(field(11, field(1, "s") + field(2, type)));
    };
    QTemporaryDir folder;
    QVERIFY(read(save(folder, nested(3))));
    QVERIFY(!read(save(folder, nested(5000))));
}

void TestOnnxBadFiles::sizesAreNotTrusted_data()
{
    QTest::addColumn<QByteArray>("tensor");
    QTest::addColumn<QString>("says");
    const std::string name = field(8, "w");
    const std::string type("\x10\x01", 2);
    auto row = [](const char* what, const std::string& tensor, const char* says) {
        QTest::newRow(what) << QByteArray::fromStdString(tensor) << says;
    };
    row("too few bytes", std::string("\x08\x04") + type + name + field(9, "12345678"),
        "16 bytes of data, but has 8");
    row("too many bytes", std::string("\x08\x01") + type + name + field(9, "12345678"),
        "4 bytes of data, but has 8");
    row("negative dimension",
        std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11) + type + name +
            field(9, "1234"),
        "shape makes no sense");
    row("overflowing dimensions",
        std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10) +
            std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10) + type + name +
            field(9, "1234"),
        "shape makes no sense");
    row("unknown type", std::string("\x08\x01\x10\x63", 4) + name + field(9, "1234"),
        "unknown element type 99");
    row("too many numbers",
        std::string("\x08\x01\x10\x07", 4) + name + field(7, std::string("\x01\x02\x03")),
        "more elements than its shape");
    row("missing strings", std::string("\x08\x02\x10\x08", 4) + name + field(6, "one"),
        "should hold 2 strings, but holds 1");
}

void TestOnnxBadFiles::sizesAreNotTrusted()
{
    QFETCH(QByteArray, tensor);
    QFETCH(QString, says);
    QTemporaryDir folder;
    const auto result = read(save(folder, model_with_graph(field(5, tensor.toStdString()))));
    QVERIFY(!result);
    const QString text = QString::fromStdString(result.error().text());
    QVERIFY2(text.contains(says), qPrintable(text));
    QVERIFY2(text.contains("initializer 'w'"), qPrintable(text));
}

void TestOnnxBadFiles::errorNamesThePlace()
{
    // A Conv node whose attribute claims 100 bytes of floats and has none.
    const std::string bytes = model_with_graph(
        field(1, field(3, "first conv") + field(4, "Conv") + field(5, std::string("\x3a\x64", 2))));
    QTemporaryDir folder;
    const auto result = read(save(folder, bytes));
    QVERIFY(!result);
    const QString text = QString::fromStdString(result.error().text());
    QVERIFY2(text.contains("Conv node 'first conv'"), qPrintable(text));
    // 2 (IR version), 2 (graph), 2 (node), 12 + 6 (name, operator), 2 (attribute), 2 (the claim).
    QVERIFY2(text.contains("At byte 28 "), qPrintable(text));
}

void TestOnnxBadFiles::externalEscape_data()
{
    QTest::addColumn<QString>("location");
    for (const char* location :
         {"/etc/passwd", "../secret", "a/../../secret", "", "..", "C:\\secret", "\\\\host\\share"})
        QTest::newRow(location) << location;
}

void TestOnnxBadFiles::externalEscape()
{
    QFETCH(QString, location);
    QTemporaryDir folder;
    const auto result =
        read(save(folder, external_model(location.toStdString()).SerializeAsString()));
    QVERIFY(!result);
    QVERIFY2(QString::fromStdString(result.error().text()).contains("refused"),
             result.error().text().c_str());
}

void TestOnnxBadFiles::externalLink()
{
    QTemporaryDir outside;
    std::ofstream(outside.filePath("secret").toStdString()) << "12345678";
    QTemporaryDir folder;
    const std::string link = folder.filePath("w.data").toStdString();
    std::filesystem::create_symlink(outside.filePath("secret").toStdString(), link);
    const auto result = read(save(folder, external_model("w.data").SerializeAsString()));
    QVERIFY(result);
    std::vector<std::byte> scratch;
    const auto bytes = result->model->initializers.at(0).tensor.contiguous_bytes(scratch);
    QVERIFY(!bytes);
    QVERIFY(QString::fromStdString(bytes.error().text()).contains("leads out of"));

    // The same bytes in the folder itself are fine.
    std::filesystem::remove(link);
    std::ofstream(link) << "12345678";
    const auto inside = read(folder.filePath("file.onnx"));
    QVERIFY(inside);
    QVERIFY(inside->model->initializers.at(0).tensor.contiguous_bytes(scratch));
}

void TestOnnxBadFiles::externalMissing()
{
    QTemporaryDir folder;
    const QString path = save(folder, external_model("sub/w.data").SerializeAsString());
    std::vector<std::byte> scratch;
    for (const char* content : {"", "1234"}) {
        if (*content) {
            std::filesystem::create_directory(folder.filePath("sub").toStdString());
            std::ofstream(folder.filePath("sub/w.data").toStdString()) << content;
        }
        const auto result = read(path);
        QVERIFY(result);
        QCOMPARE(result->diagnostics.size(), std::size_t{1});
        QCOMPARE(result->diagnostics[0].code, std::string("tensor-data-missing"));
        QVERIFY(!result->model->initializers.at(0).tensor.contiguous_bytes(scratch));
    }
}

void TestOnnxBadFiles::cancelled()
{
    std::stop_source source;
    source.request_stop();
    TaskContext task(source.get_token());
    const auto result = read_onnx(zoo("sid/bf16_mlp/bf16_mlp.legacy.onnx").toStdString(), task);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(TestOnnxBadFiles)
#include "tst_onnx_bad_files.moc"
