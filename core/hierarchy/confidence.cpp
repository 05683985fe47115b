#include "hierarchy/confidence.h"

namespace strata {

FindingFacts facts(Finding finding)
{
    switch (finding) {
    case Finding::Aligned:
        return {EvidenceKind::StructuralMatch, 0.98};
    case Finding::AlignedByEdges:
        return {EvidenceKind::StructuralMatch, 0.96};
    case Finding::AlignedInRegion:
        return {EvidenceKind::StructuralMatch, 0.92};
    case Finding::NearAgreed:
        return {EvidenceKind::Consensus, 0.90};
    case Finding::NearPassedOn:
        return {EvidenceKind::CommonAncestor, 0.75};
    case Finding::NearCommon:
        return {EvidenceKind::CommonAncestor, 0.44};
    case Finding::NearUsed:
        return {EvidenceKind::Consensus, 0.87};
    case Finding::NearFirstUsed:
        return {EvidenceKind::CommonAncestor, 0.55};
    case Finding::GrownFinished:
        return {EvidenceKind::Consensus, 0.95};
    case Finding::GrownForm:
        return {EvidenceKind::Consensus, 0.89};
    case Finding::GrownMissing:
        return {EvidenceKind::Consensus, 0.88};
    case Finding::GrownBetween:
        return {EvidenceKind::Consensus, 0.86};
    case Finding::GrownOn:
        return {EvidenceKind::CommonAncestor, 0.75};
    case Finding::GrownLeads:
        return {EvidenceKind::CommonAncestor, 0.55};
    case Finding::GrownUsed:
        return {EvidenceKind::Consensus, 0.65};
    case Finding::GrownFirstUsed:
        return {EvidenceKind::CommonAncestor, 0.50};
    case Finding::GrownRest:
        return {EvidenceKind::CommonAncestor, 0.93};
    }
    return {EvidenceKind::Synthetic, 0.20};
}

} // namespace strata
