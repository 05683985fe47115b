// The command line, parsed.
#pragma once

#include "base/result.h"
#include "report/report.h"
#include "session/session.h"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace strata::cli {

/// --report FORMAT:PATH.
struct ReportRequest {
    ReportFormat format = ReportFormat::Sidecar;
    std::filesystem::path path;
};

struct CommonArguments {
    bool json = false;
    bool quiet = false;
};

struct ExportArguments {
    std::filesystem::path model;
    std::filesystem::path output;
    ExportOptions options;
    std::vector<ReportRequest> reports;
    bool verify = false;
    std::optional<double> min_coverage;
};
struct AuditArguments {
    std::filesystem::path file;
    AuditOptions options;
    std::vector<ReportRequest> reports;
    std::optional<double> min_coverage;
};
struct VerifyArguments {
    VerifyOptions options;
};
struct CompareArguments {
    std::filesystem::path a;
    std::filesystem::path b;
};
struct TreeArguments {
    std::filesystem::path model;
    std::string name; ///< of a .pt2 archive with several models
};

struct Arguments {
    CommonArguments common;
    std::variant<ExportArguments, AuditArguments, VerifyArguments, CompareArguments, TreeArguments>
        command;
};

/// Arguments, or a text that answers the request by itself (--help, --version). Everything wrong is
/// a Usage error.
Result<std::variant<Arguments, std::string>> parse_arguments(int argc, const char* const* argv);

/// True when --json is among the arguments, whatever else is wrong with them.
bool wants_json(int argc, const char* const* argv);

} // namespace strata::cli
