// Equal modules in a row, gathered so that one box can stand for all of them.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"
#include "layout/display_tree.h"

namespace strata {

/// Puts a Repeat group around every run of two or more modules that follow each other in the order
/// of execution, with nothing but constants between them, and that are equal in structure: class,
/// operators in their order with attributes, dtypes and shapes of outputs and parameters, and the
/// same of everything inside. Names play no part, nor do values of tensors; all dimensions that are
/// not numbers are taken as equal. Fills DisplayTree::repeats. To be called before split_levels(),
/// which sets depth and order of the new groups. Linear in nodes and groups, but for sorting. Fails
/// only when cancelled.
Status gather_repeats(DisplayTree& tree, const Inspection& inspection, TaskContext& task);

/// The Repeat group that a group is a part of, directly or in a Range of it; no_id: none.
GroupId repeat_of(const DisplayTree& tree, GroupId group);

/// The equal modules in a Repeat group, in the order of execution.
std::vector<GroupId> members_of_repeat(const DisplayTree& tree, GroupId repeat);

} // namespace strata
