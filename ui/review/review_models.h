// The lists of the review panel: nodes to look at, conflicts, and what was decided.
#pragma once

#include "ui/review/review_controller.h"

#include <QAbstractTableModel>

#include <vector>

namespace strata::ui {

/// Which nodes the queue shows.
enum class QueueFilter { Open, Doubtful, Reviewed, All };

class ReviewQueueModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Status, Name, Operator, ModulePath, Confidence, Reason, NoteColumn, ColumnCount };
    enum Role { NodeIdRole = Qt::UserRole, ReviewedRole };

    explicit ReviewQueueModel(QObject* parent = nullptr);

    /// A view lays out so many rows at once; more come when it is scrolled to their end, or when
    /// one of them is asked for.
    static constexpr int rows_at_once = 20000;
    /// The rows of a filter, in the order of a column (-1: the most doubtful first). For any
    /// thread; empty when cancelled.
    static std::vector<NodeId> rowsOf(const ReviewSnapshot& review, QueueFilter filter, int column,
                                      Qt::SortOrder order, TaskContext& task);
    void setRows(ReviewSnapshotPtr review, std::vector<NodeId> rows);
    /// Shows new decisions in the rows that are there; many rows are not told of one by one, so the
    /// view has to be painted anew.
    void setReview(ReviewSnapshotPtr review);
    /// Also of rows that no view has asked for yet.
    NodeId nodeAt(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    int totalRows() const { return static_cast<int>(m_rows.size()); }
    bool isReviewed(int row) const;
    /// The node's row, which is there for views from now on; -1: not among the rows. Looked up, not
    /// searched.
    int rowOf(NodeId node);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;

private:
    void showAtLeast(int rows);

    ReviewSnapshotPtr m_review;
    std::vector<NodeId> m_rows;
    std::vector<int> m_row_of; ///< by node; -1: none
    int m_shown = 0;           ///< of m_rows, the first are rows of the model
};

class ReviewConflictModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Kind, What, ColumnCount };
    enum Role { NodeIdRole = Qt::UserRole, ModuleIdRole };

    explicit ReviewConflictModel(QObject* parent = nullptr);
    void setReview(ReviewSnapshotPtr review);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    ReviewSnapshotPtr m_review;
};

/// Every event, the newest first; what was undone is muted.
class ReviewHistoryModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { When, Who, Action, What, Why, ColumnCount };

    explicit ReviewHistoryModel(QObject* parent = nullptr);
    void setReview(ReviewSnapshotPtr review);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const ReviewEvent& event(int row) const;
    QString what(const ReviewEvent& event) const;

    ReviewSnapshotPtr m_review;
    std::vector<bool> m_active;
};

} // namespace strata::ui
