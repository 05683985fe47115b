// Diagnostics of one severity or more, with some text in them.
#pragma once

#include "ui/models/diagnostics_model.h"

#include <QSortFilterProxyModel>

namespace strata::ui {

class DiagnosticsFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit DiagnosticsFilter(QObject* parent = nullptr) : QSortFilterProxyModel(parent)
    {
        setFilterKeyColumn(-1);
        setFilterCaseSensitivity(Qt::CaseInsensitive);
    }

    /// Milder ones are left out.
    void setLeast(Severity severity)
    {
        m_least = severity;
        invalidateFilter();
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override
    {
        const QModelIndex index = sourceModel()->index(row, 0, parent);
        return index.data(DiagnosticsModel::SeverityRole).toInt() >= static_cast<int>(m_least) &&
               QSortFilterProxyModel::filterAcceptsRow(row, parent);
    }

private:
    Severity m_least = Severity::Info;
};

} // namespace strata::ui
