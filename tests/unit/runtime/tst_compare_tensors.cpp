// How tensors are compared: tolerances, NaN and infinity, exact integers.
#include "runtime/onnx_runtime.h"

#include <QtTest>
#include <cmath>
#include <cstring>
#include <limits>

using namespace strata;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const double nan_value = std::numeric_limits<double>::quiet_NaN();

Tensor doubles(const std::vector<double>& values)
{
    std::vector<std::byte> bytes(values.size() * sizeof(double));
    if (!values.empty())
        if (!values.empty()) // an empty vector has no data to copy from
            std::memcpy(bytes.data(), values.data(), bytes.size());
    return Tensor::from_bytes(DType::Float64, {static_cast<std::int64_t>(values.size())},
                              std::move(bytes));
}

TensorDifference compare(const Tensor& actual, const Tensor& expected, double atol = 0,
                         double rtol = 0)
{
    auto result = compare_tensors(actual, expected, atol, rtol);
    if (!result)
        qFatal("%s", result.error().text().c_str());
    return *result;
}

} // namespace

class TestCompareTensors : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tolerances()
    {
        // |a-b| <= atol + rtol*|b|, with b the expected value.
        const TensorDifference exact = compare(doubles({1, 2}), doubles({1, 2}));
        QVERIFY(exact.ok && exact.same_shape && exact.same_dtype);
        QCOMPARE(exact.max_abs, 0.0);
        const TensorDifference off = compare(doubles({1, 2.5}), doubles({1, 2}));
        QVERIFY(!off.ok);
        QCOMPARE(off.max_abs, 0.5);
        QCOMPARE(off.max_rel, 0.25);
        QVERIFY(compare(doubles({2.5}), doubles({2}), 0.5, 0).ok);
        QVERIFY(!compare(doubles({2.5}), doubles({2}), 0.4, 0).ok);
        QVERIFY(compare(doubles({2.5}), doubles({2}), 0, 0.25).ok);
        QVERIFY(!compare(doubles({2.5}), doubles({2}), 0, 0.2).ok);
        QVERIFY(compare(doubles({2.5}), doubles({2}), 0.1, 0.2).ok);
        // The largest of both kinds may come from different elements.
        const TensorDifference mixed = compare(doubles({101, 0.2}), doubles({100, 0.1}));
        QCOMPARE(mixed.max_abs, 1.0);
        QCOMPARE(mixed.max_rel, 1.0);
    }
    void notFinite()
    {
        QVERIFY(compare(doubles({nan_value, inf, -inf}), doubles({nan_value, inf, -inf})).ok);
        for (const auto& [a, b] : std::vector<std::pair<double, double>>{{nan_value, 1},
                                                                         {1, nan_value},
                                                                         {inf, -inf},
                                                                         {inf, 1e300},
                                                                         {1, inf},
                                                                         {inf, nan_value}}) {
            const TensorDifference result = compare(doubles({a}), doubles({b}), 1e9, 1e9);
            QVERIFY(!result.ok);
            QCOMPARE(result.max_abs, inf);
        }
    }
    void shapesAndTypes()
    {
        const TensorDifference shapes = compare(doubles({1, 2}), doubles({1}));
        QVERIFY(!shapes.ok && !shapes.same_shape && shapes.same_dtype);
        const TensorDifference types =
            compare(Tensor::scalar(DType::Float32, 1.0), Tensor::scalar(DType::Float64, 1.0));
        QVERIFY(!types.ok && types.same_shape && !types.same_dtype);
        QCOMPARE(types.max_abs, 0.0);
        const TensorDifference mixed =
            compare(Tensor::scalar(DType::Float32, 1.0), Tensor::scalar_int64(3));
        QVERIFY(!mixed.ok);
        QCOMPARE(mixed.max_abs, 2.0);
    }
    void integersAreExact()
    {
        // These differ by one, which doubles cannot see.
        const std::int64_t large = (std::int64_t{1} << 60) + 1;
        const TensorDifference result =
            compare(Tensor::scalar_int64(large), Tensor::scalar_int64(large - 1));
        QVERIFY(!result.ok);
        QCOMPARE(result.max_abs, 1.0);
        const TensorDifference extremes =
            compare(Tensor::scalar_int64(std::numeric_limits<std::int64_t>::min()),
                    Tensor::scalar_int64(std::numeric_limits<std::int64_t>::max()));
        QCOMPARE(extremes.max_abs, std::ldexp(1.0, 64));
        QVERIFY(!compare(Tensor::scalar(DType::Bool, std::int64_t{1}),
                         Tensor::scalar(DType::Bool, std::int64_t{0}))
                     .ok);
    }
    void halves()
    {
        for (const DType type : {DType::Float16, DType::BFloat16}) {
            QVERIFY(compare(Tensor::scalar(type, 1.5), Tensor::scalar(type, 1.5)).ok);
            QCOMPARE(compare(Tensor::scalar(type, 1.5), Tensor::scalar(type, 1.25)).max_abs, 0.25);
        }
    }
    void complexAndStrings()
    {
        auto complex = [](float real, float imaginary) {
            std::vector<std::byte> bytes(8);
            std::memcpy(bytes.data(), &real, 4);
            std::memcpy(bytes.data() + 4, &imaginary, 4);
            return Tensor::from_bytes(DType::Complex64, {}, std::move(bytes));
        };
        const TensorDifference result = compare(complex(1, 2), complex(1, 2.5F), 0.5);
        QVERIFY(result.ok && result.same_shape && result.same_dtype);
        QCOMPARE(result.max_abs, 0.5);
        Tensor one;
        one.dtype = DType::String;
        one.strings = {"a"};
        Tensor two = one;
        QVERIFY(compare(one, two).ok);
        two.strings = {"b"};
        QVERIFY(!compare(one, two).ok);
    }
    void otherTypesAreComparedAsBytes()
    {
        auto tensor = [](unsigned value) {
            return Tensor::from_bytes(DType::Float8E5M2, {1}, {static_cast<std::byte>(value)});
        };
        QVERIFY(compare(tensor(0x3c), tensor(0x3c)).ok);
        QVERIFY(!compare(tensor(0x3c), tensor(0x3d)).ok);
    }
    void empty() { QVERIFY(compare(doubles({}), doubles({})).ok); }
    void noData()
    {
        Tensor shape_only;
        shape_only.dtype = DType::Float64;
        shape_only.shape = {1};
        QVERIFY(!compare_tensors(shape_only, doubles({1}), 0, 0));
    }
};

QTEST_APPLESS_MAIN(TestCompareTensors)
#include "tst_compare_tensors.moc"
