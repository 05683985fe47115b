#include "ui/models/evidence_candidates.h"

#include <algorithm>

namespace strata::ui {

namespace {

EvidenceCandidate::Relation relationOf(ModuleId module, const NodeAttribution& node,
                                       const ModuleTree& modules)
{
    using Relation = EvidenceCandidate::Relation;
    if (module >= modules.size())
        return Relation::Made;
    if (module == node.module)
        return Relation::Decided;
    if (node.module >= modules.size())
        return Relation::Contradicts;
    if (modules.is_ancestor_or_self(module, node.module))
        return Relation::Coarser;
    return modules.is_ancestor_or_self(node.module, module) ? Relation::Finer
                                                            : Relation::Contradicts;
}

} // namespace

std::vector<EvidenceCandidate> evidenceCandidates(const NodeAttribution& node,
                                                  const ModuleTree& modules)
{
    std::vector<EvidenceCandidate> result;
    for (std::size_t i = 0; i < node.evidence.size(); ++i) {
        const Evidence& piece = node.evidence[i];
        auto it = std::find_if(result.begin(), result.end(), [&](const EvidenceCandidate& c) {
            return c.module == piece.module;
        });
        if (it == result.end())
            it = result.insert(result.end(),
                               {piece.module, 0.0, relationOf(piece.module, node, modules), {}});
        it->confidence = std::max(it->confidence, piece.confidence);
        it->pieces.push_back(i);
    }
    const auto first = [&](const EvidenceCandidate& c) { return c.module == node.module; };
    std::stable_sort(result.begin(), result.end(),
                     [&](const EvidenceCandidate& a, const EvidenceCandidate& b) {
                         if (first(a) != first(b))
                             return first(a);
                         return a.confidence > b.confidence;
                     });
    return result;
}

} // namespace strata::ui
