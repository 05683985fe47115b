// Pictures of the graph for reports, as SVG that takes its colours from the page's style.
#pragma once

#include "ir/inspection.h"

#include <string>
#include <vector>

namespace strata {

struct GraphPicture {
    std::string title; ///< of a region: the module's FQN, or what the group is
    std::string svg;   ///< one <svg> element; all text is escaped
};

/// The graph with its modules closed, then the regions that want a look: what nothing is known of,
/// and the modules with the most nodes of low confidence, a few of them. Empty when the inspection
/// has no graph. A level that is large is drawn in ranges, so that pictures stay bounded.
std::vector<GraphPicture> graph_pictures(const Inspection& inspection);

} // namespace strata
