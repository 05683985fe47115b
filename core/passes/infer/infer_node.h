// Inference of one node under a given opset, as function bodies need it. Internal to core/passes.
#pragma once

#include "passes/value_facts.h"

#include <cstdint>
#include <string>

namespace strata::infer {

/// As infer_node(), for a node of a body with its own opset. `caller` supplies the attributes that
/// a function's body refers to.
std::string infer_node_as(OnnxModel& model, NodeId node, ValueFacts& facts, std::int64_t opset,
                          const OnnxNode* caller = nullptr);

} // namespace strata::infer
