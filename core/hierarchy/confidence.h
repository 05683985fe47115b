// How sure each way of finding a module is: shares measured by tests/accuracy on models whose truth
// is known (resources/docs/accuracy.md holds the table), rounded down.
#pragma once

#include "ir/attribution.h"

#include <array>
#include <vector>

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
    GrownForm,       ///< on a gate or residual branch, or in an attention (no source)
    GrownMissing,    ///< stands where numbered children are missing (no source)
    GrownBetween,    ///< between nodes of one module (no source)
    GrownOn,         ///< goes on from a module as its repetitions do, or above it (no source)
    GrownLeads,      ///< before everything known (no source)
    GrownUsed,       ///< constant or size; all users are of one module (no source)
    GrownFirstUsed,  ///< constant or size; its first user (no source)
    GrownOnlyOne,    ///< the order of the nodes leaves no other module in question (no source)
    GrownBesides,    ///< or one of the modules that run before and behind (no source)
    GrownUnsure,     ///< many modules are in question (no source)
    GrownRest        ///< nothing nearer (no source)
};

inline constexpr std::array all_findings{
    Finding::Aligned,        Finding::AlignedByEdges, Finding::AlignedInRegion,
    Finding::NearAgreed,     Finding::NearPassedOn,   Finding::NearCommon,
    Finding::NearUsed,       Finding::NearFirstUsed,  Finding::GrownFinished,
    Finding::GrownForm,      Finding::GrownMissing,   Finding::GrownBetween,
    Finding::GrownOn,        Finding::GrownLeads,     Finding::GrownUsed,
    Finding::GrownFirstUsed, Finding::GrownOnlyOne,   Finding::GrownBesides,
    Finding::GrownUnsure,    Finding::GrownRest};

struct FindingFacts {
    EvidenceKind kind;
    double confidence;
};
FindingFacts facts(Finding finding);

/// How the rest of a node's evidence stands to the piece that decides.
enum class Support : std::uint8_t {
    Alone,       ///< nothing else was found
    Agreed,      ///< evidence of another kind says the same module
    Nested,      ///< other evidence says a module around it or in it
    Contradicted ///< other evidence says a module elsewhere
};
inline constexpr std::array all_supports{Support::Alone, Support::Agreed, Support::Nested,
                                         Support::Contradicted};
std::string_view to_string(Support support); ///< "alone", "agreed", ...

/// `winner`: index of the piece that decides. A contradiction counts more than agreement, and that
/// more than nesting.
Support support_of(const std::vector<Evidence>& evidence, std::size_t winner,
                   const ModuleTree& modules);

/// The confidence of a node: that of the deciding piece, or what was measured for nodes with this
/// support. Recorded evidence and synthetic paths keep theirs.
double confidence_with(EvidenceKind kind, double confidence, Support support);

} // namespace strata
