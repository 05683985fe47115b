// Auditing an ONNX file, with its source model beside it or without.
#include "base/hash.h"
#include "frontends/model_file.h"
#include "hierarchy/annotate.h"
#include "hierarchy/attribute.h"
#include "onnx/annotated_copy.h"
#include "onnx/onnx_reader.h"
#include "session/copy_data_files.h"
#include "session/phase_clock.h"
#include "session/session.h"
#include "session/source_reference.h"

#include <fmt/format.h>

namespace strata {
namespace {

Result<OnnxReadResult> read_audited(const std::filesystem::path& path, TaskContext& task)
{
    STRATA_TRY(const FileKind kind, detect_file_kind(path));
    if (kind == FileKind::TorchScript || kind == FileKind::ExportedProgram)
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' is a PyTorch model; audit takes an ONNX file. Export it "
                                   "first: strata-cli export '{}' -o OUT.onnx.",
                                   path.string(), path.string()));
    if (kind != FileKind::Onnx)
        return failure(ErrorCode::CannotRead, advice_for(kind, path));
    return read_onnx(path, task);
}

} // namespace

Result<std::shared_ptr<const Inspection>>
audit_model(const std::filesystem::path& path, const AuditOptions& options, TaskContext& task)
{
    if (options.output)
        STRATA_CHECK(check_output_path(*options.output, options.source
                                                            ? std::vector{path, *options.source}
                                                            : std::vector{path}));
    auto inspection = std::make_shared<Inspection>();
    inspection->path = path;
    inspection->model_path = path;
    inspection->format = ModelFormat::Onnx;
    inspection->strategy = "none";
    inspection->strategy_reason = options.source
                                      ? "an ONNX file was audited against its source model"
                                      : "an ONNX file was audited without its source model";
    std::shared_ptr<OnnxModel> model;
    {
        const PhaseClock clock(inspection->seconds.load);
        task.begin("load");
        STRATA_TRY(OnnxReadResult read, read_audited(path, task));
        model = std::move(read.model);
        inspection->diagnostics = std::move(read.diagnostics);
        STRATA_TRY(const ContentHash hash, hash_file(path, task));
        inspection->content_hash = hash.text();
        inspection->model_hash = inspection->content_hash;
        if (options.source) {
            STRATA_TRY(inspection->program,
                       load_program(*options.source, {options.source_model}, task));
            STRATA_TRY(const ContentHash source_hash, hash_file(*options.source, task));
            inspection->source_hash = source_hash.text();
        }
    }
    {
        const PhaseClock clock(inspection->seconds.attribute);
        STRATA_TRY(AttributionResult attributed,
                   inspection->program ? attribute_with_source(*model, *inspection->program, task)
                                       : attribute_nodes(*model, nullptr, task));
        inspection->modules = std::move(attributed.modules);
        inspection->attribution = std::move(attributed.nodes);
        for (Diagnostic& diagnostic : attributed.diagnostics)
            inspection->diagnostics.push_back(std::move(diagnostic));
        inspection->coverage =
            compute_coverage(*model, inspection->modules, inspection->attribution);
    }
    if (options.output) {
        const PhaseClock clock(inspection->seconds.write);
        task.begin("write");
        annotate_attribution(*model, inspection->modules, inspection->attribution);
        STRATA_TRY(const AnnotatedCopy copy, AnnotatedCopy::make(path, *model, task));
        // Weights first: when the copy is there, everything it needs is.
        STRATA_CHECK(copy_data_files(path, *options.output, copy.data_files(), task));
        STRATA_TRY(const AnnotatedCopy::Written written, copy.write(*options.output, task));
        static_cast<void>(written);
    }
    inspection->model = std::move(model);
    return std::shared_ptr<const Inspection>(std::move(inspection));
}

} // namespace strata
