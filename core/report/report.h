// Reports in the formats of `--report FORMAT:PATH`.
#pragma once

#include "base/result.h"
#include "ir/inspection.h"
#include "review/review_overlay.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

enum class ReportFormat { Sidecar, Markdown, Html, Csv, GraphMl, Dot };

/// "json", "md", "html", "csv", "graphml", "dot".
std::vector<std::string_view> report_formats();
/// Fails with Usage for unknown names; the message lists those there are.
Result<ReportFormat> parse_report_format(std::string_view name);

/// The report as text. Sidecar is the content of the JSON sidecar. Paths inside are relative to
/// `folder`. With a review its decisions, conflicts and the coverage after it are in all formats
/// but the graphs (GraphML, DOT).
std::string render_report(const Inspection& inspection, ReportFormat format,
                          const std::filesystem::path& folder, const LaidReview* review = nullptr);

/// Coverage, modules, orphans, unsupported operators and diagnostics as Markdown.
std::string markdown_report(const Inspection& inspection, const LaidReview* review = nullptr);
/// One page for people: figures, module tree, orphans, problems, and all nodes in a table that
/// sorts and filters. Needs no network and prints well.
std::string html_report(const Inspection& inspection, const LaidReview* review = nullptr);
/// One line a node, with a header line.
std::string csv_report(const Inspection& inspection, const LaidReview* review = nullptr);
/// The graph with a nested graph for every module.
std::string graphml_report(const Inspection& inspection);
/// The graph with a cluster for every module.
std::string dot_report(const Inspection& inspection);

} // namespace strata
