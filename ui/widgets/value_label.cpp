#include "ui/widgets/value_label.h"

#include "ui/window/icons.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>

namespace strata::ui {

namespace {

const QChar break_here(0x200b);

} // namespace

QString breakable(const QString& text)
{
    constexpr int longest_run = 12;
    QString result;
    int run = 0;
    for (const QChar c : text) {
        result += c;
        run = c.isLetterOrNumber() ? run + 1 : 0;
        if (c == QLatin1Char('/') || c == QLatin1Char('.') || c == QLatin1Char('_') ||
            c == QLatin1Char(':') || run == longest_run) {
            result += break_here;
            run = 0;
        }
    }
    return result;
}

ValueLabel::ValueLabel(QString value, QWidget* parent) : QLabel(parent), m_value(std::move(value))
{
    setWordWrap(true);
    setAlignment(Qt::AlignLeading | Qt::AlignTop);
    QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void ValueLabel::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        copy();
    else
        QLabel::keyPressEvent(event);
}

void ValueLabel::contextMenuEvent(QContextMenuEvent* event)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    connect(menu->addAction(icon(QStringLiteral("copy")), tr("Copy")), &QAction::triggered, this,
            [this] { copy(); });
    menu->popup(event->globalPos());
}

void ValueLabel::copy()
{
    QString text = hasSelectedText() ? selectedText() : m_value;
    QApplication::clipboard()->setText(text.remove(break_here));
}

} // namespace strata::ui
