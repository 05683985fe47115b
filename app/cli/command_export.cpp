#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "report/sidecar.h"
#include "session/incomplete.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata::cli {
namespace {

/// Parity of the written file. That it cannot be checked is a failed gate, not a failed export.
Result<Gate> verify_written(const ExportArguments& arguments, std::vector<OutputParity>& outputs,
                            TaskContext& task)
{
    VerifyOptions options;
    options.onnx = arguments.output;
    options.source = arguments.model;
    options.inputs_dir = arguments.options.inputs_dir;
    options.inputs = arguments.options.inputs;
    auto checked = verify_model(options, task);
    if (!checked) {
        if (checked.error().code == ErrorCode::Cancelled)
            return tl::unexpected(std::move(checked).error());
        return Gate{"verify", false, checked.error().text()};
    }
    outputs = std::move(*checked);
    return parity_gate(outputs);
}

/// Why, and what was written all the same.
std::string incomplete_text(const Inspection& inspection, const std::string& reason)
{
    return reason + (inspection.unsupported.empty()
                         ? " The file was written; it can be inspected but not run."
                         : " The file was written with nodes of the domain org.pytorch.aten in "
                           "their place; it can be inspected but not run.");
}

/// --strict and an export that could not be run: nothing was written, but all of them are told.
ExitStatus refuse(const Inspection& inspection, const Error& error, Console& console)
{
    if (console.json()) {
        Json json = summary_object(inspection);
        json["error"] = error.text();
        json["error_code"] = to_string(error.code);
        json["exit_status"] = static_cast<int>(ExitStatus::CannotExport);
        console.print_result(to_text(json));
    }
    console.print_error(error.text());
    return ExitStatus::CannotExport;
}

} // namespace

Result<ExitStatus> run_export(const ExportArguments& arguments, CommandContext context)
{
    STRATA_CHECK(check_output_path(arguments.output, {arguments.model}));
    STRATA_CHECK(check_reports(arguments.reports));
    STRATA_TRY(auto opened, open_model(arguments.model, arguments.options, context.task));
    if (opened->format == ModelFormat::Onnx)
        return failure(ErrorCode::Usage,
                       fmt::format("'{}' is an ONNX file already. 'strata-cli audit' tells about "
                                   "its modules.",
                                   arguments.model.string()));
    auto written = write_export(opened, arguments.output, arguments.options, context.task);
    if (!written && written.error().code == ErrorCode::CannotExport)
        return refuse(*opened, written.error(), context.console);
    if (!written)
        return tl::unexpected(std::move(written).error());
    const auto inspection = std::move(*written);
    STRATA_CHECK(write_reports(*inspection, arguments.reports, context.task));

    const std::string reason = incomplete_reason(*inspection);
    const bool complete = reason.empty();
    std::vector<Gate> gates;
    std::vector<OutputParity> outputs;
    if (arguments.min_coverage)
        gates.push_back(coverage_gate(*inspection, *arguments.min_coverage));
    if (arguments.verify) {
        if (complete) {
            STRATA_TRY(Gate gate, verify_written(arguments, outputs, context.task));
            gates.push_back(std::move(gate));
        } else {
            gates.push_back({"verify", false, "an incomplete export cannot be run"});
        }
    }
    const bool gates_ok =
        std::all_of(gates.begin(), gates.end(), [](const Gate& gate) { return gate.ok; });
    const ExitStatus status = !complete   ? ExitStatus::CannotExport
                              : !gates_ok ? ExitStatus::GateFailed
                                          : ExitStatus::Done;
    if (context.console.json()) {
        Json json = summary_object(*inspection);
        json["output"] = arguments.output.string();
        if (arguments.options.sidecar)
            json["sidecar"] = sidecar_path(arguments.output).string();
        if (arguments.verify)
            json["outputs"] = outputs_json(outputs);
        json["gates"] = gates_json(gates);
        if (!complete)
            json["error"] = incomplete_text(*inspection, reason);
        json["exit_status"] = static_cast<int>(status);
        context.console.print_result(to_text(json));
    } else {
        context.console.print_summary(fmt::format("wrote {}\n{}{}", arguments.output.string(),
                                                  summary_text(*inspection),
                                                  outputs_text(outputs)));
    }
    if (!complete)
        context.console.print_error(incomplete_text(*inspection, reason));
    for (const Gate& gate : gates)
        if (!gate.ok)
            context.console.print_error(fmt::format("--{} failed: {}", gate.name, gate.message));
    return status;
}

} // namespace strata::cli
