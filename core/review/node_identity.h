// What makes a node the same node in another export of its model: what it computes and where, not
// what it is called.
#pragma once

#include "base/task.h"
#include "ir/onnx_model.h"
#include "review/review_log.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata {

/// Identities of all nodes of one model. Two hashes a node:
/// - the *key* covers the operator, its attributes and bodies, types and shapes of the weights it
///   reads, everything before it and everything behind it. Names, the order of nodes, weights'
///   values and sizes of activations are not in it. Nodes that are alike even so are numbered in
///   file order ("...#1").
/// - the *local* hash covers three steps in all directions, and so survives changes further off.
class NodeIdentities {
public:
    /// O(nodes + edges). Fails only when cancelled. The model must outlive this.
    static Result<NodeIdentities> of(const OnnxModel& model, TaskContext& task);

    /// 32 hexadecimal digits, and "#N" from the second of several alike.
    std::string key(NodeId node) const;
    NodeRecord record(NodeId node) const;

    enum class Match : std::uint8_t {
        Same,      ///< the same key, or the same surroundings
        Changed,   ///< the same name and operator, but other surroundings
        Ambiguous, ///< several nodes could be it
        Gone       ///< nothing like it
    };
    struct Found {
        Match match = Match::Gone;
        NodeId node = no_id; ///< of Same and Changed
    };
    /// The node that was recorded in this or another export.
    Found find(std::string_view key, const NodeRecord& record) const;

    /// Of the given nodes, in any order: changes when one of them is another node.
    std::string fingerprint(std::vector<NodeId> nodes) const;

    std::size_t size() const { return m_full.size(); }

private:
    struct Hash {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        friend bool operator==(const Hash&, const Hash&) = default;
    };
    struct HashOf {
        std::size_t operator()(const Hash& hash) const { return hash.low; }
    };

    const OnnxModel* m_model = nullptr;
    std::vector<Hash> m_full;
    std::vector<std::uint64_t> m_base;  ///< the node alone
    std::vector<std::uint64_t> m_local; ///< and three steps around
    std::vector<std::string> m_paths;
    std::unordered_map<Hash, std::vector<NodeId>, HashOf> m_by_full;
    std::unordered_map<std::uint64_t, std::vector<NodeId>> m_by_local;
    std::unordered_map<std::string_view, std::vector<NodeId>> m_by_name;
};

} // namespace strata
