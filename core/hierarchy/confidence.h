// How sure each way of finding a module is: shares measured by tests/accuracy on models whose truth
// is known (resources/docs/accuracy.md holds the table), rounded down.
#pragma once

#include "ir/attribution.h"

namespace strata {

/// A way of finding a module; several may be of one kind of evidence.
enum class Finding {
    Aligned,         ///< the same operator, history and future as a node of the source's graph
    AlignedByEdges,  ///< reached along the data flow from an aligned node
    AlignedInRegion, ///< in order, between aligned nodes
    NearAgreed,      ///< producers and users are of one module (source given)
    NearPassedOn,    ///< moves data on; where they come from (source given)
    NearCommon,      ///< nearest common module of producers and users (source given)
    NearUsed,        ///< constant or size; all users are of one module (source given)
    NearFirstUsed,   ///< constant or size; its first user (source given)
    GrownFinished,   ///< part of what a parameter's reader finishes (no source)
    GrownForm,       ///< on a gate or residual branch (no source)
    GrownMissing,    ///< stands where numbered children are missing (no source)
    GrownBetween,    ///< between nodes of one module (no source)
    GrownOn,         ///< goes on from a module as its repetitions do, or above it (no source)
    GrownLeads,      ///< before everything known (no source)
    GrownUsed,       ///< constant or size; all users are of one module (no source)
    GrownFirstUsed,  ///< constant or size; its first user (no source)
    GrownRest        ///< nothing nearer (no source)
};

struct FindingFacts {
    EvidenceKind kind;
    double confidence;
};
FindingFacts facts(Finding finding);

} // namespace strata
