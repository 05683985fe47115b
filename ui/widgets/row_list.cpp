#include "ui/widgets/row_list.h"

#include "ui/widgets/colors.h"

#include <QPainter>

namespace strata::ui {

namespace {

constexpr int padding = 4;

} // namespace

TwoLineDelegate::TwoLineDelegate(int tag, int title, std::vector<int> details, QObject* parent)
    : QStyledItemDelegate(parent),
      m_tag(tag),
      m_title(title),
      m_details(std::move(details))
{}

QString TwoLineDelegate::detail(const QModelIndex& index) const
{
    QStringList parts;
    for (int column : m_details)
        if (const QString part = index.sibling(index.row(), column).data().toString();
            !part.isEmpty())
            parts += part;
    return parts.join(QStringLiteral("  ·  "));
}

void TwoLineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    painter->save();
    const QPalette& palette = option.palette;
    const bool selected = option.state & QStyle::State_Selected;
    const bool hovered = option.state & QStyle::State_MouseOver;
    if (selected || hovered) {
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(mix(palette.color(QPalette::Window), palette.color(QPalette::Highlight),
                              selected ? 0.22 : 0.09));
        painter->drawRoundedRect(option.rect.adjusted(0, 1, -1, -1), 4, 4);
    }
    const bool rtl = option.direction == Qt::RightToLeft;
    QRect area = option.rect.adjusted(6, padding, -6, -padding);
    const QFont mono = monospace(option.font);
    const QFontMetrics title_metrics(mono);
    const QFontMetrics detail_metrics(option.font);
    if (m_tag >= 0) {
        const QString tag = index.sibling(index.row(), m_tag).data().toString();
        const int width = title_metrics.horizontalAdvance(QStringLiteral("00")) + 6;
        QRect place = area;
        if (rtl)
            place.setLeft(area.right() - width);
        else
            place.setWidth(width);
        painter->setFont(mono);
        painter->setPen(mutedText(palette));
        painter->drawText(
            place, Qt::AlignTop | Qt::AlignAbsolute | (rtl ? Qt::AlignRight : Qt::AlignLeft), tag);
        if (rtl)
            area.setRight(area.right() - width);
        else
            area.setLeft(area.left() + width);
    }
    const auto alignment =
        Qt::AlignTop | Qt::AlignAbsolute | (rtl ? Qt::AlignRight : Qt::AlignLeft);
    painter->setFont(mono);
    painter->setPen(palette.color(QPalette::WindowText));
    const QString title = index.sibling(index.row(), m_title).data().toString();
    painter->drawText(area, alignment,
                      title_metrics.elidedText(title, Qt::ElideMiddle, area.width()));
    area.setTop(area.top() + title_metrics.height() + 1);
    painter->setFont(option.font);
    painter->setPen(mutedText(palette));
    painter->drawText(area, alignment,
                      detail_metrics.elidedText(detail(index), Qt::ElideRight, area.width()));
    painter->restore();
}

QSize TwoLineDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    const int lines =
        QFontMetrics(monospace(option.font)).height() + QFontMetrics(option.font).height() + 1;
    return {80, lines + 2 * padding};
}

RowList::RowList(QWidget* parent) : QListView(parent)
{
    setFrameShape(QFrame::NoFrame);
    setUniformItemSizes(true);
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setTabKeyNavigation(false);
    // It sits in the panel, not in a box of its own.
    viewport()->setAutoFillBackground(false);
    setAutoFillBackground(false);
}

void RowList::setMaximumRows(int rows)
{
    m_maximum_rows = rows;
    updateGeometry();
}

void RowList::setModel(QAbstractItemModel* model)
{
    QListView::setModel(model);
    if (model)
        connect(model, &QAbstractItemModel::modelReset, this, [this] { updateGeometry(); });
}

QSize RowList::sizeHint() const
{
    const int rows = model() ? std::min(model()->rowCount(), m_maximum_rows) : 0;
    const int height = rows > 0 ? sizeHintForRow(0) : 0;
    return {200, rows * height + 2};
}

QSize RowList::minimumSizeHint() const
{
    return {80, sizeHint().height()};
}

} // namespace strata::ui
