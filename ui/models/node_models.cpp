#include "ui/models/node_models.h"

#include "ui/models/format.h"

#include <algorithm>

namespace strata::ui {

NodeValuesModel::NodeValuesModel(Direction direction, QObject* parent)
    : QAbstractTableModel(parent),
      m_direction(direction)
{}

void NodeValuesModel::setNode(std::shared_ptr<const Inspection> inspection, NodeId node,
                              std::shared_ptr<const ConsumerTable> consumers)
{
    beginResetModel();
    m_inspection = std::move(inspection);
    m_consumers = std::move(consumers);
    m_rows.clear();
    if (m_inspection && m_inspection->model && node < m_inspection->model->nodes.size()) {
        const OnnxNode& item = m_inspection->model->nodes[node];
        const auto& values = m_direction == Direction::Inputs ? item.inputs : item.outputs;
        for (std::size_t slot = 0; slot < values.size(); ++slot)
            if (values[slot] != no_id)
                m_rows.push_back({slot, values[slot]});
    }
    endResetModel();
}

int NodeValuesModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int NodeValuesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

NodeId NodeValuesModel::neighbour(ValueId value) const
{
    if (m_direction == Direction::Inputs)
        return m_inspection->model->values[value].producer;
    if (m_consumers && value < m_consumers->size() && !(*m_consumers)[value].empty())
        return (*m_consumers)[value].front().node;
    return no_id;
}

QString NodeValuesModel::origin(ValueId value) const
{
    const OnnxModel& model = *m_inspection->model;
    const OnnxValue& item = model.values[value];
    if (m_direction == Direction::Inputs) {
        if (item.initializer != no_id)
            return tr("initializer");
        if (item.producer != no_id)
            return tr("from %1").arg(nodeTitle(model, item.producer));
        return tr("graph input");
    }
    const std::size_t uses =
        m_consumers && value < m_consumers->size() ? (*m_consumers)[value].size() : 0;
    QStringList parts;
    if (uses == 1)
        parts += tr("to %1").arg(nodeTitle(model, (*m_consumers)[value].front().node));
    else if (uses > 1)
        parts += tr("to %1 nodes").arg(uses);
    if (item.graph < model.graphs.size()) {
        const auto& outputs = model.graphs[item.graph].outputs;
        if (std::find(outputs.begin(), outputs.end(), value) != outputs.end())
            parts += tr("graph output");
    }
    return parts.isEmpty() ? tr("not used") : parts.join(QStringLiteral(", "));
}

QVariant NodeValuesModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const OnnxModel& model = *m_inspection->model;
    const OnnxValue& value = model.values[row.value];
    if (role == NeighbourRole)
        return neighbour(row.value);
    if (role == InitializerRole)
        return value.initializer != no_id;
    if (role == Qt::ToolTipRole && index.column() != Slot && value.initializer != no_id &&
        value.initializer < model.initializers.size())
        return toQString(model.text(value.name)) + QLatin1Char('\n') +
               tensorText(model.initializers[value.initializer].tensor, 16);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (index.column()) {
    case Slot:
        return QString::number(row.slot);
    case Name:
        return toQString(model.text(value.name));
    case Type:
        return toQString(model.type_text(row.value));
    case Origin:
        return origin(row.value);
    default:
        return {};
    }
}

QVariant NodeValuesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Slot:
        return tr("#");
    case Name:
        return tr("Name");
    case Type:
        return tr("Type");
    case Origin:
        return m_direction == Direction::Inputs ? tr("From") : tr("To");
    default:
        return {};
    }
}

AttributesModel::AttributesModel(QObject* parent) : QAbstractTableModel(parent) {}

void AttributesModel::setNode(std::shared_ptr<const Inspection> inspection, NodeId node)
{
    beginResetModel();
    m_inspection = std::move(inspection);
    m_node = m_inspection && m_inspection->model && node < m_inspection->model->nodes.size()
                 ? node
                 : no_id;
    endResetModel();
}

const std::vector<Attribute>& AttributesModel::attributes() const
{
    static const std::vector<Attribute> none;
    return m_node == no_id ? none : m_inspection->model->nodes[m_node].attributes;
}

int AttributesModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(attributes().size());
}

int AttributesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant AttributesModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Attribute& attribute = attributes()[static_cast<std::size_t>(index.row())];
    const OnnxModel& model = *m_inspection->model;
    if (role == Qt::ToolTipRole)
        return attributeText(model, attribute, 64);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Name:
        return toQString(model.text(attribute.name));
    case Value:
        return attributeText(model, attribute);
    case Kind:
        return attributeKindName(attribute.kind);
    default:
        return {};
    }
}

QVariant AttributesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Name");
    case Value:
        return tr("Value");
    case Kind:
        return tr("Kind");
    default:
        return {};
    }
}

} // namespace strata::ui
