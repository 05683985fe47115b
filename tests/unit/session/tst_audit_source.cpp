// Audits against a source model: what of it did not arrive in the file; and files before and after
// an optimiser.
#include "onnx/onnx_reader.h"
#include "onnx/onnx_writer.h"
#include "report/sidecar.h"
#include "runtime/onnx_runtime.h"
#include "session/compare.h"
#include "session/session.h"

#include <QtTest>
#include <cstring>
#include <map>
#include <set>

using namespace strata;
namespace fs = std::filesystem;

namespace {

fs::path zoo(const char* file)
{
    return fs::path(STRATA_TEST_DATA "/zoo") / file;
}

/// What a report lists of a source that did not arrive, by code.
using Lost = std::map<std::string, std::set<std::string>>;

} // namespace

// A source that is a TorchScript file can be opened only by a build with LibTorch.
#ifdef STRATA_TEST_WITH_TORCH
#define NEEDS_TORCH (void)0
#else
#define NEEDS_TORCH QSKIP("built without LibTorch")
#endif

class TestAuditSource : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    TaskContext m_task;

    fs::path path(const char* name) const { return fs::path(m_folder.path().toStdString()) / name; }

    /// The model's own export, read again: x, d.lin, tanh, + ps, nested.0.0, relu, nested.0.1.2,
    /// ...
    std::shared_ptr<OnnxModel> exported()
    {
        const auto opened = open_model(zoo("sid/containers/containers.pt2"), {}, m_task);
        if (!opened || !write_export(*opened, path("own.onnx"), {}, m_task))
            qFatal("cannot export");
        return read_onnx(path("own.onnx"), m_task)->model;
    }

    static NodeId node(const OnnxModel& model, std::string_view name)
    {
        for (NodeId id = 0; id < model.nodes.size(); ++id)
            if (model.text(model.nodes[id].name) == name)
                return id;
        qFatal("no such node");
    }

    static std::uint32_t initializer(const OnnxModel& model, std::string_view name)
    {
        for (std::uint32_t i = 0; i < model.initializers.size(); ++i)
            if (model.text(model.values[model.initializers[i].value].name) == name)
                return i;
        qFatal("no such initializer");
    }

    /// Without any name or metadata.
    static void strip(OnnxModel& model)
    {
        for (NodeId id = 0; id < model.nodes.size(); ++id) {
            model.nodes[id].name = StringId::Empty;
            model.nodes[id].metadata.clear();
        }
        for (ValueId id = 0; id < model.values.size(); ++id)
            if (model.values[id].name != StringId::Empty)
                model.values[id].name = model.intern("v" + std::to_string(id));
    }

    std::shared_ptr<const Inspection>
    audit(OnnxModel& model, const fs::path& source = zoo("sid/containers/containers.pt2"))
    {
        strip(model);
        if (!write_onnx(model, path("file.onnx"), {}, m_task))
            qFatal("cannot write");
        AuditOptions options;
        options.source = source;
        auto audited = audit_model(path("file.onnx"), options, m_task);
        if (!audited)
            qFatal("%s", audited.error().text().c_str());
        return *audited;
    }

    static Lost lost(const Inspection& inspection)
    {
        Lost lost;
        for (const Diagnostic& diagnostic : inspection.diagnostics)
            if (diagnostic.code.starts_with("parameter-") ||
                diagnostic.code == "module-without-node")
                lost[diagnostic.code].insert(diagnostic.where);
        return lost;
    }

private Q_SLOTS:
    void nothingIsMissing();
    void anotherNumber();
    void otherWeights();
    void weightsThatNothingReads();
    void droppedBranch();
    void optimisedFile();
    void anotherExporter();
    void anotherPath();
    void mergedPadding();
    void exchangedWeights();
    void otherIndices();
    void computedWeight();
};

void TestAuditSource::nothingIsMissing()
{
    const auto model = exported();
    const auto inspection = audit(*model);
    QCOMPARE(lost(*inspection), Lost{});
    QCOMPARE(inspection->coverage.all.orphans, std::uint64_t{0});
}

void TestAuditSource::anotherNumber()
{
    // One of 36 numbers, a little different: still the weight of that module, but told.
    const auto model = exported();
    Tensor& tensor = model->initializers[initializer(*model, "nested.0.0.weight")].tensor;
    std::vector<std::byte> scratch;
    const auto bytes = tensor.contiguous_bytes(scratch);
    QVERIFY(bytes);
    std::vector<std::byte> other(bytes->begin(), bytes->end());
    float number = 0;
    std::memcpy(&number, &other[20 * sizeof(float)], sizeof(float));
    number += 0.05F;
    std::memcpy(&other[20 * sizeof(float)], &number, sizeof(float));
    tensor = Tensor::from_bytes(DType::Float32, tensor.shape, std::move(other));

    const auto inspection = audit(*model);
    QCOMPARE(lost(*inspection), (Lost{{"parameter-changed", {"nested.0.0.weight"}}}));
    const NodeId gemm = 3; // of nested.0.0, the fourth node
    QCOMPARE(inspection->modules[inspection->attribution[gemm].module].fqn,
             std::string("nested.0.0"));
    // Reports have it, too.
    const std::string sidecar = sidecar_json(*inspection, path(""));
    QVERIFY(sidecar.find("parameter-changed") != std::string::npos);
}

void TestAuditSource::otherWeights()
{
    const auto model = exported();
    Tensor& tensor = model->initializers[initializer(*model, "nested.0.1.2.weight")].tensor;
    std::vector<std::byte> other(36 * sizeof(float));
    for (std::size_t i = 0; i < 36; ++i) {
        const float number = static_cast<float>((i * 17) % 23) - 11.0F;
        std::memcpy(&other[i * sizeof(float)], &number, sizeof(float));
    }
    tensor = Tensor::from_bytes(DType::Float32, tensor.shape, std::move(other));
    const auto inspection = audit(*model);
    QCOMPARE(lost(*inspection), (Lost{{"parameter-changed", {"nested.0.1.2.weight"}}}));
}

void TestAuditSource::weightsThatNothingReads()
{
    // The bias is still in the file, but the layer does not add it any more.
    const auto model = exported();
    const ValueId bias = model->initializers[initializer(*model, "nested.0.1.2.bias")].value;
    bool left_out = false;
    for (OnnxNode& each : model->nodes)
        if (!each.inputs.empty() && each.inputs.back() == bias) {
            each.inputs.pop_back();
            left_out = true;
        }
    QVERIFY(left_out);
    const auto inspection = audit(*model);
    QCOMPARE(lost(*inspection), (Lost{{"parameter-changed", {"nested.0.1.2.bias"}}}));
}

void TestAuditSource::droppedBranch()
{
    // What reads the result of nested.0 reads its input instead.
    const auto model = exported();
    const NodeId behind = node(*model, "/Mul");
    const NodeId before = node(*model, "/Add");
    model->nodes[behind].inputs[0] = model->nodes[before].outputs[0];
    auto& nodes = model->graphs[OnnxModel::main_graph].nodes;
    std::erase_if(nodes, [&](NodeId id) {
        return model->text(model->nodes[id].name).starts_with("/nested/");
    });
    for (const char* name :
         {"nested.0.0.weight", "nested.0.0.bias", "nested.0.1.2.weight", "nested.0.1.2.bias"})
        model->values[model->initializers[initializer(*model, name)].value].initializer = no_id;
    const auto inspection = audit(*model);
    QCOMPARE(lost(*inspection), (Lost{{"parameter-missing",
                                       {"nested.0.0.weight", "nested.0.0.bias",
                                        "nested.0.1.2.weight", "nested.0.1.2.bias"}},
                                      {"module-without-node", {"nested.0.0", "nested.0.1.2"}}}));
}

void TestAuditSource::optimisedFile()
{
    if (onnx_runtime_version().empty())
        QSKIP("ONNX Runtime is not on this machine");
    const fs::path file = zoo("sid/shared_module/shared_module.legacy.onnx");
    QVERIFY(optimize_onnx(file, path("optimised.onnx"), GraphOptimization::Extended));
    const auto found = compare_models(file, path("optimised.onnx"), m_task);
    QVERIFY(found.has_value());
    std::map<std::string, int> nodes;
    for (const ModelDifference& difference : found->differences)
        if (difference.what == "node") {
            ++nodes[difference.change];
            // Weights that only moved into a fused operator are not reported as other modules.
            QVERIFY2(difference.detail.find("module '") == std::string::npos,
                     difference.detail.c_str());
        }
    // Three calls of the block, each with a spelled-out GELU: fused into single operators.
    QVERIFY2(nodes["fused"] >= 3, std::to_string(nodes["fused"]).c_str());
    QVERIFY(found->nodes_b < found->nodes_a);
}

void TestAuditSource::anotherExporter()
{
    // Strata's export of the source against PyTorch's: the same weights and work.
    const auto opened = open_model(zoo("sid/half_mlp/half_mlp.pt2"), {}, m_task);
    QVERIFY(opened && write_export(*opened, path("ours.onnx"), {}, m_task));
    const auto theirs = zoo("sid/half_mlp/half_mlp.dynamo.onnx");
    const auto found = compare_models(path("ours.onnx"), theirs, m_task);
    QVERIFY(found.has_value());
    for (const ModelDifference& difference : found->differences)
        QVERIFY2(difference.what != "initializer" || difference.change == "changed",
                 difference.name.c_str());
}

void TestAuditSource::anotherPath()
{
    NEEDS_TORCH;
    // The source was traced with PyTorch's operator for a whole layer, the file was exported module
    // by module: its node names tell the truth.
    const auto model =
        read_onnx(zoo("torch113/encoder_fast/encoder_fast.legacy.onnx"), m_task)->model;
    std::vector<std::string> names;
    for (const OnnxNode& each : model->nodes)
        names.emplace_back(model->text(each.name));
    const auto inspection = audit(*model, zoo("torch113/encoder_fast/encoder_fast.ts.pt"));
    std::map<std::string, int> right;
    std::map<std::string, int> all;
    for (NodeId id = 0; id < names.size(); ++id)
        for (const char* part : {"self_attn", "linear1", "linear2", "norm1", "norm2"})
            if (names[id].starts_with(std::string("/enc/layers.0/") + part)) {
                ++all[part];
                right[part] += inspection->modules[inspection->attribution[id].module].fqn ==
                                       std::string("enc.layers.0.") + part
                                   ? 1
                                   : 0;
            }
    QCOMPARE(all.size(), std::size_t{5});
    for (const char* part : {"linear1", "linear2", "norm1", "norm2"})
        QCOMPARE(right[part], all[part]);
    QVERIFY2(right["self_attn"] * 10 > all["self_attn"] * 9,
             std::to_string(right["self_attn"]).c_str());
}

void TestAuditSource::mergedPadding()
{
    NEEDS_TORCH;
    // Strata merges the padding into the convolutions; PyTorch's exporter writes it as nodes.
    const auto model =
        read_onnx(zoo("torch113/causal_convolutions/causal_convolutions.legacy.onnx"), m_task)
            ->model;
    std::vector<std::string> names;
    for (const OnnxNode& each : model->nodes)
        names.emplace_back(model->text(each.name));
    const auto inspection =
        audit(*model, zoo("torch113/causal_convolutions/causal_convolutions.ts.pt"));
    for (NodeId id = 0; id < names.size(); ++id)
        for (const char* block : {"blocks.0", "blocks.1"})
            if (names[id] == std::string("/blocks/") + block + "/Pad" ||
                names[id] == std::string("/blocks/") + block + "/Constant")
                QCOMPARE(inspection->modules[inspection->attribution[id].module].fqn,
                         std::string(block));
}

void TestAuditSource::exchangedWeights()
{
    // Both weights are in the file, each where the other belongs.
    const auto model = exported();
    Tensor& first = model->initializers[initializer(*model, "nested.0.0.weight")].tensor;
    Tensor& second = model->initializers[initializer(*model, "nested.0.1.2.weight")].tensor;
    std::swap(first, second);
    const auto inspection = audit(*model);
    QCOMPARE(lost(*inspection),
             (Lost{{"parameter-exchanged", {"nested.0.0.weight", "nested.0.1.2.weight"}}}));
}

void TestAuditSource::otherIndices()
{
    NEEDS_TORCH;
    // h[:, perm] and h.index_select(1, pick): buffers of integers, twelve and nine.
    const fs::path source = zoo("torch113/picked_columns/picked_columns.ts.pt");
    const fs::path file = zoo("torch113/picked_columns/picked_columns.legacy.onnx");
    auto model = read_onnx(file, m_task)->model;
    QCOMPARE(lost(*audit(*model, source)), Lost{});
    for (const char* name : {"perm", "pick"}) {
        model = read_onnx(file, m_task)->model;
        Tensor& tensor = model->initializers[initializer(*model, name)].tensor;
        std::vector<std::byte> scratch;
        const auto bytes = tensor.contiguous_bytes(scratch);
        QVERIFY(bytes);
        std::vector<std::byte> other(bytes->begin(), bytes->end());
        std::rotate(other.begin(), other.begin() + sizeof(std::int64_t), other.end());
        tensor = Tensor::from_bytes(DType::Int64, tensor.shape, std::move(other));
        QCOMPARE(lost(*audit(*model, source)), (Lost{{"parameter-changed", {name}}}));
    }
}

void TestAuditSource::computedWeight()
{
    NEEDS_TORCH;
    // The source computes the weight from a direction and a length; the exporter wrote the result.
    const fs::path source = zoo("torch113/normalised_weight/normalised_weight.ts.pt");
    const fs::path file = zoo("torch113/normalised_weight/normalised_weight.legacy.onnx");
    auto model = read_onnx(file, m_task)->model;
    QCOMPARE(lost(*audit(*model, source)), (Lost{{"parameter-folded", {""}}}));
    // Another direction is another weight.
    model = read_onnx(file, m_task)->model;
    for (Initializer& each : model->initializers)
        if (each.tensor.shape == std::vector<std::int64_t>{4, 2, 3}) {
            std::vector<std::byte> scratch;
            const auto bytes = each.tensor.contiguous_bytes(scratch);
            QVERIFY(bytes);
            std::vector<std::byte> other(bytes->begin(), bytes->end());
            float number = 0;
            std::memcpy(&number, &other[8], sizeof(float));
            number += 0.3F;
            std::memcpy(&other[8], &number, sizeof(float));
            each.tensor = Tensor::from_bytes(DType::Float32, each.tensor.shape, std::move(other));
        }
    const Lost found = lost(*audit(*model, source));
    QVERIFY(found.contains("parameter-changed"));
    QVERIFY(found.at("parameter-changed").contains("first.weight_v"));
}

QTEST_GUILESS_MAIN(TestAuditSource)
#include "tst_audit_source.moc"
