#include "ui/widgets/empty_state.h"

#include "ui/widgets/colors.h"
#include "ui/window/icons.h"

#include <QEvent>
#include <QFileInfo>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace strata::ui {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent),
      m_picture(new QLabel(this)),
      m_title(new QLabel(tr("See where every ONNX node comes from"), this)),
      m_hint(new QLabel(tr("Open a PyTorch model (.pt, .pt2) or an ONNX file,\n"
                           "or drop one anywhere in this window."),
                        this)),
      m_open(new QPushButton(icon(QStringLiteral("open")), tr("Open a model…"), this)),
      m_recent_title(new QLabel(tr("Recent"), this)),
      m_recent(new QVBoxLayout)
{
    setObjectName(QStringLiteral("emptyState"));
    for (QLabel* label : {m_picture, m_title, m_hint, m_recent_title})
        label->setAlignment(Qt::AlignCenter);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_recent_title->setForegroundRole(QPalette::PlaceholderText);
    m_open->setObjectName(QStringLiteral("emptyStateOpen"));
    m_open->setDefault(true);
    m_open->setProperty("primary", true);
    m_open->setMinimumHeight(36);
    m_open->setCursor(Qt::PointingHandCursor);
    m_recent->setSpacing(0);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(48, 32, 48, 32);
    column->addStretch(3);
    column->addWidget(m_picture);
    column->addSpacing(16);
    column->addWidget(m_title);
    column->addSpacing(4);
    column->addWidget(m_hint);
    column->addSpacing(20);
    column->addWidget(m_open, 0, Qt::AlignHCenter);
    column->addSpacing(28);
    column->addWidget(m_recent_title);
    column->addLayout(m_recent);
    column->addStretch(4);
    connect(m_open, &QPushButton::clicked, this, &EmptyState::openRequested);
    // A low window stays as low as somebody made it.
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Ignored);
    setRecentFiles({});
    refresh();
}

void EmptyState::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // Where not everything fits, the picture says least.
    const int hidden = m_picture->isHidden() ? m_picture->sizeHint().height() : 0;
    m_picture->setVisible(height() >= layout()->totalMinimumSize().height() + hidden);
}

void EmptyState::setRecentFiles(const QStringList& files)
{
    while (QLayoutItem* item = m_recent->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    int shown = 0;
    for (const QString& file : files) {
        if (shown == 5)
            break;
        const QFileInfo info(file);
        if (!info.exists())
            continue;
        ++shown;
        auto* button = new QPushButton(info.fileName(), this);
        button->setFlat(true);
        button->setToolTip(info.absoluteFilePath());
        button->setCursor(Qt::PointingHandCursor);
        button->setProperty("link", true);
        connect(button, &QPushButton::clicked, this, [this, file] { Q_EMIT fileRequested(file); });
        m_recent->addWidget(button, 0, Qt::AlignHCenter);
    }
    m_recent_title->setVisible(shown > 0);
}

void EmptyState::setBusy(const QString& job)
{
    m_title->setText(job.isEmpty() ? tr("See where every ONNX node comes from") : job);
    m_hint->setVisible(job.isEmpty());
    m_open->setVisible(job.isEmpty());
}

void EmptyState::setDropHighlighted(bool highlighted)
{
    m_highlighted = highlighted;
    update();
}

void EmptyState::refresh()
{
    m_open->setIcon(icon(QStringLiteral("open"), palette().color(QPalette::HighlightedText)));
    m_picture->setPixmap(applicationIcon().pixmap(QSize(96, 96), devicePixelRatioF()));
    m_title->setFont(scaled(font(), 1.5, QFont::DemiBold));
    m_recent_title->setFont(scaled(font(), 0.9));
    m_open->setFont(scaled(font(), 1.05, QFont::Medium));
}

void EmptyState::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor line = m_highlighted ? palette().color(QPalette::Highlight) : hairline(palette());
    QPen pen(line, m_highlighted ? 2.0 : 1.5, Qt::CustomDashLine);
    pen.setDashPattern({5, 5});
    painter.setPen(pen);
    if (m_highlighted)
        painter.setBrush(mix(palette().color(QPalette::Base), line, 0.08));
    painter.drawRoundedRect(QRectF(rect()).adjusted(20, 20, -20, -20), 14, 14);
}

void EmptyState::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        refresh();
    QWidget::changeEvent(event);
}

} // namespace strata::ui
