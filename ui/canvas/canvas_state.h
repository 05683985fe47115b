// What a GraphCanvas knows: the scene, the view on it, what is selected, and what is under way.
#pragma once

#include "ui/canvas/font_metrics.h"
#include "ui/canvas/layout_runner.h"
#include "ui/canvas/scene_index.h"
#include "ui/canvas/scene_painter.h"
#include "ui/theme/theme.h"

#include <QPointF>
#include <QVariantAnimation>
#include <optional>

namespace strata {

class GraphCanvas;
class Legend;
class Minimap;

/// The non-widget half of GraphCanvas; lives and dies with it, ui thread only.
class CanvasState {
public:
    explicit CanvasState(GraphCanvas& canvas);

    // Scene and layout
    void setInspection(std::shared_ptr<const Inspection> inspection);
    void requestLayout(bool all = false);
    void accept(const LayoutAnswer& answer);
    void setOpen(GroupId group, bool open);
    /// Opens the groups around this one. Before the first layout only modules are known: ranges
    /// are opened as soon as they are there.
    /// True when something was closed or folded.
    bool openAncestors(GroupId group);
    /// Of a Repeat group: drawn as one box.
    bool isFolded(GroupId repeat) const { return fold_repeats != fold_exceptions.contains(repeat); }
    /// Folds or unfolds one run of equal modules; `member` is what stays where it is in the view.
    void setFolded(GroupId repeat, bool folded, GroupId member);
    std::uint32_t boxOfNode(NodeId node) const;       ///< or the closed group that holds it
    std::uint32_t boxOfModule(ModuleId module) const; ///< likewise

    // Selection
    void select(NodeId node, ModuleId module);
    void selectBox(std::uint32_t box);
    std::uint32_t selectedBox() const;
    void reveal(NodeId node, ModuleId module);
    void chooseAlso(std::uint32_t box, bool toggle);
    void chooseInBand();
    void clearAlso();
    std::vector<std::uint32_t> alsoBoxes() const;
    void updateHighlight();

    // View
    QPointF toScene(const QPointF& p) const { return (p - offset) / zoom; }
    QPointF toViewport(const QPointF& p) const { return p * zoom + offset; }
    void zoomAt(const QPointF& viewport, double factor);
    void moveTo(double zoom, const QPointF& offset, bool animate);
    void fit(const Rect& area, double max_zoom, bool animate);
    void showBeginning();
    void center(std::uint32_t box, bool animate);
    void ensureVisible(std::uint32_t box);
    void keepInReach();
    void updateMinimap(); ///< after another scene or other colours
    std::uint32_t boxAt(const QPointF& viewport) const;
    void hover(std::uint32_t box);

    GraphCanvas& canvas;
    std::shared_ptr<const Inspection> inspection;
    std::shared_ptr<HierarchyLayout> layout;
    std::shared_ptr<const DisplayTree> tree;
    std::shared_ptr<const SceneIndex> index;
    std::shared_ptr<const Scene> scene;
    LayoutRunner runner;
    std::set<GroupId> open;
    bool fold_repeats = false;         ///< runs of equal modules are one box each
    std::set<GroupId> fold_exceptions; ///< Repeat groups that fold_repeats does not hold for
    ColorBy color_by = ColorBy::Confidence;
    std::uint32_t kept_classes = 0;                      ///< bits, as chosen in the legend; 0: all
    std::shared_ptr<const std::vector<bool>> kept_nodes; ///< by a query; null: all
    std::shared_ptr<const std::vector<bool>> shown;      ///< drawn at all; null: all
    std::shared_ptr<const std::vector<DifferenceClass>> differences; ///< null: no comparison
    std::shared_ptr<const NodeClasses> classes;                      ///< of color_by, once computed
    std::shared_ptr<const NodeSubset> subset; ///< what is not dimmed; null: everything
    QString error;

    NodeId node = no_id;
    ModuleId module = no_module;
    GroupId group = no_id; ///< selected heap of orphans or function: neither node nor module
    /// Chosen in addition to the selection, with Ctrl+click or a rubber band.
    std::set<NodeId> also_nodes;
    std::set<ModuleId> also_modules;
    QRectF band; ///< the rubber band in the viewport while it is drawn
    bool banding = false;
    std::uint32_t hovered = no_id;
    std::set<std::uint32_t> highlighted;
    std::vector<GroupId> opening; ///< asked for before the tree was there
    bool revealing = false;       ///< centre the selection as soon as it is visible

    double zoom = 1.0;
    QPointF offset;
    bool fresh = true;       ///< the first scene of an inspection sets the view
    bool refit = false;      ///< everything was opened or closed
    bool follow_fit = false; ///< the view still shows everything: keep it so when resized
    /// What must stay where it is while the picture around it changes: group, and its top left
    /// corner in the viewport.
    std::optional<std::pair<GroupId, QPointF>> anchor;

    bool animated = true;
    QVariantAnimation growth; ///< of boxes after opening and closing
    std::vector<Rect> from;
    double progress = 1.0;
    QVariantAnimation flight; ///< of the view
    QPointF flight_offset;
    double flight_zoom = 1.0;
    QPointF flight_end;
    double flight_end_zoom = 1.0;

    Theme theme;
    Legend* legend = nullptr;
    Minimap* minimap = nullptr;
    bool minimap_wanted = true;
    bool legend_wanted = true;
    /// The last step along edges with the keys: siblings are the other ends it could have had.
    struct Trail {
        const Scene* scene = nullptr; ///< only compared
        std::uint32_t from = no_id;   ///< box
        std::uint32_t at = no_id;     ///< box, one of the neighbours of `from`
        bool downstream = true;
    } trail;
    QPointF press;
    QPointF press_offset;
    bool pressed = false;
    bool dragging = false;
    double told_zoom = 0.0; ///< the view that viewChanged() told of last
    QPointF told_offset;

private:
    void startGrowth(const Scene* before, GroupId around);
    bool openGroup(GroupId group);
};

inline constexpr double min_zoom = 0.02;
inline constexpr double max_zoom = 4.0;

} // namespace strata
