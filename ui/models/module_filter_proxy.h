// Shows the modules that match what is typed, with everything on the way to them.
#pragma once

#include "ui/models/node_filter.h"

#include <QSortFilterProxyModel>
#include <QStringList>

namespace strata::ui {

/// Words separated by spaces must all match; a word matches a part of the FQN, of the class or of
/// an operator's name, without regard to case. Parents of matches stay visible.
class ModuleFilterProxy : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit ModuleFilterProxy(QObject* parent = nullptr);

    void setFilterText(const QString& text);
    const QString& filterText() const { return m_text; }
    /// Only modules that hold one of these nodes themselves; null: all.
    void setKept(FilteredNodesPtr kept);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QString m_text;
    QStringList m_words;
    FilteredNodesPtr m_kept;
};

} // namespace strata::ui
