// Loop and Scan nodes whose bodies are written in C++.
#pragma once

#include "lowering/emitter.h"

#include <functional>
#include <vector>

namespace strata::ops {

/// What one iteration gives out.
struct Step {
    std::vector<ValueId> carried; ///< what goes round, in the types and shapes it came in
    ValueId goes_on = no_id;      ///< rank-0 bool: whether to go on; no_id: always
};

/// Emits one iteration into the current graph, which is the body. `number` counts iterations from
/// zero (rank-0 int64).
using LoopBody = std::function<Step(ValueId number, const std::vector<ValueId>& carried)>;

/// A Loop of `trips` iterations (rank-0 int64; no_id: until the body says no). Returns what is
/// carried after the last one: `initial` where there is none.
std::vector<ValueId> loop(Emitter& e, ValueId trips, const std::vector<ValueId>& initial,
                          const LoopBody& body);

/// What one step of a Scan gives out: the state anew, and one result that is stacked.
struct ScanStep {
    std::vector<ValueId> state;
    ValueId result = no_id;
};
using ScanBody = std::function<ScanStep(const std::vector<ValueId>& state, ValueId item)>;

/// A Scan over axis 0 of `items`. Returns the last state, and after it the stacked results.
std::vector<ValueId> scan(Emitter& e, const std::vector<ValueId>& initial, ValueId items,
                          const ScanBody& body);

} // namespace strata::ops
