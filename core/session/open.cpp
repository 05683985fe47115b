// Opening models: PyTorch models are lowered in memory, ONNX files are read; both are attributed.
#include "base/version.h"
#include "frontends/model_file.h"
#include "hierarchy/annotate.h"
#include "hierarchy/attribute.h"
#include "onnx/onnx_reader.h"
#include "session/choose_inputs.h"
#include "session/choose_strategy.h"
#include "session/command_text.h"
#include "session/coverage_details.h"
#include "session/node_parity.h"
#include "session/phase_clock.h"
#include "session/session.h"
#include "session/start_hash.h"

#include <fmt/format.h>

namespace strata {
namespace {

using InspectionPtr = std::shared_ptr<const Inspection>;

Status check_options(const ExportOptions& options)
{
    if (options.opset < oldest_opset || options.opset > newest_opset)
        return failure(ErrorCode::Usage, fmt::format("Opset {} cannot be written; choose {} to {}.",
                                                     options.opset, oldest_opset, newest_opset));
    return {};
}

/// Attribution and coverage of what `inspection.model` holds.
Status attribute_inspection(Inspection& inspection, TaskContext& task)
{
    const PhaseClock clock(inspection.seconds.attribute);
    STRATA_TRY(AttributionResult attributed,
               attribute_nodes(*inspection.model, inspection.program.get(), task));
    inspection.modules = std::move(attributed.modules);
    inspection.attribution = std::move(attributed.nodes);
    for (Diagnostic& diagnostic : attributed.diagnostics)
        inspection.diagnostics.push_back(std::move(diagnostic));
    inspection.coverage =
        compute_coverage(*inspection.model, inspection.modules, inspection.attribution);
    return {};
}

Status load_into(Inspection& inspection, const std::string& model, TaskContext& task)
{
    const PhaseClock clock(inspection.seconds.load);
    task.begin("load");
    STRATA_TRY(const FileKind kind, detect_file_kind(inspection.path));
    auto hash = start_hash(inspection.path, task);
    if (kind == FileKind::Onnx) {
        inspection.format = ModelFormat::Onnx;
        inspection.strategy = "none";
        inspection.strategy_reason = "an ONNX file was opened; nothing was exported";
        STRATA_TRY(OnnxReadResult read, read_onnx(inspection.path, task));
        inspection.model = std::move(read.model);
        inspection.diagnostics = std::move(read.diagnostics);
    } else {
        STRATA_TRY(inspection.program, load_program(inspection.path, {model}, task));
        inspection.format = inspection.program->format;
        inspection.modules = inspection.program->modules;
        inspection.diagnostics = inspection.program->diagnostics;
    }
    STRATA_TRY(const ContentHash content, hash.get());
    inspection.content_hash = content.text();
    if (inspection.format == ModelFormat::Onnx) {
        inspection.model_path = inspection.path;
        inspection.model_hash = inspection.content_hash;
    }
    return {};
}

void tell_differences(Inspection& inspection, const OnnxModel& model)
{
    const ParitySummary summary = summarize_parity(model, inspection.parity);
    if (summary.differing == 0)
        return;
    const NodeId first = summary.first_differing;
    const FrameId frame = model.provenance[first].frame;
    const Program& program = *inspection.program;
    inspection.diagnostics.push_back(
        {Severity::Warning, "nodes-differ",
         fmt::format("{} of {} nodes that were compared differ from PyTorch beyond the tolerances; "
                     "the first is {}.",
                     summary.differing, summary.compared, model.node_path(first)),
         frame < program.graph.frames.size()
             ? program.modules[program.graph.frames[frame].module].fqn
             : std::string()});
}

/// What cannot be compared is still worth looking at.
Status compare_into(Inspection& inspection, OnnxModel& model, ChosenInputs chosen,
                    const ExportOptions& options, TaskContext& task)
{
    if (!inspection.unsupported.empty()) {
        inspection.diagnostics.push_back(
            {Severity::Warning,
             std::string(nodes_not_compared),
             "The nodes were not compared with PyTorch: with operators that are not supported the "
             "export does not run.",
             {}});
        return {};
    }
    auto parity = compare_nodes(
        {*inspection.program, model, as_used(std::move(chosen), inspection.inputs), options}, task);
    if (!parity && parity.error().code == ErrorCode::Cancelled)
        return tl::unexpected(std::move(parity).error());
    if (!parity) {
        inspection.diagnostics.push_back(
            {Severity::Warning,
             std::string(nodes_not_compared),
             "The nodes were not compared with PyTorch: " + parity.error().message,
             {}});
        return {};
    }
    inspection.parity = *std::move(parity);
    tell_differences(inspection, model);
    return {};
}

Status lower_into(Inspection& inspection, const ExportOptions& options, TaskContext& task)
{
    STRATA_TRY(inspection.program, flatten_inputs(inspection.program, options, task));
    std::shared_ptr<OnnxModel> model;
    ChosenInputs chosen;
    {
        const PhaseClock clock(inspection.seconds.lower);
        STRATA_TRY(chosen, choose_inputs(*inspection.program, options, task));
        STRATA_TRY(StrategyResult result,
                   lower_with_strategy(inspection.program, chosen, options, task));
        inspection.program = std::move(result.program);
        inspection.modules = inspection.program->modules;
        inspection.strategy = std::move(result.strategy);
        inspection.strategy_reason = std::move(result.reason);
        inspection.strategy_details = std::move(result.details);
        inspection.profile = std::move(result.profile);
        inspection.seconds.trace = result.run_seconds;
        inspection.inputs = std::move(result.inputs);
        LoweringResult& lowered = result.lowered;
        inspection.seconds.passes = lowered.pass_seconds;
        model = std::move(lowered.model);
        inspection.accounting = std::move(lowered.accounting);
        inspection.unsupported = std::move(lowered.unsupported);
        for (Diagnostic& diagnostic : lowered.diagnostics)
            inspection.diagnostics.push_back(std::move(diagnostic));
    }
    inspection.seconds.lower -= inspection.seconds.passes + inspection.seconds.trace;
    const Program& program = *inspection.program;
    model->producer_version = std::string(tool_version());
    {
        const PhaseClock clock(inspection.seconds.attribute);
        annotate_provenance(*model, program);
    }
    if (options.parity)
        STRATA_CHECK(compare_into(inspection, *model, std::move(chosen), options, task));
    inspection.model = std::move(model);
    return {};
}

} // namespace

Result<InspectionPtr> open_model(const std::filesystem::path& path, const ExportOptions& options,
                                 TaskContext& task)
{
    STRATA_CHECK(check_options(options));
    auto inspection = std::make_shared<Inspection>();
    inspection->path = path;
    STRATA_CHECK(load_into(*inspection, options.model, task));
    inspection->command =
        inspection->program ? export_command(path, options) : audit_command(path, {});
    inspection->libraries = libraries_of(inspection->format);
    if (inspection->program)
        STRATA_CHECK(lower_into(*inspection, options, task));
    STRATA_CHECK(attribute_inspection(*inspection, task));
    if (inspection->program)
        refine_unused_parameters(inspection->coverage, *inspection->program,
                                 inspection->accounting);
    return InspectionPtr(std::move(inspection));
}

Result<InspectionPtr> load_model(const std::filesystem::path& path, const std::string& model,
                                 TaskContext& task)
{
    auto inspection = std::make_shared<Inspection>();
    inspection->path = path;
    STRATA_CHECK(load_into(*inspection, model, task));
    if (inspection->model)
        STRATA_CHECK(attribute_inspection(*inspection, task));
    return InspectionPtr(std::move(inspection));
}

std::vector<std::string> models_in(const std::filesystem::path& path)
{
    return model_names(path);
}

} // namespace strata
