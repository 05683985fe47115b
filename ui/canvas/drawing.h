// A picture that is still to be painted, on whatever paints: an image, SVG, PDF.
#pragma once

#include <QSizeF>
#include <functional>

class QPainter;

namespace strata {

struct Drawing {
    QSizeF size; ///< at 100 %, in pixels
    /// Paints it with its left upper corner at the painter's origin, `zoom` times its size; below
    /// 100 % details go, as on the canvas. In any thread.
    std::function<void(QPainter& painter, double zoom)> paint;

    explicit operator bool() const { return paint != nullptr; }
};

} // namespace strata
