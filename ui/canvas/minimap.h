// The whole graph in a corner, with the part that is in view; a click or a drag goes there.
#pragma once

#include "layout/scene.h"
#include "ui/canvas/box_colors.h"
#include "ui/jobs/background.h"

#include <QImage>
#include <QWidget>
#include <memory>

namespace strata {

class Minimap : public QWidget {
    Q_OBJECT
public:
    explicit Minimap(QWidget* parent = nullptr);

    /// What the boxes' colours are made of (see BoxColors).
    struct Colors {
        Theme theme;
        std::shared_ptr<const NodeClasses> classes;
        std::shared_ptr<const NodeSubset> subset;
    };
    /// Draws the scene anew, a large one in the background; null clears it.
    void setScene(std::shared_ptr<const Scene> scene, const Colors& colors);
    /// What the canvas shows, in scene coordinates.
    void setView(const QRectF& view);
    /// Whether there is more than the view shows.
    bool isUseful() const;
    /// Where a point of the scene is drawn.
    QPointF toMap(const QPointF& scene) const { return m_origin + scene * m_scale; }

    QSize sizeHint() const override;

Q_SIGNALS:
    void centerRequested(const QPointF& scene);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    void go(const QPointF& at);

    std::shared_ptr<const Scene> m_scene;
    QImage m_picture;
    ui::Background m_background;
    QRectF m_view;
    double m_scale = 1.0;
    QPointF m_origin;
};

} // namespace strata
