#include "ui/models/module_tree_model.h"

#include "ui/models/format.h"

#include <algorithm>
#include <unordered_set>

namespace strata::ui {

namespace {

/// Elements of the parameters of each module and all below it; a tensor that several modules own
/// counts once per subtree. O(tensors × depth).
std::vector<std::uint64_t> countParameters(const Inspection& inspection)
{
    const ModuleTree& modules = inspection.modules;
    std::vector<std::uint64_t> counts(modules.size(), 0);
    if (!inspection.program)
        return counts;
    const auto& tensors = inspection.program->tensors;
    // An owner adds to itself and its ancestors up to the first one that has counted the tensor.
    std::vector<std::vector<ModuleId>> owners(tensors.size());
    for (ModuleId id = 0; id < modules.size(); ++id)
        for (const ModuleTensor& tensor : modules[id].tensors)
            if (tensor.is_parameter && tensor.tensor < tensors.size())
                owners[tensor.tensor].push_back(id);
    std::unordered_set<ModuleId> counted;
    for (std::size_t tensor = 0; tensor < owners.size(); ++tensor) {
        const auto elements =
            static_cast<std::uint64_t>(std::max<std::int64_t>(0, tensors[tensor].element_count()));
        counted.clear();
        for (ModuleId id : owners[tensor])
            for (; id != no_module && counted.insert(id).second; id = modules[id].parent)
                counts[id] += elements;
    }
    return counts;
}

} // namespace

ModuleTreeModel::ModuleTreeModel(QObject* parent) : QAbstractItemModel(parent) {}

void ModuleTreeModel::setInspection(std::shared_ptr<const Inspection> inspection)
{
    beginResetModel();
    m_inspection = std::move(inspection);
    m_rows.clear();
    m_parameters.clear();
    m_operators.clear();
    if (m_inspection) {
        const ModuleTree& modules = m_inspection->modules;
        m_rows.resize(modules.size(), 0);
        for (ModuleId id = 0; id < modules.size(); ++id) {
            int row = 0;
            for (ModuleId child : modules[id].children)
                m_rows[child] = row++;
        }
        m_parameters = countParameters(*m_inspection);
    }
    endResetModel();
}

const std::vector<StringId>& ModuleTreeModel::operators(ModuleId id) const
{
    if (m_operators.empty()) {
        const ModuleTree& modules = m_inspection->modules;
        m_operators.resize(modules.size());
        const OnnxModel* model = m_inspection->model.get();
        const std::size_t nodes =
            model ? std::min(model->nodes.size(), m_inspection->attribution.size()) : 0;
        for (std::size_t node = 0; node < nodes; ++node) {
            const ModuleId module = m_inspection->attribution[node].module;
            if (module >= modules.size())
                continue;
            auto& found = m_operators[module];
            const StringId op = model->nodes[node].op_type;
            if (std::find(found.begin(), found.end(), op) == found.end())
                found.push_back(op);
        }
    }
    return m_operators[id];
}

QModelIndex ModuleTreeModel::indexOf(ModuleId id, int column) const
{
    if (!m_inspection || id >= m_inspection->modules.size())
        return {};
    return createIndex(m_rows[id], column, static_cast<quintptr>(id));
}

ModuleId ModuleTreeModel::moduleOf(const QModelIndex& index)
{
    return index.isValid() ? index.data(ModuleIdRole).toUInt() : no_module;
}

QModelIndex ModuleTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    if (!parent.isValid())
        return createIndex(0, column, static_cast<quintptr>(root_module));
    const Module& module = m_inspection->modules[static_cast<ModuleId>(parent.internalId())];
    return createIndex(row, column,
                       static_cast<quintptr>(module.children[static_cast<std::size_t>(row)]));
}

QModelIndex ModuleTreeModel::parent(const QModelIndex& child) const
{
    if (!child.isValid() || !m_inspection)
        return {};
    const ModuleId above = m_inspection->modules[static_cast<ModuleId>(child.internalId())].parent;
    return above == no_module ? QModelIndex() : indexOf(above);
}

int ModuleTreeModel::rowCount(const QModelIndex& parent) const
{
    if (!m_inspection || parent.column() > 0)
        return 0;
    if (!parent.isValid())
        return 1;
    return static_cast<int>(
        m_inspection->modules[static_cast<ModuleId>(parent.internalId())].children.size());
}

int ModuleTreeModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

const CoverageFigures* ModuleTreeModel::figures(ModuleId id) const
{
    // The root stands for the whole model: orphans, which belong to no module, count there.
    if (id == root_module && m_inspection->coverage.all.total > 0)
        return &m_inspection->coverage.all;
    const auto& all = m_inspection->coverage.with_descendants;
    return id < all.size() && all[id].total > 0 ? &all[id] : nullptr;
}

QString ModuleTreeModel::display(ModuleId id, int column) const
{
    const Module& module = m_inspection->modules[id];
    const CoverageFigures* nodes = figures(id);
    switch (column) {
    case Name:
        return moduleTitle(m_inspection->modules, id);
    case Class:
        return toQString(module.class_name);
    case Parameters:
        return m_parameters[id] > 0 ? formatShortCount(m_parameters[id]) : QString();
    case Nodes:
        return nodes ? formatCount(nodes->total) : QString();
    case CoverageShare:
        return nodes ? formatShare(nodes->coverage()) : QString();
    case Confidence:
        return nodes ? formatConfidence(nodes->mean_confidence()) : QString();
    default:
        return {};
    }
}

QString ModuleTreeModel::toolTip(ModuleId id) const
{
    const Module& module = m_inspection->modules[id];
    QStringList lines{toQString(m_inspection->modules.tag(id))};
    if (!module.qualified_class.empty())
        lines += tr("Class: %1").arg(toQString(module.qualified_class));
    if (m_parameters[id] > 0)
        lines += tr("Parameters: %1").arg(formatCount(m_parameters[id]));
    if (const CoverageFigures* nodes = figures(id)) {
        lines += tr("ONNX nodes: %1").arg(formatCount(nodes->total));
        if (nodes->orphans > 0)
            lines += tr("Without a module: %1").arg(formatCount(nodes->orphans));
    } else {
        lines += tr("No ONNX node belongs to it");
    }
    if (!module.alias_of.empty())
        lines += tr("The same instance as %1").arg(toQString(module.alias_of));
    if (module.inferred)
        lines += tr("Inferred from names in the file");
    return lines.join(QLatin1Char('\n'));
}

QVariant ModuleTreeModel::sortKey(ModuleId id, int column) const
{
    const CoverageFigures* nodes = figures(id);
    switch (column) {
    case Name:
        return id; // definition order
    case Parameters:
        return static_cast<qulonglong>(m_parameters[id]);
    case Nodes:
        return static_cast<qulonglong>(nodes ? nodes->total : 0);
    case CoverageShare:
        return nodes ? nodes->coverage() : -1.0;
    case Confidence:
        return nodes ? nodes->mean_confidence() : -1.0;
    default:
        return display(id, column);
    }
}

void ModuleTreeModel::setMarks(MarkOf marks)
{
    m_marks = std::move(marks);
}

QVariant ModuleTreeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_inspection)
        return {};
    const auto id = static_cast<ModuleId>(index.internalId());
    const Module& module = m_inspection->modules[id];
    const CoverageFigures* nodes = figures(id);
    switch (role) {
    case Qt::DisplayRole:
        return display(id, index.column());
    case Qt::ToolTipRole: {
        const QString tip = m_marks ? m_marks(id).tip : QString();
        return tip.isEmpty() ? toolTip(id) : toolTip(id) + QLatin1Char('\n') + tip;
    }
    case Qt::DecorationRole: {
        if (index.column() != Name || !m_marks)
            return {};
        const QIcon sign = m_marks(id).icon;
        return sign.isNull() ? QVariant() : QVariant(sign);
    }
    case Qt::TextAlignmentRole:
        return index.column() >= Parameters ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                            : QVariant(Qt::AlignLeading | Qt::AlignVCenter);
    case Qt::AccessibleTextRole:
        return index.column() == Name ? modulePath(m_inspection->modules, id)
                                      : display(id, index.column());
    case ModuleIdRole:
        return id;
    case FqnRole:
        return toQString(module.fqn);
    case ConfidenceRole:
        return nodes ? nodes->mean_confidence() : -1.0;
    case CoverageRole:
        return nodes ? nodes->coverage() : -1.0;
    case NodeCountRole:
        return static_cast<qulonglong>(nodes ? nodes->total : 0);
    case OrphanCountRole:
        return static_cast<qulonglong>(nodes ? nodes->orphans : 0);
    case OperatorsRole: {
        QStringList names;
        for (StringId op : operators(id))
            names += toQString(m_inspection->model->text(op));
        return names;
    }
    case SortRole:
        return sortKey(id, index.column());
    case InferredRole:
        return module.inferred;
    case AliasRole:
        return toQString(module.alias_of);
    default:
        return {};
    }
}

QVariant ModuleTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return section >= Parameters ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                     : QVariant(Qt::AlignLeading | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        switch (section) {
        case Parameters:
            return tr("Elements of the parameters of the module and of all modules in it");
        case Nodes:
            return tr("ONNX nodes of the module and of all modules in it");
        case CoverageShare:
            return tr("Share of these nodes that have a real module path");
        case Confidence:
            return tr("Mean confidence of these nodes");
        default:
            return {};
        }
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Module");
    case Class:
        return tr("Class");
    case Parameters:
        return tr("Params");
    case Nodes:
        return tr("Nodes");
    case CoverageShare:
        return tr("Coverage");
    case Confidence:
        return tr("Conf.");
    default:
        return {};
    }
}

} // namespace strata::ui
