// Finding anything by a few letters of its name: nodes, modules, values, initializers, operator
// types, diagnostics and whatever else the caller adds (actions of the window).
#pragma once

#include "base/task.h"
#include "ir/inspection.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

enum class LocatorKind : std::uint8_t {
    Action,
    Module,
    Node,
    Initializer,
    Value,
    Operator,
    Diagnostic
};
inline constexpr std::size_t locator_kind_count = 7;
/// What is typed before a space to look for one kind only: ">", "m", "n", "i", "v", "o", "d".
std::string_view locator_prefix(LocatorKind kind);

/// Between a node's name and its module's path, in the text of nodes whose names say nothing of it.
inline constexpr std::string_view locator_place_separator = " · ";

struct LocatorEntry {
    LocatorKind kind = LocatorKind::Node;
    std::uint32_t id = 0; ///< NodeId, ModuleId, ValueId (of initializers too), ...: see LocatorKind
    std::uint32_t text = 0;         ///< offset into Locator's text
    std::uint32_t length = 0;       ///< bytes
    std::uint64_t letters = 0;      ///< which letters and digits occur, to rule it out quickly
    std::uint64_t last_letters = 0; ///< the same of the last part of a path
};

struct LocatorHit {
    std::uint32_t entry = 0; ///< index into Locator::entries()
    int score = 0;
    /// Byte offsets in the text that matched, ascending, to be shown in bold.
    std::vector<std::uint32_t> positions;
};

/// Built once per inspection, in a worker; then read by several threads. Takes about the bytes of
/// all names plus 40 bytes a thing.
class Locator {
public:
    Locator() = default;
    /// Everything of an inspection that has a name. Fails only when cancelled.
    static Result<Locator> of(const Inspection& inspection, TaskContext& task);

    void add(LocatorKind kind, std::uint32_t id, std::string_view text);
    const std::vector<LocatorEntry>& entries() const { return m_entries; }
    std::string_view text(const LocatorEntry& entry) const
    {
        return std::string_view(m_text).substr(entry.text, entry.length);
    }

    /// The best `limit` entries for what was typed, best first. Every word must occur, its letters
    /// in this order but not necessarily side by side; without case. Runs of letters, beginnings of
    /// words and parts of paths, and short names score higher. "m conv" looks among modules only.
    /// Nothing typed finds nothing. Fails only when cancelled.
    Result<std::vector<LocatorHit>> find(std::string_view typed, std::size_t limit,
                                         TaskContext& task) const;

private:
    std::vector<LocatorEntry> m_entries;
    std::string m_text;
};

} // namespace strata
