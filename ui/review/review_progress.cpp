#include "ui/review/review_progress.h"

#include "ui/models/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/colors.h"

#include <QPainter>
#include <QPainterPath>

namespace strata::ui {

ReviewProgress::ReviewProgress(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Progress of the review"));
}

void ReviewProgress::setCounts(const Counts& counts)
{
    m_counts = counts;
    const QString text =
        tr("Of %1 doubtful nodes: %2 accepted, %3 reassigned, %4 rejected, %5 looked at.")
            .arg(formatCount(counts.total), formatCount(counts.accepted),
                 formatCount(counts.reassigned), formatCount(counts.rejected),
                 formatCount(counts.looked_at));
    setToolTip(text);
    setAccessibleDescription(text);
    update();
}

void ReviewProgress::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF bar = QRectF(0, (height() - 8) / 2.0, width(), 8);
    QPainterPath outline;
    outline.addRoundedRect(bar, 4, 4);
    painter.setClipPath(outline);
    painter.fillRect(bar, track(palette()));
    if (m_counts.total == 0)
        return;
    const Theme theme = Theme::fromPalette(palette());
    const std::array<std::pair<std::uint64_t, QColor>, 4> parts{
        {{m_counts.accepted, theme.success},
         {m_counts.reassigned, theme.accent},
         {m_counts.rejected, theme.error},
         {m_counts.looked_at, theme.textMuted}}};
    double x = 0;
    for (const auto& [count, color] : parts) {
        const double share = static_cast<double>(count) / static_cast<double>(m_counts.total);
        QRectF part(bar.left() + x, bar.top(), bar.width() * share, bar.height());
        x += part.width();
        if (isRightToLeft())
            part.moveRight(bar.right() - x + part.width());
        painter.fillRect(part, color);
    }
}

} // namespace strata::ui
