#include "ui/models/node_list_model.h"

#include "ui/models/format.h"

#include <algorithm>

namespace strata::ui {

namespace {

QString textOf(const Inspection& inspection, NodeId id, int column)
{
    const NodeAttribution& attribution = inspection.attribution[id];
    const OnnxModel& model = *inspection.model;
    switch (column) {
    case NodeListModel::Name:
        return nodeTitle(model, id);
    case NodeListModel::Operator:
        return toQString(model.text(model.nodes[id].op_type));
    case NodeListModel::ModulePath:
        return attribution.module < inspection.modules.size()
                   ? modulePath(inspection.modules, attribution.module)
                   : toQString(attribution.synthetic_path);
    case NodeListModel::Confidence:
        return formatConfidence(attribution.confidence);
    case NodeListModel::EvidenceColumn:
        return evidenceName(attribution.kind);
    default:
        return {};
    }
}

} // namespace

NodeListModel::NodeListModel(QObject* parent)
    : NodeTableModel(
          [](const Inspection& inspection, NodeId id, int column) -> SortKey {
              const NodeAttribution& attribution = inspection.attribution[id];
              if (column == Confidence)
                  return {attribution.confidence, {}};
              if (column == EvidenceColumn)
                  return {static_cast<double>(attribution.kind), {}};
              return {0.0, textOf(inspection, id, column)};
          },
          parent)
{}

void NodeListModel::setInspection(std::shared_ptr<const Inspection> inspection,
                                  const Condition& condition)
{
    if (!condition)
        return setSource(std::move(inspection), {});
    setSource(
        std::move(inspection),
        [condition](const Inspection& from, TaskContext& task) -> Result<std::vector<NodeId>> {
            std::vector<NodeId> nodes;
            const std::size_t count =
                from.model ? std::min(from.model->nodes.size(), from.attribution.size()) : 0;
            for (std::size_t id = 0; id < count; ++id) {
                if (id % 4096 == 0)
                    STRATA_CHECK(task.poll());
                if (condition(from.model->nodes[id], from.attribution[id]))
                    nodes.push_back(static_cast<NodeId>(id));
            }
            return nodes;
        });
}

void NodeListModel::setNodes(std::shared_ptr<const Inspection> inspection,
                             std::vector<NodeId> nodes)
{
    setSource(
        std::move(inspection),
        [found = std::make_shared<const std::vector<NodeId>>(std::move(nodes))](
            const Inspection&, TaskContext&) -> Result<std::vector<NodeId>> { return *found; });
}

int NodeListModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant NodeListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const NodeId id = nodeAt(index.row());
    if (role == NodeIdRole)
        return id;
    if (role == Qt::TextAlignmentRole && index.column() == Confidence)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    return textOf(inspection(), id, index.column());
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
