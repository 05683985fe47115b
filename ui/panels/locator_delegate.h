// One thing that the locator has found: kind, name with the matching letters in bold, detail.
#pragma once

#include <QStyledItemDelegate>

namespace strata::ui {

class LocatorDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace strata::ui
