// BatchNorm becomes part of the weights before it, exactly where that changes nothing else.
#include "passes/passes.h"
#include "unit/passes/model_text.h"

#include <QtTest>

using namespace strata;
using test::after_pass;
using test::lines;
using test::parse_model;

namespace {

// variance + epsilon is 4 or 1/4, so the factors are scale / 2 and scale * 2.
constexpr const char* statistics = R"(
    scale = float32{2,3}
    shift = float32{1,-1}
    mean = float32{4,0.5}
    variance = float32{3,-0.75}
)";
constexpr const char* norm = "BatchNormalization(c, scale, shift, mean, variance) epsilon=1f";

QString with_statistics(const QString& text)
{
    return QString(statistics) + QString(text).replace("NORM", norm);
}

bool near(const std::vector<double>& found, const std::vector<double>& expected)
{
    if (found.size() != expected.size())
        return false;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (std::abs(found[i] - expected[i]) > 1e-6)
            return false;
    return true;
}

} // namespace

class FoldBatchNormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void convWithoutBias()
    {
        auto m = parse_model(with_statistics(R"(
            x = float32[1,1,4,4]
            net.weight = float32[2,1,1,2]{1,2,3,4}
            c = Conv(x, net.weight) kernel_shape=[1,2]
            y = NORM
            z = Relu(y)
            return z
        )"));
        PassLog log;
        QCOMPARE(after_pass(*m, [&](auto& t) { return fold_batch_norm(t.model, &log); }), lines(R"(
            c = Conv(x, net.weight, float32{-3,-4}) kernel_shape=[1,2]
            z = Relu(c)
            return z)"));
        QVERIFY(near(m->numbers("net.weight"), {1, 2, 18, 24}));
        // 1 - 4 * 1 and -1 - 0.5 * 6
        QVERIFY(near(m->numbers("net.bias"), {-3, -4}));
        QCOMPARE(m->origins("c"), (std::vector<FxNodeId>{0, 1}));
        const std::vector<std::pair<std::string, std::string>> absorbed{{"scale", "net.weight"},
                                                                        {"shift", "net.bias"},
                                                                        {"mean", "net.bias"},
                                                                        {"variance", "net.weight"}};
        QCOMPARE(log.absorbed, absorbed);
    }

    void convWithBiasThatTheGraphGivesOut()
    {
        auto m = parse_model(with_statistics(R"(
            x = float32[1,1,4,4]
            w = float32[2,1,1,1]{1}
            b = float32{10,20}
            c = Conv(x, w, b)
            y = NORM
            return y
        )"));
        QCOMPARE(after_pass(*m, [](auto& t) { return fold_batch_norm(t.model); }), lines(R"(
            y = Conv(x, w, float32{7,116})
            return y)"));
        QVERIFY(near(m->numbers("w"), {1, 6}));
        QVERIFY(near(m->numbers("b"), {7, 116}));
    }

    void convTransposeInGroups()
    {
        // Two groups of one input and one output channel each: W is [in, out / groups, k].
        auto m = parse_model(with_statistics(R"(
            x = float32[1,2,4]
            w = float32[2,1,2]{1,2,3,4}
            c = ConvTranspose(x, w) group=2
            y = NORM
            return y
        )"));
        QCOMPARE(after_pass(*m, [](auto& t) { return fold_batch_norm(t.model); }), lines(R"(
            y = ConvTranspose(x, w, float32{-3,-4}) group=2
            return y)"));
        QVERIFY(near(m->numbers("w"), {1, 2, 18, 24}));
    }

    void convTransposeOfOneGroup()
    {
        auto m = parse_model(with_statistics(R"(
            x = float32[1,3,4]
            w = float32[3,2,1]{1,2,3,4,5,6}
            c = ConvTranspose(x, w)
            y = NORM
            return y
        )"));
        after_pass(*m, [](auto& t) { return fold_batch_norm(t.model); });
        QVERIFY(near(m->numbers("w"), {1, 12, 3, 24, 5, 36}));
    }

    void gemm_data()
    {
        QTest::addColumn<QString>("attribute");
        QTest::addColumn<std::vector<double>>("expected");
        QTest::newRow("rows are channels") << "transB=1" << std::vector<double>{1, 2, 18, 24};
        QTest::newRow("columns are channels") << "" << std::vector<double>{1, 12, 3, 24};
    }
    void gemm()
    {
        QFETCH(QString, attribute);
        QFETCH(std::vector<double>, expected);
        auto m = parse_model(with_statistics(R"(
            x = float32[5,2]
            w = float32[2,2]{1,2,3,4}
            b = float32{10,20}
            c = Gemm(x, w, b) )" + attribute +
                                             R"(
            y = NORM
            return y
        )"));
        QCOMPARE(after_pass(*m, [](auto& t) { return fold_batch_norm(t.model); }),
                 lines("y = Gemm(x, w, float32{7,116}) " + attribute + "\nreturn y"));
        QVERIFY(near(m->numbers("w"), expected));
    }

    void sharedWeightsGetCopiesOnlyWhereNeeded()
    {
        // The same weight with two normalisations and once without any.
        auto m = parse_model(with_statistics(R"(
            x = float32[1,1,4,4]
            w = float32[2,1,1,1]{1,2}
            scale2 = float32{4,6}
            c = Conv(x, w)
            y = NORM
            c2 = Conv(x, w) @1
            y2 = BatchNormalization(c2, scale2, shift, mean, variance) epsilon=1f
            plain = Conv(x, w) @2
            return y, y2, plain
        )"));
        QCOMPARE(after_pass(*m, [](auto& t) { return fold_batch_norm(t.model); }), lines(R"(
            y = Conv(x, w_folded, float32{-3,-4})
            y2 = Conv(x, w_folded_1, float32{-7,-7})
            plain = Conv(x, w)
            return y, y2, plain)"));
        QVERIFY(near(m->numbers("w"), {1, 2}));
        QVERIFY(near(m->numbers("w_folded"), {1, 12}));
        QVERIFY(near(m->numbers("w_folded_1"), {2, 24}));
    }

    void moduleCalledTwiceKeepsOneWeight()
    {
        auto m = parse_model(with_statistics(R"(
            x = float32[1,1,4,4]
            x2 = float32[1,1,4,4]
            w = float32[2,1,1,1]{1,2}
            c = Conv(x, w)
            y = NORM
            c2 = Conv(x2, w) @1
            y2 = BatchNormalization(c2, scale, shift, mean, variance) epsilon=1f
            return y, y2
        )"));
        QCOMPARE(after_pass(*m, [](auto& t) { return fold_batch_norm(t.model); }), lines(R"(
            y = Conv(x, w, float32{-3,-4})
            y2 = Conv(x2, w, float32{-3,-4})
            return y, y2)"));
        QVERIFY(near(m->numbers("w"), {1, 12}));
        QCOMPARE(m->model.initializers.size(), std::size_t{2});
    }

    void deadReadersDoNotCount()
    {
        auto m = parse_model(with_statistics(R"(
            x = float32[1,1,4,4]
            w = float32[2,1,1,1]{1,2}
            c = Conv(x, w)
            dead = Relu(c)
            y = NORM
            deader = Neg(c)
            return y
        )"));
        QCOMPARE(after_pass(*m, [](auto& t) { return fold_batch_norm(t.model); }), lines(R"(
            y = Conv(x, w, float32{-3,-4})
            return y)"));
    }

    void stays_data()
    {
        QTest::addColumn<QString>("text");
        const QString x = "x = float32[1,1,4,4]\n";
        const QString w = "w = float32[2,1,1,1]{1,2}\n";
        QTest::newRow("another reader")
            << x + w + "c = Conv(x, w)\ny = NORM\nz = Relu(c)\nreturn y, z";
        QTest::newRow("given out") << x + w + "c = Conv(x, w)\ny = NORM\nreturn y, c";
        QTest::newRow("weight is an input")
            << x + "w = float32[2,1,1,1]\nc = Conv(x, w)\ny = NORM\nreturn y";
        QTest::newRow("bias is computed")
            << x + w + "b = float32[2]\nc = Conv(x, w, b)\ny = NORM\nreturn y";
        QTest::newRow("training") << x + w + "c = Conv(x, w)\ny = NORM training_mode=1\nreturn y";
        QTest::newRow("something between")
            << x + w + "d = Conv(x, w)\nc = Relu(d)\ny = NORM\nreturn y";
        QTest::newRow("bias has a factor")
            << "x = float32[3,2]\nw = float32[2,2]{1}\nb = float32{1,2}\n"
               "c = Gemm(x, w, b) beta=0.5f\ny = NORM\nreturn y";
        QTest::newRow("bias of another shape")
            << "x = float32[3,2]\nw = float32[2,2]{1}\nb = float32[3,1]{1,2}\n"
               "c = Gemm(x, w, b)\ny = NORM\nreturn y";
    }
    void stays()
    {
        QFETCH(QString, text);
        auto m = parse_model(with_statistics(text));
        const QString before = test::print_model(m->model);
        QCOMPARE(after_pass(*m, [](auto& t) { return fold_batch_norm(t.model); }), before);
        QVERIFY(!fold_batch_norm(m->model));
    }

    void weightIsReadWithoutBeingKept()
    {
        auto m = parse_model(with_statistics(R"(
            x = float32[1,1,4,4]
            w = float32[2,1,1,2]{1,2,3,4}
            c = Conv(x, w)
            y = NORM
            return y
        )"));
        QVERIFY(fold_batch_norm(m->model));
        const Tensor& tensor =
            m->model.initializers[m->model.values[m->value("w")].initializer].tensor;
        QCOMPARE(tensor.storage->size(), std::size_t{16});
        std::vector<std::byte> scratch;
        const auto bytes = tensor.contiguous_bytes(scratch);
        QVERIFY(bytes.has_value());
        QCOMPARE(bytes->size(), std::size_t{16});
        QCOMPARE(bytes->data(), scratch.data()); // the reader's memory, not the storage's
        // A view of it is gathered from the same numbers.
        Tensor turned = tensor;
        turned.shape = {2, 2};
        turned.strides = {1, 2};
        QVERIFY(near(turned.to_doubles().value(), {1, 18, 2, 24}));
        QVERIFY(tensor.storage->bytes().has_value());
        QCOMPARE(tensor.storage->bytes()->size(), std::size_t{16});
    }

    void halfPrecision()
    {
        auto m = parse_model(QString(statistics).replace("float32", "float16") + R"(
            x = float16[1,1,4,4]
            w = float16[2,1,1,1]{1,2}
            c = Conv(x, w)
            y = BatchNormalization(c, scale, shift, mean, variance) epsilon=1f
            return y
        )");
        QCOMPARE(after_pass(*m, [](auto& t) { return fold_batch_norm(t.model); }), lines(R"(
            y = Conv(x, w, float16{-3,-4})
            return y)"));
        QVERIFY(near(m->numbers("w"), {1, 12}));
    }
};

QTEST_APPLESS_MAIN(FoldBatchNormTest)
#include "tst_fold_batch_norm.moc"
