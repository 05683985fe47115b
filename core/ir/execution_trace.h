// What one run of a model on given inputs did: which nodes ran, which branches were taken, how
// often loops ran, and the shapes and small values that came out.
#pragma once

#include "ir/fx_graph.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace strata {

using TraceRecordId = std::uint32_t;
using TraceBlockId = std::uint32_t;

/// What the elements of a tensor (of all tensors of a node's first output) were like. NaN and
/// infinities do not count in min, max and mean.
struct ValueStatistics {
    double min = 0.0;
    double max = 0.0;
    double mean = 0.0;
    std::uint64_t finite = 0; ///< elements that the three above rest on
    std::uint64_t nan = 0;
    std::uint64_t inf = 0;

    friend bool operator==(const ValueStatistics&, const ValueStatistics&) = default;
};

/// One output of a node, as it was in the run.
struct RecordedValue {
    /// Tensors have dtype and all dimensions; lists and tuples have the types of their elements
    /// where these are few.
    FxType type;
    /// Numbers, strings, None, and lists of these; of integer and bool tensors up to
    /// `max_recorded_elements` the elements, row-major. Nothing for all others.
    std::optional<FxArg> value;
};
inline constexpr std::size_t max_recorded_elements = 64;

/// One execution of one node.
struct TraceRecord {
    FxNodeId node = no_index;
    std::vector<RecordedValue> outputs;
    /// Of prim::If: the one branch that ran; of prim::Loop: the body, once per iteration.
    std::vector<TraceBlockId> bodies;
    std::uint32_t branch = no_index; ///< of prim::If: 0 then, 1 else
    double seconds = 0.0;            ///< of the operator alone; 0 when time was not asked for
    std::optional<ValueStatistics> statistics;
};

/// One execution of one block.
struct TraceBlock {
    FxBlockId block = FxGraph::main_block;
    std::vector<TraceRecordId> records; ///< in order of execution
};

/// A run of `FxGraph` as a tree: block 0 is the main block. Bodies come after their owners.
struct ExecutionTrace {
    std::vector<TraceRecord> records;
    std::vector<TraceBlock> blocks;
    std::vector<std::string> inputs; ///< "x:float32[1,3,224,224]", per placeholder
    std::vector<FxNodeId> random;    ///< nodes that drew random numbers, each once
    std::uint64_t peak_bytes = 0;    ///< most memory that tensors took, without the weights
    double seconds = 0.0;            ///< of the whole run
    bool has_time = false;           ///< TraceRecord::seconds were measured
    bool has_statistics = false;     ///< TraceRecord::statistics were computed

    bool empty() const { return blocks.empty(); }
};

/// Time and statistics of one FX node over all its executions.
struct NodeProfile {
    std::uint64_t runs = 0;
    double seconds = 0.0;
    std::optional<ValueStatistics> statistics;
};

/// Per node of the graph (nodes that did not run have `runs` 0).
std::vector<NodeProfile> profile_nodes(const ExecutionTrace& trace, std::size_t node_count);

/// The statistics of two sets of elements taken together.
ValueStatistics merge(const ValueStatistics& a, const ValueStatistics& b);

} // namespace strata
