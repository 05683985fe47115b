// TensorProto files: every element type, every field that can hold it.
#include "onnx/onnx_reader.h"
#include "unit/onnx/proto_truth.h"

#include <QtTest>

using namespace strata;

namespace {

QString save(const QTemporaryDir& folder, const onnx::TensorProto& tensor)
{
    const QString path = folder.filePath("tensor.pb");
    std::ofstream file(path.toStdString(), std::ios::binary);
    tensor.SerializeToOstream(&file);
    return path;
}

onnx::TensorProto proto(int type, std::initializer_list<std::int64_t> dims)
{
    onnx::TensorProto tensor;
    tensor.set_name("t");
    tensor.set_data_type(type);
    for (const std::int64_t dim : dims)
        tensor.add_dims(dim);
    return tensor;
}

std::vector<unsigned> bytes_of(const Tensor& tensor)
{
    std::vector<std::byte> scratch;
    const auto bytes = tensor.contiguous_bytes(scratch);
    std::vector<unsigned> numbers;
    if (bytes)
        for (const std::byte byte : *bytes)
            numbers.push_back(std::to_integer<unsigned>(byte));
    return numbers;
}

Tensor read(const QTemporaryDir& folder, const onnx::TensorProto& tensor)
{
    std::string name;
    auto result = read_tensor_proto(save(folder, tensor).toStdString(), &name);
    if (!result)
        qFatal("%s", result.error().text().c_str());
    if (name != tensor.name())
        qFatal("name %s", name.c_str());
    return std::move(*result);
}

} // namespace

class TestTensorProto : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void typedFields();
    void unpackedFields();
    void packedTypes();
    void strings();
    void emptyTensors();
    void writeAndRead_data();
    void writeAndRead();
    void writtenStrings();
    void stridedTensor();
    void notATensor();
};

void TestTensorProto::typedFields()
{
    QTemporaryDir folder;
    auto floats = proto(onnx::TensorProto::FLOAT, {2});
    floats.add_float_data(1.5F);
    floats.add_float_data(-0.25F);
    QCOMPARE(read(folder, floats).to_doubles().value(), (std::vector<double>{1.5, -0.25}));

    auto doubles = proto(onnx::TensorProto::DOUBLE, {1, 1});
    doubles.add_double_data(1e300);
    QCOMPARE(read(folder, doubles).to_doubles().value(), (std::vector<double>{1e300}));

    auto longs = proto(onnx::TensorProto::INT64, {3});
    for (const std::int64_t value : {-1L, 0L, 1L << 40})
        longs.add_int64_data(value);
    QCOMPARE(read(folder, longs).to_int64s().value(), (std::vector<std::int64_t>{-1, 0, 1L << 40}));

    auto ints = proto(onnx::TensorProto::INT32, {2});
    ints.add_int32_data(-7);
    ints.add_int32_data(2147483647);
    QCOMPARE(read(folder, ints).to_int64s().value(), (std::vector<std::int64_t>{-7, 2147483647}));

    auto bytes = proto(onnx::TensorProto::INT8, {2});
    bytes.add_int32_data(-128);
    bytes.add_int32_data(127);
    QCOMPARE(read(folder, bytes).to_int64s().value(), (std::vector<std::int64_t>{-128, 127}));

    auto words = proto(onnx::TensorProto::UINT16, {1});
    words.add_int32_data(65535);
    QCOMPARE(read(folder, words).to_int64s().value(), (std::vector<std::int64_t>{65535}));

    auto bools = proto(onnx::TensorProto::BOOL, {3});
    for (const int value : {1, 0, 1})
        bools.add_int32_data(value);
    QCOMPARE(bytes_of(read(folder, bools)), (std::vector<unsigned>{1, 0, 1}));

    // 1.0 and -2.0 in IEEE half precision and in bfloat16.
    auto halves = proto(onnx::TensorProto::FLOAT16, {2});
    halves.add_int32_data(0x3c00);
    halves.add_int32_data(0xc000);
    QCOMPARE(read(folder, halves).to_doubles().value(), (std::vector<double>{1, -2}));
    auto brains = proto(onnx::TensorProto::BFLOAT16, {2});
    brains.add_int32_data(0x3f80);
    brains.add_int32_data(0xc000);
    QCOMPARE(read(folder, brains).to_doubles().value(), (std::vector<double>{1, -2}));

    auto unsigned_ints = proto(onnx::TensorProto::UINT32, {1});
    unsigned_ints.add_uint64_data(4294967295U);
    QCOMPARE(read(folder, unsigned_ints).to_int64s().value(),
             (std::vector<std::int64_t>{4294967295}));

    auto complex = proto(onnx::TensorProto::COMPLEX64, {1});
    complex.add_float_data(1.0F);
    complex.add_float_data(2.0F);
    QCOMPARE(bytes_of(read(folder, complex)),
             (std::vector<unsigned>{0, 0, 0x80, 0x3f, 0, 0, 0, 0x40}));
}

void TestTensorProto::unpackedFields()
{
    // The same floats and int64s as one field a number, which protobuf allows: 4 is float_data, 7
    // is int64_data.
    QTemporaryDir folder;
    auto floats = proto(onnx::TensorProto::FLOAT, {2});
    std::string bytes = floats.SerializeAsString();
    bytes += std::string("\x25\x00\x00\xc0\x3f\x25\x00\x00\x80\xbe", 10);
    std::ofstream(folder.filePath("f.pb").toStdString(), std::ios::binary) << bytes;
    auto tensor = read_tensor_proto(folder.filePath("f.pb").toStdString());
    QVERIFY(tensor);
    QCOMPARE(tensor->to_doubles().value(), (std::vector<double>{1.5, -0.25}));

    auto longs = proto(onnx::TensorProto::INT64, {2});
    bytes = longs.SerializeAsString() + std::string("\x38\x05\x38\x96\x01", 5);
    std::ofstream(folder.filePath("l.pb").toStdString(), std::ios::binary) << bytes;
    tensor = read_tensor_proto(folder.filePath("l.pb").toStdString());
    QVERIFY(tensor);
    QCOMPARE(tensor->to_int64s().value(), (std::vector<std::int64_t>{5, 150}));
}

void TestTensorProto::packedTypes()
{
    QTemporaryDir folder;
    // Three int4 elements take two bytes; 22 is INT4 in onnx.proto.
    auto typed = proto(22, {3});
    typed.add_int32_data(0x21);
    typed.add_int32_data(0x0f);
    const Tensor tensor = read(folder, typed);
    QCOMPARE(tensor.dtype, DType::Int4);
    QCOMPARE(bytes_of(tensor), (std::vector<unsigned>{0x21, 0x0f}));
    auto raw = proto(22, {3});
    raw.set_raw_data(std::string("\x21\x0f"));
    QCOMPARE(bytes_of(read(folder, raw)), (std::vector<unsigned>{0x21, 0x0f}));
}

void TestTensorProto::strings()
{
    QTemporaryDir folder;
    auto tensor = proto(onnx::TensorProto::STRING, {2});
    tensor.add_string_data("one");
    tensor.add_string_data("");
    QCOMPARE(read(folder, tensor).strings, (std::vector<std::string>{"one", ""}));
}

void TestTensorProto::emptyTensors()
{
    QTemporaryDir folder;
    const Tensor tensor = read(folder, proto(onnx::TensorProto::FLOAT, {0, 3}));
    QCOMPARE(tensor.element_count(), std::int64_t{0});
    QCOMPARE(tensor.to_doubles().value().size(), std::size_t{0});
    QVERIFY(write_tensor_proto(folder.filePath("w.pb").toStdString(), tensor, "e"));
    const auto again = read_tensor_proto(folder.filePath("w.pb").toStdString());
    QVERIFY(again);
    QCOMPARE(again->shape, (std::vector<std::int64_t>{0, 3}));
}

void TestTensorProto::writeAndRead_data()
{
    QTest::addColumn<int>("type");
    for (int type = 1; type <= 26; ++type)
        if (const DType dtype = dtype_from_onnx(type);
            dtype != DType::Unknown && dtype != DType::String)
            QTest::newRow(std::string(to_string(dtype)).c_str()) << type;
}

void TestTensorProto::writeAndRead()
{
    QFETCH(int, type);
    const DType dtype = dtype_from_onnx(type);
    std::vector<std::byte> data(bytes_for(dtype, 6));
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<std::byte>(i % 2);
    QTemporaryDir folder;
    const std::string path = folder.filePath("t.pb").toStdString();
    QVERIFY(write_tensor_proto(path, Tensor::from_bytes(dtype, {2, 3}, data), "some name"));

    onnx::TensorProto proto;
    QVERIFY(proto.ParseFromString(test::file_bytes(path)));
    QCOMPARE(proto.data_type(), type);
    QCOMPARE(proto.name(), std::string("some name"));
    QCOMPARE(proto.dims_size(), 2);
    QCOMPARE(proto.raw_data(),
             std::string(reinterpret_cast<const char*>(data.data()), data.size()));

    std::string name;
    const auto tensor = read_tensor_proto(path, &name);
    QVERIFY(tensor);
    QCOMPARE(name, std::string("some name"));
    QCOMPARE(tensor->dtype, dtype);
    QCOMPARE(tensor->shape, (std::vector<std::int64_t>{2, 3}));
    std::vector<std::byte> scratch;
    const auto bytes = tensor->contiguous_bytes(scratch);
    QVERIFY(bytes);
    QVERIFY(std::equal(bytes->begin(), bytes->end(), data.begin(), data.end()));
}

void TestTensorProto::writtenStrings()
{
    Tensor tensor;
    tensor.dtype = DType::String;
    tensor.shape = {2};
    tensor.strings = {"a", "\xc3\xa4"};
    QTemporaryDir folder;
    const std::string path = folder.filePath("t.pb").toStdString();
    QVERIFY(write_tensor_proto(path, tensor, "s"));
    onnx::TensorProto proto;
    QVERIFY(proto.ParseFromString(test::file_bytes(path)));
    QCOMPARE(proto.string_data_size(), 2);
    QCOMPARE(proto.string_data(1), std::string("\xc3\xa4"));
    QVERIFY(!proto.has_raw_data());
}

void TestTensorProto::stridedTensor()
{
    Tensor tensor = Tensor::int64s(std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
    tensor.shape = {3, 2};
    tensor.strides = {1, 3}; // the transpose of [[1,2,3],[4,5,6]]
    QTemporaryDir folder;
    const std::string path = folder.filePath("t.pb").toStdString();
    QVERIFY(write_tensor_proto(path, tensor, "t"));
    const auto read_back = read_tensor_proto(path);
    QVERIFY(read_back);
    QCOMPARE(read_back->to_int64s().value(), (std::vector<std::int64_t>{1, 4, 2, 5, 3, 6}));
}

void TestTensorProto::notATensor()
{
    QTemporaryDir folder;
    const std::string path = folder.filePath("t.pb").toStdString();
    std::ofstream(path).close();
    auto result = read_tensor_proto(path);
    QVERIFY(!result);
    QVERIFY(QString::fromStdString(result.error().text()).contains("empty"));
    std::ofstream(path) << "no tensor at all";
    QVERIFY(!read_tensor_proto(path));
    QVERIFY(!read_tensor_proto(folder.filePath("missing.pb").toStdString()));
    Tensor quantised;
    quantised.dtype = DType::QInt8;
    QCOMPARE(write_tensor_proto(path, quantised, "q").error().code, ErrorCode::CannotWrite);
}

QTEST_APPLESS_MAIN(TestTensorProto)
#include "tst_tensor_proto.moc"
