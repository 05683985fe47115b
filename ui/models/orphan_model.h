// The nodes for which no module is known.
#pragma once

#include "ui/models/node_table_model.h"

namespace strata::ui {

class OrphanModel : public NodeTableModel {
    Q_OBJECT
public:
    enum Column { Name, Operator, SyntheticPath, GraphPath, ColumnCount };

    explicit OrphanModel(QObject* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);

    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

} // namespace strata::ui
