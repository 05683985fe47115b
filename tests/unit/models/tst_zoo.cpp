// Whole models: real TorchScript files of three PyTorch versions go all the way to ONNX Runtime,
// and what Strata says about modules is compared with what Python said (meta.json) and with the
// names of the parameters.
//
// Runs on tests/data/zoo; with the environment variable STRATA_ZOO on that folder instead.
#include "onnx/onnx_reader.h"
#include "onnx/onnx_writer.h"
#include "session/session.h"

#include <QtTest>
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

using namespace strata;
namespace fs = std::filesystem;

namespace {

/// Models that must export completely (issue by issue this list grows).
const std::set<std::string> complete_models{"simple_cnn",
                                            "complex_mlp",
                                            "vgg_like",
                                            "production_resnet",
                                            "efficientnet_block",
                                            "mobilenet_block",
                                            "densenet_block",
                                            "unet",
                                            "vae",
                                            "resnet18",
                                            "resnet50",
                                            "mobilenet_v2",
                                            "mobilenet_v3_small",
                                            "efficientnet_b0",
                                            "densenet121",
                                            "googlenet",
                                            "squeezenet1_1",
                                            "conv13d",
                                            "pools",
                                            "norms",
                                            "activations",
                                            "shared_module",
                                            "containers",
                                            "multi_io_dict"};

fs::path zoo_folder()
{
    const QByteArray given = qgetenv("STRATA_ZOO");
    return given.isEmpty() ? fs::path(STRATA_TEST_DATA) / "zoo" : fs::path(given.toStdString());
}

/// The FQN before the last dot; nothing for names without a dot.
std::string owner_of(const std::string& parameter)
{
    const std::size_t dot = parameter.rfind('.');
    return dot == std::string::npos ? std::string{} : parameter.substr(0, dot);
}

/// The tensors' owners as named_parameters() would give them, from the module tree; a tensor with
/// several owners is left out.
std::map<std::string, std::string> unique_owners(const ModuleTree& modules)
{
    std::map<std::uint32_t, std::set<std::string>> names;
    for (ModuleId id = 0; id < modules.size(); ++id)
        for (const ModuleTensor& tensor : modules[id].tensors)
            names[tensor.tensor].insert(
                modules[id].fqn.empty() ? tensor.name : modules[id].fqn + "." + tensor.name);
    std::map<std::string, std::string> owners;
    for (const auto& [tensor, all] : names)
        if (all.size() == 1)
            owners.emplace(*all.begin(), owner_of(*all.begin()));
    return owners;
}

} // namespace

class TestZoo : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    static void check_modules(const fs::path& meta_path, const Inspection& inspection);
    static void check_parameter_truth(const OnnxModel& model, const Inspection& inspection,
                                      bool strict);

private Q_SLOTS:
    void models_data();
    void models();
};

void TestZoo::models_data()
{
    QTest::addColumn<QString>("file");
    std::set<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(zoo_folder())) {
        const std::string name = entry.path().filename().string();
        if (entry.path().parent_path().filename() == "misc")
            continue;
        if (name.ends_with(".ts.pt") || name.ends_with(".script.pt"))
            files.insert(entry.path());
    }
    QVERIFY(!files.empty());
    for (const fs::path& file : files)
        QTest::newRow(fs::relative(file, zoo_folder()).c_str())
            << QString::fromStdString(file.string());
}

/// Instances and classes, as Python's named_modules() told them.
void TestZoo::check_modules(const fs::path& meta_path, const Inspection& inspection)
{
    std::ifstream stream(meta_path);
    const auto meta = nlohmann::json::parse(stream);
    if (meta.value("wrapped", false))
        return;
    std::map<std::string, std::string> expected;
    for (const auto& pair : meta.at("named_modules")) {
        const std::string qualified = pair.at(1);
        expected[pair.at(0)] = qualified.substr(qualified.rfind('.') + 1);
    }
    std::map<std::string, std::string> found;
    for (ModuleId id = 0; id < inspection.modules.size(); ++id)
        if (inspection.modules[id].alias_of.empty())
            found[inspection.modules[id].fqn] = inspection.modules[id].class_name;
    for (const auto& [fqn, name] : expected) {
        QVERIFY2(found.contains(fqn), fmt::format("module '{}' is missing", fqn).c_str());
        QCOMPARE(found[fqn], name);
    }
    // Python lists an instance with two names once; TorchScript may save it twice, with the same
    // tensors.
    std::set<std::uint32_t> owned;
    for (ModuleId id = 0; id < inspection.modules.size(); ++id)
        if (expected.contains(inspection.modules[id].fqn))
            for (const ModuleTensor& tensor : inspection.modules[id].tensors)
                owned.insert(tensor.tensor);
    for (const auto& [fqn, name] : found) {
        const auto& tensors = inspection.modules[*inspection.modules.find(fqn)].tensors;
        const bool second_name =
            !tensors.empty() && std::all_of(tensors.begin(), tensors.end(), [&](const auto& t) {
                return owned.contains(t.tensor);
            });
        QVERIFY2(expected.contains(fqn) || second_name,
                 fmt::format("module '{}' is made up", fqn).c_str());
    }
}

/// `a.b.weight` feeds a node of module `a.b`: this truth comes from the names of the weights alone.
void TestZoo::check_parameter_truth(const OnnxModel& model, const Inspection& inspection,
                                    bool strict)
{
    const auto owners = unique_owners(inspection.modules);
    std::size_t checked = 0;
    for (NodeId id = 0; id < model.nodes.size(); ++id) {
        const std::string module(model.metadata_value(id, "strata.module"));
        for (const ValueId input : model.nodes[id].inputs) {
            if (input == no_id || model.values[input].initializer == no_id)
                continue;
            const auto owner = owners.find(std::string(model.text(model.values[input].name)));
            if (owner == owners.end())
                continue;
            ++checked;
            // Some modules read a child's weight in their own forward (attention's out_proj).
            const bool ancestor = module.empty() || owner->second.starts_with(module + ".");
            QVERIFY2(module == owner->second || (!strict && ancestor),
                     fmt::format("'{}' feeds a node of module '{}'", owner->first, module).c_str());
        }
    }
    QVERIFY(checked > 0 || owners.empty() || !strict);
}

void TestZoo::models()
{
    QFETCH(QString, file);
    const fs::path path(file.toStdString());
    const fs::path folder = path.parent_path();
    const std::string model_name = folder.filename().string();
    const bool required = complete_models.contains(model_name);

    TaskContext task;
    ExportOptions options;
    options.inputs_dir = folder;
    const auto opened = open_model(path, options, task);
    QVERIFY2(opened.has_value(), opened ? "" : opened.error().text().c_str());
    const fs::path onnx =
        fs::path(m_folder.path().toStdString()) / (path.filename().string() + ".onnx");
    const auto written = write_export(*opened, onnx, options, task);
    QVERIFY2(written.has_value(), written ? "" : written.error().text().c_str());
    const Inspection& inspection = **written;

    QVERIFY(inspection.accounting.closed());
    QCOMPARE(inspection.accounting.records.size(), inspection.program->graph.nodes.size());
    QCOMPARE(inspection.coverage.all.recorded, inspection.coverage.all.total);
    QVERIFY(inspection.coverage.all.total > 0);
    if (required && !inspection.unsupported.empty())
        QFAIL(fmt::format("unsupported: {}: {}", inspection.unsupported.front().op,
                          inspection.unsupported.front().reason)
                  .c_str());
    check_modules(folder / "meta.json", inspection);

    // What the file itself says, read back.
    const auto read = read_onnx(onnx, task);
    QVERIFY2(read.has_value(), read ? "" : read.error().text().c_str());
    const OnnxModel& model = *read->model;
    QCOMPARE(model.nodes.size(), inspection.model->nodes.size());
    std::set<std::string> names;
    for (NodeId id = 0; id < model.nodes.size(); ++id) {
        QVERIFY(model.has_metadata(id, "strata.module"));
        QVERIFY2(names.insert(std::string(model.text(model.nodes[id].name))).second,
                 "node names are unique");
    }
    check_parameter_truth(model, inspection, required);
    if (!inspection.unsupported.empty())
        return;

    const Status valid = check_onnx(onnx);
    QVERIFY2(valid.has_value(), valid ? "" : valid.error().text().c_str());
    VerifyOptions verify;
    verify.onnx = onnx;
    verify.inputs_dir = folder; // outputs as eager PyTorch computed them
    const auto first_output = read_tensor_proto(folder / "output_0.pb");
    QVERIFY(first_output.has_value());
    if (first_output->dtype == DType::Float16)
        verify.atol = 1e-3; // two units in the last place at 1
    const auto outputs = verify_model(verify, task);
    if (!outputs && outputs.error().code == ErrorCode::MissingFeature)
        QSKIP(outputs.error().message.c_str());
    if (!outputs && !required &&
        outputs.error().text().find("NOT_IMPLEMENTED") != std::string::npos)
        return; // types that ONNX Runtime has no kernels for on this machine
    if (!outputs && !required &&
        outputs.error().text().find("Could not find an implementation") != std::string::npos)
        return;
    QVERIFY2(outputs.has_value(), outputs ? "" : outputs.error().text().c_str());
    QVERIFY(!outputs->empty());
    for (const OutputParity& output : *outputs)
        QVERIFY2(output.ok,
                 fmt::format("{}: {} {}", output.name, output.max_abs, output.note).c_str());
}

QTEST_APPLESS_MAIN(TestZoo)
#include "tst_zoo.moc"
