#include "ui/models/module_tree_model.h"

#include "ui/jobs/release_later.h"
#include "ui/models/format.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

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
    m_background.cancel();
    releaseLater(std::exchange(m_operators, nullptr));
    releaseLater(std::exchange(m_shown, nullptr));
    m_all_levels.clear();
    if (m_inspection) {
        const ModuleTree& modules = m_inspection->modules;
        m_rows.resize(modules.size(), 0);
        std::vector<std::size_t> depth(modules.size(), 0);
        for (ModuleId id = 0; id < modules.size(); ++id) {
            if (depth[id] >= m_all_levels.size())
                m_all_levels.resize(depth[id] + 1);
            ++m_all_levels[depth[id]];
            int row = 0;
            for (ModuleId child : modules[id].children) {
                m_rows[child] = row++;
                depth[child] = depth[id] + 1;
            }
        }
        m_parameters = countParameters(*m_inspection);
    }
    m_levels = m_all_levels;
    endResetModel();
    // The next model is filtered by the same words, but not by the nodes of the one before.
    const ModuleFilter filter = std::exchange(m_filter, {});
    setFilter({filter.text, nullptr});
}

void ModuleTreeModel::setFilter(const ModuleFilter& filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    m_background.cancel();
    if (!m_inspection)
        return;
    if (m_filter.isEmpty())
        return arrange(nullptr);
    // A change of a small tree is seen before the next event.
    constexpr std::size_t few = 2000;
    if (m_inspection->modules.size() <= few &&
        (!m_inspection->model || m_inspection->model->nodes.size() <= few)) {
        TaskContext task;
        if (!m_operators)
            m_operators = std::make_shared<const ModuleOperators>(moduleOperators(*m_inspection));
        if (auto shown = shownModules(*m_inspection, m_filter, *m_operators, task))
            arrange(*shown);
        return;
    }
    m_background.run([this, inspection = m_inspection, wanted = m_filter,
                      known = m_operators](TaskContext& task) -> Background::Answer {
        const auto operators =
            known ? known : std::make_shared<const ModuleOperators>(moduleOperators(*inspection));
        auto shown = shownModules(*inspection, wanted, *operators, task);
        if (!shown)
            return {};
        return [this, operators, rows = std::move(*shown)] {
            m_operators = operators;
            arrange(rows);
        };
    });
}

void ModuleTreeModel::arrange(const ShownModulesPtr& shown)
{
    beginResetModel();
    m_shown = shown;
    m_levels = shown ? shown->levels : m_all_levels;
    endResetModel();
    Q_EMIT arranged();
}

QModelIndex ModuleTreeModel::indexOf(ModuleId id, int column) const
{
    if (!m_inspection || id >= m_inspection->modules.size())
        return {};
    const int row = m_shown ? m_shown->row[id] : m_rows[id];
    if (row < 0)
        return {};
    return createIndex(row, column, static_cast<quintptr>(id));
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
    const auto above = static_cast<ModuleId>(parent.internalId());
    const auto at = static_cast<std::size_t>(row);
    return createIndex(row, column,
                       static_cast<quintptr>(m_shown ? m_shown->children[m_shown->first[above] + at]
                                                     : m_inspection->modules[above].children[at]));
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
        return !m_shown || m_shown->row[root_module] >= 0 ? 1 : 0;
    const auto id = static_cast<ModuleId>(parent.internalId());
    return static_cast<int>(m_shown ? m_shown->first[id + 1] - m_shown->first[id]
                                    : m_inspection->modules[id].children.size());
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
