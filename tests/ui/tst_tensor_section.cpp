// Values of weights and constants in the inspector: figures, planes, saving, and that nothing large
// is read unasked.
#include "window_test.h"

#include "support/inspection_builder.h"
#include "ui/tensor/tensor_charts.h"
#include "ui/tensor/tensor_section.h"
#include "ui/widgets/fact_grid.h"

#include <QtTest>
#include <QtWidgets>

#include <cstring>

using namespace strata;
using namespace strata::ui;
using namespace strata::tests;

namespace {

/// A storage that says how often it was asked for its bytes.
class CountedStorage final : public TensorStorage {
public:
    explicit CountedStorage(std::size_t size) : m_size(size) {}
    Result<std::span<const std::byte>> bytes() const override
    {
        ++asked;
        return failure(ErrorCode::CannotRead, "the disk is gone");
    }
    std::size_t size() const override { return m_size; }
    mutable std::atomic<int> asked = 0;

private:
    std::size_t m_size;
};

} // namespace

class TestTensorSection : public QObject {
    Q_OBJECT

    Selection m_selection;
    std::shared_ptr<const Inspection> m_inspection;
    std::shared_ptr<CountedStorage> m_huge = std::make_shared<CountedStorage>(std::size_t(1) << 30);
    std::unique_ptr<TensorSection> m_section;

    FactGrid* facts() { return child<FactGrid>(*m_section, "tensorFacts"); }

private Q_SLOTS:
    void initTestCase()
    {
        QLocale::setDefault(QLocale::c());
        test::InspectionBuilder b("Net");
        b.input("x", {1, 4});
        b.parameter("conv.weight", {2, 3, 4});
        b.parameter("conv.bias", {2});
        b.parameter("huge", {1 << 28});
        b.node(root_module, "Conv", {"x", "conv.weight", "conv.bias"}, "a");
        b.node(root_module, "Relu", {"a"}, "b");
        b.node(root_module, "Mul", {"b", "huge"}, "c");
        b.output("c");
        std::vector<float> values(24);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i) - 8;
        std::vector<std::byte> bytes(values.size() * 4);
        std::memcpy(bytes.data(), values.data(), bytes.size());
        OnnxModel& model = b.model();
        model.initializers[0].tensor = Tensor::from_bytes(DType::Float32, {2, 3, 4}, bytes);
        model.initializers[1].tensor = Tensor::from_bytes(
            DType::Float16, {2}, {std::byte{0}, std::byte{0x3c}, {}, std::byte{0x3c}});
        model.initializers[2].tensor.storage = m_huge;
        Attribute value;
        value.name = model.intern("value");
        value.kind = AttributeKind::Tensor;
        value.value = Tensor::scalar(DType::Bool, std::int64_t{1});
        model.nodes[1].attributes.push_back(value);
        m_inspection = b.finish();
    }
    void init()
    {
        m_section = std::make_unique<TensorSection>(&m_selection);
        m_section->setInspection(m_inspection);
        m_section->resize(320, 600);
        m_section->show();
    }
    void cleanup()
    {
        m_selection.clear();
        m_section.reset();
    }

    void statisticsAndPlanes()
    {
        m_selection.select(Target::ofNode(0));
        QVERIFY(m_section->isVisible());
        QTRY_VERIFY(m_section->isReady());
        QTRY_VERIFY(m_section->heatMap()->slice() != nullptr);
        QCOMPARE(facts()->value(QStringLiteral("Range")), QStringLiteral("-8 to 15"));
        QCOMPARE(facts()->value(QStringLiteral("Mean")), QStringLiteral("3.5"));
        QCOMPARE(facts()->value(QStringLiteral("Deviation")),
                 QStringLiteral("6.92219")); // √((24²−1)/12)
        QVERIFY(child<ValueHistogram>(*m_section, "tensorHistogram")->isVisible());
        // The longest axes, 1 and 2, at 0 of axis 0.
        const auto first = m_section->heatMap()->slice();
        QCOMPARE(first->values, (std::vector<double>{-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3}));
        auto* at = child<QSpinBox>(*m_section, "tensorAt0");
        QCOMPARE(at->maximum(), 1);
        at->setFocus();
        QTest::keyClick(at, Qt::Key_Up);
        QTRY_VERIFY(m_section->heatMap()->slice() != first);
        QCOMPARE(m_section->heatMap()->slice()->values,
                 (std::vector<double>{4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}));
        // Another axis for the columns; the one that it was makes room.
        child<QComboBox>(*m_section, "tensorColumns")->setCurrentIndex(0);
        QTRY_COMPARE(m_section->heatMap()->slice()->columns, std::int64_t(2));
        QVERIFY(m_section->findChild<QSpinBox*>(QStringLiteral("tensorAt2")));
        child<QComboBox>(*m_section, "tensorRows")->setCurrentIndex(2);
        QTRY_COMPARE(m_section->heatMap()->slice()->rows, std::int64_t(4));
        QVERIFY(child<QComboBox>(*m_section, "tensorColumns")->currentIndex() != 2);
        // Zero is the ground, and the signs have colours of their own.
        HeatMap* heat = m_section->heatMap();
        QVERIFY(heat->colorOf(15) != heat->colorOf(-15));
        QVERIFY(heat->colorOf(15).blue() < heat->colorOf(-15).blue());
    }

    void severalTensorsCanBeChosen()
    {
        m_selection.select(Target::ofNode(0));
        auto* choice = child<QComboBox>(*m_section, "tensorChoice");
        QVERIFY(choice->isVisible());
        QCOMPARE(choice->count(), 2);
        QTest::keyClick(choice, Qt::Key_Down);
        QCOMPARE(facts()->value(QStringLiteral("Name")), QStringLiteral("conv.bias"));
        QTRY_COMPARE(facts()->value(QStringLiteral("Mean")), QStringLiteral("1"));
        QCOMPARE(facts()->value(QStringLiteral("Type")), QStringLiteral("float16"));
        QVERIFY(
            !child<ValueHistogram>(*m_section, "tensorHistogram")->isVisible()); // one value only
    }

    void constantsOfAttributes()
    {
        m_selection.select(Target::ofNode(1));
        QTRY_COMPARE(facts()->value(QStringLiteral("Mean")), QStringLiteral("1"));
        QCOMPARE(facts()->value(QStringLiteral("Shape")), QStringLiteral("one value"));
        QVERIFY(!child<QComboBox>(*m_section, "tensorChoice")->isVisible());
        m_selection.select(Target::ofModule(root_module));
        QVERIFY(!m_section->isVisible());
    }

    void largeOnesWaitUntilAskedFor()
    {
        m_selection.select(Target::ofNode(2));
        auto* read = child<QPushButton>(*m_section, "tensorRead");
        QVERIFY(read->isVisible());
        QVERIFY2(read->text().contains(QLatin1String("1 GiB")) ||
                     read->text().contains(QLatin1String("1.0 GiB")),
                 qPrintable(read->text()));
        QTest::qWait(30);
        QCOMPARE(m_huge->asked.load(), 0);
        QTest::mouseClick(read, Qt::LeftButton);
        QTRY_VERIFY(m_section->isReady());
        QCOMPARE(m_huge->asked.load(), 1);
        bool told = false; // what the disk said
        for (const QLabel* label : m_section->findChildren<QLabel*>())
            told = told || (label->isVisible() && label->text().contains(QLatin1String("disk")));
        QVERIFY(told);
    }

    void saving()
    {
        const QTemporaryDir folder;
        m_selection.select(Target::ofNode(0));
        QSignalSpy saved(m_section.get(), &TensorSection::saved);
        QSignalSpy failed(m_section.get(), &TensorSection::failed);
        m_section->saveTo(folder.filePath(QStringLiteral("w.npy")));
        QTRY_COMPARE(saved.size(), 1);
        QFile file(folder.filePath(QStringLiteral("w.npy")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY(bytes.contains("'shape': (2, 3, 4)"));
        float last = 0;
        std::memcpy(&last, bytes.data() + bytes.size() - 4, 4);
        QCOMPARE(last, 15.0F);
        m_section->saveTo(folder.filePath(QStringLiteral("no/such/folder.npy")));
        QTRY_COMPARE(failed.size(), 1);
    }
};

QTEST_MAIN(TestTensorSection)
#include "tst_tensor_section.moc"
