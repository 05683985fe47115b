// Decisions of a review as reports list them.
#pragma once

#include "ir/inspection.h"
#include "review/review_overlay.h"

#include <string>
#include <vector>

namespace strata {

struct ReviewRow {
    bool is_module = false;
    std::string place;    ///< the node's path in the graph (empty: it is gone), the module's FQN
    std::string name;     ///< of nodes
    std::string decision; ///< "accepted", "rejected", "reassigned", "looked at", "note", "conflict"
    std::string to;       ///< FQN, of reassigned
    std::string note;
    std::string who, when, why;
    std::string conflict; ///< a sentence; empty: none

    /// The node's name or place; "module layer1".
    std::string label() const;
};

/// Modules first, then nodes in file order, then conflicts about what is not there. What nodes
/// inherit from a module is not repeated.
std::vector<ReviewRow> review_rows(const Inspection& inspection, const LaidReview& review);

/// One node's columns in a table of all nodes; empty without a review.
struct ReviewedNode {
    std::string decision;
    std::string module; ///< FQN after the review
    std::string note;
};
ReviewedNode reviewed_node(const Inspection& inspection, const LaidReview* review, NodeId node);

} // namespace strata
