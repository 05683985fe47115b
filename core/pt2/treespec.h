// Names of the leaves of a pytree spec, as torch.utils._pytree writes them in JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata::pt2 {

/// One name per leaf of "[1, {"type": "builtins.dict", "context": ...}]": keys of dicts and fields
/// of dataclasses, joined by '.' where they are nested, positions of tuples; an empty name for a
/// spec that is a leaf itself. Empty when the spec has no names at all, or cannot be read.
std::vector<std::string> treespec_leaf_names(std::string_view spec);

} // namespace strata::pt2
