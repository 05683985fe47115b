// An ONNX model as the alignment sees it: data flow between nodes, with what only prepares
// constants and shapes told apart from what computes.
#pragma once

#include "ir/onnx_model.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace strata::align {

using Hash = std::uint64_t;

/// Mixes b into a; order matters.
constexpr Hash mix(Hash a, Hash b)
{
    Hash h = (a ^ (b + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdULL;
    h ^= h >> 32;
    h *= 0xc4ceb9fe1a85ec53ULL;
    return h ^ (h >> 29);
}

/// Where an input of a node comes from.
struct FlowInput {
    NodeId node = no_id;      ///< the producer; no_id: a graph input or a constant
    std::uint32_t output = 0; ///< of the producer
    std::uint32_t initializer = no_id;
    std::uint32_t graph_input = no_id; ///< index among the fed inputs of its graph
    bool present = true;               ///< false: optional input left out
};

struct FlowUse {
    NodeId node = no_id;
    std::uint32_t slot = 0;
};

struct FlowNode {
    Hash op = 0;           ///< class of operators that do the same work: Gemm, MatMul, FusedMatMul
    Hash attributes = 0;   ///< of the attributes, names and values
    bool light = false;    ///< moves or converts data only: Cast, Reshape, Transpose, Identity
    bool glue = false;     ///< light, and only there to quantise an operator's inputs and results
    bool constant = false; ///< depends on initializers and Constant nodes only
    bool shape = false;    ///< computes sizes: depends on shapes only
    unsigned data_inputs = 0; ///< inputs that are neither constant nor sizes
    std::uint32_t order = 0;  ///< topological
    std::vector<FlowInput> inputs;
    std::vector<FlowUse> uses;
    /// Source tensors it reads, directly or through constant nodes; sorted. Filled by who knows.
    std::vector<std::uint32_t> tensors;
    /// It reads a tensor with scaled rows: a normalisation behind it may have become part of it.
    bool scaled = false;
    std::uint32_t group = 0; ///< module, in the reference graph. Filled by who knows.
    /// Reference graph only: computations of the source that lowering folded into an input of the
    /// node; ids of nodes beyond those of the model.
    std::vector<NodeId> folded;

    bool computes() const { return !light && !constant && !shape; }
};

/// Nodes parallel to OnnxModel::nodes. Outputs of a node with bodies depend on the bodies' outputs
/// as if these were further inputs. Linear in the model.
struct FlowGraph {
    std::vector<FlowNode> nodes;
    std::vector<NodeId> topological; ///< all nodes; cycles of invalid files are cut
    /// Uses of a graph's outputs: (node, output number of the main graph).
    std::vector<std::pair<NodeId, std::uint32_t>> outputs;
    /// Nodes beyond the model's that lowering folded away; not in `topological`.
    std::size_t first_folded = 0;
};
FlowGraph build_flow(const OnnxModel& model);

/// The class of an ONNX operator: what FlowNode::op holds.
Hash operator_class(std::string_view op);

/// The producer of an input when light nodes before it are skipped; no_id when that is no node.
NodeId producer_behind(const FlowGraph& graph, const FlowInput& input);

} // namespace strata::align
