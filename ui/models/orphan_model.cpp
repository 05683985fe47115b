#include "ui/models/orphan_model.h"

#include "ui/models/format.h"

#include <algorithm>

namespace strata::ui {

namespace {

QString textOf(const Inspection& inspection, NodeId id, int column)
{
    const OnnxModel& model = *inspection.model;
    switch (column) {
    case OrphanModel::Name:
        return nodeTitle(model, id);
    case OrphanModel::Operator:
        return toQString(model.text(model.nodes[id].op_type));
    case OrphanModel::SyntheticPath:
        return toQString(inspection.attribution[id].synthetic_path);
    case OrphanModel::GraphPath:
        return toQString(model.node_path(id));
    default:
        return {};
    }
}

} // namespace

OrphanModel::OrphanModel(QObject* parent)
    : NodeTableModel(
          [](const Inspection& inspection, NodeId id, int column) -> SortKey {
              // A graph path takes time linear in the graph; sorting by it is sorting by file
              // order.
              if (column == GraphPath)
                  return {static_cast<double>(id), {}};
              return {0.0, textOf(inspection, id, column)};
          },
          parent)
{}

void OrphanModel::setInspection(std::shared_ptr<const Inspection> inspection)
{
    setSource(std::move(inspection),
              [](const Inspection& from, TaskContext&) -> Result<std::vector<NodeId>> {
                  std::vector<NodeId> nodes;
                  for (std::size_t node = 0; node < from.attribution.size(); ++node)
                      if (from.attribution[node].synthetic)
                          nodes.push_back(static_cast<NodeId>(node));
                  return nodes;
              });
}

int OrphanModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant OrphanModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const NodeId id = nodeAt(index.row());
    if (role == NodeIdRole)
        return id;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    return textOf(inspection(), id, index.column());
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
