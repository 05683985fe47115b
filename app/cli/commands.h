// The commands of strata-cli. Each prints its result and returns the exit status; errors are
// returned and printed by main.
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/console.h"
#include "app/cli/exit_status.h"
#include "base/task.h"

namespace strata::cli {

struct CommandContext {
    Console& console;
    TaskContext& task;
};

Result<ExitStatus> run_export(const ExportArguments& arguments, CommandContext context);
Result<ExitStatus> run_audit(const AuditArguments& arguments, CommandContext context);
Result<ExitStatus> run_verify(const VerifyArguments& arguments, CommandContext context);
Result<ExitStatus> run_compare(const CompareArguments& arguments, CommandContext context);
Result<ExitStatus> run_tree(const TreeArguments& arguments, CommandContext context);

} // namespace strata::cli
