#include "ui/models/count_pair_model.h"

#include "ui/models/format.h"

#include <QFont>

namespace strata::ui {

CountPairModel::CountPairModel(QString title, QObject* parent)
    : QAbstractTableModel(parent),
      m_title(std::move(title))
{}

void CountPairModel::setCounts(std::vector<CountPair> counts)
{
    beginResetModel();
    m_counts = std::move(counts);
    endResetModel();
}

int CountPairModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_counts.size());
}

int CountPairModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant CountPairModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const CountPair& row = m_counts[static_cast<std::size_t>(index.row())];
    const auto change = static_cast<qlonglong>(row.b) - static_cast<qlonglong>(row.a);
    const auto column = static_cast<Column>(index.column());
    if (role == NameRole)
        return toQString(row.name);
    if (role == Qt::TextAlignmentRole && column != Name)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::FontRole && change != 0) {
        QFont font;
        font.setWeight(QFont::DemiBold);
        return font;
    }
    if (role != Qt::DisplayRole && role != SortRole)
        return {};
    switch (column) {
    case Name:
        return row.name.empty() ? tr("(root)") : toQString(row.name);
    case First:
        return role == SortRole ? QVariant(static_cast<qulonglong>(row.a)) : formatCount(row.a);
    case Second:
        return role == SortRole ? QVariant(static_cast<qulonglong>(row.b)) : formatCount(row.b);
    case Change:
        if (role == SortRole)
            return change;
        return change == 0 ? QString()
               : change > 0
                   ? QStringLiteral("+%1").arg(formatCount(static_cast<std::uint64_t>(change)))
                   : QStringLiteral("−%1").arg(formatCount(static_cast<std::uint64_t>(-change)));
    case ColumnCount:
        break;
    }
    return {};
}

QVariant CountPairModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section != Name)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (static_cast<Column>(section)) {
    case Name:
        return m_title;
    case First:
        return tr("First");
    case Second:
        return tr("Second");
    case Change:
        return tr("Change");
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace strata::ui
