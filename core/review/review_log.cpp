#include "review/review_log.h"

#include "base/hash.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <span>
#include <tuple>
#include <unordered_set>

namespace strata {
namespace {

constexpr std::array action_names{"accept", "reject", "reassign", "clear",
                                  "note",   "review", "unreview", "retract"};

/// Lengths in front, so that no two events give the same bytes.
void put(std::string& bytes, std::string_view text)
{
    bytes += fmt::format("{}:", text.size());
    bytes += text;
}

bool before(const ReviewEvent& a, const ReviewEvent& b)
{
    return a.clock != b.clock ? a.clock < b.clock : a.id < b.id;
}

std::unordered_map<std::string_view, std::size_t> index_of(const std::vector<ReviewEvent>& events)
{
    std::unordered_map<std::string_view, std::size_t> index;
    index.reserve(events.size());
    for (std::size_t i = 0; i < events.size(); ++i)
        index.emplace(events[i].id, i);
    return index;
}

} // namespace

std::string_view to_string(ReviewAction action)
{
    return action_names[static_cast<std::size_t>(action)];
}

std::optional<ReviewAction> parse_review_action(std::string_view text)
{
    for (std::size_t i = 0; i < action_names.size(); ++i)
        if (text == action_names[i])
            return static_cast<ReviewAction>(i);
    return std::nullopt;
}

std::string event_id(const ReviewEvent& event)
{
    std::string bytes = fmt::format("{} {} ", event.clock, to_string(event.action));
    for (const std::string* text : {&event.who, &event.when, &event.why, &event.model,
                                    &event.module, &event.text, &event.retracts})
        put(bytes, *text);
    for (const std::string& id : event.replaces)
        put(bytes, id);
    for (const ReviewTarget& target : event.targets) {
        bytes += target.kind == ReviewTarget::Kind::Node ? 'n' : 'm';
        put(bytes, target.key);
        bytes += target.saw ? '+' : '-';
        put(bytes, target.saw.value_or(std::string()));
    }
    return hash_bytes(std::as_bytes(std::span(bytes))).text();
}

void ReviewLog::add(ReviewEvent event)
{
    // Two events with one id would break the order of (clock, id); they only come from files that
    // somebody changed, so looking for them may take its time.
    const auto twin = std::find_if(m_events.begin(), m_events.end(),
                                   [&](const ReviewEvent& e) { return e.id == event.id; });
    if (twin != m_events.end()) {
        if (!(event < *twin))
            return;
        m_events.erase(twin);
    }
    m_events.insert(std::upper_bound(m_events.begin(), m_events.end(), event, before),
                    std::move(event));
}

const ReviewEvent* ReviewLog::find(std::string_view id) const
{
    const auto it = std::find_if(m_events.begin(), m_events.end(),
                                 [&](const ReviewEvent& e) { return e.id == id; });
    return it == m_events.end() ? nullptr : &*it;
}

std::uint64_t ReviewLog::next_clock() const
{
    return m_events.empty() ? 1 : m_events.back().clock + 1;
}

void ReviewLog::unite(const ReviewLog& other)
{
    models.insert(other.models.begin(), other.models.end());
    for (const auto& [key, record] : other.nodes) {
        const auto [it, added] = nodes.emplace(key, record);
        if (!added && record < it->second)
            it->second = record;
    }
    add_all(other.m_events);
}

void ReviewLog::add_all(std::vector<ReviewEvent> events)
{
    // One pass instead of a search for each event.
    std::unordered_map<std::string, ReviewEvent> all;
    all.reserve(m_events.size() + events.size());
    for (auto* part : {&m_events, &events})
        for (ReviewEvent& event : *part) {
            const auto it = all.find(event.id);
            if (it == all.end()) {
                std::string id = event.id;
                all.emplace(std::move(id), std::move(event));
            } else if (event < it->second) {
                it->second = std::move(event);
            }
        }
    m_events.clear();
    m_events.reserve(all.size());
    for (auto& [id, event] : all)
        m_events.push_back(std::move(event));
    std::sort(m_events.begin(), m_events.end(), before);
}

std::vector<bool> ReviewLog::active() const
{
    const auto index = index_of(m_events);
    // Later events first: whether a retraction counts is known before what it retracts.
    std::vector<bool> retracted(m_events.size(), false);
    std::vector<bool> result(m_events.size(), false);
    for (std::size_t i = m_events.size(); i-- > 0;) {
        const ReviewEvent& event = m_events[i];
        if (event.action != ReviewAction::Retract) {
            result[i] = !retracted[i];
            continue;
        }
        const auto found = index.find(event.retracts);
        if (!retracted[i] && found != index.end() && found->second < i)
            retracted[found->second] = true;
    }
    return result;
}

ReviewAspect aspect_of(ReviewAction action)
{
    switch (action) {
    case ReviewAction::Note:
        return ReviewAspect::Note;
    case ReviewAction::Review:
    case ReviewAction::Unreview:
        return ReviewAspect::Mark;
    default:
        return ReviewAspect::Verdict;
    }
}

std::string target_subject(const ReviewTarget& target)
{
    return (target.kind == ReviewTarget::Kind::Node ? "n:" : "m:") + target.key;
}

std::string register_name(std::string_view subject, ReviewAspect aspect)
{
    return fmt::format("{}\n{}", subject, static_cast<int>(aspect));
}

std::map<std::string, ReviewRegister> review_registers(const ReviewLog& log,
                                                       const TargetSubject& subject)
{
    const std::vector<ReviewEvent>& events = log.events();
    const auto index = index_of(events);
    const std::vector<bool> active = log.active();
    std::map<std::string, ReviewRegister> registers;

    // What an event replaces, also by way of events that have been undone since.
    const auto drop_replaced = [&](const ReviewEvent& event, std::vector<std::size_t>& heads) {
        std::unordered_set<std::size_t> seen;
        std::vector<const ReviewEvent*> stack{&event};
        while (!stack.empty() && !heads.empty()) {
            const ReviewEvent* next = stack.back();
            stack.pop_back();
            for (const std::string& id : next->replaces) {
                const auto found = index.find(id);
                if (found == index.end() || !seen.insert(found->second).second)
                    continue;
                std::erase(heads, found->second);
                stack.push_back(&events[found->second]);
            }
        }
    };
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (!active[i])
            continue;
        const ReviewAspect aspect = aspect_of(events[i].action);
        for (const ReviewTarget& target : events[i].targets) {
            ReviewRegister& reg = registers[register_name(
                subject ? subject(target) : target_subject(target), aspect)];
            if (!reg.heads.empty() && reg.heads.back() == i)
                continue; // the same thing twice in one event
            drop_replaced(events[i], reg.heads);
            reg.target = target;
            reg.aspect = aspect;
            reg.heads.push_back(i);
        }
    }
    return registers;
}

bool same_decision(const ReviewEvent& a, const ReviewEvent& b, const ReviewTarget& target)
{
    if (&a == &b)
        return true;
    if (a.action != b.action || a.module != b.module || a.text != b.text)
        return false;
    if (a.action != ReviewAction::Accept && a.action != ReviewAction::Reject)
        return true;
    // To accept one module is not to accept another.
    const auto saw = [&](const ReviewEvent& event) -> std::optional<std::string> {
        const auto before = [](const ReviewTarget& x, const ReviewTarget& y) {
            return std::tie(x.kind, x.key) < std::tie(y.kind, y.key);
        };
        const auto found =
            std::lower_bound(event.targets.begin(), event.targets.end(), target, before);
        return found != event.targets.end() && found->kind == target.kind &&
                       found->key == target.key
                   ? found->saw
                   : std::nullopt;
    };
    return saw(a) == saw(b);
}

ReviewMerge merge_reviews(const ReviewLog& a, const ReviewLog& b)
{
    ReviewMerge result{a, {}};
    result.log.unite(b);
    const std::vector<ReviewEvent>& events = result.log.events();
    for (const auto& entry : review_registers(result.log)) {
        const auto& reg = entry.second;
        if (std::any_of(reg.heads.begin(), reg.heads.end(), [&](std::size_t head) {
                return !same_decision(events[head], events[reg.winner()], reg.target);
            }))
            result.conflicts.push_back(reg);
    }
    return result;
}

} // namespace strata
