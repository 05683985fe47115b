#include "ui/widgets/job_strip.h"

#include "ui/models/format.h"
#include "ui/window/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace strata::ui {

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
    m_text->setText(title);
    m_bar->setRange(0, 0);
    show();
}

void JobStrip::setProgress(const Progress& progress)
{
    const QString phase = phaseName(progress.phase);
    m_text->setText(phase.isEmpty() ? m_title : tr("%1: %2").arg(m_title, phase));
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
