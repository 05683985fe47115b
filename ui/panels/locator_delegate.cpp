#include "ui/panels/locator_delegate.h"

#include "ui/models/locator_model.h"
#include "ui/theme/theme.h"

#include <QGuiApplication>
#include <QPainter>
#include <QTextLayout>

namespace strata::ui {

namespace {

constexpr int inset = 10;
constexpr int kind_width = 76;

} // namespace

QSize LocatorDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    return {200, option.fontMetrics.height() + 12};
}

void LocatorDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    const Theme theme = Theme::fromPalette(QGuiApplication::palette());
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if ((option.state & QStyle::State_Selected) != 0) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme.selectedFill());
        painter->drawRoundedRect(option.rect.adjusted(4, 1, -4, -1), 5, 5);
    }
    QRect place = option.rect.adjusted(inset, 0, -inset, 0);
    const bool rtl = option.direction == Qt::RightToLeft;
    const auto take = [&](int width) {
        QRect part = place;
        if (rtl)
            part.setLeft(place.right() - width + 1);
        else
            part.setWidth(width);
        (rtl ? place.setRight(part.left() - 1) : place.setLeft(part.right() + 1));
        return part;
    };
    painter->setFont(Theme::font(FontRole::Small));
    painter->setPen(theme.textMuted);
    const auto kind = static_cast<LocatorKind>(index.data(LocatorModel::KindRole).toInt());
    painter->drawText(take(kind_width), Qt::AlignLeading | Qt::AlignVCenter,
                      LocatorModel::kindName(kind));

    // The detail takes what the name leaves, at most half.
    const QFontMetrics small(Theme::font(FontRole::Small));
    const QString detail = index.data(LocatorModel::DetailRole).toString();
    QTextLayout layout(index.data().toString().simplified(), option.font);
    QList<QTextLayout::FormatRange> bold;
    for (const QVariant& at : index.data(LocatorModel::PositionsRole).toList()) {
        QTextLayout::FormatRange range;
        range.start = at.toInt();
        range.length = 1;
        range.format.setFontWeight(QFont::Bold);
        range.format.setForeground(theme.accent);
        bold += range;
    }
    layout.setFormats(bold);
    QTextOption wrap;
    wrap.setWrapMode(QTextOption::NoWrap);
    layout.setTextOption(wrap);
    layout.beginLayout();
    QTextLine line = layout.createLine();
    if (line.isValid())
        line.setLineWidth(1e6);
    layout.endLayout();
    const double name_width = line.isValid() ? line.naturalTextWidth() : 0.0;
    const int room = place.width();
    const int detail_width =
        std::min({small.horizontalAdvance(detail) + 4, room / 2,
                  std::max(room - static_cast<int>(name_width) - 16, room / 4)});
    painter->setClipRect(place.adjusted(0, 0, rtl ? 0 : -detail_width - 8, 0));
    painter->setPen(theme.text);
    // Long names keep their end, which tells them apart.
    double x = place.left();
    const double name_room = room - detail_width - 8;
    if (name_width > name_room)
        x -= name_width - name_room;
    layout.draw(painter, QPointF(x, place.center().y() - layout.boundingRect().height() / 2));
    painter->setClipping(false);
    painter->setPen(theme.textMuted);
    painter->drawText(place, Qt::AlignTrailing | Qt::AlignVCenter,
                      small.elidedText(detail, Qt::ElideMiddle, detail_width));
    painter->restore();
}

} // namespace strata::ui
