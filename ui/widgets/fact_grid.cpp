#include "ui/widgets/fact_grid.h"

#include "ui/widgets/colors.h"

#include <QFormLayout>
#include <QLabel>

namespace strata::ui {

FactGrid::FactGrid(QWidget* parent) : QWidget(parent), m_form(new QFormLayout(this))
{
    m_form->setContentsMargins(0, 0, 8, 0);
    m_form->setHorizontalSpacing(12);
    m_form->setVerticalSpacing(4);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_form->setLabelAlignment(Qt::AlignLeading | Qt::AlignTop);
    m_form->setRowWrapPolicy(QFormLayout::DontWrapRows);
}

void FactGrid::setFacts(const std::vector<Fact>& facts)
{
    m_facts.clear();
    while (m_form->rowCount() > 0)
        m_form->removeRow(0);
    for (const Fact& fact : facts) {
        if (fact.value.isEmpty())
            continue;
        m_facts.push_back(fact);
        auto* name = new QLabel(fact.name, this);
        name->setForegroundRole(QPalette::PlaceholderText);
        name->setAlignment(Qt::AlignLeading | Qt::AlignTop);
        auto* value = new QLabel(this);
        value->setWordWrap(true);
        value->setToolTip(fact.tooltip);
        value->setAccessibleName(fact.name);
        // Long paths have no spaces: let them break after their separators.
        QString text = fact.value;
        for (const QChar separator : {QLatin1Char('/'), QLatin1Char('.'), QLatin1Char('_')})
            if (fact.mono)
                text.replace(separator, separator + QString(QChar(0x200b)));
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
            connect(value, &QLabel::linkActivated, this, &FactGrid::linkActivated);
        }
        if (fact.mono)
            value->setFont(monospace(font()));
        QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Preferred);
        policy.setHeightForWidth(true);
        value->setSizePolicy(policy);
        m_form->addRow(name, value);
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
