#include "app/cli/commands.h"
#include "app/cli/output.h"

namespace strata::cli {

Result<ExitStatus> run_verify(const VerifyArguments& arguments, CommandContext context)
{
    STRATA_TRY(const auto outputs, verify_model(arguments.options, context.task));
    const Gate gate = parity_gate(outputs);
    const ExitStatus status = gate.ok ? ExitStatus::Done : ExitStatus::GateFailed;
    if (context.console.json())
        context.console.print_result(to_text({{"ok", gate.ok},
                                              {"outputs", outputs_json(outputs)},
                                              {"diagnostics", Json::array()},
                                              {"exit_status", static_cast<int>(status)}}));
    else
        context.console.print_summary(outputs_text(outputs));
    if (!gate.ok)
        context.console.print_error(gate.message);
    return status;
}

} // namespace strata::cli
