#include "ui/widgets/cell_delegate.h"

#include "ui/theme/theme.h"
#include "ui/widgets/colors.h"

#include <QPainter>

namespace strata::ui {

namespace {

constexpr int side = 4; // free beside the text
constexpr int icon_size = 16;
constexpr int above_and_below = 9;

} // namespace

void TextCache::draw(QPainter& painter, const QRect& place, Qt::Alignment alignment,
                     const QString& text, const QFont& font, Qt::TextElideMode elide)
{
    if (text.isEmpty() || place.width() <= 0)
        return;
    QFont upright = font;
    upright.setItalic(false);
    if (upright != m_font) {
        m_lines.clear();
        m_font = upright;
    }
    const Key key{text, place.width(), font.italic(), static_cast<int>(elide)};
    Line* line = m_lines.object(key);
    if (!line) {
        line = new Line;
        const QFontMetrics metrics(font);
        line->text.setTextFormat(Qt::PlainText);
        line->text.setPerformanceHint(QStaticText::AggressiveCaching);
        QString shown = text;
        shown.replace(QLatin1Char('\n'), QLatin1Char(' '));
        line->text.setText(metrics.elidedText(shown, elide, place.width()));
        line->text.prepare({}, font);
        line->size = line->text.size();
        m_lines.insert(key, line);
    }
    painter.setFont(font);
    double x = place.left();
    if ((alignment & Qt::AlignRight) != 0)
        x = place.right() + 1 - line->size.width();
    else if ((alignment & Qt::AlignHCenter) != 0)
        x += (place.width() - line->size.width()) / 2;
    painter.drawStaticText(QPointF(x, place.top() + (place.height() - line->size.height()) / 2),
                           line->text);
}

QIcon CellDelegate::iconOf(const QStyleOptionViewItem&, const QModelIndex& index) const
{
    return qvariant_cast<QIcon>(index.data(Qt::DecorationRole));
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int width =
        option.fontMetrics.horizontalAdvance(index.data(Qt::DisplayRole).toString()) + 2 * side;
    return {width, option.fontMetrics.height() + above_and_below};
}

void CellDelegate::paintGround(QPainter* painter, const QStyleOptionViewItem& option)
{
    const bool selected = (option.state & QStyle::State_Selected) != 0;
    if (!selected && (option.state & QStyle::State_MouseOver) == 0)
        return;
    const Theme theme = Theme::fromPalette(option.palette);
    const bool strong = selected && (option.state & QStyle::State_Active) != 0;
    painter->fillRect(option.rect, strong ? theme.selectedFill() : theme.hoverFill());
}

void CellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const
{
    paintGround(painter, option);
    QRect place = option.rect.adjusted(side, 0, -side, 0);
    const bool rtl = option.direction == Qt::RightToLeft;
    if (const QIcon sign = iconOf(option, index); !sign.isNull()) {
        const int left = rtl ? place.right() - icon_size + 1 : place.left();
        sign.paint(painter, left, place.center().y() - icon_size / 2 + 1, icon_size, icon_size);
        if (rtl)
            place.setRight(left - side);
        else
            place.setLeft(left + icon_size + side);
    }
    const Look look = lookOf(index);
    const QVariant color = index.data(Qt::ForegroundRole);
    painter->setPen(color.isValid() ? qvariant_cast<QBrush>(color).color()
                    : look.muted    ? mutedText(option.palette)
                                    : option.palette.color(QPalette::Text));
    QFont font = option.font;
    font.setItalic(look.italic);
    const QVariant asked = index.data(Qt::TextAlignmentRole);
    const auto alignment = QStyle::visualAlignment(
        option.direction, asked.isValid() ? Qt::Alignment(asked.toInt())
                                          : Qt::Alignment(Qt::AlignLeading | Qt::AlignVCenter));
    m_texts.draw(*painter, place, alignment, index.data(Qt::DisplayRole).toString(), font,
                 option.textElideMode);
}

} // namespace strata::ui
