// Clean-up passes on ONNX models. Each returns whether it changed anything.
//
// They keep the inputs and outputs of the graph as they are, in name, type and order, and they keep
// provenance: when a node takes over another one's work, it gets its origins. A node that is no
// longer needed is left without readers; remove_dead_code() (dead_code.h) takes such nodes out and
// tells the new ids, so that whoever keeps ids (FxAccounting) can follow. All are linear in the
// model, up to a factor for nesting.
#pragma once

#include "ir/onnx_model.h"
#include "passes/value_facts.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strata {

/// A node whose work became an initializer.
struct FoldedNode {
    NodeId node = no_id;
    std::string initializer; ///< its name
};

/// What passes tell whoever accounts for nodes and weights.
struct PassLog {
    std::vector<FoldedNode> folded;
    /// Initializers whose contents went into others: the name before, and the name of the other.
    std::vector<std::pair<std::string, std::string>> absorbed;
};

/// By an initializer's name, the name of the weight that it is or was made of; empty: of none.
using WeightOf = std::function<std::string_view(std::string_view)>;

/// Readers of an Identity's result read its input instead, whose producer takes over the origins.
/// Identities that give a graph output its name stay.
bool eliminate_identity(OnnxModel& model);

/// Readers of equal initializers (type, shape and bytes) of a graph read the first of them. Those
/// with more than `max_elements` elements are compared by memory, not by contents. Initializers
/// that are graph inputs or outputs are left alone, and so are weights: a weight's name says which
/// module it belongs to. What was made of a weight is only shared with what was made of the same.
bool share_equal_constants(OnnxModel& model, const WeightOf& weight_of = {},
                           std::int64_t max_elements = 4096);

/// Of nodes of one graph with the same operator, attributes, inputs and metadata, the first serves
/// all readers and takes over the origins, also those of other modules. Nodes in bodies are also
/// served by those listed before the body's owner, never the other way round. Operators that draw
/// random numbers, nodes with bodies, and nodes of domains other than ai.onnx are left alone.
bool eliminate_common_subexpressions(OnnxModel& model);

/// Values of which `facts` (from infer_model) know the exact contents become initializers, named
/// after them. Graph outputs stay computed, Constant nodes stay, and so does what depends on
/// initializers that callers may override and what is in function bodies. What was folded is added
/// to the log.
bool fold_constants(OnnxModel& model, const ValueFacts& facts, PassLog* log = nullptr);

/// Weights, of any size, that are only looked at in another form (transposed, reshaped, one element
/// of an axis, several joined) are stored in that form: as views, or put together when they are
/// written. A weight that gets another shape keeps its name, where nobody else reads it; the others
/// are called after it ("net.weight.T"). One that others read too is stored twice, up to 1 MB.
bool fold_weights(OnnxModel& model, PassLog* log = nullptr);

/// Nodes whose result is one of their inputs go: Identity, casts to the same type, shapes that
/// stay, slices of everything, sums with 0, products with 1, the second of two Relus, ... Chains of
/// Relu and Clip become one Clip. Chains of nodes that only move elements or say their shape or
/// type anew become one node: Reshape, Squeeze, Unsqueeze, Flatten; Transpose; Slice; Concat; Cast;
/// Expand.
bool merge_views(OnnxModel& model, ValueFacts& facts);

/// MatMul, Transpose and Add of matrices become Gemm; shapes that are flattened only for a product
/// stay as they are; zeros around a convolution's input become its padding.
bool fuse_products(OnnxModel& model, ValueFacts& facts);

/// Where rows are sorted anyway, the extremum of each is the first of the sorted ones. Equal
/// subexpressions must be one already.
bool reuse_sorted(OnnxModel& model);

/// A BatchNormalization in inference mode that alone reads the result of a Conv, ConvTranspose or
/// Gemm becomes part of that node's weight and bias, where all of these are initializers that
/// nobody can override. The weight keeps its name where all its readers change alike, and so does
/// the bias; a bias that is new is called like the weight ("conv1.weight" gets "conv1.bias"). The
/// new weights are computed when somebody reads them and take no memory until then. Sums are
/// rounded otherwise than before: results differ in the last digits.
bool fold_batch_norm(OnnxModel& model, PassLog* log = nullptr);

} // namespace strata
