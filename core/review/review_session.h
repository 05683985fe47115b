// Reviewing one opened model: deciding, undoing, redoing. What the window's controller drives.
#pragma once

#include "ir/inspection.h"
#include "review/node_identity.h"
#include "review/review_log.h"
#include "review/review_overlay.h"

#include <memory>
#include <string>
#include <vector>

namespace strata {

struct ReviewCommand {
    ReviewAction action = ReviewAction::Accept; ///< not Retract: see undo()
    std::vector<NodeId> nodes;
    std::vector<ModuleId> modules;
    ModuleId module = no_module; ///< Reassign: to
    std::string text;            ///< Note
    std::string why;
};

/// Not thread-safe: whoever shares it takes turns. Undo takes back the author's own last decision
/// that still counts, also one of an earlier session; others' decisions are theirs to undo.
class ReviewSession {
public:
    /// The inspection must have a model, and `identities` be that model's.
    ReviewSession(std::shared_ptr<const Inspection> inspection,
                  std::shared_ptr<const NodeIdentities> identities, ReviewLog log,
                  std::string author);

    /// One event for all targets, so that one undo takes it all back. `when` is UTC in ISO 8601.
    /// Fails with Usage when nothing is named, or something that the model does not have.
    Status decide(const ReviewCommand& command, const std::string& when);
    /// False when there is nothing to undo.
    bool undo(const std::string& when);
    bool redo(const std::string& when);
    /// What undo() and redo() would take back and bring back; null for nothing.
    const ReviewEvent* undoable() const;
    const ReviewEvent* redoable() const;
    /// Takes over the decisions of another file.
    void unite(const ReviewLog& other) { m_log.unite(other); }

    const ReviewLog& log() const { return m_log; }
    const std::string& author() const { return m_author; }
    Result<ReviewOverlay> overlay(TaskContext& task) const
    {
        return apply_review(*m_inspection, *m_identities, m_log, task);
    }

private:
    ReviewEvent new_event(ReviewAction action, const std::string& when) const;
    void add(ReviewEvent event);
    /// Ids of the author's decisions that can be undone and redone, last ones last; for redo with
    /// the retraction that would be retracted.
    struct Stacks {
        std::vector<std::string> undo;
        std::vector<std::pair<std::string, std::string>> redo;
    };
    Stacks stacks() const;

    std::shared_ptr<const Inspection> m_inspection;
    std::shared_ptr<const NodeIdentities> m_identities;
    ReviewLog m_log;
    std::string m_author;
};

/// Now in UTC, "2026-03-01T12:30:00Z".
std::string review_time_now();

} // namespace strata
