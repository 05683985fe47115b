#include "ui/theme/orphan_pattern.h"

#include "ui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>
#include <QVarLengthArray>

namespace strata {

void drawOrphanFrame(QPainter& painter, const Theme& theme, const QRectF& rect, double radius,
                     const QColor& fill)
{
    painter.save();
    QPainterPath outline;
    outline.addRoundedRect(rect, radius, radius);
    painter.fillPath(outline, Theme::mix(fill, theme.orphan, 0.06));

    // Lines of our own rather than a brush pattern: those do not scale with the zoom.
    painter.setClipPath(outline, Qt::IntersectClip);
    QColor hatch = theme.orphan;
    hatch.setAlphaF(theme.dark ? 0.30F : 0.26F);
    painter.setPen(QPen(hatch, 1.1));
    QVarLengthArray<QLineF, 64> lines;
    constexpr double step = 7.0;
    for (double x = rect.left() - rect.height(); x < rect.right(); x += step)
        lines.append(QLineF(x, rect.bottom(), x + rect.height(), rect.top()));
    painter.drawLines(lines.constData(), static_cast<int>(lines.size()));
    painter.restore();

    QPen pen(theme.orphan, 1.4);
    pen.setDashPattern({4.0, 2.6});
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(rect, radius, radius);
}

} // namespace strata
