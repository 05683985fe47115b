#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "session/difference_lines.h"

#include <fmt/format.h>

namespace strata::cli {
namespace {

Json counts_json(const std::vector<CountPair>& counts)
{
    Json json = Json::array();
    for (const CountPair& pair : counts)
        json.push_back({{"name", pair.name}, {"a", pair.a}, {"b", pair.b}});
    return json;
}

Json comparison_json(const ModelComparison& comparison, ExitStatus status)
{
    Json differences{{"added", Json::array()},
                     {"removed", Json::array()},
                     {"changed", Json::array()},
                     {"fused", Json::array()},
                     {"same", Json::array()}};
    for (const ModelDifference& difference : comparison.differences)
        differences[difference.change].push_back({{"what", difference.what},
                                                  {"name", difference.name},
                                                  {"detail", difference.detail},
                                                  {"rank", to_string(difference.rank)}});
    Json lines = Json::array();
    for (const DifferenceLine& line : difference_lines(comparison))
        lines.push_back({{"rank", to_string(line.rank)},
                         {"change", line.change},
                         {"what", line.what},
                         {"count", line.members.size()},
                         {"text", line.text}});
    return {{"equal", comparison.equal()},
            {"nodes_a", comparison.nodes_a},
            {"nodes_b", comparison.nodes_b},
            {"lines", lines},
            {"added", differences["added"]},
            {"removed", differences["removed"]},
            {"changed", differences["changed"]},
            {"fused", differences["fused"]},
            {"same", differences["same"]},
            {"op_types", counts_json(comparison.op_types)},
            {"modules", counts_json(comparison.modules)},
            {"diagnostics", Json::array()},
            {"exit_status", static_cast<int>(status)}};
}

std::string comparison_text(const ModelComparison& comparison)
{
    std::string text;
    const std::vector<DifferenceLine> lines = difference_lines(comparison);
    std::size_t facts = 0;
    std::size_t spellings = 0;
    for (const DifferenceLine& line : lines) {
        text += fmt::format("{} {}\n",
                            line.change == "added"     ? "+"
                            : line.change == "removed" ? "-"
                            : line.change == "fused"   ? "*"
                            : line.change == "same"    ? "="
                                                       : "~",
                            line.text);
        facts += line.rank <= DifferenceRank::Structure ? 1 : 0;
        spellings += line.rank == DifferenceRank::Spelling ? line.members.size() : 0;
    }
    text += comparison.equal()
                ? fmt::format("equal: {} nodes\n", comparison.nodes_a)
                : fmt::format("{} difference(s), {} more of spelling only; {} against {} nodes\n",
                              facts, spellings, comparison.nodes_a, comparison.nodes_b);
    return text;
}

} // namespace

Result<ExitStatus> run_compare(const CompareArguments& arguments, CommandContext context)
{
    STRATA_TRY(const ModelComparison comparison,
               compare_models(arguments.a, arguments.b, context.task));
    const ExitStatus status = comparison.equal() ? ExitStatus::Done : ExitStatus::GateFailed;
    if (context.console.json())
        context.console.print_result(to_text(comparison_json(comparison, status)));
    else
        context.console.print_summary(comparison_text(comparison));
    return status;
}

} // namespace strata::cli
