#include "ui/review/review_marks.h"

#include "ui/canvas/graph_canvas.h"
#include "ui/jobs/activity.h"
#include "ui/review/review_text.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace strata::ui {

namespace {

constexpr double mark_size = 16.0;
constexpr double smallest = 7.0; // pixels; below, a sign is only noise

void paintSign(QPainter& painter, const ReviewedItem& item, const QRectF& place, const QColor& ink)
{
    const QPointF c = place.center();
    const double u = place.width() / 16.0;
    const auto at = [&](double x, double y) { return QPointF(c.x() + x * u, c.y() + y * u); };
    painter.setPen(QPen(ink, 1.7 * u, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    switch (item.verdict) {
    case ReviewVerdict::Accepted: {
        const QPointF check[]{at(-3.4, 0.2), at(-1.0, 2.7), at(3.6, -2.6)};
        painter.drawPolyline(check, 3);
        break;
    }
    case ReviewVerdict::Rejected:
        painter.drawLine(at(-2.7, -2.7), at(2.7, 2.7));
        painter.drawLine(at(2.7, -2.7), at(-2.7, 2.7));
        break;
    case ReviewVerdict::Reassigned: {
        painter.drawLine(at(-3.6, 0), at(3.4, 0));
        const QPointF head[]{at(0.8, -2.7), at(3.5, 0), at(0.8, 2.7)};
        painter.drawPolyline(head, 3);
        break;
    }
    case ReviewVerdict::None:
        painter.setBrush(ink);
        painter.setPen(Qt::NoPen);
        painter.drawEllipse(c, 2.2 * u, 2.2 * u);
        break;
    }
}

} // namespace

ReviewMarks::ReviewMarks(ReviewController* review, GraphCanvas* canvas)
    : QWidget(canvas->viewport()),
      m_review(review),
      m_canvas(canvas)
{
    setObjectName(QStringLiteral("reviewMarks"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_NoSystemBackground);
    setFocusPolicy(Qt::NoFocus);
    canvas->viewport()->installEventFilter(this);
    setGeometry(canvas->viewport()->rect());
    // Legend and overview lie above it.
    lower();
    connect(review, &ReviewController::changed, this, [this] { update(); });
}

bool ReviewMarks::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize)
        setGeometry(m_canvas->viewport()->rect());
    return QWidget::eventFilter(watched, event);
}

void ReviewMarks::paintEvent(QPaintEvent*)
{
    const Activity activity("review marks");
    const ReviewSnapshotPtr review = m_review->snapshot();
    const auto scene = m_canvas->scene();
    const double size = mark_size * std::min(1.25, m_canvas->zoom());
    if (!review || !scene || size < smallest || m_canvas->inspection() != review->inspection)
        return;
    if (review->overlay.empty())
        return;
    const Theme theme = Theme::fromPalette(palette());
    const QRectF visible = QRectF(rect()).adjusted(-size, -size, size, size);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto& all = review->inspection->coverage.with_descendants;
    for (const SceneBox& box : scene->boxes) {
        ReviewedItem item;
        bool noted = false;
        if (box.kind == BoxKind::Operator && box.node < review->overlay.nodes.size()) {
            item = review->overlay.nodes[box.node];
            noted = review->overlay.node_notes.contains(box.node);
        } else if ((box.kind == BoxKind::Group || box.kind == BoxKind::Container) &&
                   box.group_kind == GroupKind::Module && box.module < all.size() &&
                   box.group == box.module) {
            item = review->overlay.modules[box.module];
            noted = review->overlay.module_notes.contains(box.module);
            // Everything in it is reviewed: so is the module, for who looks at the picture.
            if (!item.reviewed() && all[box.module].total > 0 &&
                review->reviewed[box.module] == all[box.module].total)
                item.marked = true;
        }
        if (!item.reviewed() && !noted)
            continue;
        const QPointF corner =
            m_canvas->toViewport({box.rect.x + box.rect.width - 5.0, box.rect.y + 3.0});
        if (!visible.contains(corner))
            continue;
        QRectF place(corner.x() - size / 2, corner.y() - size / 2, size, size);
        if (item.reviewed()) {
            const QColor color = reviewColor(item, palette());
            painter.setPen(QPen(theme.surface, 1.5));
            painter.setBrush(color);
            painter.drawEllipse(place);
            paintSign(painter, item, place, Theme::readableOn(color));
            place.translate(-size - 2, 0);
        }
        if (noted) { // a sheet with a turned corner
            const QRectF sheet = place.adjusted(size * 0.18, size * 0.1, -size * 0.18, -size * 0.1);
            painter.setPen(QPen(theme.outlineStrong, 1.0));
            painter.setBrush(Theme::mix(theme.surface, theme.warning, 0.35));
            painter.drawRoundedRect(sheet, 2, 2);
            for (const double y : {0.35, 0.6})
                painter.drawLine(
                    QPointF(sheet.left() + sheet.width() * 0.25, sheet.top() + sheet.height() * y),
                    QPointF(sheet.right() - sheet.width() * 0.25,
                            sheet.top() + sheet.height() * y));
        }
    }
}

} // namespace strata::ui
