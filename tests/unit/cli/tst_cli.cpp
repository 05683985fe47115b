// strata-cli as scripts see it: a process with exit statuses, standard output and files.
#include "support/pt2_builder.h"

#include <QtTest>

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <csignal>

namespace {

struct Outcome {
    int status = -1;
    bool crashed = false;
    QByteArray out;
    QByteArray err;

    QJsonObject json() const
    {
        QJsonParseError error{};
        const QJsonDocument document = QJsonDocument::fromJson(out, &error);
        // One object and nothing else: trailing text is an error for the parser.
        if (error.error != QJsonParseError::NoError || !document.isObject())
            return {};
        return document.object();
    }
};

Outcome run(const QStringList& arguments)
{
    QProcess process;
    process.start(QStringLiteral(STRATA_BIN_DIR "/strata-cli"), arguments);
    Outcome outcome;
    if (!process.waitForFinished(120000))
        return outcome;
    outcome.crashed = process.exitStatus() != QProcess::NormalExit;
    outcome.status = process.exitCode();
    outcome.out = process.readAllStandardOutput();
    outcome.err = process.readAllStandardError();
    return outcome;
}

QString zoo(const QString& path)
{
    return QStringLiteral(STRATA_TEST_DATA "/zoo/") + path;
}

QByteArray contents(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestCli : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QStringList leftovers(const QString& folder) const
    {
        return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    }

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void help_and_version();
    void wrong_usage_data();
    void wrong_usage();
    void export_writes_model_and_sidecar();
    void json_is_one_object();
    void no_sidecar_and_reports();
    void opset_is_written_data();
    void opset_is_written();
    void dynamic_axes();
    void assumed_inputs_are_told();
    void verify_and_gates();
    void verify_without_kernels();
    void bad_files_data();
    void bad_files();
    void strict_writes_nothing();
    void unsupported_without_strict();
    void inputs_that_the_model_does_not_take();
    void missing_folder_leaves_nothing();
    void an_old_file_survives_a_failure();
    void audit_of_our_file();
    void audit_gate();
    void annotated_copy();
    void compare();
    void tree();
    void no_qt_and_no_torch_data();
    void no_qt_and_no_torch();
    void exported_programs();
    void interrupt_leaves_nothing();
};

void TestCli::help_and_version()
{
    const Outcome version = run({"--version"});
    QCOMPARE(version.status, 0);
    QVERIFY(version.out.startsWith("strata-cli "));
    QCOMPARE(run({"--help"}).status, 0);
    for (const char* command : {"export", "audit", "verify", "compare", "tree"}) {
        const Outcome help = run({command, "--help"});
        QCOMPARE(help.status, 0);
        QVERIFY2(help.out.contains("Examples:"), command);
        QVERIFY(help.err.isEmpty());
    }
}

void TestCli::wrong_usage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("says");
    const QString model = zoo("sid/simple_cnn/simple_cnn.ts.pt");
    const QString out = path("usage.onnx");
    QTest::newRow("nothing") << QStringList{} << "subcommand";
    QTest::newRow("command") << QStringList{"frobnicate"} << "frobnicate";
    QTest::newRow("no output") << QStringList{"export", model} << "--output";
    QTest::newRow("option") << QStringList{"export", model, "-o", out, "--colour"} << "--colour";
    QTest::newRow("strategy") << QStringList{"export", model, "-o", out, "--strategy", "guess"}
                              << "guess";
    QTest::newRow("opset") << QStringList{"export", model, "-o", out, "--opset", "12"}
                           << "13 to 20";
    QTest::newRow("opset text") << QStringList{"export", model, "-o", out, "--opset", "new"}
                                << "opset";
    QTest::newRow("input spec") << QStringList{"export", model,     "-o",
                                               out,      "--input", "x:float99[1]"}
                                << "float99";
    QTest::newRow("input name") << QStringList{"export", model,     "-o",
                                               out,      "--input", "image:float32[1,3,32,32]"}
                                << "inputs are: x";
    QTest::newRow("too many inputs")
        << QStringList{"export", model, "-o", out, "--input", ":float32[1]", "--input", ":int64[1]"}
        << "inputs are: x";
    QTest::newRow("dynamic name") << QStringList{"export",    model,      "-o",
                                                 out,         "--input",  "x:float32[2,3,32,32]",
                                                 "--dynamic", "y:0=batch"}
                                  << "'y'";
    QTest::newRow("dynamic axis") << QStringList{"export",    model,      "-o",
                                                 out,         "--input",  "x:float32[2,3,32,32]",
                                                 "--dynamic", "x:4=batch"}
                                  << "no axis 4";
    QTest::newRow("dynamic spec") << QStringList{"export", model, "-o", out, "--dynamic", "x=batch"}
                                  << "NAME:AXIS=SYMBOL";
    QTest::newRow("report format")
        << QStringList{"export", model, "-o", out, "--report", "pdf:" + path("r.pdf")}
        << "json, md";
    QTest::newRow("report form") << QStringList{"export", model, "-o", out, "--report", "md"}
                                 << "FORMAT:PATH";
    QTest::newRow("coverage") << QStringList{"export", model, "-o", out, "--min-coverage", "95"}
                              << "between 0 and 1";
    QTest::newRow("inputs folder")
        << QStringList{"export", model, "-o", out, "--inputs", path("nowhere")} << "nowhere";
    QTest::newRow("onto itself") << QStringList{"export", model, "-o", model} << "overwrite";
    QTest::newRow("output is a folder")
        << QStringList{"export", model, "-o", m_folder.path()} << "folder";
    QTest::newRow("verify against nothing") << QStringList{"verify", out} << "--source";
}

void TestCli::wrong_usage()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, says);
    const Outcome plain = run(arguments);
    QCOMPARE(plain.status, 2);
    QVERIFY(plain.out.isEmpty());
    QVERIFY2(plain.err.contains(says.toUtf8()), plain.err.constData());
    QVERIFY(!QFile::exists(path("usage.onnx")));

    const Outcome json = run(arguments + QStringList{"--json"});
    QCOMPARE(json.status, 2);
    const QJsonObject object = json.json();
    QVERIFY2(object["error"].toString().contains(says), json.out.constData());
    QCOMPARE(object["exit_status"].toInt(), 2);
}

void TestCli::export_writes_model_and_sidecar()
{
    const QString out = path("plain.onnx");
    const Outcome outcome = run({"export", zoo("sid/simple_cnn/simple_cnn.ts.pt"), "-o", out,
                                 "--inputs", zoo("sid/simple_cnn")});
    QCOMPARE(outcome.status, 0);
    QVERIFY2(outcome.err.isEmpty(), outcome.err.constData()); // no terminal, nothing to complain of
    QVERIFY(QFile::exists(out));
    const QJsonObject sidecar =
        QJsonDocument::fromJson(contents(path("plain.hierarchy.json"))).object();
    QCOMPARE(sidecar["format_version"].toInt(), 1);
    QCOMPARE(sidecar["model"].toObject()["file"].toString(), QString("plain.onnx"));
    QVERIFY(!contents(path("plain.hierarchy.json")).contains(m_folder.path().toUtf8()));
    QCOMPARE(sidecar["coverage"].toObject()["recorded_coverage"].toDouble(), 1.0);
    QVERIFY(sidecar["fx_accounting"].toObject()["closed"].toBool());

    // The same input gives the same bytes.
    const QByteArray first_model = contents(out);
    const QByteArray first_sidecar = contents(path("plain.hierarchy.json"));
    const Outcome again = run({"export", zoo("sid/simple_cnn/simple_cnn.ts.pt"), "-o", out,
                               "--inputs", zoo("sid/simple_cnn"), "--quiet"});
    QCOMPARE(again.status, 0);
    QVERIFY(again.out.isEmpty());
    QVERIFY(again.err.isEmpty());
    QVERIFY(contents(out) == first_model);
    QVERIFY(contents(path("plain.hierarchy.json")) == first_sidecar);
}

void TestCli::json_is_one_object()
{
    const Outcome outcome = run({"export", zoo("sid/simple_cnn/simple_cnn.script.pt"), "-o",
                                 path("json.onnx"), "--inputs", zoo("sid/simple_cnn"), "--json"});
    QCOMPARE(outcome.status, 0);
    const QJsonObject json = outcome.json();
    QVERIFY2(!json.isEmpty(), outcome.out.constData());
    QCOMPARE(json["strategy"].toString(), QString("fx"));
    QCOMPARE(json["opset"].toInt(), 17);
    for (const char* phase : {"load", "trace", "lower", "passes", "attribute", "write"})
        QVERIFY2(json["seconds"].toObject()[phase].isDouble(), phase);
    // conv, relu, pool, conv, relu, pool, flatten, linear: what SimpleCNN.forward spells.
    QCOMPARE(json["nodes_total"].toInt(), 8);
    QCOMPARE(json["nodes_recorded"].toInt(), 8);
    QCOMPARE(json["nodes_attributed"].toInt(), 8);
    QCOMPARE(json["nodes_orphan"].toInt(-1), 0);
    QCOMPARE(json["coverage"].toDouble(), 1.0);
    QCOMPARE(json["recorded_coverage"].toDouble(), 1.0);
    QCOMPARE(json["mean_confidence"].toDouble(), 1.0);
    QVERIFY(json["unsupported_ops"].isArray() && json["unsupported_ops"].toArray().isEmpty());
    QVERIFY(json["diagnostics"].isArray());
}

void TestCli::no_sidecar_and_reports()
{
    const Outcome outcome =
        run({"export", zoo("sid/simple_cnn/simple_cnn.ts.pt"), "-o", path("bare.onnx"), "--inputs",
             zoo("sid/simple_cnn"), "--no-sidecar", "--report", "md:" + path("bare.md"), "--report",
             "json:" + path("bare.json"), "--report", "html:" + path("bare.html")});
    QCOMPARE(outcome.status, 0);
    QVERIFY(!QFile::exists(path("bare.hierarchy.json")));
    QVERIFY(contents(path("bare.md")).contains("| recorded coverage | 100.0 % |"));
    const QJsonObject report = QJsonDocument::fromJson(contents(path("bare.json"))).object();
    // How to make it again, and with what it was made.
    const QString command = report["tool"].toObject()["command"].toString();
    QVERIFY2(command.startsWith("strata-cli export ") && command.contains("--inputs "),
             qPrintable(command));
    QVERIFY(report["tool"].toObject()["libraries"].toString().contains(", LibTorch "));
    const QByteArray page = contents(path("bare.html"));
    const QByteArray footer = page.mid(page.indexOf("<footer>"));
    QVERIFY(footer.contains(command.toUtf8()) && footer.contains("LibTorch"));
    QVERIFY(contents(path("bare.md")).contains("strata-cli export"));
}

void TestCli::opset_is_written_data()
{
    QTest::addColumn<int>("opset");
    for (int opset = 13; opset <= 20; ++opset)
        QTest::addRow("%d", opset) << opset;
}

void TestCli::opset_is_written()
{
    QFETCH(int, opset);
    const Outcome outcome =
        run({"export", zoo("sid/norms/norms.ts.pt"), "-o", path("opset.onnx"), "--inputs",
             zoo("sid/norms"), "--opset", QString::number(opset), "--json"});
    QCOMPARE(outcome.status, 0);
    QCOMPARE(outcome.json()["opset"].toInt(), opset);
    const Outcome audit = run({"audit", path("opset.onnx"), "--json"});
    QCOMPARE(audit.json()["opset"].toInt(), opset);
}

void TestCli::dynamic_axes()
{
    const Outcome outcome =
        run({"export", zoo("sid/simple_cnn/simple_cnn.ts.pt"), "-o", path("dynamic.onnx"),
             "--input", "x:float32[2,3,32,32]", "--dynamic", "x:0=batch", "--json"});
    QCOMPARE(outcome.status, 0);
    QVERIFY(contents(path("dynamic.onnx")).contains("batch"));
}

void TestCli::assumed_inputs_are_told()
{
    const Outcome outcome = run({"export", zoo("sid/simple_cnn/simple_cnn.script.pt"), "-o",
                                 path("assumed.onnx"), "--json"});
    QCOMPARE(outcome.status, 0);
    bool told = false;
    for (const QJsonValue& diagnostic : outcome.json()["diagnostics"].toArray())
        if (diagnostic["code"].toString() == "assumed-inputs") {
            told = true;
            QCOMPARE(diagnostic["severity"].toString(), QString("info"));
            // The first convolution has three input channels.
            QVERIFY2(diagnostic["message"].toString().contains("x:float32["),
                     outcome.out.constData());
            QVERIFY(diagnostic["message"].toString().contains(",3,"));
        }
    QVERIFY(told);
}

void TestCli::verify_and_gates()
{
    const QString model = zoo("sid/simple_cnn/simple_cnn.ts.pt");
    const Outcome good =
        run({"export", model, "-o", path("verified.onnx"), "--inputs", zoo("sid/simple_cnn"),
             "--verify", "--min-coverage", "1.0", "--json"});
    if (good.status == 1 && good.out.contains("ONNX Runtime"))
        QSKIP("ONNX Runtime is not there");
    QCOMPARE(good.status, 0);
    const QJsonArray outputs = good.json()["outputs"].toArray();
    QCOMPARE(outputs.size(), 1);
    QVERIFY(outputs[0]["ok"].toBool());
    QVERIFY(outputs[0]["max_abs"].toDouble() < 1e-4);
    QVERIFY(outputs[0]["max_rel"].isDouble());
    QCOMPARE(outputs[0]["against"].toString(), "PyTorch");

    const Outcome verify = run({"verify", path("verified.onnx"), "--source", model, "--inputs",
                                zoo("sid/simple_cnn"), "--json"});
    QCOMPARE(verify.status, 0);
    QCOMPARE(verify.json()["outputs"].toArray().size(), 1);

    // Random numbers of the type that is asked for; what the file does not take is told.
    const auto described = [&](const char* input) {
        return run(
            {"verify", path("verified.onnx"), "--source", model, "--input", input, "--json"});
    };
    QCOMPARE(described("x:float32[2,3,32,32]").status, 0);
    const Outcome unknown = described("nobody:float32[2,3,32,32]");
    QCOMPARE(unknown.status, 2);
    QVERIFY(unknown.err.contains("nobody"));
    const Outcome both = run({"verify", path("verified.onnx"), "--source", model, "--input",
                              "x:float32[2,3,32,32]", "--inputs", zoo("sid/simple_cnn")});
    QCOMPARE(both.status, 2);

    // Another model with the same input: its numbers are others.
    const Outcome wrong =
        run({"verify", path("verified.onnx"), "--source", zoo("sid/vgg_like/vgg_like.ts.pt"),
             "--inputs", zoo("sid/simple_cnn"), "--json"});
    QCOMPARE(wrong.status, 1);
    QVERIFY(!wrong.json()["outputs"].toArray().at(0)["ok"].toBool(true));
}

void TestCli::verify_without_kernels()
{
    // Old versions of LibTorch have no half-precision products for processors; what another
    // version computed is beside the model.
    const Outcome outcome =
        run({"export", zoo("sid/half_mlp/half_mlp.ts.pt"), "-o", path("half.onnx"), "--inputs",
             zoo("sid/half_mlp"), "--verify", "--json"});
    if (outcome.status == 1 && outcome.out.contains("ONNX Runtime"))
        QSKIP("ONNX Runtime is not there");
    QCOMPARE(outcome.status, 0);
    const QJsonObject output = outcome.json()["outputs"].toArray().at(0).toObject();
    QVERIFY(output["ok"].toBool());
    const QString against = output["against"].toString();
    QVERIFY2(against == "PyTorch" || (against.startsWith("recorded outputs") &&
                                      against.contains("LibTorch does not run")),
             qPrintable(against));
}

void TestCli::bad_files_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* file, const char* says) {
        QTest::newRow(file) << zoo(QString("misc/") + file) << says;
    };
    row("empty.pt", "is empty");
    row("notes_text.pt", "text file");
    row("single_tensor.pt", "tensors only");
    row("checkpoint_dict.pt", "checkpoint");
    row("whole_module_pickle.pt", "pickled");
    row("legacy_nonzip.pth", "before 1.6");
    row("truncated.pt2", "cut off or damaged");
    QTest::newRow("missing") << path("missing.pt") << "missing.pt";
    QTest::newRow("folder") << m_folder.path() << "";
}

void TestCli::bad_files()
{
    QFETCH(QString, file);
    QFETCH(QString, says);
    const Outcome plain = run({"export", file, "-o", path("bad.onnx")});
    QCOMPARE(plain.status, 3);
    QVERIFY(plain.out.isEmpty());
    QVERIFY2(plain.err.contains(says.toUtf8()), plain.err.constData());
    QVERIFY(!QFile::exists(path("bad.onnx")));
    for (const char* command : {"export", "audit", "tree"}) {
        QStringList arguments{command, file, "--json"};
        if (qstrcmp(command, "export") == 0)
            arguments << "-o" << path("bad.onnx");
        const Outcome json = run(arguments);
        QCOMPARE(json.status, 3);
        QVERIFY2(!json.json()["error"].toString().isEmpty(), json.out.constData());
        QCOMPARE(json.json()["diagnostics"].toArray().size(), 1);
    }
}

// The file needs a factorisation that ONNX has nothing for (unsupported.script.pt: torch.linalg.svd
// of a linear layer's result).
void TestCli::strict_writes_nothing()
{
    QVERIFY(QDir(m_folder.path()).mkdir("strict"));
    const QString out = path("strict/model.onnx");
    const Outcome outcome = run({"export", STRATA_TEST_DATA "/torchscript/unsupported.script.pt",
                                 "-o", out, "--input", "x:float32[3,3]", "--strict", "--json"});
    QCOMPARE(outcome.status, 4);
    QVERIFY(outcome.json()["error"].toString().contains("aten::linalg_svd"));
    QVERIFY(outcome.json()["error"].toString().contains(".py:")); // the Python source line
    QVERIFY(!outcome.json()["unsupported_ops"].toArray().isEmpty());
    QCOMPARE(leftovers(path("strict")), QStringList());
}

void TestCli::inputs_that_the_model_does_not_take()
{
    // Images with four channels for weights of three: ONNX Runtime would not load such a file.
    const QStringList wrong{"export",
                            STRATA_SOURCE_DIR "/resources/samples/tiny_resnet/tiny_resnet.ts.pt",
                            "--input", "x:float32[1,4,32,32]", "--json"};
    const QString out = path("misfit.onnx");
    const Outcome outcome = run(wrong + QStringList{"-o", out});
    QCOMPARE(outcome.status, 4);
    const QString error = outcome.json()["error"].toString();
    QVERIFY2(error.contains("4 channels") && error.contains("--input"), qPrintable(error));
    QVERIFY(QFile::exists(out));
    const Outcome strict = run(wrong + QStringList{"-o", path("none.onnx"), "--strict"});
    QCOMPARE(strict.status, 4);
    QVERIFY(!QFile::exists(path("none.onnx")));
}

void TestCli::unsupported_without_strict()
{
    const QString out = path("incomplete.onnx");
    const Outcome outcome = run({"export", STRATA_TEST_DATA "/torchscript/unsupported.script.pt",
                                 "-o", out, "--input", "x:float32[3,3]", "--json"});
    QCOMPARE(outcome.status, 4);
    const QJsonObject json = outcome.json();
    QVERIFY(!json["unsupported_ops"].toArray().isEmpty());
    QVERIFY(json["unsupported_ops"].toArray().at(0).isString());
    QVERIFY(!json["error"].toString().isEmpty());
    bool error = false;
    for (const QJsonValue& diagnostic : json["diagnostics"].toArray())
        error |= diagnostic["severity"].toString() == "error";
    QVERIFY(error);
    // It can be inspected: nodes of the domain org.pytorch.aten, all of them recorded.
    const Outcome audit = run({"audit", out, "--json"});
    QCOMPARE(audit.status, 0);
    QCOMPARE(audit.json()["recorded_coverage"].toDouble(), 1.0);
    QVERIFY(contents(out).contains("org.pytorch.aten"));
}

void TestCli::missing_folder_leaves_nothing()
{
    const Outcome outcome = run({"export", zoo("sid/simple_cnn/simple_cnn.ts.pt"), "-o",
                                 path("no/such/folder/model.onnx")});
    QCOMPARE(outcome.status, 2);
    QVERIFY(outcome.err.contains("does not exist"));
    QVERIFY(!QFile::exists(path("no")));
}

void TestCli::an_old_file_survives_a_failure()
{
    QVERIFY(QDir(m_folder.path()).mkdir("old"));
    QFile file(path("old/model.onnx"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("precious");
    file.close();
    // The sidecar's place is taken by a folder, so it cannot be written.
    QVERIFY(QDir(m_folder.path()).mkpath("old/model.hierarchy.json/inside"));
    const Outcome outcome = run({"export", zoo("sid/simple_cnn/simple_cnn.ts.pt"), "-o",
                                 path("old/model.onnx"), "--inputs", zoo("sid/simple_cnn")});
    QVERIFY(outcome.status == 2 || outcome.status == 3);
    QVERIFY(outcome.err.contains("hierarchy.json"));
    QCOMPARE(contents(path("old/model.onnx")), QByteArray("precious"));
    QCOMPARE(leftovers(path("old")), (QStringList{"model.hierarchy.json", "model.onnx"}));
}

void TestCli::audit_of_our_file()
{
    QCOMPARE(run({"export", zoo("sid/shared_module/shared_module.ts.pt"), "-o", path("own.onnx"),
                  "--inputs", zoo("sid/shared_module"), "--no-sidecar"})
                 .status,
             0);
    const Outcome outcome = run({"audit", path("own.onnx"), "--min-coverage", "1", "--report",
                                 "json:" + path("own.json"), "--json"});
    QCOMPARE(outcome.status, 0);
    QCOMPARE(outcome.json()["recorded_coverage"].toDouble(), 1.0);
    // The calls of the shared block are told apart.
    QSet<int> calls;
    const QJsonObject report = QJsonDocument::fromJson(contents(path("own.json"))).object();
    for (const QJsonValue& node : report["nodes"].toArray())
        if (node["module"].toString() == "block.fc1")
            calls.insert(node["call"].toInt());
    QCOMPARE(calls, (QSet<int>{0, 1, 2}));
}

void TestCli::audit_gate()
{
    // Of every node a module is known.
    const QString whole = zoo("trixie/multi_io_dict/multi_io_dict.dynamo.onnx");
    QCOMPARE(run({"audit", whole, "--min-coverage", "1.0"}).status, 0);
    // No source, no names, no metadata: four products with their biases, three Relus, all orphans.
    const QString nothing = zoo("misc/nameless.onnx");
    const Outcome outcome = run({"audit", nothing, "--json"});
    QCOMPARE(outcome.status, 0);
    QCOMPARE(outcome.json()["nodes_total"].toInt(), 11);
    QCOMPARE(outcome.json()["nodes_orphan"].toInt(), 11);
    QCOMPARE(outcome.json()["coverage"].toDouble(-1), 0.0);
    QCOMPARE(outcome.json()["mean_confidence"].toDouble(), 0.2);
    const Outcome gate = run({"audit", nothing, "--min-coverage", "0.5", "--json"});
    QCOMPARE(gate.status, 1);
    QCOMPARE(gate.json()["gates"].toArray().at(0)["ok"].toBool(true), false);
    QCOMPARE(run({"audit", nothing, "--min-coverage", "0"}).status, 0);
}

void TestCli::annotated_copy()
{
    const QString file = zoo("sid/shared_module/shared_module.legacy.onnx");
    const QByteArray before = contents(file);
    const Outcome outcome =
        run({"audit", file, "--source", zoo("sid/shared_module/shared_module.ts.pt"), "-o",
             path("annotated.onnx"), "--json"});
    QCOMPARE(outcome.status, 0);
    QVERIFY(contents(file) == before);
    QVERIFY(contents(path("annotated.onnx")).contains("strata.module"));
    const Outcome compared = run({"compare", file, path("annotated.onnx"), "--json"});
    QVERIFY(compared.json()["added"].toArray().isEmpty());
    QVERIFY(compared.json()["removed"].toArray().isEmpty());
    // Reading the copy: what an audit concluded has not become a record.
    const Outcome again = run({"audit", path("annotated.onnx"), "--json"});
    QCOMPARE(again.json()["nodes_recorded"].toInt(-1), 0);
    // Writing onto the audited file is refused.
    const Outcome onto = run({"audit", path("annotated.onnx"), "-o", path("annotated.onnx")});
    QCOMPARE(onto.status, 2);
}

void TestCli::compare()
{
    const QString model = zoo("sid/norms/norms.ts.pt");
    for (const char* opset : {"13", "17"})
        QCOMPARE(run({"export", model, "-o", path(QString("n%1.onnx").arg(opset)), "--inputs",
                      zoo("sid/norms"), "--opset", opset})
                     .status,
                 0);
    const Outcome same = run({"compare", path("n17.onnx"), path("n17.onnx"), "--json"});
    QCOMPARE(same.status, 0);
    QVERIFY(same.json()["equal"].toBool());
    const Outcome other = run({"compare", path("n17.onnx"), path("n13.onnx"), "--json"});
    QCOMPARE(other.status, 1);
    QVERIFY(!other.json()["equal"].toBool(true));
    QVERIFY(!other.json()["changed"].toArray().isEmpty()); // the opset at least
    QCOMPARE(run({"compare", path("n17.onnx"), path("nothing.onnx")}).status, 3);
}

void TestCli::tree()
{
    const Outcome outcome = run({"tree", zoo("sid/simple_cnn/simple_cnn.ts.pt"), "--json"});
    QCOMPARE(outcome.status, 0);
    QMap<QString, QJsonObject> modules;
    for (const QJsonValue& module : outcome.json()["modules"].toArray())
        modules.insert(module["fqn"].toString(), module.toObject());
    // As Python's named_modules() has it, with parameters counted by hand: 3*16*9+16, 16*32*9+32,
    // 2048*10+10.
    QCOMPARE(modules.keys(), (QList<QString>{"", "conv1", "conv2", "fc", "pool"}));
    QCOMPARE(modules["conv1"]["class"].toString(), QString("Conv2d"));
    QCOMPARE(modules["conv1"]["parameters"].toInt(), 448);
    QCOMPARE(modules["conv2"]["parameters"].toInt(), 4640);
    QCOMPARE(modules["fc"]["parameters"].toInt(), 20490);
    QCOMPARE(modules[""]["parameters"].toInt(), 25578);
    QCOMPARE(modules["pool"]["calls"].toInt(), 2);
    const Outcome text = run({"tree", zoo("sid/simple_cnn/simple_cnn.ts.pt")});
    QVERIFY(text.out.contains("conv1: Conv2d"));
}

void TestCli::exported_programs()
{
    const QString model = zoo("trixie/multi_io_dict/multi_io_dict.pt2");
    const QString folder = zoo("trixie/multi_io_dict");
    const Outcome done = run({"export", model, "-o", path("pt2.onnx"), "--inputs", folder,
                              "--verify", "--min-coverage", "1.0", "--json"});
    if (done.status == 1 && done.out.contains("ONNX Runtime"))
        QSKIP("ONNX Runtime is not there");
    QCOMPARE(done.status, 0);
    QCOMPARE(done.json()["recorded_coverage"].toDouble(), 1.0);
    QCOMPARE(done.json()["outputs"].toArray().size(), 3);
    // Nothing to compare with: the file is written, the gate fails and says what it wants.
    const Outcome blind = run({"export", model, "-o", path("blind.onnx"), "--verify"});
    QCOMPARE(blind.status, 1);
    QVERIFY2(blind.err.contains("output_0.pb"), blind.err.constData());
    QVERIFY(QFile::exists(path("blind.onnx")));

    QFile archive(path("two.pt2"));
    QVERIFY(archive.open(QIODevice::WriteOnly));
    archive.write(QByteArray::fromStdString(
        strata::tests::pt2_archive({{"models/second.json", strata::tests::empty_program()}})));
    archive.close();
    const Outcome several = run({"tree", path("two.pt2")});
    QCOMPARE(several.status, 2);
    QVERIFY2(several.err.contains("model, second"), several.err.constData());
    QVERIFY2(several.err.contains("--model"), several.err.constData());
    QCOMPARE(run({"tree", path("two.pt2"), "--model", "second"}).status, 0);
    QCOMPARE(run({"tree", path("two.pt2"), "--model", "third"}).status, 2);
    QCOMPARE(run({"tree", zoo("sid/simple_cnn/simple_cnn.ts.pt"), "--model", "x"}).status, 2);
}

void TestCli::no_qt_and_no_torch_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("onnx") << QStringList{"audit", zoo("misc/cnn_external.onnx"), "--json"};
    QTest::newRow("pt2") << QStringList{"export", zoo("sid/half_mlp/half_mlp.pt2"), "-o",
                                        path("half.onnx"), "--json"};
}

void TestCli::no_qt_and_no_torch()
{
    QFETCH(QStringList, arguments);
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("LD_DEBUG", "files");
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(STRATA_BIN_DIR "/strata-cli"), arguments);
    QVERIFY(process.waitForFinished(60000));
    QCOMPARE(process.exitCode(), 0);
    const QByteArray loaded = process.readAllStandardError();
    QVERIFY(loaded.contains("libstrata_core"));
    QVERIFY(!loaded.contains("libQt6"));
    QVERIFY(!loaded.contains("libtorch"));
    QVERIFY(!loaded.contains("libstrata_torch"));
}

void TestCli::interrupt_leaves_nothing()
{
    QVERIFY(QDir(m_folder.path()).mkdir("interrupted"));
    QProcess process;
    process.start(QStringLiteral(STRATA_BIN_DIR "/strata-cli"),
                  {"export", zoo("sid/resnet50/resnet50.ts.pt"), "-o",
                   path("interrupted/model.onnx"), "--json"});
    QVERIFY(process.waitForStarted());
    QTest::qWait(60); // LibTorch alone takes longer to start
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(20000));
    if (process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0)
        QSKIP("the export was faster than the signal");
    QCOMPARE(process.exitStatus(), QProcess::CrashExit); // ended by the signal, as shells expect
    QCOMPARE(leftovers(path("interrupted")), QStringList());
    const QByteArray out = process.readAllStandardOutput();
    if (!out.isEmpty())
        QVERIFY(QJsonDocument::fromJson(out).object().contains("error"));
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
