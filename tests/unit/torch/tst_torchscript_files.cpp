// Which files open, what is said about those that do not, and that models run.
#include "program_probe.h"

#include "frontends/model_file.h"
#include "onnx/onnx_reader.h"

#include <cmath>

using namespace strata;
using namespace strata::test;

namespace {

std::filesystem::path data(const std::string& file)
{
    return std::filesystem::path(STRATA_TEST_DATA) / file;
}

} // namespace

class TorchScriptFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void load_program_opens_torchscript();
    void load_program_refuses_others();
    void optimized_for_inference();
    void other_methods();
    void functions();
    void training();
    void cancelled();
    void runs_data();
    void runs();
    void wrong_number_of_inputs();
    void failing_run();
};

void TorchScriptFiles::initTestCase()
{
    QVERIFY(!torch_backend_loaded());
    // A module that cannot be loaded is a missing feature, and not for ever.
    qputenv("STRATA_TORCH_MODULE", data("zoo/misc/notes_text.pt").c_str());
    const auto broken = torch_backend();
    QVERIFY(!broken);
    QCOMPARE(broken.error().code, ErrorCode::MissingFeature);
    QVERIFY(broken.error().message.find("LibTorch") != std::string::npos);
    QVERIFY(!torch_backend_loaded());
    qunsetenv("STRATA_TORCH_MODULE");
    QVERIFY(torch_backend());
    QVERIFY(torch_backend_loaded());
}

void TorchScriptFiles::load_program_opens_torchscript()
{
    TaskContext task;
    const auto program = load_program(data("zoo/sid/simple_cnn/simple_cnn.ts.pt"), task);
    QVERIFY(program);
    QCOMPARE((*program)->format, ModelFormat::TorchScript);
    QCOMPARE((*program)->modules[root_module].class_name, std::string("SimpleCNN"));
}

void TorchScriptFiles::load_program_refuses_others()
{
    TaskContext task;
    for (const char* file : {"single_tensor.pt", "all_dtypes.pt", "empty.pt", "notes_text.pt",
                             "truncated.pt2", "does_not_exist.pt"}) {
        const auto program = load_program(data(std::string("zoo/misc/") + file), task);
        QVERIFY2(!program, file);
        QCOMPARE(program.error().code, ErrorCode::CannotRead);
        QVERIFY2(program.error().message.find(file) != std::string::npos,
                 program.error().message.c_str());
    }
}

void TorchScriptFiles::optimized_for_inference()
{
    TaskContext task;
    const auto program = load_program(data("zoo/misc/res_optimized_inference.ts.pt"), task);
    QVERIFY(!program);
    QCOMPARE(program.error().code, ErrorCode::CannotRead);
    QVERIFY(program.error().message.find("optimize_for_inference") != std::string::npos);
}

void TorchScriptFiles::other_methods()
{
    TaskContext task;
    const auto path = data("torch/methods.script.pt");
    const auto missing = (*torch_backend())->load_program(path, {.method = "nothing"}, task);
    QVERIFY(!missing);
    QVERIFY(missing.error().message.find("'nothing'") != std::string::npos);
    QVERIFY(missing.error().message.find("forward") != std::string::npos);
}

void TorchScriptFiles::functions()
{
    TaskContext task;
    const auto program = load_program(data("zoo/misc/function.script.pt"), task);
    QVERIFY(program);
    QCOMPARE((*program)->modules.size(), std::size_t{1});
    QVERIFY(!(*program)->frozen);
}

void TorchScriptFiles::training()
{
    const auto severity = [](const char* file) -> std::optional<Severity> {
        TaskContext task;
        const auto program = load_program(data(file), task);
        if (!program || !(*program)->training)
            return std::nullopt;
        for (const Diagnostic& found : (*program)->diagnostics)
            if (found.code == "training-mode")
                return found.severity;
        return std::nullopt;
    };
    QVERIFY(severity("torch/dropping.script.pt") == Severity::Warning);
    QVERIFY(severity("torch/tied_training.script.pt") == Severity::Info);
    QVERIFY(!severity("torch/tied.script.pt"));
}

void TorchScriptFiles::cancelled()
{
    std::stop_source source;
    source.request_stop();
    TaskContext task(source.get_token());
    const auto program = load_program(data("zoo/sid/simple_cnn/simple_cnn.ts.pt"), task);
    QVERIFY(!program);
    QCOMPARE(program.error().code, ErrorCode::Cancelled);
}

void TorchScriptFiles::runs_data()
{
    QTest::addColumn<QString>("file");
    for (const char* file :
         {"simple_cnn/simple_cnn.ts.pt", "shared_module/shared_module.script.pt",
          "control_flow_if/control_flow_if.script.pt", "containers/containers.ts.pt",
          "norms/norms.ts.pt", "multi_io_dict/multi_io_dict.ts.pt"})
        QTest::newRow(file) << file;
}

void TorchScriptFiles::runs()
{
    // Against the outputs that eager PyTorch gave when the files were made.
    QFETCH(QString, file);
    const std::filesystem::path path = data("zoo/sid/" + file.toStdString());
    TaskContext task;
    const auto module = (*torch_backend())->load_runnable(path, task);
    QVERIFY(module);
    std::vector<Tensor> inputs;
    for (int i = 0;; ++i) {
        const auto input = path.parent_path() / ("input_" + std::to_string(i) + ".pb");
        if (!std::filesystem::exists(input))
            break;
        const auto tensor = read_tensor_proto(input);
        QVERIFY(tensor);
        inputs.push_back(*tensor);
    }
    QVERIFY(!inputs.empty());
    const auto outputs = (*module)->run(inputs, task);
    QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
    QVERIFY(!outputs->empty());
    for (std::size_t i = 0; i < outputs->size(); ++i) {
        const auto expected =
            read_tensor_proto(path.parent_path() / ("output_" + std::to_string(i) + ".pb"));
        QVERIFY(expected);
        QCOMPARE((*outputs)[i].shape, expected->shape);
        const auto got = (*outputs)[i].to_doubles();
        const auto want = expected->to_doubles();
        QVERIFY(got && want);
        for (std::size_t k = 0; k < want->size(); ++k)
            QVERIFY2(std::abs((*got)[k] - (*want)[k]) <= 1e-4 + 1e-4 * std::abs((*want)[k]),
                     qPrintable(QString("output %1 element %2").arg(i).arg(k)));
    }
}

void TorchScriptFiles::wrong_number_of_inputs()
{
    TaskContext task;
    const auto module =
        (*torch_backend())->load_runnable(data("zoo/sid/simple_cnn/simple_cnn.ts.pt"), task);
    QVERIFY(module);
    const auto none = (*module)->run({}, task);
    QVERIFY(!none);
    QCOMPARE(none.error().code, ErrorCode::Usage);
    QVERIFY(none.error().message.find("'x'") != std::string::npos);
    const Tensor zero = Tensor::filled(DType::Float32, {1}, 0);
    const auto many = (*module)->run({zero, zero, zero}, task);
    QVERIFY(!many);
    QCOMPARE(many.error().code, ErrorCode::Usage);
}

void TorchScriptFiles::failing_run()
{
    // A tensor of the wrong rank: the reason, not LibTorch's stack trace.
    TaskContext task;
    const auto module =
        (*torch_backend())->load_runnable(data("zoo/sid/simple_cnn/simple_cnn.ts.pt"), task);
    QVERIFY(module);
    const auto outputs = (*module)->run({Tensor::filled(DType::Float32, {2}, 1)}, task);
    QVERIFY(!outputs);
    QVERIFY(outputs.error().message.find('\n') == std::string::npos);
    QVERIFY(outputs.error().message.find("Traceback") == std::string::npos);
    QVERIFY(outputs.error().message.find("Expected") != std::string::npos);
}

QTEST_APPLESS_MAIN(TorchScriptFiles)
#include "tst_torchscript_files.moc"
