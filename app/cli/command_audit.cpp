#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "report/sidecar.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata::cli {

Result<ExitStatus> run_audit(const AuditArguments& arguments, CommandContext context)
{
    STRATA_CHECK(check_reports(arguments.reports));
    AuditOptions options = arguments.options;
    options.hash_files = std::any_of(
        arguments.reports.begin(), arguments.reports.end(), [](const ReportRequest& report) {
            return report.format == ReportFormat::Sidecar || report.format == ReportFormat::Html;
        });
    STRATA_TRY(const auto inspection, audit_model(arguments.file, options, context.task));
    STRATA_CHECK(write_reports(*inspection, arguments.reports, context.task));
    std::vector<Gate> gates;
    if (arguments.min_coverage)
        gates.push_back(coverage_gate(*inspection, *arguments.min_coverage));
    const ExitStatus status =
        gates.empty() || gates.front().ok ? ExitStatus::Done : ExitStatus::GateFailed;
    if (context.console.json()) {
        Json json = summary_object(*inspection);
        if (arguments.options.output)
            json["output"] = arguments.options.output->string();
        json["gates"] = gates_json(gates);
        json["exit_status"] = static_cast<int>(status);
        context.console.print_result(to_text(json));
    } else {
        std::string text = summary_text(*inspection);
        for (std::size_t i = 0; i < evidence_kind_count; ++i)
            if (const std::uint64_t count = inspection->coverage.kinds[i]; count > 0)
                text += fmt::format("  {}: {}\n", to_string(static_cast<EvidenceKind>(i)), count);
        context.console.print_summary(text);
    }
    if (status == ExitStatus::GateFailed)
        context.console.print_error(
            fmt::format("--min-coverage failed: {}", gates.front().message));
    return status;
}

} // namespace strata::cli
