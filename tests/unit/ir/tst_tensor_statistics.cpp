// Statistics, slices and .npy files of tensors of all types; damaged ones are refused.
#include "ir/tensor_statistics.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

using namespace strata;

namespace {

template <class T>
Tensor tensor(DType dtype, std::vector<std::int64_t> shape, const std::vector<T>& values)
{
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return Tensor::from_bytes(dtype, std::move(shape), std::move(bytes));
}

TensorStatistics statistics(const Tensor& t)
{
    TaskContext task;
    auto made = tensor_statistics(t, task);
    if (!made)
        qFatal("%s", made.error().message.c_str());
    return *made;
}

QByteArray npy(const Tensor& t)
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("t.npy"));
    TaskContext task;
    if (const Status status = write_npy(t, path.toStdString(), task); !status)
        qFatal("%s", status.error().message.c_str());
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestTensorStatistics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void figures()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const float inf = std::numeric_limits<float>::infinity();
        const TensorStatistics s =
            statistics(tensor<float>(DType::Float32, {2, 4}, {1, 2, 3, 4, 0, nan, inf, -inf}));
        QCOMPARE(s.count, std::uint64_t(8));
        QCOMPARE(s.nan, std::uint64_t(1));
        QCOMPARE(s.infinite, std::uint64_t(2));
        QCOMPARE(s.zeros, std::uint64_t(1));
        QCOMPARE(s.min, 0.0);
        QCOMPARE(s.max, 4.0);
        QCOMPARE(s.mean, 2.0);
        QCOMPARE(s.deviation, std::sqrt(2.0)); // of 0..4
        std::uint64_t binned = 0;
        for (const std::uint64_t count : s.histogram)
            binned += count;
        QCOMPARE(binned, s.finite());
        QCOMPARE(s.histogram[0], std::uint64_t(1));
        QCOMPARE(s.histogram[histogram_bins - 1], std::uint64_t(1));
        QCOMPARE(s.histogram[histogram_bins / 2], std::uint64_t(1)); // 2 begins the upper half
    }

    void types_data()
    {
        QTest::addColumn<int>("dtype");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        const auto row = [](const char* name, DType dtype, const QByteArray& bytes, double low,
                            double high) {
            QTest::newRow(name) << static_cast<int>(dtype) << bytes << low << high;
        };
        // Bit patterns from the formats' own definitions.
        row("float16", DType::Float16, QByteArray::fromHex("003c00c1"), -2.5, 1.0);
        row("bfloat16", DType::BFloat16, QByteArray::fromHex("803f20c0"), -2.5, 1.0);
        row("float64", DType::Float64, QByteArray::fromHex("000000000000f03f00000000000004c0"),
            -2.5, 1.0);
        row("int8", DType::Int8, QByteArray::fromHex("807f"), -128, 127);
        row("uint8", DType::UInt8, QByteArray::fromHex("00ff"), 0, 255);
        row("int16", DType::Int16, QByteArray::fromHex("0080ff7f"), -32768, 32767);
        row("uint16", DType::UInt16, QByteArray::fromHex("0000ffff"), 0, 65535);
        row("int32", DType::Int32, QByteArray::fromHex("00000080ffffff7f"), -2147483648.0,
            2147483647.0);
        row("uint32", DType::UInt32, QByteArray::fromHex("00000000ffffffff"), 0, 4294967295.0);
        row("int64", DType::Int64, QByteArray::fromHex("fdffffffffffffff0500000000000000"), -3, 5);
        row("uint64", DType::UInt64, QByteArray::fromHex("00000000000000000000000000000080"), 0,
            9223372036854775808.0);
        row("bool", DType::Bool, QByteArray::fromHex("0002"), 0, 1);
        row("uint4", DType::UInt4, QByteArray::fromHex("f1"), 1, 15);
        row("int4", DType::Int4, QByteArray::fromHex("87"), -8, 7);
        row("float8 e4m3fn", DType::Float8E4M3FN, QByteArray::fromHex("7ec0"), -2, 448);
        row("float8 e4m3fnuz", DType::Float8E4M3FNUZ, QByteArray::fromHex("7fc0"), -1, 240);
        row("float8 e5m2", DType::Float8E5M2, QByteArray::fromHex("7bc0"), -2, 57344);
        row("float8 e5m2fnuz", DType::Float8E5M2FNUZ, QByteArray::fromHex("7fc0"), -1, 57344);
    }
    void types()
    {
        QFETCH(int, dtype);
        QFETCH(QByteArray, bytes);
        QFETCH(double, low);
        QFETCH(double, high);
        std::vector<std::byte> raw(static_cast<std::size_t>(bytes.size()));
        std::memcpy(raw.data(), bytes.data(), raw.size());
        const Tensor t = Tensor::from_bytes(static_cast<DType>(dtype), {2}, raw);
        const TensorStatistics s = statistics(t);
        QCOMPARE(s.min, low);
        QCOMPARE(s.max, high);
        QVERIFY(has_numbers(t.dtype));
        QVERIFY(npy(t).startsWith("\x93NUMPY"));
    }

    void specials_of_small_floats()
    {
        const auto one = [](DType dtype, std::uint8_t bits) {
            return statistics(tensor<std::uint8_t>(dtype, {1}, {bits}));
        };
        QCOMPARE(one(DType::Float8E4M3FN, 0x7f).nan, std::uint64_t(1));
        QCOMPARE(one(DType::Float8E4M3FNUZ, 0x80).nan, std::uint64_t(1));
        QCOMPARE(one(DType::Float8E5M2, 0x7c).infinite, std::uint64_t(1));
        QCOMPARE(one(DType::Float8E5M2, 0x7d).nan, std::uint64_t(1));
        QCOMPARE(one(DType::Float8E5M2FNUZ, 0x80).nan, std::uint64_t(1));
    }

    void slices()
    {
        std::vector<std::int32_t> values(2 * 3 * 4);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<std::int32_t>(i);
        const Tensor t = tensor<std::int32_t>(DType::Int32, {2, 3, 4}, values);
        TaskContext task;
        const auto plane = tensor_slice(t, {2, 0, {0, 1, 0}}, 8, task); // [:, 1, :] transposed
        QVERIFY(plane);
        QCOMPARE(plane->rows, std::int64_t(4));
        QCOMPARE(plane->columns, std::int64_t(2));
        QCOMPARE(plane->values, (std::vector<double>{4, 16, 5, 17, 6, 18, 7, 19}));
        QCOMPARE(plane->min, 4.0);
        QCOMPARE(plane->max, 19.0);
        // Blocks of 2×2 become their means, the odd row a block of its own.
        const auto small = tensor_slice(t, {1, 2, {1, 0, 0}}, 2, task);
        QVERIFY(small);
        QCOMPARE(small->block_rows, std::int64_t(2));
        QCOMPARE(small->values, (std::vector<double>{14.5, 16.5, 20.5, 22.5}));
        // Vectors and scalars are one row.
        const auto vector =
            tensor_slice(tensor<float>(DType::Float32, {3}, {1, 2, 3}), {}, 8, task);
        QVERIFY(vector);
        QCOMPARE(vector->height, std::size_t(1));
        QCOMPARE(vector->width, std::size_t(3));
        QVERIFY(tensor_slice(tensor<float>(DType::Float32, {}, {1}), {}, 8, task));
        QVERIFY(!tensor_slice(t, {1, 1, {}}, 8, task));
        QVERIFY(!tensor_slice(t, {1, 2, {2, 0, 0}}, 8, task));
        QVERIFY(!tensor_slice(t, {5, 2, {}}, 8, task));
    }

    void views_are_read_in_place()
    {
        Tensor t = tensor<float>(DType::Float32, {2, 3}, {0, 1, 2, 3, 4, 5});
        t.shape = {3, 2};
        t.strides = {1, 3}; // transposed
        TaskContext task;
        const auto plane = tensor_slice(t, {0, 1, {}}, 8, task);
        QVERIFY(plane);
        QCOMPARE(plane->values, (std::vector<double>{0, 3, 1, 4, 2, 5}));
        const QByteArray file = npy(t);
        float first[6];
        std::memcpy(first, file.data() + file.size() - 24, 24);
        QCOMPARE(first[1], 3.0F);
        QCOMPARE(first[4], 2.0F);
    }

    void damaged_tensors_are_refused()
    {
        TaskContext task;
        Tensor t = tensor<float>(DType::Float32, {2}, {0, 1});
        t.shape = {3};
        QVERIFY(!tensor_statistics(t, task));
        t.shape = {2};
        t.storage_offset = 1;
        QVERIFY(!tensor_statistics(t, task));
        t.storage_offset = 0;
        t.strides = {-1};
        QVERIFY(!tensor_statistics(t, task));
        t.strides = {1, 1};
        QVERIFY(!tensor_statistics(t, task));
        t.strides = {std::numeric_limits<std::int64_t>::max()};
        QVERIFY(!tensor_slice(t, {}, 8, task));
        t.strides = {};
        t.shape = {std::int64_t(1) << 40, std::int64_t(1) << 40};
        QVERIFY(!tensor_statistics(t, task));
        t.storage = nullptr;
        t.shape = {2};
        QVERIFY(!tensor_statistics(t, task));
        t.shape = {0, 5};
        QCOMPARE(statistics(t).count, std::uint64_t(0));
        Tensor text;
        text.dtype = DType::String;
        text.strings = {"a"};
        text.shape = {1};
        QVERIFY(!tensor_statistics(text, task));
        QVERIFY(!write_npy(text, "/nowhere/x.npy", task));
    }

    void cancelling_stops()
    {
        std::stop_source stop;
        stop.request_stop();
        TaskContext task(stop.get_token());
        const auto made = tensor_statistics(tensor<float>(DType::Float32, {1}, {1}), task);
        QVERIFY(!made);
        QCOMPARE(made.error().code, ErrorCode::Cancelled);
    }

    void npy_files()
    {
        const QByteArray file = npy(tensor<std::int64_t>(DType::Int64, {3}, {1, -2, 3}));
        // https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
        QCOMPARE(file.left(8), QByteArray("\x93NUMPY\x01\x00", 8));
        const int length =
            static_cast<unsigned char>(file[8]) | (static_cast<unsigned char>(file[9]) << 8);
        QCOMPARE((10 + length) % 64, 0);
        const QByteArray header = file.mid(10, length);
        QVERIFY(header.startsWith("{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }"));
        QVERIFY(header.endsWith('\n'));
        QCOMPARE(file.size(), qsizetype(10 + length + 24));
        QVERIFY(npy(tensor<float>(DType::Float32, {}, {1})).contains("'shape': ()"));
        QVERIFY(npy(tensor<float>(DType::Float32, {1, 2}, {1, 2})).contains("'shape': (1, 2)"));
        // bfloat16 is 1.0 as float32
        const QByteArray wide = npy(tensor<std::uint16_t>(DType::BFloat16, {1}, {0x3f80}));
        QVERIFY(wide.contains("<f4"));
        QCOMPARE(wide.right(4), QByteArray::fromHex("0000803f"));
        QVERIFY(npy(tensor<std::uint8_t>(DType::Int4, {2}, {0x87}))
                    .endsWith(QByteArray::fromHex("07f8")));
    }
};

QTEST_GUILESS_MAIN(TestTensorStatistics)
#include "tst_tensor_statistics.moc"
