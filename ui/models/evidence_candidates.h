// The modules that evidence proposes for a node: the one that was chosen, and the runners-up.
#pragma once

#include "ir/attribution.h"

#include <cstddef>
#include <vector>

namespace strata::ui {

struct EvidenceCandidate {
    /// How it stands to what was decided.
    enum class Relation {
        Decided,     ///< it is what the node counts as
        Coarser,     ///< a module around that one: true, but less exact
        Finer,       ///< a module inside it
        Contradicts, ///< another module
        Made         ///< no module: the path is made up
    };
    ModuleId module = no_module;
    double confidence = 0.0; ///< of its strongest piece
    Relation relation = Relation::Contradicts;
    std::vector<std::size_t> pieces; ///< indices into NodeAttribution::evidence, strongest first
};

/// What was decided comes first, the others by confidence. Empty when there is no evidence.
std::vector<EvidenceCandidate> evidenceCandidates(const NodeAttribution& node,
                                                  const ModuleTree& modules);

} // namespace strata::ui
