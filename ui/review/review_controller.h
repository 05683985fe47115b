// The window's side of a review: commands go to a worker one after the other, every change comes
// back as a snapshot and is saved at once.
#pragma once

#include "query/match_query.h"
#include "review/review_session.h"
#include "ui/jobs/job.h"

#include <QObject>
#include <QThreadPool>

#include <memory>
#include <vector>

namespace strata::ui {

/// What undo or redo would do.
struct ReviewStep {
    ReviewAction action = ReviewAction::Accept;
    std::size_t targets = 0; ///< 0: nothing to undo
};

/// Immutable; views keep the one they show.
struct ReviewSnapshot {
    InspectionPtr inspection;
    std::shared_ptr<const ReviewLog> log;
    ReviewOverlay overlay;
    std::vector<NodeId> queue;           ///< review_queue()
    std::uint64_t queue_reviewed = 0;    ///< of these
    std::vector<std::uint64_t> reviewed; ///< nodes per module, with descendants
    ReviewStep undo;
    ReviewStep redo;
};
using ReviewSnapshotPtr = std::shared_ptr<const ReviewSnapshot>;

/// Reviewed from this confidence on only when somebody wants to.
inline constexpr double review_threshold = 0.9;

class ReviewController : public QObject {
    Q_OBJECT
public:
    explicit ReviewController(QObject* parent = nullptr);
    /// Waits until the last decision is on disk.
    ~ReviewController() override;

    /// Loads what has been decided of this model, in the background. Null ends the review.
    void setInspection(const InspectionPtr& inspection);
    /// Null until the review of the opened model is ready.
    const ReviewSnapshotPtr& snapshot() const { return m_snapshot; }
    /// MODEL.review.json; empty without a model.
    QString file() const { return m_file; }
    bool isBusy() const { return m_waiting > 0; }

    void decide(const ReviewCommand& command);
    void undo();
    void redo();
    /// Unites another reviewer's file with this review.
    void mergeFile(const QString& path);
    /// Writes what has been decided beside another file of the same model (an export).
    void copyTo(const QString& model);

    /// Who decides: as set, else the name of the user's account.
    static QString author();
    static void setAuthor(const QString& name);

    /// For QueryMatcher; usable in any thread.
    ReviewLookup lookup() const;

Q_SIGNALS:
    /// There is a new snapshot, or none any more.
    void changed();
    /// A file cannot be read or written; for people.
    void failed(const QString& message);
    /// What mergeFile() brought.
    void merged(const QString& file, int decisions, int conflicts);

private:
    struct State;
    using Work = std::function<void(State&)>;
    void post(Work work, bool save = true);

    QThreadPool m_pool; ///< one thread: commands keep their order
    std::shared_ptr<State> m_state;
    ReviewSnapshotPtr m_snapshot;
    QString m_file;
    int m_waiting = 0;
};

} // namespace strata::ui
