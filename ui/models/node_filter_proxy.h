// Rows about nodes of which only those that pass a filter are shown.
#pragma once

#include "ui/models/node_filter.h"

#include <QSortFilterProxyModel>

namespace strata::ui {

/// For tables whose rows give their node under one role.
class NodeFilterProxy : public QSortFilterProxyModel {
    Q_OBJECT
public:
    NodeFilterProxy(int node_role, QObject* parent = nullptr)
        : QSortFilterProxyModel(parent),
          m_node_role(node_role)
    {}

    /// Null shows every row.
    void setKept(FilteredNodesPtr kept)
    {
        m_kept = std::move(kept);
        invalidateFilter();
    }
    bool isFiltered() const { return m_kept != nullptr; }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override
    {
        if (!m_kept)
            return true;
        const auto node = sourceModel()->index(row, 0, parent).data(m_node_role).toUInt();
        return node < m_kept->nodes.size() && m_kept->nodes[node];
    }

private:
    int m_node_role;
    FilteredNodesPtr m_kept;
};

} // namespace strata::ui
