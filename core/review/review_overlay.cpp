#include "review/review_overlay.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <tuple>

namespace strata {
namespace {

constexpr std::array verdict_names{"none", "accepted", "rejected", "reassigned"};
constexpr std::array conflict_names{"concurrent",  "changed",   "machine-changed",
                                    "module-gone", "ambiguous", "gone"};

ReviewVerdict verdict_of(ReviewAction action)
{
    switch (action) {
    case ReviewAction::Accept:
        return ReviewVerdict::Accepted;
    case ReviewAction::Reject:
        return ReviewVerdict::Rejected;
    case ReviewAction::Reassign:
        return ReviewVerdict::Reassigned;
    default:
        return ReviewVerdict::None;
    }
}

std::optional<std::string> machine_says(const Inspection& inspection, NodeId node)
{
    const NodeAttribution& attribution = inspection.attribution[node];
    if (attribution.synthetic || attribution.module >= inspection.modules.size())
        return std::nullopt;
    return inspection.modules[attribution.module].fqn;
}

/// Nodes in each module itself.
std::vector<std::vector<NodeId>> nodes_by_module(const Inspection& inspection)
{
    std::vector<std::vector<NodeId>> result(inspection.modules.size());
    for (NodeId node = 0; node < inspection.attribution.size(); ++node)
        if (const NodeAttribution& a = inspection.attribution[node];
            !a.synthetic && a.module < result.size())
            result[a.module].push_back(node);
    return result;
}

std::vector<NodeId> nodes_below(const Inspection& inspection,
                                const std::vector<std::vector<NodeId>>& own, ModuleId module)
{
    std::vector<NodeId> nodes;
    std::vector<ModuleId> stack{module};
    while (!stack.empty()) {
        const ModuleId next = stack.back();
        stack.pop_back();
        nodes.insert(nodes.end(), own[next].begin(), own[next].end());
        const auto& children = inspection.modules[next].children;
        stack.insert(stack.end(), children.begin(), children.end());
    }
    return nodes;
}

class Application {
public:
    Application(const Inspection& inspection, const NodeIdentities& identities,
                const ReviewLog& log)
        : m_inspection(inspection),
          m_identities(identities),
          m_log(log),
          m_node_count(std::min(inspection.model->nodes.size(), inspection.attribution.size()))
    {
        m_result.nodes.resize(m_node_count);
        m_result.modules.resize(inspection.modules.size());
    }

    Result<ReviewOverlay> run(TaskContext& task) &&
    {
        locate_targets();
        // Two keys of one node, from different exports, are one subject.
        const auto registers = review_registers(m_log, [this](const ReviewTarget& target) {
            if (target.kind == ReviewTarget::Kind::Module)
                return target_subject(target);
            const NodeIdentities::Found& found = m_found.at(target.key);
            return found.node == no_id ? target_subject(target) : fmt::format("#{}", found.node);
        });
        std::size_t done = 0;
        for (const auto& [name, reg] : registers) {
            if (++done % 1024 == 0)
                STRATA_CHECK(task.poll());
            apply(reg);
        }
        inherit();
        STRATA_CHECK(task.poll());
        count();
        std::sort(m_result.conflicts.begin(), m_result.conflicts.end(),
                  [](const ReviewConflict& a, const ReviewConflict& b) {
                      return std::tie(a.kind, a.node, a.target, a.events) <
                             std::tie(b.kind, b.node, b.target, b.events);
                  });
        return std::move(m_result);
    }

private:
    void locate_targets()
    {
        static const NodeRecord nothing;
        for (const ReviewEvent& event : m_log.events())
            for (const ReviewTarget& target : event.targets) {
                if (target.kind != ReviewTarget::Kind::Node || m_found.contains(target.key))
                    continue;
                const auto record = m_log.nodes.find(target.key);
                NodeIdentities::Found found = m_identities.find(
                    target.key, record == m_log.nodes.end() ? nothing : record->second);
                if (found.node >= m_node_count)
                    found.node = no_id;
                m_found.emplace(target.key, found);
            }
    }

    void report(ReviewConflict::Kind kind, const ReviewRegister& reg, NodeId node, ModuleId module)
    {
        ReviewConflict conflict{kind, reg.target, {}, node, module, {}};
        if (const auto record = m_log.nodes.find(reg.target.key);
            reg.target.kind == ReviewTarget::Kind::Node && record != m_log.nodes.end())
            conflict.record = record->second;
        if (kind == ReviewConflict::Kind::Concurrent)
            for (const std::size_t head : reg.heads)
                conflict.events.push_back(static_cast<std::uint32_t>(head));
        else
            conflict.events.push_back(static_cast<std::uint32_t>(reg.winner()));
        m_result.conflicts.push_back(std::move(conflict));
    }

    void apply(const ReviewRegister& reg)
    {
        const ReviewEvent& event = m_log.events()[reg.winner()];
        // What has been taken back needs no place any more.
        const bool says_nothing = event.action == ReviewAction::Clear ||
                                  event.action == ReviewAction::Unreview ||
                                  (event.action == ReviewAction::Note && event.text.empty());
        NodeId node = no_id;
        ModuleId module = no_module;
        if (reg.target.kind == ReviewTarget::Kind::Node) {
            const NodeIdentities::Found& found = m_found.at(reg.target.key);
            node = found.node;
            if (node == no_id) {
                if (!says_nothing)
                    report(found.match == NodeIdentities::Match::Ambiguous
                               ? ReviewConflict::Kind::Ambiguous
                               : ReviewConflict::Kind::Gone,
                           reg, no_id, no_module);
                return;
            }
            if (found.match == NodeIdentities::Match::Changed && !says_nothing)
                report(ReviewConflict::Kind::Changed, reg, node, no_module);
        } else {
            const auto found = m_inspection.modules.find(reg.target.key);
            if (!found) {
                if (!says_nothing)
                    report(ReviewConflict::Kind::ModuleGone, reg, no_id, no_module);
                return;
            }
            module = *found;
        }
        for (const std::size_t head : reg.heads)
            if (!same_decision(m_log.events()[head], event, reg.target)) {
                report(ReviewConflict::Kind::Concurrent, reg, node, module);
                break;
            }
        const auto index = static_cast<std::uint32_t>(reg.winner());
        ReviewedItem& item = node != no_id ? m_result.nodes[node] : m_result.modules[module];
        switch (reg.aspect) {
        case ReviewAspect::Note:
            if (event.text.empty())
                break;
            if (node != no_id) {
                m_result.node_notes[node] = event.text;
                m_result.node_note_events[node] = index;
            } else {
                m_result.module_notes[module] = event.text;
                m_result.module_note_events[module] = index;
            }
            break;
        case ReviewAspect::Mark:
            item.marked = event.action == ReviewAction::Review;
            if (item.marked && item.verdict == ReviewVerdict::None)
                item.event = index;
            break;
        case ReviewAspect::Verdict:
            apply_verdict(reg, event, item, node, module);
            break;
        }
    }

    void apply_verdict(const ReviewRegister& reg, const ReviewEvent& event, ReviewedItem& item,
                       NodeId node, ModuleId module)
    {
        const ReviewVerdict verdict = verdict_of(event.action);
        if (verdict == ReviewVerdict::None)
            return;
        // A reviewer judged what the machine said then. What it says now is another matter, except
        // for the module that the reviewer named.
        const bool judged_machine = verdict != ReviewVerdict::Reassigned;
        const bool other =
            node != no_id ? judged_machine && reg.target.saw != machine_says(m_inspection, node)
                          : reg.target.saw != fingerprint(module);
        if (other)
            return report(ReviewConflict::Kind::MachineChanged, reg, node, module);
        if (verdict == ReviewVerdict::Reassigned) {
            const auto to = m_inspection.modules.find(event.module);
            if (!to)
                return report(ReviewConflict::Kind::ModuleGone, reg, node, module);
            item.module = *to;
        }
        item.verdict = verdict;
        item.event = static_cast<std::uint32_t>(reg.winner());
    }

    std::string fingerprint(ModuleId module)
    {
        if (m_own.empty())
            m_own = nodes_by_module(m_inspection);
        return m_identities.fingerprint(nodes_below(m_inspection, m_own, module));
    }

    /// Parents come before children, so one pass brings the nearest decision to each module.
    void inherit()
    {
        std::vector<ModuleId> verdict_from(m_inspection.modules.size(), no_module);
        std::vector<bool> marked(m_inspection.modules.size(), false);
        bool any = false;
        for (ModuleId id = 0; id < m_inspection.modules.size(); ++id) {
            const ModuleId parent = m_inspection.modules[id].parent;
            if (parent < id) {
                verdict_from[id] = verdict_from[parent];
                marked[id] = marked[parent];
            }
            if (m_result.modules[id].verdict != ReviewVerdict::None)
                verdict_from[id] = id;
            marked[id] = marked[id] || m_result.modules[id].marked;
            any = any || m_result.modules[id].reviewed();
        }
        if (!any)
            return;
        for (NodeId node = 0; node < m_node_count; ++node) {
            const NodeAttribution& machine = m_inspection.attribution[node];
            if (machine.synthetic || machine.module >= m_inspection.modules.size())
                continue;
            ReviewedItem& item = m_result.nodes[node];
            item.marked = item.marked || marked[machine.module];
            const ModuleId from = verdict_from[machine.module];
            if (item.verdict != ReviewVerdict::None || from == no_module)
                continue;
            item.verdict = m_result.modules[from].verdict;
            item.module = m_result.modules[from].module;
            item.event = m_result.modules[from].event;
            item.inherited = true;
        }
    }

    void count()
    {
        ReviewFigures& figures = m_result.figures;
        figures.modules_after.resize(m_inspection.modules.size());
        for (NodeId node = 0; node < m_node_count; ++node) {
            const NodeAttribution& machine = m_inspection.attribution[node];
            const ReviewedItem& item = m_result.nodes[node];
            figures.before.add(machine);
            NodeAttribution after; // only what add() looks at
            after.module = m_result.module_after(m_inspection, node);
            after.synthetic = after.module == no_module;
            after.kind = machine.kind;
            after.confidence = machine.confidence;
            switch (item.verdict) {
            case ReviewVerdict::None:
                break;
            case ReviewVerdict::Accepted:
                ++figures.accepted;
                if (machine.synthetic)
                    ++figures.accepted_orphans;
                else
                    after.confidence = 1.0;
                break;
            case ReviewVerdict::Rejected:
                ++figures.rejected;
                after.kind = EvidenceKind::Synthetic;
                after.confidence = 0.0;
                break;
            case ReviewVerdict::Reassigned:
                ++figures.reassigned;
                after.confidence = 1.0;
                break;
            }
            if (item.reviewed())
                ++figures.reviewed;
            figures.after.add(after);
            if (after.module < figures.modules_after.size())
                figures.modules_after[after.module].add(after);
        }
        for (ModuleId id = static_cast<ModuleId>(figures.modules_after.size()); id-- > 1;)
            if (const ModuleId parent = m_inspection.modules[id].parent; parent < id)
                figures.modules_after[parent].add(figures.modules_after[id]);
    }

    const Inspection& m_inspection;
    const NodeIdentities& m_identities;
    const ReviewLog& m_log;
    std::size_t m_node_count;
    ReviewOverlay m_result;
    std::unordered_map<std::string, NodeIdentities::Found> m_found;
    std::vector<std::vector<NodeId>> m_own;
};

std::string target_text(const ReviewConflict& conflict)
{
    if (conflict.target.kind == ReviewTarget::Kind::Module)
        return conflict.target.key.empty() ? std::string("the root module")
                                           : fmt::format("module '{}'", conflict.target.key);
    const NodeRecord& record = conflict.record;
    if (!record.name.empty())
        return fmt::format("node '{}' ({})", record.name, record.op_type);
    return record.path.empty() ? std::string("a node")
                               : fmt::format("node {} ({})", record.path, record.op_type);
}

std::string decision_text(const ReviewEvent& event)
{
    std::string text(to_string(event.action));
    if (event.action == ReviewAction::Reassign)
        text += fmt::format(" to '{}'", event.module);
    return fmt::format("{} ({}, {})", text, event.who, event.when);
}

} // namespace

std::string_view to_string(ReviewVerdict verdict)
{
    return verdict_names[static_cast<std::size_t>(verdict)];
}

std::string_view to_string(ReviewConflict::Kind kind)
{
    return conflict_names[static_cast<std::size_t>(kind)];
}

std::string conflict_text(const ReviewConflict& conflict, const ReviewLog& log)
{
    const std::string what = target_text(conflict);
    const auto decision = [&](std::size_t i) {
        return i < conflict.events.size() && conflict.events[i] < log.events().size()
                   ? decision_text(log.events()[conflict.events[i]])
                   : std::string("a decision");
    };
    switch (conflict.kind) {
    case ReviewConflict::Kind::Concurrent: {
        std::string all;
        for (std::size_t i = 0; i < conflict.events.size(); ++i)
            all += (i == 0 ? "" : " against ") + decision(i);
        return fmt::format("Reviewers disagree about {}: {}. The last one counts until somebody "
                           "decides again.",
                           what, all);
    }
    case ReviewConflict::Kind::Changed:
        return fmt::format("The surroundings of {} have changed since: {}. It was applied by its "
                           "name; check it.",
                           what, decision(0));
    case ReviewConflict::Kind::MachineChanged:
        return conflict.target.kind == ReviewTarget::Kind::Module
                   ? fmt::format("The nodes in {} are others now, so {} was not applied. Look at "
                                 "it again.",
                                 what, decision(0))
                   : fmt::format("{} judged {} when it was attributed to {}, which is no longer "
                                 "so; not applied. Decide again.",
                                 decision(0), what,
                                 !conflict.target.saw ? std::string("no module")
                                 : conflict.target.saw->empty()
                                     ? std::string("the root module")
                                     : fmt::format("'{}'", *conflict.target.saw));
    case ReviewConflict::Kind::ModuleGone:
        return fmt::format("A module that {} needs is not in this model: {}. Decide again.", what,
                           decision(0));
    case ReviewConflict::Kind::Ambiguous:
        return fmt::format("Several nodes look like {}; {} was not applied. Decide again.", what,
                           decision(0));
    case ReviewConflict::Kind::Gone:
        return fmt::format("There is no {} any more; {} was not applied.", what, decision(0));
    }
    return what;
}

ModuleId ReviewOverlay::module_after(const Inspection& inspection, NodeId node) const
{
    const NodeAttribution& machine = inspection.attribution[node];
    const ModuleId before = machine.synthetic ? no_module : machine.module;
    if (node >= nodes.size())
        return before;
    switch (nodes[node].verdict) {
    case ReviewVerdict::Rejected:
        return no_module;
    case ReviewVerdict::Reassigned:
        return nodes[node].module;
    default:
        return before;
    }
}

Result<ReviewOverlay> apply_review(const Inspection& inspection, const NodeIdentities& identities,
                                   const ReviewLog& log, TaskContext& task)
{
    return Application(inspection, identities, log).run(task);
}

std::string module_fingerprint(const Inspection& inspection, const NodeIdentities& identities,
                               ModuleId module)
{
    return identities.fingerprint(nodes_below(inspection, nodes_by_module(inspection), module));
}

bool is_contradicted(const Inspection& inspection, NodeId node)
{
    const NodeAttribution& a = inspection.attribution[node];
    const ModuleTree& modules = inspection.modules;
    if (a.synthetic || a.module >= modules.size())
        return false;
    return std::any_of(a.evidence.begin(), a.evidence.end(), [&](const Evidence& e) {
        return e.module < modules.size() && !modules.is_ancestor_or_self(e.module, a.module) &&
               !modules.is_ancestor_or_self(a.module, e.module);
    });
}

std::vector<NodeId> review_queue(const Inspection& inspection, double threshold)
{
    struct Entry {
        int rank;
        double confidence;
        NodeId node;
    };
    std::vector<Entry> entries;
    for (NodeId node = 0; node < inspection.attribution.size(); ++node) {
        const NodeAttribution& a = inspection.attribution[node];
        if (a.synthetic)
            entries.push_back({0, a.confidence, node});
        else if (is_contradicted(inspection, node))
            entries.push_back({1, a.confidence, node});
        else if (a.confidence < threshold)
            entries.push_back({2, a.confidence, node});
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.rank, a.confidence, a.node) < std::tie(b.rank, b.confidence, b.node);
    });
    std::vector<NodeId> nodes;
    nodes.reserve(entries.size());
    for (const Entry& entry : entries)
        nodes.push_back(entry.node);
    return nodes;
}

} // namespace strata
