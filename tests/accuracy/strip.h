// Takes away what a file tells about its hierarchy, step by step.
#pragma once

#include "ir/onnx_model.h"

namespace accuracy {

struct Keep {
    bool metadata = false;
    bool node_names = false;
    bool initializer_names = false;
};

/// Removes metadata and renames to "n7", "v7" whatever is not kept; values other than initializers
/// always lose their names, graph inputs and outputs too.
void strip(strata::OnnxModel& model, const Keep& keep);

} // namespace accuracy
