// Recorded evidence: what the exporter itself wrote into the node's metadata, or, for a model that
// Strata lowered in this process, the provenance of its nodes.
#pragma once

#include "base/diagnostic.h"
#include "hierarchy/evidence.h"
#include "ir/program.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace strata {

/// A node's place as metadata tells it.
struct RecordedScope {
    /// From the root to the module: FQN and class (qualified, empty where it is not told).
    std::vector<std::pair<std::string, std::string>> path;
    std::uint32_t call = 0;
    EvidenceKind kind = EvidenceKind::Recorded; ///< another kind when an audit wrote it
    double confidence = 1.0;
    std::string detail;               ///< which key it comes from
    std::vector<std::string> origins; ///< FX nodes
    std::string source;               ///< "FILE:LINE"
    bool by_class = false; ///< the path is of classes; FQNs in it are only alike the model's

    const std::string& fqn() const { return path.back().first; }
};

/// Reads Strata's keys first, then PyTorch's name_scopes/class_hierarchy, then `namespace`, then
/// `winml.hierarchy.tag`. Nothing when the node carries none of them in a form that can be read.
std::optional<RecordedScope> recorded_scope(const OnnxModel& model, NodeId node);

/// ": pkg.Model/layer1: pkg.Sequential/layer1.0: pkg.Block/conv2d: aten.conv2d.default" as (FQN,
/// class) pairs without the operator at the end; nothing when the text has another form.
std::optional<std::vector<std::pair<std::string, std::string>>>
parse_namespace(std::string_view text);

/// "/ResNet/Sequential.layer1/Bottleneck.0": Class.localname from the root, or the class alone
/// where the local name is not told; as (FQN, class) pairs, the class standing in for a missing
/// name.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_tag(std::string_view text);

/// Scopes of all nodes, parallel to OnnxModel::nodes.
using RecordedScopes = std::vector<std::optional<RecordedScope>>;
RecordedScopes recorded_scopes(const OnnxModel& model);

/// Evidence from scopes. A scope whose module the tree does not have gives no evidence but a
/// diagnostic (the source model is another one than the file was made from).
std::vector<NodeEvidence> recorded_evidence(const RecordedScopes& scopes, const ModuleTree& modules,
                                            Diagnostics& diagnostics);

/// Evidence from OnnxModel::provenance.
std::vector<NodeEvidence> provenance_evidence(const OnnxModel& model, const Program& program);

} // namespace strata
