// What the filter panel leaves: nodes by evidence, confidence and category, and the modules they
// are in.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"

#include <QString>

#include <array>
#include <memory>
#include <vector>

namespace strata::ui {

struct NodeFilter {
    std::array<bool, evidence_kind_count> kinds{}; ///< all false: any kind
    std::array<bool, category_count> categories{}; ///< all false: any category
    int low = 0;                                   ///< confidence in hundredths, inclusive
    int high = 100;
    bool contradicted = false; ///< only nodes for which evidence names different modules

    bool isEmpty() const { return *this == NodeFilter{}; }
    /// The same in the language of the search box (core/query/query.h); empty for an empty filter.
    QString query() const;
    friend bool operator==(const NodeFilter&, const NodeFilter&) = default;
};

/// Parallel to nodes and modules. Immutable, shared by the views.
struct FilteredNodes {
    std::vector<bool> nodes;
    std::vector<bool> modules; ///< those that hold a kept node themselves
    std::size_t count = 0;
};
using FilteredNodesPtr = std::shared_ptr<const FilteredNodes>;

/// Null for an empty filter: everything is left. Fails only when cancelled.
Result<FilteredNodesPtr> applyFilter(const Inspection& inspection, const NodeFilter& filter,
                                     TaskContext& task);

} // namespace strata::ui
