// Lists of nodes that are found, filtered and sorted by a worker.
#pragma once

#include "ui/jobs/background.h"
#include "ui/models/node_filter.h"

#include <QAbstractTableModel>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace strata::ui {

/// The rows of small models are there at once, those of large ones follow with rowsChanged().
/// Selected rows stay selected when the same rows are sorted otherwise.
class NodeTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role { NodeIdRole = Qt::UserRole };
    /// Laying out more would keep the window from answering, and nobody reads as many.
    static constexpr std::size_t most_rows = 20000;

    /// Only nodes that pass are shown; null: all.
    void setKept(FilteredNodesPtr kept);
    /// By a column; -1 is the order in which they were found.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

    /// Of all nodes of the list, whether they are shown or not.
    std::size_t total() const { return m_total; }
    /// The first most_rows of those that pass the filter.
    const std::vector<NodeId>& nodes() const { return m_rows; }
    bool isReady() const { return !m_background.isRunning(); }
    /// -1 when it is not shown.
    int rowOf(NodeId node) const;

    int rowCount(const QModelIndex& parent = {}) const override;

Q_SIGNALS:
    void rowsChanged();

protected:
    /// Numbers go before texts; compared in this order.
    using SortKey = std::pair<double, QString>;
    /// These two run in the worker: they must not touch the model.
    using Source = std::function<Result<std::vector<NodeId>>(const Inspection&, TaskContext&)>;
    using KeyOf = SortKey (*)(const Inspection&, NodeId, int column);

    NodeTableModel(KeyOf key_of, QObject* parent);
    /// Ids that the model does not have are left out.
    void setSource(std::shared_ptr<const Inspection> inspection, Source source);
    const Inspection& inspection() const { return *m_inspection; }
    NodeId nodeAt(int row) const { return m_rows[static_cast<std::size_t>(row)]; }

private:
    using Nodes = std::shared_ptr<const std::vector<NodeId>>;
    struct Found {
        Nodes all; ///< in the order in which they were found
        std::vector<NodeId> rows;
    };
    void refresh(bool same_rows);
    void accept(Found found, bool same_rows);

    KeyOf m_key_of;
    std::shared_ptr<const Inspection> m_inspection;
    Source m_source;
    Nodes m_all; ///< what the source found; null: not yet asked
    FilteredNodesPtr m_kept;
    int m_column = -1;
    Qt::SortOrder m_order = Qt::AscendingOrder;
    std::vector<NodeId> m_rows;
    std::size_t m_total = 0;
    Background m_background;
};

} // namespace strata::ui
