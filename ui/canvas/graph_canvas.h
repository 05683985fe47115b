// The graph of a model, one hierarchy level inside the other, painted by hand for speed.
#pragma once

#include "ir/inspection.h"
#include "layout/display_tree.h"
#include "layout/node_classes.h"
#include "layout/scene.h"
#include "ui/canvas/drawing.h"

#include <QAbstractScrollArea>
#include <QImage>
#include <functional>
#include <memory>
#include <vector>

namespace strata {

/// Shows an Inspection: modules as boxes that open in place, operators coloured by confidence,
/// orphans hatched. Layouts run in a worker; a layout that is overtaken by a newer request is
/// dropped. All functions are for the ui thread.
///
/// Mouse: click selects, Ctrl+click adds, Shift+drag adds what a rubber band takes in, double click
/// (or the +/− badge) opens and closes a module, drag pans, wheel zooms at the pointer, pinch too.
/// Keys: Up and Down follow the data flow, Left and Right go through the branches of the last step
/// or to what stands beside, Enter opens, Backspace closes or goes to the parent, + − 0 zoom, F
/// fits everything, Shift+F the selection.
class GraphCanvas : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit GraphCanvas(QWidget* parent = nullptr);
    ~GraphCanvas() override;

    /// Replaces what is shown; null shows the empty state. Nothing is expanded or selected then.
    void setInspection(std::shared_ptr<const Inspection> inspection);
    std::shared_ptr<const Inspection> inspection() const;

    void expand(ModuleId module); ///< opens its ancestors too
    /// Many at once, with one layout.
    void expand(const std::vector<ModuleId>& modules);
    void collapse(ModuleId module);
    void toggle(ModuleId module);
    bool isExpanded(ModuleId module) const;
    void expandAll();
    void collapseAll();

    /// Equal modules in a row are drawn as one box ("layer.0 … layer.11 ×12") that unfolds when it
    /// is opened, or when something in it is revealed. Kept for the next inspection.
    void setRepeatsFolded(bool folded);
    bool repeatsFolded() const;
    /// How many modules are the same as this one and stand in a row with it, itself included; 0:
    /// there is none, or no layout yet.
    std::size_t repeatCount(ModuleId module) const;
    /// This module and its equals are one box.
    bool isRepeatFolded(ModuleId module) const;
    void setRepeatFolded(ModuleId module, bool folded);

    /// Select without moving the view; ids that are not visible are remembered and marked as soon
    /// as they are. no_id and no_module clear the selection.
    void selectNode(NodeId node);
    void selectModule(ModuleId module);
    NodeId selectedNode() const;     ///< no_id: none
    ModuleId selectedModule() const; ///< no_module: none

    /// Everything that is chosen: the selection and what was added to it. Nodes of chosen modules
    /// included; parallel to the model's nodes, empty before the first layout.
    std::vector<bool> chosenNodes() const;
    /// How many boxes are chosen.
    std::size_t chosenCount() const;
    /// The nodes that are chosen themselves, not through their module, in file order.
    std::vector<NodeId> chosenNodeIds() const;
    void clearChosen();

    /// Draws only these nodes (parallel to the model's nodes) and what is around them; null: all.
    void setShownNodes(std::shared_ptr<const std::vector<bool>> nodes);
    bool showsEverything() const;
    /// What can be opened, and the data flow; null before the first layout.
    std::shared_ptr<const DisplayTree> displayTree() const;
    /// If, Loop and Scan: opens or closes the bodies in place.
    bool hasBody(NodeId node) const;
    bool isBodyOpen(NodeId node) const;
    void toggleBody(NodeId node);
    /// Opens a module and all modules in it.
    void expandInside(ModuleId module);
    /// Closes all modules but those around what is selected.
    void expandOnlyToSelection();
    /// What paints a part of the scene (all of it: a null rectangle) at this scale, in any thread;
    /// null before the first layout. At most 16384 pixels wide and high.
    std::function<QImage()> picture(const Rect& part, double scale) const;

    /// The same, for any painter and without a limit; empty before the first layout.
    Drawing drawing(const Rect& part) const;

    /// Opens the ancestors, selects, and brings it into the middle of the view.
    void revealNode(NodeId node);
    void revealModule(ModuleId module);

    double zoom() const;       ///< 1.0: 100 %
    void setZoom(double zoom); ///< keeps the middle of the view
    void zoomIn();
    void zoomOut();
    void fitToView();
    void fitSelection();

    /// What is drawn now; null before the first layout. Immutable.
    std::shared_ptr<const Scene> scene() const;
    bool isLayoutRunning() const;
    /// Where a scene point is in the viewport, for tests and overlays.
    QPointF toViewport(const QPointF& scenePoint) const;
    QPointF toScene(const QPointF& viewportPoint) const;
    /// Moves the view so that a scene point lies at a point of the viewport. Not animated.
    void setView(double zoom, const QPointF& scenePoint, const QPointF& viewportPoint);
    /// Animations of expanding and moving; off for tests and for people who asked their desktop.
    void setAnimated(bool animated);
    void setLegendVisible(bool visible);
    /// The overview is there only while the view does not show everything.
    void setMinimapVisible(bool visible);

    /// What the colours mean. Kept for the next inspection.
    void setColorBy(ColorBy by);
    ColorBy colorBy() const;
    /// Colours by what a comparison found, whatever setColorBy() says; parallel to the model's
    /// nodes. Null ends that.
    void setDifferences(std::shared_ptr<const std::vector<DifferenceClass>> differences);
    /// Dims all nodes but these (parallel to the model's nodes); null dims nothing. The legend's
    /// own switches come on top.
    void setKeptNodes(std::shared_ptr<const std::vector<bool>> nodes);
    /// How many nodes are not dimmed; all of them when nothing is.
    std::size_t keptCount() const;

    QSize sizeHint() const override;

Q_SIGNALS:
    /// By the user or by the functions above; no_id / no_module when nothing is selected.
    void nodeSelected(strata::NodeId node);
    void moduleSelected(strata::ModuleId module);
    /// Something was added to the selection, or no more is.
    void chosenChanged();
    /// The pointer came to a box or left it (no_id).
    void nodeHovered(strata::NodeId node);
    void expansionChanged(strata::ModuleId module, bool expanded);
    void contextMenuRequested(strata::NodeId node, strata::ModuleId module, const QPoint& global);
    void layoutStarted();
    void layoutFinished();
    void layoutFailed(const QString& message);
    void zoomChanged(double zoom);
    /// The view was moved, zoomed or resized, by whomever; told once a frame.
    void viewChanged();
    void colorByChanged(strata::ColorBy by);

protected:
    bool event(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    friend class CanvasState;
    void placeLegend();
    void placeMinimap();
    bool pinch(QEvent* event);
    bool showToolTip(QEvent* event);
    std::unique_ptr<class CanvasState> m;
};

} // namespace strata
