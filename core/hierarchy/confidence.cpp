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
        return {EvidenceKind::Consensus, 0.94};
    case Finding::NearPassedOn:
        return {EvidenceKind::CommonAncestor, 0.72};
    case Finding::NearCommon:
        return {EvidenceKind::CommonAncestor, 0.43};
    case Finding::NearUsed:
        return {EvidenceKind::Consensus, 0.87};
    case Finding::NearFirstUsed:
        return {EvidenceKind::CommonAncestor, 0.40};
    case Finding::GrownFinished:
        return {EvidenceKind::Consensus, 0.97};
    case Finding::GrownForm:
        return {EvidenceKind::Consensus, 0.95};
    case Finding::GrownMissing:
        return {EvidenceKind::Consensus, 0.97};
    case Finding::GrownBetween:
        return {EvidenceKind::Consensus, 0.88};
    case Finding::GrownOn:
        return {EvidenceKind::CommonAncestor, 0.80};
    case Finding::GrownLeads:
        return {EvidenceKind::CommonAncestor, 0.76};
    case Finding::GrownUsed:
        return {EvidenceKind::Consensus, 0.77};
    case Finding::GrownFirstUsed:
        return {EvidenceKind::CommonAncestor, 0.60};
    case Finding::GrownRest:
        return {EvidenceKind::CommonAncestor, 0.93};
    }
    return {EvidenceKind::Synthetic, 0.20};
}

} // namespace strata
