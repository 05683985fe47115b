// Branches and loops that depend on data: the same numbers from LibTorch and from the exported
// model.
#include "frontends/model_file.h"
#include "hierarchy/annotate.h"
#include "hierarchy/metadata_keys.h"
#include "lowering/lower.h"
#include "onnx/onnx_writer.h"
#include "passes/verify_model.h"
#include "runtime/onnx_runtime.h"
#include "support/parity_test.h"
#include "torch/torch_backend.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>

using namespace strata;

namespace {

std::filesystem::path zoo(const std::string& file)
{
    return std::filesystem::path(STRATA_TEST_DATA) / "zoo" / file;
}

/// float32 around `offset`.
Tensor wave(const std::vector<std::int64_t>& shape, double offset)
{
    std::int64_t count = 1;
    for (const std::int64_t dim : shape)
        count *= dim;
    std::vector<float> values;
    for (std::int64_t i = 0; i < count; ++i)
        values.push_back(static_cast<float>(offset + 0.3 * std::sin(1.7 * static_cast<double>(i))));
    const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
    return Tensor::from_bytes(DType::Float32, shape,
                              std::vector<std::byte>(bytes, bytes + values.size() * sizeof(float)));
}

struct Lowering {
    std::shared_ptr<const Program> program;
    LoweringResult result;
};

/// The file with all dimensions of its one input but those in `fixed` as symbols.
Result<Lowering> lower_file(const std::filesystem::path& file,
                            const std::vector<std::int64_t>& shape, bool symbols, int opset)
{
    TaskContext task;
    STRATA_TRY(std::shared_ptr<const Program> program, load_program(file, task));
    LoweringOptions options;
    options.opset = opset;
    LoweringInput& input = options.inputs.emplace_back();
    input.dtype = DType::Float32;
    input.shape.emplace();
    for (std::size_t i = 0; i < shape.size(); ++i)
        input.shape->push_back(symbols && i + 1 < shape.size() ? FxDim{-1, fmt::format("n{}", i)}
                                                               : FxDim{shape[i], {}});
    STRATA_TRY(LoweringResult result, lower_program(*program, options, task));
    return Lowering{std::move(program), std::move(result)};
}

} // namespace

class ParityControlFlow : public QObject {
    Q_OBJECT

private:
    const strata::test::ParityRows m_rows = strata::test::control_flow_rows();

private Q_SLOTS:
    void same_numbers_data() { strata::test::add_parity_rows(m_rows); }
    void same_numbers() { strata::test::run_parity_row(m_rows); }
    void zoo_models_data();
    void zoo_models();
    void bodies_are_attributed();
};

void ParityControlFlow::zoo_models_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QList<QList<int>>>("shapes");
    const QList<QList<int>> pairs{{3, 8}, {1, 8}, {7, 8}};
    const QList<QList<int>> series{{3, 7, 8}, {1, 1, 8}, {2, 12, 8}};
    for (const char* version : {"sid", "torch113"}) {
        const QString folder(version);
        QTest::addRow("branch %s", version)
            << folder + "/control_flow_if/control_flow_if.script.pt" << pairs;
        QTest::addRow("recurrent %s", version)
            << folder + "/lstmcell_loop/lstmcell_loop.script.pt" << series;
    }
}

// One file serves inputs for both branches and for other trip counts.
void ParityControlFlow::zoo_models()
{
    QFETCH(const QString, file);
    QFETCH(const QList<QList<int>>, shapes);
    const std::filesystem::path path = zoo(file.toStdString());
    const std::vector<std::int64_t> first(shapes.front().begin(), shapes.front().end());
    const QTemporaryDir folder;
    const std::filesystem::path onnx = folder.filePath("model.onnx").toStdString();
    TaskContext task;
    const auto backend = torch_backend();
    QVERIFY(backend);
    const auto runnable = (*backend)->load_runnable(path, task);
    QVERIFY(runnable);
    for (const int opset : {13, 17}) {
        const auto lowered = lower_file(path, first, true, opset);
        QVERIFY2(lowered, lowered ? "" : lowered.error().text().c_str());
        for (const UnsupportedOperator& op : lowered->result.unsupported)
            QFAIL((op.op + ": " + op.reason).c_str());
        for (const std::string& complaint : verify_model(*lowered->result.model))
            QFAIL(complaint.c_str());
        QVERIFY(lowered->result.accounting.closed());
        QVERIFY(write_onnx(*lowered->result.model, onnx, {}, task));
        const Status valid = check_onnx(onnx);
        QVERIFY2(valid, valid ? "" : valid.error().text().c_str());
        const auto session = open_onnx_session(onnx);
        QVERIFY2(session, session ? "" : session.error().text().c_str());
        for (const QList<int>& shape : shapes)
            for (const double offset : {0.5, -0.5}) {
                const std::vector<Tensor> inputs{wave({shape.begin(), shape.end()}, offset)};
                const auto expected = (*runnable)->run(inputs, task);
                QVERIFY(expected);
                const auto actual = (*session)->run(inputs, task);
                QVERIFY2(actual, actual ? "" : actual.error().text().c_str());
                QCOMPARE(actual->size(), expected->size());
                for (std::size_t i = 0; i < expected->size(); ++i) {
                    const auto difference =
                        compare_tensors((*actual)[i].tensor, (*expected)[i], 1e-5, 1e-4);
                    QVERIFY(difference);
                    QVERIFY2(difference->ok, fmt::format("shape {}, offset {}: {}", shape.front(),
                                                         offset, difference->max_abs)
                                                 .c_str());
                }
            }
    }
}

// What stands in a body has a module, a name of its own, metadata and its weights outside.
void ParityControlFlow::bodies_are_attributed()
{
    auto lowered =
        lower_file(zoo("sid/control_flow_if/control_flow_if.script.pt"), {3, 8}, true, 17);
    QVERIFY(lowered);
    OnnxModel& model = *lowered->result.model;
    annotate_provenance(model, *lowered->program);
    QVERIFY(lowered->result.accounting.closed());
    std::map<std::string, std::set<std::string>> modules_of; // graph kind → modules in it
    std::set<std::string_view> names;
    std::size_t bodies = 0;
    for (GraphId graph = 0; graph < model.graphs.size(); ++graph) {
        const NodeId owner = model.graphs[graph].owner;
        if (graph != OnnxModel::main_graph && owner == no_id)
            continue;
        bodies += owner != no_id;
        const std::string kind =
            owner == no_id ? "main" : std::string(model.text(model.nodes[owner].op_type));
        for (const NodeId node : model.graphs[graph].nodes) {
            const std::string op(model.text(model.nodes[node].op_type));
            QVERIFY(names.insert(model.text(model.nodes[node].name)).second);
            QVERIFY(model.has_metadata(node, metadata::module));
            QVERIFY(model.has_metadata(node, metadata::torch_fx_node));
            const std::string module(model.metadata_value(node, metadata::module));
            if (op == "If" || op == "Loop") {
                QCOMPARE(module, std::string()); // the root's forward has the branch
                continue;
            }
            modules_of[kind].insert(module);
            // Named after the module: "/a/Gemm" in 'a', "/Relu" in the root.
            const std::string name(model.text(model.nodes[node].name));
            QVERIFY2(name.starts_with(module.empty() ? "/" : "/" + module + "/"), name.c_str());
        }
    }
    QCOMPARE(bodies, std::size_t{3}); // two branches and a loop
    QVERIFY(modules_of["If"].contains("a"));
    QVERIFY(modules_of["If"].contains("b"));
    QVERIFY(modules_of["Loop"].contains("b"));
    QVERIFY(modules_of["main"].contains("out"));
    QVERIFY(!modules_of["main"].contains("a"));
    std::set<std::string> weights;
    for (const Initializer& initializer : model.initializers) {
        QCOMPARE(model.values[initializer.value].graph, OnnxModel::main_graph);
        weights.emplace(model.text(model.values[initializer.value].name));
    }
    for (const char* name : {"a.weight", "a.bias", "b.weight", "b.bias", "out.weight", "out.bias"})
        QVERIFY2(weights.contains(name), name);
    // Body nodes are in the account of their FX nodes; owners in that of prim::If and prim::Loop.
    const FxGraph& fx = lowered->program->graph;
    std::size_t owners = 0;
    for (FxNodeId id = 0; id < fx.nodes.size(); ++id) {
        if (fx.nodes[id].target != "prim::If" && fx.nodes[id].target != "prim::Loop")
            continue;
        const FxRecord& record = lowered->result.accounting.records[id];
        QCOMPARE(record.fate, FxFate::Emitted);
        owners += std::any_of(record.nodes.begin(), record.nodes.end(),
                              [&](NodeId node) { return !model.bodies(node).empty(); });
    }
    QCOMPARE(owners, std::size_t{2});
}

QTEST_APPLESS_MAIN(ParityControlFlow)
#include "tst_parity_control_flow.moc"
