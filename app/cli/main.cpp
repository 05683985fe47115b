// strata-cli: export, audit, verify, compare, tree. The contract is in ARCHITECTURE.md, "Command
// line".
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/output.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <new>

namespace strata::cli {
namespace {

Result<ExitStatus> run_command(const Arguments& arguments, CommandContext context)
{
    struct Runner {
        CommandContext context;

        Result<ExitStatus> operator()(const ExportArguments& a) { return run_export(a, context); }
        Result<ExitStatus> operator()(const AuditArguments& a) { return run_audit(a, context); }
        Result<ExitStatus> operator()(const VerifyArguments& a) { return run_verify(a, context); }
        Result<ExitStatus> operator()(const CompareArguments& a) { return run_compare(a, context); }
        Result<ExitStatus> operator()(const TreeArguments& a) { return run_tree(a, context); }
    };
    try {
        return std::visit(Runner{context}, arguments.command);
    } catch (const std::bad_alloc&) {
        return failure(ErrorCode::Internal, "There is not enough memory.");
    } catch (const std::exception& error) {
        return failure(
            ErrorCode::Internal,
            fmt::format("Internal error: {}. Please report it with the file.", error.what()));
    }
}

int report(const Error& error, Console& console)
{
    if (console.json())
        console.print_result(error_json(error));
    console.print_error(error.text());
    return static_cast<int>(exit_status(error.code));
}

int run(int argc, const char* const* argv)
{
    auto parsed = parse_arguments(argc, argv);
    if (!parsed) {
        Console console(wants_json(argc, argv), false);
        return report(parsed.error(), console);
    }
    if (const auto* answer = std::get_if<std::string>(&*parsed)) {
        Console(false, false).print_result(*answer);
        return 0;
    }
    const auto& arguments = std::get<Arguments>(*parsed);
    Interrupt interrupt;
    int status = 0;
    {
        Console console(arguments.common.json, arguments.common.quiet);
        TaskContext task(interrupt.stop_token(),
                         [&console](const Progress& progress) { console.show_progress(progress); });
        const auto result = run_command(arguments, {console, task});
        status = result ? static_cast<int>(*result) : report(result.error(), console);
        if (result || result.error().code != ErrorCode::Cancelled)
            return status;
    }
    interrupt.end_if_interrupted();
    return status;
}

} // namespace
} // namespace strata::cli

int main(int argc, char** argv)
{
    const int status = strata::cli::run(argc, argv);
    // Everything of ours is closed. What is left is LibTorch's registry of operators and three
    // hundred libraries, which take a tenth of a second to tidy a memory that is about to be gone.
    std::fflush(nullptr);
    std::_Exit(status);
}
