// How orphans look wherever they are shown: hatched and with a dashed outline, so that they stand
// out without colour, too.
#pragma once

#include <QRectF>

class QColor;
class QPainter;

namespace strata {

struct Theme;

/// Fills `rect` with `fill` and a diagonal hatch, and draws the dashed outline.
void drawOrphanFrame(QPainter& painter, const Theme& theme, const QRectF& rect, double radius,
                     const QColor& fill);

} // namespace strata
