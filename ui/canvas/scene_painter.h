// Draws a scene: culled to what is visible, with less detail the smaller it gets.
#pragma once

#include "ui/canvas/box_colors.h"
#include "ui/canvas/scene_index.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QPointF>
#include <set>
#include <vector>

class QPainter;

namespace strata {

/// What the painter needs to know beside the scene.
struct SceneView {
    double zoom = 1.0;
    QPointF offset; ///< viewport position of the scene's origin
    QSizeF size;    ///< of the viewport
    std::uint32_t hovered = no_id;
    std::uint32_t selected = no_id;
    std::vector<std::uint32_t> also;     ///< boxes that are chosen beside it
    std::set<std::uint32_t> highlighted; ///< edges
    bool focused = false;
    const NodeClasses* classes = nullptr; ///< what the colours mean; null: confidence
    const NodeSubset* subset = nullptr;   ///< all other boxes are dimmed; null: none are
    /// While something opens or closes: where the boxes come from, and how far they are (0..1).
    const std::vector<Rect>* from = nullptr;
    double progress = 1.0;
};

class ScenePainter {
    Q_DECLARE_TR_FUNCTIONS(strata::ScenePainter)
public:
    ScenePainter(const SceneIndex& index, const Theme& theme, const SceneView& view);

    void paint(QPainter& painter);

private:
    Rect rectOf(std::uint32_t box) const;
    void drawContainer(QPainter& painter, std::uint32_t index);
    void drawHeader(QPainter& painter, std::uint32_t index);
    void drawEdge(QPainter& painter, std::uint32_t index, bool highlighted);
    void drawLabels(QPainter& painter, const std::vector<std::uint32_t>& edges);
    void drawOperator(QPainter& painter, std::uint32_t index);
    void drawGroup(QPainter& painter, std::uint32_t index);
    void drawTerminal(QPainter& painter, std::uint32_t index);
    void drawPort(QPainter& painter, const ScenePort& port);
    void drawBadge(QPainter& painter, const QRectF& rect, bool open);
    void drawDifference(QPainter& painter, DifferenceClass difference, const QRectF& rect);
    void drawDifferences(QPainter& painter, const SceneBox& box, const QRectF& rect);
    void drawSelection(QPainter& painter, std::uint32_t index);
    void drawShares(QPainter& painter, const SceneBox& box, const QRectF& track);
    QString summary(const SceneBox& box) const;
    bool textVisible(double size) const { return size * m_view.zoom >= 4.5; }

    const SceneIndex& m_index;
    const Theme& m_theme;
    const SceneView& m_view;
    BoxColors m_colors;
    QFont m_title, m_body, m_small;
};

/// The +/− of a group or container, in scene coordinates.
QRectF badgeRect(const SceneBox& box, const Rect& rect);

} // namespace strata
