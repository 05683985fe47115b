// The module tree of TorchScript files, against what PyTorch's named_modules() said when the files
// were written (meta.json).
#include "program_probe.h"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

using namespace strata;
using namespace strata::test;

class TorchScriptModules : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tree_data();
    void tree();
    void tied_weights_have_all_owners();
    void scripted_copies_are_one_instance();
    void buffers_are_not_parameters();
    void storages_are_shared_not_copied();
    void idle_containers_are_in_the_tree();
    void calls_are_counted();
};

void TorchScriptModules::tree_data()
{
    QTest::addColumn<QString>("file");
    for (const char* file :
         {"sid/simple_cnn/simple_cnn.ts.pt", "sid/simple_cnn/simple_cnn.script.pt",
          "sid/containers/containers.ts.pt", "sid/containers/containers.script.pt",
          "sid/control_flow_if/control_flow_if.ts.pt",
          "sid/control_flow_if/control_flow_if.script.pt", "sid/norms/norms.ts.pt",
          "sid/norms/norms.script.pt", "sid/resnet_tiny/resnet_tiny.ts.pt",
          "sid/shared_module/shared_module.ts.pt", "sid/shared_module/shared_module.script.pt",
          "trixie/shared_module/shared_module.ts.pt",
          "torch113/shared_module/shared_module.script.pt",
          "sid/multi_io_dict/multi_io_dict.ts.pt"})
        QTest::newRow(file) << file;
}

void TorchScriptModules::tree()
{
    QFETCH(QString, file);
    const std::string relative = "zoo/" + file.toStdString();
    const auto program = read_program(relative);
    QVERIFY(program);
    const std::filesystem::path folder =
        (std::filesystem::path(STRATA_TEST_DATA) / relative).parent_path();
    const auto meta = nlohmann::json::parse(std::ifstream(folder / "meta.json"));

    const ModuleTree& modules = program->modules;
    for (const auto& entry : meta.at("named_modules")) {
        const std::string fqn = entry.at(0);
        std::string class_name = entry.at(1);
        if (class_name.starts_with("__main__."))
            class_name.erase(0, 9); // TorchScript leaves the main module's name out
        const auto id = modules.find(fqn);
        QVERIFY2(id, fqn.c_str());
        QCOMPARE(modules[*id].qualified_class, class_name);
        QCOMPARE(modules[*id].class_name, class_name.substr(class_name.rfind('.') + 1));
        QCOMPARE(modules[*id].fqn, fqn);
    }
    // named_modules() leaves out the second name of an instance; the file has it.
    QCOMPARE(modules.size(), meta.at("named_modules_with_duplicates").get<std::size_t>());
    QCOMPARE(modules.count_tensors(root_module, program->tensors).parameters,
             meta.at("parameters").get<std::uint64_t>());
    QCOMPARE(program->traced, file.endsWith(".ts.pt"));
    QVERIFY(!program->frozen);
    QVERIFY(!program->quantized);
    QVERIFY(!program->training);
}

void TorchScriptModules::tied_weights_have_all_owners()
{
    for (const char* file : {"torch/tied.script.pt", "torch/tied.ts.pt"}) {
        const auto program = read_program(file);
        QVERIFY(program);
        std::map<std::uint32_t, std::vector<std::string>> owners;
        for (ModuleId id = 0; id < program->modules.size(); ++id)
            for (const ModuleTensor& tensor : program->modules[id].tensors)
                owners[tensor.tensor].push_back(program->modules[id].fqn + "." + tensor.name);
        const auto embed = program->modules.find("embed");
        QVERIFY(embed);
        const std::uint32_t weight = program->modules[*embed].tensors.at(0).tensor;
        QCOMPARE(joined(owners[weight]), QByteArray("embed.weight head.weight"));
        QCOMPARE(program->tensor_names[weight], std::string("embed.weight"));
        // 5 rows of 3, once.
        QCOMPARE(program->modules.count_tensors(root_module, program->tensors).parameters,
                 std::uint64_t{15});
    }
}

void TorchScriptModules::scripted_copies_are_one_instance()
{
    const auto program = read_program("torch/shared_instances.script.pt");
    QVERIFY(program);
    std::map<std::string, std::string> aliases;
    for (ModuleId id = 0; id < program->modules.size(); ++id)
        aliases[program->modules[id].fqn] = program->modules[id].alias_of;
    const std::map<std::string, std::string> expected{
        {"", ""},
        {"first", ""},
        {"first.inner", ""},
        {"again", "first"},
        {"other", ""}, // the same tensors, but another scale
        {"other.inner", "first.inner"},
        {"plain", ""},
        {"tied", ""}, // one tied weight does not make one instance
    };
    QCOMPARE(aliases, expected);
    QCOMPARE(joined(places_of(*program, "aten::tanh")), QByteArray("first first@1 other"));
    QCOMPARE(joined(places_of(*program, "aten::linear")),
             QByteArray("first.inner first.inner@1 first.inner@2 plain tied"));
}

void TorchScriptModules::buffers_are_not_parameters()
{
    const auto program = read_program("torch/tied.script.pt");
    QVERIFY(program);
    const Module& root = program->modules[root_module];
    QCOMPARE(root.tensors.size(), std::size_t{1});
    QCOMPARE(root.tensors[0].name, std::string("bias"));
    QVERIFY(!root.tensors[0].is_parameter);
    // A view of every second element of 0..9.
    const Tensor& bias = program->tensors[root.tensors[0].tensor];
    QCOMPARE(bias.shape, std::vector<std::int64_t>{5});
    const auto values = bias.to_doubles();
    QVERIFY(values);
    QCOMPARE(*values, (std::vector<double>{0, 2, 4, 6, 8}));
}

void TorchScriptModules::storages_are_shared_not_copied()
{
    const auto program = read_program("torch/tied.script.pt");
    QVERIFY(program);
    const Tensor& bias = program->tensors[program->modules[root_module].tensors[0].tensor];
    QCOMPARE(bias.strides, std::vector<std::int64_t>{2});
    QVERIFY(bias.storage);
    // The view's storage is the whole of the ten floats it was cut from.
    QCOMPARE(bias.storage->size(), std::size_t{40});
}

void TorchScriptModules::idle_containers_are_in_the_tree()
{
    const auto program = read_program("torch/twins.script.pt");
    QVERIFY(program);
    const auto idle = program->modules.find("idle");
    QVERIFY(idle);
    QCOMPARE(program->modules[*idle].class_name, std::string("ModuleList"));
    QCOMPARE(program->modules[*idle].calls, 0u);
    QVERIFY(program->modules.find("idle.0"));
}

void TorchScriptModules::calls_are_counted()
{
    for (const char* file : {"torch/twins.script.pt", "torch/twins.ts.pt"}) {
        const auto program = read_program(file);
        QVERIFY(program);
        for (const char* fqn : {"body", "body.0", "body.1", "body.2", "body.3"}) {
            const auto id = program->modules.find(fqn);
            QVERIFY2(id, fqn);
            QCOMPARE(program->modules[*id].calls, 2u);
        }
        QCOMPARE(program->modules[root_module].calls, 1u);
    }
}

QTEST_APPLESS_MAIN(TorchScriptModules)
#include "tst_torchscript_modules.moc"
