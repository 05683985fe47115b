// What a model returns, nested, as a flat list of outputs with readable names.
#pragma once

#include "lowering/lowered.h"

#include <string>
#include <vector>

namespace strata {

struct FlatOutput {
    std::string name;
    Lowered value;
};

/// Depth first, without the Nones and texts. A lone value is "output", the items of a tuple or list
/// are "output_0", ..., those of a dict are called after their keys; inside, the path goes on:
/// "output_1.boxes", "features.0". Names need not be unique: two keys may read the same.
std::vector<FlatOutput> flatten_outputs(const Lowered& result);

} // namespace strata
