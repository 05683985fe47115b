#include "report/review_rows.h"

#include <map>

namespace strata {
namespace {

std::string decision_of(const ReviewedItem& item)
{
    if (item.verdict != ReviewVerdict::None)
        return std::string(to_string(item.verdict));
    return item.marked ? "looked at" : "";
}

/// `note` is the event that wrote the note; it tells who, where there is no decision.
void fill(ReviewRow& row, const Inspection& inspection, const LaidReview& review,
          const ReviewedItem& item, std::uint32_t note)
{
    row.decision = decision_of(item);
    if (item.verdict == ReviewVerdict::Reassigned && item.module < inspection.modules.size()) {
        const std::string& fqn = inspection.modules[item.module].fqn;
        row.to = fqn.empty() ? "(root)" : fqn;
    }
    if (const std::uint32_t at = item.event != no_event ? item.event : note;
        at < review.log.events().size()) {
        const ReviewEvent& event = review.log.events()[at];
        row.who = event.who;
        row.when = event.when;
        row.why = event.why;
    }
    if (row.decision.empty() && !row.note.empty())
        row.decision = "note";
}

} // namespace

std::string ReviewRow::label() const
{
    if (is_module)
        return place.empty() ? "root module" : "module " + place;
    return name.empty() ? place : name;
}

std::vector<ReviewRow> review_rows(const Inspection& inspection, const LaidReview& review)
{
    const ReviewOverlay& overlay = review.overlay;
    std::vector<ReviewRow> rows;
    std::map<NodeId, std::string> of_node;
    std::map<ModuleId, std::string> of_module;
    std::vector<const ReviewConflict*> homeless;
    for (const ReviewConflict& conflict : overlay.conflicts) {
        std::string* text = conflict.node != no_id         ? &of_node[conflict.node]
                            : conflict.module != no_module ? &of_module[conflict.module]
                                                           : nullptr;
        if (text)
            *text += (text->empty() ? "" : " ") + conflict_text(conflict, review.log);
        else
            homeless.push_back(&conflict);
    }
    const auto add = [&](ReviewRow row, const ReviewedItem& item, std::uint32_t note) {
        fill(row, inspection, review, item, note);
        if (row.decision.empty() && !row.conflict.empty())
            row.decision = "conflict";
        if (!row.decision.empty())
            rows.push_back(std::move(row));
    };
    const auto text_in = [](const auto& texts, auto id) {
        const auto found = texts.find(id);
        return found == texts.end() ? std::string() : found->second;
    };
    const auto event_in = [](const auto& events, auto id) {
        const auto found = events.find(id);
        return found == events.end() ? no_event : found->second;
    };
    for (ModuleId id = 0; id < overlay.modules.size(); ++id) {
        ReviewRow row;
        row.is_module = true;
        row.place = inspection.modules[id].fqn;
        row.note = text_in(overlay.module_notes, id);
        row.conflict = text_in(of_module, id);
        add(std::move(row), overlay.modules[id], event_in(overlay.module_note_events, id));
    }
    const std::vector<std::string> paths = inspection.model->node_paths();
    for (NodeId id = 0; id < overlay.nodes.size() && id < paths.size(); ++id) {
        ReviewRow row;
        row.note = text_in(overlay.node_notes, id);
        row.conflict = text_in(of_node, id);
        ReviewedItem item = overlay.nodes[id];
        // A mark may come from a module too: only what an event says of the node itself is listed.
        if (item.inherited || (item.verdict == ReviewVerdict::None && item.event == no_event))
            item = {};
        row.place = paths[id];
        row.name = std::string(inspection.model->text(inspection.model->nodes[id].name));
        add(std::move(row), item, event_in(overlay.node_note_events, id));
    }
    for (const ReviewConflict* conflict : homeless) {
        ReviewRow row;
        row.is_module = conflict->target.kind == ReviewTarget::Kind::Module;
        row.place = row.is_module ? conflict->target.key : std::string();
        row.name = conflict->record.name.empty() ? conflict->record.path : conflict->record.name;
        row.decision = "conflict";
        row.conflict = conflict_text(*conflict, review.log);
        if (!conflict->events.empty() && conflict->events.front() < review.log.events().size()) {
            const ReviewEvent& event = review.log.events()[conflict->events.front()];
            row.who = event.who;
            row.when = event.when;
            row.why = event.why;
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

ReviewedNode reviewed_node(const Inspection& inspection, const LaidReview* review, NodeId node)
{
    ReviewedNode result;
    if (!review || node >= review->overlay.nodes.size())
        return result;
    result.decision = decision_of(review->overlay.nodes[node]);
    if (const ModuleId after = review->overlay.module_after(inspection, node);
        after < inspection.modules.size())
        result.module = inspection.modules[after].fqn;
    if (const auto note = review->overlay.node_notes.find(node);
        note != review->overlay.node_notes.end())
        result.note = note->second;
    return result;
}

} // namespace strata
