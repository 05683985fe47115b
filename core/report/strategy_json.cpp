#include "report/strategy_json.h"

#include <cmath>
#include <fmt/format.h>

namespace strata {

Json strategy_details_json(const StrategyDetails& details)
{
    Json json{{"inputs", details.inputs},
              {"inputs_from", details.inputs_from},
              {"refused_by_fx", details.refused_fx}};
    Json regions = Json::array();
    for (const ProjectedRegion& region : details.regions)
        regions.push_back({{"kind", region.kind},
                           {"module", region.module},
                           {"source", region.source},
                           {"detail", region.detail},
                           {"count", region.count},
                           {"depends_on", region.depends_on_data ? "data" : "shapes"}});
    json["regions"] = std::move(regions);
    return json;
}

Json parity_json(const NodeParity& parity)
{
    const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(); };
    return {{"ok", parity.ok},
            {"max_abs", number(parity.max_abs)},
            {"relative", number(parity.relative)}};
}

Json profile_json(const NodeProfile& profile)
{
    Json json{{"runs", profile.runs}, {"seconds", profile.seconds}, {"statistics", nullptr}};
    if (profile.statistics)
        json["statistics"] = {
            {"min", profile.statistics->min},   {"max", profile.statistics->max},
            {"mean", profile.statistics->mean}, {"finite", profile.statistics->finite},
            {"nan", profile.statistics->nan},   {"inf", profile.statistics->inf}};
    return json;
}

std::string region_text(const ProjectedRegion& region)
{
    std::string text = region.kind == "loop" ? "loop " + region.detail : region.detail;
    if (!region.source.empty())
        text += " at " + region.source;
    if (region.count > 1)
        text += fmt::format(" ({} times)", region.count);
    return text;
}

} // namespace strata
