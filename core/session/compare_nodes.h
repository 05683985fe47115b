// What differs between the nodes of two models, once it is known which corresponds to which.
#pragma once

#include "session/compare.h"
#include "session/compare_side.h"

#include <vector>

namespace strata {

/// What the comparison of nodes finds out for that of initializers.
struct NodeComparison {
    /// "added", "removed", "changed", "fused", "same"; in the order of the nodes, the first file's
    /// first. A wrapper around all modules of one file comes before them.
    std::vector<ModelDifference> differences;
    /// Per initializer: everybody who reads it was merged into other nodes or folded away.
    std::vector<bool> merged_a, merged_b;
    /// Per initializer: it stands for nodes of the other file that make a constant, and is reported
    /// with these.
    std::vector<bool> for_nodes_a, for_nodes_b;
    /// Per initializer of the first file: its readers and their counterparts take it the other way
    /// round, as Gemm with transB does.
    std::vector<bool> turned;
    /// Per initializer of the first file: the counterparts of its readers do other nodes' work,
    /// too, so that their weights are others: a normalisation was folded in.
    std::vector<bool> absorbing;
    /// Per node: constants, sizes or moved data that the other file spells otherwise.
    std::vector<bool> plain_a, plain_b;
};

/// Operators, inputs, settings, types of results and modules of corresponding nodes are compared.
/// What optimisers and exporters write differently without meaning anything else is no change:
/// defaults that are spelled out, settings as attributes or as inputs, constants as nodes or
/// initializers, nodes that pass their input on, inputs of commutative operators swapped. Constant
/// nodes of equal content that corresponding nodes read are added to `pairs`.
Result<NodeComparison> compare_nodes(const CompareSide& a, const CompareSide& b, NodePairs& pairs,
                                     TaskContext& task);

} // namespace strata
