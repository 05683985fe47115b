// Known gaps, kept honest in both directions.
#include "sample_result.h"

#include <fmt/format.h>
#include <fstream>

namespace strata::conformance {

std::map<std::string, Gap> read_gaps(const std::filesystem::path& file)
{
    std::map<std::string, Gap> gaps;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        const std::size_t first = line.find('\t');
        const std::size_t second = first == std::string::npos ? first : line.find('\t', first + 1);
        if (line.starts_with('#') || second == std::string::npos)
            continue;
        gaps[line.substr(0, first)] = {line.substr(first + 1, second - first - 1),
                                       line.substr(second + 1)};
    }
    return gaps;
}

std::vector<std::string> surprises(const std::vector<SampleResult>& results,
                                   const std::map<std::string, Gap>& gaps)
{
    std::vector<std::string> lines;
    for (const SampleResult& result : results) {
        const auto gap = gaps.find(result.sample);
        const std::string_view outcome = to_string(result.outcome);
        if (gap == gaps.end()) {
            if (!is_right(result.outcome))
                lines.push_back(fmt::format("{}: {}: {}", result.sample, outcome, result.reason));
        } else if (is_right(result.outcome)) {
            lines.push_back(
                fmt::format("{}: is right: take it off the list of known gaps", result.sample));
        } else if (outcome != gap->second.outcome ||
                   result.reason.find(gap->second.reason) == std::string::npos) {
            lines.push_back(fmt::format("{}: {}: {} (the list of known gaps says {}: {})",
                                        result.sample, outcome, result.reason, gap->second.outcome,
                                        gap->second.reason));
        }
    }
    return lines;
}

} // namespace strata::conformance
