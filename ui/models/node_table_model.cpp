#include "ui/models/node_table_model.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace strata::ui {

namespace {

std::size_t nodeCount(const Inspection& inspection)
{
    return inspection.model
               ? std::min(inspection.model->nodes.size(), inspection.attribution.size())
               : 0;
}

} // namespace

NodeTableModel::NodeTableModel(KeyOf key_of, QObject* parent)
    : QAbstractTableModel(parent),
      m_key_of(key_of)
{}

void NodeTableModel::setSource(std::shared_ptr<const Inspection> inspection, Source source)
{
    m_background.cancel();
    beginResetModel();
    m_inspection = std::move(inspection);
    m_source = std::move(source);
    m_all.reset();
    m_rows.clear();
    m_total = 0;
    endResetModel();
    if (m_inspection && m_source)
        refresh(false);
    else
        Q_EMIT rowsChanged();
}

void NodeTableModel::setKept(FilteredNodesPtr kept)
{
    if (kept == m_kept)
        return;
    m_kept = std::move(kept);
    refresh(false);
}

void NodeTableModel::sort(int column, Qt::SortOrder order)
{
    if (column == m_column && order == m_order)
        return;
    m_column = column;
    m_order = order;
    // Another part of a list that is too long is not the same list.
    refresh(m_all && m_rows.size() < most_rows && isReady());
}

void NodeTableModel::refresh(bool same_rows)
{
    if (!m_inspection || !m_source)
        return;
    const auto find = [inspection = m_inspection, source = m_source, all = m_all, kept = m_kept,
                       column = m_column, order = m_order,
                       key_of = m_key_of](TaskContext& task) -> Result<Found> {
        Found found{all, {}};
        const std::size_t count = nodeCount(*inspection);
        if (!found.all) {
            STRATA_TRY(auto nodes, source(*inspection, task));
            std::erase_if(nodes, [&](NodeId node) { return node >= count; });
            found.all = std::make_shared<const std::vector<NodeId>>(std::move(nodes));
        }
        std::vector<NodeId> rows;
        for (const NodeId node : *found.all)
            if (!kept || (node < kept->nodes.size() && kept->nodes[node]))
                rows.push_back(node);
        if (column >= 0) {
            // Keys first: comparing must not make texts.
            std::vector<SortKey> keys;
            keys.reserve(rows.size());
            for (const NodeId node : rows) {
                if (keys.size() % 1024 == 0)
                    STRATA_CHECK(task.poll());
                keys.push_back(key_of(*inspection, node, column));
            }
            std::vector<std::size_t> at(rows.size());
            std::iota(at.begin(), at.end(), std::size_t{0});
            std::stable_sort(at.begin(), at.end(), [&](std::size_t a, std::size_t b) {
                return order == Qt::AscendingOrder ? keys[a] < keys[b] : keys[b] < keys[a];
            });
            for (const std::size_t i : at)
                found.rows.push_back(rows[i]);
        } else {
            found.rows = std::move(rows);
        }
        found.rows.resize(std::min(found.rows.size(), most_rows));
        return found;
    };
    constexpr std::size_t few = 5000;
    if (nodeCount(*m_inspection) <= few) {
        m_background.cancel();
        TaskContext task;
        if (auto found = find(task))
            accept(std::move(*found), same_rows);
        return;
    }
    m_background.run([this, find, same_rows](TaskContext& task) -> Background::Answer {
        auto found = find(task);
        if (!found)
            return {};
        return [this, same_rows, made = std::move(*found)] { accept(made, same_rows); };
    });
}

void NodeTableModel::accept(Found found, bool same_rows)
{
    m_all = std::move(found.all);
    m_total = m_all->size();
    if (same_rows && found.rows.size() == m_rows.size()) {
        Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
        const QModelIndexList before = persistentIndexList();
        QModelIndexList after;
        if (!before.isEmpty()) {
            std::unordered_map<NodeId, int> rows;
            for (std::size_t i = 0; i < found.rows.size(); ++i)
                rows[found.rows[i]] = static_cast<int>(i);
            for (const QModelIndex& index : before)
                after += createIndex(rows[nodeAt(index.row())], index.column());
        }
        m_rows = std::move(found.rows);
        changePersistentIndexList(before, after);
        Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    } else {
        beginResetModel();
        m_rows = std::move(found.rows);
        endResetModel();
    }
    Q_EMIT rowsChanged();
}

int NodeTableModel::rowOf(NodeId node) const
{
    const auto at = std::find(m_rows.begin(), m_rows.end(), node);
    return at == m_rows.end() ? -1 : static_cast<int>(at - m_rows.begin());
}

int NodeTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

} // namespace strata::ui
