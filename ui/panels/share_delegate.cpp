#include "ui/panels/share_delegate.h"

#include "ui/models/module_tree_model.h"
#include "ui/widgets/colors.h"

#include <QPainter>

#include <algorithm>

namespace strata::ui {

CellDelegate::Look ShareDelegate::lookOf(const QModelIndex& index) const
{
    return {index.column() == ModuleTreeModel::Class ||
                index.data(ModuleTreeModel::NodeCountRole).toULongLong() == 0,
            index.column() == ModuleTreeModel::Name &&
                (index.data(ModuleTreeModel::InferredRole).toBool() ||
                 !index.data(ModuleTreeModel::AliasRole).toString().isEmpty())};
}

void ShareDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const
{
    CellDelegate::paint(painter, option, index);
    const bool coverage = index.column() == ModuleTreeModel::CoverageShare;
    if (!coverage && index.column() != ModuleTreeModel::Confidence)
        return;
    const double share =
        index.data(coverage ? ModuleTreeModel::CoverageRole : ModuleTreeModel::ConfidenceRole)
            .toDouble();
    if (share < 0)
        return;
    QRectF bar = QRectF(option.rect).adjusted(6, 0, -4, 0);
    bar.setTop(bar.bottom() - 4);
    bar.setHeight(2.5);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(track(option.palette));
    painter->drawRoundedRect(bar, 1.25, 1.25);
    QRectF filled = bar;
    filled.setWidth(bar.width() * std::clamp(share, 0.0, 1.0));
    if (option.direction == Qt::RightToLeft)
        filled.moveRight(bar.right());
    const double confidence = index.data(ModuleTreeModel::ConfidenceRole).toDouble();
    painter->setBrush(confidenceColor(confidence, option.palette));
    painter->drawRoundedRect(filled, 1.25, 1.25);
    painter->restore();
}

} // namespace strata::ui
