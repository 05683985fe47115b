#include "review/review_session.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <set>

namespace strata {

ReviewSession::ReviewSession(std::shared_ptr<const Inspection> inspection,
                             std::shared_ptr<const NodeIdentities> identities, ReviewLog log,
                             std::string author)
    : m_inspection(std::move(inspection)),
      m_identities(std::move(identities)),
      m_log(std::move(log)),
      m_author(std::move(author))
{}

ReviewEvent ReviewSession::new_event(ReviewAction action, const std::string& when) const
{
    ReviewEvent event;
    event.clock = m_log.next_clock();
    event.who = m_author;
    event.when = when;
    event.model =
        m_inspection->model_hash.empty() ? m_inspection->content_hash : m_inspection->model_hash;
    event.action = action;
    return event;
}

void ReviewSession::add(ReviewEvent event)
{
    const std::filesystem::path& file =
        m_inspection->model_path.empty() ? m_inspection->path : m_inspection->model_path;
    m_log.models.insert({file.filename().string(), event.model});
    event.id = event_id(event);
    m_log.add(std::move(event));
}

Status ReviewSession::decide(const ReviewCommand& command, const std::string& when)
{
    if (command.action == ReviewAction::Retract)
        return failure(ErrorCode::Internal, "Decisions are retracted with undo().");
    if (command.nodes.empty() && command.modules.empty())
        return failure(ErrorCode::Usage, "Select the nodes or the module to decide on.");
    const std::size_t node_count = std::min(m_inspection->attribution.size(), m_identities->size());
    ReviewEvent event = new_event(command.action, when);
    event.why = command.why;
    if (command.action == ReviewAction::Reassign) {
        if (command.module >= m_inspection->modules.size())
            return failure(ErrorCode::Usage, "Choose the module that it belongs to.");
        event.module = m_inspection->modules[command.module].fqn;
    }
    if (command.action == ReviewAction::Note)
        event.text = command.text;
    for (const NodeId node : command.nodes) {
        if (node >= node_count)
            return failure(ErrorCode::Usage, "The model has no such node.");
        const NodeAttribution& machine = m_inspection->attribution[node];
        ReviewTarget target{ReviewTarget::Kind::Node, m_identities->key(node), std::nullopt};
        if (!machine.synthetic && machine.module < m_inspection->modules.size())
            target.saw = m_inspection->modules[machine.module].fqn;
        m_log.nodes.emplace(target.key, m_identities->record(node));
        event.targets.push_back(std::move(target));
    }
    for (const ModuleId module : command.modules) {
        if (module >= m_inspection->modules.size())
            return failure(ErrorCode::Usage, "The model has no such module.");
        ReviewTarget target{ReviewTarget::Kind::Module, m_inspection->modules[module].fqn,
                            std::nullopt};
        // A mark and a note outlive changes; a judgement is about what was there.
        if (aspect_of(command.action) == ReviewAspect::Verdict)
            target.saw = module_fingerprint(*m_inspection, *m_identities, module);
        event.targets.push_back(std::move(target));
    }
    std::sort(event.targets.begin(), event.targets.end());
    event.targets.erase(std::unique(event.targets.begin(), event.targets.end()),
                        event.targets.end());

    // Everything that speaks of the same things is replaced, under whichever key it knew them.
    std::map<std::string, std::string> subjects;
    const auto subject = [&](const ReviewTarget& target) {
        const std::string own = target_subject(target);
        if (target.kind == ReviewTarget::Kind::Module)
            return own;
        const auto [it, added] = subjects.emplace(target.key, own);
        if (added) {
            const auto record = m_log.nodes.find(target.key);
            const auto found = m_identities->find(
                target.key, record == m_log.nodes.end() ? NodeRecord{} : record->second);
            if (found.node != no_id)
                it->second = fmt::format("#{}", found.node);
        }
        return it->second;
    };
    const auto registers = review_registers(m_log, subject);
    std::set<std::string> replaced;
    for (const ReviewTarget& target : event.targets)
        if (const auto reg =
                registers.find(register_name(subject(target), aspect_of(command.action)));
            reg != registers.end())
            for (const std::size_t head : reg->second.heads)
                replaced.insert(m_log.events()[head].id);
    event.replaces.assign(replaced.begin(), replaced.end());
    add(std::move(event));
    return {};
}

ReviewSession::Stacks ReviewSession::stacks() const
{
    // Replays the author's commands: a decision makes redoing what was undone before meaningless.
    Stacks stacks;
    std::map<std::string, std::string> undone; // retraction → the decision it retracts
    for (const ReviewEvent& event : m_log.events()) {
        if (event.who != m_author)
            continue;
        if (event.action != ReviewAction::Retract) {
            stacks.undo.push_back(event.id);
            stacks.redo.clear();
            continue;
        }
        if (const auto at = std::find(stacks.undo.begin(), stacks.undo.end(), event.retracts);
            at != stacks.undo.end()) {
            stacks.undo.erase(at);
            stacks.redo.emplace_back(event.retracts, event.id);
            undone[event.id] = event.retracts;
        } else if (const auto known = undone.find(event.retracts); known != undone.end()) {
            std::erase_if(stacks.redo,
                          [&](const auto& entry) { return entry.second == event.retracts; });
            stacks.undo.push_back(known->second);
        }
    }
    return stacks;
}

const ReviewEvent* ReviewSession::undoable() const
{
    const Stacks now = stacks();
    return now.undo.empty() ? nullptr : m_log.find(now.undo.back());
}

const ReviewEvent* ReviewSession::redoable() const
{
    const Stacks now = stacks();
    return now.redo.empty() ? nullptr : m_log.find(now.redo.back().first);
}

bool ReviewSession::undo(const std::string& when)
{
    const Stacks now = stacks();
    if (now.undo.empty())
        return false;
    ReviewEvent event = new_event(ReviewAction::Retract, when);
    event.retracts = now.undo.back();
    add(std::move(event));
    return true;
}

bool ReviewSession::redo(const std::string& when)
{
    const Stacks now = stacks();
    if (now.redo.empty())
        return false;
    ReviewEvent event = new_event(ReviewAction::Retract, when);
    event.retracts = now.redo.back().second;
    add(std::move(event));
    return true;
}

std::string review_time_now()
{
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                       utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

} // namespace strata
