#include "ui/canvas/canvas_state.h"

#include "layout/repeats.h"
#include "ui/canvas/graph_canvas.h"
#include "ui/canvas/legend.h"
#include "ui/canvas/minimap.h"
#include "ui/jobs/activity.h"
#include "ui/jobs/release_later.h"

#include <QEasingCurve>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

namespace strata {

namespace {

constexpr int growth_ms = 190;
constexpr int flight_ms = 220;
constexpr std::size_t max_animated_boxes = 3000;

} // namespace

CanvasState::CanvasState(GraphCanvas& owner)
    : canvas(owner),
      theme(Theme::fromPalette(owner.palette()))
{
    for (QVariantAnimation* animation : {&growth, &flight}) {
        animation->setStartValue(0.0);
        animation->setEndValue(1.0);
        animation->setEasingCurve(QEasingCurve::OutCubic);
    }
    growth.setDuration(growth_ms);
    flight.setDuration(flight_ms);
    QObject::connect(&growth, &QVariantAnimation::valueChanged, &canvas, [this](const QVariant& v) {
        progress = v.toDouble();
        canvas.viewport()->update();
    });
    QObject::connect(&growth, &QVariantAnimation::finished, &canvas, [this] {
        from.clear();
        progress = 1.0;
        canvas.viewport()->update();
    });
    QObject::connect(&flight, &QVariantAnimation::valueChanged, &canvas, [this](const QVariant& v) {
        const double t = v.toDouble();
        zoom = flight_zoom * std::pow(flight_end_zoom / flight_zoom, t);
        offset = flight_offset + (flight_end - flight_offset) * t;
        canvas.viewport()->update();
        Q_EMIT canvas.zoomChanged(zoom);
    });
    QObject::connect(&runner, &LayoutRunner::finished, &canvas,
                     [this](const LayoutAnswer& answer) { accept(answer); });
}

void CanvasState::setInspection(std::shared_ptr<const Inspection> value)
{
    runner.cancel();
    growth.stop();
    flight.stop();
    inspection = std::move(value);
    if (legend)
        legend->setOffers(inspection.get());
    if (!Legend::isKnown(color_by, inspection.get())) {
        color_by = ColorBy::Confidence;
        Q_EMIT canvas.colorByChanged(color_by);
    }
    trail = {};
    ui::releaseLater(std::exchange(layout, nullptr));
    ui::releaseLater(std::exchange(tree, nullptr));
    ui::releaseLater(std::exchange(index, nullptr));
    ui::releaseLater(std::exchange(scene, nullptr));
    ui::releaseLater(std::exchange(classes, nullptr));
    ui::releaseLater(std::exchange(subset, nullptr));
    if (minimap)
        updateMinimap();
    open.clear();
    fold_exceptions.clear();
    opening.clear();
    kept_classes = 0;
    kept_nodes.reset();
    shown.reset();
    also_nodes.clear();
    also_modules.clear();
    banding = false;
    differences.reset();
    error.clear();
    from.clear();
    progress = 1.0;
    node = no_id;
    module = no_module;
    group = no_id;
    hovered = no_id;
    highlighted.clear();
    revealing = false;
    anchor.reset();
    fresh = true;
    if (inspection && inspection->model) {
        layout = std::make_shared<HierarchyLayout>(inspection, std::make_shared<FontTextMetrics>());
        requestLayout();
    }
    canvas.viewport()->update();
}

void CanvasState::requestLayout(bool all)
{
    if (!layout)
        return;
    const bool marked = differences && classes && classes->by == ColorBy::Difference;
    runner.request(layout, {open, all, fold_repeats, fold_exceptions, color_by, kept_classes,
                            kept_nodes, shown, differences, marked ? classes : nullptr});
    Q_EMIT canvas.layoutStarted();
}

void CanvasState::setFolded(GroupId repeat, bool folded, GroupId member)
{
    if (!tree || repeat >= tree->groups.size() || isFolded(repeat) == folded)
        return;
    if (folded == fold_repeats)
        fold_exceptions.erase(repeat);
    else
        fold_exceptions.insert(repeat);
    if (scene) {
        const auto box = scene->box_of_group.find(folded ? member : repeat);
        if (box != scene->box_of_group.end()) {
            const Rect& rect = scene->boxes[box->second].rect;
            anchor = {folded ? repeat : member, toViewport(QPointF(rect.x, rect.y))};
        }
    }
    follow_fit = false;
    requestLayout();
}

void CanvasState::setOpen(GroupId id, bool value)
{
    if (tree && id < tree->groups.size() && tree->groups[id].kind == GroupKind::Repeat) {
        const std::vector<GroupId> members = members_of_repeat(*tree, id);
        return setFolded(id, !value, members.empty() ? id : members.front());
    }
    const bool changed = value ? open.insert(id).second : open.erase(id) > 0;
    if (!changed)
        return;
    if (scene && scene->box_of_group.contains(id)) {
        const Rect& rect = scene->boxes[scene->box_of_group.at(id)].rect;
        anchor = {id, toViewport(QPointF(rect.x, rect.y))};
    }
    follow_fit = false;
    requestLayout();
    if (inspection && id < inspection->modules.size())
        Q_EMIT canvas.expansionChanged(id, value);
}

void CanvasState::accept(const LayoutAnswer& answer)
{
    if (!answer.scene) {
        error = answer.error;
        canvas.viewport()->update();
        Q_EMIT canvas.layoutFailed(error);
        return;
    }
    const ui::Activity activity("new scene");
    std::shared_ptr<const Scene> before = scene;
    std::shared_ptr<const SceneIndex> old_index = index;
    error.clear();
    tree = answer.tree;
    open = answer.open;
    scene = answer.scene;
    classes = answer.classes;
    subset = answer.subset;
    index = answer.index;
    if (legend)
        legend->setClasses(classes, kept_classes);
    updateMinimap();
    hovered = no_id;
    updateHighlight();
    if (fresh)
        showBeginning();
    else if (refit)
        fit({0, 0, scene->width, scene->height}, 1.0, false);
    else if (anchor && scene->box_of_group.contains(anchor->first)) {
        const Rect& rect = scene->boxes[scene->box_of_group.at(anchor->first)].rect;
        flight.stop();
        offset = anchor->second - QPointF(rect.x, rect.y) * zoom;
        startGrowth(before.get(), anchor->first);
    }
    fresh = false;
    refit = false;
    anchor.reset();
    bool more = false;
    for (const GroupId group_id : std::exchange(opening, {}))
        more = openAncestors(group_id) || more;
    if (more)
        requestLayout();
    if (revealing)
        reveal(node, module);
    canvas.viewport()->update();
    const ui::Activity followers("after the scene");
    Q_EMIT canvas.layoutFinished();
    ui::releaseLater(std::move(before));
    ui::releaseLater(std::move(old_index));
}

/// Boxes start where they were before, relative to the one that was opened or closed.
void CanvasState::startGrowth(const Scene* before, GroupId around)
{
    if (!animated || before == nullptr || scene->boxes.size() > max_animated_boxes)
        return;
    const auto old_box = before->box_of_group.find(around);
    if (old_box == before->box_of_group.end())
        return;
    const Rect& old_rect = before->boxes[old_box->second].rect;
    const Rect& new_rect = scene->boxes[scene->box_of_group.at(around)].rect;
    const double dx = new_rect.x - old_rect.x;
    const double dy = new_rect.y - old_rect.y;
    from.clear();
    for (const SceneBox& box : scene->boxes) {
        const Rect* old = nullptr;
        if (box.group != no_id) {
            if (const auto it = before->box_of_group.find(box.group);
                it != before->box_of_group.end())
                old = &before->boxes[it->second].rect;
        } else if (box.node != no_id) {
            if (const auto it = before->box_of_node.find(box.node); it != before->box_of_node.end())
                old = &before->boxes[it->second].rect;
        }
        if (old != nullptr)
            from.push_back({old->x + dx, old->y + dy, old->width, old->height});
        else
            from.push_back(box.rect);
    }
    growth.stop();
    progress = 0.0;
    growth.start();
}

std::uint32_t CanvasState::boxOfNode(NodeId id) const
{
    if (!scene || !tree || id >= tree->group_of_node.size())
        return no_id;
    if (const auto it = scene->box_of_node.find(id); it != scene->box_of_node.end())
        return it->second;
    for (GroupId g = tree->group_of_node[id]; g != no_id; g = tree->groups[g].parent) {
        if (const auto it = scene->box_of_group.find(g); it != scene->box_of_group.end())
            return it->second;
    }
    return no_id;
}

std::uint32_t CanvasState::boxOfModule(ModuleId id) const
{
    if (!scene || !tree || id >= tree->groups.size())
        return no_id;
    for (GroupId g = id; g != no_id; g = tree->groups[g].parent) {
        if (const auto it = scene->box_of_group.find(g); it != scene->box_of_group.end())
            return it->second;
    }
    return no_id;
}

std::uint32_t CanvasState::selectedBox() const
{
    if (node != no_id)
        return boxOfNode(node);
    if (module != no_module)
        return boxOfModule(module);
    if (scene && group != no_id) {
        const auto it = scene->box_of_group.find(group);
        return it == scene->box_of_group.end() ? no_id : it->second;
    }
    return no_id;
}

void CanvasState::select(NodeId new_node, ModuleId new_module)
{
    revealing = false;
    group = no_id;
    const NodeId old_node = std::exchange(node, new_node);
    const ModuleId old_module = std::exchange(module, new_module);
    updateHighlight();
    canvas.viewport()->update();
    if (node != old_node && (node != no_id || module == no_module))
        Q_EMIT canvas.nodeSelected(node);
    if (module != old_module && (module != no_module || node == no_id))
        Q_EMIT canvas.moduleSelected(module);
    QString what = GraphCanvas::tr("Nothing selected");
    if (const std::uint32_t box = selectedBox(); box != no_id) {
        const SceneBox& b = scene->boxes[box];
        what = GraphCanvas::tr("Selected: %1 %2")
                   .arg(QString::fromStdString(b.title), QString::fromStdString(b.subtitle));
    }
    canvas.setAccessibleDescription(what.trimmed());
}

void CanvasState::selectBox(std::uint32_t box)
{
    if (!scene || box >= scene->boxes.size())
        return select(no_id, no_module);
    const SceneBox& b = scene->boxes[box];
    if (b.kind == BoxKind::Operator || b.group_kind == GroupKind::ControlFlow)
        return select(b.node, no_module);
    // Many equal modules are shown by the first of them.
    if (b.group != no_id &&
        (b.group_kind == GroupKind::Module || b.group_kind == GroupKind::Repeat))
        return select(no_id, b.module);
    select(no_id, no_module);
    group = b.group;
    updateHighlight();
}

void CanvasState::chooseAlso(std::uint32_t box, bool toggle)
{
    if (!scene || box >= scene->boxes.size())
        return;
    const SceneBox& b = scene->boxes[box];
    const auto put = [toggle](auto& chosen, auto id) {
        if (!chosen.insert(id).second && toggle)
            chosen.erase(id);
    };
    if (b.kind == BoxKind::Operator || b.group_kind == GroupKind::ControlFlow)
        put(also_nodes, b.node);
    else if (b.group != no_id && b.group_kind == GroupKind::Module)
        put(also_modules, b.module);
    else if (b.group != no_id && b.group_kind == GroupKind::Repeat && tree)
        for (const GroupId member : members_of_repeat(*tree, b.group))
            put(also_modules, tree->groups[member].module);
}

/// What lies in the band as a whole; a closed module, but not the open one around it all.
void CanvasState::chooseInBand()
{
    if (!scene)
        return;
    const QPointF a = toScene(band.topLeft());
    const QPointF b = toScene(band.bottomRight());
    for (std::uint32_t i = 0; i < scene->boxes.size(); ++i) {
        const SceneBox& box = scene->boxes[i];
        if (box.kind != BoxKind::Container && box.rect.x >= a.x() && box.rect.y >= a.y() &&
            box.rect.right() <= b.x() && box.rect.bottom() <= b.y())
            chooseAlso(i, false);
    }
}

void CanvasState::clearAlso()
{
    if (also_nodes.empty() && also_modules.empty())
        return;
    also_nodes.clear();
    also_modules.clear();
    canvas.viewport()->update();
    Q_EMIT canvas.chosenChanged();
}

std::vector<std::uint32_t> CanvasState::alsoBoxes() const
{
    std::vector<std::uint32_t> boxes;
    for (const NodeId id : also_nodes)
        if (const std::uint32_t box = boxOfNode(id); box != no_id)
            boxes.push_back(box);
    for (const ModuleId id : also_modules)
        if (const std::uint32_t box = boxOfModule(id); box != no_id)
            boxes.push_back(box);
    return boxes;
}

/// Only what is in the way is unfolded. True when that changed something.
bool CanvasState::openGroup(GroupId id)
{
    if (id == root_group)
        return false;
    if (tree && tree->groups[id].kind == GroupKind::Repeat) {
        if (!isFolded(id))
            return false;
        if (fold_repeats)
            fold_exceptions.insert(id);
        else
            fold_exceptions.erase(id);
        return true;
    }
    if (!open.insert(id).second)
        return false;
    if (id < inspection->modules.size())
        Q_EMIT canvas.expansionChanged(id, true);
    return true;
}

bool CanvasState::openAncestors(GroupId id)
{
    const ModuleTree& modules = inspection->modules;
    const auto parent = [&](GroupId g) {
        return tree ? tree->groups[g].parent : modules[g].parent;
    };
    if (!tree)
        opening.push_back(id);
    bool changed = false;
    for (GroupId g = parent(id); g != no_id && g != root_group; g = parent(g))
        changed = openGroup(g) || changed;
    return changed;
}

void CanvasState::reveal(NodeId new_node, ModuleId new_module)
{
    select(new_node, new_module);
    if (new_node == no_id && new_module == no_module)
        return;
    if (!tree || runner.isRunning()) {
        revealing = true; // goes on when the layout is there
        return;
    }
    GroupId container = no_id;
    if (new_node != no_id)
        container = tree->container_of(new_node);
    else if (new_module < inspection->modules.size())
        container = tree->groups[new_module].parent;
    if (container != no_id) {
        const bool ancestors = openAncestors(container);
        if (openGroup(container) || ancestors) {
            revealing = true;
            requestLayout();
            return;
        }
    }
    if (const std::uint32_t box = selectedBox(); box != no_id)
        center(box, true);
}

void CanvasState::updateHighlight()
{
    highlighted.clear();
    if (!index)
        return;
    for (const std::uint32_t box : {hovered, selectedBox()}) {
        if (box == no_id)
            continue;
        const auto edges = index->edgesOf(box);
        highlighted.insert(edges.begin(), edges.end());
    }
}

void CanvasState::hover(std::uint32_t box)
{
    if (box == hovered)
        return;
    hovered = box;
    updateHighlight();
    canvas.viewport()->update();
    Q_EMIT canvas.nodeHovered(box == no_id ? no_id : scene->boxes[box].node);
}

std::uint32_t CanvasState::boxAt(const QPointF& viewport) const
{
    if (!index)
        return no_id;
    const QPointF p = toScene(viewport);
    return index->boxAt({p.x(), p.y()});
}

void CanvasState::moveTo(double new_zoom, const QPointF& new_offset, bool animate)
{
    flight.stop();
    new_zoom = std::clamp(new_zoom, min_zoom, max_zoom);
    if (animate && animated && canvas.isVisible()) {
        flight_offset = offset;
        flight_zoom = zoom;
        flight_end = new_offset;
        flight_end_zoom = new_zoom;
        flight.start();
        return;
    }
    const bool changed = new_zoom != zoom;
    zoom = new_zoom;
    offset = new_offset;
    canvas.viewport()->update();
    if (changed)
        Q_EMIT canvas.zoomChanged(zoom);
}

void CanvasState::zoomAt(const QPointF& viewport, double factor)
{
    follow_fit = false;
    const QPointF fixed = toScene(viewport);
    const double target = std::clamp(zoom * factor, min_zoom, max_zoom);
    moveTo(target, viewport - fixed * target, false);
    keepInReach();
}

void CanvasState::fit(const Rect& area, double most, bool animate)
{
    const QSizeF size = canvas.viewport()->size();
    constexpr double margin = 28.0;
    const double scale =
        std::clamp(std::min((size.width() - 2 * margin) / std::max(1.0, area.width),
                            (size.height() - 2 * margin) / std::max(1.0, area.height)),
                   min_zoom, most);
    const Point middle = area.center();
    moveTo(scale,
           QPointF(size.width() / 2, size.height() / 2) - QPointF(middle.x, middle.y) * scale,
           animate);
}

/// All of it when that is readable; otherwise the beginning, at a readable size.
void CanvasState::showBeginning()
{
    const QSizeF size = canvas.viewport()->size();
    const double scale = std::min((size.width() - 56) / std::max(1.0, scene->width),
                                  (size.height() - 56) / std::max(1.0, scene->height));
    follow_fit = scale >= 0.45;
    if (follow_fit)
        return fit({0, 0, scene->width, scene->height}, 1.0, false);
    const double readable =
        std::clamp((size.width() - 56) / std::max(1.0, scene->width), 0.45, 0.85);
    // The first box is where the data comes in.
    double x = scene->width / 2;
    if (scene->width * readable > size.width()) {
        const auto top = std::min_element(
            scene->boxes.begin(), scene->boxes.end(),
            [](const SceneBox& a, const SceneBox& b) { return a.rect.y < b.rect.y; });
        if (top != scene->boxes.end())
            x = top->rect.center().x;
    }
    moveTo(readable, QPointF(size.width() / 2 - x * readable, 28), false);
}

void CanvasState::center(std::uint32_t box, bool animate)
{
    follow_fit = false;
    const Rect& rect = scene->boxes[box].rect;
    const QSizeF size = canvas.viewport()->size();
    const double target = std::clamp(zoom, 0.6, 1.5);
    moveTo(target,
           QPointF(size.width() / 2, size.height() / 2) -
               QPointF(rect.center().x, rect.center().y) * target,
           animate);
}

void CanvasState::ensureVisible(std::uint32_t box)
{
    const Rect& rect = scene->boxes[box].rect;
    const QRectF place(toViewport(QPointF(rect.x, rect.y)), QSizeF(rect.width, rect.height) * zoom);
    const QRectF room = QRectF(canvas.viewport()->rect()).adjusted(40, 40, -40, -40);
    if (!room.intersects(place) ||
        (!room.contains(place) && place.width() < room.width() && place.height() < room.height()))
        center(box, true);
}

void CanvasState::updateMinimap()
{
    minimap->setScene(scene, {theme, classes, subset});
}

/// The picture cannot be lost: a part of it always stays in the view.
void CanvasState::keepInReach()
{
    if (!scene)
        return;
    const QSizeF size = canvas.viewport()->size();
    constexpr double rest = 80.0;
    offset.setX(std::clamp(offset.x(), std::min(rest, size.width()) - scene->width * zoom,
                           std::max(size.width() - rest, 0.0)));
    offset.setY(std::clamp(offset.y(), std::min(rest, size.height()) - scene->height * zoom,
                           std::max(size.height() - rest, 0.0)));
}

} // namespace strata
