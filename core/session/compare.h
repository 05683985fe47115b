// Comparing two ONNX files: what was added, removed and changed.
#pragma once

#include "base/result.h"
#include "base/task.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace strata {

/// One difference. `change`: "added" (only in the second file), "removed" (only in the first),
/// "changed", "fused" (a node of the first whose work another node of the second does too). `what`:
/// "node", "initializer", "input", "output", "opset".
struct ModelDifference {
    std::string change;
    std::string what;
    std::string name;
    std::string detail; ///< "operator Conv against Gemm"; empty for added and removed
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
    std::vector<CountPair> op_types; ///< sorted by name
    std::vector<CountPair> modules;  ///< nodes directly in each module, by FQN, sorted
    std::vector<ModelDifference> differences;

    bool equal() const { return differences.empty(); }
};

/// Nodes are matched by name where a name is unique in both files, else by what they compute
/// (match_nodes.h): files of different exporters and optimised files compare too. Compared are
/// operator, inputs, attributes, types of results and module; of initializers dtype, shape and
/// contents, also under another name.
Result<ModelComparison> compare_models(const std::filesystem::path& a,
                                       const std::filesystem::path& b, TaskContext& task);

} // namespace strata
