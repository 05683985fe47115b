#include "app/cli/output.h"

#include "base/atomic_file.h"
#include "report/sidecar.h"
#include "session/review_of.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata::cli {

std::string to_text(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string error_json(const Error& error)
{
    const std::string text = error.text();
    const std::string code(to_string(error.code));
    Json json;
    json["error"] = text;
    json["error_code"] = code;
    json["exit_status"] = static_cast<int>(exit_status(error.code));
    json["diagnostics"] =
        Json::array({{{"severity", "error"}, {"code", code}, {"message", text}, {"where", ""}}});
    return to_text(json);
}

Json summary_object(const Inspection& inspection)
{
    return Json::parse(summary_json(inspection));
}

Json gates_json(const std::vector<Gate>& gates)
{
    Json json = Json::array();
    for (const Gate& gate : gates)
        json.push_back({{"name", gate.name}, {"ok", gate.ok}, {"message", gate.message}});
    return json;
}

Json outputs_json(const std::vector<OutputParity>& outputs)
{
    Json json = Json::array();
    for (const OutputParity& output : outputs) {
        Json item{{"name", output.name},
                  {"max_abs", output.max_abs},
                  {"max_rel", output.max_rel},
                  {"ok", output.ok}};
        if (!output.note.empty())
            item["note"] = output.note;
        if (!output.against.empty())
            item["against"] = output.against;
        json.push_back(std::move(item));
    }
    return json;
}

std::string outputs_text(const std::vector<OutputParity>& outputs)
{
    std::string text;
    for (const OutputParity& output : outputs)
        text += fmt::format("{}: {} (largest difference {:.3g} absolute, {:.3g} relative){}{}\n",
                            output.name, output.ok ? "equal" : "DIFFERS", output.max_abs,
                            output.max_rel, output.note.empty() ? "" : ": ", output.note);
    if (!outputs.empty() && !outputs.front().against.empty())
        text += fmt::format("compared with {}\n", outputs.front().against);
    return text;
}

Gate coverage_gate(const Inspection& inspection, double minimum)
{
    const CoverageFigures& all = inspection.coverage.all;
    const bool ok = all.coverage() >= minimum;
    return {"min-coverage", ok,
            fmt::format("{} of {} nodes have a module: coverage {:.6g}, {} asked for",
                        all.attributed, all.total, all.coverage(), minimum)};
}

Gate parity_gate(const std::vector<OutputParity>& outputs)
{
    const auto wrong = std::count_if(outputs.begin(), outputs.end(),
                                     [](const OutputParity& output) { return !output.ok; });
    if (outputs.empty())
        return {"verify", false, "the model has no outputs to compare"};
    return {"verify", wrong == 0,
            wrong == 0
                ? fmt::format("{} output(s) equal PyTorch's", outputs.size())
                : fmt::format("{} of {} outputs differ from PyTorch's", wrong, outputs.size())};
}

Status check_reports(const std::vector<ReportRequest>& reports)
{
    for (const ReportRequest& report : reports)
        STRATA_CHECK(check_output_path(report.path, {}));
    return {};
}

Status write_reports(const Inspection& inspection, const std::vector<ReportRequest>& reports,
                     TaskContext& task)
{
    if (reports.empty())
        return {};
    STRATA_TRY(const auto review, review_of(inspection, task));
    for (const ReportRequest& report : reports)
        STRATA_CHECK(write_file(report.path,
                                render_report(inspection, report.format, report.path.parent_path(),
                                              review ? &*review : nullptr)));
    return {};
}

} // namespace strata::cli
