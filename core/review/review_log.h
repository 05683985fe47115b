// What reviewers have said of a model: decisions as a log that only grows, so that nothing gets
// lost, everything can be taken back, and two files can be united in any order.
//
// A log is a set of events. Every event has an id made from its content and a clock that is larger
// than those of all events its author had seen; (clock, id) orders events the same way everywhere.
// An event says which earlier events it replaces (about the same things) or, to undo and redo,
// which one it retracts. So the state is a pure function of the set, and the union of two sets is
// commutative, associative and idempotent. What two people decided without having seen each other's
// decision stays as a conflict until somebody decides again; meanwhile the later event counts.
#pragma once

#include "base/result.h"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata {

enum class ReviewAction : std::uint8_t {
    Accept,   ///< the machine's module is right; of an orphan: it rightly has none
    Reject,   ///< the machine's module is wrong
    Reassign, ///< it belongs to another module
    Clear,    ///< none of the three any more
    Note,     ///< sets the note; an empty text removes it
    Review,   ///< looked at, without a judgement
    Unreview,
    Retract ///< undoes an event, or redoes the one that a retraction has undone
};
std::string_view to_string(ReviewAction action); ///< "accept", "reject", ...
std::optional<ReviewAction> parse_review_action(std::string_view text);

/// A node by its structural identity (node_identity.h), or a module by FQN.
struct ReviewTarget {
    enum class Kind : std::uint8_t { Node, Module };
    Kind kind = Kind::Node;
    std::string key; ///< NodeIdentities::key(), or the FQN
    /// What the machine said when this was decided. Of a node: its module's FQN, nothing for an
    /// orphan. Of a module: a fingerprint of the nodes in it and below.
    std::optional<std::string> saw;

    friend auto operator<=>(const ReviewTarget&, const ReviewTarget&) = default;
};

struct ReviewEvent {
    std::string id; ///< see event_id()
    std::uint64_t clock = 0;
    std::string who;
    std::string when;  ///< UTC, "2026-03-01T12:30:00Z"; for people, the clock orders
    std::string why;   ///< may be empty
    std::string model; ///< content hash of the file that was looked at
    ReviewAction action = ReviewAction::Review;
    std::vector<ReviewTarget> targets; ///< sorted
    std::string module;                ///< Reassign: FQN
    std::string text;                  ///< Note
    std::vector<std::string> replaces; ///< ids, sorted
    std::string retracts;              ///< Retract: id

    friend auto operator<=>(const ReviewEvent&, const ReviewEvent&) = default;
};

/// A hash of everything in the event but its id: "xxh3:...".
std::string event_id(const ReviewEvent& event);

/// What is known of a node beside its key, to find it again in a graph that has changed.
struct NodeRecord {
    std::string op_type;
    std::string domain;
    std::string name;  ///< may be empty
    std::string path;  ///< OnnxModel::node_path(), for people
    std::string local; ///< hash of its surroundings, 16 hexadecimal digits

    friend auto operator<=>(const NodeRecord&, const NodeRecord&) = default;
};

/// A file that decisions were made on.
struct ReviewedModel {
    std::string file; ///< name without folders
    std::string hash;

    friend auto operator<=>(const ReviewedModel&, const ReviewedModel&) = default;
};

class ReviewLog {
public:
    std::map<std::string, NodeRecord> nodes; ///< by key
    std::set<ReviewedModel> models;

    /// Ascending by (clock, id).
    const std::vector<ReviewEvent>& events() const { return m_events; }
    /// Events that are there already stay as they are. Of two different events with one id (a
    /// damaged file) the smaller is kept, whatever the order they come in.
    void add(ReviewEvent event);
    void add_all(std::vector<ReviewEvent> events);
    const ReviewEvent* find(std::string_view id) const;
    /// Larger than every clock in the log.
    std::uint64_t next_clock() const;
    bool empty() const { return m_events.empty(); }
    /// Takes over what the other log has: the set union of both.
    void unite(const ReviewLog& other);
    /// Per event whether it counts: retractions, and whatever an active one retracts, do not.
    std::vector<bool> active() const;

    friend bool operator==(const ReviewLog& a, const ReviewLog& b)
    {
        return a.nodes == b.nodes && a.models == b.models && a.m_events == b.m_events;
    }

private:
    std::vector<ReviewEvent> m_events;
};

/// The three things that can be said of a target, each for itself.
enum class ReviewAspect : std::uint8_t { Verdict, Note, Mark };
ReviewAspect aspect_of(ReviewAction action);

/// Which events say something of one aspect of one target and have not been replaced: one, or
/// several that were made without knowing each other. The last one counts.
struct ReviewRegister {
    ReviewTarget target; ///< as the last event names it
    ReviewAspect aspect = ReviewAspect::Verdict;
    std::vector<std::size_t> heads; ///< indices into ReviewLog::events(), ascending

    std::size_t winner() const { return heads.back(); }
};

/// Maps targets that mean the same thing to the same text (two keys of one node, in models of
/// different exports).
using TargetSubject = std::function<std::string(const ReviewTarget&)>;

/// All registers, by "SUBJECT\nASPECT". Without `subject`, targets are told apart by their keys.
std::map<std::string, ReviewRegister> review_registers(const ReviewLog& log,
                                                       const TargetSubject& subject = {});
/// The name of a register in that map.
std::string register_name(std::string_view subject, ReviewAspect aspect);
std::string target_subject(const ReviewTarget& target);

/// Whether two events say the same of a target. O(log targets).
bool same_decision(const ReviewEvent& a, const ReviewEvent& b, const ReviewTarget& target);

struct ReviewMerge {
    ReviewLog log;
    /// What was decided differently on both sides, in the order of their names.
    std::vector<ReviewRegister> conflicts;
};
/// The same, whichever comes first.
ReviewMerge merge_reviews(const ReviewLog& a, const ReviewLog& b);

} // namespace strata
