#include "ui/widgets/section.h"

#include "ui/widgets/colors.h"

#include <QEvent>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

namespace strata::ui {

Section::Section(const QString& title, QWidget* parent)
    : QWidget(parent),
      m_header(new QToolButton(this)),
      m_body(new QWidget(this)),
      m_layout(new QVBoxLayout(m_body))
{
    m_header->setAutoRaise(true);
    m_header->setCheckable(true);
    m_header->setChecked(true);
    m_header->setArrowType(Qt::DownArrow);
    m_header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_header->setIconSize(QSize(8, 8));
    m_header->setFocusPolicy(Qt::TabFocus);
    m_header->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_layout->setContentsMargins(8, 0, 0, 4);
    m_layout->setSpacing(2);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 6, 0, 2);
    column->setSpacing(2);
    column->addWidget(m_header, 0, Qt::AlignLeading);
    column->addWidget(m_body);
    connect(m_header, &QToolButton::toggled, this, [this](bool expanded) {
        m_body->setVisible(expanded);
        m_header->setArrowType(expanded          ? Qt::DownArrow
                               : isRightToLeft() ? Qt::LeftArrow
                                                 : Qt::RightArrow);
    });
    setTitle(title);
    refresh();
}

void Section::addWidget(QWidget* widget)
{
    m_layout->addWidget(widget);
}

void Section::setTitle(const QString& title)
{
    m_header->setText(title);
    m_header->setAccessibleName(title);
}

QString Section::title() const
{
    return m_header->text();
}

void Section::setExpanded(bool expanded)
{
    m_header->setChecked(expanded);
}

bool Section::isExpanded() const
{
    return m_header->isChecked();
}

void Section::refresh()
{
    m_header->setFont(scaled(font(), 0.94, QFont::DemiBold));
}

void Section::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(QRect(0, 0, width(), 1),
                     mix(palette().color(QPalette::Window), hairline(palette()), 0.7));
}

void Section::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange)
        refresh();
    QWidget::changeEvent(event);
}

} // namespace strata::ui
