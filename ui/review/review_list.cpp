#include "ui/review/review_list.h"

#include "ui/widgets/colors.h"

#include <QPainter>

namespace strata::ui {

void ReviewList::paintEvent(QPaintEvent* event)
{
    QTreeView::paintEvent(event);
    if (model() && model()->rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(mutedText(palette()));
    painter.drawText(viewport()->rect().adjusted(16, 0, -16, 0), Qt::AlignCenter | Qt::TextWordWrap,
                     m_empty_text);
}

} // namespace strata::ui
