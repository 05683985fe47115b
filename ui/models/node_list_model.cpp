#include "ui/models/node_list_model.h"

#include "ui/models/format.h"

#include <algorithm>

namespace strata::ui {

NodeListModel::NodeListModel(QObject* parent) : QAbstractTableModel(parent) {}

void NodeListModel::setInspection(std::shared_ptr<const Inspection> inspection,
                                  const Condition& condition)
{
    beginResetModel();
    m_inspection = std::move(inspection);
    m_nodes.clear();
    if (m_inspection && m_inspection->model && condition) {
        const OnnxModel& model = *m_inspection->model;
        const std::size_t count = std::min(model.nodes.size(), m_inspection->attribution.size());
        for (std::size_t id = 0; id < count; ++id)
            if (condition(model.nodes[id], m_inspection->attribution[id]))
                m_nodes.push_back(static_cast<NodeId>(id));
    }
    endResetModel();
}

void NodeListModel::setNodes(std::shared_ptr<const Inspection> inspection,
                             std::vector<NodeId> nodes)
{
    beginResetModel();
    m_inspection = std::move(inspection);
    m_nodes = std::move(nodes);
    const std::size_t count =
        m_inspection && m_inspection->model
            ? std::min(m_inspection->model->nodes.size(), m_inspection->attribution.size())
            : 0;
    std::erase_if(m_nodes, [&](NodeId id) { return id >= count; });
    endResetModel();
}

int NodeListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_nodes.size());
}

int NodeListModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant NodeListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const NodeId id = m_nodes[static_cast<std::size_t>(index.row())];
    const NodeAttribution& attribution = m_inspection->attribution[id];
    const OnnxModel& model = *m_inspection->model;
    if (role == NodeIdRole)
        return id;
    if (role == SortRole && index.column() == Confidence)
        return attribution.confidence;
    if (role == SortRole && index.column() == EvidenceColumn)
        return static_cast<int>(attribution.kind);
    if (role == Qt::TextAlignmentRole && index.column() == Confidence)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != SortRole)
        return {};
    switch (index.column()) {
    case Name:
        return nodeTitle(model, id);
    case Operator:
        return toQString(model.text(model.nodes[id].op_type));
    case ModulePath:
        return attribution.module < m_inspection->modules.size()
                   ? modulePath(m_inspection->modules, attribution.module)
                   : toQString(attribution.synthetic_path);
    case Confidence:
        return formatConfidence(attribution.confidence);
    case EvidenceColumn:
        return evidenceName(attribution.kind);
    default:
        return {};
    }
}

QVariant NodeListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Node");
    case Operator:
        return tr("Operator");
    case ModulePath:
        return tr("Module");
    case Confidence:
        return tr("Confidence");
    case EvidenceColumn:
        return tr("Evidence");
    default:
        return {};
    }
}

} // namespace strata::ui
