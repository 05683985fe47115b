// On what the values of an FX graph depend: on nothing but the model, on the inputs' shapes, or on
// their data.
#pragma once

#include "ir/fx_graph.h"

#include <cstdint>
#include <vector>

namespace strata {

enum class Dependence : std::uint8_t { OnModel, OnShapes, OnData };

/// Per value. A tensor counts by its elements: a tensor of zeros as large as an input depends on
/// shapes only. Carried values and results of branches count as the strongest of what may flow into
/// them, conditions included. Linear in the graph for each level of nested loops.
std::vector<Dependence> find_dependences(const FxGraph& graph);

} // namespace strata
