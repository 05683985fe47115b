// Exported programs through whole jobs: opened without LibTorch, models chosen, weights in place.
#include "base/mapped_file.h"
#include "pt2/zip_archive.h"
#include "session/session.h"
#include "support/pt2_builder.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

using namespace strata;
using namespace strata::tests;

namespace {

std::filesystem::path zoo(const std::string& file)
{
    return std::filesystem::path(STRATA_TEST_DATA) / "zoo" / file;
}

/// What this process has mapped: "ADDRESS-ADDRESS ... FILE" a line.
std::vector<std::string> mappings()
{
    std::ifstream maps("/proc/self/maps");
    std::vector<std::string> lines;
    for (std::string line; std::getline(maps, line);)
        lines.push_back(line);
    return lines;
}

bool has_mapped(const std::string& name)
{
    for (const std::string& line : mappings())
        if (line.find(name) != std::string::npos)
            return true;
    return false;
}

bool lies_in(const void* address, const std::string& file)
{
    for (const std::string& line : mappings()) {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        const auto place = reinterpret_cast<std::uintptr_t>(address);
        if (std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) == 2 && place >= begin &&
            place < end)
            return line.ends_with(file);
    }
    return false;
}

} // namespace

class Pt2Sessions : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }
    /// The archive with its model a second time, called "second".
    std::filesystem::path doubled(const std::filesystem::path& file) const
    {
        const auto mapped = *MappedFile::open(file);
        const auto archive = *ZipArchive::open(mapped, mapped->bytes());
        ZipBuilder zip;
        for (const ZipEntry& entry : archive.entries()) {
            const auto content = *archive.read(entry);
            const std::string bytes(reinterpret_cast<const char*>(content.bytes.data()),
                                    content.bytes.size());
            zip.add(entry.name, bytes);
            std::string second = entry.name;
            for (const auto& [from, to] :
                 {std::pair{"models/model.json", "models/second.json"},
                  std::pair{"model_weights_config", "second_weights_config"},
                  std::pair{"model_constants_config", "second_constants_config"}})
                if (const auto at = second.find(from); at != std::string::npos)
                    second.replace(at, std::string_view(from).size(), to);
            if (second != entry.name)
                zip.add(second, bytes);
        }
        std::ofstream(path("two.pt2"), std::ios::binary) << zip.bytes();
        return path("two.pt2");
    }

private Q_SLOTS:
    void initTestCase();
    void nothingOfLibTorchIsLoaded();
    void weightsAreNotCopied();
    void modelsAreChosen();
    void verifyComparesWithRecordedOutputs();
    void typesOfTheProgramCount();
    void sizesOfTheProgramMayBeConstants();
    void versionsAreToldToTheUser();
};

void Pt2Sessions::initTestCase()
{
    QVERIFY(m_folder.isValid());
}

void Pt2Sessions::nothingOfLibTorchIsLoaded()
{
    TaskContext task;
    for (const char* file :
         {"sid/half_mlp/half_mlp.pt2", "trixie/multi_io_dict/multi_io_dict.pt2"}) {
        const auto opened = open_model(zoo(file), {}, task);
        QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
        QCOMPARE((*opened)->format, ModelFormat::ExportedProgram);
        QCOMPARE((*opened)->coverage.all.recorded_coverage(), 1.0);
        QVERIFY((*opened)->coverage.all.total > 0);
    }
    QVERIFY(has_mapped("libstrata_core")); // the list is understood
    QVERIFY(!has_mapped("libstrata_torch"));
    QVERIFY(!has_mapped("libtorch"));
    QVERIFY(!has_mapped("libc10"));
}

void Pt2Sessions::weightsAreNotCopied()
{
    TaskContext task;
    const auto file = zoo("sid/half_mlp/half_mlp.pt2");
    const auto opened = open_model(file, {}, task);
    QVERIFY(opened);
    std::size_t weights = 0;
    for (const Initializer& initializer : (*opened)->model->initializers) {
        std::vector<std::byte> scratch;
        const auto bytes = initializer.tensor.contiguous_bytes(scratch);
        QVERIFY(bytes);
        if (!lies_in(bytes->data(), "half_mlp.pt2"))
            continue;
        QVERIFY(scratch.empty());
        ++weights;
    }
    QCOMPARE(weights, (*opened)->program->tensors.size());
}

void Pt2Sessions::modelsAreChosen()
{
    TaskContext task;
    const auto file = doubled(zoo("sid/half_mlp/half_mlp.pt2"));
    QCOMPARE(models_in(file), (std::vector<std::string>{"model", "second"}));
    QVERIFY(models_in(zoo("sid/half_mlp/half_mlp.dynamo.onnx")).empty());
    const auto unsaid = open_model(file, {}, task);
    QVERIFY(!unsaid);
    QCOMPARE(unsaid.error().code, ErrorCode::Usage);
    QVERIFY(unsaid.error().message.find("model, second") != std::string::npos);
    ExportOptions options;
    options.model = "second";
    QVERIFY(open_model(file, options, task));
    QVERIFY(load_model(file, "second", task));
    options.model = "third";
    QVERIFY(!open_model(file, options, task));
}

void Pt2Sessions::verifyComparesWithRecordedOutputs()
{
    TaskContext task;
    const auto file = zoo("trixie/multi_io_dict/multi_io_dict.pt2");
    const auto opened = open_model(file, {}, task);
    QVERIFY(opened);
    QVERIFY(write_export(*opened, path("out.onnx"), {}, task));
    VerifyOptions options;
    options.onnx = path("out.onnx");
    options.source = file;
    const auto without = verify_model(options, task);
    QVERIFY(!without);
    if (without.error().code == ErrorCode::MissingFeature)
        QSKIP("ONNX Runtime is not here");
    QCOMPARE(without.error().code, ErrorCode::Usage);
    QVERIFY(without.error().message.find("--inputs") != std::string::npos);
    options.inputs_dir = file.parent_path();
    const auto outputs = verify_model(options, task);
    QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
    QCOMPARE(outputs->size(), std::size_t{3}); // output_0.pb to output_2.pb
    for (const OutputParity& output : *outputs)
        QVERIFY2(output.ok, output.name.c_str());
}

void Pt2Sessions::typesOfTheProgramCount()
{
    TaskContext task;
    const auto file = zoo("sid/half_mlp/half_mlp.pt2");
    const auto opened = open_model(file, {}, task);
    QVERIFY(opened);
    const UsedInput& input = (*opened)->inputs.front();
    ExportOptions options;
    options.inputs = {{input.name, DType::Float64, {}}};
    for (const FxDim& dim : *input.shape)
        options.inputs.front().shape.push_back(dim.known() ? dim.value : 2);
    const auto wrong = open_model(file, options, task);
    QVERIFY(!wrong);
    QCOMPARE(wrong.error().code, ErrorCode::Usage);
    QVERIFY2(wrong.error().message.find("is float16, but float64 is given") != std::string::npos,
             wrong.error().message.c_str());
    options.inputs.front().dtype = DType::Float16;
    QVERIFY(open_model(file, options, task));
    options.inputs.front().shape.push_back(3);
    QVERIFY(!open_model(file, options, task));
}

void Pt2Sessions::sizesOfTheProgramMayBeConstants()
{
    TaskContext task;
    const auto file = zoo("sid/half_mlp/half_mlp.pt2");
    const auto opened = open_model(file, {}, task);
    QVERIFY(opened);
    const UsedInput& input = (*opened)->inputs.front();
    QVERIFY(input.shape->front().known());
    const auto warned = [&](const ExportOptions& options) {
        const auto made = open_model(file, options, task);
        if (!made)
            return made.error().text();
        for (const Diagnostic& diagnostic : (*made)->diagnostics)
            if (diagnostic.code == "fixed-axis" && diagnostic.severity == Severity::Warning)
                return diagnostic.message;
        return std::string();
    };
    ExportOptions options;
    QCOMPARE(warned(options), std::string());
    options.dynamic_axes = {{input.name, 0, "batch"}};
    const std::string told = warned(options);
    QVERIFY2(told.find("axis 0 of '" + input.name + "'") != std::string::npos, told.c_str());
    QVERIFY(told.find("dynamic_shapes") != std::string::npos);
}

void Pt2Sessions::versionsAreToldToTheUser()
{
    TaskContext task;
    std::ofstream(path("newer.pt2"), std::ios::binary)
        << pt2_archive({{"models/model.json", empty_program(8, 77)}});
    const auto loaded = load_model(path("newer.pt2"), task);
    QVERIFY2(loaded, loaded ? "" : loaded.error().text().c_str());
    bool told = false;
    for (const Diagnostic& diagnostic : (*loaded)->diagnostics)
        told =
            told || (diagnostic.code == "newer-schema" && diagnostic.severity == Severity::Warning);
    QVERIFY(told);
}

QTEST_APPLESS_MAIN(Pt2Sessions)
#include "tst_pt2_session.moc"
