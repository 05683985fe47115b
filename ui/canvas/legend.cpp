#include "ui/canvas/legend.h"

#include "ir/attribution.h"
#include "layout/node_times.h"
#include "ui/canvas/box_colors.h"
#include "ui/canvas/legend_row.h"
#include "ui/jobs/activity.h"
#include "ui/theme/theme.h"

#include <QActionGroup>
#include <QEvent>
#include <QHBoxLayout>
#include <QLocale>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <array>

namespace strata {

namespace {

/// In the words of the window, strongest first.
constexpr std::array<const char*, evidence_kind_count> evidence_names{
    QT_TRANSLATE_NOOP("strata::Legend", "Recorded at export"),
    QT_TRANSLATE_NOOP("strata::Legend", "Owns its parameter"),
    QT_TRANSLATE_NOOP("strata::Legend", "Named by its scope"),
    QT_TRANSLATE_NOOP("strata::Legend", "Structural match"),
    QT_TRANSLATE_NOOP("strata::Legend", "Neighbours agree"),
    QT_TRANSLATE_NOOP("strata::Legend", "Common ancestor"),
    QT_TRANSLATE_NOOP("strata::Legend", "Orphan")};
constexpr std::array<const char*, category_count> category_names{
    QT_TRANSLATE_NOOP("strata::Legend", "PyTorch modules"),
    QT_TRANSLATE_NOOP("strata::Legend", "Custom modules"),
    QT_TRANSLATE_NOOP("strata::Legend", "Functions"),
    QT_TRANSLATE_NOOP("strata::Legend", "Methods"),
    QT_TRANSLATE_NOOP("strata::Legend", "Attributes"),
    QT_TRANSLATE_NOOP("strata::Legend", "Inputs"),
    QT_TRANSLATE_NOOP("strata::Legend", "Outputs")};
constexpr std::array<const char*, color_by_count> mode_names{
    QT_TRANSLATE_NOOP("strata::Legend", "Confidence"),
    QT_TRANSLATE_NOOP("strata::Legend", "Category"),
    QT_TRANSLATE_NOOP("strata::Legend", "Operator type"),
    QT_TRANSLATE_NOOP("strata::Legend", "Data type"),
    QT_TRANSLATE_NOOP("strata::Legend", "Parameter bytes"),
    QT_TRANSLATE_NOOP("strata::Legend", "Execution time"),
    QT_TRANSLATE_NOOP("strata::Legend", "Difference from PyTorch")};
constexpr std::array<const char*, difference_class_count> difference_names{
    QT_TRANSLATE_NOOP("strata::Legend", "Same in both"),
    QT_TRANSLATE_NOOP("strata::Legend", "Changed"),
    QT_TRANSLATE_NOOP("strata::Legend", "Only in the first"),
    QT_TRANSLATE_NOOP("strata::Legend", "Only in the second"),
    QT_TRANSLATE_NOOP("strata::Legend", "Fused")};

QString bytesText(double bytes)
{
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), 0,
                                       QLocale::DataSizeTraditionalFormat);
}

QString timeText(double seconds)
{
    const double microseconds = seconds * 1e6;
    return microseconds < 1000
               ? QStringLiteral("%1 µs").arg(QLocale().toString(microseconds, 'g', 4))
               : QStringLiteral("%1 ms").arg(QLocale().toString(seconds * 1e3, 'g', 4));
}

/// "1e-05", as logs say it.
QString differenceText(double relative)
{
    return QString::number(relative, 'g', 1);
}

/// "Under 1 KB", "1 KB to 32 KB", "32 MB and more".
QString stepName(const NodeClass& step, bool first, bool last, QString (*text)(double))
{
    if (first)
        return Legend::tr("Under %1").arg(text(step.high));
    return last ? Legend::tr("%1 and more").arg(text(step.low))
                : Legend::tr("%1 to %2").arg(text(step.low), text(step.high));
}

} // namespace

Legend::Legend(QWidget* parent)
    : QFrame(parent),
      m_mode(new QToolButton),
      m_modes(new QMenu(m_mode)),
      m_all(new QToolButton),
      m_rows_layout(new QVBoxLayout)
{
    setObjectName(QStringLiteral("legend"));
    setAccessibleName(tr("Legend"));
    setAutoFillBackground(false);
    m_mode->setObjectName(QStringLiteral("legendMode"));
    m_mode->setAccessibleName(tr("What the colours mean"));
    m_mode->setToolTip(tr("Choose what the colours mean"));
    m_mode->setPopupMode(QToolButton::InstantPopup);
    m_mode->setToolButtonStyle(Qt::ToolButtonTextOnly);
    m_mode->setAutoRaise(true);
    auto* group = new QActionGroup(m_modes);
    for (std::size_t i = 0; i < color_by_count; ++i) {
        const auto by = static_cast<ColorBy>(i);
        QAction* action = m_modes->addAction(modeName(by));
        action->setCheckable(true);
        action->setChecked(by == m_color_by);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, by] { Q_EMIT colorByChosen(by); });
    }
    m_modes->setToolTipsVisible(true);
    m_mode->setMenu(m_modes);
    setOffers(nullptr);
    m_all->setObjectName(QStringLiteral("legendAll"));
    m_all->setText(tr("Show all"));
    m_all->setAutoRaise(true);
    m_all->setToolTip(tr("Dim nothing"));
    connect(m_all, &QToolButton::clicked, this, [this] {
        for (LegendRow* row : m_rows)
            row->setChecked(false);
        Q_EMIT keptChanged(0);
    });
    auto* header = new QHBoxLayout;
    header->setContentsMargins(0, 0, 0, 2);
    header->addWidget(m_mode);
    header->addStretch(1);
    header->addWidget(m_all);
    m_rows_layout->setSpacing(0);
    m_rows_layout->setContentsMargins(0, 0, 0, 0);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(7, 6, 7, 7);
    column->setSpacing(0);
    column->setSizeConstraint(QLayout::SetMinimumSize);
    column->addLayout(header);
    column->addLayout(m_rows_layout);
    applyTheme();
}

Legend::~Legend() = default;

void Legend::setOffers(const Inspection* inspection)
{
    for (std::size_t i = 0; i < color_by_count; ++i)
        offer(m_modes->actions().at(static_cast<int>(i)), static_cast<ColorBy>(i), inspection);
}

bool Legend::isKnown(ColorBy by, const Inspection* inspection)
{
    if (by == ColorBy::ExecutionTime)
        return inspection && has_times(*inspection);
    if (by == ColorBy::ParityError)
        return inspection && !inspection->parity.empty();
    return true;
}

void Legend::offer(QAction* action, ColorBy by, const Inspection* inspection)
{
    const bool known = isKnown(by, inspection);
    action->setEnabled(known);
    if (by == ColorBy::ExecutionTime)
        action->setToolTip(
            known ? tr("Of the measured run. What a PyTorch operator took is shared equally among "
                       "its nodes.")
                  : tr("No run was measured. Open the PyTorch model and choose File > Measure "
                       "times."));
    else if (by == ColorBy::ParityError)
        action->setToolTip(
            known ? tr("Of each node's first output in ONNX Runtime, against the largest element "
                       "that PyTorch computed.")
                  : tr("Nothing was compared. Open the PyTorch model and choose File > Compare "
                       "nodes with PyTorch."));
}

QString Legend::modeName(ColorBy by)
{
    return by == ColorBy::Difference ? tr("Differences")
                                     : tr(mode_names[static_cast<std::size_t>(by)]);
}

QString Legend::className(const NodeClasses& classes, std::size_t index)
{
    const NodeClass& c = classes.classes[index];
    const std::size_t last = classes.classes.size() - 1;
    switch (classes.by) {
    case ColorBy::Confidence:
        return tr(evidence_names[index]);
    case ColorBy::Category:
        return tr(category_names[index]);
    case ColorBy::Difference:
        return tr(difference_names[index]);
    case ColorBy::ParameterBytes:
        return index == 0 ? tr("No parameters") : stepName(c, index == 1, index == last, bytesText);
    case ColorBy::ExecutionTime:
        return index == 0 ? tr("Not measured") : stepName(c, index == 1, index == last, timeText);
    case ColorBy::ParityError:
        return index == 0      ? tr("Not compared")
               : index == 1    ? tr("Equal")
               : index == last ? tr("Beyond the tolerances")
                               : stepName(c, index == 2, index + 1 == last, differenceText);
    case ColorBy::OperatorType:
    case ColorBy::DType:
        break;
    }
    return c.key.empty() ? tr("All others") : QString::fromStdString(c.key);
}

void Legend::setClasses(std::shared_ptr<const NodeClasses> classes, std::uint32_t kept)
{
    const ui::Activity activity("legend");
    if (classes != m_classes) {
        m_classes = std::move(classes);
        qDeleteAll(m_rows);
        m_rows.clear();
        if (m_classes) {
            m_color_by = m_classes->by;
            // A comparison has one meaning of colours only.
            const bool chosen = m_color_by != ColorBy::Difference;
            m_mode->setMenu(chosen ? m_modes : nullptr);
            if (chosen)
                m_modes->actions().at(static_cast<int>(m_color_by))->setChecked(true);
            for (std::size_t i = 0; i < m_classes->classes.size(); ++i) {
                // The scale of confidence is always whole; elsewhere rows without nodes say
                // nothing.
                if (m_classes->classes[i].count == 0 && m_color_by != ColorBy::Confidence)
                    continue;
                const bool orphans = m_color_by == ColorBy::Confidence &&
                                     i == static_cast<std::size_t>(EvidenceKind::Synthetic);
                auto* row = new LegendRow(i, orphans, this);
                connect(row, &QAbstractButton::clicked, this, [this] {
                    m_all->setVisible(this->kept() != 0);
                    Q_EMIT keptChanged(this->kept());
                });
                m_rows_layout->addWidget(row);
                row->show(); // the layout counts only what is shown
                m_rows.push_back(row);
            }
        }
        applyTheme();
    }
    for (LegendRow* row : m_rows)
        row->setChecked((kept >> row->index() & 1U) != 0);
    m_all->setVisible(kept != 0);
    Q_EMIT resized();
}

std::uint32_t Legend::kept() const
{
    std::uint32_t kept = 0;
    for (const LegendRow* row : m_rows)
        if (row->isChecked())
            kept |= 1U << row->index();
    return kept;
}

void Legend::applyTheme()
{
    const Theme theme = Theme::fromPalette(palette());
    m_mode->setText(modeName(m_color_by));
    if (!m_classes)
        return;
    for (LegendRow* row : m_rows) {
        const std::size_t i = row->index();
        QString name = className(*m_classes, i);
        QColor color = BoxColors::ofClass(theme, *m_classes, i);
        if (m_classes->by == ColorBy::Confidence) {
            const double confidence = default_confidence(static_cast<EvidenceKind>(i));
            color = theme.confidenceColor(confidence);
            name += QStringLiteral("  ") + locale().toString(confidence, 'f', 2);
        }
        row->setContent(color, name,
                        locale().toString(static_cast<qulonglong>(m_classes->classes[i].count)));
        row->setToolTip(tr("Show only these; click more rows to add them"));
    }
}

void Legend::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::LanguageChange)
        QMetaObject::invokeMethod(this, &Legend::applyTheme, Qt::QueuedConnection);
    QFrame::changeEvent(event);
}

} // namespace strata
