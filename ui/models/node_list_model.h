// Nodes chosen by a condition: what a click on a bar of the coverage panel lists.
#pragma once

#include "ui/models/node_table_model.h"

namespace strata::ui {

class NodeListModel : public NodeTableModel {
    Q_OBJECT
public:
    enum Column { Name, Operator, ModulePath, Confidence, EvidenceColumn, ColumnCount };
    /// Asked by a worker: it must not touch what belongs to the window.
    using Condition = std::function<bool(const OnnxNode&, const NodeAttribution&)>;

    explicit NodeListModel(QObject* parent = nullptr);

    /// Without a condition the list is empty.
    void setInspection(std::shared_ptr<const Inspection> inspection, const Condition& condition);

    /// Exactly these nodes, in this order; ids that the model does not have are left out.
    void setNodes(std::shared_ptr<const Inspection> inspection, std::vector<NodeId> nodes);

    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

} // namespace strata::ui
