// Measures one attribution against the truth.
#pragma once

#include "accuracy/truth.h"
#include "hierarchy/attribute.h"
#include "hierarchy/confidence.h"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace accuracy {

struct Score {
    std::uint64_t right = 0;
    std::uint64_t counted = 0;

    double share() const
    {
        return counted == 0 ? 1.0 : static_cast<double>(right) / static_cast<double>(counted);
    }
    void add(const Score& other)
    {
        right += other.right;
        counted += other.counted;
    }
};

/// How often nodes were right that were shown with a confidence: by evidence kind, that piece's own
/// figure in hundredths, and how the rest of the evidence stands to it.
struct Reliability {
    std::uint64_t nodes = 0;
    std::uint64_t right = 0;
    double shown = 0.0; ///< the confidence of these nodes
    double share() const { return static_cast<double>(right) / static_cast<double>(nodes); }
};
using ReliabilityTable =
    std::map<std::tuple<strata::EvidenceKind, int, strata::Support>, Reliability>;

/// What a wrong node looks like, for people who look into it.
struct Miss {
    strata::NodeId node = strata::no_id;
    std::string expected;
    std::string got;
};

struct Comparison {
    Score score;
    std::vector<Miss> misses;
    std::vector<std::pair<strata::NodeId, bool>> verdicts;
};

/// `named`: with no source, the FQNs that stand somewhere in the file; a true module that does not
/// stand there is replaced by its nearest ancestor that does; a node that the exporter fused and
/// that reads the weights of a module may count as that module's. Null: exact FQNs.
Comparison compare_with_truth(const strata::OnnxModel& model,
                              const strata::AttributionResult& found, const Truth& truth,
                              const std::set<std::string>* named);

/// FQNs of modules that initializer names spell, with all their ancestors.
std::set<std::string> named_modules(const strata::OnnxModel& model);

/// Share of pairs of nodes with known truth that are correctly in one group or in two.
double pair_agreement(const strata::AttributionResult& found, const Truth& truth);

} // namespace accuracy
