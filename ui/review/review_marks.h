// What was decided, as small signs on the boxes of the graph.
#pragma once

#include "ui/review/review_controller.h"

#include <QWidget>

namespace strata {
class GraphCanvas;
}

namespace strata::ui {

/// A transparent layer over the canvas, which knows nothing of reviews. Painted with every picture
/// of the canvas; the mouse goes through.
class ReviewMarks : public QWidget {
    Q_OBJECT
public:
    ReviewMarks(ReviewController* review, GraphCanvas* canvas);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    ReviewController* m_review;
    GraphCanvas* m_canvas;
};

} // namespace strata::ui
