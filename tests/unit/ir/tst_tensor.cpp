// Strided views of storages, read in row-major order.
#include "ir/strided_copy.h"
#include "ir/tensor.h"

#include <QtTest>
#include <cstring>
#include <random>

using namespace strata;

class TensorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void gathersStridedViews_data();
    void gathersStridedViews();
    void gathersAnyView();
    void refusesViewsThatLeaveTheStorage();
};

namespace {

/// One element at a time, by its index: what gather_elements means.
std::vector<std::byte> gathered(const std::vector<std::byte>& storage, std::int64_t first,
                                const std::vector<std::int64_t>& shape,
                                const std::vector<std::int64_t>& strides, std::size_t width)
{
    std::size_t count = 1;
    for (const std::int64_t size : shape)
        count *= static_cast<std::size_t>(size);
    std::vector<std::byte> result(count * width);
    for (std::size_t n = 0; n < count; ++n) {
        std::int64_t offset = first;
        std::size_t rest = n;
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            const auto size = static_cast<std::size_t>(shape[axis]);
            offset += static_cast<std::int64_t>(rest % size) * strides[axis];
            rest /= size;
        }
        std::memcpy(result.data() + n * width,
                    storage.data() + static_cast<std::size_t>(offset) * width, width);
    }
    return result;
}

} // namespace

void TensorTest::gathersStridedViews_data()
{
    QTest::addColumn<QVector<qint64>>("shape");
    QTest::addColumn<QVector<qint64>>("strides");
    QTest::addColumn<QVector<float>>("expected");
    // Of the storage 0, 1, 2, ... 11, from element 2 on.
    QTest::newRow("transposed") << QVector<qint64>{3, 2} << QVector<qint64>{1, 3}
                                << QVector<float>{2, 5, 3, 6, 4, 7};
    QTest::newRow("every other") << QVector<qint64>{4} << QVector<qint64>{2}
                                 << QVector<float>{2, 4, 6, 8};
    QTest::newRow("expanded") << QVector<qint64>{2, 3} << QVector<qint64>{0, 1}
                              << QVector<float>{2, 3, 4, 2, 3, 4};
    QTest::newRow("overlapping") << QVector<qint64>{2, 2, 2} << QVector<qint64>{1, 1, 2}
                                 << QVector<float>{2, 4, 3, 5, 3, 5, 4, 6};
}

void TensorTest::gathersStridedViews()
{
    QFETCH(QVector<qint64>, shape);
    QFETCH(QVector<qint64>, strides);
    QFETCH(QVector<float>, expected);
    std::vector<std::byte> bytes(12 * sizeof(float));
    for (int i = 0; i < 12; ++i) {
        const auto value = static_cast<float>(i);
        std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof value, &value,
                    sizeof value);
    }
    Tensor tensor;
    tensor.dtype = DType::Float32;
    tensor.shape.assign(shape.begin(), shape.end());
    tensor.strides.assign(strides.begin(), strides.end());
    tensor.storage_offset = 2;
    tensor.storage = std::make_shared<MemoryStorage>(bytes);
    const auto values = tensor.to_doubles();
    QVERIFY(values);
    QCOMPARE(QVector<float>(values->begin(), values->end()), expected);
}

void TensorTest::gathersAnyView()
{
    std::mt19937 random(7);
    const auto below = [&](int limit) { return static_cast<std::int64_t>(random() % limit); };
    for (int round = 0; round < 400; ++round) {
        // Sizes on both sides of a tile; strides of any order, sign and overlap.
        std::vector<std::int64_t> shape(static_cast<std::size_t>(below(5)));
        std::vector<std::int64_t> strides(shape.size());
        std::int64_t low = 0;
        std::int64_t high = 0;
        for (std::size_t i = 0; i < shape.size(); ++i) {
            shape[i] = 1 + below(shape.size() < 3 ? 40 : 9);
            strides[i] = below(60) - 20;
            (strides[i] < 0 ? low : high) += (shape[i] - 1) * strides[i];
        }
        const std::size_t width =
            std::array<std::size_t, 6>{1, 2, 3, 4, 8, 16}[static_cast<std::size_t>(below(6))];
        std::vector<std::byte> storage(static_cast<std::size_t>(high - low + 1) * width);
        for (std::byte& byte : storage)
            byte = static_cast<std::byte>(random());
        const std::vector<std::byte> expected = gathered(storage, -low, shape, strides, width);
        std::vector<std::byte> actual(expected.size());
        gather_elements(storage.data() + static_cast<std::size_t>(-low) * width, shape, strides,
                        width, actual.data());
        QVERIFY2(actual == expected, qPrintable(QString("round %1").arg(round)));
    }
}

void TensorTest::refusesViewsThatLeaveTheStorage()
{
    Tensor tensor;
    tensor.dtype = DType::Int32;
    tensor.shape = {2, 3};
    tensor.strides = {1, 2};
    tensor.storage = std::make_shared<MemoryStorage>(std::vector<std::byte>(6 * 4));
    std::vector<std::byte> scratch;
    QVERIFY(tensor.contiguous_bytes(scratch));
    tensor.storage_offset = 1;
    QVERIFY(!tensor.contiguous_bytes(scratch));
    tensor.storage_offset = 0;
    tensor.strides = {-1, 2};
    QVERIFY(!tensor.contiguous_bytes(scratch));
}

QTEST_APPLESS_MAIN(TensorTest)
#include "tst_tensor.moc"
