// Reports in the formats of `--report FORMAT:PATH`.
#pragma once

#include "base/result.h"
#include "ir/inspection.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

enum class ReportFormat { Json, Markdown };

/// "json", "md".
std::vector<std::string_view> report_formats();
/// Fails with Usage for unknown names; the message lists those there are.
Result<ReportFormat> parse_report_format(std::string_view name);

/// The report as text. Json is the sidecar's content. Paths inside are relative to `folder`.
std::string render_report(const Inspection& inspection, ReportFormat format,
                          const std::filesystem::path& folder);

/// Coverage, modules, orphans, unsupported operators and diagnostics as Markdown.
std::string markdown_report(const Inspection& inspection);

} // namespace strata
