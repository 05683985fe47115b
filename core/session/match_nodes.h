// Which node of one ONNX file corresponds to which of another.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/onnx_model.h"

#include <vector>

namespace strata {

/// Which initializer of `b` has the content of one of `a` (in another order of rows and columns,
/// perhaps, or in another precision); no_id: none. `how`: "same", "transposed", ..., "changed" when
/// some of the numbers are others.
struct InitializerMatch {
    std::uint32_t b = no_id;
    std::string_view how;
};

struct NodePairs {
    std::vector<NodeId> b_of; ///< per node of the first file; no_id: none
    std::vector<NodeId> a_of; ///< per node of the second file
    /// Per node of the first file without a counterpart: the node of the second file that does its
    /// work too, when one beside it became that node and the ones around are connected through it.
    std::vector<NodeId> fused_into;
    /// The other way round, per node of the second file: the node of the first that is spelled out.
    std::vector<NodeId> split_from;
    std::vector<InitializerMatch> initializers; ///< per initializer of the first file
};

/// By name where a name is unique in both files and the operators are alike; the others by what
/// they compute: equal weights, equal history and future in the data flow, and along its edges.
/// Files from different exporters and optimised files share no names.
Result<NodePairs> match_nodes(const OnnxModel& a, const OnnxModel& b, TaskContext& task);

/// For each initializer of `a`.
Result<std::vector<InitializerMatch>> match_initializers(const OnnxModel& a, const OnnxModel& b,
                                                         TaskContext& task);

} // namespace strata
