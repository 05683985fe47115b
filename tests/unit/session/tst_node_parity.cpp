// Node by node: the numbers of an export in ONNX Runtime against those of the operators in
// LibTorch.
#include "frontends/model_file.h"
#include "ir/node_parity.h"
#include "lowering/lower.h"
#include "runtime/onnx_runtime.h"
#include "session/node_parity.h"
#include "session/session.h"

#include <QtTest>
#include <algorithm>

using namespace strata;

#ifdef STRATA_TEST_WITH_TORCH
#define NEEDS_BOTH                                                                                 \
    do {                                                                                           \
        if (onnx_runtime_version().empty())                                                        \
            QSKIP("ONNX Runtime was not found; get it with packaging/fetch_onnxruntime.sh");       \
    } while (false)
#else
#define NEEDS_BOTH QSKIP("built without LibTorch")
#endif

namespace {

std::filesystem::path zoo(const std::string& file)
{
    return std::filesystem::path(STRATA_TEST_DATA) / "zoo" / file;
}

} // namespace

class NodeParityTests : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nodes_agree_data()
    {
        QTest::addColumn<QString>("file");
        // Normalisations that became part of convolutions, writes in place, branches, loops that
        // are unrolled, dicts, fused attention, symbolic sizes.
        for (const char* file :
             {"sid/resnet50/resnet50.ts.pt", "sid/densenet_block/densenet_block.script.pt",
              "sid/control_flow_if/control_flow_if.script.pt", "sid/norms/norms.dyn.pt2",
              "sid/lstmcell_loop/lstmcell_loop.script.pt", "sid/sdpa/sdpa.dyn.pt2",
              "sid/containers/containers.pt2", "sid/multi_io_dict/multi_io_dict.ts.pt",
              "sid/nn_transformer_encoder/nn_transformer_encoder.strict.pt2",
              "sid/activations/activations.ts.pt"})
            QTest::newRow(file) << QString::fromLatin1(file);
    }
    void nodes_agree()
    {
        NEEDS_BOTH;
        QFETCH(QString, file);
        TaskContext task;
        ExportOptions options;
        options.parity = true;
        const std::filesystem::path path = zoo(file.toStdString());
        if (std::filesystem::exists(path.parent_path() / "input_0.pb"))
            options.inputs_dir = path.parent_path();
        const auto opened = open_model(path, options, task);
        QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
        const Inspection& inspection = **opened;
        for (const Diagnostic& diagnostic : inspection.diagnostics)
            QVERIFY2(diagnostic.code != "nodes-not-compared" && diagnostic.code != "nodes-differ",
                     diagnostic.message.c_str());
        QCOMPARE(inspection.parity.size(), inspection.model->nodes.size());
        const ParitySummary summary = summarize_parity(*inspection.model, inspection.parity);
        QCOMPARE(summary.differing, std::size_t(0));
        // Where every operator becomes one node, every node can be compared.
        const std::size_t least = file.contains(QStringLiteral("resnet"))
                                      ? inspection.model->graphs[0].nodes.size()
                                      : std::size_t(1);
        QVERIFY2(summary.compared >= least, std::to_string(summary.compared).c_str());
        // The outputs that were added for comparing are gone.
        options.parity = false;
        const auto plain = open_model(path, options, task);
        QVERIFY(plain.has_value());
        QVERIFY((*plain)->parity.empty());
        QCOMPARE(inspection.model->graphs[0].outputs, (*plain)->model->graphs[0].outputs);
    }

    void a_wrong_weight_is_found()
    {
        NEEDS_BOTH;
        TaskContext task;
        const auto loaded = load_model(zoo("sid/vgg_like/vgg_like.ts.pt"), task);
        QVERIFY(loaded.has_value());
        const Program& program = *(*loaded)->program;
        const ExportOptions options;
        const auto chosen = choose_inputs(program, options, task);
        QVERIFY(chosen.has_value());
        LoweringOptions lowering;
        lowering.inputs = chosen->inputs;
        const auto lowered = lower_program(program, lowering, task);
        QVERIFY(lowered.has_value());
        OnnxModel& model = *lowered->model;

        // The weight of the third convolution is not what it was.
        std::vector<NodeId> order = model.graphs[0].nodes;
        std::vector<NodeId> convolutions;
        std::copy_if(order.begin(), order.end(), std::back_inserter(convolutions),
                     [&](NodeId id) { return model.text(model.nodes[id].op_type) == "Conv"; });
        QVERIFY(convolutions.size() > 2);
        const NodeId damaged = convolutions[2];
        const std::uint32_t weight = model.values[model.nodes[damaged].inputs[1]].initializer;
        QVERIFY(weight != no_id);
        const Tensor& right = model.initializers[weight].tensor;
        std::vector<float> wrong;
        for (const double element : *right.to_doubles())
            wrong.push_back(static_cast<float>(element) * 1.5F);
        const auto* bytes = reinterpret_cast<const std::byte*>(wrong.data());
        model.initializers[weight].tensor = Tensor::from_bytes(
            DType::Float32, right.shape, {bytes, bytes + wrong.size() * sizeof(float)});

        const auto parity = compare_nodes({program, model, *chosen, options}, task);
        QVERIFY2(parity, parity ? "" : parity.error().text().c_str());
        const ParitySummary summary = summarize_parity(model, *parity);
        QCOMPARE(summary.first_differing, damaged);
        QVERIFY((*parity)[damaged].relative > 0.05);
        for (const NodeId id : order) {
            if (id == damaged)
                break;
            QVERIFY((*parity)[id].ok || !(*parity)[id].compared);
        }
    }

    void stops_when_cancelled()
    {
        NEEDS_BOTH;
        TaskContext task;
        const auto loaded = load_model(zoo("sid/vgg_like/vgg_like.ts.pt"), task);
        QVERIFY(loaded.has_value());
        const Program& program = *(*loaded)->program;
        const ExportOptions options;
        const auto chosen = choose_inputs(program, options, task);
        LoweringOptions lowering;
        lowering.inputs = chosen->inputs;
        const auto lowered = lower_program(program, lowering, task);
        QVERIFY(lowered.has_value());
        std::stop_source stop;
        stop.request_stop();
        TaskContext stopped(stop.get_token());
        const auto outputs = lowered->model->graphs[0].outputs;
        const auto parity = compare_nodes({program, *lowered->model, *chosen, options}, stopped);
        QVERIFY(!parity);
        QCOMPARE(parity.error().code, ErrorCode::Cancelled);
        QCOMPARE(lowered->model->graphs[0].outputs, outputs);
    }

    void what_cannot_run_is_told()
    {
        NEEDS_BOTH;
        TaskContext task;
        ExportOptions options;
        options.parity = true;
        const auto opened = open_model(std::filesystem::path(STRATA_TEST_DATA) /
                                           "torchscript/unsupported.script.pt",
                                       options, task);
        QVERIFY(opened.has_value());
        QVERIFY((*opened)->parity.empty());
        const auto& told = (*opened)->diagnostics;
        QVERIFY(std::any_of(told.begin(), told.end(), [](const Diagnostic& diagnostic) {
            return diagnostic.code == "nodes-not-compared";
        }));
    }
};

QTEST_GUILESS_MAIN(NodeParityTests)
#include "tst_node_parity.moc"
