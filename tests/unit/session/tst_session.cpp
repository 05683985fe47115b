// Inputs of an export, groups of output files, and whole jobs on small files.
#include "onnx/onnx_reader.h"
#include "session/choose_inputs.h"
#include "session/command_text.h"
#include "session/compare.h"
#include "session/coverage_details.h"
#include "session/infer_inputs.h"
#include "session/session.h"
#include "session/staging_folder.h"

#include <QtTest>
#include <fstream>

using namespace strata;
namespace fs = std::filesystem;

namespace {

std::string zoo(const char* file)
{
    return std::string(STRATA_TEST_DATA) + "/zoo/" + file;
}

/// A program with inputs of unknown shape; the first goes through `target` with a weight of that
/// shape.
Program program_with(const char* target, std::vector<std::int64_t> weight_shape,
                     std::vector<FxArg> more = {}, bool input_first = true)
{
    Program program;
    program.modules = ModuleTree("Net");
    program.tensors = {Tensor::filled(DType::Float32, std::move(weight_shape), 0.0)};
    program.tensor_names = {"weight"};
    program.modules.at(root_module).tensors.push_back({"weight", 0, true, true});
    FxNode input;
    input.kind = FxKind::Placeholder;
    input.target = "x";
    program.graph.add_node(0, input, {"x"}, {FxType::tensor()});
    FxNode weight;
    weight.kind = FxKind::GetAttr;
    weight.target = "weight";
    weight.tensor = 0;
    program.graph.add_node(0, weight, {"w"}, {FxType::tensor()});
    FxNode node;
    node.target = target;
    node.args = input_first ? std::vector<FxArg>{FxArg(FxRef{0}), FxArg(FxRef{1})}
                            : std::vector<FxArg>{FxArg(FxRef{1}), FxArg(FxRef{0})};
    node.args.insert(node.args.end(), more.begin(), more.end());
    program.graph.add_node(0, node, {"y"}, {FxType::tensor()});
    return program;
}

std::vector<std::int64_t> known_dims(const LoweringInput& input)
{
    std::vector<std::int64_t> dims;
    for (const FxDim& dim : *input.shape)
        dims.push_back(dim.value);
    return dims;
}

} // namespace

class TestSession : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }

private Q_SLOTS:
    void input_specs();
    void bad_input_specs_data();
    void bad_input_specs();
    void dynamic_axes();
    void commands_repeat_what_was_done();
    void inputs_are_matched();
    void samples_that_contradict_the_program();
    void inferred_modules_are_in_the_order_of_the_work();
    void inputs_are_inferred();
    void unused_parameters();
    void sidecar_names();
    void output_paths();
    void staging_publishes_all_or_nothing();
    void cancelled_jobs();
    void onnx_is_opened_and_attributed();
    void hostile_options();
    void comparison_finds_differences();
    void comparison_follows_the_data_flow();
};

void TestSession::input_specs()
{
    const auto spec = parse_input_spec("x:float32[1,3,224,224]");
    QVERIFY(spec.has_value());
    QCOMPARE(spec->name, std::string("x"));
    QCOMPARE(spec->dtype, DType::Float32);
    QCOMPARE(spec->shape, (std::vector<std::int64_t>{1, 3, 224, 224}));
    QCOMPARE(parse_input_spec("a:b:int64[]")->name, std::string("a:b"));
    QVERIFY(parse_input_spec("a:b:int64[]")->shape.empty());
    QVERIFY(parse_input_spec(":bool[ 2, 0 ]")->name.empty());
    QCOMPARE(parse_input_spec("float16[7]")->dtype, DType::Float16);
}

void TestSession::bad_input_specs_data()
{
    QTest::addColumn<QString>("text");
    for (const char* text :
         {"", "x", "x:float32", "x:float32[1", "x:[1]", "x:float32[1,]", "x:float32[-1]",
          "x:float32[a]", "x:float32[1]]", "x:float32[99999999999999999999]", "x:float32[,1]"})
        QTest::newRow(text) << text;
}

void TestSession::bad_input_specs()
{
    QFETCH(QString, text);
    const auto spec = parse_input_spec(text.toStdString());
    QVERIFY(!spec);
    QCOMPARE(spec.error().code, ErrorCode::Usage);
}

void TestSession::dynamic_axes()
{
    const auto axis = parse_dynamic_axis("x:-1=width");
    QVERIFY(axis.has_value());
    QCOMPARE(axis->name, std::string("x"));
    QCOMPARE(axis->axis, std::int64_t{-1});
    QCOMPARE(axis->symbol, std::string("width"));
    for (const char* bad : {"x", "x:0", "x=batch", "x:a=batch", "x:0=", "x:0=2n", "x:0=a b"})
        QVERIFY2(!parse_dynamic_axis(bad), bad);
}

void TestSession::commands_repeat_what_was_done()
{
    ExportOptions options;
    QCOMPARE(export_command("a/net.pt", options),
             std::string("strata-cli export a/net.pt -o net.onnx --strategy auto --opset 17"));
    options.strategy = Strategy::Htp;
    options.opset = 20;
    options.model = "two words";
    options.inputs = {{"x", DType::Float32, {1, 3}}, {"it's", DType::Int64, {}}};
    options.inputs_dir = fs::path("in;rm");
    options.dynamic_axes = {{"x", -1, "n"}};
    options.fold_batch_norm = false;
    options.profile = true;
    options.parity = true;
    const std::string command = export_command("my $net.pt2", options);
    QCOMPARE(command,
             std::string("strata-cli export 'my $net.pt2' -o 'my $net.onnx' --model 'two words' "
                         "--strategy htp --opset 20 --input 'x:float32[1,3]' "
                         "--input 'it'\\''s:int64[]' --inputs 'in;rm' --dynamic x:-1=n "
                         "--no-fold-batchnorm --profile --compare-nodes"));
    // A shell takes it apart into what was given.
    QProcess shell;
    shell.start("sh", {"-c", QString::fromStdString("printf '%s|' " + command)});
    QVERIFY(shell.waitForFinished());
    QCOMPARE(
        shell.readAllStandardOutput(),
        QByteArray("strata-cli|export|my $net.pt2|-o|my $net.onnx|--model|two words|--strategy|htp|"
                   "--opset|20|--input|x:float32[1,3]|--input|it's:int64[]|--inputs|in;rm|"
                   "--dynamic|x:-1=n|--no-fold-batchnorm|--profile|--compare-nodes|"));
    AuditOptions audit;
    audit.source = fs::path("net.pt");
    audit.output = fs::path("annotated.onnx");
    QCOMPARE(audit_command("net.onnx", audit),
             std::string("strata-cli audit net.onnx --source net.pt -o annotated.onnx"));
}

void TestSession::inputs_are_matched()
{
    TaskContext task;
    const Program program = program_with("aten::linear", {4, 8});
    ExportOptions options;
    options.inputs = {{"", DType::Float16, {2, 8}}};
    const auto chosen = choose_inputs(program, options, task);
    QVERIFY(chosen.has_value());
    QVERIFY(!chosen->any_assumed());
    QCOMPARE(chosen->inputs[0].dtype, DType::Float16);
    QCOMPARE(known_dims(chosen->inputs[0]), (std::vector<std::int64_t>{2, 8}));
    QCOMPARE(input_text("x", chosen->inputs[0]), std::string("x:float16[2,8]"));

    options.inputs = {{"y", DType::Float32, {1}}};
    const auto wrong = choose_inputs(program, options, task);
    QVERIFY(!wrong);
    QCOMPARE(wrong.error().code, ErrorCode::Usage);
    QVERIFY(wrong.error().message.find("Its inputs are: x") != std::string::npos);
    options.inputs = {{"x", DType::Float32, {1}}, {"x", DType::Float32, {1}}};
    QVERIFY(!choose_inputs(program, options, task));
    QVERIFY(choose_inputs(program, ExportOptions{}, task)->any_assumed());
}

void TestSession::inferred_modules_are_in_the_order_of_the_work()
{
    TaskContext task;
    const auto opened = open_model(zoo("sid/simple_cnn/simple_cnn.legacy.onnx"), {}, task);
    QVERIFY(opened);
    const ModuleTree& modules = (*opened)->modules;
    std::vector<std::string> names;
    for (const ModuleId child : modules[root_module].children)
        names.push_back(modules[child].fqn);
    // fc(pool(relu(conv2(pool(relu(conv1(x))))))); only pool has no parameters.
    QCOMPARE(names, (std::vector<std::string>{"conv1", "pool", "conv2", "fc"}));
}

void TestSession::samples_that_contradict_the_program()
{
    TaskContext task;
    Program program = program_with("aten::linear", {4, 8});
    FxType type = FxType::tensor(DType::Float32);
    type.shape = {{2, {}}, {8, {}}};
    FxGraph& graph = program.graph;
    graph.values[graph.nodes[graph.placeholders().front()].outputs.front()].type = type;
    SampleTensor sample;
    sample.tensor.dtype = DType::Float32;
    sample.tensor.shape = {8}; // the program takes rank 2
    program.sample_inputs = {sample};
    // The file is at fault, not the caller.
    const auto recorded = choose_inputs(program, ExportOptions{}, task);
    QVERIFY(!recorded);
    QCOMPARE(recorded.error().code, ErrorCode::CannotRead);
    QVERIFY(recorded.error().message.find("contradict") != std::string::npos);
    ExportOptions given;
    given.inputs = {{"x", DType::Float32, {2, 8}}};
    const auto chosen = choose_inputs(program, given, task);
    QVERIFY(chosen);
    QCOMPARE(known_dims(chosen->inputs[0]), (std::vector<std::int64_t>{2, 8}));
}

void TestSession::inputs_are_inferred()
{
    // conv2d(x, w, bias, stride, padding, dilation, groups=2) with w of [8, 3, 5, 5]: 6 channels.
    const std::vector<FxArg> groups{FxArg(FxNone{}), FxArg(FxNone{}), FxArg(FxNone{}),
                                    FxArg(FxNone{}), FxArg(std::int64_t{2})};
    const Program conv_program = program_with("aten::conv2d", {8, 3, 5, 5}, groups);
    const InferredInput conv = infer_inputs(conv_program).front();
    QCOMPARE(conv.dims.value(), (std::vector<std::int64_t>{-1, 6, -1, -1}));
    const LoweringInput symbols = symbolic_input(conv, "x");
    QCOMPARE(input_text("x", symbols), std::string("x:float32[x_dim0,6,x_dim2,x_dim3]"));
    QCOMPARE(known_dims(plausible_input(conv, 0)), (std::vector<std::int64_t>{1, 6, 224, 224}));

    const InferredInput transposed =
        infer_inputs(program_with("aten::conv_transpose1d", {5, 2, 3})).front();
    QCOMPARE(transposed.dims.value(), (std::vector<std::int64_t>{-1, 5, -1}));
    const InferredInput linear = infer_inputs(program_with("aten::linear", {4, 8})).front();
    QCOMPARE(linear.features.value(), std::int64_t{8});
    QCOMPARE(known_dims(plausible_input(linear, 0)), (std::vector<std::int64_t>{1, 8}));
    const InferredInput index =
        infer_inputs(program_with("aten::embedding", {100, 8}, {}, false)).front();
    QCOMPARE(index.dtype, DType::Int64);
    const InferredInput nothing = infer_inputs(program_with("aten::odd", {1})).front();
    QCOMPARE(nothing.dtype, DType::Unknown);
    QVERIFY(!nothing.dims && !nothing.features);
}

void TestSession::unused_parameters()
{
    Program program = program_with("aten::linear", {4, 8});
    program.tensors.push_back(Tensor::scalar_int64(1));
    program.modules.at(root_module).tensors.push_back({"forgotten", 1, true, true});
    program.tensors.push_back(Tensor::scalar_int64(1));
    program.modules.at(root_module).tensors.push_back({"buffer", 2, false, true});
    Coverage coverage;
    refine_unused_parameters(coverage, program, FxAccounting{});
    QCOMPARE(coverage.unused_parameters, std::vector<std::string>{"forgotten"});
}

void TestSession::sidecar_names()
{
    QCOMPARE(sidecar_path("/a/model.onnx"), fs::path("/a/model.hierarchy.json"));
    QCOMPARE(sidecar_path("model.v1.onnx"), fs::path("model.v1.hierarchy.json"));
    QCOMPARE(sidecar_path("model.v1"), fs::path("model.v1.hierarchy.json"));
}

void TestSession::output_paths()
{
    std::ofstream(path("there.onnx")) << "x";
    QVERIFY(check_output_path(path("there.onnx"), {}).has_value());
    QVERIFY(check_output_path(path("new.onnx"), {}).has_value());
    QCOMPARE(check_output_path(path("no/new.onnx"), {}).error().code, ErrorCode::Usage);
    QCOMPARE(check_output_path(m_folder.path().toStdString(), {}).error().code, ErrorCode::Usage);
    QCOMPARE(check_output_path(path("there.onnx"), {path("./there.onnx")}).error().code,
             ErrorCode::Usage);
}

void TestSession::staging_publishes_all_or_nothing()
{
    const fs::path folder = path("group");
    fs::create_directory(folder);
    std::ofstream(folder / "old") << "old";
    {
        auto staging = StagingFolder::create(folder / "old");
        QVERIFY(staging.has_value());
        std::ofstream(staging->path() / "new") << "new";
        // The second file is missing, so the first one goes again.
        QVERIFY(!staging->publish({"new", "missing"}, folder));
    }
    QVERIFY(!fs::exists(folder / "new"));
    QCOMPARE(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
    {
        auto staging = StagingFolder::create(folder / "old");
        std::ofstream(staging->path() / "new") << "new";
        std::ofstream(staging->path() / "old") << "newer";
        QVERIFY(staging->publish({"new", "old"}, folder).has_value());
    }
    QVERIFY(fs::exists(folder / "new"));
    QCOMPARE(fs::file_size(folder / "old"), std::uintmax_t{5});
    QCOMPARE(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 2);
}

void TestSession::cancelled_jobs()
{
    std::stop_source stop;
    stop.request_stop();
    TaskContext task(stop.get_token());
    const auto opened = open_model(zoo("misc/cnn_external.onnx"), {}, task);
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, ErrorCode::Cancelled);
}

void TestSession::onnx_is_opened_and_attributed()
{
    TaskContext task;
    const auto opened = open_model(zoo("sid/shared_module/shared_module.legacy.onnx"), {}, task);
    QVERIFY(opened.has_value());
    QCOMPARE((*opened)->format, ModelFormat::Onnx);
    QCOMPARE((*opened)->attribution.size(), (*opened)->model->nodes.size());
    QCOMPARE((*opened)->coverage.all.total, (*opened)->model->nodes.size());
    QVERIFY((*opened)->content_hash.starts_with("xxh3:"));
    QVERIFY(!(*opened)->program);
    // What is not ours to export is not exported.
    AuditOptions audit;
    audit.output = path("annotated.onnx");
    const auto audited =
        audit_model(zoo("sid/shared_module/shared_module.legacy.onnx"), audit, task);
    QVERIFY(audited.has_value());
    const auto copy = read_onnx(path("annotated.onnx"), task);
    QVERIFY(copy.has_value());
    for (NodeId id = 0; id < copy->model->nodes.size(); ++id)
        QVERIFY(copy->model->has_metadata(id, "strata.evidence"));
}

void TestSession::hostile_options()
{
    TaskContext task;
    ExportOptions options;
    options.opset = newest_opset + 1;
    QCOMPARE(open_model(zoo("misc/empty.pt"), options, task).error().code, ErrorCode::Usage);
    QCOMPARE(open_model(zoo("misc/empty.pt"), {}, task).error().code, ErrorCode::CannotRead);
    QCOMPARE(open_model(path("missing"), {}, task).error().code, ErrorCode::CannotRead);
    QCOMPARE(write_export(nullptr, path("x.onnx"), {}, task).error().code, ErrorCode::Internal);
}

void TestSession::comparison_finds_differences()
{
    TaskContext task;
    const std::string a = zoo("sid/shared_module/shared_module.legacy.onnx");
    const auto same = compare_models(a, a, task);
    QVERIFY(same.has_value() && same->equal());
    QCOMPARE(same->nodes_a, std::uint64_t{40}); // as meta.json counts them
    const auto other = compare_models(a, zoo("sid/simple_cnn/simple_cnn.legacy.onnx"), task);
    QVERIFY(other.has_value() && !other->equal());
    std::size_t removed = 0;
    for (const ModelDifference& difference : other->differences)
        removed += difference.change == "removed" && difference.what == "node" ? 1 : 0;
    QVERIFY(removed > 30);
}

void TestSession::comparison_follows_the_data_flow()
{
    // The same model from two exporters: no names in common, normalisations folded by both.
    TaskContext task;
    const auto found = compare_models(zoo("sid/simple_cnn/simple_cnn.legacy.onnx"),
                                      zoo("sid/simple_cnn/simple_cnn.dynamo.onnx"), task);
    QVERIFY(found.has_value());
    std::map<std::string, int> nodes;
    for (const ModelDifference& difference : found->differences)
        if (difference.what == "node")
            ++nodes[difference.change];
    // Convolutions and products find each other by their weights, what lies between by the flow.
    QVERIFY2(nodes["removed"] <= 2, std::to_string(nodes["removed"]).c_str());
    QVERIFY2(nodes["added"] <= 2, std::to_string(nodes["added"]).c_str());
}

QTEST_APPLESS_MAIN(TestSession)
#include "tst_session.moc"
