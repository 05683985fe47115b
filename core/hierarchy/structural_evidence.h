// Evidence from the source model itself: whose tensors a node reads, and which node of the source's
// own ONNX graph it corresponds to.
#pragma once

#include "hierarchy/evidence.h"
#include "hierarchy/other_paths.h"
#include "hierarchy/tensor_match.h"
#include "ir/program.h"

#include <string>
#include <vector>

namespace strata {

/// An operator of the source's graph that the file lacks or has otherwise.
struct ChangedOperator {
    NodeId node = no_id; ///< the file's; no_id: it is missing
    ModuleId module = root_module;
    std::string op;     ///< in the source's graph
    std::string detail; ///< what is otherwise; empty for missing ones
};

struct SourceFindings {
    std::vector<NodeEvidence> evidence;
    /// Per initializer of the file: the source tensors it was made from.
    std::vector<std::vector<TensorMatch>> initializers;
    /// Parameters and buffers that the source's graph reads and whose content is nowhere in the
    /// file.
    std::vector<std::uint32_t> changed; ///< their readers are there: other weights
    std::vector<std::uint32_t> folded;  ///< of normalisations that became part of other nodes
    std::vector<std::uint32_t> missing; ///< their readers are gone too
    /// In the file, but read in each other's place: (what belongs there, what is there).
    std::vector<std::pair<std::uint32_t, std::uint32_t>> exchanged;
    /// Where the file took another path through the code than the source: nodes are to be found as
    /// without a source.
    OtherPaths other_paths;
    /// Modules that work in the source's graph and have no counterpart for any of their nodes.
    std::vector<ModuleId> absent;
    std::vector<ChangedOperator> operators;
};

/// Compares contents of tensors (initializers and Constant nodes), then aligns the file with
/// `reference` (the graph that lowering the source gives, with provenance; null: only tensors
/// count). A node that reads a tensor belongs to the module whose code reads it in the source,
/// which is nearly always its owner.
Result<SourceFindings> source_evidence(const OnnxModel& file, const Program& source,
                                       const OnnxModel* reference, TaskContext& task);

} // namespace strata
