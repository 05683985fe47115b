#include "ui/widgets/message_bar.h"

#include "ui/window/icons.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace strata::ui {

namespace {

QString iconName(Tone tone)
{
    switch (tone) {
    case Tone::Success:
        return QStringLiteral("success");
    case Tone::Warning:
        return QStringLiteral("warning");
    case Tone::Error:
        return QStringLiteral("error");
    case Tone::Info:
        break;
    }
    return QStringLiteral("info");
}

QToolButton* barButton(QWidget* parent, const QString& icon_name, const QString& text)
{
    auto* button = new QToolButton(parent);
    button->setAutoRaise(true);
    if (!icon_name.isEmpty())
        button->setIcon(icon(icon_name));
    else
        button->setText(text);
    button->setToolTip(text);
    button->setAccessibleName(text);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

} // namespace

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent),
      m_icon(new QLabel(this)),
      m_text(new QLabel(this)),
      m_actions(new QHBoxLayout),
      m_details_button(barButton(this, {}, tr("Details"))),
      m_copy(barButton(this, QStringLiteral("copy"), tr("Copy the message"))),
      m_close(barButton(this, QStringLiteral("close"), tr("Close the message"))),
      m_details(new QPlainTextEdit(this))
{
    setObjectName(QStringLiteral("messageBar"));
    setAccessibleName(tr("Message"));
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setObjectName(QStringLiteral("messageText"));
    m_text->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_details_button->setCheckable(true);
    m_details_button->setObjectName(QStringLiteral("messageDetailsButton"));
    m_copy->setObjectName(QStringLiteral("messageCopy"));
    m_close->setObjectName(QStringLiteral("messageClose"));
    m_details->setReadOnly(true);
    m_details->setFont(monospace(font()));
    m_details->setFrameShape(QFrame::NoFrame);
    m_details->setAccessibleName(tr("Details of the message"));
    m_details->setObjectName(QStringLiteral("messageDetails"));

    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    row->addWidget(m_icon, 0, Qt::AlignTop);
    row->addSpacing(2);
    row->addWidget(m_text, 1);
    row->addLayout(m_actions);
    row->addWidget(m_details_button);
    row->addWidget(m_copy);
    row->addWidget(m_close);
    m_actions->setSpacing(4);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 6, 8, 6);
    column->addLayout(row);
    column->addWidget(m_details);

    connect(m_details_button, &QToolButton::toggled, m_details, &QWidget::setVisible);
    connect(m_close, &QToolButton::clicked, this, &MessageBar::dismiss);
    connect(m_copy, &QToolButton::clicked, this, [this] {
        QString all = m_text->text();
        if (!details().isEmpty())
            all += QStringLiteral("\n\n") + details();
        QApplication::clipboard()->setText(all);
    });
    hide();
}

void MessageBar::showMessage(Message message)
{
    m_tone = message.tone;
    m_text->setText(message.text);
    m_details->setPlainText(message.details);
    m_details_button->setChecked(false);
    m_details->hide();
    constexpr int most_lines = 8;
    const int lines = std::min(most_lines, m_details->blockCount());
    m_details->setFixedHeight(lines * m_details->fontMetrics().lineSpacing() + 12);
    m_details_button->setVisible(!message.details.isEmpty());
    while (QLayoutItem* item = m_actions->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    for (Action& action : message.actions) {
        auto* button = barButton(this, {}, action.text);
        button->setProperty("outlined", true);
        button->setToolTip({});
        connect(button, &QToolButton::clicked, this, [run = std::move(action.run)] { run(); });
        m_actions->addWidget(button);
    }
    refreshIcon();
    show();
    update();
}

void MessageBar::dismiss()
{
    if (isHidden())
        return;
    hide();
    Q_EMIT dismissed();
}

QString MessageBar::text() const
{
    return m_text->text();
}

QString MessageBar::details() const
{
    return m_details->toPlainText();
}

void MessageBar::refreshIcon()
{
    m_icon->setPixmap(icon(iconName(m_tone), toneColor(m_tone, palette()))
                          .pixmap(QSize(20, 20), devicePixelRatioF()));
}

void MessageBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QColor tone = toneColor(m_tone, palette());
    painter.fillRect(rect(), mix(palette().color(QPalette::Window), tone, 0.11));
    QRect edge = rect();
    edge.setWidth(3);
    if (isRightToLeft())
        edge.moveRight(rect().right());
    painter.fillRect(edge, tone);
    painter.fillRect(QRect(0, height() - 1, width(), 1), hairline(palette()));
}

void MessageBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        refreshIcon();
    QFrame::changeEvent(event);
}

void MessageBar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else
        QFrame::keyPressEvent(event);
}

} // namespace strata::ui
