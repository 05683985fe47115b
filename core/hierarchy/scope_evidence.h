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
    std::string fqn() const;
};

/// Understands "/layer1/layer1.0/conv1/Conv" (PyTorch's TorchScript exporter: children of a called
/// container repeat its name, children of one that is not called carry it: "/stages.0/conv/Conv")
/// and "/layer1/0/conv1/Conv" (Strata). "/Relu" is the root. Nothing for names that are not paths.
std::optional<NameScope> parse_scope_name(std::string_view node_name);

/// The module a scope names, and the call index: "/block_1/fc1_1/Gemm" is the second call of
/// block.fc1 unless the tree has a module of that very name.
struct ScopeMatch {
    ModuleId module = no_module;
    std::uint32_t call = 0;
};
std::optional<ScopeMatch> match_scope(const NameScope& scope, const ModuleTree& modules);

std::vector<NodeEvidence> scope_evidence(const OnnxModel& model, const ModuleTree& modules);

} // namespace strata
