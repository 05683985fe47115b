#include "ui/canvas/legend.h"

#include "ir/attribution.h"
#include "ui/theme/orphan_pattern.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QFontMetrics>
#include <QLocale>
#include <QPainter>
#include <array>

namespace strata {

namespace {

constexpr int margin = 12;
constexpr int swatch_width = 22;
constexpr int swatch_height = 12;

struct Row {
    EvidenceKind kind;
    const char* text;
};

/// In the words of the window, strongest first.
constexpr std::array<Row, evidence_kind_count> rows{
    {{EvidenceKind::Recorded, QT_TRANSLATE_NOOP("strata::Legend", "Recorded at export")},
     {EvidenceKind::Parameter, QT_TRANSLATE_NOOP("strata::Legend", "Owns its parameter")},
     {EvidenceKind::ScopeName, QT_TRANSLATE_NOOP("strata::Legend", "Named by its scope")},
     {EvidenceKind::StructuralMatch, QT_TRANSLATE_NOOP("strata::Legend", "Structural match")},
     {EvidenceKind::Consensus, QT_TRANSLATE_NOOP("strata::Legend", "Neighbours agree")},
     {EvidenceKind::CommonAncestor, QT_TRANSLATE_NOOP("strata::Legend", "Common ancestor")},
     {EvidenceKind::Synthetic, QT_TRANSLATE_NOOP("strata::Legend", "Orphan")}}};

} // namespace

Legend::Legend(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Legend"));
    setAccessibleDescription(
        tr("Colours of confidence from blue, recorded, to amber, low; orphans are hatched"));
    setToolTip(tr("How sure it is that an operator belongs to its module, and on what evidence"));
    setAttribute(Qt::WA_NoSystemBackground);
}

QSize Legend::sizeHint() const
{
    const QFontMetrics metrics(Theme::font(FontRole::Small));
    int width = QFontMetrics(Theme::font(FontRole::Title)).horizontalAdvance(tr("Confidence"));
    for (const Row& row : rows) {
        width = std::max(width, swatch_width + 10 + metrics.horizontalAdvance(tr(row.text)) + 16 +
                                    metrics.horizontalAdvance(QStringLiteral("0.00")));
    }
    return {width + 2 * margin,
            2 * margin + 24 + static_cast<int>(rows.size()) * (metrics.height() + 5) - 5};
}

QSize Legend::minimumSizeHint() const
{
    return sizeHint();
}

void Legend::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::LanguageChange) {
        updateGeometry();
        update();
    }
    QWidget::changeEvent(event);
}

void Legend::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::fromPalette(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor card = theme.surface;
    card.setAlphaF(0.94F);
    painter.setPen(QPen(theme.outline, 1));
    painter.setBrush(card);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);

    painter.setFont(Theme::font(FontRole::Title));
    painter.setPen(theme.text);
    painter.drawText(QRect(margin, margin - 2, width() - 2 * margin, 20),
                     Qt::AlignLeading | Qt::AlignVCenter, tr("Confidence"));

    const QFont small = Theme::font(FontRole::Small);
    const QFontMetrics metrics(small);
    painter.setFont(small);
    int y = margin + 24;
    for (const Row& row : rows) {
        const double confidence = default_confidence(row.kind);
        const QRectF swatch(margin + 0.5, y + (metrics.height() - swatch_height) / 2 + 0.5,
                            swatch_width - 1, swatch_height - 1);
        if (row.kind == EvidenceKind::Synthetic)
            drawOrphanFrame(painter, theme, swatch, 3.0, theme.surface);
        else {
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme.confidenceColor(confidence));
            painter.drawRoundedRect(swatch, 3, 3);
        }
        const QRect line(margin + swatch_width + 10, y, width() - 2 * margin - swatch_width - 10,
                         metrics.height());
        painter.setPen(theme.text);
        painter.drawText(line, Qt::AlignLeading | Qt::AlignVCenter, tr(row.text));
        painter.setPen(theme.textMuted);
        painter.drawText(line, Qt::AlignTrailing | Qt::AlignVCenter,
                         locale().toString(confidence, 'f', 2));
        y += metrics.height() + 5;
    }
}

} // namespace strata
