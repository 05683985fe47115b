// The summaries: one JSON object for scripts, a few lines for people.
#include "report/json_text.h"
#include "report/sidecar.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace strata {
namespace {

/// Percentages must not flatter: 99.96 % is not "100.0 %".
std::string percent(double share)
{
    const double tenths = std::floor(share * 1000.0 + 1e-9);
    return fmt::format("{:.1f} %", tenths / 10.0);
}

} // namespace

std::string summary_json(const Inspection& inspection)
{
    const CoverageFigures& all = inspection.coverage.all;
    Json json;
    json["strategy"] = inspection.strategy;
    json["opset"] = inspection.model ? inspection.model->opset() : 0;
    const PhaseSeconds& seconds = inspection.seconds;
    json["seconds"] = {{"load", seconds.load},           {"trace", seconds.trace},
                       {"lower", seconds.lower},         {"passes", seconds.passes},
                       {"attribute", seconds.attribute}, {"write", seconds.write}};
    json["nodes_total"] = all.total;
    json["nodes_recorded"] = all.recorded;
    json["nodes_attributed"] = all.attributed;
    json["nodes_orphan"] = all.orphans;
    json["coverage"] = all.coverage();
    json["recorded_coverage"] = all.recorded_coverage();
    json["mean_confidence"] = all.mean_confidence();
    std::set<std::string> ops;
    Json details = Json::array();
    for (const UnsupportedOperator& unsupported : inspection.unsupported) {
        ops.insert(unsupported.op);
        details.push_back({{"op", unsupported.op},
                           {"reason", unsupported.reason},
                           {"module", unsupported.module},
                           {"source", unsupported.source},
                           {"help", unsupported.help}});
    }
    json["unsupported_ops"] = ops;
    json["unsupported_details"] = std::move(details);
    json["diagnostics"] = Json::array();
    for (const Diagnostic& diagnostic : inspection.diagnostics)
        json["diagnostics"].push_back({{"severity", to_string(diagnostic.severity)},
                                       {"code", diagnostic.code},
                                       {"message", diagnostic.message},
                                       {"where", diagnostic.where}});
    return compact(json);
}

std::string unsupported_text(const UnsupportedOperator& unsupported)
{
    std::string text = unsupported.op + " in ";
    text += unsupported.module.empty() ? std::string("the root module")
                                       : fmt::format("module '{}'", unsupported.module);
    if (!unsupported.source.empty())
        text += fmt::format(" ({})", unsupported.source);
    return text;
}

std::string summary_text(const Inspection& inspection)
{
    const CoverageFigures& all = inspection.coverage.all;
    std::string text;
    if (inspection.model) {
        text += fmt::format("{} nodes, opset {}: {} recorded, {} attributed, {} orphan(s); mean "
                            "confidence {:.2f}\n",
                            all.total, inspection.model->opset(), percent(all.recorded_coverage()),
                            percent(all.coverage()), all.orphans, all.mean_confidence());
    }
    const FxAccounting& accounting = inspection.accounting;
    if (!accounting.records.empty())
        text += fmt::format(
            "{} FX nodes: {} emitted, {} folded, {} fused, {} eliminated{}{}\n",
            accounting.records.size(), accounting.count(FxFate::Emitted),
            accounting.count(FxFate::Folded), accounting.count(FxFate::Fused),
            accounting.count(FxFate::Eliminated),
            inspection.unsupported.empty()
                ? std::string{}
                : fmt::format(", {} unsupported", accounting.count(FxFate::Unsupported)),
            accounting.closed()
                ? std::string{}
                : fmt::format(", {} UNACCOUNTED", accounting.count(FxFate::Unaccounted)));
    for (const UnsupportedOperator& unsupported : inspection.unsupported) {
        text +=
            fmt::format("unsupported: {}: {}\n", unsupported_text(unsupported), unsupported.reason);
        if (!unsupported.help.empty())
            text += fmt::format("  {}\n", unsupported.help);
    }
    for (const Diagnostic& diagnostic : inspection.diagnostics) {
        // Unsupported operators have been told above, with what helps.
        if (diagnostic.code == "unsupported-operator" && !inspection.unsupported.empty())
            continue;
        text += fmt::format("{}: {}\n", to_string(diagnostic.severity), diagnostic.message);
    }
    return text;
}

} // namespace strata
