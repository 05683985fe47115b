// The sidecar MODEL.hierarchy.json and the --json summary (schema:
// resources/schemas/hierarchy.schema.json).
#pragma once

#include "base/result.h"
#include "ir/inspection.h"
#include "review/review_overlay.h"

#include <filesystem>
#include <string>

namespace strata {

inline constexpr int sidecar_format_version = 1;

/// The sidecar as JSON text, deterministic for equal inspections. Paths inside are relative to
/// `folder`.
std::string sidecar_json(const Inspection& inspection, const std::filesystem::path& folder,
                         const LaidReview* review = nullptr);

/// The object that `--json` prints (ARCHITECTURE.md, "Command line"), without verify's part.
std::string summary_json(const Inspection& inspection);

/// "aten::odd in module 'fc' (net.py:9)": operator, module and Python source line, as messages name
/// them.
std::string unsupported_text(const UnsupportedOperator& unsupported);

/// A short summary for people: coverage, orphans, unsupported operators, diagnostics.
std::string summary_text(const Inspection& inspection);

} // namespace strata
