// Why nodes have no module, as far as the graph tells, and what would help.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"

#include <cstdint>
#include <string>
#include <vector>

namespace strata {

enum class OrphanCause : std::uint8_t {
    NothingNamed,   ///< no node of the file has a module: it has neither names nor metadata
    Unsupported,    ///< stands for an operator that ONNX cannot state
    MergedWeights,  ///< only hands on an initializer: equal weights that the exporter merged
    SharedConstant, ///< a constant that several modules use, or none
    SizeArithmetic, ///< computes sizes and indices
    AtTheBoundary,  ///< reads an input of the graph or makes an output of it
    BetweenModules, ///< what it reads and what reads it belong to different modules
    AmongOrphans    ///< its neighbours are orphans too
};
inline constexpr std::size_t orphan_cause_count = 8;
std::string_view to_string(OrphanCause cause); ///< "nothing-named", "unsupported", ...

/// Orphans with one cause and one operator.
struct OrphanPattern {
    OrphanCause cause = OrphanCause::AmongOrphans;
    std::string op_type;
    std::vector<NodeId> nodes; ///< in file order
};

/// The most frequent first. The inspection must have a model. Fails only when cancelled.
Result<std::vector<OrphanPattern>> orphan_patterns(const Inspection& inspection, TaskContext& task);

} // namespace strata
