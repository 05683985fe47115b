// The sidecar: schema, golden file, determinism; summaries and reports. The inspection is made
// here, so every expected value is known beforehand.
#include "json_schema_validator.h"
#include "report/report.h"
#include "report/sidecar.h"

#include <QtTest>
#include <fstream>
#include <sstream>

using namespace strata;

namespace {

nlohmann::json load_schema()
{
    std::ifstream stream(STRATA_SOURCE_DIR "/resources/schemas/hierarchy.schema.json");
    return nlohmann::json::parse(stream);
}

std::string read_text(const std::string& path)
{
    std::ifstream stream(path);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

OnnxNode make_node(OnnxModel& model, GraphId graph, const char* op, const char* name,
                   std::vector<ValueId> inputs)
{
    OnnxNode node;
    node.op_type = model.intern(op);
    node.name = model.intern(name);
    node.inputs = std::move(inputs);
    node.outputs = {model.add_value(graph, std::string(name) + "_output")};
    return node;
}

NodeAttribution recorded(ModuleId module, std::uint32_t call, Category category,
                         std::vector<std::string> origins, std::string source)
{
    NodeAttribution node;
    node.module = module;
    node.call = call;
    node.confidence = 1.0;
    node.kind = EvidenceKind::Recorded;
    node.category = category;
    node.synthetic = false;
    node.evidence = {{EvidenceKind::Recorded, 1.0, module, "lowered from FX node " + origins[0]}};
    node.origins = std::move(origins);
    node.source = std::move(source);
    return node;
}

/// Net(fc: Linear, unused: Linear): an If with one node in its body, a Gemm of fc's second call,
/// and an orphan.
Inspection make_inspection()
{
    auto program = std::make_shared<Program>();
    program->path = "/data/models/net.pt";
    program->producer = "PyTorch 2.6.0";
    program->modules = ModuleTree("Net");
    program->modules.at(root_module).qualified_class = "pkg.Net";
    program->modules.at(root_module).calls = 1;
    const ModuleId fc =
        program->modules.add(root_module, "fc", "Linear", "torch.nn.modules.linear.Linear");
    program->modules.at(fc).calls = 2;
    const ModuleId unused = program->modules.add(root_module, "unused", "Linear");
    program->tensors = {Tensor::filled(DType::Float32, {2, 3}, 0.0),
                        Tensor::filled(DType::Float32, {4}, 0.0)};
    program->tensor_names = {"fc.weight", "unused.weight"};
    program->modules.at(fc).tensors.push_back({"weight", 0, true, true});
    program->modules.at(unused).tensors.push_back({"weight", 1, true, true});
    FxNode input;
    input.kind = FxKind::Placeholder;
    input.target = "x";
    FxNode linear;
    linear.target = "aten::linear";
    program->graph.add_node(0, input, {"x"}, {FxType::tensor()});
    program->graph.add_node(0, linear, {"linear_1"}, {FxType::tensor()});

    auto model = std::make_shared<OnnxModel>();
    model->ir_version = 10;
    model->opsets = {{"", 17}};
    const auto weight = model->add_initializer(0, "fc.weight", program->tensors[0]);
    const NodeId branch = model->add_node(0, make_node(*model, 0, "If", "/If", {}));
    const GraphId body = model->add_graph("then", branch);
    model->nodes[branch].attributes.push_back(
        {model->intern("then_branch"), AttributeKind::Graph, std::vector<GraphId>{body}, {}});
    model->add_node(body, make_node(*model, body, "Relu", "/Relu", {}));
    model->add_node(
        0, make_node(*model, 0, "Gemm", "/fc_1/Gemm", {model->initializers[weight].value}));
    model->add_node(0, make_node(*model, 0, "Neg", "caf\xc3\xa9 \xff", {}));

    Inspection inspection;
    inspection.path = program->path;
    inspection.content_hash = "xxh3:00000000000000000000000000000001";
    inspection.format = ModelFormat::TorchScript;
    inspection.strategy = "fx";
    inspection.strategy_reason = "asked for";
    inspection.model_path = "/data/out/net.onnx";
    inspection.model_hash = "xxh3:00000000000000000000000000000002";
    inspection.modules = program->modules;
    inspection.attribution = {
        recorded(root_module, 0, Category::Functions, {"cond"}, "net.py:3"),
        recorded(root_module, 0, Category::Functions, {"relu"}, "net.py:4"),
        recorded(fc, 1, Category::TorchModules, {"linear_1"}, "linear.py:125"), NodeAttribution{}};
    NodeAttribution& orphan = inspection.attribution.back();
    orphan.confidence = 0.2;
    orphan.synthetic_path = "/Functions/Neg";
    orphan.evidence = {{EvidenceKind::Synthetic, 0.2, no_module, "nothing tells"}};
    inspection.accounting.records = {{FxFate::Emitted, {}, {}, "graph input"},
                                     {FxFate::Emitted, {2}, {}, {}}};
    inspection.unsupported = {{"aten::odd", "no lowering", "fc", "net.py:9", "Replace it."}};
    inspection.diagnostics = {{Severity::Error, "unsupported-operator", "aten::odd", "fc"}};
    inspection.coverage = compute_coverage(*model, inspection.modules, inspection.attribution);
    inspection.program = program;
    inspection.model = model;
    inspection.seconds.load = 0.25;
    return inspection;
}

} // namespace

class TestSidecar : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void golden();
    void valid_against_the_schema();
    void schema_catches_mistakes();
    void values();
    void summary();
    void coverage_does_not_flatter();
    void markdown();
    void formats();
};

void TestSidecar::golden()
{
    const std::string golden_path = STRATA_TEST_DATA "/golden/sidecar.hierarchy.json";
    const std::string text = sidecar_json(make_inspection(), "/data/out");
    QCOMPARE(text, sidecar_json(make_inspection(), "/data/out"));
    // STRATA_UPDATE_GOLDEN=1 writes the file anew; read the difference before committing it.
    if (qEnvironmentVariableIsSet("STRATA_UPDATE_GOLDEN"))
        std::ofstream(golden_path) << text;
    QCOMPARE(text, read_text(golden_path));
}

void TestSidecar::valid_against_the_schema()
{
    const nlohmann::json schema = load_schema();
    const auto json = nlohmann::json::parse(sidecar_json(make_inspection(), "/data/out"));
    const auto errors = test::SchemaValidator(schema).validate(json);
    QVERIFY2(errors.empty(), errors.empty() ? "" : errors.front().c_str());

    // An ONNX file without source model.
    Inspection onnx = make_inspection();
    onnx.program = nullptr;
    onnx.format = ModelFormat::Onnx;
    onnx.strategy = "none";
    onnx.accounting = {};
    const auto other = nlohmann::json::parse(sidecar_json(onnx, "/data/out"));
    QVERIFY(other["source"].is_null());
    QVERIFY(other["fx_accounting"].is_null());
    const auto more = test::SchemaValidator(schema).validate(other);
    QVERIFY2(more.empty(), more.empty() ? "" : more.front().c_str());
}

void TestSidecar::schema_catches_mistakes()
{
    const nlohmann::json schema = load_schema();
    test::SchemaValidator validator(schema);
    auto json = nlohmann::json::parse(sidecar_json(make_inspection(), "/data/out"));
    json["nodes"][0]["confidence"] = 1.5;
    json["nodes"][1].erase("module");
    json["nodes"][2]["kind"] = "guess";
    json["surprise"] = 1;
    QCOMPARE(validator.validate(json).size(), std::size_t{4});
}

void TestSidecar::values()
{
    const auto json = nlohmann::json::parse(sidecar_json(make_inspection(), "/data/out"));
    QCOMPARE(json["source"]["file"], "../models/net.pt");
    QCOMPARE(json["model"]["file"], "net.onnx");
    const auto& coverage = json["coverage"];
    QCOMPARE(coverage["nodes"], 4);
    QCOMPARE(coverage["recorded"], 3);
    QCOMPARE(coverage["orphans"], 1);
    QCOMPARE(coverage["coverage"], 0.75);
    QCOMPARE(coverage["mean_confidence"], 0.8); // (1 + 1 + 1 + 0.2) / 4
    QCOMPARE(coverage["histogram"], (nlohmann::json{0, 0, 1, 0, 0, 0, 0, 0, 0, 3}));
    QCOMPARE(coverage["unexecuted_modules"], nlohmann::json{"unused"});
    QCOMPARE(coverage["unused_parameters"], nlohmann::json{"unused.weight"});
    QCOMPARE(json["modules"][0]["parameters"], 10); // 2*3 + 4
    QCOMPARE(json["modules"][1]["parameters"], 6);
    QCOMPARE(json["modules"][1]["bytes"], 24);
    QCOMPARE(json["modules"][1]["calls"], 2);
    QCOMPARE(json["nodes"][1]["path"], "main/0:If/then_branch/0");
    QCOMPARE(json["nodes"][2]["module"], "fc");
    QCOMPARE(json["nodes"][2]["tag"], "/Net/Linear.fc");
    QCOMPARE(json["nodes"][2]["call"], 1);
    QVERIFY(json["nodes"][3]["module"].is_null());
    QCOMPARE(json["nodes"][3]["name"], "caf\xc3\xa9 \xef\xbf\xbd"); // the stray byte is replaced
    QCOMPARE(json["fx_nodes"][1]["nodes"], nlohmann::json{"main/1"});
}

void TestSidecar::summary()
{
    const auto json = nlohmann::json::parse(summary_json(make_inspection()));
    QCOMPARE(json["strategy"], "fx");
    QCOMPARE(json["opset"], 17);
    QCOMPARE(json["seconds"]["load"], 0.25);
    QCOMPARE(json["seconds"].size(), std::size_t{6});
    QCOMPARE(json["nodes_total"], 4);
    QCOMPARE(json["nodes_recorded"], 3);
    QCOMPARE(json["nodes_attributed"], 3);
    QCOMPARE(json["nodes_orphan"], 1);
    QCOMPARE(json["coverage"], 0.75);
    QCOMPARE(json["unsupported_ops"], nlohmann::json{"aten::odd"});
    QCOMPARE(json["diagnostics"][0]["severity"], "error");
    QCOMPARE(json["diagnostics"][0]["where"], "fc");
    const std::string text = summary_text(make_inspection());
    QVERIFY(text.find("75.0 % attributed") != std::string::npos);
    QVERIFY(text.find("aten::odd in module 'fc' (net.py:9)") != std::string::npos);
}

void TestSidecar::coverage_does_not_flatter()
{
    Inspection inspection = make_inspection();
    inspection.coverage.all.total = 10000;
    inspection.coverage.all.recorded = inspection.coverage.all.attributed = 9999;
    QVERIFY(summary_text(inspection).find("99.9 % recorded") != std::string::npos);
}

void TestSidecar::markdown()
{
    const std::string text = markdown_report(make_inspection());
    QVERIFY(text.find("| orphans | 1 |") != std::string::npos);
    QVERIFY(text.find("| fc | Linear | 6 | 2 | 1 | 1 |") != std::string::npos);
    QVERIFY(text.find("/Functions/Neg") != std::string::npos);
    QVERIFY(text.find("| aten::odd | fc |") != std::string::npos);
}

void TestSidecar::formats()
{
    QVERIFY(parse_report_format("json").has_value());
    QVERIFY(parse_report_format("md").has_value());
    const auto unknown = parse_report_format("docx");
    QVERIFY(!unknown);
    QCOMPARE(unknown.error().code, ErrorCode::Usage);
    QVERIFY(unknown.error().message.find("json, md") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestSidecar)
#include "tst_sidecar.moc"
