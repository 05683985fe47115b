#include "report/report.h"

#include "report/sidecar.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {

std::vector<std::string_view> report_formats()
{
    return {"json", "md"};
}

Result<ReportFormat> parse_report_format(std::string_view name)
{
    if (name == "json")
        return ReportFormat::Json;
    if (name == "md" || name == "markdown")
        return ReportFormat::Markdown;
    return failure(ErrorCode::Usage, fmt::format("There is no report format '{}'. There are: {}.",
                                                 name, fmt::join(report_formats(), ", ")));
}

std::string render_report(const Inspection& inspection, ReportFormat format,
                          const std::filesystem::path& folder)
{
    switch (format) {
    case ReportFormat::Markdown:
        return markdown_report(inspection);
    case ReportFormat::Json:
        break;
    }
    return sidecar_json(inspection, folder);
}

} // namespace strata
