// A review laid over an inspection: what each node's attribution is after it, what could not be
// applied, and the coverage before and after. The inspection itself never changes.
#pragma once

#include "ir/inspection.h"
#include "review/node_identity.h"
#include "review/review_log.h"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace strata {

enum class ReviewVerdict : std::uint8_t { None, Accepted, Rejected, Reassigned };
std::string_view to_string(ReviewVerdict verdict); ///< "none", "accepted", ...

inline constexpr std::uint32_t no_event = static_cast<std::uint32_t>(-1);

/// What has been decided of one node or module.
struct ReviewedItem {
    ReviewVerdict verdict = ReviewVerdict::None;
    bool marked = false;         ///< as looked at
    bool inherited = false;      ///< the verdict is that of a module
    ModuleId module = no_module; ///< Reassigned: to
    std::uint32_t event =
        no_event; ///< index into ReviewLog::events() of the verdict, else the mark

    bool reviewed() const { return verdict != ReviewVerdict::None || marked; }
    friend bool operator==(const ReviewedItem&, const ReviewedItem&) = default;
};

/// A decision that people disagree about, or that does not fit the model any more.
struct ReviewConflict {
    enum class Kind : std::uint8_t {
        Concurrent,     ///< decided differently by people who had not seen each other's decision
        Changed,        ///< applied by name, but the node's surroundings are others
        MachineChanged, ///< not applied: the machine says something else now than what was judged
        ModuleGone,     ///< not applied: the module decided on, or assigned to, is not there
        Ambiguous,      ///< not applied: several nodes could be meant
        Gone            ///< not applied: the node is not there
    };
    Kind kind = Kind::Gone;
    ReviewTarget target;
    NodeRecord record;                 ///< of nodes
    NodeId node = no_id;               ///< where it is known
    ModuleId module = no_module;       ///< of decisions on modules, where it is known
    std::vector<std::uint32_t> events; ///< that say different things, or the one not applied

    bool applied() const { return kind == Kind::Concurrent || kind == Kind::Changed; }
    friend bool operator==(const ReviewConflict&, const ReviewConflict&) = default;
};
std::string_view to_string(ReviewConflict::Kind kind); ///< "concurrent", "changed", ...
/// One sentence for people: what does not fit, and what to do.
std::string conflict_text(const ReviewConflict& conflict, const ReviewLog& log);

/// Counted as coverage.h does, with the reviewer's word instead of the machine's: accepted nodes
/// have confidence 1, rejected ones no module and confidence 0, reassigned ones their new module
/// and confidence 1. An accepted orphan stays one.
struct ReviewFigures {
    CoverageFigures before;
    CoverageFigures after;
    std::vector<CoverageFigures> modules_after; ///< per module, with descendants
    std::uint64_t reviewed = 0;                 ///< nodes
    std::uint64_t accepted = 0, rejected = 0, reassigned = 0;
    std::uint64_t accepted_orphans = 0;
};

struct ReviewOverlay {
    std::vector<ReviewedItem> nodes;   ///< parallel to OnnxModel::nodes
    std::vector<ReviewedItem> modules; ///< parallel to the module tree; only what is said of them
    std::unordered_map<NodeId, std::string> node_notes;
    std::unordered_map<ModuleId, std::string> module_notes;
    /// Which event wrote each of them; indices into ReviewLog::events().
    std::unordered_map<NodeId, std::uint32_t> node_note_events;
    std::unordered_map<ModuleId, std::uint32_t> module_note_events;
    std::vector<ReviewConflict> conflicts; ///< ordered
    ReviewFigures figures;

    bool empty() const
    {
        return figures.reviewed == 0 && node_notes.empty() && module_notes.empty() &&
               conflicts.empty();
    }
    /// The module a node belongs to after the review; no_module for orphans and rejected nodes.
    ModuleId module_after(const Inspection& inspection, NodeId node) const;
};

/// A review and what it means for one model: what reports take.
struct LaidReview {
    ReviewLog log;
    ReviewOverlay overlay;
};

/// The inspection must have a model; `identities` are that model's. A node's own verdict goes
/// before that of its module, the nearest module's before those above. O(nodes + targets).
Result<ReviewOverlay> apply_review(const Inspection& inspection, const NodeIdentities& identities,
                                   const ReviewLog& log, TaskContext& task);

/// The fingerprint that a decision on a module remembers.
std::string module_fingerprint(const Inspection& inspection, const NodeIdentities& identities,
                               ModuleId module);

/// Nodes that ask for a reviewer, the most doubtful first: orphans, contradicted ones, then those
/// with a confidence below `threshold` by confidence; what is equally doubtful in file order.
/// Reviewed nodes are in it too, so that a list can show what has been done.
std::vector<NodeId> review_queue(const Inspection& inspection, double threshold);
/// Whether evidence names another module than the one decided, neither above nor below it.
bool is_contradicted(const Inspection& inspection, NodeId node);

} // namespace strata
