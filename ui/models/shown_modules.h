// Which rows of the module tree are there while it is filtered.
#pragma once

#include "ui/models/node_filter.h"

#include <QString>

#include <memory>
#include <vector>

namespace strata::ui {

/// Per module, distinct operator types of its own nodes.
using ModuleOperators = std::vector<std::vector<StringId>>;
ModuleOperators moduleOperators(const Inspection& inspection);

struct ModuleFilter {
    /// Words separated by spaces must all match; a word matches a part of the FQN, of the class or
    /// of an operator's name, without regard to case.
    QString text;
    FilteredNodesPtr kept; ///< only modules that hold one of these nodes themselves; null: all

    bool isEmpty() const { return text.trimmed().isEmpty() && !kept; }
    friend bool operator==(const ModuleFilter&, const ModuleFilter&) = default;
};

/// The tree without what a filter hides: children of each module one after the other. Immutable.
struct ShownModules {
    std::vector<std::size_t> first;  ///< of each module in `children`, and one more for the end
    std::vector<ModuleId> children;  ///< in the tree's order
    std::vector<int> row;            ///< each module's place among its siblings; -1: hidden
    std::vector<std::size_t> levels; ///< how many modules there are in each depth
};
using ShownModulesPtr = std::shared_ptr<const ShownModules>;

/// What matches, with everything on the way to it. Fails only when cancelled.
Result<ShownModulesPtr> shownModules(const Inspection& inspection, const ModuleFilter& filter,
                                     const ModuleOperators& operators, TaskContext& task);

} // namespace strata::ui
