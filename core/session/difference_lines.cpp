#include "session/difference_lines.h"

#include <fmt/format.h>
#include <map>
#include <tuple>

namespace strata {
namespace {

std::string text_of(const ModelDifference& difference)
{
    return fmt::format("{} {}{}{}", difference.what, difference.name,
                       difference.detail.empty() ? "" : ": ", difference.detail);
}

/// What several differences of one kind have in common.
std::string what_they_are(const ModelDifference& first)
{
    if (first.rank == DifferenceRank::Consequence)
        return first.change == "changed" ? "read or give something else because of these"
                                         : "go with nodes that are told above";
    if (first.change == "same")
        return "are the same, written otherwise";
    if (first.change == "fused")
        return "became part of others: constants, sizes, moved data, and the weights of merged "
               "nodes";
    if (first.change == "changed")
        return first.what == "initializer" ? "differ by rounding only"
                                           : "say the same otherwise: other sizes known, other "
                                             "nodes that move data, other names of modules";
    return first.change == "removed" ? "that only prepare constants, sizes or the data's form are "
                                       "in the first file only"
                                     : "that only prepare constants, sizes or the data's form are "
                                       "in the second file only";
}

std::string plural(const std::string& what, std::size_t count)
{
    return count == 1 || what.ends_with('s') ? what : what + "s";
}

/// "3 nodes say the same otherwise: '/a', '/b', ..."
std::string summary_of(const ModelComparison& comparison, const std::vector<std::size_t>& members)
{
    const ModelDifference& first = comparison.differences[members.front()];
    if (members.size() == 1)
        return text_of(first);
    constexpr std::size_t most = 3;
    std::string names;
    for (std::size_t i = 0; i < std::min(most, members.size()); ++i)
        names += fmt::format("{}'{}'", i == 0 ? "" : ", ", comparison.differences[members[i]].name);
    return fmt::format("{} {} {} ({}{})", members.size(), plural(first.what, members.size()),
                       what_they_are(first), names, members.size() > most ? ", ..." : "");
}

/// "Mul, Erf, Add became part of Gelu '/act/Gelu'", from details that say so of one operator each.
std::string merged_text(const ModelComparison& comparison, const std::vector<std::size_t>& members)
{
    const ModelDifference& first = comparison.differences[members.front()];
    if (members.size() == 1)
        return text_of(first);
    std::string operators;
    for (const std::size_t member : members) {
        const std::string& detail = comparison.differences[member].detail;
        operators += (operators.empty() ? "" : ", ") + detail.substr(0, detail.find(' '));
    }
    return fmt::format("{} {} and {} more: {}{}", first.what, first.name, members.size() - 1,
                       operators,
                       first.detail.substr(std::min(first.detail.find(' '), first.detail.size())));
}

} // namespace

std::vector<DifferenceLine> difference_lines(const ModelComparison& comparison)
{
    std::vector<DifferenceLine> lines;
    std::map<std::tuple<DifferenceRank, std::string, std::string>, std::size_t> of_kind;
    std::map<std::pair<bool, NodeId>, std::size_t> of_node; ///< who does the others' work
    const std::vector<NodeId>& split = comparison.pairs.split_from;
    for (std::size_t i = 0; i < comparison.differences.size(); ++i) {
        const ModelDifference& difference = comparison.differences[i];
        const auto line_at = [&](auto& index, auto key) -> DifferenceLine& {
            const auto [it, is_new] = index.try_emplace(std::move(key), lines.size());
            if (is_new)
                lines.push_back({difference.rank, difference.change, difference.what, {}, {}});
            return lines[it->second];
        };
        if (difference.rank >= DifferenceRank::Consequence) {
            line_at(of_kind, std::tuple(difference.rank, difference.change, difference.what))
                .members.push_back(i);
        } else if (difference.change == "fused" && difference.node_b != no_id) {
            const bool of_first =
                difference.node_b < split.size() && split[difference.node_b] != no_id;
            line_at(of_node, std::pair(of_first, of_first ? difference.node_a : difference.node_b))
                .members.push_back(i);
        } else {
            lines.push_back(
                {difference.rank, difference.change, difference.what, text_of(difference), {i}});
        }
    }
    for (DifferenceLine& line : lines)
        if (line.text.empty())
            line.text = line.rank >= DifferenceRank::Consequence
                            ? summary_of(comparison, line.members)
                            : merged_text(comparison, line.members);
    return lines;
}

} // namespace strata
