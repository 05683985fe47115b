#include "ui/widgets/job_strip.h"

#include "ui/models/format.h"
#include "ui/window/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include <algorithm>

namespace strata::ui {

QString timeLeft(qint64 elapsed_ms, double share)
{
    constexpr qint64 enough_ms = 2000;
    constexpr double enough_share = 0.02;
    if (elapsed_ms < enough_ms || share < enough_share || share >= 1.0)
        return {};
    const double seconds = static_cast<double>(elapsed_ms) / 1000.0 * (1.0 - share) / share;
    if (seconds < 2.0)
        return {};
    if (seconds < 90.0)
        return JobStrip::tr("about %n second(s) left", nullptr, static_cast<int>(seconds + 0.5));
    constexpr double most_minutes = 1e6;
    return JobStrip::tr("about %n minute(s) left", nullptr,
                        static_cast<int>(std::min(seconds / 60.0 + 0.5, most_minutes)));
}

JobStrip::JobStrip(QWidget* parent)
    : QWidget(parent),
      m_text(new QLabel(this)),
      m_bar(new QProgressBar(this)),
      m_cancel(new QToolButton(this))
{
    setObjectName(QStringLiteral("jobStrip"));
    m_text->setObjectName(QStringLiteral("jobText"));
    m_text->setTextFormat(Qt::PlainText);
    m_bar->setObjectName(QStringLiteral("jobProgress"));
    m_bar->setAccessibleName(tr("Progress"));
    m_bar->setFixedWidth(160);
    m_bar->setMaximumHeight(14);
    m_bar->setTextVisible(false);
    m_cancel->setObjectName(QStringLiteral("jobCancel"));
    m_cancel->setText(tr("Cancel"));
    m_cancel->setIcon(icon(QStringLiteral("close")));
    m_cancel->setIconSize(QSize(12, 12));
    m_cancel->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_cancel->setAutoRaise(true);
    m_cancel->setFocusPolicy(Qt::StrongFocus);
    m_cancel->setToolTip(tr("Stop this job (Esc)"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_text);
    row->addWidget(m_bar);
    row->addWidget(m_cancel);
    connect(m_cancel, &QToolButton::clicked, this, &JobStrip::cancelRequested);
    hide();
}

void JobStrip::begin(const QString& title)
{
    m_title = title;
    m_phase_time.invalidate();
    m_text->setText(title);
    m_bar->setRange(0, 0);
    show();
}

void JobStrip::setProgress(const Progress& progress)
{
    const QString phase = phaseName(progress.phase);
    // Phases differ too much for one to say how long the next will take.
    if (phase != m_phase || !m_phase_time.isValid()) {
        m_phase = phase;
        m_phase_time.start();
        m_next_estimate = 0;
        m_estimate.clear();
    }
    if (const qint64 elapsed = m_phase_time.elapsed();
        progress.total > 0 && elapsed >= m_next_estimate) {
        constexpr qint64 every_ms = 1000;
        m_next_estimate = elapsed + every_ms;
        m_estimate = timeLeft(elapsed, static_cast<double>(progress.done) /
                                           static_cast<double>(progress.total));
    }
    QString text = phase.isEmpty() ? m_title : tr("%1: %2").arg(m_title, phase);
    if (!m_estimate.isEmpty() && progress.total > 0)
        text = tr("%1 – %2").arg(text, m_estimate);
    m_text->setText(text);
    if (progress.total == 0) {
        m_bar->setRange(0, 0);
        return;
    }
    // Totals may be bytes; a progress bar counts in int.
    constexpr int steps = 1000;
    m_bar->setRange(0, steps);
    m_bar->setValue(static_cast<int>(static_cast<double>(progress.done) /
                                     static_cast<double>(progress.total) * steps));
}

void JobStrip::end()
{
    hide();
    m_bar->setRange(0, 1);
}

} // namespace strata::ui
