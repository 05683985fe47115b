#include "ui/models/module_filter_proxy.h"

#include "ui/models/module_tree_model.h"

#include <algorithm>

namespace strata::ui {

ModuleFilterProxy::ModuleFilterProxy(QObject* parent) : QSortFilterProxyModel(parent)
{
    setRecursiveFilteringEnabled(true);
    setSortRole(ModuleTreeModel::SortRole);
}

void ModuleFilterProxy::setFilterText(const QString& text)
{
    if (text == m_text)
        return;
    m_text = text;
    m_words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

void ModuleFilterProxy::setKept(FilteredNodesPtr kept)
{
    if (kept == m_kept)
        return;
    m_kept = std::move(kept);
    invalidateFilter();
}

bool ModuleFilterProxy::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const QModelIndex name = sourceModel()->index(row, ModuleTreeModel::Name, parent);
    if (m_kept) {
        const ModuleId module = ModuleTreeModel::moduleOf(name);
        if (module >= m_kept->modules.size() || !m_kept->modules[module])
            return false;
    }
    if (m_words.isEmpty())
        return true;
    const QString fqn = name.data(ModuleTreeModel::FqnRole).toString();
    const QString className = name.siblingAtColumn(ModuleTreeModel::Class).data().toString();
    const QStringList operators = name.data(ModuleTreeModel::OperatorsRole).toStringList();
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) {
        return fqn.contains(word, Qt::CaseInsensitive) ||
               className.contains(word, Qt::CaseInsensitive) ||
               std::any_of(operators.begin(), operators.end(), [&](const QString& op) {
                   return op.contains(word, Qt::CaseInsensitive);
               });
    });
}

} // namespace strata::ui
