// The nodes for which no module is known.
#pragma once

#include "ir/inspection.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace strata::ui {

class OrphanModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Operator, SyntheticPath, GraphPath, ColumnCount };
    enum Role { NodeIdRole = Qt::UserRole, SortRole };

    explicit OrphanModel(QObject* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    /// In file order.
    const std::vector<NodeId>& nodes() const { return m_nodes; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::shared_ptr<const Inspection> m_inspection;
    std::vector<NodeId> m_nodes;
};

} // namespace strata::ui
