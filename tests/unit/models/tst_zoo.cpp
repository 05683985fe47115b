// Whole models: real TorchScript files and exported programs of three PyTorch versions go all the
// way to ONNX Runtime, and what Strata says about modules is compared with what Python said
// (meta.json) and with the names of the parameters.
//
// Runs on tests/data/zoo; with the environment variable STRATA_ZOO on that folder instead.
#include "onnx/onnx_reader.h"
#include "onnx/onnx_writer.h"
#include "session/session.h"

#include <QtTest>
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
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

/// How many nodes PyTorch 2.14's exporter makes of the models, Constant nodes not counted.
const std::map<std::string, std::size_t> newest_exporter_nodes{{"simple_cnn", 8},
                                                               {"complex_mlp", 21},
                                                               {"vgg_like", 17},
                                                               {"production_resnet", 38},
                                                               {"efficientnet_block", 49},
                                                               {"mobilenet_block", 17},
                                                               {"densenet_block", 24},
                                                               {"unet", 18},
                                                               {"vae", 11},
                                                               {"resnet18", 50},
                                                               {"resnet50", 122},
                                                               {"resnet_tiny", 65},
                                                               {"mobilenet_v2", 101},
                                                               {"mobilenet_v3_small", 123},
                                                               {"densenet121", 368},
                                                               {"googlenet", 139},
                                                               {"squeezenet1_1", 65},

                                                               {"pools", 8},
                                                               {"norms", 19},
                                                               {"activations", 95},
                                                               {"shared_module", 19},
                                                               {"containers", 8},
                                                               {"multi_io_dict", 5},
                                                               {"lstm_classifier", 11},
                                                               {"shape_ops", 24},
                                                               {"gnn_adj", 13},
                                                               {"dtypes_mix", 9},
                                                               {"bert_eager", 71},
                                                               {"t5_encoder_eager", 84},
                                                               {"vit_eager", 68},
                                                               {"whisper_encoder_eager", 63},
                                                               {"sam_vision_encoder_eager", 140},
                                                               {"swin_t", 396},
                                                               {"convnext", 74}};

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

/// Whether the module's layer was recorded as one operator (ir/fx_fused_layers.h): nothing but that
/// operator's parts has attention in this form.
bool runs_fused(const Program& program, const std::string& fqn)
{
    const FxGraph& graph = program.graph;
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const FxNode& node) {
        const FrameId layer = graph.frames[node.frame].parent;
        return node.target == "aten::_native_multi_head_attention" && layer != no_index &&
               fqn.starts_with(program.modules[graph.frames[layer].module].fqn + ".");
    });
}

/// Whether an operation outside of branches and loops belongs to the module.
bool runs_in_main_graph(const Program& program, const std::string& fqn)
{
    const FxGraph& graph = program.graph;
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const FxNode& node) {
        return node.block == FxGraph::main_block &&
               program.modules[graph.frames[node.frame].module].fqn == fqn;
    });
}

} // namespace

class TestZoo : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    static void check_modules(const fs::path& meta_path, const Inspection& inspection,
                              const Program& program);
    static void check_parameter_truth(const OnnxModel& model, const Inspection& inspection,
                                      bool strict);

private Q_SLOTS:
    void models_data();
    void models();
    void formats_agree_data();
    void formats_agree();
    void decomposed_data();
    void decomposed();
};

void TestZoo::models_data()
{
    QTest::addColumn<QString>("file");
    std::set<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(zoo_folder())) {
        const std::string name = entry.path().filename().string();
        if (entry.path().parent_path().filename() == "misc")
            continue;
        if (name.ends_with(".ts.pt") || name.ends_with(".script.pt") || name.ends_with(".pt2"))
            files.insert(entry.path());
    }
    QVERIFY(!files.empty());
    for (const fs::path& file : files)
        QTest::newRow(fs::relative(file, zoo_folder()).c_str())
            << QString::fromStdString(file.string());
}

/// Instances and classes, as Python's named_modules() told them.
void TestZoo::check_modules(const fs::path& meta_path, const Inspection& inspection,
                            const Program& program)
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
        // Exported programs do not say the class of modules that run in branches only, never, or
        // as a part of a fused operator.
        const bool told = inspection.format != ModelFormat::ExportedProgram ||
                          (runs_in_main_graph(program, fqn) && !runs_fused(program, fqn));
        if (told || !found[fqn].empty())
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
    options.opset = newest_opset; // that of the files whose sizes are compared below
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
    // As it is in the file: what is exported may be the branch that a run took.
    const auto loaded = load_model(path, task);
    QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().text().c_str());
    check_modules(folder / "meta.json", inspection, *(*loaded)->program);

    const bool is_torchscript = inspection.format == ModelFormat::TorchScript;
    if (const auto theirs = newest_exporter_nodes.find(model_name);
        theirs != newest_exporter_nodes.end() && is_torchscript && inspection.unsupported.empty())
        QVERIFY2(10 * inspection.model->nodes.size() <= 11 * theirs->second,
                 fmt::format("{} nodes, {} in PyTorch 2.14's file", inspection.model->nodes.size(),
                             theirs->second)
                     .c_str());

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

    // The oldest supported ONNX library knows opset 17.
    ExportOptions older = options;
    older.opset = 17;
    const auto checkable = open_model(path, older, task);
    QVERIFY2(checkable.has_value(), checkable ? "" : checkable.error().text().c_str());
    const fs::path checked = fs::path(m_folder.path().toStdString()) / "opset17.onnx";
    QVERIFY(write_export(*checkable, checked, older, task).has_value());
    const Status valid = check_onnx(checked);
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

void TestZoo::formats_agree_data()
{
    QTest::addColumn<QString>("exported");
    QTest::addColumn<QString>("torchscript");
    std::map<std::string, std::pair<fs::path, fs::path>> pairs;
    for (const auto& entry : fs::recursive_directory_iterator(zoo_folder())) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with(".pt2") || entry.path().parent_path().filename() == "misc")
            continue;
        for (const char* kind : {".ts.pt", ".script.pt"}) {
            const fs::path other =
                entry.path().parent_path() / (name.substr(0, name.find('.')) + kind);
            if (fs::exists(other))
                pairs.emplace(fs::relative(entry.path(), zoo_folder()).string() + kind,
                              std::pair(entry.path(), other));
        }
    }
    QVERIFY(!pairs.empty());
    for (const auto& [row, files] : pairs)
        QTest::newRow(row.c_str()) << QString::fromStdString(files.first.string())
                                   << QString::fromStdString(files.second.string());
}

namespace {

/// The modules, or their calls ("fc@1"), that use a parameter or buffer.
using Users = std::set<std::string>;

/// Scripted code has loops and both branches, where calls are not counted as in a run.
enum class Naming { Calls, Modules };

std::map<std::string, Users> users_of_state(const Program& program, Naming naming)
{
    std::set<std::uint32_t> owned;
    for (ModuleId id = 0; id < program.modules.size(); ++id)
        for (const ModuleTensor& tensor : program.modules[id].tensors)
            if (tensor.is_parameter || tensor.is_persistent)
                owned.insert(tensor.tensor);
    std::map<FxValueId, std::string> names;
    std::map<std::string, Users> users;
    for (const FxNode& node : program.graph.nodes) {
        if (node.kind == FxKind::GetAttr && owned.contains(node.tensor))
            names[node.outputs.front()] = program.tensor_names[node.tensor];
        if (node.kind == FxKind::Output)
            continue;
        std::set<std::string> used;
        visit_uses(node, [&](FxValueId value) {
            if (const auto name = names.find(value); name != names.end())
                used.insert(name->second);
        });
        const CallFrame& frame = program.graph.frames[node.frame];
        for (const std::string& name : used)
            users[name].insert(
                naming == Naming::Calls
                    ? fmt::format("{}@{}", program.modules[frame.module].fqn, frame.call)
                    : program.modules[frame.module].fqn);
    }
    return users;
}

} // namespace

/// A model's TorchScript files and its exported program say the same of every parameter.
void TestZoo::formats_agree()
{
    QFETCH(QString, exported);
    QFETCH(QString, torchscript);
    TaskContext task;
    const auto a = load_model(exported.toStdString(), task);
    QVERIFY2(a.has_value(), a ? "" : a.error().text().c_str());
    const auto b = load_model(torchscript.toStdString(), task);
    QVERIFY2(b.has_value(), b ? "" : b.error().text().c_str());
    const Naming naming = (*b)->program->traced ? Naming::Calls : Naming::Modules;
    const auto in_exported = users_of_state(*(*a)->program, naming);
    const auto in_torchscript = users_of_state(*(*b)->program, naming);
    QVERIFY(!in_exported.empty() || in_torchscript.empty());
    std::size_t compared = 0;
    for (const auto& [name, users] : in_exported) {
        const auto other = in_torchscript.find(name);
        if (other == in_torchscript.end())
            continue;
        ++compared;
        QVERIFY2(users == other->second,
                 fmt::format("'{}' is used by {} in the exported program and by {} in TorchScript",
                             name, fmt::join(users, ", "), fmt::join(other->second, ", "))
                     .c_str());
    }
    QVERIFY2(compared * 2 >= in_torchscript.size(), "too little could be compared");
}

void TestZoo::decomposed_data()
{
    QTest::addColumn<QString>("folder");
    for (const char* folder : {"decomposed", "exported"})
        for (const auto& entry : fs::directory_iterator(fs::path(STRATA_TEST_DATA) / folder))
            if (fs::exists(entry.path() / "model.pt2"))
                QTest::newRow(entry.path().filename().c_str())
                    << QString::fromStdString(entry.path().string());
}

/// Programs of core operators only, as run_decompositions() leaves them, and such as have what few
/// models do (control flow in control flow, vmap, autocast, training): exported like others.
void TestZoo::decomposed()
{
    QFETCH(QString, folder);
    const QTemporaryDir made;
    const fs::path onnx = fs::path(made.path().toStdString()) / "model.onnx";
    TaskContext task;
    const auto opened = open_model(folder.toStdString() + "/model.pt2", ExportOptions{}, task);
    QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
    const auto written = write_export(*opened, onnx, ExportOptions{}, task);
    QVERIFY2(written, written ? "" : written.error().text().c_str());
    QVERIFY((*written)->unsupported.empty());
    QCOMPARE((*written)->coverage.all.recorded, (*written)->coverage.all.total);
    for (const FxRecord& record : (*written)->accounting.records)
        QVERIFY(record.fate != FxFate::Unaccounted);
    VerifyOptions verify;
    verify.onnx = onnx;
    verify.inputs_dir = folder.toStdString();
    const auto outputs = verify_model(verify, task);
    QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
    QVERIFY(!outputs->empty());
    for (const OutputParity& output : *outputs)
        QVERIFY2(
            output.ok,
            fmt::format("{}: max_abs {} {}", output.name, output.max_abs, output.note).c_str());
}

QTEST_APPLESS_MAIN(TestZoo)
#include "tst_zoo.moc"
