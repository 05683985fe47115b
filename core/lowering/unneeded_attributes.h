// Attributes without data that a program reads and does not need.
#pragma once

#include "ir/program.h"

#include <unordered_set>

namespace strata {

/// The get_attr nodes without a tensor of which nothing depends that the model gives out or that
/// has an effect, and the nodes that read them. torch.export leaves such in its programs: constants
/// that it made while it was looking at shapes.
std::unordered_set<FxNodeId> unneeded_without_data(const Program& program);

} // namespace strata
