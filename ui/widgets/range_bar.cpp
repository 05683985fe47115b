#include "ui/widgets/range_bar.h"

#include "ui/widgets/colors.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace strata::ui {

namespace {

constexpr int handle = 7; ///< radius
constexpr int bars_height = 44;
constexpr int key_step = 5;

} // namespace

RangeBar::RangeBar(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Range of confidence"));
    setToolTip(tr("Drag the handles to choose from where to where; a double click shows all"));
    setRange(0, 100);
}

void RangeBar::setCounts(const std::array<std::uint64_t, 10>& counts)
{
    m_counts = counts;
    update();
}

void RangeBar::setRange(int low, int high)
{
    low = std::clamp(low, 0, 100);
    high = std::clamp(high, 0, 100);
    if (low > high)
        std::swap(low, high);
    const bool news = low != m_low || high != m_high;
    m_low = low;
    m_high = high;
    setAccessibleDescription(tr("%1 to %2")
                                 .arg(QLocale().toString(low / 100.0, 'f', 2),
                                      QLocale().toString(high / 100.0, 'f', 2)));
    update();
    if (news)
        Q_EMIT rangeChanged(low, high);
}

QSize RangeBar::sizeHint() const
{
    return {220, bars_height + 2 * handle + 10};
}

QSize RangeBar::minimumSizeHint() const
{
    return {140, sizeHint().height()};
}

QRect RangeBar::barArea() const
{
    return {handle + 2, 4, width() - 2 * (handle + 2), bars_height};
}

int RangeBar::xOf(int value) const
{
    const QRect area = barArea();
    const int at = area.left() + static_cast<int>(std::lround(area.width() * value / 100.0));
    return isRightToLeft() ? width() - at : at;
}

int RangeBar::valueAt(int x) const
{
    const QRect area = barArea();
    const int from_start = isRightToLeft() ? width() - x : x;
    return std::clamp(static_cast<int>(std::lround(100.0 * (from_start - area.left()) /
                                                   std::max(1, area.width()))),
                      0, 100);
}

void RangeBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRect area = barArea();
    const std::uint64_t most = *std::max_element(m_counts.begin(), m_counts.end());
    painter.setPen(Qt::NoPen);
    for (int i = 0; i < 10; ++i) {
        const double share =
            most == 0 ? 0.0
                      : std::sqrt(static_cast<double>(m_counts[static_cast<std::size_t>(i)]) /
                                  static_cast<double>(most));
        const int a = xOf(i * 10);
        const int b = xOf(i * 10 + 10);
        const double height = std::max(share * area.height(), share > 0 ? 3.0 : 1.0);
        const QRectF bar(std::min(a, b) + 1.5, area.bottom() - height, std::abs(b - a) - 3.0,
                         height);
        const bool inside = i * 10 + 10 > m_low && i * 10 < m_high;
        QColor color = share > 0 ? confidenceColor(i / 10.0 + 0.05, palette()) : track(palette());
        if (!inside)
            color = mix(palette().color(QPalette::Window), color, 0.25);
        painter.setBrush(color);
        painter.drawRoundedRect(bar, 2, 2);
    }
    const double y = area.bottom() + handle + 4;
    const QColor accent = palette().color(QPalette::Highlight);
    painter.setPen(QPen(track(palette()), 4, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(QPointF(xOf(0), y), QPointF(xOf(100), y));
    painter.setPen(
        QPen(isEnabled() ? accent : mutedText(palette()), 4, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(QPointF(xOf(m_low), y), QPointF(xOf(m_high), y));
    for (const bool high : {false, true}) {
        const bool active = hasFocus() && high == m_high_moves;
        painter.setPen(QPen(isEnabled() ? accent : mutedText(palette()), active ? 2.6 : 1.6));
        painter.setBrush(palette().color(QPalette::Base));
        painter.drawEllipse(QPointF(xOf(high ? m_high : m_low), y), handle - 1, handle - 1);
    }
}

void RangeBar::move(int value)
{
    if (m_high_moves)
        setRange(m_low, std::max(value, m_low));
    else
        setRange(std::min(value, m_high), m_high);
}

void RangeBar::mousePressEvent(QMouseEvent* event)
{
    const int value = valueAt(event->position().toPoint().x());
    const int to_low = std::abs(value - m_low);
    const int to_high = std::abs(value - m_high);
    m_high_moves = to_high < to_low || (to_high == to_low && value > m_high);
    move(value);
}

void RangeBar::mouseMoveEvent(QMouseEvent* event)
{
    if ((event->buttons() & Qt::LeftButton) != 0)
        move(valueAt(event->position().toPoint().x()));
}

void RangeBar::mouseDoubleClickEvent(QMouseEvent*)
{
    setRange(0, 100);
}

void RangeBar::keyPressEvent(QKeyEvent* event)
{
    const int forward = isRightToLeft() ? -key_step : key_step;
    const int now = m_high_moves ? m_high : m_low;
    switch (event->key()) {
    case Qt::Key_Right:
        return move(now + forward);
    case Qt::Key_Left:
        return move(now - forward);
    case Qt::Key_Up:
    case Qt::Key_Down:
        m_high_moves = event->key() == Qt::Key_Up;
        return update();
    case Qt::Key_Home:
        return setRange(0, 100);
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace strata::ui
