// Comparing two ONNX files: what was added, removed and changed.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/inspection.h"
#include "session/match_nodes.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace strata {

/// How much a difference says about what the file computes; the order in which they are told.
enum class DifferenceRank : std::uint8_t {
    Altered,     ///< corresponding nodes do something else: weights, settings, operators, wiring
    Structure,   ///< nodes that were added, removed or merged; what the model takes and gives
    Consequence, ///< follows from one of these: it reads a removed node, its result has another
                 ///< size
    Spelling,    ///< exporters and optimisers write the same in several ways
};
const char* to_string(DifferenceRank rank); ///< "altered", "structure", ...

/// One difference. `change`: "added" (only in the second file), "removed" (only in the first),
/// "changed", "fused" (several nodes of one file whose work one node of the other does; what was
/// folded into a constant), "same" (written otherwise, means the same: an initializer or input
/// under another name, a Constant node for an initializer). `what`: "node", "initializer", "input",
/// "output", "opset", "modules" (all modules of one file lie in one more).
struct ModelDifference {
    std::string change;
    std::string what;
    std::string name;
    std::string detail; ///< "operator Conv against Gemm"; of added and removed nodes the operator
    NodeId node_a = no_id; ///< of nodes, where the first file has it
    NodeId node_b = no_id; ///< in the second file; of "fused" the node that does its work, too
    DifferenceRank rank = DifferenceRank::Structure;
};

/// How often an operator or a module's nodes occur in the two files.
struct CountPair {
    std::string name;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
};

struct ModelComparison {
    std::uint64_t nodes_a = 0;
    std::uint64_t nodes_b = 0;
    std::vector<CountPair> op_types;          ///< sorted by name
    std::vector<CountPair> modules;           ///< nodes directly in each module, by FQN, sorted
    std::vector<ModelDifference> differences; ///< by rank; within one in the order of the nodes
    NodePairs pairs;                          ///< which node corresponds to which

    /// Nothing differs but what is written otherwise ("same").
    bool equal() const;
};

/// Nodes are matched by name where a name is unique in both files, else by what they compute
/// (match_nodes.h): files of different exporters and optimised files compare too. Compared are
/// operator, inputs, attributes, types of results and module; of initializers dtype, shape and
/// contents, also under another name.
Result<ModelComparison> compare_models(const std::filesystem::path& a,
                                       const std::filesystem::path& b, TaskContext& task);

/// The same of two opened models, with the modules that were found for them. Fails with Usage when
/// one of them has no ONNX graph.
Result<ModelComparison> compare_inspections(const Inspection& a, const Inspection& b,
                                            TaskContext& task);

} // namespace strata
