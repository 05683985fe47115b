#include "ui/canvas/legend_row.h"

#include "ui/theme/orphan_pattern.h"
#include "ui/theme/theme.h"

#include <QFontMetrics>
#include <QPainter>

namespace strata {

namespace {

constexpr int swatch_width = 22;
constexpr int swatch_height = 12;
constexpr int gap = 10;
constexpr int inset = 6;

} // namespace

LegendRow::LegendRow(std::size_t index, bool orphans, QWidget* parent)
    : QAbstractButton(parent),
      m_index(index),
      m_orphans(orphans)
{
    setCheckable(true);
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::MinimumExpanding, QSizePolicy::Fixed);
}

void LegendRow::setContent(const QColor& color, const QString& name, const QString& count)
{
    m_color = color;
    m_count = count;
    setText(name);
    setAccessibleName(tr("%1: %2 nodes").arg(name, count));
    updateGeometry();
    update();
}

QSize LegendRow::sizeHint() const
{
    const QFontMetrics metrics(Theme::font(FontRole::Small));
    return {2 * inset + swatch_width + gap + metrics.horizontalAdvance(text()) + 16 +
                metrics.horizontalAdvance(m_count),
            metrics.height() + 6};
}

void LegendRow::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::fromPalette(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF place = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    if (isChecked() || underMouse() || hasFocus()) {
        QColor ground =
            isChecked() ? Theme::mix(theme.surface, theme.accent, 0.18) : theme.surfaceRaised;
        painter.setPen(hasFocus() ? QPen(theme.accent, 1) : QPen(Qt::NoPen));
        painter.setBrush(ground);
        painter.drawRoundedRect(place, 5, 5);
    }
    const bool right_to_left = layoutDirection() == Qt::RightToLeft;
    const double left = right_to_left ? width() - inset - swatch_width : inset;
    const QRectF swatch(left + 0.5, (height() - swatch_height) / 2 + 0.5, swatch_width - 1,
                        swatch_height - 1);
    if (m_orphans) {
        drawOrphanFrame(painter, theme, swatch, 3.0, theme.surface);
    } else {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_color);
        painter.drawRoundedRect(swatch, 3, 3);
    }
    const QRect line = rect().adjusted(right_to_left ? inset : inset + swatch_width + gap, 0,
                                       right_to_left ? -inset - swatch_width - gap : -inset, 0);
    painter.setFont(Theme::font(FontRole::Small));
    painter.setPen(theme.text);
    painter.drawText(line, Qt::AlignLeading | Qt::AlignVCenter, text());
    painter.setPen(theme.textMuted);
    painter.drawText(line, Qt::AlignTrailing | Qt::AlignVCenter, m_count);
}

void LegendRow::enterEvent(QEnterEvent* event)
{
    update();
    QAbstractButton::enterEvent(event);
}

void LegendRow::leaveEvent(QEvent* event)
{
    update();
    QAbstractButton::leaveEvent(event);
}

} // namespace strata
