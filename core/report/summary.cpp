// The summaries: one JSON object for scripts, a few lines for people.
#include "report/inputs_json.h"
#include "report/json_text.h"
#include "report/sidecar.h"
#include "report/strategy_json.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <set>

namespace strata {
namespace {

/// Percentages must not flatter: 99.96 % is not "100.0 %".
std::string percent(double share)
{
    const double tenths = std::floor(share * 1000.0 + 1e-9);
    return fmt::format("{:.1f} %", tenths / 10.0);
}

std::string parity_text(const Inspection& inspection)
{
    const OnnxModel& model = *inspection.model;
    const ParitySummary summary = summarize_parity(model, inspection.parity);
    const auto told = [&](NodeId id) {
        const std::string& fqn = inspection.modules[inspection.attribution[id].module].fqn;
        const std::string_view name = model.text(model.nodes[id].name);
        return fmt::format("{}{}{} (relative difference {:.1e})",
                           name.empty() ? model.node_path(id) : name, fqn.empty() ? "" : " of ",
                           fqn, inspection.parity[id].relative);
    };
    std::string text = fmt::format(
        "{} of {} nodes compared with PyTorch: {}\n", summary.compared, model.nodes.size(),
        summary.differing == 0 ? std::string("all within the tolerances")
                               : fmt::format("{} differ", summary.differing));
    if (summary.first_differing != no_id)
        text += fmt::format("  first that differs: {}\n", told(summary.first_differing));
    if (summary.worst != no_id)
        text += fmt::format("  largest difference: {}\n", told(summary.worst));
    return text;
}

Json parity_summary_json(const Inspection& inspection)
{
    const OnnxModel& model = *inspection.model;
    const ParitySummary summary = summarize_parity(model, inspection.parity);
    Json nodes = Json::array();
    for (const NodeId id : model.graphs[OnnxModel::main_graph].nodes) {
        if (id >= inspection.parity.size() || !inspection.parity[id].compared)
            continue;
        Json one = parity_json(inspection.parity[id]);
        one["node"] = model.node_path(id);
        one["module"] = inspection.modules[inspection.attribution[id].module].fqn;
        nodes.push_back(std::move(one));
    }
    return {{"compared", summary.compared},
            {"differing", summary.differing},
            {"nodes", std::move(nodes)}};
}

} // namespace

std::string summary_json(const Inspection& inspection)
{
    const CoverageFigures& all = inspection.coverage.all;
    Json json;
    json["strategy"] = inspection.strategy;
    json["strategy_details"] = strategy_details_json(inspection.strategy_details);
    json["strategy_details"]["reason"] = inspection.strategy_reason;
    json["strategy_details"]["peak_bytes"] = inspection.strategy_details.peak_bytes;
    json["opset"] = inspection.model ? inspection.model->opset() : 0;
    const PhaseSeconds& seconds = inspection.seconds;
    json["seconds"] = {{"load", seconds.load},           {"trace", seconds.trace},
                       {"lower", seconds.lower},         {"passes", seconds.passes},
                       {"attribute", seconds.attribute}, {"write", seconds.write}};
    if (!inspection.inputs.empty())
        json["inputs"] = inputs_json(inspection);
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
                           {"help", unsupported.help},
                           {"cause", to_string(unsupported.cause)}});
    }
    json["unsupported_ops"] = ops;
    json["unsupported_details"] = std::move(details);
    json["diagnostics"] = Json::array();
    for (const Diagnostic& diagnostic : inspection.diagnostics)
        json["diagnostics"].push_back({{"severity", to_string(diagnostic.severity)},
                                       {"code", diagnostic.code},
                                       {"message", diagnostic.message},
                                       {"where", diagnostic.where}});
    if (!inspection.profile.empty() && inspection.program) {
        const FxGraph& graph = inspection.program->graph;
        Json profile = Json::array();
        for (FxNodeId id = 0; id < inspection.profile.size() && id < graph.nodes.size(); ++id) {
            if (inspection.profile[id].runs == 0)
                continue;
            const FxNode& node = graph.nodes[id];
            Json one = profile_json(inspection.profile[id]);
            one["name"] =
                node.outputs.empty() ? node.target : graph.values[node.outputs.front()].name;
            one["target"] = node.target;
            one["module"] = inspection.program->modules[graph.frames[node.frame].module].fqn;
            profile.push_back(std::move(one));
        }
        json["profile"] = std::move(profile);
    }
    if (!inspection.parity.empty() && inspection.model)
        json["parity"] = parity_summary_json(inspection);
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
    if (!inspection.strategy.empty() && inspection.strategy != "none") {
        const StrategyDetails& details = inspection.strategy_details;
        text += fmt::format("strategy {}: {}\n", inspection.strategy, inspection.strategy_reason);
        if (!details.inputs.empty())
            text += fmt::format("  run on {} ({}); {:.1f} MB of tensors beside the weights\n",
                                fmt::join(details.inputs, ", "), details.inputs_from,
                                static_cast<double>(details.peak_bytes) / 1e6);
        for (const ProjectedRegion& region : details.regions)
            text += fmt::format("  {}\n", region_text(region));
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
    if (!inspection.parity.empty() && inspection.model)
        text += parity_text(inspection);
    // One line for all the times that a loop or a module that is called again comes by.
    std::map<std::string, std::size_t> times;
    for (const UnsupportedOperator& unsupported : inspection.unsupported)
        ++times[unsupported_text(unsupported) + unsupported.reason];
    for (const UnsupportedOperator& unsupported : inspection.unsupported) {
        std::size_t& count = times[unsupported_text(unsupported) + unsupported.reason];
        if (count == 0)
            continue; // told before
        text += fmt::format("unsupported: {}: {}{}\n", unsupported_text(unsupported),
                            unsupported.reason,
                            count > 1 ? fmt::format(" ({} times)", count) : std::string{});
        count = 0;
        if (!unsupported.help.empty())
            text += fmt::format("  {}\n", unsupported.help);
    }
    for (const Diagnostic& diagnostic : inspection.diagnostics) {
        // Unsupported operators have been told above, with what helps.
        if (diagnostic.code == "unsupported-operator" && !inspection.unsupported.empty())
            continue;
        // So has what a run contributed.
        if (diagnostic.code == "model-run" || diagnostic.code == "branch-taken" ||
            diagnostic.code == "loop-unrolled" || diagnostic.code == "value-fixed")
            continue;
        text += fmt::format("{}: {}\n", to_string(diagnostic.severity), diagnostic.message);
    }
    return text;
}

} // namespace strata
