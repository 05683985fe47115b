#include "ui/dashboard/coverage_ring.h"

#include "ui/widgets/colors.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QtMath>

#include <algorithm>
#include <cmath>

namespace strata::ui {

CoverageRing::CoverageRing(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void CoverageRing::setValue(const QString& label, const QString& figure, double share,
                            const QColor& color, double before)
{
    m_label = label;
    m_figure = figure;
    m_share = std::clamp(share, 0.0, 1.0);
    m_before = before;
    m_color = color;
    setAccessibleName(label);
    setAccessibleDescription(figure);
    update();
}

void CoverageRing::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QFontMetrics label_metrics(font());
    const double room = height() - label_metrics.height() - 6;
    const double side = std::min<double>(width(), room) - 8;
    const double thick = std::max(7.0, side * 0.09);
    const QRectF ring((width() - side) / 2 + thick / 2, 4 + thick / 2, side - thick, side - thick);
    const auto arc = [&](double from, double share, const QColor& color) {
        painter.setPen(QPen(color, thick, Qt::SolidLine, Qt::FlatCap));
        painter.drawArc(ring, qRound(90 * 16 - from * 360 * 16), -qRound(share * 360 * 16));
    };
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(track(palette()), thick));
    painter.drawEllipse(ring);
    // Something that is missing stays visible, however little it is.
    constexpr double least = 0.012;
    double shown = m_share;
    if (m_share < 1.0)
        shown = std::min(shown, 1.0 - least);
    if (m_share > 0.0)
        arc(0.0, std::max(shown, least), m_color);
    if (m_before >= 0.0 && std::abs(m_before - m_share) > 1e-9) {
        painter.save();
        painter.translate(ring.center());
        painter.rotate(m_before * 360.0);
        painter.setPen(QPen(palette().color(QPalette::WindowText), 2));
        const double radius = ring.width() / 2;
        painter.drawLine(QPointF(0, -radius - thick / 2 - 1), QPointF(0, -radius + thick / 2 + 1));
        painter.restore();
    }
    painter.setPen(palette().color(QPalette::WindowText));
    QFont big = scaled(font(), 1.45, QFont::DemiBold);
    const double inner = ring.width() - thick - 10;
    while (QFontMetricsF(big).horizontalAdvance(m_figure) > inner && big.pointSizeF() > 6)
        big.setPointSizeF(big.pointSizeF() - 0.5);
    painter.setFont(big);
    painter.drawText(ring, Qt::AlignCenter, m_figure);
    painter.setFont(font());
    painter.setPen(underMouse() || hasFocus() ? palette().color(QPalette::WindowText)
                                              : mutedText(palette()));
    const QRect words(0, height() - label_metrics.height() - 2, width(), label_metrics.height());
    painter.drawText(words, Qt::AlignCenter,
                     label_metrics.elidedText(m_label, Qt::ElideRight, width()));
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1.5));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
    }
}

void CoverageRing::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->pos()))
        Q_EMIT activated();
}

void CoverageRing::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter ||
        event->key() == Qt::Key_Space)
        Q_EMIT activated();
    else
        QWidget::keyPressEvent(event);
}

} // namespace strata::ui
