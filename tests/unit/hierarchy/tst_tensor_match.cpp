// Contents of tensors against a source model's: same, turned, cast, in parts, scaled.
#include "hierarchy/picked_values.h"
#include "hierarchy/tensor_match.h"

#include <QTest>
#include <cmath>
#include <cstring>

using namespace strata;

namespace {

/// Numbers without structure, the same in every run.
std::vector<float> numbers(std::size_t count, unsigned seed)
{
    std::vector<float> values;
    std::uint32_t state = seed * 2654435761U + 12345U;
    for (std::size_t i = 0; i < count; ++i) {
        state = state * 1664525U + 1013904223U;
        values.push_back(static_cast<float>(state >> 8) / 8388608.0F - 1.0F);
    }
    return values;
}

template <class T>
Tensor tensor(DType dtype, std::vector<std::int64_t> shape, const std::vector<T>& values)
{
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return Tensor::from_bytes(dtype, std::move(shape), std::move(bytes));
}

Tensor floats(std::vector<std::int64_t> shape, const std::vector<float>& values)
{
    return tensor(DType::Float32, std::move(shape), values);
}

std::vector<float> turned(const std::vector<float>& values, std::size_t rows, std::size_t columns)
{
    std::vector<float> result(values.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            result[c * rows + r] = values[r * columns + c];
    return result;
}

std::vector<TensorMatch> match(const Tensor& file, const std::vector<Tensor>& source)
{
    TaskContext task;
    const Tensor* pointer = &file;
    auto found = match_tensors(std::span(&pointer, 1), source, task);
    return found ? found->front() : std::vector<TensorMatch>{};
}

} // namespace

class TestTensorMatch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_source = {floats({6, 8}, numbers(48, 1)),
                    floats({6, 8}, numbers(48, 2)),
                    floats({8, 6, 3, 3}, numbers(432, 3)),
                    floats({8}, numbers(8, 4)),
                    floats({8}, numbers(8, 5)),
                    floats({4}, {0, 0, 0, 0}),
                    floats({4}, {0, 0, 0, 0})};
    }

    void sameElements()
    {
        expect(floats({6, 8}, numbers(48, 2)), {1}, TensorChange::Same);
        // Another shape does not matter.
        expect(floats({48}, numbers(48, 1)), {0}, TensorChange::Same);
        QVERIFY(match(floats({6, 8}, numbers(48, 99)), m_source).empty());
    }

    void equalTensorsAreAllTold() { expect(floats({4}, {0, 0, 0, 0}), {5, 6}, TensorChange::Same); }

    void transposed()
    {
        expect(floats({8, 6}, turned(numbers(48, 2), 6, 8)), {1}, TensorChange::Transposed);
    }

    void oneOtherNumberIsTold()
    {
        // In parts: five of six rows are known.
        std::vector<float> values = numbers(48, 2);
        values[17] += 0.5F;
        auto found = match(floats({6, 8}, values), m_source);
        QCOMPARE(found.size(), std::size_t{1});
        QCOMPARE(found[0].source, 1U);
        QVERIFY(!found[0].exact);
        // Scaled by rows, as a folded normalisation leaves it; then with one number more changed.
        values = numbers(432, 3);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] *= 1.0F + static_cast<float>(i / 54);
        found = match(floats({8, 6, 3, 3}, values), m_source);
        QCOMPARE(found.size(), std::size_t{1});
        QCOMPARE(found[0].change, TensorChange::Scaled);
        QVERIFY(found[0].exact);
        values[53] += 0.5F; // the last of a row: none of the samples
        found = match(floats({8, 6, 3, 3}, values), m_source);
        QCOMPARE(found.size(), std::size_t{1});
        QVERIFY(!found[0].exact);
    }

    void quantisedIsExactButForRounding()
    {
        const std::vector<float> values = numbers(432, 3);
        std::vector<std::int8_t> bytes;
        for (const float value : values)
            bytes.push_back(static_cast<std::int8_t>(std::lround(value * 127.0F)));
        auto found = match(tensor(DType::Int8, {8, 6, 3, 3}, bytes), m_source);
        QCOMPARE(found.size(), std::size_t{1});
        QCOMPARE(found[0].source, 2U);
        QVERIFY(found[0].exact);
        bytes[53] = static_cast<std::int8_t>(bytes[53] > 0 ? bytes[53] - 20 : bytes[53] + 20);
        found = match(tensor(DType::Int8, {8, 6, 3, 3}, bytes), m_source);
        QVERIFY(found.empty() || !found[0].exact);
    }

    void halfPrecision()
    {
        std::vector<std::uint16_t> halves;
        for (const float value : turned(numbers(48, 1), 6, 8))
            halves.push_back(float_to_half(value));
        expect(tensor(DType::Float16, {8, 6}, halves), {0}, TensorChange::Cast);
    }

    void joinedRowsAndColumns()
    {
        std::vector<float> rows = numbers(48, 1);
        const std::vector<float> more = numbers(48, 2);
        rows.insert(rows.end(), more.begin(), more.end());
        expect(floats({12, 8}, rows), {0, 1}, TensorChange::Parts);
        // Fused attention keeps the weights of query, key and value side by side, transposed.
        expect(floats({8, 12}, turned(rows, 12, 8)), {0, 1}, TensorChange::Parts);
    }

    void cutOut()
    {
        const std::vector<float> all = numbers(48, 2);
        expect(floats({3, 8}, {all.begin() + 16, all.begin() + 40}), {1}, TensorChange::Parts);
    }

    void joinedVectors()
    {
        std::vector<float> joined = numbers(8, 5);
        const std::vector<float> more = numbers(8, 4);
        joined.insert(joined.end(), more.begin(), more.end());
        expect(floats({16}, joined), {4, 3}, TensorChange::Parts);
    }

    void foldedNormalisation()
    {
        // weight * gamma / sqrt(variance + epsilon): each row by a number of its own.
        std::vector<float> folded = numbers(432, 3);
        for (std::size_t i = 0; i < folded.size(); ++i)
            folded[i] *= 0.3F + 0.2F * static_cast<float>(i / 54);
        expect(floats({8, 6, 3, 3}, folded), {2}, TensorChange::Scaled);
    }

    void scaledByNearlyOne()
    {
        // A length that a weight was divided by and multiplied with again: some rows round back.
        std::vector<float> rounded = numbers(432, 3);
        for (std::size_t i = 0; i < rounded.size(); ++i)
            if ((i / 54) % 4 == 1)
                rounded[i] *= 1.0F - 1e-6F;
        expect(floats({8, 6, 3, 3}, rounded), {2}, TensorChange::Scaled);
        rounded[60] += 1.0F;
        const auto found = match(floats({8, 6, 3, 3}, rounded), m_source);
        QVERIFY(found.empty() || !found[0].exact);
    }

    void quantised()
    {
        const std::vector<float> weights = turned(numbers(48, 1), 6, 8);
        std::vector<std::uint8_t> codes;
        for (const float value : weights)
            codes.push_back(static_cast<std::uint8_t>(std::lround(value * 100.0F) + 128));
        expect(tensor(DType::UInt8, {8, 6}, codes), {0}, TensorChange::Scaled);
    }

    /// Kernels of 1x1 with two inputs: rows of two numbers, scaled as a normalisation does.
    void narrowRows()
    {
        const std::vector<float> weight = numbers(16, 40);
        const std::vector<float> other = numbers(16, 41);
        std::vector<float> scaled = weight;
        for (std::size_t i = 0; i < scaled.size(); ++i)
            scaled[i] *= 0.5F + static_cast<float>(i / 2);
        const std::vector<Tensor> source{floats({8, 2, 1, 1}, other), floats({8, 2, 1, 1}, weight)};
        const auto found = match(floats({8, 2, 1, 1}, scaled), source);
        QCOMPARE(found.size(), std::size_t{1});
        QCOMPARE(found.front().source, std::uint32_t{1});
        QVERIFY(match(floats({8, 2, 1, 1}, numbers(16, 42)), source).empty());
    }

    void pickedValues()
    {
        const std::vector<float> table = numbers(60, 50); // ten rows of six
        std::vector<float> looked_up;
        for (const std::size_t row : {7U, 2U, 2U, 9U}) // rows by columns, as permuted
            for (std::size_t c = 0; c < 6; ++c)
                looked_up.push_back(table[row * 6 + (5 - c)]);
        std::vector<float> changed = looked_up;
        changed[3] += 0.5F;
        const std::vector<Tensor> source{floats({10, 6}, table), floats({10, 6}, numbers(60, 51))};
        const std::vector<std::uint32_t> wanted{0, 1};
        TaskContext task;
        const auto picked = [&](const std::vector<float>& values) {
            const Tensor constant = floats({1, 4, 6}, values);
            const Tensor* pointer = &constant;
            return picked_tensors(std::span(&pointer, 1), source, wanted, task).value();
        };
        QCOMPARE(picked(looked_up), std::vector<std::uint32_t>{0});
        QCOMPARE(picked(changed), std::vector<std::uint32_t>{});
        QCOMPARE(picked(std::vector<float>(24, table[0])),
                 std::vector<std::uint32_t>{}); // one value
    }

private:
    void expect(const Tensor& file, std::vector<std::uint32_t> sources, TensorChange change)
    {
        const std::vector<TensorMatch> found = match(file, m_source);
        std::vector<std::uint32_t> got;
        for (const TensorMatch& item : found) {
            got.push_back(item.source);
            QCOMPARE(to_string(item.change), to_string(change));
        }
        QCOMPARE(got, sources);
    }

    std::vector<Tensor> m_source;
};

QTEST_GUILESS_MAIN(TestTensorMatch)
#include "tst_tensor_match.moc"
