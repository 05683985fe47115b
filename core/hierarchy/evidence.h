// What the collectors of evidence give back. Each kind of evidence is one pure function in a file
// of its own: it reads the model and the module tree and returns what it found, in node order.
#pragma once

#include "ir/attribution.h"

#include <cstdint>
#include <string>
#include <vector>

namespace strata {

/// One finding about one node.
struct NodeEvidence {
    NodeId node = no_id;
    Evidence evidence;
    std::uint32_t call = 0; ///< call index of the module, where the evidence tells it
};

} // namespace strata
