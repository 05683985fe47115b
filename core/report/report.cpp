#include "report/report.h"

#include "report/sidecar.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {

std::vector<std::string_view> report_formats()
{
    return {"json", "md", "html", "csv", "graphml", "dot"};
}

Result<ReportFormat> parse_report_format(std::string_view name)
{
    if (name == "json")
        return ReportFormat::Sidecar;
    if (name == "md" || name == "markdown")
        return ReportFormat::Markdown;
    if (name == "html")
        return ReportFormat::Html;
    if (name == "csv")
        return ReportFormat::Csv;
    if (name == "graphml")
        return ReportFormat::GraphMl;
    if (name == "dot")
        return ReportFormat::Dot;
    return failure(ErrorCode::Usage, fmt::format("There is no report format '{}'. There are: {}.",
                                                 name, fmt::join(report_formats(), ", ")));
}

std::string render_report(const Inspection& inspection, ReportFormat format,
                          const std::filesystem::path& folder, const LaidReview* review)
{
    switch (format) {
    case ReportFormat::Markdown:
        return markdown_report(inspection, review);
    case ReportFormat::Html:
        return html_report(inspection, review);
    case ReportFormat::Csv:
        return csv_report(inspection, review);
    case ReportFormat::GraphMl:
        return graphml_report(inspection);
    case ReportFormat::Dot:
        return dot_report(inspection);
    case ReportFormat::Sidecar:
        break;
    }
    return sidecar_json(inspection, folder, review);
}

} // namespace strata
