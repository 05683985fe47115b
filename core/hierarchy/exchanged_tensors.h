// Weights that stand in each other's place.
#pragma once

#include "base/task.h"
#include "hierarchy/align/flow_graph.h"
#include "ir/program.h"

#include <utility>
#include <vector>

namespace strata {

/// Source tensors that are in the file, but read where others of the same shape belong, while their
/// own place holds others, too: pairs of (tensor that belongs there, tensor that is there). Aligns
/// the graphs twice more, without the contents of tensors whose shape occurs more than once: of all
/// of them, looking at nodes that are found by data flow alone; and of matrices only, as biases and
/// normalisations tell where these belong. Takes the graphs' tensors for the time being and puts
/// them back.
Result<std::vector<std::pair<std::uint32_t, std::uint32_t>>>
exchanged_tensors(align::FlowGraph& left, align::FlowGraph& right, const Program& source,
                  const TaskContext& task);

} // namespace strata
