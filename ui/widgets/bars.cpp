#include "ui/widgets/bars.h"

#include "ui/models/format.h"
#include "ui/widgets/colors.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>

namespace strata::ui {

namespace {

constexpr int bar_height = 6;

void paintFocus(QPainter& painter, const QWidget& widget)
{
    if (!widget.hasFocus())
        return;
    painter.setPen(QPen(widget.palette().color(QPalette::Highlight), 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(1, 1, -1, -1), 4, 4);
}

} // namespace

BarRow::BarRow(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_Hover);
}

void BarRow::setValue(const QString& label, const QString& figure, double share,
                      const QColor& color, bool hatched)
{
    m_label = label;
    m_figure = figure;
    m_share = std::clamp(share, 0.0, 1.0);
    m_color = color;
    m_hatched = hatched;
    setAccessibleName(label);
    setAccessibleDescription(figure);
    updateGeometry();
    update();
}

void BarRow::setInteractive(bool interactive)
{
    m_interactive = interactive;
    setFocusPolicy(interactive ? Qt::StrongFocus : Qt::NoFocus);
    setCursor(interactive ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

QSize BarRow::sizeHint() const
{
    const QFontMetrics metrics(font());
    return {metrics.horizontalAdvance(m_label + m_figure) + 40, metrics.height() + bar_height + 14};
}

QSize BarRow::minimumSizeHint() const
{
    return {120, sizeHint().height()};
}

void BarRow::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_interactive && underMouse()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(
            mix(palette().color(QPalette::Window), palette().color(QPalette::WindowText), 0.06));
        painter.drawRoundedRect(rect(), 4, 4);
    }
    const QRect inner = rect().adjusted(6, 4, -6, -5);
    const QFontMetrics metrics(font());
    const QRect words(inner.left(), inner.top(), inner.width(), metrics.height());
    const int figure_width = metrics.horizontalAdvance(m_figure);
    const bool rtl = isRightToLeft();
    QRect label_rect = words;
    if (rtl)
        label_rect.setLeft(words.left() + figure_width + 8);
    else
        label_rect.setRight(words.right() - figure_width - 8);
    const auto leading = Qt::AlignVCenter | (rtl ? Qt::AlignRight : Qt::AlignLeft);
    const auto trailing = Qt::AlignVCenter | (rtl ? Qt::AlignLeft : Qt::AlignRight);
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(label_rect, leading | Qt::AlignAbsolute,
                     metrics.elidedText(m_label, Qt::ElideRight, label_rect.width()));
    painter.setPen(mutedText(palette()));
    painter.drawText(words, trailing | Qt::AlignAbsolute, m_figure);

    const QRectF bar(inner.left(), inner.bottom() - bar_height + 1, inner.width(), bar_height);
    painter.setPen(Qt::NoPen);
    painter.setBrush(track(palette()));
    painter.drawRoundedRect(bar, bar_height / 2.0, bar_height / 2.0);
    if (m_share > 0) {
        QRectF filled = bar;
        // Something that is there stays visible, however little it is.
        filled.setWidth(std::max(bar.width() * m_share, static_cast<double>(bar_height)));
        if (rtl)
            filled.moveRight(bar.right());
        painter.setBrush(m_color);
        painter.drawRoundedRect(filled, bar_height / 2.0, bar_height / 2.0);
        if (m_hatched) {
            painter.setBrush(QBrush(palette().color(QPalette::Window), Qt::BDiagPattern));
            painter.drawRoundedRect(filled, bar_height / 2.0, bar_height / 2.0);
        }
    }
    paintFocus(painter, *this);
}

void BarRow::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_interactive && event->button() == Qt::LeftButton && rect().contains(event->pos()))
        Q_EMIT activated();
}

void BarRow::keyPressEvent(QKeyEvent* event)
{
    if (m_interactive && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter ||
                          event->key() == Qt::Key_Space))
        Q_EMIT activated();
    else
        QWidget::keyPressEvent(event);
}

bool BarRow::event(QEvent* event)
{
    if (event->type() == QEvent::HoverEnter || event->type() == QEvent::HoverLeave)
        update();
    return QWidget::event(event);
}

ConfidenceHistogram::ConfidenceHistogram(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Nodes by confidence"));
}

void ConfidenceHistogram::setCounts(const std::array<std::uint64_t, 10>& counts)
{
    m_counts = counts;
    setAccessibleDescription(describe(m_current));
    update();
}

QSize ConfidenceHistogram::sizeHint() const
{
    return {240, 92};
}

QRect ConfidenceHistogram::barRect(int tenth) const
{
    const int axis = QFontMetrics(scaled(font(), 0.85)).height() + 4;
    const QRect area = rect().adjusted(6, 6, -6, -axis - 2);
    const double step = area.width() / 10.0;
    const int left = area.left() + static_cast<int>(step * tenth);
    const int right = area.left() + static_cast<int>(step * (tenth + 1));
    return {left + 1, area.top(), std::max(2, right - left - 3), area.height()};
}

int ConfidenceHistogram::tenthAt(const QPoint& position) const
{
    for (int tenth = 0; tenth < 10; ++tenth)
        if (position.x() >= barRect(tenth).left() - 1 && position.x() <= barRect(tenth).right() + 2)
            return tenth;
    return -1;
}

QString ConfidenceHistogram::describe(int tenth) const
{
    return tr("Confidence %1 to %2, nodes: %3")
        .arg(formatConfidence(tenth / 10.0), formatConfidence((tenth + 1) / 10.0),
             formatCount(m_counts[static_cast<std::size_t>(tenth)]));
}

void ConfidenceHistogram::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const std::uint64_t most =
        std::max<std::uint64_t>(1, *std::max_element(m_counts.begin(), m_counts.end()));
    for (int tenth = 0; tenth < 10; ++tenth) {
        const QRect slot = barRect(tenth);
        const std::uint64_t count = m_counts[static_cast<std::size_t>(tenth)];
        QColor color = confidenceColor(tenth / 10.0 + 0.05, palette());
        painter.setPen(Qt::NoPen);
        painter.setBrush(tenth == m_hovered ? mix(track(palette()), color, 0.25)
                                            : track(palette()));
        painter.drawRoundedRect(slot, 2, 2);
        if (count > 0) {
            const int height =
                std::max(3, static_cast<int>(slot.height() * static_cast<double>(count) /
                                             static_cast<double>(most)));
            painter.setBrush(color);
            painter.drawRoundedRect(
                QRect(slot.left(), slot.bottom() - height + 1, slot.width(), height), 2, 2);
        }
        if (hasFocus() && tenth == m_current) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(palette().color(QPalette::Highlight), 1.5));
            painter.drawRoundedRect(QRectF(slot).adjusted(-1, -1, 1, 1), 3, 3);
        }
    }
    painter.setFont(scaled(font(), 0.85));
    painter.setPen(mutedText(palette()));
    const QRect first = barRect(0);
    const QRect last = barRect(9);
    const QRect axis(first.left(), first.bottom() + 4, last.right() - first.left(),
                     height() - first.bottom() - 4);
    const QLocale locale;
    painter.drawText(axis, Qt::AlignLeft | Qt::AlignTop, locale.toString(0.0, 'f', 1));
    painter.drawText(axis, Qt::AlignHCenter | Qt::AlignTop, locale.toString(0.5, 'f', 1));
    painter.drawText(axis, Qt::AlignRight | Qt::AlignTop, locale.toString(1.0, 'f', 1));
}

void ConfidenceHistogram::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    if (const int tenth = tenthAt(event->pos()); tenth >= 0) {
        m_current = tenth;
        update();
        Q_EMIT tenthActivated(tenth);
    }
}

void ConfidenceHistogram::mouseMoveEvent(QMouseEvent* event)
{
    m_hovered = tenthAt(event->pos());
    update();
}

void ConfidenceHistogram::leaveEvent(QEvent*)
{
    m_hovered = -1;
    update();
}

void ConfidenceHistogram::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
        m_current = std::max(0, m_current - 1);
        break;
    case Qt::Key_Right:
        m_current = std::min(9, m_current + 1);
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        Q_EMIT tenthActivated(m_current);
        return;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    setAccessibleDescription(describe(m_current));
    update();
}

bool ConfidenceHistogram::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const int tenth = tenthAt(help->pos()); tenth >= 0)
            QToolTip::showText(help->globalPos(), describe(tenth), this, barRect(tenth));
        return true;
    }
    return QWidget::event(event);
}

} // namespace strata::ui
