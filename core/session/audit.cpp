// Auditing an ONNX file, with its source model beside it or without.
#include "frontends/model_file.h"
#include "hierarchy/annotate.h"
#include "hierarchy/attribute.h"
#include "onnx/annotated_copy.h"
#include "onnx/onnx_reader.h"
#include "session/command_text.h"
#include "session/copy_data_files.h"
#include "session/phase_clock.h"
#include "session/session.h"
#include "session/source_reference.h"
#include "session/start_hash.h"

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
    inspection->command = audit_command(path, options);
    inspection->model_path = path;
    inspection->format = ModelFormat::Onnx;
    inspection->strategy = "none";
    inspection->strategy_reason = options.source
                                      ? "an ONNX file was audited against its source model"
                                      : "an ONNX file was audited without its source model";
    std::shared_ptr<OnnxModel> model;
    // Reading a large file takes longer than everything else: beside that.
    std::future<Result<ContentHash>> hash;
    std::future<Result<ContentHash>> source_hash;
    if (options.hash_files) {
        hash = start_hash(path, task);
        if (options.source)
            source_hash = start_hash(*options.source, task);
    }
    {
        const PhaseClock clock(inspection->seconds.load);
        task.begin("load");
        STRATA_TRY(OnnxReadResult read, read_audited(path, task));
        model = std::move(read.model);
        inspection->diagnostics = std::move(read.diagnostics);
        if (options.source) {
            STRATA_TRY(inspection->program,
                       load_program(*options.source, {options.source_model}, task));
        }
    }
    inspection->libraries =
        libraries_of(inspection->program ? inspection->program->format : ModelFormat::Onnx);
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
    if (hash.valid()) {
        STRATA_TRY(const ContentHash content, hash.get());
        inspection->content_hash = inspection->model_hash = content.text();
    }
    if (source_hash.valid()) {
        STRATA_TRY(const ContentHash content, source_hash.get());
        inspection->source_hash = content.text();
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
