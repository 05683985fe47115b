// A part of a graph in the language of Graphviz.
#pragma once

#include "base/task.h"
#include "layout/display_tree.h"

#include <string>
#include <vector>

namespace strata::ui {

/// `nodes` is parallel to the model's nodes. Names are escaped. Fails only when cancelled.
Result<std::string> dotText(const Inspection& inspection, const DisplayTree& tree,
                            const std::vector<bool>& nodes, TaskContext& task);

} // namespace strata::ui
