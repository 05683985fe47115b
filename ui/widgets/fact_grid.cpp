#include "ui/widgets/fact_grid.h"

#include "ui/widgets/colors.h"

#include "ui/window/icons.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>

namespace strata::ui {

namespace {

const QChar break_here(0x200b);

/// Long paths and numbers have no spaces: lets them break after separators, and anywhere in long
/// runs of letters and digits.
QString breakable(const QString& text)
{
    constexpr int longest_run = 16;
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

/// Shows breakable text, but gives the clipboard what the file says.
class ValueLabel : public QLabel {
public:
    ValueLabel(QString value, QWidget* parent) : QLabel(parent), m_value(std::move(value)) {}

protected:
    void keyPressEvent(QKeyEvent* event) override
    {
        if (event->matches(QKeySequence::Copy))
            copy();
        else
            QLabel::keyPressEvent(event);
    }
    void contextMenuEvent(QContextMenuEvent* event) override
    {
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        connect(menu->addAction(icon(QStringLiteral("copy")), FactGrid::tr("Copy")),
                &QAction::triggered, this, [this] { copy(); });
        menu->popup(event->globalPos());
    }

private:
    void copy()
    {
        QString text = hasSelectedText() ? selectedText() : m_value;
        QApplication::clipboard()->setText(text.remove(break_here));
    }

    QString m_value;
};

} // namespace

FactGrid::FactGrid(QWidget* parent) : QWidget(parent), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 4, 0);
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnStretch(1, 1);
}

void FactGrid::setFacts(const std::vector<Fact>& facts)
{
    m_facts.clear();
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    int row = 0;
    for (const Fact& fact : facts) {
        if (fact.value.isEmpty())
            continue;
        m_facts.push_back(fact);
        auto* name = new QLabel(fact.name, this);
        name->setForegroundRole(QPalette::PlaceholderText);
        name->setAlignment(Qt::AlignLeading | Qt::AlignTop);
        auto* value = new ValueLabel(fact.value, this);
        value->setWordWrap(true);
        value->setAlignment(Qt::AlignLeading | Qt::AlignTop);
        if (fact.mono)
            value->setFont(monospace(font()));
        value->setToolTip(fact.tooltip);
        value->setAccessibleName(fact.name);
        const QString text = fact.mono ? breakable(fact.value) : fact.value;
        if (fact.link.isEmpty()) {
            value->setTextFormat(Qt::PlainText);
            value->setText(text);
            value->setTextInteractionFlags(Qt::TextSelectableByMouse |
                                           Qt::TextSelectableByKeyboard);
        } else {
            value->setTextFormat(Qt::RichText);
            value->setText(QStringLiteral("<a href=\"%1\" style=\"text-decoration:none\">%2</a>")
                               .arg(fact.link.toHtmlEscaped(), text.toHtmlEscaped()));
            value->setTextInteractionFlags(Qt::TextBrowserInteraction);
            // Queued: following the link replaces the facts, and with them this label.
            connect(value, &QLabel::linkActivated, this, &FactGrid::linkActivated,
                    Qt::QueuedConnection);
        }
        QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Preferred);
        policy.setHeightForWidth(true);
        value->setSizePolicy(policy);
        m_grid->addWidget(name, row, 0, Qt::AlignTop);
        m_grid->addWidget(value, row, 1);
        ++row;
    }
    setVisible(!m_facts.empty());
}

QString FactGrid::value(const QString& name) const
{
    for (const Fact& fact : m_facts)
        if (fact.name == name)
            return fact.value;
    return {};
}

} // namespace strata::ui
