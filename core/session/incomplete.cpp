#include "session/incomplete.h"

#include "report/sidecar.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata {

std::string incomplete_reason(const Inspection& inspection)
{
    if (!inspection.unsupported.empty()) {
        const UnsupportedOperator& first = inspection.unsupported.front();
        std::string text = fmt::format("The model cannot be exported: {}: {}.",
                                       unsupported_text(first), first.reason);
        if (inspection.unsupported.size() > 1)
            text += fmt::format(" {} more operators are not supported.",
                                inspection.unsupported.size() - 1);
        if (!first.help.empty())
            text += " " + first.help;
        return text;
    }
    const auto& diagnostics = inspection.diagnostics;
    const auto misfit =
        std::find_if(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.code == "shape-contradiction"; });
    if (misfit == diagnostics.end())
        return {};
    return fmt::format("The model cannot be exported for these inputs: {}. Give inputs that it "
                       "takes, with --input NAME:DTYPE[D,D,...] or --inputs DIR.",
                       misfit->message);
}

} // namespace strata
