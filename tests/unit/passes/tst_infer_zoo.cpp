// Inference against what PyTorch's own exporters wrote into real files: an independent source of
// expected types.
#include <QDirIterator>
#include <QtTest>

#include "onnx/onnx_reader.h"
#include "passes/shape_inference.h"

#include <map>

using namespace strata;

class InferZooTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithTheExporter_data();
    void agreesWithTheExporter();
};

namespace {

struct Declared {
    DType dtype;
    bool has_shape;
    Shape shape;
    std::string text;
};

enum class Agreement { Exact, Weaker, Contradiction };

Agreement compare(const Declared& declared, const OnnxValue& value)
{
    if (value.dtype != DType::Unknown && declared.dtype != DType::Unknown &&
        value.dtype != declared.dtype)
        return Agreement::Contradiction;
    bool weaker = value.dtype == DType::Unknown;
    if (!declared.has_shape)
        return weaker ? Agreement::Weaker : Agreement::Exact;
    if (!value.has_shape)
        return Agreement::Weaker;
    if (value.shape.size() != declared.shape.size())
        return Agreement::Contradiction;
    for (std::size_t i = 0; i < value.shape.size(); ++i) {
        if (!declared.shape[i].known())
            continue;
        if (!value.shape[i].known())
            weaker = true;
        else if (value.shape[i] != declared.shape[i])
            return Agreement::Contradiction;
    }
    return weaker ? Agreement::Weaker : Agreement::Exact;
}

} // namespace

void InferZooTest::agreesWithTheExporter_data()
{
    QTest::addColumn<QString>("path");
    const QString root = QStringLiteral(STRATA_TEST_DATA) + "/zoo";
    QDirIterator files(root, {"*.onnx"}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        QTest::newRow(qPrintable(path.mid(root.size() + 1))) << path;
    }
}

void InferZooTest::agreesWithTheExporter()
{
    QFETCH(QString, path);
    TaskContext task;
    const auto read = read_onnx(path.toStdString(), task);
    QVERIFY2(read.has_value(), read ? "" : read.error().text().c_str());
    OnnxModel& model = *read->model;
    // Everything that nodes compute is forgotten and inferred again from the inputs.
    std::map<ValueId, Declared> declared;
    for (ValueId id = 0; id < model.values.size(); ++id) {
        OnnxValue& value = model.values[id];
        if (value.producer == no_id || value.kind != ValueKind::Tensor ||
            (value.dtype == DType::Unknown && !value.has_shape))
            continue;
        declared[id] = {value.dtype, value.has_shape, value.shape, model.type_text(id)};
        value.dtype = DType::Unknown;
        value.has_shape = false;
        value.shape.clear();
    }
    ValueFacts facts;
    infer_model(model, facts);
    std::size_t exact = 0;
    for (const auto& [id, expected] : declared) {
        const Agreement agreement = compare(expected, model.values[id]);
        QVERIFY2(agreement != Agreement::Contradiction,
                 qPrintable(QString::fromStdString(std::string(model.text(model.values[id].name)) +
                                                   ": inferred " + model.type_text(id) +
                                                   ", declared " + expected.text)));
        exact += agreement == Agreement::Exact ? 1 : 0;
    }
    QVERIFY2(exact * 20 >= declared.size() * 19,
             qPrintable(QString("%1 of %2 exact").arg(exact).arg(declared.size())));
}

QTEST_APPLESS_MAIN(InferZooTest)
#include "tst_infer_zoo.moc"
