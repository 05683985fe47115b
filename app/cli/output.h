// Pieces that several commands print.
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/exit_status.h"
#include "ir/inspection.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace strata::cli {

using Json = nlohmann::ordered_json;

/// A condition that the caller asked for.
struct Gate {
    std::string name; ///< "min-coverage"
    bool ok = true;
    std::string message;
};

std::string to_text(const Json& json); ///< one line; invalid UTF-8 is replaced

/// What --json prints when a command fails: "error", "error_code", "exit_status" and the error as a
/// diagnostic.
std::string error_json(const Error& error);
/// The summary of an inspection as an object, to which commands add their own keys.
Json summary_object(const Inspection& inspection);
Json gates_json(const std::vector<Gate>& gates);
Json outputs_json(const std::vector<OutputParity>& outputs);
std::string outputs_text(const std::vector<OutputParity>& outputs);

Gate coverage_gate(const Inspection& inspection, double minimum);
Gate parity_gate(const std::vector<OutputParity>& outputs);

/// Before the work: can the reports be written?
Status check_reports(const std::vector<ReportRequest>& reports);
/// With the review that lies beside the model, where there is one.
Status write_reports(const Inspection& inspection, const std::vector<ReportRequest>& reports,
                     TaskContext& task);

} // namespace strata::cli
