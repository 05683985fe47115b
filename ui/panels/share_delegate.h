// Paints shares and confidences of the module tree with a thin bar in the colour of confidence.
#pragma once

#include "ui/widgets/cell_delegate.h"

namespace strata::ui {

class ShareDelegate : public CellDelegate {
    Q_OBJECT
public:
    using CellDelegate::CellDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

protected:
    Look lookOf(const QModelIndex& index) const override;
};

} // namespace strata::ui
