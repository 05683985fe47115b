#include "ui/widgets/fact_grid.h"

#include "ui/widgets/colors.h"
#include "ui/widgets/value_label.h"

#include <QGridLayout>
#include <QLabel>

namespace strata::ui {

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
