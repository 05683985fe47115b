// Models with dynamic axes, exported programs and TorchScript alike: one exported file, PyTorch's
// numbers at three sizes. LibTorch runs the TorchScript file of the same model.
#include "session/session.h"

#include <QtTest>

using namespace strata;
namespace fs = std::filesystem;

namespace {

fs::path zoo()
{
    return fs::path(STRATA_TEST_DATA) / "zoo" / "sid";
}

std::string dims_text(const OnnxModel& model, const OnnxValue& value, std::int64_t size)
{
    std::vector<std::string> dims;
    for (const Dim& dim : value.shape)
        dims.push_back(std::to_string(dim.known() ? dim.value : size));
    return fmt::format("{}:{}[{}]", model.text(value.name), to_string(value.dtype),
                       fmt::join(dims, ","));
}

} // namespace

class TestDynamicZoo : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void threeSizes_data();
    void threeSizes();
};

void TestDynamicZoo::threeSizes_data()
{
    QTest::addColumn<QString>("exported");
    QTest::addColumn<QString>("runnable");
    int programs = 0;
    std::map<std::string, std::pair<fs::path, fs::path>> rows;
    for (const auto& folder : fs::directory_iterator(zoo())) {
        const std::string name = folder.path().filename().string();
        const fs::path program = folder.path() / (name + ".dyn.pt2");
        if (!fs::exists(program))
            continue;
        for (const std::string kind : {".script.pt", ".ts.pt"}) {
            const fs::path runnable = folder.path() / (name + kind);
            if (!fs::exists(runnable))
                continue;
            rows.emplace(name + ".dyn.pt2 by " + kind, std::pair(program, runnable));
            rows.emplace(name + kind, std::pair(runnable, runnable));
            ++programs;
        }
    }
    for (const auto& [name, files] : rows)
        QTest::newRow(name.c_str()) << QString::fromStdString(files.first.string())
                                    << QString::fromStdString(files.second.string());
    QVERIFY(programs > 5);
}

void TestDynamicZoo::threeSizes()
{
    QFETCH(QString, exported);
    QFETCH(QString, runnable);
    const fs::path model = exported.toStdString();
    const QTemporaryDir made;
    const fs::path onnx = fs::path(made.path().toStdString()) / "model.onnx";
    TaskContext task;
    ExportOptions options;
    if (model.extension() == ".pt") {
        // The first axis of each input, whose names the file tells.
        options.inputs_dir = model.parent_path();
        const auto fixed = open_model(model, options, task);
        QVERIFY2(fixed, fixed ? "" : fixed.error().text().c_str());
        const OnnxModel& graph = *(*fixed)->model;
        for (const ValueId input : graph.graphs[OnnxModel::main_graph].inputs)
            options.dynamic_axes.push_back(
                {std::string(graph.text(graph.values[input].name)), 0, "batch"});
    }
    const auto opened = open_model(model, options, task);
    QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
    QVERIFY((*opened)->unsupported.empty());
    QCOMPARE((*opened)->strategy, std::string("fx"));
    QCOMPARE((*opened)->coverage.all.recorded, (*opened)->coverage.all.total);
    const auto written = write_export(*opened, onnx, options, task);
    QVERIFY2(written, written ? "" : written.error().text().c_str());
    for (const std::int64_t size : {3, 5, 8}) {
        VerifyOptions verify;
        verify.onnx = onnx;
        verify.source = runnable.toStdString();
        const OnnxModel& graph = *(*written)->model;
        bool dynamic = false;
        for (const ValueId input : graph.graphs[OnnxModel::main_graph].inputs) {
            const OnnxValue& value = graph.values[input];
            verify.inputs.push_back(parse_input_spec(dims_text(graph, value, size)).value());
            for (const Dim& dim : value.shape)
                dynamic = dynamic || !dim.known();
        }
        QVERIFY(dynamic);
        const auto outputs = verify_model(verify, task);
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QVERIFY(!outputs->empty());
        for (const OutputParity& output : *outputs)
            QVERIFY2(output.ok, fmt::format("at {}: {} differs by {} {}", size, output.name,
                                            output.max_abs, output.note)
                                    .c_str());
    }
}

QTEST_APPLESS_MAIN(TestDynamicZoo)
#include "tst_dynamic_zoo.moc"
