// The differences between two models as people read them: one line for each fact.
#pragma once

#include "session/compare.h"

#include <string>
#include <vector>

namespace strata {

/// One line: a difference, or several that are one fact.
struct DifferenceLine {
    DifferenceRank rank = DifferenceRank::Structure;
    std::string change; ///< as in ModelDifference
    std::string what;   ///< as in ModelDifference
    std::string text;   ///< "Conv '/a/Conv': attribute strides is [1, 1] against [2, 2]"
    std::vector<std::size_t> members; ///< in ModelComparison::differences
};

/// By rank. What was altered, added or removed has a line each; nodes that one node does the work
/// of share a line; what follows from other lines, and what is only spelled otherwise, is counted
/// by kind.
std::vector<DifferenceLine> difference_lines(const ModelComparison& comparison);

} // namespace strata
