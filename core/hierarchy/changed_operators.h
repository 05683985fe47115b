// Operators that a file lacks, replaces or sets otherwise than its source. Internal to
// core/hierarchy.
#pragma once

#include "hierarchy/align/align.h"
#include "hierarchy/align/flow_graph.h"
#include "ir/onnx_model.h"

#include <string>
#include <vector>

namespace strata {

struct OperatorChange {
    NodeId reference = no_id; ///< in the source's own graph
    NodeId node = no_id;      ///< the counterpart; no_id: there is none
    std::string detail;       ///< of counterparts: "Sigmoid for Relu", "attribute axis is 2, not 3"
};

/// Only what no other spelling of the same computation explains: functions and joins whose producer
/// feeds their reader directly in the file, functions in whose place another stands, and attributes
/// of counterparts of one operator. Linear in the graphs.
std::vector<OperatorChange> changed_operators(const OnnxModel& file, const align::FlowGraph& left,
                                              const OnnxModel& reference,
                                              const align::FlowGraph& right,
                                              const std::vector<align::Match>& aligned);

} // namespace strata
