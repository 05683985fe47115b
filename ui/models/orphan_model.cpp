#include "ui/models/orphan_model.h"

#include "ui/models/format.h"

#include <algorithm>

namespace strata::ui {

OrphanModel::OrphanModel(QObject* parent) : QAbstractTableModel(parent) {}

void OrphanModel::setInspection(std::shared_ptr<const Inspection> inspection)
{
    beginResetModel();
    m_inspection = std::move(inspection);
    m_nodes.clear();
    if (m_inspection && m_inspection->model) {
        const std::size_t count =
            std::min(m_inspection->model->nodes.size(), m_inspection->attribution.size());
        for (std::size_t node = 0; node < count; ++node)
            if (m_inspection->attribution[node].synthetic)
                m_nodes.push_back(static_cast<NodeId>(node));
    }
    endResetModel();
}

int OrphanModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_nodes.size());
}

int OrphanModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant OrphanModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const NodeId id = m_nodes[static_cast<std::size_t>(index.row())];
    const OnnxModel& model = *m_inspection->model;
    if (role == NodeIdRole)
        return id;
    // A graph path takes time linear in the graph; sorting by it is sorting by file order.
    if (role == SortRole && index.column() == GraphPath)
        return id;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != SortRole)
        return {};
    switch (index.column()) {
    case Name:
        return nodeTitle(model, id);
    case Operator:
        return toQString(model.text(model.nodes[id].op_type));
    case SyntheticPath:
        return toQString(m_inspection->attribution[id].synthetic_path);
    case GraphPath:
        return toQString(model.node_path(id));
    default:
        return {};
    }
}

QVariant OrphanModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Node");
    case Operator:
        return tr("Operator");
    case SyntheticPath:
        return tr("Made-up path");
    case GraphPath:
        return tr("Place in the file");
    default:
        return {};
    }
}

} // namespace strata::ui
