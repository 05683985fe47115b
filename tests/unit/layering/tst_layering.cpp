// The include directions that ARCHITECTURE.md promises, checked on the real sources; and the
// checker itself, checked on made-up ones.
#include "unit/layering/include_rules.h"

#include <QtTest>

#include <filesystem>
#include <fstream>

using namespace include_rules;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<SourceFile> sources()
{
    const fs::path root = STRATA_SOURCE_DIR;
    std::vector<SourceFile> files;
    for (const char* folder : {"app", "core", "ui", "tests"})
        for (const auto& entry : fs::recursive_directory_iterator(root / folder))
            if (entry.path().extension() == ".cpp" || entry.path().extension() == ".h")
                files.push_back(
                    {fs::relative(entry.path(), root).generic_string(), read(entry.path())});
    return files;
}

const char* const small_cmake = R"(
strata_layer(base LIBS fmt::fmt)
strata_layer(ir DEPENDS base LIBS fmt::fmt)
strata_layer(onnx DEPENDS ir LIBS strata_onnx_proto)
strata_layer(torch DEPENDS ir EXCLUDE "/torch/backend/")
strata_layer(layout DEPENDS ir
             LIBS PkgConfig::GRAPHVIZ)
strata_layer(lowering DEPENDS ir passes LIBS fmt::fmt)
strata_layer(passes DEPENDS ir)
)";

/// The rules that a made-up file breaks, in the order found.
QStringList broken(const std::string& path, const std::string& text)
{
    // What the made-up files include has to exist.
    std::vector<SourceFile> files{
        {"core/base/result.h", ""},      {"core/ir/tensor.h", ""},
        {"core/onnx/onnx_reader.h", ""}, {"core/passes/value_facts.h", ""},
        {"core/lowering/emitter.h", ""}, {"core/torch/torch_backend.h", ""}};
    files.push_back({path, text});
    QStringList rules;
    for (const Violation& violation : check(files, read_layer_table(small_cmake)))
        rules.append(QString::fromStdString(violation.rule));
    return rules;
}

} // namespace

class TestLayering : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sourcesKeepTheRules()
    {
        const LayerTable table =
            read_layer_table(read(fs::path(STRATA_SOURCE_DIR) / "core" / "CMakeLists.txt"));
        QVERIFY(table.size() >= 10);
        std::vector<Violation> found = check_layer_table(table);
        const auto files = sources();
        QVERIFY(files.size() > 30);
        for (const Violation& violation : check(files, table))
            found.push_back(violation);
        for (const Violation& violation : found)
            qCritical("%s", violation.text().c_str());
        QCOMPARE(found.size(), std::size_t(0));
    }

    void readsTheTable()
    {
        const LayerTable table = read_layer_table(small_cmake);
        QCOMPARE(table.size(), std::size_t(7));
        QCOMPARE(table.at("base"), std::set<std::string>{});
        QCOMPARE(table.at("layout"), (std::set<std::string>{"base", "ir"}));
        QCOMPARE(table.at("lowering"), (std::set<std::string>{"base", "ir", "passes"}));
        QVERIFY(check_layer_table(table).empty());
    }

    void findsWrongTables_data()
    {
        QTest::addColumn<QString>("cmake");
        QTest::newRow("upward") << "strata_layer(base DEPENDS ir)\nstrata_layer(ir)";
        QTest::newRow("cycle") << "strata_layer(lowering DEPENDS report)\n"
                                  "strata_layer(report DEPENDS lowering)";
        QTest::newRow("peers") << "strata_layer(onnx DEPENDS torch)\nstrata_layer(torch)";
        QTest::newRow("unknown layer") << "strata_layer(misc DEPENDS base)\nstrata_layer(base)";
    }
    void findsWrongTables()
    {
        QFETCH(QString, cmake);
        QVERIFY(!check_layer_table(read_layer_table(cmake.toStdString())).empty());
    }

    void judgesFiles_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("rule"); // empty: nothing is wrong

        QTest::newRow("downward") << "core/lowering/x.cpp"
                                  << "#include \"ir/tensor.h\""
                                  << "";
        QTest::newRow("indirect") << "core/onnx/x.cpp"
                                  << "#include \"base/result.h\""
                                  << "";
        QTest::newRow("declared peer") << "core/lowering/x.cpp"
                                       << "#include \"passes/value_facts.h\""
                                       << "";
        QTest::newRow("own layer") << "core/passes/x.cpp"
                                   << "#include \"passes/value_facts.h\""
                                   << "";
        QTest::newRow("upward") << "core/ir/x.h"
                                << "#include \"lowering/emitter.h\""
                                << "layer";
        QTest::newRow("upward, spaced") << "core/ir/x.h"
                                        << "\n  #  include  \"lowering/emitter.h\""
                                        << "layer";
        QTest::newRow("undeclared") << "core/passes/x.cpp"
                                    << "#include \"onnx/onnx_reader.h\""
                                    << "layer";
        QTest::newRow("core to ui") << "core/ir/x.cpp"
                                    << "#include \"ui/main_window.h\""
                                    << "layer";
        QTest::newRow("ui to core") << "ui/x.cpp"
                                    << "#include \"lowering/emitter.h\""
                                    << "";
        QTest::newRow("ui to app") << "ui/x.cpp"
                                   << "#include \"app/gui/main.h\""
                                   << "layer";
        QTest::newRow("cli to ui") << "app/cli/x.cpp"
                                   << "#include \"ui/theme.h\""
                                   << "layer";
        QTest::newRow("undeclared folder") << "core/misc/x.cpp"
                                           << "int a;"
                                           << "layer";
        QTest::newRow("no such header") << "core/ir/x.cpp"
                                        << "#include \"base/gone.h\""
                                        << "missing";

        QTest::newRow("Qt in core") << "core/ir/x.h"
                                    << "#include <QString>"
                                    << "qt";
        QTest::newRow("Qt by module") << "core/ir/x.h"
                                      << "#include <QtCore/QString>"
                                      << "qt";
        QTest::newRow("Qt by file") << "core/ir/x.h"
                                    << "#include <qglobal.h>"
                                    << "qt";
        QTest::newRow("Qt in the cli") << "app/cli/x.cpp"
                                       << "#include <QCoreApplication>"
                                       << "qt";
        QTest::newRow("Qt in ui") << "ui/x.cpp"
                                  << "#include <QString>"
                                  << "";
        QTest::newRow("Qt macro") << "core/ir/x.h"
                                  << "Q_UNUSED(x)"
                                  << "qt";
        QTest::newRow("standard header") << "core/ir/x.h"
                                         << "#include <queue>"
                                         << "";

        QTest::newRow("torch in the backend") << "core/torch/backend/x.cpp"
                                              << "#include <torch/script.h>"
                                              << "";
        QTest::newRow("torch in the layer") << "core/torch/x.cpp"
                                            << "#include <torch/script.h>"
                                            << "torch";
        QTest::newRow("c10") << "ui/x.cpp"
                             << "#include <c10/util/Half.h>"
                             << "torch";
        QTest::newRow("our torch header") << "ui/x.cpp"
                                          << "#include \"torch/torch_backend.h\""
                                          << "";

        QTest::newRow("protobuf in onnx") << "core/onnx/x.cpp"
                                          << "#include <onnx/onnx_pb.h>"
                                          << "";
        QTest::newRow("protobuf in a public header") << "core/onnx/x.h"
                                                     << "#include <onnx/onnx_pb.h>"
                                                     << "protobuf";
        QTest::newRow("protobuf elsewhere") << "core/ir/x.cpp"
                                            << "#include <google/protobuf/message.h>"
                                            << "protobuf";
        QTest::newRow("libonnx elsewhere") << "core/passes/x.cpp"
                                           << "#include <onnx/checker.h>"
                                           << "protobuf";
        QTest::newRow("our onnx header") << "app/cli/x.cpp"
                                         << "#include \"onnx/onnx_reader.h\""
                                         << "";

        QTest::newRow("Graphviz in layout") << "core/layout/x.cpp"
                                            << "#include <gvc.h>\n#include <cgraph.h>"
                                            << "";
        QTest::newRow("Graphviz in a header") << "core/layout/x.h"
                                              << "#include <graphviz/gvc.h>"
                                              << "graphviz";
        QTest::newRow("Graphviz in ui") << "ui/x.cpp"
                                        << "#include <gvc.h>"
                                        << "graphviz";

        QTest::newRow("700 lines") << "tests/x.cpp" << QString("\n").repeated(700) << "";
        QTest::newRow("701 lines") << "tests/x.cpp" << QString("\n").repeated(701) << "length";
    }
    void judgesFiles()
    {
        QFETCH(QString, path);
        QFETCH(QString, text);
        QFETCH(QString, rule);
        const QStringList expected = rule.isEmpty() ? QStringList() : QStringList{rule};
        QCOMPARE(broken(path.toStdString(), text.toStdString()), expected);
    }

    void onlyOneFileSeesGraphviz()
    {
        const LayerTable table = read_layer_table(small_cmake);
        const std::vector<SourceFile> two{{"core/layout/a.cpp", "#include <gvc.h>\n"},
                                          {"core/layout/b.cpp", "#include <gvc.h>\n"}};
        const auto found = check(two, table);
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].rule, std::string("graphviz"));
    }
};

QTEST_APPLESS_MAIN(TestLayering)
#include "tst_layering.moc"
