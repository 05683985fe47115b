#include "ui/review/review_controller.h"

#include "review/review_file.h"
#include "ui/jobs/release_later.h"
#include "ui/models/format.h"

#include <QSettings>

#include <atomic>
#include <optional>
#include <pwd.h>
#include <unistd.h>

namespace strata::ui {

namespace {

const QString author_key = QStringLiteral("review/author");

QString accountName()
{
    const passwd* account = ::getpwuid(::getuid());
    if (account == nullptr)
        return qEnvironmentVariable("USER");
    // The first part of the comment is the full name, by convention.
    const QString full =
        QString::fromLocal8Bit(account->pw_gecos).section(QLatin1Char(','), 0, 0).trimmed();
    return full.isEmpty() ? QString::fromLocal8Bit(account->pw_name) : full;
}

} // namespace

/// Belongs to the worker, but for what is atomic.
struct ReviewController::State {
    InspectionPtr inspection;
    std::filesystem::path file;
    std::string author;
    std::shared_ptr<const NodeIdentities> identities;
    std::optional<ReviewSession> session;
    std::vector<NodeId> queue;
    QString problem;                               ///< to be told
    bool told_problem = false;                     ///< not with every decision
    bool changed = false;                          ///< since the last save
    std::function<void(ReviewController&)> answer; ///< beside the snapshot
    std::atomic<int> waiting{0};
    std::stop_source stop;

    /// False when the model was closed meanwhile.
    bool prepare()
    {
        if (session)
            return true;
        TaskContext task(stop.get_token());
        auto made = NodeIdentities::of(*inspection->model, task);
        if (!made)
            return false;
        identities = std::make_shared<const NodeIdentities>(std::move(*made));
        ReviewLog log;
        if (auto loaded = load_review(file))
            log = std::move(*loaded);
        else
            problem = toQString(loaded.error().text());
        session.emplace(inspection, identities, std::move(log), author);
        queue = review_queue(*inspection, review_threshold);
        return true;
    }

    void save()
    {
        changed = false;
        auto all = sync_review(session->log(), file);
        if (!all) {
            if (!told_problem)
                problem = ReviewController::tr("The review could not be saved. %1")
                              .arg(toQString(all.error().text()));
            told_problem = true;
            return;
        }
        told_problem = false;
        session->unite(*all); // another window may have written, too
    }

    ReviewSnapshotPtr snapshot()
    {
        TaskContext task(stop.get_token());
        auto overlay = session->overlay(task);
        if (!overlay)
            return nullptr;
        auto result = std::make_shared<ReviewSnapshot>();
        result->inspection = inspection;
        result->log = std::make_shared<const ReviewLog>(session->log());
        result->overlay = std::move(*overlay);
        result->queue = queue;
        for (const NodeId node : queue)
            if (node < result->overlay.nodes.size() && result->overlay.nodes[node].reviewed())
                ++result->queue_reviewed;
        const ModuleTree& modules = inspection->modules;
        result->reviewed.resize(modules.size(), 0);
        for (NodeId node = 0; node < result->overlay.nodes.size(); ++node) {
            const NodeAttribution& machine = inspection->attribution[node];
            if (result->overlay.nodes[node].reviewed() && machine.module < modules.size())
                ++result->reviewed[machine.module];
        }
        for (ModuleId id = static_cast<ModuleId>(modules.size()); id-- > 1;)
            if (const ModuleId parent = modules[id].parent; parent < id)
                result->reviewed[parent] += result->reviewed[id];
        if (const ReviewEvent* event = session->undoable())
            result->undo = {event->action, event->targets.size()};
        if (const ReviewEvent* event = session->redoable())
            result->redo = {event->action, event->targets.size()};
        return result;
    }
};

ReviewController::ReviewController(QObject* parent) : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
}

ReviewController::~ReviewController()
{
    if (m_state)
        m_state->stop.request_stop();
    m_pool.waitForDone();
}

void ReviewController::setInspection(const InspectionPtr& inspection)
{
    if (m_state)
        m_state->stop.request_stop(); // what was decided is saved all the same
    releaseLater(std::exchange(m_state, nullptr));
    m_waiting = 0;
    m_file.clear();
    const bool had = m_snapshot != nullptr;
    releaseLater(std::exchange(m_snapshot, nullptr));
    if (inspection && inspection->model) {
        m_state = std::make_shared<State>();
        m_state->inspection = inspection;
        m_state->file =
            review_path(inspection->model_path.empty() ? inspection->path : inspection->model_path);
        m_state->author = author().toStdString();
        m_file = QString::fromStdString(m_state->file.string());
        post({}, false);
    }
    if (had)
        Q_EMIT changed();
}

void ReviewController::post(Work work, bool save)
{
    if (!m_state)
        return;
    ++m_waiting;
    ++m_state->waiting;
    m_pool.start([this, state = m_state, work = std::move(work), save] {
        ReviewSnapshotPtr snapshot;
        if (state->prepare()) {
            if (work)
                work(*state);
            state->changed = state->changed || save;
            // Of decisions in quick succession the last one saves for all.
            const bool last = --state->waiting == 0;
            if (last && state->changed)
                state->save();
            snapshot = state->snapshot();
        } else {
            --state->waiting;
        }
        QMetaObject::invokeMethod(
            this,
            [this, state, snapshot, problem = std::exchange(state->problem, {}),
             answer = std::exchange(state->answer, {})] {
                if (!problem.isEmpty())
                    Q_EMIT failed(problem);
                if (state != m_state)
                    return;
                --m_waiting;
                if (snapshot)
                    releaseLater(std::exchange(m_snapshot, snapshot));
                if (answer)
                    answer(*this);
                Q_EMIT changed();
            },
            Qt::QueuedConnection);
    });
}

void ReviewController::decide(const ReviewCommand& command)
{
    post([command](State& state) {
        if (const Status status = state.session->decide(command, review_time_now()); !status)
            state.problem = toQString(status.error().text());
    });
}

void ReviewController::undo()
{
    post([](State& state) { state.session->undo(review_time_now()); });
}

void ReviewController::redo()
{
    post([](State& state) { state.session->redo(review_time_now()); });
}

void ReviewController::mergeFile(const QString& path)
{
    post([path](State& state) {
        auto other = load_review(path.toStdString());
        if (!other) {
            state.problem = toQString(other.error().text());
            return;
        }
        const std::size_t before = state.session->log().events().size();
        state.session->unite(*other);
        const int added = static_cast<int>(state.session->log().events().size() - before);
        TaskContext task(state.stop.get_token());
        const auto overlay = state.session->overlay(task);
        const int conflicts = overlay ? static_cast<int>(overlay->conflicts.size()) : 0;
        state.answer = [path, added, conflicts](ReviewController& controller) {
            Q_EMIT controller.merged(path, added, conflicts);
        };
    });
}

void ReviewController::copyTo(const QString& model)
{
    post(
        [target = review_path(model.toStdString())](State& state) {
            if (state.session->log().empty() || target == state.file)
                return;
            if (const auto all = sync_review(state.session->log(), target); !all)
                state.problem = tr("The review could not be saved beside the exported file. %1")
                                    .arg(toQString(all.error().text()));
        },
        false);
}

QString ReviewController::author()
{
    const QString own = QSettings().value(author_key).toString().trimmed();
    return own.isEmpty() ? accountName() : own;
}

void ReviewController::setAuthor(const QString& name)
{
    QSettings().setValue(author_key, name.trimmed());
}

ReviewLookup ReviewController::lookup() const
{
    if (!m_snapshot)
        return {};
    return [snapshot = m_snapshot](NodeId node) {
        ReviewState state;
        const ReviewOverlay& overlay = snapshot->overlay;
        if (node < overlay.nodes.size())
            state.reviewed = overlay.nodes[node].reviewed();
        if (const auto note = overlay.node_notes.find(node); note != overlay.node_notes.end())
            state.note = note->second;
        return state;
    };
}

} // namespace strata::ui
