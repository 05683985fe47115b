// Which module a node of an ONNX graph belongs to, how sure that is, and why.
#pragma once

#include "ir/module_tree.h"
#include "ir/onnx_model.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Strongest first. Names and starting confidences: ARCHITECTURE.md, "Evidence".
enum class EvidenceKind : std::uint8_t {
    Recorded,
    Parameter,
    ScopeName,
    StructuralMatch,
    Consensus,
    CommonAncestor,
    Synthetic
};
inline constexpr std::size_t evidence_kind_count = 7;
std::string_view to_string(EvidenceKind kind); ///< "recorded", "parameter", "scope-name", ...
std::optional<EvidenceKind> parse_evidence_kind(std::string_view text);
double default_confidence(EvidenceKind kind);

/// One piece of evidence for one node: it says that the node belongs to `module`.
struct Evidence {
    EvidenceKind kind = EvidenceKind::Synthetic;
    double confidence = 0.0;
    ModuleId module = no_module;
    std::string detail; ///< what it rests on, for people: "initializer 'fc.weight' belongs to fc"
};

/// The seven categories of the earlier system, kept for its users.
enum class Category : std::uint8_t {
    TorchModules,
    CustomModules,
    Functions,
    Methods,
    Attributes,
    Inputs,
    Outputs
};
inline constexpr std::size_t category_count = 7;
std::string_view to_string(Category category); ///< "torch_modules", ...

/// The decision for one node.
struct NodeAttribution {
    ModuleId module = no_module; ///< no_module exactly when synthetic
    std::uint32_t call = 0;
    double confidence = 0.0;
    EvidenceKind kind = EvidenceKind::Synthetic; ///< the winner's
    Category category = Category::Functions;
    bool synthetic = true;
    std::string synthetic_path;       ///< "/Functions/Relu", only when synthetic
    std::vector<Evidence> evidence;   ///< every piece found, strongest first
    std::vector<std::string> origins; ///< FX nodes that became this node
    std::string source;               ///< Python line(s), where known
};

/// Parallel to OnnxModel::nodes.
using Attribution = std::vector<NodeAttribution>;

/// Coverage of a set of nodes, as ARCHITECTURE.md defines it.
struct CoverageFigures {
    std::uint64_t total = 0;
    std::uint64_t recorded = 0;
    std::uint64_t attributed = 0;
    std::uint64_t orphans = 0;
    double confidence_sum = 0.0;

    void add(const NodeAttribution& node);
    void add(const CoverageFigures& other);
    /// Shares in 0..1; of an empty set, 1 (nothing is missing).
    double recorded_coverage() const;
    double coverage() const;
    double mean_confidence() const;
};

struct Coverage {
    CoverageFigures all;
    std::array<std::uint64_t, 10> histogram{}; ///< of confidence, tenths; 1.0 falls into the last
    std::array<CoverageFigures, category_count> categories{};
    std::array<std::uint64_t, evidence_kind_count> kinds{};
    std::vector<CoverageFigures> own;              ///< per module, nodes directly in it
    std::vector<CoverageFigures> with_descendants; ///< per module
    std::vector<std::pair<std::string, CoverageFigures>> op_types; ///< sorted by name
    /// Never called, and no node in them or below. A module whose work vanished in the export (a
    /// Dropout, say) was called and is not listed.
    std::vector<ModuleId> unexecuted_modules;
    std::vector<std::string> unused_parameters; ///< FQNs of parameters that no node consumes
};

/// O(nodes + modules).
Coverage compute_coverage(const OnnxModel& model, const ModuleTree& modules,
                          const Attribution& attribution);

} // namespace strata
