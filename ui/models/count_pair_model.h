// How often something occurs in each of two models.
#pragma once

#include "session/compare.h"

#include <QAbstractTableModel>

#include <vector>

namespace strata::ui {

class CountPairModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, First, Second, Change, ColumnCount };
    enum Role { SortRole = Qt::UserRole, NameRole };

    /// `title` heads the names.
    explicit CountPairModel(QString title, QObject* parent = nullptr);

    void setCounts(std::vector<CountPair> counts);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString m_title;
    std::vector<CountPair> m_counts;
};

} // namespace strata::ui
