// Node by node: the numbers of an export in ONNX Runtime against those of the operators in
// LibTorch.
#include "frontends/model_file.h"
#include "ir/node_parity.h"
#include "lowering/lower.h"
#include "runtime/onnx_runtime.h"
#include "session/node_parity.h"
#include "session/session.h"

#include <QDirIterator>
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

/// A program of the zoo, lowered by the rules alone.
struct Lowering {
    std::shared_ptr<const Inspection> loaded;
    ExportOptions options;
    ChosenInputs inputs;
    LoweringResult result;

    const Program& program() const { return *loaded->program; }
    OnnxModel& model() { return *result.model; }
    Result<std::vector<NodeParity>> compare(TaskContext& task)
    {
        return compare_nodes({program(), model(), inputs, options}, task);
    }
};

Result<Lowering> lower(const std::string& file)
{
    TaskContext task;
    Lowering made;
    STRATA_TRY(made.loaded, load_model(zoo(file), task));
    STRATA_TRY(made.inputs, choose_inputs(made.program(), made.options, task));
    LoweringOptions options;
    options.inputs = made.inputs.inputs;
    STRATA_TRY(made.result, lower_program(made.program(), options, task));
    return made;
}

} // namespace

class NodeParityTests : public QObject {
    Q_OBJECT

    std::size_t m_compared = 0; ///< nodes, of all files
    std::size_t m_nodes = 0;

private Q_SLOTS:
    void cleanupTestCase() { qInfo("%zu of %zu nodes were compared", m_compared, m_nodes); }

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
            QTest::newRow(file) << QString::fromStdString(zoo(file).string());
        if (const QString more = qEnvironmentVariable("STRATA_ZOO"); !more.isEmpty()) {
            QDirIterator files(more, {QStringLiteral("*.pt"), QStringLiteral("*.pt2")}, QDir::Files,
                               QDirIterator::Subdirectories);
            while (files.hasNext()) {
                const QString file = files.next();
                if (!file.contains(QStringLiteral("/misc/"))) // whatever is no model
                    QTest::newRow(qPrintable(file)) << file;
            }
        }
    }
    void nodes_agree()
    {
        NEEDS_BOTH;
        QFETCH(QString, file);
        TaskContext task;
        ExportOptions options;
        options.parity = true;
        const std::filesystem::path path = file.toStdString();
        if (std::filesystem::exists(path.parent_path() / "input_0.pb"))
            options.inputs_dir = path.parent_path();
        const auto opened = open_model(path, options, task);
        QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
        const Inspection& inspection = **opened;
        for (const Diagnostic& diagnostic : inspection.diagnostics)
            QVERIFY2(diagnostic.code != nodes_not_compared && diagnostic.code != "nodes-differ",
                     diagnostic.message.c_str());
        QCOMPARE(inspection.parity.size(), inspection.model->nodes.size());
        const ParitySummary summary = summarize_parity(*inspection.model, inspection.parity);
        QCOMPARE(summary.differing, std::size_t(0));
        m_compared += summary.compared;
        m_nodes += inspection.model->nodes.size();
        // Where every operator becomes one node, every node can be compared.
        const std::size_t least = file.endsWith(QStringLiteral("/resnet50.ts.pt"))
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
        auto lowered = lower("sid/vgg_like/vgg_like.ts.pt");
        QVERIFY2(lowered, lowered ? "" : lowered.error().text().c_str());
        OnnxModel& model = lowered->model();

        // The weight of the third convolution is not what it was.
        const std::vector<NodeId> order = model.graphs[0].nodes;
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

        TaskContext task;
        const auto parity = lowered->compare(task);
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
        auto lowered = lower("sid/vgg_like/vgg_like.ts.pt");
        QVERIFY2(lowered, lowered ? "" : lowered.error().text().c_str());
        std::stop_source stop;
        stop.request_stop();
        TaskContext stopped(stop.get_token());
        const auto outputs = lowered->model().graphs[0].outputs;
        const auto parity = lowered->compare(stopped);
        QVERIFY(!parity);
        QCOMPARE(parity.error().code, ErrorCode::Cancelled);
        QCOMPARE(lowered->model().graphs[0].outputs, outputs);
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
            return diagnostic.code == nodes_not_compared;
        }));
    }
};

QTEST_GUILESS_MAIN(NodeParityTests)
#include "tst_node_parity.moc"
