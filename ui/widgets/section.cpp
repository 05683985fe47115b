#include "ui/widgets/section.h"

#include "ui/widgets/colors.h"

#include <QAbstractButton>
#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>

namespace strata::ui {

namespace {

constexpr int arrow_width = 14;

/// The title with a small arrow that says whether the section is open.
class SectionHeader : public QAbstractButton {
public:
    explicit SectionHeader(QWidget* parent) : QAbstractButton(parent)
    {
        setCheckable(true);
        setChecked(true);
        setFocusPolicy(Qt::TabFocus);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        setCursor(Qt::PointingHandCursor);
        setAttribute(Qt::WA_Hover);
    }

    QSize sizeHint() const override
    {
        const QFontMetrics metrics(titleFont());
        return {metrics.horizontalAdvance(text()) + arrow_width + 8, metrics.height() + 8};
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool rtl = isRightToLeft();
        const QColor ink =
            underMouse() ? palette().color(QPalette::WindowText)
                         : mix(mutedText(palette()), palette().color(QPalette::WindowText), 0.6);
        QPainterPath arrow;
        if (isChecked()) {
            arrow.moveTo(-3.5, -1.75);
            arrow.lineTo(0, 1.75);
            arrow.lineTo(3.5, -1.75);
        } else {
            const double out = rtl ? -1.75 : 1.75;
            arrow.moveTo(-out, -3.5);
            arrow.lineTo(out, 0);
            arrow.lineTo(-out, 3.5);
        }
        const double x = rtl ? width() - arrow_width / 2.0 + 2 : arrow_width / 2.0 - 2;
        painter.translate(x, height() / 2.0);
        painter.setPen(QPen(ink, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPath(arrow);
        painter.resetTransform();
        painter.setFont(titleFont());
        painter.setPen(ink);
        const QRect words =
            rtl ? rect().adjusted(0, 0, -arrow_width, 0) : rect().adjusted(arrow_width, 0, 0, 0);
        painter.drawText(
            words, Qt::AlignVCenter | Qt::AlignAbsolute | (rtl ? Qt::AlignRight : Qt::AlignLeft),
            text());
        if (hasFocus()) {
            painter.setPen(QPen(palette().color(QPalette::Highlight), 1.5));
            painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 4, 4);
        }
    }

private:
    QFont titleFont() const { return scaled(font(), 0.96, QFont::DemiBold); }
};

} // namespace

Section::Section(const QString& title, QWidget* parent)
    : QWidget(parent),
      m_header(new SectionHeader(this)),
      m_body(new QWidget(this)),
      m_layout(new QVBoxLayout(m_body))
{
    m_layout->setContentsMargins(arrow_width, 0, 0, 6);
    m_layout->setSpacing(2);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 5, 0, 2);
    column->setSpacing(2);
    column->addWidget(m_header);
    column->addWidget(m_body);
    connect(m_header, &QAbstractButton::toggled, m_body, &QWidget::setVisible);
    setTitle(title);
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

void Section::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(QRect(0, 0, width(), 1),
                     mix(palette().color(QPalette::Window), hairline(palette()), 0.7));
}

} // namespace strata::ui
