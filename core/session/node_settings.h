// What two corresponding nodes are told to do: attributes, and inputs that other versions of the
// operator have as attributes.
#pragma once

#include "session/compare_side.h"

#include <string>
#include <vector>

namespace strata {

/// In words what differs, each as "attribute axis is 1 against 2"; empty when both nodes are told
/// the same. What is left out has its default; negative axes count from the end; a setting may be
/// an attribute of one and a constant input of the other.
std::vector<std::string> different_settings(const CompareSide& a, NodeId left, const CompareSide& b,
                                            NodeId right);

/// The inputs that are data: all but constant settings, which different_settings() compares.
std::vector<ValueId> data_inputs(const CompareSide& side, NodeId node);

} // namespace strata
