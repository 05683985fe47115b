#include "ui/tensor/tensor_charts.h"

#include "ui/models/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/colors.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace strata::ui {

namespace {

constexpr int axis_height = 16;

} // namespace

QString formatValue(double value)
{
    return QLocale().toString(value, 'g', 6);
}

ValueHistogram::ValueHistogram(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Histogram of the values"));
}

void ValueHistogram::setStatistics(const TensorStatistics& statistics)
{
    m_statistics = statistics;
    setAccessibleDescription(tr("%1 values from %2 to %3")
                                 .arg(formatCount(statistics.finite()), formatValue(statistics.min),
                                      formatValue(statistics.max)));
    update();
}

QRectF ValueHistogram::binRect(std::size_t bin) const
{
    const auto& counts = m_statistics.histogram;
    const auto most = static_cast<double>(*std::max_element(counts.begin(), counts.end()));
    const double step = static_cast<double>(width()) / static_cast<double>(histogram_bins);
    const double room = height() - axis_height;
    double tall = most > 0 ? room * static_cast<double>(counts[bin]) / most : 0.0;
    if (counts[bin] > 0) // something that is there stays visible
        tall = std::max(tall, 2.0);
    return {static_cast<double>(bin) * step, room - tall, step, tall};
}

void ValueHistogram::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Theme theme = Theme::fromPalette(palette());
    const double room = height() - axis_height;
    painter.setPen(hairline(palette()));
    painter.drawLine(QPointF(0, room), QPointF(width(), room));
    painter.setPen(Qt::NoPen);
    painter.setBrush(Theme::mix(theme.surface, theme.accent, 0.75));
    for (std::size_t bin = 0; bin < histogram_bins; ++bin)
        if (const QRectF bar = binRect(bin); bar.height() > 0)
            painter.drawRect(bar.adjusted(0.5, 0, -0.5, 0));
    const double span = m_statistics.max - m_statistics.min;
    if (span > 0 && m_statistics.min < 0 && m_statistics.max > 0) { // where zero is
        const double zero = width() * -m_statistics.min / span;
        painter.setPen(QPen(theme.textMuted, 1, Qt::DashLine));
        painter.drawLine(QPointF(zero, 0), QPointF(zero, room));
    }
    painter.setFont(scaled(font(), 0.85));
    painter.setPen(mutedText(palette()));
    const QRect axis(0, height() - axis_height + 1, width(), axis_height);
    painter.drawText(axis, Qt::AlignLeft | Qt::AlignTop | Qt::AlignAbsolute,
                     formatValue(m_statistics.min));
    painter.drawText(axis, Qt::AlignRight | Qt::AlignTop | Qt::AlignAbsolute,
                     formatValue(m_statistics.max));
}

bool ValueHistogram::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto bin = static_cast<std::size_t>(std::clamp<long>(
        std::lround(std::floor(static_cast<double>(help->pos().x()) / std::max(1, width()) *
                               static_cast<double>(histogram_bins))),
        0, static_cast<long>(histogram_bins) - 1));
    const double step = (m_statistics.max - m_statistics.min) / static_cast<double>(histogram_bins);
    const double from = m_statistics.min + step * static_cast<double>(bin);
    QToolTip::showText(help->globalPos(),
                       tr("%1 to %2: %3 values")
                           .arg(formatValue(from), formatValue(from + step),
                                formatCount(m_statistics.histogram[bin])),
                       this);
    return true;
}

HeatMap::HeatMap(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Values of a plane as colours"));
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void HeatMap::setSlice(std::shared_ptr<const TensorSlice> slice)
{
    m_slice = std::move(slice);
    if (m_slice)
        setAccessibleDescription(tr("%1 rows, %2 columns, from %3 to %4")
                                     .arg(m_slice->rows)
                                     .arg(m_slice->columns)
                                     .arg(formatValue(m_slice->min), formatValue(m_slice->max)));
    render();
    updateGeometry();
}

int HeatMap::heightForWidth(int width) const
{
    constexpr int least = 22, most = 260;
    if (!m_slice || m_slice->width == 0)
        return least;
    // Few values are drawn as squares, not larger than a fingertip.
    const double cell = std::min(18.0, width / static_cast<double>(m_slice->width));
    return std::clamp(static_cast<int>(cell * static_cast<double>(m_slice->height)), least, most);
}

QColor HeatMap::colorOf(double value) const
{
    const Theme theme = Theme::fromPalette(palette());
    if (!std::isfinite(value) || !m_slice)
        return track(palette());
    // The same distance from zero is the same strength on both sides.
    const double reach = std::max(std::abs(m_slice->min), std::abs(m_slice->max));
    const double share = reach > 0 ? std::clamp(value / reach, -1.0, 1.0) : 0.0;
    const QColor end = theme.confidenceColor(share < 0 ? 1.0 : 0.1);
    return Theme::mix(theme.dark ? QColor(0x1a, 0x1f, 0x27) : QColor(0xf4, 0xf5, 0xf7), end,
                      std::pow(std::abs(share), 0.8));
}

void HeatMap::render()
{
    if (!m_slice || m_slice->width == 0) {
        m_image = {};
        return;
    }
    // A table of colours first: mixing one for each of 65 536 values takes longer than a frame.
    constexpr int steps = 256;
    const double reach = std::max(std::abs(m_slice->min), std::abs(m_slice->max));
    std::array<QRgb, 2 * steps + 1> table{};
    for (int i = -steps; i <= steps; ++i)
        table[static_cast<std::size_t>(i + steps)] = colorOf(reach * i / steps).rgb();
    const QRgb nothing = track(palette()).rgb();
    m_image = QImage(static_cast<int>(m_slice->width), static_cast<int>(m_slice->height),
                     QImage::Format_RGB32);
    for (int y = 0; y < m_image.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(m_image.scanLine(y));
        for (int x = 0; x < m_image.width(); ++x) {
            const double value = m_slice->values[static_cast<std::size_t>(y) * m_slice->width +
                                                 static_cast<std::size_t>(x)];
            const double share = reach > 0 ? std::clamp(value / reach, -1.0, 1.0) : 0.0;
            line[x] = std::isfinite(value)
                          ? table[static_cast<std::size_t>(std::lround(share * steps) + steps)]
                          : nothing;
        }
    }
    update();
}

void HeatMap::paintEvent(QPaintEvent*)
{
    if (m_image.isNull())
        return;
    QPainter painter(this);
    // Small planes keep their cells apart; large ones are shrunk smoothly.
    painter.setRenderHint(QPainter::SmoothPixmapTransform,
                          m_image.width() > width() || m_image.height() > height());
    painter.drawImage(rect(), m_image);
    painter.setPen(hairline(palette()));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

bool HeatMap::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip || m_image.isNull())
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int x = std::clamp(help->pos().x() * m_image.width() / std::max(1, width()), 0,
                             m_image.width() - 1);
    const int y = std::clamp(help->pos().y() * m_image.height() / std::max(1, height()), 0,
                             m_image.height() - 1);
    const double value =
        m_slice->values[static_cast<std::size_t>(y) * m_slice->width + static_cast<std::size_t>(x)];
    const auto range = [](std::int64_t at, std::int64_t block, std::int64_t size) {
        const std::int64_t from = at * block, to = std::min(size, from + block) - 1;
        return from == to ? QString::number(from) : tr("%1–%2").arg(from).arg(to);
    };
    const bool mean = m_slice->block_rows > 1 || m_slice->block_columns > 1;
    QToolTip::showText(help->globalPos(),
                       (mean ? tr("[%1, %2]: mean %3") : tr("[%1, %2]: %3"))
                           .arg(range(y, m_slice->block_rows, m_slice->rows),
                                range(x, m_slice->block_columns, m_slice->columns),
                                formatValue(value)),
                       this);
    return true;
}

void HeatMap::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        render();
    QWidget::changeEvent(event);
}

} // namespace strata::ui
