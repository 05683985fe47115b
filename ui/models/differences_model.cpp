#include "ui/models/differences_model.h"

#include "ui/models/format.h"

#include <algorithm>
#include <map>

namespace strata::ui {

namespace {

QString whatName(std::string_view what)
{
    if (what == "node")
        return DifferencesModel::tr("Node");
    if (what == "initializer")
        return DifferencesModel::tr("Weight");
    if (what == "input")
        return DifferencesModel::tr("Input");
    if (what == "output")
        return DifferencesModel::tr("Output");
    if (what == "modules")
        return DifferencesModel::tr("Modules");
    if (what == "opset")
        return DifferencesModel::tr("Operator set");
    return toQString(what);
}

QString moduleOf(const Inspection& side, NodeId node)
{
    const NodeAttribution& found = side.attribution[node];
    return found.synthetic ? toQString(found.synthetic_path)
                           : modulePath(side.modules, found.module);
}

} // namespace

NodeId Comparison::partnerOf(bool of_a, NodeId node) const
{
    const std::vector<NodeId>& partners = of_a ? found.pairs.b_of : found.pairs.a_of;
    if (node >= partners.size())
        return no_id;
    if (partners[node] != no_id)
        return partners[node];
    const std::vector<NodeId>& merged = of_a ? found.pairs.fused_into : found.pairs.split_from;
    return node < merged.size() ? merged[node] : no_id;
}

namespace {

/// Modules of `from` and those of `to` that their nodes correspond to, most of them. What has no
/// nodes of its own follows its children.
std::vector<ModuleId> partnersOfModules(const Inspection& from, const Inspection& to,
                                        const std::vector<NodeId>& partners)
{
    std::vector<std::map<ModuleId, std::size_t>> votes(from.modules.size());
    for (NodeId node = 0; node < partners.size(); ++node) {
        const ModuleId module = from.attribution[node].module;
        if (partners[node] == no_id || module == no_module)
            continue;
        if (const ModuleId there = to.attribution[partners[node]].module; there != no_module)
            ++votes[module][there];
    }
    std::vector<ModuleId> result(from.modules.size(), no_module);
    for (ModuleId module = static_cast<ModuleId>(from.modules.size()); module-- > 0;) {
        if (const auto same = to.modules.find(from.modules[module].fqn))
            result[module] = *same;
        else if (!votes[module].empty())
            result[module] =
                std::max_element(votes[module].begin(), votes[module].end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; })
                    ->first;
        const ModuleId parent = from.modules[module].parent;
        if (parent != no_module && result[module] != no_module && votes[parent].size() < 16)
            if (const ModuleId above = to.modules[result[module]].parent; above != no_module)
                ++votes[parent][above];
    }
    return result;
}

} // namespace

ModuleId Comparison::moduleThere(bool of_a, ModuleId module) const
{
    const std::vector<ModuleId>& partners = of_a ? modules_b_of : modules_a_of;
    return module < partners.size() ? partners[module] : no_module;
}

DifferenceClass differenceClass(const ModelDifference& difference)
{
    if (difference.change == "added")
        return DifferenceClass::Added;
    if (difference.change == "removed")
        return DifferenceClass::Removed;
    if (difference.change == "fused")
        return DifferenceClass::Fused;
    if (difference.change == "same")
        return DifferenceClass::Same;
    return DifferenceClass::Changed;
}

QString differenceName(DifferenceClass difference)
{
    switch (difference) {
    case DifferenceClass::Added:
        return DifferencesModel::tr("Added");
    case DifferenceClass::Removed:
        return DifferencesModel::tr("Removed");
    case DifferenceClass::Changed:
        return DifferencesModel::tr("Changed");
    case DifferenceClass::Fused:
        return DifferencesModel::tr("Fused");
    case DifferenceClass::Same:
        break;
    }
    return DifferencesModel::tr("Same");
}

std::shared_ptr<const Comparison> makeComparison(std::shared_ptr<const Inspection> a,
                                                 std::shared_ptr<const Inspection> b,
                                                 ModelComparison found)
{
    auto result = std::make_shared<Comparison>();
    auto classes_a = std::make_shared<std::vector<DifferenceClass>>(a->model->nodes.size(),
                                                                    DifferenceClass::Same);
    auto classes_b = std::make_shared<std::vector<DifferenceClass>>(b->model->nodes.size(),
                                                                    DifferenceClass::Same);
    for (const ModelDifference& difference : found.differences) {
        const DifferenceClass found_class = differenceClass(difference);
        if (found_class == DifferenceClass::Same)
            continue;
        if (difference.node_a < classes_a->size())
            (*classes_a)[difference.node_a] = found_class;
        // What took in another node's work is marked as that, unless it differs itself.
        if (difference.node_b < classes_b->size() &&
            (found_class != DifferenceClass::Fused ||
             (*classes_b)[difference.node_b] == DifferenceClass::Same))
            (*classes_b)[difference.node_b] = found_class;
    }
    result->modules_b_of = partnersOfModules(*a, *b, found.pairs.b_of);
    result->modules_a_of = partnersOfModules(*b, *a, found.pairs.a_of);
    result->a = std::move(a);
    result->b = std::move(b);
    result->found = std::move(found);
    result->classes_a = std::move(classes_a);
    result->classes_b = std::move(classes_b);
    return result;
}

void DifferencesModel::setComparison(std::shared_ptr<const Comparison> comparison)
{
    beginResetModel();
    m_comparison = std::move(comparison);
    m_counts = {};
    if (m_comparison)
        for (const ModelDifference& difference : m_comparison->found.differences)
            ++m_counts[static_cast<std::size_t>(differenceClass(difference))];
    endResetModel();
}

int DifferencesModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_comparison
               ? 0
               : static_cast<int>(m_comparison->found.differences.size());
}

int DifferencesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DifferencesModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ModelDifference& row =
        m_comparison->found.differences[static_cast<std::size_t>(index.row())];
    switch (role) {
    case ClassRole:
        return static_cast<int>(differenceClass(row));
    case NodeARole:
        return row.node_a;
    case NodeBRole:
        return row.node_b;
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case SortRole:
        break;
    default:
        return {};
    }
    switch (static_cast<Column>(index.column())) {
    case Change:
        if (role == SortRole)
            return static_cast<int>(differenceClass(row));
        return differenceName(differenceClass(row));
    case What:
        return whatName(row.what);
    case Name:
        return toQString(row.name);
    case ModulePath:
        if (row.node_a != no_id)
            return moduleOf(*m_comparison->a, row.node_a);
        return row.node_b != no_id ? moduleOf(*m_comparison->b, row.node_b) : QString();
    case Detail:
        return toQString(row.detail);
    case ColumnCount:
        break;
    }
    return {};
}

QVariant DifferencesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (static_cast<Column>(section)) {
    case Change:
        return tr("Change");
    case What:
        return tr("Kind");
    case Name:
        return tr("Name");
    case ModulePath:
        return tr("Module");
    case Detail:
        return tr("What differs");
    case ColumnCount:
        break;
    }
    return {};
}

DifferencesFilter::DifferencesFilter(QObject* parent) : QSortFilterProxyModel(parent)
{
    m_shown.fill(true);
    setFilterKeyColumn(-1);
    setFilterCaseSensitivity(Qt::CaseInsensitive);
    setSortRole(DifferencesModel::SortRole);
}

void DifferencesFilter::setShown(DifferenceClass difference, bool shown)
{
    bool& value = m_shown[static_cast<std::size_t>(difference)];
    if (value == shown)
        return;
    value = shown;
    invalidateFilter();
}

QModelIndex DifferencesFilter::indexOf(bool of_a, NodeId node) const
{
    const auto* model = static_cast<const DifferencesModel*>(sourceModel());
    if (node == no_id || !model->comparison())
        return {};
    const auto& rows = model->comparison()->found.differences;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if ((of_a ? rows[i].node_a : rows[i].node_b) == node)
            if (const QModelIndex index = mapFromSource(model->index(static_cast<int>(i), 0));
                index.isValid())
                return index;
    return {};
}

bool DifferencesFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const int found =
        sourceModel()->index(row, 0, parent).data(DifferencesModel::ClassRole).toInt();
    return m_shown[static_cast<std::size_t>(found)] &&
           QSortFilterProxyModel::filterAcceptsRow(row, parent);
}

} // namespace strata::ui
