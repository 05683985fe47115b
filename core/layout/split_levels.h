// Keeping every level of the picture small enough to be laid out and looked at.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"
#include "layout/display_tree.h"

namespace strata {

/// More boxes than this in one level are gathered into ranges.
inline constexpr std::size_t max_level_items = 160;
/// Ranges hold at least so many, so that opening one shows something.
inline constexpr std::size_t min_range_items = 48;

/// Puts a layer of Range groups into every group with too many children and nodes: neighbours in
/// the order of execution, as many in each, and again inside of the ranges where that is not
/// enough. Sets depths and DisplayTree::order anew. Linear in groups and nodes, but for sorting.
/// Fails only when cancelled.
Status split_levels(DisplayTree& tree, const Inspection& inspection, TaskContext& task);

/// Every group after its parent, children in their order.
std::vector<GroupId> groups_in_order(const DisplayTree& tree);

} // namespace strata
