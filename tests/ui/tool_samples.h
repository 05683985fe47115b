// What tests of the window's tools share: the sample as an ONNX file, with a source and changed.
#pragma once

#include "fake_core.h"
#include "sample_inspection.h"
#include "window_test.h"

#include "session/compare.h"

namespace strata::tests {

/// The sample as a file that nobody knows the source of.
inline std::shared_ptr<Inspection> onnxSample()
{
    auto result = sampleInspection();
    result->program = nullptr;
    result->format = ModelFormat::Onnx;
    result->strategy = "none";
    result->model_hash = "same";
    result->unsupported.clear();
    return result;
}

/// The sample with two orphans fewer, one warning about a parameter, and its source.
inline std::shared_ptr<Inspection> attributedSample()
{
    auto result = onnxSample();
    auto program = std::make_shared<Program>(*sampleInspection()->program);
    result->program = program;
    for (NodeAttribution& node : result->attribution)
        if (node.synthetic) {
            node.synthetic = false;
            node.module = *result->modules.find("fc");
            node.kind = EvidenceKind::StructuralMatch;
            node.confidence = 0.7;
        }
    result->coverage = compute_coverage(*result->model, result->modules, result->attribution);
    return result;
}

/// The sample with another attribute at node 0, and a Neg (node 8) after everything.
inline std::shared_ptr<Inspection> changedSample()
{
    auto result = onnxSample();
    const auto model = std::const_pointer_cast<OnnxModel>(result->model);
    model->nodes[0].attributes[0].value = std::vector<std::int64_t>{3, 3};
    const ValueId last = model->graphs[OnnxModel::main_graph].outputs.front();
    const ValueId made = model->add_value(OnnxModel::main_graph, "negated");
    OnnxNode node;
    node.op_type = model->intern("Neg");
    node.name = model->intern("/fc/Neg");
    node.inputs = {last};
    node.outputs = {made};
    model->add_node(OnnxModel::main_graph, std::move(node));
    result->attribution.push_back(result->attribution[5]);
    return result;
}

/// Opens "b.onnx" as the changed sample and everything else as the plain one.
inline Services toolServices(FakeCore& core)
{
    Services made = core.services();
    made.open = [&core](const std::filesystem::path& path, const ExportOptions&,
                        TaskContext& task) -> JobResult {
        ++core.opened;
        task.begin("load", 100);
        std::this_thread::sleep_for(core.delay);
        if (core.error)
            return tl::unexpected(*core.error);
        auto result = path.filename() == "b.onnx" ? changedSample() : onnxSample();
        result->path = path;
        return result;
    };
    made.audit = [&core](const std::filesystem::path& path, const AuditOptions& options,
                         TaskContext& task) -> JobResult {
        task.begin("attribute", 100);
        std::this_thread::sleep_for(core.delay);
        if (core.error)
            return tl::unexpected(*core.error);
        if (!core.models.empty() && options.source && options.source_model.empty())
            return failure(ErrorCode::Usage, "There are several models.");
        auto result = options.source ? attributedSample() : onnxSample();
        result->path = path;
        if (options.source)
            std::const_pointer_cast<Program>(result->program)->path = *options.source;
        return result;
    };
    made.compare = &compare_inspections;
    return made;
}

inline void settle(GraphCanvas* canvas)
{
    QTRY_VERIFY(canvas->scene() && !canvas->isLayoutRunning());
    QTest::qWait(30);
}

inline QPoint placeOf(GraphCanvas* canvas, NodeId node)
{
    const auto& scene = *canvas->scene();
    const Rect& rect = scene.boxes[scene.box_of_node.at(node)].rect;
    return canvas->toViewport(QPointF(rect.center().x, rect.center().y)).toPoint();
}

} // namespace strata::tests
