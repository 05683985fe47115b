#include "ui/widgets/card_shadow.h"

#include <QEvent>
#include <QImage>
#include <QPainter>
#include <QtMath>
#include <qdrawutil.h>

#include <algorithm>
#include <cmath>

namespace strata::ui {

namespace {

constexpr int reach = 28; // how far the shadow goes
constexpr int drop = 6;   // how far it lies below the card
constexpr int corner = reach + 12;
constexpr double darkest = 0.32;

/// Corners and one pixel of each side; the darker the nearer the card.
QPixmap makeTile()
{
    constexpr int size = 2 * corner + 1;
    QImage image(size, size, QImage::Format_ARGB32_Premultiplied);
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x) {
            const double dx = std::max(0, corner - std::min(x, size - 1 - x));
            const double dy = std::max(0, corner - std::min(y, size - 1 - y));
            const double out = std::max(0.0, std::hypot(dx, dy) - (corner - reach)) / reach;
            const double share = out >= 1.0 ? 0.0 : (1.0 - out) * (1.0 - out);
            image.setPixel(x, y, qPremultiply(qRgba(0, 0, 0, qRound(255 * darkest * share))));
        }
    return QPixmap::fromImage(image);
}

} // namespace

CardShadow::CardShadow(QWidget* card) : QWidget(card->parentWidget()), m_card(card)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_NoSystemBackground);
    setFocusPolicy(Qt::NoFocus);
    card->installEventFilter(this);
    connect(card, &QObject::destroyed, this, &QObject::deleteLater);
    hide();
}

void CardShadow::follow()
{
    setGeometry(m_card->geometry().translated(0, drop).adjusted(-reach, -reach, reach, reach));
    stackUnder(m_card);
}

bool CardShadow::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::Show:
        follow();
        show();
        break;
    case QEvent::Hide:
        hide();
        break;
    case QEvent::Move:
    case QEvent::Resize:
    case QEvent::ZOrderChange:
        if (m_card->isVisible())
            follow();
        break;
    default:
        break;
    }
    return QWidget::eventFilter(watched, event);
}

void CardShadow::paintEvent(QPaintEvent*)
{
    static const QPixmap tile = makeTile();
    QPainter painter(this);
    const QMargins margins(corner, corner, corner, corner);
    qDrawBorderPixmap(&painter, rect(), margins, tile, tile.rect(), margins);
}

} // namespace strata::ui
