// Parts of a model that its source runs as one operator, and the file spells out by modules.
#pragma once

#include "hierarchy/align/align.h"
#include "hierarchy/align/flow_graph.h"
#include "ir/onnx_model.h"
#include "ir/program.h"

#include <vector>

namespace strata {

struct OtherPaths {
    std::vector<bool> nodes;       ///< per node of the file: in such a part
    std::vector<ModuleId> modules; ///< those that call the operators, sorted
    bool empty() const { return modules.empty(); }
};

/// PyTorch has operators that do the work of a whole layer, and takes them only where gradients are
/// off: one call in the source reads the parameters of several modules below its own that are never
/// called. A file may have been exported from the other path through the code, where these modules
/// are called. That shows in how data are moved there (slices for splits, more transposes): fusing
/// and folding change what computes, or take moves away, but add none. Where it shows, alignment
/// tells nothing. `owners`: per source tensor.
OtherPaths find_other_paths(const OnnxModel& file, const align::FlowGraph& left,
                            const OnnxModel& reference, const align::FlowGraph& right,
                            const std::vector<align::Match>& aligned, const Program& source,
                            const std::vector<ModuleId>& owners);

/// Who works with a tensor there: its owner, or, where that one is part of a module that reads its
/// own parameters in the same operator (the output projection of an attention), that module.
ModuleId worker_of(const Program& source, ModuleId owner);

} // namespace strata
