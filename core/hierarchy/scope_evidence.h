// Scope-name evidence: the node's name spells a module path.
#pragma once

#include "hierarchy/evidence.h"
#include "ir/module_tree.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// A scope as a node name spells it.
struct NameScope {
    std::vector<std::string> parts; ///< local names from the root: "layer1", "0", "conv1"
    /// PyTorch's exporter numbers later calls ("fc1_1"); in names of other frameworks "dense_1" is
    /// another layer than "dense".
    bool numbers_calls = true;
    std::string fqn() const;
};

/// Understands "/layer1/layer1.0/conv1/Conv" (PyTorch's TorchScript exporter: children of a called
/// container repeat its name, children of one that is not called carry it: "/stages.0/conv/Conv"),
/// "/layer1/0/conv1/Conv" (Strata), "model/block/conv/Conv2D" and
/// "StatefulPartitionedCall/model/block/Relu:0" (TensorFlow, Keras; the scopes that operators open
/// for their own parts, "dense/Tensordot/MatMul", are no modules), and what optimisers put before
/// such a name ("fused /layer1/conv/Conv") or behind it ("/fc/MatMul/MatMulAddFusion"). "/Relu" is
/// the root. Nothing for names that are not paths.
std::optional<NameScope> parse_scope_name(std::string_view node_name);

/// "conv2d_0" of "conv2d_0.tmp_1": how Paddle calls what a layer computes. Nothing for other names.
std::optional<NameScope> parse_layer_result(std::string_view value_name);

/// "stage1_unit2_conv1" as stage1, unit2, conv1: MXNet's names, kinds with numbers throughout, with
/// underscores between the levels. Nothing for other names.
std::optional<NameScope> parse_numbered_levels(std::string_view name);

/// The module a scope names, and the call index: "/block_1/fc1_1/Gemm" is the second call of
/// block.fc1 unless the tree has a module of that very name.
struct ScopeMatch {
    ModuleId module = no_module;
    std::uint32_t call = 0;
};
std::optional<ScopeMatch> match_scope(const NameScope& scope, const ModuleTree& modules);

/// The scope of a node: from its name, else from the name of its first result
/// ("/layer1/conv/Conv_output_0", "conv2d_0.tmp_1").
std::optional<NameScope> node_scope(const OnnxModel& model, NodeId node);

/// The module that a dotted name spells, with or without an operator behind it:
/// "layer1.0.conv1.Conv_3". Only modules of the tree count, so that "val.0" is nothing.
std::optional<ModuleId> match_dotted_name(std::string_view name, const ModuleTree& modules);

/// A file may have been exported from a wrapper around the model ("/model/layer1/..."): when more
/// scopes of the file fit the tree without their first one or two parts, these are left out.
std::vector<NodeEvidence> scope_evidence(const OnnxModel& model, const ModuleTree& modules);

} // namespace strata
