// What the locator has found, for its list.
#pragma once

#include "query/locator.h"

#include <QAbstractListModel>
#include <QStringList>

#include <memory>
#include <utility>
#include <vector>

namespace strata::ui {

class LocatorModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role {
        KindRole = Qt::UserRole, ///< LocatorKind as int
        IdRole,
        PositionsRole, ///< QVariantList: places in the text (UTF-16) that matched
        DetailRole     ///< second line: module of a node, type of a value, keys of an action
    };

    explicit LocatorModel(QObject* parent = nullptr) : QAbstractListModel(parent) {}

    void setHits(std::shared_ptr<const Inspection> inspection,
                 std::shared_ptr<const Locator> locator, std::vector<LocatorHit> hits);
    /// The shortcuts of the window's actions, by the ids of their entries.
    void setActionKeys(QStringList keys) { m_action_keys = std::move(keys); }
    static QString kindName(LocatorKind kind);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    QString detail(const LocatorEntry& entry) const;

    std::shared_ptr<const Inspection> m_inspection;
    std::shared_ptr<const Locator> m_locator;
    std::vector<LocatorHit> m_hits;
    QStringList m_action_keys;
};

} // namespace strata::ui
