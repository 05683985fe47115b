#include "ui/models/node_pair_model.h"

#include "ui/models/format.h"

#include <QFont>

#include <map>

namespace strata::ui {

namespace {

/// What is told of one node; the keys order the rows.
using Facts = std::map<std::pair<int, QString>, QString>;

QString typesOf(const OnnxModel& model, const std::vector<ValueId>& values)
{
    QStringList types;
    for (const ValueId value : values)
        types += value == no_id ? QStringLiteral("–") : toQString(model.type_text(value));
    return types.join(QLatin1Char('\n'));
}

Facts factsOf(const Inspection& inspection, NodeId id)
{
    const OnnxModel& model = *inspection.model;
    const OnnxNode& node = model.nodes[id];
    Facts facts;
    facts[{0, NodePairModel::tr("Operator")}] = toQString(model.text(node.op_type));
    facts[{1, NodePairModel::tr("Name")}] = toQString(model.text(node.name));
    if (id < inspection.attribution.size()) {
        const NodeAttribution& found = inspection.attribution[id];
        facts[{2, NodePairModel::tr("Module")}] =
            found.synthetic ? toQString(found.synthetic_path)
                            : modulePath(inspection.modules, found.module);
        facts[{3, NodePairModel::tr("Confidence")}] = QStringLiteral("%1 · %2").arg(
            formatConfidence(found.confidence), evidenceName(found.kind));
    }
    facts[{4, NodePairModel::tr("Inputs")}] = typesOf(model, node.inputs);
    facts[{5, NodePairModel::tr("Outputs")}] = typesOf(model, node.outputs);
    for (const Attribute& attribute : node.attributes)
        facts[{6, toQString(model.text(attribute.name))}] = attributeText(model, attribute);
    return facts;
}

} // namespace

void NodePairModel::setNodes(const Inspection* a, NodeId node_a, const Inspection* b, NodeId node_b)
{
    beginResetModel();
    m_rows.clear();
    const auto facts = [](const Inspection* side, NodeId node) {
        return side && side->model && node < side->model->nodes.size() ? factsOf(*side, node)
                                                                       : Facts{};
    };
    const Facts first = facts(a, node_a);
    const Facts second = facts(b, node_b);
    std::map<std::pair<int, QString>, Row> rows;
    for (const auto& [key, value] : first)
        rows[key].first = value;
    for (const auto& [key, value] : second)
        rows[key].second = value;
    for (auto& [key, row] : rows) {
        row.property = key.second;
        row.differs = !first.empty() && !second.empty() && row.first != row.second;
        m_rows.push_back(std::move(row));
    }
    endResetModel();
}

int NodePairModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int NodePairModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant NodePairModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return index.column() == Property ? row.property
               : index.column() == First  ? row.first
                                          : row.second;
    case Qt::FontRole:
        if (row.differs) {
            QFont font;
            font.setWeight(QFont::DemiBold);
            return font;
        }
        return {};
    case Qt::AccessibleTextRole:
        return row.differs ? tr("%1 differs").arg(row.property) : QVariant();
    case DiffersRole:
        return row.differs;
    default:
        return {};
    }
}

QVariant NodePairModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == Property ? tr("Selected node")
           : section == First  ? tr("First")
                               : tr("Second");
}

} // namespace strata::ui
