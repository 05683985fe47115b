// Which boxes and connections each open group shows.
#pragma once

#include "layout/display_tree.h"
#include "layout/node_classes.h"

#include <compare>
#include <set>
#include <vector>

namespace strata {

/// An end of a connection within one level.
struct LevelEnd {
    enum class Kind : std::uint8_t {
        Node,
        Group,
        Terminal,
        Entry, ///< where a value comes in through the container's border; id is the value
        Exit   ///< where it leaves
    };
    Kind kind = Kind::Node;
    std::uint32_t id = no_id;

    friend auto operator<=>(const LevelEnd&, const LevelEnd&) = default;
};

struct LevelConnection {
    LevelEnd from, to;
    ValueId value = no_id;

    friend auto operator<=>(const LevelConnection&, const LevelConnection&) = default;
};

/// A connection that is shown as a mark at the box instead of as a line.
struct LevelMark {
    LevelEnd at;
    ValueId value = no_id;
    bool outgoing = false;

    friend auto operator<=>(const LevelMark&, const LevelMark&) = default;
};

struct VisibleLevel {
    GroupId group = root_group;
    std::vector<LevelEnd> items;              ///< in the order of execution
    std::vector<LevelConnection> connections; ///< sorted, each once
    std::vector<LevelMark> marks;             ///< sorted by box
};

/// A value with more far readers than this in one level is marked at its readers, not drawn.
inline constexpr std::size_t max_far_readers = 8;

/// Levels of the root and of the open groups whose ancestors are all open; parents first. Linear
/// in nodes and flows (times the depth of what is drawn). Nodes outside of `shown` are left out,
/// with groups that hold nothing else and inputs and outputs that touch nothing else; null: all are
/// shown. Repeat groups in `folded` are one box; the modules of all others stand in the level of
/// the group around them.
Result<std::vector<VisibleLevel>> visible_levels(const DisplayTree& tree,
                                                 const std::set<GroupId>& open, TaskContext& task,
                                                 const NodeSubset* shown = nullptr,
                                                 const std::set<GroupId>& folded = {});

} // namespace strata
