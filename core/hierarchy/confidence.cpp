#include "hierarchy/confidence.h"

#include <algorithm>

namespace strata {
namespace {

/// Where other evidence changes the share of right nodes by more than its kind's own figure allows.
struct Combination {
    EvidenceKind kind;
    Support support;
    double confidence;
};

constexpr std::array<Combination, 1> combinations{{
    {EvidenceKind::Parameter, Support::Contradicted, 0.96},
}};

} // namespace

/// Ways that are rarely taken share the figure of all ways like them, so that no figure rests on
/// few nodes of few models.
FindingFacts facts(Finding finding)
{
    switch (finding) {
    case Finding::Aligned:
        return {EvidenceKind::StructuralMatch, 0.98};
    case Finding::AlignedByEdges:
        return {EvidenceKind::StructuralMatch, 0.98};
    case Finding::AlignedInRegion:
        return {EvidenceKind::StructuralMatch, 0.96};
    case Finding::NearAgreed:
        return {EvidenceKind::Consensus, 0.98};
    case Finding::NearPassedOn:
        return {EvidenceKind::CommonAncestor, 0.82};
    case Finding::NearCommon:
        return {EvidenceKind::CommonAncestor, 0.30};
    case Finding::NearUsed:
        return {EvidenceKind::Consensus, 0.90};
    case Finding::NearFirstUsed:
        return {EvidenceKind::CommonAncestor, 0.30};
    case Finding::GrownFinished:
        return {EvidenceKind::Consensus, 0.98};
    case Finding::GrownForm:
        return {EvidenceKind::Consensus, 0.98};
    case Finding::GrownMissing:
        return {EvidenceKind::Consensus, 0.98};
    case Finding::GrownBetween:
        return {EvidenceKind::Consensus, 0.80};
    case Finding::GrownOn:
        return {EvidenceKind::CommonAncestor, 0.82};
    case Finding::GrownOnlyOne:
        return {EvidenceKind::Consensus, 0.95};
    case Finding::GrownLeads:
    case Finding::GrownBesides:
        return {EvidenceKind::CommonAncestor, 0.70};
    case Finding::GrownUnsure:
        return {EvidenceKind::CommonAncestor, 0.30};
    case Finding::GrownUsed:
        return {EvidenceKind::CommonAncestor, 0.60};
    case Finding::GrownFirstUsed:
        return {EvidenceKind::CommonAncestor, 0.30};
    case Finding::GrownRest:
        return {EvidenceKind::CommonAncestor, 0.93};
    }
    return {EvidenceKind::Synthetic, 0.20};
}

std::string_view to_string(Support support)
{
    switch (support) {
    case Support::Alone:
        return "alone";
    case Support::Agreed:
        return "agreed";
    case Support::Nested:
        return "nested";
    case Support::Contradicted:
        return "contradicted";
    }
    return {};
}

Support support_of(const std::vector<Evidence>& evidence, std::size_t winner,
                   const ModuleTree& modules)
{
    Support support = Support::Alone;
    const Evidence& best = evidence[winner];
    for (std::size_t i = 0; i < evidence.size(); ++i) {
        const ModuleId other = evidence[i].module;
        if (i == winner || other == no_module || best.module == no_module)
            continue;
        if (other == best.module) {
            if (evidence[i].kind != best.kind && support != Support::Contradicted)
                support = Support::Agreed;
        } else if (modules.is_ancestor_or_self(other, best.module) ||
                   modules.is_ancestor_or_self(best.module, other)) {
            if (support == Support::Alone)
                support = Support::Nested;
        } else {
            support = Support::Contradicted;
        }
    }
    return support;
}

double confidence_with(EvidenceKind kind, double confidence, Support support)
{
    const auto it =
        std::find_if(combinations.begin(), combinations.end(), [&](const Combination& each) {
            return each.kind == kind && each.support == support;
        });
    return it == combinations.end() ? confidence : it->confidence;
}

} // namespace strata
