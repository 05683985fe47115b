// Scripted models with hard control flow: exported with one set of inputs, compared with PyTorch's
// outputs for inputs that take the other branches and run loops another number of times.
#include "session/session.h"

#include <QtTest>

using namespace strata;
namespace fs = std::filesystem;

namespace {

fs::path folder()
{
    return fs::path(STRATA_TEST_DATA) / "scripted";
}

struct Entry {
    std::string name;
    std::string strategy; ///< "fx", or "run": data decide what the code alone cannot state
    std::vector<std::string> dynamic;
};

std::vector<Entry> entries()
{
    std::vector<Entry> all;
    std::ifstream index(folder() / "models.txt");
    for (std::string line; std::getline(index, line);) {
        std::istringstream words(line);
        Entry entry;
        words >> entry.name >> entry.strategy;
        for (std::string axis; words >> axis;)
            entry.dynamic.push_back(axis);
        all.push_back(std::move(entry));
    }
    return all;
}

std::vector<fs::path> input_sets(const std::string& name)
{
    std::vector<fs::path> sets;
    for (int i = 0; fs::exists(folder() / name / fmt::format("set{}", i)); ++i)
        sets.push_back(folder() / name / fmt::format("set{}", i));
    return sets;
}

} // namespace

class TestScripted : public QObject {
    Q_OBJECT

private:
    using Exported = Result<std::shared_ptr<const Inspection>>;

    static Exported export_with(const Entry& entry, Strategy strategy, const fs::path& onnx)
    {
        ExportOptions options;
        options.strategy = strategy;
        options.inputs_dir = folder() / entry.name / "set0";
        for (const std::string& axis : entry.dynamic)
            options.dynamic_axes.push_back(parse_dynamic_axis(axis).value());
        TaskContext task;
        STRATA_TRY(const auto opened,
                   open_model(folder() / entry.name / "model.pt", options, task));
        return write_export(opened, onnx, options, task);
    }
    static bool complete(const Exported& exported)
    {
        return exported && (*exported)->unsupported.empty();
    }

private Q_SLOTS:
    void otherPaths_data();
    void otherPaths();
    void autoTakesWhatWorks_data() { otherPaths_data(); }
    void autoTakesWhatWorks();
};

void TestScripted::otherPaths_data()
{
    QTest::addColumn<int>("index");
    int index = 0;
    for (const Entry& entry : entries())
        QTest::newRow(entry.name.c_str()) << index++;
    QVERIFY(index > 30);
}

void TestScripted::otherPaths()
{
    QFETCH(int, index);
    const Entry entry = entries().at(static_cast<std::size_t>(index));
    const QTemporaryDir made;
    const fs::path onnx = fs::path(made.path().toStdString()) / "model.onnx";
    const Exported exported = export_with(entry, Strategy::Auto, onnx);
    QVERIFY2(exported, exported ? "" : exported.error().text().c_str());
    for (const UnsupportedOperator& op : (*exported)->unsupported)
        QFAIL((op.op + ": " + op.reason).c_str());
    QCOMPARE((*exported)->strategy == "fx", entry.strategy == "fx");
    QCOMPARE((*exported)->coverage.all.recorded, (*exported)->coverage.all.total);
    const std::vector<fs::path> sets = input_sets(entry.name);
    QVERIFY(!sets.empty());
    for (std::size_t i = 0; i < sets.size(); ++i) {
        if (i > 0 && entry.strategy != "fx")
            break; // it holds for the inputs of the run, and says so
        VerifyOptions verify;
        verify.onnx = onnx;
        verify.inputs_dir = sets[i];
        TaskContext task;
        const auto outputs = verify_model(verify, task);
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QVERIFY(!outputs->empty());
        for (const OutputParity& output : *outputs)
            QVERIFY2(output.ok, fmt::format("set {}, {}: max_abs {} {}", i, output.name,
                                            output.max_abs, output.note)
                                    .c_str());
    }
}

/// What one of the two strategies can export, the default can.
void TestScripted::autoTakesWhatWorks()
{
    QFETCH(int, index);
    const Entry entry = entries().at(static_cast<std::size_t>(index));
    const QTemporaryDir made;
    const fs::path onnx = fs::path(made.path().toStdString()) / "model.onnx";
    const bool one = complete(export_with(entry, Strategy::Fx, onnx)) ||
                     complete(export_with(entry, Strategy::Htp, onnx));
    QVERIFY(one);
    QVERIFY(complete(export_with(entry, Strategy::Auto, onnx)));
}

QTEST_APPLESS_MAIN(TestScripted)
#include "tst_scripted.moc"
