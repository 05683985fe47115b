// NumPy's files: good ones byte by byte, and hostile ones.
#include "frontends/numpy_files.h"

#include <QtTest>
#include <cstring>

using namespace strata;

namespace {

/// A .npy file of version 1 with this header text and these element bytes.
std::vector<std::byte> npy(const std::string& header, const std::vector<int>& data, int version = 1)
{
    std::string text = "\x93NUMPY";
    text += static_cast<char>(version);
    text += '\0';
    text += static_cast<char>(header.size() & 0xff);
    text += static_cast<char>(header.size() >> 8);
    if (version > 1)
        text += std::string(2, '\0');
    text += header;
    for (const int byte : data)
        text += static_cast<char>(byte);
    std::vector<std::byte> bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

Result<Tensor> parse(const std::vector<std::byte>& bytes)
{
    const auto owner = std::make_shared<const OwnedBytes>(bytes);
    return parse_npy(owner->bytes(), owner);
}

} // namespace

class TestNumpyFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void plain_arrays();
    void orders();
    void hostile_headers_data();
    void hostile_headers();
    void archives();
};

void TestNumpyFiles::plain_arrays()
{
    const auto small =
        parse(npy("{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }\n", {1, 0, 0, 1}));
    QVERIFY(small);
    QCOMPARE(small->dtype, DType::Int16);
    QCOMPARE(small->shape, (std::vector<std::int64_t>{2}));
    QCOMPARE(*small->to_int64s(), (std::vector<std::int64_t>{1, 256}));
    const auto scalar =
        parse(npy("{\"shape\": (), \"fortran_order\": False, \"descr\": '|u1'}", {200}, 2));
    QVERIFY(scalar);
    QVERIFY(scalar->shape.empty());
    QCOMPARE(*scalar->to_int64s(), (std::vector<std::int64_t>{200}));
    const auto empty = parse(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3)}", {}));
    QVERIFY(empty);
    QCOMPARE(empty->element_count(), std::int64_t{0});
}

void TestNumpyFiles::orders()
{
    // Column-major 2 x 3: columns (1 4) (2 5) (3 6).
    const auto fortran =
        parse(npy("{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3)}", {1, 4, 2, 5, 3, 6}));
    QVERIFY(fortran);
    QCOMPARE(*fortran->to_int64s(), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
    const auto big =
        parse(npy("{'descr': '>i4', 'fortran_order': False, 'shape': (1,)}", {0, 0, 1, 2}));
    QVERIFY(big);
    QCOMPARE(*big->to_int64s(), (std::vector<std::int64_t>{258}));
}

void TestNumpyFiles::hostile_headers_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* name, const std::vector<std::byte>& bytes, const char* reason) {
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                          static_cast<qsizetype>(bytes.size()))
                            << reason;
    };
    row("nothing", {}, "does not begin");
    row("other magic", npy("{}", {}, 9), "version 9");
    row("objects", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", {128, 4}),
        "Python objects");
    row("text", npy("{'descr': '<U3', 'fortran_order': False, 'shape': (1,)}", {}), "<U3");
    row("records", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", {}),
        "records");
    row("raw", npy("{'descr': '|V2', 'fortran_order': False, 'shape': (1,)}", {0, 0}), "bfloat16");
    row("cut off", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", {0, 0, 0, 0}),
        "cut off");
    row("negative", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", {}), "header");
    row("overflow",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 8)}", {}), "");
    row("huge",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693951,)}", {}),
        "more bytes");
    row("no shape", npy("{'descr': '<f4', 'fortran_order': False}", {0, 0, 0, 0}), "header");
    row("code", npy("{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}", {}),
        "header");
    row("unclosed", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,", {}), "header");
    auto long_header = npy("{}", {});
    long_header[8] = std::byte{0xff};
    long_header[9] = std::byte{0xff};
    row("header past the end", long_header, "ends inside");
    auto huge_header = npy("{}", {}, 2);
    huge_header[10] = std::byte{0xff};
    row("header of 16 MB", huge_header, "no array needs");
}

void TestNumpyFiles::hostile_headers()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, reason);
    std::vector<std::byte> copy(static_cast<std::size_t>(bytes.size()));
    if (!copy.empty())
        std::memcpy(copy.data(), bytes.data(), copy.size());
    const auto tensor = parse(copy);
    QVERIFY(!tensor);
    QVERIFY2(tensor.error().message.find(reason.toStdString()) != std::string::npos,
             tensor.error().message.c_str());
}

void TestNumpyFiles::archives()
{
    const std::string folder = std::string(STRATA_TEST_DATA) + "/inputs/";
    TaskContext task;
    const auto arrays = read_npz(folder + "arrays.npz", task);
    QVERIFY(arrays);
    QCOMPARE(arrays->size(), std::size_t{4});
    QCOMPARE(arrays->at(0).first, std::string("x"));
    QCOMPARE(*arrays->at(0).second.to_doubles(), (std::vector<double>{0, 1, 2, 3, 4, 5}));
    QCOMPARE(arrays->at(1).first, std::string("mask"));
    QCOMPARE(*arrays->at(1).second.to_int64s(), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
    QCOMPARE(arrays->at(2).second.dtype, DType::Bool);
    QCOMPARE(*arrays->at(3).second.to_int64s(), (std::vector<std::int64_t>{0, 1, 2}));
    const auto positional = read_npz(folder + "positional.npz", task); // deflated
    QVERIFY(positional);
    QCOMPARE(positional->at(1).first, std::string("arr_1"));
    QCOMPARE(*positional->at(1).second.to_int64s(), (std::vector<std::int64_t>{7}));
    const auto objects = read_npz(folder + "objects.npz", task);
    QVERIFY(!objects);
    QVERIFY(objects.error().message.find("Python objects") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestNumpyFiles)
#include "tst_numpy_files.moc"
