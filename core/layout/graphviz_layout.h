// Graphviz's dot, behind plain numbers. The only file that includes it is graphviz_layout.cpp.
#pragma once

#include "layout/level_layout.h"

#include <optional>
#include <vector>

namespace strata {

struct GraphvizPlacement {
    std::vector<Point> centers;              ///< of the boxes, y downwards
    std::vector<std::vector<Point>> splines; ///< per edge: Bézier points as dot made them; may be
                                             ///< empty, may run from the edge's end to its start
};

/// Nothing when Graphviz or its dot plugin does not work on this machine. One call at a time runs,
/// others wait.
std::optional<GraphvizPlacement> place_with_graphviz(const LevelInput& input);

} // namespace strata
